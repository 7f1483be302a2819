"""The last mile: months short of goal three days before their end that land on it, again and again, with one rep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveil.errors import UsageError
from surveil.statistics.arrays import Bools, Floats, Ints, sums
from surveil.statistics.tails import PoissonBinomial, negative_binomial_tails
from surveil.statistics.verdicts import RateSettings, Tally, in_two_passes, table

MONTH_COLUMNS = ("rep", "shortfall", "sold", "mean")
MISSED, LANDED, OVERSHOT = 0, 1, 2
_ROUNDS = 200


@dataclass(frozen=True)
class LastMileResult:
    """`reps` as in `rates.RateResult`: `n` months short of goal, `observed` and `expected` of them that landed on it.

    `months`: the rows as given with `outcome` (0 missed, 1 landed, 2 overshot) and `p`, the chance of
    landing. `phi`, `tau2` as there. `dispersion`: of the sales of the last days, Var = mu + dispersion mu².
    """

    reps: pd.DataFrame
    months: pd.DataFrame
    phi: float
    tau2: float
    dispersion: float


def last_mile_test(
    months: pd.DataFrame,
    *,
    landing: int = 1,
    dispersion: float | None = None,
    settings: RateSettings | None = None,
) -> LastMileResult:
    """Does a rep land on his goal in the last days more often than his pace and the firm's month-ends allow?

    `months` has one row per rep and month that was short of goal before the last days: `rep`, `shortfall`
    (goal less sales, at least 1), `sold` (in the last days), `mean` (expected there: his daily rate × the
    firm's month-end profile, without him). To land is to end on the goal or at most `landing` above.
    Chances of missing, landing, overshooting are negative binomial, then weighted so that the firm's totals
    of each match: honest effort for the goal, common to all, is part of what is expected. Raises UsageError
    on impossible rows.
    """
    chosen = settings or RateSettings(min_peer_items=10.0)
    _check(months, landing)
    rep, names = pd.factorize(months["rep"], sort=True)
    code = rep.astype(np.int64)
    shortfall, sold, mean = (months[c].to_numpy(np.float64) for c in ("shortfall", "sold", "mean"))
    alpha = _dispersion(sold, mean) if dispersion is None else dispersion
    chance = _chances(shortfall, mean, alpha, landing)
    outcome = np.where(sold < shortfall, MISSED, np.where(sold <= shortfall + landing, LANDED, OVERSHOT))
    order = np.lexsort((mean, sold, shortfall, code))
    p = np.empty(len(months))

    def tally(included: Bools) -> Tally:
        p[order] = _weighted(chance[order], outcome[order], included[code[order]])[:, LANDED]
        return _tally(code[order], outcome[order] == LANDED, p[order], len(names))

    final, verdict, _ = in_two_passes(tally, len(names), "high", chosen)
    rows: list[Any] = list(names)
    return LastMileResult(
        table(rows, final, verdict, chosen),
        months.assign(outcome=outcome, p=p),
        verdict.phi,
        verdict.tau2,
        alpha,
    )


def _tally(code: Ints, landed: Bools, p: Floats, reps: int) -> Tally:
    n, observed, expected = (sums(code, x, reps) for x in (np.ones(code.size), landed, p))
    sampling = sums(code, p * (1 - p), reps)
    exact = PoissonBinomial(observed, code, np.ones(code.size), p).tails
    others = np.full(reps, max(int((n > 0).sum()) - 1, 0), dtype=np.int64)
    return Tally(
        False,
        n,
        observed,
        expected,
        sampling,
        np.zeros(reps),
        exact,
        others,
        n.sum() - n,
        observed.sum() - observed,
    )


def _chances(shortfall: Floats, mean: Floats, alpha: float, landing: int) -> Floats:
    """Rows × (miss, land, overshoot) from a negative binomial of the last days' sales."""
    variance = mean + alpha * mean**2
    reach = negative_binomial_tails(shortfall, mean, variance).upper
    beyond = negative_binomial_tails(shortfall + landing + 1, mean, variance).upper
    return np.clip(np.column_stack([1 - reach, reach - beyond, beyond]), 1e-9, 1.0)


def _weighted(chance: Floats, outcome: Ints, included: Bools) -> Floats:
    """Chances with class weights such that the included months' totals are the observed ones."""
    counted = chance[included]
    # Half a month in each class keeps a class that nobody is in possible.
    wanted = np.bincount(outcome[included], minlength=3) + 0.5
    wanted = wanted * counted.shape[0] / wanted.sum()
    weight = np.ones(3)
    for _ in range(_ROUNDS if counted.size else 0):
        fitted = counted * weight
        totals = (fitted / fitted.sum(axis=1, keepdims=True)).sum(axis=0)
        weight = weight * wanted / totals
        if np.allclose(totals, wanted, rtol=1e-9):
            break
    result = chance * weight
    return np.asarray(result / result.sum(axis=1, keepdims=True))


def _dispersion(sold: Floats, mean: Floats) -> float:
    """Moment estimate from months, each pulled in to the 95th percentile so that padded months do not make it."""
    if mean.size == 0 or (mean**2).sum() == 0:
        return 0.0
    deviation = np.minimum(sold, np.quantile(sold, 0.95)) - mean
    return float(np.clip((deviation**2 - mean).sum() / (mean**2).sum(), 0.0, 5.0))


def _check(months: pd.DataFrame, landing: int) -> None:
    missing = [c for c in MONTH_COLUMNS if c not in months.columns]
    if missing:
        raise UsageError(f"The months of a last-mile test lack the columns: {', '.join(missing)}.")
    if months[list(MONTH_COLUMNS)].isna().any(axis=None) or landing < 0:
        raise UsageError("The months of a last-mile test have empty values, or the landing is negative.")
    if (months["shortfall"] < 1).any() or (months["sold"] < 0).any() or (months["mean"] < 0).any():
        raise UsageError("A month of a last-mile test is at least 1 short and has no negative sales.")
