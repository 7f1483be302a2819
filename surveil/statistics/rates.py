"""The shared core of all rate detectors: a representative's count against what his peers make expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveil.errors import UsageError
from surveil.statistics import baseline
from surveil.statistics.arrays import Bools, Floats, Ints, sums
from surveil.statistics.baseline import Baseline, Cells
from surveil.statistics.overdispersion import normal_scores
from surveil.statistics.tails import PoissonBinomial, poisson_tails
from surveil.statistics.verdicts import (
    REP_COLUMNS,
    RateSettings,
    Side,
    Tally,
    in_two_passes,
    judge,
    ordinary_reps,
    table,
)

__all__ = [
    "CELL_COLUMNS",
    "REP_COLUMNS",
    "RateResult",
    "RateSettings",
    "Side",
    "count_test",
    "rate_test",
    "remarkable_scores",
    "usual_rates",
]

CELL_COLUMNS = ("rep", "stratum", "branch", "month", "n", "y")


@dataclass(frozen=True)
class RateResult:
    """What a rate or count test found.

    `reps`: one row per rep, sorted by rep: `n` items (or exposure), `observed` and `expected` events,
    `variance` of the observed count among ordinary reps (sampling, doubt about the baseline,
    overdispersion), `ratio` (shrunken observed / expected), `low` and `high` (the funnel: the range in
    which an ordinary rep's count would fall 95 times in 100), `z` (positive: more than expected, whatever
    the side), `p_value` (one-sided mid-p), `peer_n` (items of the peers), `peers` (other reps with items in
    the same strata), `peer_rate` (their rate; NaN without any) and `insufficient` (why `p_value` is NaN,
    else empty). `phi`: winsorised dispersion, 1 when there is only chance. `tau2`: variance between reps on
    the log-odds (counts: log) scale. `cells`: the cells as given, with `p`, the expected rate.
    """

    reps: pd.DataFrame
    cells: pd.DataFrame
    phi: float
    tau2: float


def rate_test(
    cells: pd.DataFrame, *, side: Side = "high", settings: RateSettings | None = None
) -> RateResult:
    """Test whether a rep's share of items with a property is too high (or low) given his peers.

    `cells` has one row per combination of `rep`, `stratum`, `branch` (texts) and `month` (whole number)
    with `n` items of which `y` have the property. Raises UsageError where columns are missing or counts
    impossible. Method: docs/statistics.md (leave-one-out peer rates, Poisson-binomial tail,
    Spiegelhalter 2005 overdispersion).
    """
    return _test(cells, side, settings or RateSettings(), counts=False)


def count_test(
    cells: pd.DataFrame, *, side: Side = "high", settings: RateSettings | None = None
) -> RateResult:
    """Test whether a rep has too many (or few) events for his exposure.

    As `rate_test`, but `n` is exposure (working days, or a count expected from elsewhere), not
    necessarily whole, and `y` may exceed it; tails are Poisson, with log-normal differences between reps.
    """
    return _test(cells, side, settings or RateSettings(), counts=True)


def usual_rates(cells: pd.DataFrame, *, side: Side = "high", settings: RateSettings | None = None) -> Floats:
    """The expected rate of each cell, as `rate_test` gives it (`cells["p"]`), where the tests themselves are not wanted.

    Nobody is judged a second time, and the columns of `cells` may hold whole numbers in place of texts.
    """
    chosen = settings or RateSettings()
    _check(cells, side, counts=False)
    _, order, coded = _encode(cells)
    peers = baseline.peers_of(coded)

    def fitted(included: Bools) -> Baseline:
        return baseline.fit(coded, included, chosen.prior_items, chosen.factor_prior, False, side == "high")

    everybody = np.ones(coded.reps, dtype=bool)
    first = fitted(everybody)
    tally = _tally(coded, first, peers, counts=False)
    verdict = judge(tally, everybody, side, chosen, chosen.baseline_q)
    ordinary = ordinary_reps(verdict, chosen)
    rate = np.empty(len(cells))
    rate[order] = first.rate if ordinary is None else fitted(ordinary).rate
    return rate


def remarkable_scores(cells: pd.DataFrame) -> pd.Series:
    """How many standard deviations each tested rep's share lies above his peers' (from the p-value of `rate_test`), by rep.

    0 where it is not above: what an ordinary rep's p-value is exactly is not worked out. As in `usual_rates`, columns of
    `cells` may hold whole numbers in place of texts.
    """
    _check(cells, "high", counts=False)
    names, _, coded = _encode(cells)
    peers = baseline.peers_of(coded)
    chosen = RateSettings()

    def tally(included: Bools) -> Tally:
        fitted = baseline.fit(coded, included, chosen.prior_items, chosen.factor_prior, counts=False)
        return _tally(coded, fitted, peers, counts=False)

    _, verdict, _ = in_two_passes(tally, coded.reps, "high", chosen, within=0.5)
    scores = pd.Series(normal_scores(verdict.p_value), pd.Index(names))
    return scores[verdict.tested].clip(lower=0.0)


def _test(frame: pd.DataFrame, side: Side, settings: RateSettings, counts: bool) -> RateResult:
    _check(frame, side, counts)
    names, order, cells = _encode(frame)
    peers = baseline.peers_of(cells)
    rate = np.empty(len(frame))

    def tally(included: Bools) -> Tally:
        fitted = baseline.fit(
            cells, included, settings.prior_items, settings.factor_prior, counts, side == "high"
        )
        rate[order] = fitted.rate
        return _tally(cells, fitted, peers, counts)

    final, verdict, _ = in_two_passes(tally, cells.reps, side, settings)
    reps = table(names, final, verdict, settings)
    return RateResult(reps, frame.assign(p=rate), verdict.phi, verdict.tau2)


def _tally(cells: Cells, fitted: Baseline, peers: tuple[Ints, Floats, Floats], counts: bool) -> Tally:
    observed, n = _sum(cells, cells.y), _sum(cells, cells.n)
    expected, sampling = _sum(cells, cells.n * fitted.rate), _sum(cells, fitted.variance)
    doubt = fitted.baseline_variance / np.maximum(sampling, 1e-12) ** 2
    if counts:
        return Tally(
            counts,
            n,
            observed,
            expected,
            sampling,
            doubt,
            lambda _: poisson_tails(observed, expected),
            *peers,
        )
    exact = PoissonBinomial(observed, cells.rep, cells.n, fitted.rate).tails
    return Tally(counts, n, observed, expected, sampling, doubt, exact, *peers)


def _sum(cells: Cells, values: Floats) -> Floats:
    return sums(cells.rep, values, cells.reps)


def _encode(frame: pd.DataFrame) -> tuple[list[Any], Ints, Cells]:
    """Dense codes, and rows sorted so that sums do not depend on the order in which they came."""
    codes = {}
    names: list[Any] = []
    for column in ("rep", "stratum", "branch", "month"):
        code, levels = pd.factorize(frame[column], sort=True)
        codes[column] = code.astype(np.int64)
        if column == "rep":
            names = list(levels)
    n, y = frame["n"].to_numpy(dtype=np.float64), frame["y"].to_numpy(dtype=np.float64)
    order = _sorting((codes["rep"], codes["stratum"], codes["branch"], codes["month"], n, y))
    parts = [codes[c][order] for c in ("rep", "stratum", "branch", "month")]
    return (
        names,
        order,
        Cells(parts[0], parts[1], parts[2], parts[3], n[order], y[order], len(names)),
    )


def _sorting(keys: tuple[Ints | Floats, ...]) -> Ints:
    """The order that sorts by the first key, then the next; found at a glance where the rows are sorted already."""
    undecided = np.ones(max(keys[0].size - 1, 0), dtype=bool)
    for key in keys:
        before, after = key[:-1], key[1:]
        if np.any(undecided & (after < before)):
            return np.lexsort(keys[::-1])
        undecided &= after == before
    return np.arange(keys[0].size)


def _check(frame: pd.DataFrame, side: str, counts: bool) -> None:
    """Refuse cells that no firm can have."""
    if side not in ("high", "low"):
        raise UsageError(f"The side of a rate test is 'high' or 'low', not {side!r}.")
    missing = [c for c in CELL_COLUMNS if c not in frame.columns]
    if missing:
        raise UsageError(f"The cells of a rate test lack the columns: {', '.join(missing)}.")
    empty = [c for c in CELL_COLUMNS if frame[c].isna().any()]
    if empty:
        raise UsageError(f"The cells of a rate test have empty values in: {', '.join(empty)}.")
    n, y = frame["n"].to_numpy(dtype=np.float64), frame["y"].to_numpy(dtype=np.float64)
    if not (np.isfinite(n).all() and np.isfinite(y).all()) or (n < 0).any() or (y < 0).any():
        raise UsageError("The cells of a rate test have counts that are negative or not finite.")
    if (y != np.round(y)).any() or (not counts and (n != np.round(n)).any()):
        raise UsageError("The cells of a rate test have counts that are not whole numbers.")
    if counts and ((n == 0) & (y > 0)).any():
        raise UsageError("The cells of a count test have events where there is no exposure.")
    if not counts and (y > n).any():
        raise UsageError("The cells of a rate test have more items with the property (y) than items (n).")
