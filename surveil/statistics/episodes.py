"""Wrong that begins and ends: the run of months in which a rep's rate stands out most, among all runs of months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit, ndtr, xlogy

from surveil.statistics.arrays import Floats, Ints
from surveil.statistics.habits import Part, habit_variance, part_of
from surveil.statistics.mixed_tails import logit_normal_binomial_tails
from surveil.statistics.overdispersion import normal_scores, recalibrated
from surveil.statistics.rates import RateResult
from surveil.statistics.tails import SMALLEST_P
from surveil.statistics.verdicts import Side

_EDGE = 1e-9
_TAIL = 0.10  # share of simulated scores that the exponential tail is fitted to
_NEAR = 2000  # simulated scores that each rep's own is held against
_TRIM = 0.10  # share of reps whose months vary most: they may be the wrong that is looked for
_FOR_EFFECT = 8  # simulated firms that the months' dispersion is held against
_BLOCK = 512  # reps looked at together: what is computed on the way fits the processor's cache


@dataclass(frozen=True)
class EpisodeSettings:
    """shortest, longest: months of the runs looked at, besides the whole time. simulated: honest reps drawn in all (at
    least). seed: of the simulation."""

    shortest: int = 3
    longest: int = 24
    simulated: int = 12_000
    seed: int = 19_970_601


@dataclass(frozen=True)
class Sign:
    """A rate test of one property of a rep's items, and the side on which it is remarkable."""

    result: RateResult
    side: Side = "high"


@dataclass(frozen=True)
class _Counts:
    """Items, events and expected events, reps × months, events being what is remarkable. `tau2`: per rep, the variance of
    his log odds among ordinary reps, with the doubt about his baseline."""

    n: Floats
    y: Floats
    mean: Floats
    tau2: Floats


def episode_test(signs: Sequence[Sign], settings: EpisodeSettings | None = None) -> pd.DataFrame:
    """Strongest run of months of each rep, with a p-value that allows for having looked at all of them.

    What is expected in a run goes by like items of others and by how he did in his other months: the beta law of his rate
    that `tau2` of the result makes before anything is seen, brought up to date with them (as in a beta-binomial model). So
    a lasting habit makes no run stand out, and a rep of whom much is known is his own control.
    The `signs` are taken as independent among honest reps; their scores in a run are added, one on the other side counting
    against it. Reps are those that the first sign's rate test could judge. Months count from the first to the last in the
    cells, empty ones too; the whole time is one of the runs.
    One row per rep: `rep`, `start`, `end` (months), `n`, `observed`, `expected` (of the first sign, in the run), `score`
    and `p_value`. Score: binomial deviance of the run over how much wider than chance counts vary, his rate being known no
    better (a scan in the manner of Kulldorff 1997). p: honest reps with the same items, each with a habit of his own that
    he keeps all the time, exponential tail beyond; never smaller than the tail of that run alone; widened to how ordinary
    reps spread. Where months vary more than that about everybody's own level, as things go together that happen on one day
    or in one outage, counts say by so much less (design effect, Kish 1965).
    """
    chosen = settings or EpisodeSettings()
    judged = signs[0].result.reps
    names = judged["rep"].to_numpy(dtype=object)[judged["p_value"].notna().to_numpy()]
    if not names.size:
        return pd.DataFrame(columns=["rep", "start", "end", "n", "observed", "expected", "score", "p_value"])
    first, months = _span([sign.result.cells for sign in signs])
    counts = [_counts(sign, pd.Index(names), first, months) for sign in signs]
    drawn = _drawn(counts, max(_FOR_EFFECT, int(np.ceil(chosen.simulated / names.size))), chosen.seed)
    effects = _design_effects(counts, drawn)
    best, start, end = _maxima(counts, effects, chosen)
    p = _tail_p(best, _simulated(counts, drawn, chosen), counts[0].mean.sum(axis=1))
    runs, alone = _alone(counts, effects, start, end)
    n, y, mean = runs[0]
    low = signs[0].side == "low"
    return pd.DataFrame(
        {
            "rep": names,
            "start": first + start,
            "end": first + end,
            "n": n,
            "observed": n - y if low else y,
            "expected": n - mean if low else mean,
            "score": best,
            "p_value": recalibrated(np.maximum(p, alone)),
        }
    )


def run_test(signs: Sequence[Sign], runs: pd.DataFrame) -> pd.DataFrame:
    """Test of one run of months of each rep, chosen without looking at the signs: there is nothing to be allowed for.

    Args:
        signs: as for `episode_test`.
        runs: `rep`, `start` and `end` (months); whoever is not in it is judged over the whole time.

    Returns:
        one row per rep whom the first sign's rate test could judge: `rep`, `n`, `observed`, `expected` (of the first sign,
        in the run) and `p_value`.
    """
    judged = signs[0].result.reps
    names = judged["rep"].to_numpy(dtype=object)[judged["p_value"].notna().to_numpy()]
    if not names.size:
        return pd.DataFrame(columns=["rep", "n", "observed", "expected", "p_value"])
    first, months = _span([sign.result.cells for sign in signs])
    counts = [_counts(sign, pd.Index(names), first, months) for sign in signs]
    wanted = runs.set_index("rep").reindex(names)
    start, end = (
        (wanted[name].fillna(edge) - first).clip(0, months - 1).to_numpy(dtype=np.int64)
        for name, edge in (("start", first), ("end", first + months - 1))
    )
    effects = _design_effects(counts, _drawn(counts, _FOR_EFFECT, EpisodeSettings.seed))
    found, alone = _alone(counts, effects, start, end)
    n, y, mean = found[0]
    low = signs[0].side == "low"
    return pd.DataFrame(
        {
            "rep": names,
            "n": n,
            "observed": n - y if low else y,
            "expected": n - mean if low else mean,
            "p_value": alone,
        }
    )


def _alone(
    counts: Sequence[_Counts], effects: Sequence[float], start: Ints, end: Ints
) -> tuple[list[list[Floats]], Floats]:
    """Items, events and events expected of him, of each sign in each row's run, and the tail of that run by itself."""
    runs, scores = [], []
    for c, effect in zip(counts, effects, strict=True):
        n, y, mean = (_of_run(a, start, end) for a in (c.n, c.y, c.mean))
        run = part_of(n, mean, (c.n.sum(axis=1), c.mean.sum(axis=1), c.tau2))
        wanted, variance = run.expected(c.y.sum(axis=1) - y)
        wanted = np.where(run.some, wanted, mean)
        by_chance = np.maximum(wanted * (1 - wanted / np.maximum(n, 1.0)), _EDGE)
        variance = variance + (effect - 1) / by_chance
        scores.append(normal_scores(logit_normal_binomial_tails(y, n, wanted, np.sqrt(variance)).p_value()))
        runs.append([n, y, wanted])
    return runs, np.asarray(ndtr(-np.sum(scores, axis=0) / np.sqrt(len(scores))))


def _span(cells: Sequence[pd.DataFrame]) -> tuple[int, int]:
    """First month of all cells, and how many months they span."""
    months = np.concatenate([part["month"].to_numpy(dtype=np.int64) for part in cells])
    return int(months.min()), int(months.max() - months.min()) + 1


def _counts(sign: Sign, reps: pd.Index, first: int, months: int) -> _Counts:
    """A sign's cells, summed by rep and month; on the low side, of the events that did not happen."""
    cells = sign.result.cells
    who = reps.get_indexer(pd.Index(cells["rep"].to_numpy(dtype=object)))
    rows = cells[who >= 0]
    at = who[who >= 0] * months + rows["month"].to_numpy(dtype=np.int64) - first
    items = rows["n"].to_numpy(dtype=np.float64)
    columns = (items, rows["y"].to_numpy(dtype=np.float64), items * rows["p"].to_numpy(dtype=np.float64))
    n, y, mean = (
        np.bincount(at, column, minlength=len(reps) * months).reshape(len(reps), months).astype(np.float64)
        for column in columns
    )
    if sign.side == "low":
        y, mean = n - y, n - mean
    return _Counts(n, y, mean, habit_variance(sign.result, reps))


def _of_run(values: Floats, start: Ints, end: Ints) -> Floats:
    """Sum over each row's run of months."""
    total = _running(values)
    rows = np.arange(values.shape[0])
    return np.asarray(total[rows, end + 1] - total[rows, start])


def _running(values: Floats) -> Floats:
    """Sums over the months before each, and over all of them."""
    return np.concatenate([np.zeros((values.shape[0], 1)), values.cumsum(axis=1)], axis=1)


def _runs(sign: _Counts, settings: EpisodeSettings) -> list[tuple[int, Part]]:
    """The lengths looked at, each with its runs, reps × first months; the whole time first, then the longest."""
    months = sign.n.shape[1]
    items, expected = _running(sign.n), _running(sign.mean)
    whole = (items[:, -1:], expected[:, -1:], sign.tau2[:, None])
    lengths = (months, *range(min(settings.longest, months - 1), settings.shortest - 1, -1))
    return [
        (k, part_of(items[:, k:] - items[:, :-k], expected[:, k:] - expected[:, :-k], whole)) for k in lengths
    ]


def _design_effects(
    signs: Sequence[_Counts], drawn: Sequence[Sequence[npt.NDArray[np.int32]]]
) -> list[float]:
    """Of each sign, how many times what chance allows the months of ordinary reps vary about their own level; 1 or more."""
    effects = []
    for i, sign in enumerate(signs):
        by_chance = float(np.mean([_dispersion(sign, draw[i]) for draw in drawn[:_FOR_EFFECT]]))
        effects.append(max(1.0, _dispersion(sign, sign.y) / by_chance) if by_chance > 0 else 1.0)
    return effects


def _dispersion(sign: _Counts, y: npt.NDArray[np.int32] | Floats) -> float:
    """Squared deviations of months from the reps' own levels over their variance by chance, the most varied left out."""
    level = y.sum(axis=1, keepdims=True) / np.maximum(sign.mean.sum(axis=1, keepdims=True), _EDGE)
    usual = np.clip(sign.mean * level, 0.0, sign.n)
    squares = ((y - usual) ** 2).sum(axis=1)
    chance = (usual * (1 - usual / np.maximum(sign.n, 1.0))).sum(axis=1)
    judged = chance > _EDGE
    if not judged.any():
        return 0.0
    ratio = squares[judged] / chance[judged]
    kept = ratio <= np.quantile(ratio, 1 - _TRIM)
    return float(squares[judged][kept].sum() / chance[judged][kept].sum())


def _maxima(
    signs: Sequence[_Counts], effects: Sequence[float], settings: EpisodeSettings
) -> tuple[Floats, Ints, Ints]:
    """Per row the largest sum of scores and the first and last month of its run; of equal ones the longest."""
    return _strongest([_runs(sign, settings) for sign in signs], [sign.y for sign in signs], effects)


def _strongest(
    runs: Sequence[Sequence[tuple[int, Part]]], events: Sequence[Floats], effects: Sequence[float]
) -> tuple[Floats, Ints, Ints]:
    """`_maxima` of these events of each sign."""
    rows, months = events[0].shape
    reps = np.arange(rows)
    best = np.full(rows, -np.inf)
    start, end = np.zeros(rows, dtype=np.int64), np.full(rows, months - 1, dtype=np.int64)
    sums = [_running(y) for y in events]
    for of_length in zip(*runs, strict=True):
        k = of_length[0][0]
        scores = [
            _score(run, y[:, k:] - y[:, :-k], y[:, -1:]) / effect
            for (_, run), y, effect in zip(of_length, sums, effects, strict=True)
        ]
        score = np.sum(scores, axis=0)
        at = np.argmax(score, axis=1)
        better = score[reps, at] > best + 1e-12
        best = np.where(better, score[reps, at], best)
        start, end = np.where(better, at, start), np.where(better, at + k - 1, end)
    return best, start, end


def _score(run: Part, y: Floats, total: Floats) -> Floats:
    """Half the deviance from what is expected of him over the dispersion that is left, negative where there are fewer."""
    wanted, variance = run.expected(total - y)
    seen = np.where(run.some, y, 1.0)
    rest, usual = run.size - seen, run.size - wanted
    deviance = xlogy(seen, seen / wanted) + xlogy(rest, rest / usual)
    spread = 1 + variance * wanted * usual / run.size
    return np.where(run.some, np.sign(seen - wanted) * deviance / spread, 0.0)


def _simulated(
    signs: Sequence[_Counts], draws: Sequence[Sequence[npt.NDArray[np.int32]]], settings: EpisodeSettings
) -> Floats:
    """Scores of honest reps with the same items in the same months, draws × reps."""
    reps = signs[0].n.shape[0]
    by_chance = [1.0] * len(signs)
    found = np.empty((len(draws), reps))
    for first in range(0, reps, _BLOCK):
        part = slice(first, first + _BLOCK)
        runs = [_runs(_Counts(s.n[part], s.y[part], s.mean[part], s.tau2[part]), settings) for s in signs]
        for i, drawn in enumerate(draws):
            found[i, part] = _strongest(runs, [y[part].astype(np.float64) for y in drawn], by_chance)[0]
    return found


def _drawn(signs: Sequence[_Counts], draws: int, seed: int) -> list[list[npt.NDArray[np.int32]]]:
    """Events of honest reps, reps × months, draw by draw and sign by sign."""
    rng = np.random.default_rng(seed)
    items, centres = [], []
    for sign in signs:
        chance = np.clip(sign.mean / np.where(sign.n > 0, sign.n, 1.0), _EDGE, 1 - _EDGE)
        # The centre moves so that the mean stays where it is, to second order.
        centres.append(logit(chance) - 0.5 * sign.tau2[:, None] * (1 - 2 * chance))
        items.append(sign.n.astype(np.int64))
    found = []
    for _ in range(draws):
        drawn = []
        for sign, n, centre in zip(signs, items, centres, strict=True):
            habit = rng.normal(0.0, 1.0, (n.shape[0], 1)) * np.sqrt(sign.tau2)[:, None]
            drawn.append(rng.binomial(n, expit(centre + habit)).astype(np.int32))
        found.append(drawn)
    return found


def _tail_p(seen: Floats, null: Floats, size: Floats) -> Floats:
    """Share of simulated scores of reps of like size that are as high: counted, and exponential beyond."""
    reps = seen.size
    result = np.empty(reps)
    order = np.argsort(size, kind="stable")
    near = min(reps, max(1, int(np.ceil(_NEAR / null.shape[0]))))
    for rank, rep in enumerate(order):
        first = int(np.clip(rank - near // 2, 0, reps - near))
        draws = np.sort(null[:, order[first : first + near]], axis=None)
        edge = draws[int((1 - _TAIL) * (draws.size - 1))]
        above = (
            draws.size - (np.searchsorted(draws, seen[rep]) + np.searchsorted(draws, seen[rep], "right")) / 2
        )
        counted = (above + 0.5) / (draws.size + 1)
        excess = draws[draws > edge] - edge
        # In theory the scale is one: a score is a log-likelihood ratio. The simulation may show more.
        scale = max(float(excess.mean()) if excess.size else 1.0, 0.3)
        result[rep] = counted if seen[rep] <= edge else _TAIL * np.exp(-(seen[rep] - edge) / scale)
    return np.asarray(np.clip(result, SMALLEST_P, 1.0))
