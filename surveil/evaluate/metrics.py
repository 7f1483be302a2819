"""How good a ranking is, with ties counted fairly: pure functions of ranks and truth."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def hits_by_rank(ranks: npt.ArrayLike, positive: npt.ArrayLike) -> tuple[Array, Array]:
    """For each distinct rank, best first: how many rows are that good or better, and how many are positive.

    Rows that share a rank enter together, as the ranking does not say which of them comes first.
    """
    rank = np.asarray(ranks, dtype=float)
    truth = np.asarray(positive, dtype=float)
    if not len(rank):
        return np.zeros(0), np.zeros(0)
    order = np.argsort(rank, kind="stable")
    last_of_rank = np.flatnonzero(np.append(np.diff(rank[order]) > 0, True))
    rows: Array = last_of_rank.astype(float) + 1
    return rows, np.cumsum(truth[order])[last_of_rank]


def average_precision(ranks: npt.ArrayLike, positive: npt.ArrayLike, missed: int = 0) -> float | None:
    """Average precision: the mean, over the positives, of the precision at each one's rank.

    Args:
        ranks: 1 is best; equal ranks are a tie.
        positive: truth of each row.
        missed: positives that are not in the ranking at all; each counts with precision 0.

    Returns:
        A number from 0 to 1, or None without any positive. As scikit-learn defines it (no interpolation).
    """
    rows, hits = hits_by_rank(ranks, positive)
    total = (hits[-1] if len(hits) else 0.0) + missed
    if total == 0:
        return None
    return float(np.sum(np.diff(hits, prepend=0.0) * hits / rows) / total) if len(hits) else 0.0


def hits_within(ranks: npt.ArrayLike, positive: npt.ArrayLike, first: int) -> float:
    """How many positives are among the first rows; of a tie that is cut, its share."""
    rows, hits = hits_by_rank(ranks, positive)
    if not len(rows) or first <= 0:
        return 0.0
    return float(np.interp(first, np.concatenate([[0.0], rows]), np.concatenate([[0.0], hits])))


def precision_at(ranks: npt.ArrayLike, positive: npt.ArrayLike, first: int) -> float | None:
    """Share of positives among the first rows (among all, where there are fewer); None without rows."""
    rows = min(first, len(np.asarray(ranks)))
    return hits_within(ranks, positive, rows) / rows if rows else None


def recall_at_budget(
    ranks: npt.ArrayLike, positive: npt.ArrayLike, budget: float, missed: int = 0
) -> float | None:
    """Share of all positives among the best `budget` (0–1) of the rows, rounded up to a whole row."""
    truth = np.asarray(positive, dtype=float)
    total = float(truth.sum()) + missed
    return hits_within(ranks, truth, rows_in_budget(len(truth), budget)) / total if total else None


def rows_in_budget(rows: int, budget: float) -> int:
    """A share of the rows, rounded up to a whole one."""
    # Rounded before it is rounded up: 0.07 × 100 is a little more than 7 in floating point.
    return math.ceil(round(budget * rows, 9))


def share(part: float, whole: float) -> float | None:
    """`part / whole`, or None where there is nothing to divide by."""
    return float(part) / float(whole) if whole else None


def exact_interval(hits: int, trials: int) -> tuple[float, float] | None:
    """Clopper–Pearson 95 % interval of a share; None without trials."""
    if not trials:
        return None
    from scipy.stats import binomtest

    interval = binomtest(hits, trials).proportion_ci(0.95, "exact")
    return float(interval.low), float(interval.high)
