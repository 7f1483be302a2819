"""What each cell is expected to show, judged by other representatives only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from surveil.statistics import lasting
from surveil.statistics.arrays import Bools, Floats, Ints, dense, sums

#: Most that rates of strata are taken to differ (log odds): from rare to usual.
_STRATA_MOST = 4.0
#: Most information that holds a stratum's rate at the firm's, however alike strata seem.
_STRATA_HELD = 10.0


@dataclass(frozen=True)
class Grouping:
    """Cells by a key: `group` of each cell, its `own` group (key and rep), and the `first` cell of each own group."""

    group: Ints
    own: Ints
    first: Ints


@dataclass(frozen=True)
class Cells:
    """Cells as dense integer codes, one entry per cell, sorted; `n` items or exposure, `y` events."""

    rep: Ints
    stratum: Ints
    branch: Ints
    month: Ints
    n: Floats
    y: Floats
    reps: int

    @cached_property
    def by_stratum(self) -> Grouping:
        return self._grouping(self.stratum)

    @cached_property
    def by_month(self) -> Grouping:
        return self._grouping(self.month)

    @cached_property
    def by_branch(self) -> Grouping:
        return self._grouping(self.branch)

    @cached_property
    def by_branch_month(self) -> Grouping:
        return self._grouping(self.branch * (int(self.month.max(initial=0)) + 1) + self.month)

    def _grouping(self, key: Ints) -> Grouping:
        group, _ = dense(key)
        # The cells are sorted by rep, so that a key that begins with the rep is nearly in order and quickly sorted.
        own, first = dense(self.rep * (int(group.max(initial=0)) + 1) + group)
        return Grouping(group, own, first)


@dataclass(frozen=True)
class Baseline:
    """Expected rate and sampling variance per cell; per rep, the variance that the baseline adds."""

    rate: Floats
    variance: Floats
    baseline_variance: Floats


def left_out(cells: Cells, by: Grouping, values: Floats, included: Bools) -> Floats:
    """Per cell: sum of `values` over all cells with the same key, without those of the cell's own rep.

    Cells of reps that are not `included` count for nobody.
    """
    counted = np.where(included[cells.rep], values, 0.0)
    return sums(by.group, counted, 0)[by.group] - sums(by.own, counted, 0)[by.own]


def peer_rates(cells: Cells, included: Bools, prior: float, held: float, counts: bool) -> Floats:
    """Rate of the stratum without the rep, drawn to that of the firm.

    By `held` items (counts: events) to that of the firm without him, and by `prior` to that of all: so it is never nothing
    where something happens at all.
    """
    events = left_out(cells, cells.by_stratum, cells.y, included)
    items = left_out(cells, cells.by_stratum, cells.n, included)
    firm = cells.y.sum() / cells.n.sum() if cells.n.sum() > 0 else 0.0
    if firm == 0.0:
        return np.zeros_like(cells.y)
    others = _rate_of_others(cells, included)
    drawn = held * others + prior * firm
    if not counts:
        return np.asarray((events + drawn) / (items + held + prior))
    # Events that are as many as `prior` and `held` say weigh as the exposure in which the firm shows so many.
    return np.asarray((events + drawn / firm) / (np.maximum(items, 0.0) + (held + prior) / firm))


def _rate_of_others(cells: Cells, included: Bools) -> Floats:
    """Per cell the rate of the whole firm without the rep."""
    n, y = (np.where(included[cells.rep], values, 0.0) for values in (cells.n, cells.y))
    others_n, others_y = (values.sum() - sums(cells.rep, values, cells.reps) for values in (n, y))
    known = others_n > 0
    return np.asarray(np.where(known, others_y / np.where(known, others_n, 1.0), 0.0))[cells.rep]


def _of_strata(cells: Cells, included: Bools, prior: float, counts: bool) -> tuple[Floats, Floats | None]:
    """The rate of each cell's stratum among other reps, and the variance of its logarithm; none where strata are alike.

    Rates are drawn to the firm's the more the less strata differ (empirical Bayes). What hardly anybody but the rep sells
    has a rate that nobody knows, as far as strata differ in this firm.
    """
    counted = included[cells.rep]
    n, y = (sums(cells.stratum, np.where(counted, values, 0.0), 0) for values in (cells.n, cells.y))
    differ = strata_differ(n, y, counts)
    firm = y.sum() / n.sum() if n.sum() > 0 else 0.0
    # One item tells so much of the rate (one event, where events are counted by exposure).
    told = 1.0 if counts else firm * (1 - firm)
    held = min(1 / differ if differ > 0 else np.inf, _STRATA_HELD) / told if told > 0 else 0.0
    rate = peer_rates(cells, included, prior, held, counts)
    if differ == 0.0:
        return rate, None
    known = np.maximum(left_out(cells, cells.by_stratum, _information(cells, rate, counts), included), 0.0)
    return rate, differ / (1 + differ * known)


def strata_differ(n: Floats, y: Floats, counts: bool) -> float:
    """Variance between strata of the log odds (counts: log) of their rates, by moments (DerSimonian and Laird 1986)."""
    firm = y.sum() / n.sum() if n.sum() > 0 else 0.0
    information = n * firm if counts else n * firm * (1 - firm)
    told = information > 0
    information, excess = information[told], y[told] - n[told] * firm
    if information.size < 2:
        return 0.0
    found = float(np.sum(excess**2 / information)) - (information.size - 1)
    among = information.sum() - float(np.sum(information**2)) / information.sum()
    return float(np.clip(found / among, 0.0, _STRATA_MOST)) if among > 0 else 0.0


def fit(
    cells: Cells, included: Bools, prior: float, factor_prior: float, counts: bool, high: bool = True
) -> Baseline:
    """Peer rate × month factor × branch factor × branch-month factor for every cell, each without the rep's own cells.

    Args:
        high: whether many events are remarkable; else few are. The branch factor excuses only: who does what is usual in
            the firm is not remarkable for working where it is rarer.
    """
    rate, of_stratum = _of_strata(cells, included, prior, counts)
    rate, _ = _apply_factor(cells, cells.by_month, rate, included, factor_prior, counts)
    rate, of_branch = _apply_branch_factor(cells, rate, included, counts, high)
    rate, of_month = _apply_factor(cells, cells.by_branch_month, rate, included, factor_prior, counts)
    variance = _information(cells, rate, counts)
    doubt = _doubt_per_rep(cells, cells.by_branch_month, variance, of_month)
    if of_stratum is not None:
        doubt += _doubt_per_rep(cells, cells.by_stratum, variance, of_stratum)
    if of_branch is not None:
        doubt += _doubt_per_rep(cells, cells.by_branch, variance, of_branch)
    return Baseline(rate, variance, doubt)


def _information(cells: Cells, rate: Floats, counts: bool) -> Floats:
    """Variance of each cell's events by chance: how much they tell about the log (counts) or the log odds of its rate."""
    return cells.n * rate if counts else cells.n * rate * (1 - rate)


def _apply_factor(
    cells: Cells, by: Grouping, rate: Floats, included: Bools, prior: float, counts: bool
) -> tuple[Floats, Floats]:
    """Rates moved by what other reps with the same key showed; and the variance of the factor's logarithm."""
    observed = left_out(cells, by, cells.y, included)
    expected = np.maximum(left_out(cells, by, cells.n * rate, included), 0.0)
    items = np.maximum(left_out(cells, by, cells.n, included), 0.0)
    factor, doubt = _factor(observed, expected, items, (items > 0) & (rate > 0), prior, counts)
    return _moved(rate, factor, counts), doubt


def _apply_branch_factor(
    cells: Cells, rate: Floats, included: Bools, counts: bool, high: bool
) -> tuple[Floats, Floats | None]:
    """Rates moved by what other reps of the branch showed over all months, as far as branches differ in this firm for good.

    And the variance of the factor's logarithm; none where they are not seen to differ, and nothing is moved.
    """
    by = cells.by_branch
    branch, there = by.group[by.first], included[cells.rep[by.first]]

    def of_reps(values: Floats) -> Floats:
        return np.where(there, sums(by.own, values, 0), 0.0)

    def of_others(values: Floats) -> Floats:
        return np.maximum(sums(branch, values, 0)[branch] - values, 0.0)

    expected, information = of_reps(cells.n * rate), of_reps(_information(cells, rate, counts))
    excess = lasting.in_company(branch, of_reps(cells.y) - expected, information)
    between = lasting.between(branch, excess, information)
    if between == 0.0:
        return rate, None
    items = of_others(of_reps(cells.n))
    observed = of_others(expected + excess) if counts else np.minimum(of_others(expected + excess), items)
    # Colleagues have habits of their own: together they tell less of their branch than their events would.
    told, usable = of_others(lasting.told(information)), items > 0
    thinned = np.where(told > 0, of_others(information) / np.where(told > 0, told, 1.0), 1.0)
    factor, doubt = _factor(observed, of_others(expected), items, usable, thinned / between, counts)
    excuses = factor > 1.0 if high else factor < 1.0
    factor, doubt = np.where(excuses, factor, 1.0), np.where(excuses, doubt, 0.0)
    return _moved(rate, factor[by.own], counts), (doubt * thinned)[by.own]


def _factor(
    observed: Floats, expected: Floats, items: Floats, usable: Bools, prior: float | Floats, counts: bool
) -> tuple[Floats, Floats]:
    """A factor and the variance of its logarithm.

    It is observed over expected with `prior` expected events added to both, so that little data leaves it at one. For
    rates it acts on the odds, which keeps a chance a chance; for rare events that is the same thing.
    """
    if counts:
        return (observed + prior) / (expected + prior), 1.0 / (expected + prior)
    mean = np.clip(np.where(usable, expected / np.where(items > 0, items, 1.0), 0.5), 1e-9, 1 - 1e-9)
    # Pseudo-items carry `prior` units of information, the same whether an event or its absence is counted.
    yes, no = prior / (1 - mean), prior / mean
    odds = ((observed + yes) * (items - expected + no)) / ((expected + yes) * (items - observed + no))
    return np.where(usable, odds, 1.0), 1.0 / (items * mean * (1 - mean) + prior)


def _moved(rate: Floats, factor: Floats, counts: bool) -> Floats:
    return rate * factor if counts else rate * factor / (1 - rate + rate * factor)


def _doubt_per_rep(cells: Cells, by: Grouping, variance: Floats, doubt: Floats) -> Floats:
    """Variance of a rep's expected count that comes from not knowing the factors of his groups exactly."""
    together = sums(by.own, variance, 0)
    return sums(cells.rep[by.first], together**2 * doubt[by.first], cells.reps)


def peers_of(cells: Cells) -> tuple[Ints, Floats, Floats]:
    """Per rep: other reps with items in his strata, their items there, their events there."""
    width = int(cells.stratum.max(initial=0)) + 1
    used = cells.n > 0
    pairs = cells.rep[used] * np.int64(width) + cells.stratum[used]
    pair = pairs[dense(pairs)[1]]
    rep, stratum = pair // width, pair % width
    member = np.zeros((width, (cells.reps + 7) // 8), dtype=np.uint8)
    np.bitwise_or.at(member, (stratum, rep // 8), (1 << (rep % 8)).astype(np.uint8))
    peers = np.zeros(cells.reps, dtype=np.int64)
    present, start = np.unique(rep, return_index=True)
    # In a large firm many reps have the very same strata.
    found: dict[bytes, int] = {}
    for one, begin, end in zip(present, start, np.append(start[1:], rep.size)[: start.size], strict=True):
        own = stratum[begin:end]
        strata = own.tobytes()
        if strata not in found:
            found[strata] = int(np.bitwise_count(np.bitwise_or.reduce(member[own], axis=0)).sum()) - 1
        peers[one] = found[strata]
    items = _per_rep(cells, rep, stratum, cells.n, width)
    events = _per_rep(cells, rep, stratum, cells.y, width)
    return peers, items, events


def _per_rep(cells: Cells, rep: Ints, stratum: Ints, values: Floats, width: int) -> Floats:
    """Sum of other reps' values over the strata that each rep has."""
    of_stratum = sums(cells.stratum, values, width)
    own = sums(cells.rep, values, cells.reps)
    return sums(rep, of_stratum[stratum], cells.reps) - own
