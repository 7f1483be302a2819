"""Wrong that many do together: runs of months in which most members of a group, not one of them, have too many events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit, ndtr, xlogy

from surveil.statistics.arrays import Bools, Floats, Ints
from surveil.statistics.overdispersion import normal_scores, recalibrated

_EDGE = 1e-9
_NEAR = 2000  # simulated scores that each group's own is held against
COLUMNS = ("group", "start", "end", "members", "n", "observed", "expected", "score", "p_value")


@dataclass(frozen=True)
class BreadthSettings:
    """shortest, longest: months of the runs looked at, besides the whole time. cap: most that one member adds, in standard
    deviations. least_members: below which a group is not tested (2 at least). simulated: honest groups drawn in all (at
    least). seed: of the simulation."""

    shortest: int = 3
    longest: int = 24
    cap: float = 2.0
    least_members: int = 3
    simulated: int = 4_000
    seed: int = 20_160_908


def breadth_test(
    cells: pd.DataFrame, member_tau2: float, group_tau2: float, settings: BreadthSettings | None = None
) -> pd.DataFrame:
    """Groups in which, in some run of months or all the time, many members have more events than expected.

    In a run each member has a standard deviation's score (signed root of his deviance over the usual spread), held within
    `cap` on either side. They are joined to the group's score, each weighing as much as he tells (Stouffer's method with the
    root of the information on the log odds: one of whom nothing was expected must not count like one with fifty accounts),
    and the group's best run counts. p: honest
    groups with the same items, in which every member and the group as a whole has a habit that it keeps all the time
    (variances of the log odds as given). The score of that run without its most remarkable month and member is compared
    with the same of honest groups, too, and the larger p-value counts, so that neither one rogue nor one month of lost
    papers makes a group remarkable. The p-value is widened to how ordinary groups spread.

    Args:
        cells: `group`, `member` (texts), `month` (whole number), `n`, `y`, and `p`, the expected rate.

    Returns:
        one row per group, sorted, with `COLUMNS`; `start` and `end` are months, counts are those of the run, and the
        p-value is missing where the group has too few members.
    """
    chosen = settings or BreadthSettings()
    if cells.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    made = _Counts.of(cells)
    best, start, end = _maxima(made, made.y, member_tau2, chosen)
    rest = _without_the_worst(made, made.y, start, end, member_tau2, chosen.cap)
    null, null_rest = _simulated(made, member_tau2, group_tau2, chosen)
    members = np.bincount(made.group, minlength=len(made.names)).astype(np.int64)
    enough = members >= chosen.least_members
    p = np.full(len(made.names), np.nan)
    if enough.any():
        scores = ((best, null), (rest, null_rest))
        tails = [_tail_p(seen[enough], drawn[:, enough], members[enough]) for seen, drawn in scores]
        p[enough] = np.maximum(*tails)
    p = recalibrated(p)
    n, y, mean = (_in_run(values, made, start, end) for values in (made.n, made.y, made.mean))
    values = (made.names, made.first + start, made.first + end, members, n, y, mean, best, p)
    return pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))


@dataclass(frozen=True)
class _Counts:
    """Items, events and expected events, members × months, with the group of each member."""

    names: list[str]
    group: Ints
    first: int
    n: Floats
    y: Floats
    mean: Floats

    @classmethod
    def of(cls, cells: pd.DataFrame) -> _Counts:
        first, last = int(cells["month"].min()), int(cells["month"].max())
        months = last - first + 1
        pairs = cells["group"].astype(str) + "\n" + cells["member"].astype(str)
        who, labels = pd.factorize(pairs, sort=True)
        owner = [label.split("\n", 1)[0] for label in labels]
        group, names = pd.factorize(np.asarray(owner, dtype=object), sort=True)
        at = who * months + cells["month"].to_numpy(dtype=np.int64) - first
        items = cells["n"].to_numpy(dtype=np.float64)
        columns = (
            items,
            cells["y"].to_numpy(dtype=np.float64),
            items * cells["p"].to_numpy(dtype=np.float64),
        )
        n, y, mean = (
            np.bincount(at, column, minlength=len(labels) * months)
            .reshape(len(labels), months)
            .astype(np.float64)
            for column in columns
        )
        return cls(list(names), group.astype(np.int64), first, n, y, mean)


def _maxima(made: _Counts, y: Floats, tau2: float, settings: BreadthSettings) -> tuple[Floats, Ints, Ints]:
    """Per group the largest score, and the first and last month of its run; of equal ones the longest."""
    groups, months = len(made.names), made.n.shape[1]
    rows = np.arange(groups)
    best = np.full(groups, -np.inf)
    start, end = np.zeros(groups, dtype=np.int64), np.full(groups, months - 1, dtype=np.int64)
    n, seen, mean = (_running(values) for values in (made.n, y, made.mean))
    longest = min(settings.longest, months - 1)
    for k in (months, *range(longest, settings.shortest - 1, -1)):
        part = [values[:, k:] - values[:, :-k] for values in (n, seen, mean)]
        root, told = _roots(part[0], part[1], part[2], tau2)
        capped = np.sqrt(told) * np.clip(root, -settings.cap, settings.cap)
        total, weight, size = (
            _by_group(values, made.group) for values in (capped, told, (told > 0).astype(np.float64))
        )
        enough = size >= max(settings.least_members, 2)
        score = np.where(enough, total / np.sqrt(np.maximum(weight, _EDGE)), -np.inf)
        at = np.argmax(score, axis=1)
        better = score[rows, at] > best + 1e-12
        best = np.where(better, score[rows, at], best)
        start, end = np.where(better, at, start), np.where(better, at + k - 1, end)
    return np.where(np.isfinite(best), best, 0.0), start, end


def _roots(n: Floats, y: Floats, mean: Floats, tau2: float) -> tuple[Floats, Floats]:
    """Signed root of the deviance over the spread of members, and what it tells: the information on the log odds, 0 where
    there is nothing to judge."""
    there = (n > 0) & (mean > _EDGE)
    size = np.where(there, n, 2.0)
    wanted = np.clip(np.where(there, mean, 1.0), _EDGE, size - _EDGE)
    seen = np.where(there, y, 1.0)
    rest = size - seen
    deviance = 2 * (xlogy(seen, seen / wanted) + xlogy(rest, rest / (size - wanted)))
    chance = wanted * (1 - wanted / size)
    spread = 1 + tau2 * chance
    root = np.sign(seen - wanted) * np.sqrt(np.maximum(deviance, 0.0) / spread)
    return np.where(there, root, 0.0), np.where(there, chance / spread, 0.0)


def _simulated(
    made: _Counts, member_tau2: float, group_tau2: float, settings: BreadthSettings
) -> tuple[Floats, Floats]:
    """Best scores of honest groups with the same items in the same months, draws × groups, and those without the worst."""
    rng = np.random.default_rng(settings.seed)
    groups = len(made.names)
    draws = max(20, int(np.ceil(settings.simulated / groups)))
    chance = np.clip(made.mean / np.where(made.n > 0, made.n, 1.0), _EDGE, 1 - _EDGE)
    # The centre moves so that the mean stays where it is, to second order.
    centre = logit(chance) - 0.5 * (member_tau2 + group_tau2) * (1 - 2 * chance)
    items, best, rest = made.n.astype(np.int64), np.empty((draws, groups)), np.empty((draws, groups))
    for i in range(draws):
        habit = rng.normal(0.0, np.sqrt(member_tau2), (made.group.size, 1))
        shared = rng.normal(0.0, np.sqrt(group_tau2), groups)[made.group][:, None]
        y = rng.binomial(items, expit(centre + habit + shared)).astype(np.float64)
        best[i], start, end = _maxima(made, y, member_tau2, settings)
        rest[i] = _without_the_worst(made, y, start, end, member_tau2, settings.cap)
    return best, rest


def _tail_p(seen: Floats, null: Floats, members: Ints) -> Floats:
    """Share of simulated scores of groups of like size that are as high: counted, and normal beyond."""
    groups = seen.size
    result = np.empty(groups)
    order = np.argsort(members, kind="stable")
    near = min(groups, max(1, int(np.ceil(_NEAR / null.shape[0]))))
    for rank, one in enumerate(order):
        first = int(np.clip(rank - near // 2, 0, groups - near))
        draws = np.sort(null[:, order[first : first + near]], axis=None)
        above = (
            draws.size - (np.searchsorted(draws, seen[one]) + np.searchsorted(draws, seen[one], "right")) / 2
        )
        counted = (above + 0.5) / (draws.size + 1)
        # Beyond the draws the largest score of capped ones is nearly normal in its upper tail.
        edge = float(np.quantile(draws, 0.99))
        slope = max((edge - float(np.quantile(draws, 0.84))) / (2.326 - 0.994), 0.3)
        beyond = float(ndtr(-(normal_scores(0.01) + (seen[one] - edge) / slope)))
        result[one] = counted if seen[one] <= edge else max(beyond, 1e-12)
    return result


def _without_the_worst(made: _Counts, y: Floats, start: Ints, end: Ints, tau2: float, cap: float) -> Floats:
    """The score of each group's run without its most remarkable month and then its most remarkable member."""
    kept = _but_the_worst_month(made, y, start, end)
    n, seen, mean = ((np.where(kept, values, 0.0)).sum(axis=1) for values in (made.n, y, made.mean))
    root, told = _roots(n, seen, mean, tau2)
    capped = np.sqrt(told) * np.clip(root, -cap, cap)
    first = _first_rows(made.group)
    worst = np.maximum.reduceat(capped, first)
    # Of several as remarkable the one who tells least goes: what is left is then the less.
    his = np.minimum.reduceat(np.where(capped == worst[made.group], told, np.inf), first)
    weight = np.maximum(np.add.reduceat(told, first) - his, _EDGE)
    return np.asarray((np.add.reduceat(capped, first) - worst) / np.sqrt(weight))


def _in_run(values: Floats, made: _Counts, start: Ints, end: Ints) -> Floats:
    """Sum over a group's members in its run."""
    inside = _member_run(values, made, start, end)
    return np.asarray(np.bincount(made.group, inside, minlength=len(made.names)), np.float64)


def _member_run(values: Floats, made: _Counts, start: Ints, end: Ints) -> Floats:
    total, rows = _running(values), np.arange(values.shape[0])
    return np.asarray(total[rows, end[made.group] + 1] - total[rows, start[made.group]])


def _but_the_worst_month(made: _Counts, y: Floats, start: Ints, end: Ints) -> Bools:
    """Members × months: those of the group's run but for the month in which the group is most remarkable."""
    month = np.arange(made.n.shape[1])[None, :]
    inside = (month >= start[:, None]) & (month <= end[:, None])
    excess = _by_group(y - made.mean, made.group)
    spread = np.sqrt(_by_group(made.mean * (1 - made.mean / np.where(made.n > 0, made.n, 1.0)), made.group))
    strength = np.where(spread > 0, excess / np.where(spread > 0, spread, 1.0), 0.0)
    worst = np.argmax(np.where(inside, strength, -np.inf), axis=1)
    return np.asarray((inside & (month != worst[:, None]))[made.group])


def _by_group(values: Floats, group: Ints) -> Floats:
    """Sums of rows by group; rows are sorted by group."""
    return np.asarray(np.add.reduceat(values, _first_rows(group), axis=0))


def _first_rows(group: Ints) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.r_[True, group[1:] != group[:-1]])


def _running(values: Floats) -> Floats:
    """Sums over the months before each, and over all of them."""
    return np.concatenate([np.zeros((values.shape[0], 1)), values.cumsum(axis=1)], axis=1)
