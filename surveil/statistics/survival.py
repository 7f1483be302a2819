"""Time to an event that may not have come yet: Kaplan-Meier, Nelson-Aalen and the one-sample log-rank of each rep.

Time is in whole days and items may be grouped, so that a million accounts are as cheap as their distinct
histories. An item is at risk on the days `entry`…`exit`, both included; `event` says that it ended in the
event on `exit`, else it was only seen until then (censored). `entry` above 0 is left truncation: the item
is known only from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.errors import UsageError
from surveil.statistics.arrays import Bools, Floats, Ints, dense, sums
from surveil.statistics.baseline import Cells, peers_of
from surveil.statistics.tails import poisson_tails
from surveil.statistics.verdicts import RateSettings, Side, Tally, in_two_passes, table

SPELL_COLUMNS = ("rep", "stratum", "entry", "exit", "event", "n")
_BLOCK = 1 << 22


@dataclass(frozen=True)
class SurvivalCurve:
    """Kaplan-Meier estimate at each distinct `time`: S(t), its standard error, and limits of the confidence band."""

    time: Ints
    at_risk: Floats
    events: Floats
    survival: Floats
    standard_error: Floats
    low: Floats
    high: Floats

    def median(self) -> tuple[float, float, float]:
        """Median time with its interval (Brookmeyer and Crowley 1982); infinite where the curve stays above a half."""
        first, low, high = (self._first_below_half(s) for s in (self.survival, self.low, self.high))
        return first, low, high

    def _first_below_half(self, curve: Floats) -> float:
        reached = np.flatnonzero(curve <= 0.5 + 1e-12)
        return float(self.time[reached[0]]) if reached.size else float("inf")


@dataclass(frozen=True)
class SurvivalResult:
    """`reps` as in `rates.RateResult` (`n` items, `observed` events; `expected` is the sum of the cumulative hazards).

    `spells`: the rows as given, with `expected`, the cumulative hazard of one item of the row. `phi`,
    `tau2` as there. Of spells with a column `watched`, `reps` has `likely`: how many of the rep's items would have had the
    event by then as like ones do (by Kaplan and Meier; never more than there are, as the sum of hazards may be).
    """

    reps: pd.DataFrame
    spells: pd.DataFrame
    phi: float
    tau2: float


def kaplan_meier(
    exit: npt.ArrayLike,
    event: npt.ArrayLike,
    *,
    entry: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
    interval: Literal["log", "log-log"] = "log-log",
    coverage: float = 0.95,
) -> SurvivalCurve:
    """Kaplan-Meier curve with Greenwood's variance.

    `interval` is the scale of the confidence limits: `log` as R's survfit does, `log-log` as lifelines does
    (it stays within 0…1 by itself and holds better in the tails).
    """
    last = np.asarray(exit, np.int64)
    first = np.zeros_like(last) if entry is None else np.asarray(entry, np.int64)
    count = np.ones(last.size) if n is None else np.asarray(n, np.float64)
    _check_spells(first, last, count)
    time, which = np.unique(last, return_inverse=True)
    events = sums(which, np.where(np.asarray(event, bool), count, 0.0), time.size)
    left = np.cumsum(sums(which, count, time.size))
    entered = np.sort(first)
    cumulative = np.concatenate([[0.0], np.cumsum(count[np.argsort(first, kind="stable")])])
    at_risk = cumulative[np.searchsorted(entered, time, side="right")] - np.concatenate([[0.0], left[:-1]])
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard_variance = np.cumsum(np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0))
        low, high = _band(survival, np.sqrt(hazard_variance), interval, coverage)
    error = np.where(survival > 0, survival * np.sqrt(np.where(survival > 0, hazard_variance, 0.0)), 0.0)
    return SurvivalCurve(time, at_risk, events, survival, error, low, high)


def _band(survival: Floats, error: Floats, interval: str, coverage: float) -> tuple[Floats, Floats]:
    from scipy.special import ndtri

    reach = ndtri(0.5 + coverage / 2) * error
    if interval == "log":
        low, high = survival * np.exp(-reach), np.minimum(survival * np.exp(reach), 1.0)
    else:
        log_hazard, spread = np.log(-np.log(survival)), -reach / np.log(survival)
        low, high = np.exp(-np.exp(log_hazard + spread)), np.exp(-np.exp(log_hazard - spread))
        low, high = np.where(survival == 1, 1.0, low), np.where(survival == 1, 1.0, high)
    # Where nobody is left the limits are not known; they stay where they last were.
    known = survival > 0
    return np.where(known, low, 0.0), np.where(known, high, high[known][-1] if known.any() else 1.0)


def nelson_aalen(
    exit: npt.ArrayLike,
    event: npt.ArrayLike,
    *,
    entry: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
) -> tuple[Ints, Floats]:
    """Days 0…last, and the cumulative hazard at the end of each (Nelson 1972, Aalen 1978)."""
    last = np.asarray(exit, np.int64)
    first = np.zeros_like(last) if entry is None else np.asarray(entry, np.int64)
    count = np.ones(last.size) if n is None else np.asarray(n, np.float64)
    _check_spells(first, last, count)
    days = int(last.max(initial=-1)) + 1
    events, at_risk = _history(np.zeros_like(last), first, last, np.asarray(event, bool), count, 1, days)
    return np.arange(days), _cumulative(events, at_risk, _daily)[0]


def two_sample_log_rank(
    exit: npt.ArrayLike, event: npt.ArrayLike, second: npt.ArrayLike
) -> tuple[float, float]:
    """Chi-square (one degree of freedom) and p-value that two groups differ in their hazard (Mantel 1966).

    `second` says which items are in the second group; all are watched from the start. NaN where no day has both.
    """
    from scipy.special import chdtrc

    last, group = np.asarray(exit, np.int64), np.asarray(second, bool).astype(np.int64)
    days = int(last.max(initial=-1)) + 1
    events, at_risk = _history(
        group, np.zeros_like(last), last, np.asarray(event, bool), np.ones(last.size), 2, days
    )
    total, risk = events.sum(axis=0), at_risk.sum(axis=0)
    some = (total > 0) & (risk > 1)
    share = at_risk[1, some] / risk[some]
    variance = float(
        np.sum(total[some] * share * (1 - share) * (risk[some] - total[some]) / (risk[some] - 1))
    )
    if variance <= 0:
        return float("nan"), float("nan")
    statistic = float(np.sum(events[1, some] - total[some] * share)) ** 2 / variance
    return statistic, float(chdtrc(1, statistic))


def log_rank_test(
    spells: pd.DataFrame,
    *,
    side: Side = "low",
    settings: RateSettings | None = None,
    leave_out_above: float = 0.05,
) -> SurvivalResult:
    """Does a rep's customers' first use (or close, …) come too rarely or too late (`low`), or too soon (`high`)?

    `spells` has the columns `SPELL_COLUMNS`, one row per distinct history with `n` items. One-sample
    log-rank (Breslow 1975): observed events against the sum over his items of the stratum's Nelson-Aalen
    hazard on the days each was watched. The stratum's hazard leaves a rep out where he has more than
    `leave_out_above` of its items. Young items count for the days they had, so they are never called
    unused. `spells` may have `watched` besides: the day up to which an item would have been watched without its event.
    Raises UsageError on impossible spells.
    """
    chosen = settings or RateSettings()
    _check_frame(spells)
    names, order, data = _encode(spells)
    cells = Cells(data.rep, data.stratum, data.stratum, data.stratum, data.n, data.n * data.event, len(names))
    peers = peers_of(cells)
    hazard = np.empty(len(spells))

    def tally(included: Bools) -> Tally:
        each = _hazards(data, included, leave_out_above, data.exit, _daily)
        hazard[order] = each
        n, observed, expected = (
            sums(data.rep, x, len(names)) for x in (data.n, data.n * data.event, data.n * each)
        )
        no_doubt = np.zeros(len(names))
        return Tally(
            True,
            n,
            observed,
            expected,
            expected,
            no_doubt,
            lambda _: poisson_tails(observed, expected),
            *peers,
        )

    final, verdict, included = in_two_passes(tally, len(names), side, chosen)
    reps = table(names, final, verdict, chosen)
    if "watched" in spells:
        until = spells["watched"].to_numpy(dtype=np.int64)[order]
        chance = 1 - np.exp(-_hazards(data, included, leave_out_above, until, _by_product))
        reps = reps.assign(likely=sums(data.rep, data.n * chance, len(names)))
    return SurvivalResult(reps, spells.assign(expected=hazard), verdict.phi, verdict.tau2)


@dataclass(frozen=True)
class _Spells:
    rep: Ints
    stratum: Ints
    entry: Ints
    exit: Ints
    event: Bools
    n: Floats


def _hazards(
    data: _Spells, included: Bools, above: float, until: Ints, of_day: Callable[[Floats], Floats]
) -> Floats:
    """Cumulative hazard of one item of each row up to its day `until`, from the included reps' items of the stratum.

    Args:
        of_day: what the share of the items at risk that had the event on a day adds.
    """
    strata, days = int(data.stratum.max(initial=-1)) + 1, int(data.exit.max(initial=-1)) + 1
    until = np.minimum(until, days - 1)
    counted = np.where(included[data.rep], data.n, 0.0)
    events, at_risk = _history(data.stratum, data.entry, data.exit, data.event, counted, strata, days)
    result = _between(_cumulative(events, at_risk, of_day), data.stratum, data.entry, until)
    pairs = data.rep * np.int64(max(strata, 1)) + data.stratum
    of_pair, first = dense(pairs)
    pair = pairs[first]
    items, whole = sums(of_pair, counted, pair.size), sums(data.stratum, counted, strata)
    large = np.flatnonzero(items > above * whole[pair % max(strata, 1)])
    block = max(1, _BLOCK // max(days, 1))
    for start in range(0, large.size, block):
        chosen = large[start : start + block]
        number = np.full(pair.size, -1)
        number[chosen] = np.arange(chosen.size)
        rows = np.flatnonzero(number[of_pair] >= 0)
        own = number[of_pair[rows]]
        mine, risk = _history(
            own, data.entry[rows], data.exit[rows], data.event[rows], counted[rows], chosen.size, days
        )
        home = pair[chosen] % strata
        others = _cumulative(events[home] - mine, at_risk[home] - risk, of_day)
        result[rows] = _between(others, own, data.entry[rows], until[rows])
    return result


def _history(
    group: Ints, entry: Ints, exit: Ints, event: Bools, n: Floats, groups: int, days: int
) -> tuple[Floats, Floats]:
    """Events on, and items at risk on, each day 0…days - 1 of each group (groups × days)."""
    events = sums(group * days + exit, np.where(event, n, 0.0), groups * days).reshape(groups, days)
    width = days + 1
    change = sums(group * width + entry, n, groups * width) - sums(
        group * width + exit + 1, n, groups * width
    )
    return events, np.cumsum(change.reshape(groups, width), axis=1)[:, :days]


def _cumulative(events: Floats, at_risk: Floats, of_day: Callable[[Floats], Floats]) -> Floats:
    some = at_risk > 0.5  # rounding of the running sums aside, items at risk are whole
    return np.cumsum(of_day(np.where(some, events / np.where(some, at_risk, 1.0), 0.0)), axis=1)


def _daily(share: Floats) -> Floats:
    """Nelson and Aalen's hazard."""
    return share


def _by_product(share: Floats) -> Floats:
    """The hazard whose exponential is Kaplan and Meier's survival, which whole days with many events need."""
    return -np.log1p(-np.minimum(share, 1 - 1e-12))


def _between(cumulative: Floats, group: Ints, entry: Ints, exit: Ints) -> Floats:
    """Hazard gathered on the days entry…exit."""
    before = np.where(entry > 0, cumulative[group, np.maximum(entry - 1, 0)], 0.0)
    return np.asarray(cumulative[group, exit] - before)


def _encode(frame: pd.DataFrame) -> tuple[list[object], Ints, _Spells]:
    """Dense codes, and rows sorted so that sums do not depend on the order in which they came."""
    rep, names = pd.factorize(frame["rep"], sort=True)
    stratum, _ = pd.factorize(frame["stratum"], sort=True)
    entry, exit = (frame[c].to_numpy(dtype=np.int64) for c in ("entry", "exit"))
    event, n = frame["event"].to_numpy(dtype=bool), frame["n"].to_numpy(dtype=np.float64)
    order = np.lexsort((n, event, exit, entry, stratum, rep))
    columns = (rep.astype(np.int64), stratum.astype(np.int64), entry, exit, event, n)
    return list(names), order, _Spells(*(c[order] for c in columns))


def _check_frame(frame: pd.DataFrame) -> None:
    missing = [c for c in SPELL_COLUMNS if c not in frame.columns]
    if missing:
        raise UsageError(f"The spells of a survival test lack the columns: {', '.join(missing)}.")
    empty = [c for c in SPELL_COLUMNS if frame[c].isna().any()]
    if empty:
        raise UsageError(f"The spells of a survival test have empty values in: {', '.join(empty)}.")
    _check_spells(*(frame[c].to_numpy() for c in ("entry", "exit", "n")))


def _check_spells(
    entry: npt.NDArray[np.generic], exit: npt.NDArray[np.generic], n: npt.NDArray[np.generic]
) -> None:
    first, last, count = (np.asarray(a, np.float64) for a in (entry, exit, n))
    if (first < 0).any() or (last < first).any():
        raise UsageError("A spell must start on day 0 or later and cannot end before it starts.")
    if not np.isfinite(count).all() or (count < 0).any():
        raise UsageError("A spell cannot stand for a negative number of items.")
