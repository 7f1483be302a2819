"""The run of months in which somebody did much more of a thing than in his other months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy

from surveil.statistics.arrays import Floats, Ints
from surveil.statistics.mixed_tails import logit_normal_binomial_tails


@dataclass(frozen=True)
class SurgeSettings:
    """shortest, longest: months of the runs looked at. spread: standard deviation, on the log odds, of the share of
    somebody's own total that falls into a run for no particular reason."""

    shortest: int = 3
    longest: int = 12
    spread: float = 0.3


def surges(cells: pd.DataFrame, settings: SurgeSettings | None = None) -> pd.DataFrame:
    """Each one's strongest surge: the run whose share of his own total most exceeds its share of his exposure.

    Args:
        cells: one row per `rep` and `month` (whole number) with a count `n` and an `exposure`, above 0 where he was there.

    Returns:
        one row per rep, sorted, of those with a count: `start`, `end` (months), `ratio` (count over what his other months
        make expected), `alone` (tail of that run by itself) and `p_value` (times the number of runs looked at). Whoever has
        no run above its share has the whole time, ratio 1 and p-values of 1. The run is found by the binomial
        likelihood ratio (a scan in the manner of Kulldorff 1997).
    """
    chosen = settings or SurgeSettings()
    names, first, n, exposure = _grid(cells)
    if not names:
        return pd.DataFrame(columns=["rep", "start", "end", "ratio", "alone", "p_value"])
    total = n.sum(axis=1)
    expected = exposure * (total / np.maximum(exposure.sum(axis=1), 1e-12))[:, None]
    start, end, runs = _strongest(n, expected, chosen)
    seen, wanted = _of_run(n, start, end), _of_run(expected, start, end)
    some = (seen > wanted) & (wanted < total)
    edge = np.minimum(1e-9, total / 4)
    tails = logit_normal_binomial_tails(
        seen, total, np.clip(wanted, edge, total - edge), np.full(total.size, chosen.spread)
    )
    alone = np.where(some, tails.p_value(), 1.0)
    rest = (total - seen) * wanted / np.maximum(total - wanted, 1e-12)
    return pd.DataFrame(
        {
            "rep": names,
            "start": first + start,
            "end": first + end,
            "ratio": np.where(some, seen / np.maximum(rest, 1.0), 1.0),
            "alone": alone,
            "p_value": np.minimum(alone * runs, 1.0),
        }
    )


def _grid(cells: pd.DataFrame) -> tuple[list[str], int, Floats, Floats]:
    """Names of those with a count, the first month, counts and exposure as reps × months."""
    some = cells[cells["rep"].isin(cells.loc[cells["n"] > 0, "rep"])]
    who, names = pd.factorize(some["rep"], sort=True)
    if not len(names):
        return [], 0, np.zeros((0, 0)), np.zeros((0, 0))
    month = some["month"].to_numpy(dtype=np.int64)
    first, months = int(month.min()), int(month.max() - month.min()) + 1
    at = who * months + month - first

    def filled(column: str) -> Floats:
        values = some[column].to_numpy(dtype=np.float64)
        sums = np.bincount(at, values, minlength=len(names) * months).astype(np.float64)
        return np.asarray(sums.reshape(len(names), months))

    return list(names), first, filled("n"), filled("exposure")


def _strongest(n: Floats, expected: Floats, settings: SurgeSettings) -> tuple[Ints, Ints, int]:
    """First and last month of each row's strongest run, and how many runs were looked at."""
    rows, months = n.shape
    reps, total = np.arange(rows), n.sum(axis=1)[:, None]
    best, looked = np.zeros(rows), 0
    start, end = np.zeros(rows, dtype=np.int64), np.full(rows, months - 1, dtype=np.int64)
    counted, wanted = (
        np.concatenate([np.zeros((rows, 1)), values.cumsum(axis=1)], axis=1) for values in (n, expected)
    )
    for k in range(settings.shortest, min(settings.longest, months - 1) + 1):
        seen = counted[:, k:] - counted[:, :-k]
        mean = np.clip(wanted[:, k:] - wanted[:, :-k], 1e-9, total - 1e-9)
        rest = np.maximum(total - seen, 0.0)
        gain = np.where(seen > mean, xlogy(seen, seen / mean) + xlogy(rest, rest / (total - mean)), 0.0)
        at = np.argmax(gain, axis=1)
        better = gain[reps, at] > best + 1e-12
        best = np.where(better, gain[reps, at], best)
        start, end = np.where(better, at, start), np.where(better, at + k - 1, end)
        looked += seen.shape[1]
    return start, end, max(looked, 1)


def _of_run(values: Floats, start: Ints, end: Ints) -> Floats:
    """Sum over each row's run of months."""
    total = np.concatenate([np.zeros((values.shape[0], 1)), values.cumsum(axis=1)], axis=1)
    rows = np.arange(values.shape[0])
    return np.asarray(total[rows, end + 1] - total[rows, start])
