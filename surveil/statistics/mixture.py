"""Is a part of a rep's accounts of another kind? Account log-likelihood ratios and the rep's mixture over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from surveil.errors import UsageError
from surveil.statistics.arrays import Bools, Floats, Ints, sums
from surveil.statistics.combine import benjamini_hochberg, cauchy_combination
from surveil.statistics.overdispersion import recalibrated
from surveil.statistics.tails import SMALLEST_P

_SHARES = np.array([0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.18, 0.27, 0.40, 0.60])
_EDGE = 1e-6
# Units squared, and the least scale of the tail. Where colleagues show next to nothing odd, redrawn firms spread by nothing,
# and a few odd customers would look impossible: four of forty must not be proof (a normal tail's scale there is 0.5).
_LEAST_VARIANCE = 0.2
_LEAST_SCALE = 0.5
_TAIL = 0.10  # share of simulated statistics that the exponential tail is fitted to
_REMARKABLE_Q = 0.10  # false-discovery rate at which a rep's units are no longer drawn from
_TRIES = 4
_BLOCK = 8192
_REPS_AT_ONCE = 256


@dataclass(frozen=True)
class MixtureSettings:
    """share: share of wronged units at which the score test is sharpest (mild forgers wrong some 3 to 9 customers in a
    hundred). shortest: months of the shortest episode looked for. draws: redrawn firms, and simulated: reps redrawn in all
    (at least): enough for the tail, and no more in a large firm. seed: of the drawing."""

    share: float = 0.05
    shortest: int = 3
    draws: int = 4
    simulated: int = 8000
    seed: int = 19_690_101


def account_evidence(flags: npt.ArrayLike, chance: npt.ArrayLike, bad: npt.ArrayLike) -> Floats:
    """Log-likelihood ratio of every account, accounts × features: unauthorized against ordinary (Fellegi and Sunter 1969).

    `flags` (accounts × features) are 1, 0 or NaN, not known, which adds nothing; `chance` the probability
    of the flag on an ordinary account like it; `bad` that on an unauthorized one, per feature. Sum over
    features for the account.
    """
    y, given = np.asarray(flags), np.asarray(chance, np.float64)
    m = np.clip(np.asarray(bad, np.float64), _EDGE, 1 - _EDGE)
    if y.ndim != 2 or y.shape != given.shape or m.shape != y.shape[-1:]:
        raise UsageError(
            "Account evidence needs flags and chances of one shape, and one bad profile per feature."
        )
    # Row by row in memory, whatever the layout of the flags: sums over an account's features depend on it in the last digit.
    result = np.empty(y.shape)
    for part in _parts(len(y)):
        p = np.clip(given[part], _EDGE, 1 - _EDGE)
        ratio = np.log(np.where(y[part] > 0.5, m / p, (1 - m) / (1 - p)))
        result[part] = np.where(np.isfinite(y[part]) & np.isfinite(given[part]), ratio, 0.0)
    return result


def expected_spread(flags: npt.ArrayLike, chance: npt.ArrayLike, bad: npt.ArrayLike, least: float) -> Floats:
    """Variance of each account's log-likelihood ratio were it ordinary and its flags independent: how much it can tell.

    Arguments as in `account_evidence`, which is given chances of `least` or more; they happen with `chance` as it is.
    """
    y, given = np.asarray(flags), np.asarray(chance, np.float64)
    m = np.clip(np.asarray(bad, np.float64), _EDGE, 1 - _EDGE)
    result = np.empty(len(y))
    for part in _parts(len(y)):
        p = np.clip(given[part], _EDGE, 1 - _EDGE)
        weighed = np.clip(np.maximum(p, least), _EDGE, 1 - _EDGE)
        step = np.log(m / weighed) - np.log((1 - m) / (1 - weighed))
        known = np.ascontiguousarray(np.isfinite(y[part]) & np.isfinite(given[part]))
        result[part] = np.where(known, p * (1 - p) * step**2, 0.0).sum(axis=1)
    return result


def _parts(rows: int) -> list[slice]:
    """A handful of rows at a time: what is computed on the way must not be as large as all accounts several times over."""
    return [slice(start, start + _BLOCK) for start in range(0, rows, _BLOCK)]


def adjust_for_habit(
    chance: npt.ArrayLike, flag: npt.ArrayLike, rep: npt.ArrayLike, control: npt.ArrayLike, prior: float = 5.0
) -> Floats:
    """Chance of one flag, moved by how the rep fares on his own beyond-doubt accounts (`control`): sloppy is not false.

    The odds are multiplied by his observed over expected odds there, held at one by `prior` units of
    information. `rep` is a whole number per account; NaN flags are not counted.
    """
    p, y = np.clip(np.asarray(chance, np.float64), _EDGE, 1 - _EDGE), np.asarray(flag, np.float64)
    who, used = np.asarray(rep, np.int64), np.asarray(control, bool) & np.isfinite(y)
    reps = int(who.max(initial=-1)) + 1
    n, observed, expected = (sums(who, np.where(used, x, 0.0), reps) for x in (1.0, y, p))
    mean = np.clip(np.where(n > 0, expected / np.where(n > 0, n, 1.0), 0.5), _EDGE, 1 - _EDGE)
    yes, no = prior / (1 - mean), prior / mean
    factor = ((observed + yes) * (n - expected + no) / ((expected + yes) * (n - observed + no)))[who]
    return np.asarray(p * factor / (1 - p + p * factor))


def mixture_test(
    rep: npt.ArrayLike,
    month: npt.ArrayLike,
    evidence: npt.ArrayLike,
    kind: npt.ArrayLike,
    settings: MixtureSettings | None = None,
    weight: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Which reps' customers look like a mixture of ordinary and wronged ones, over all months or an episode.

    Two statistics see it, each where the other is weak. The best log-likelihood ratio over shares of wronged units finds
    a few very odd ones. The score test near `settings.share` (Rao 1948) adds up the chance of each unit to be wronged,
    which is at most one, over what it comes to for the same kinds elsewhere, in standard deviations: it finds many that
    are a little odd.

    One entry per unit of which units of other reps are independent (a customer of the rep, not an account: what hangs
    together within a customer is evidence once): `rep`, `month` (whole number), `evidence` (log-likelihood ratio) and
    `kind` (whole number): units of one kind are alike but for who opened them. `weight` (0 to 1, else all 1): how much a
    unit counts where several have one cause, such as those of a day; whatever is redrawn in its place counts as much.
    One row per rep: `rep`, `n`, `score` (log-likelihood ratio of the best mixture of all his units), `share` (its
    share of bad ones), `episode_score`, `episode_start`, `episode_end` (best run of at least `shortest` months),
    `p_whole`, `p_episode`, and `p_value`, all joined. p: every unit redrawn from those of the same kind of
    other reps, so that nothing is assumed of how signs hang together; exponential tail beyond; widened by how ordinary
    reps spread. Reps who stand out are not drawn from in a second pass.
    """
    chosen = settings or MixtureSettings()
    who, names = pd.factorize(np.asarray(rep), sort=True)
    when, months = pd.factorize(np.asarray(month), sort=True)
    each, alike = np.asarray(evidence, np.float64), pd.factorize(np.asarray(kind), sort=True)[0]
    share = np.ones(who.shape) if weight is None else np.asarray(weight, np.float64)
    if not who.shape == when.shape == each.shape == alike.shape == share.shape:
        raise UsageError("A mixture needs one month, one evidence, one kind and one weight per unit.")
    order = np.lexsort((each, alike, when, who))
    odds = np.exp(np.minimum(each[order], 50.0))
    units = _Units(
        who.astype(np.int64)[order],
        when.astype(np.int64)[order],
        alike.astype(np.int64)[order],
        np.stack([np.log1p(s * (odds - 1)) for s in _SHARES], axis=-1),
        chosen.share * odds / (1 - chosen.share + chosen.share * odds),
        share[order],
        (len(names), len(months)),
    )
    n = sums(units.who, np.ones(who.size), len(names))
    much = sums(units.who, units.weight, len(names))
    found = _judged(units, much, np.ones(len(names), bool), chosen)
    remarkable = benjamini_hochberg(found.p_value) <= _REMARKABLE_Q
    if remarkable.any() and remarkable.sum() <= 0.5 * len(names):
        found = _judged(units, much, ~remarkable, chosen)
    label = np.append(np.asarray(months), 0)
    return pd.DataFrame(
        {
            "rep": names,
            "n": n.astype(np.int64),
            "score": found.mixture.whole,
            "share": _SHARES[_best_share(units)],
            "episode_score": found.mixture.episode,
            "episode_start": label[found.mixture.start],
            "episode_end": label[found.mixture.end],
            "p_whole": found.p_whole,
            "p_episode": found.p_episode,
            "p_value": found.p_value,
        }
    )


@dataclass(frozen=True)
class _Units:
    """Units sorted by rep and month: what each adds to the mixture, per share of bad ones (`gain`), its `chance` to be a
    wronged one, and how much its place counts, whoever is drawn there (`weight`)."""

    who: Ints
    when: Ints
    kind: Ints
    gain: Floats
    chance: Floats
    weight: Floats
    shape: tuple[int, int]

    @cached_property
    def _month_of(self) -> Ints:
        return self.who * max(self.shape[1], 1) + self.when

    @cached_property
    def _first_of_month(self) -> Ints:
        """Where the units of each rep and month begin."""
        return np.searchsorted(self._month_of, np.arange(self.shape[0] * self.shape[1] + 1))

    def by_month(self, values: Floats) -> Floats:
        """Sums per rep and month, reps × months."""
        reps, months = self.shape
        return sums(self._month_of, values, reps * months).reshape(reps, months)

    def gains_by_month(self, drawn: Ints) -> Floats:
        """Sums of the gains per rep and month, were the units those drawn, shares × reps × months."""
        from scipy.sparse import csr_array

        reps, months = self.shape
        # A product with a matrix of weights adds up all shares of a unit while it is at hand.
        which = csr_array((self.weight, drawn, self._first_of_month), shape=(reps * months, self.who.size))
        return np.ascontiguousarray((which @ self.gain).T).reshape(self.gain.shape[1], reps, months)


@dataclass(frozen=True)
class _Statistics:
    """One statistic of every rep: over all months, and over the best run of them, from `start` to `end`."""

    whole: Floats
    episode: Floats
    start: Ints
    end: Ints


@dataclass(frozen=True)
class _Found:
    """What the best mixture of every rep is, and p-values of both statistics joined."""

    mixture: _Statistics
    p_whole: Floats
    p_episode: Floats
    p_value: Floats


@dataclass(frozen=True)
class _Expected:
    """What chances of ordinary units come to: the mean of its kind per unit, and the sum's variance per rep and month."""

    mean: Floats
    variance: Floats


def _best_share(units: _Units) -> Ints:
    """Which share of bad units makes the best mixture of all units of each rep."""
    totals = [sums(units.who, gain * units.weight, units.shape[0]) for gain in units.gain.T]
    return np.asarray(np.argmax(np.stack(totals, axis=-1), axis=1))


def _statistics(
    drawn: Ints, units: _Units, expected: _Expected, shortest: int
) -> tuple[_Statistics, _Statistics]:
    """The best mixture and the score of each rep, were his units those `drawn`."""
    sum_of_gains = _running(units.gains_by_month(drawn))
    excess = _running(units.by_month((units.chance[drawn] - expected.mean) * units.weight))
    variance = _running(expected.variance)

    def mixture(upto: slice, before: slice) -> Floats:
        return np.asarray((sum_of_gains[..., upto] - sum_of_gains[..., before]).max(axis=0))

    def score(upto: slice, before: slice) -> Floats:
        spread = np.sqrt(variance[:, upto] - variance[:, before] + _LEAST_VARIANCE)
        return np.asarray((excess[:, upto] - excess[:, before]) / spread)

    months = units.shape[1]
    return _over_runs(mixture, months, shortest), _over_runs(score, months, shortest)


def _running(by_month: Floats) -> Floats:
    """Sums from the first month on, beginning with nothing."""
    return np.concatenate([np.zeros((*by_month.shape[:-1], 1)), by_month.cumsum(axis=-1)], axis=-1)


def _over_runs(of: Callable[[slice, slice], Floats], months: int, shortest: int) -> _Statistics:
    """A statistic over all months, and over the best run of at least `shortest`; `of` gives reps × runs."""
    whole = of(slice(-1, None), slice(0, 1))[:, 0]
    best, start, end = (
        whole.copy(),
        np.zeros(whole.size, dtype=np.int64),
        np.full(whole.size, max(months - 1, 0)),
    )
    for length in range(min(shortest, months), months):
        runs = of(slice(length, None), slice(None, -length))
        at = np.argmax(runs, axis=1)
        top = runs[np.arange(whole.size), at]
        better = top > best + 1e-12
        best, start = np.where(better, top, best), np.where(better, at, start)
        end = np.where(better, at + length - 1, end)
    return _Statistics(whole, best, start, end)


def _expected(units: _Units, included: Bools) -> _Expected:
    """Means and variances over the units of `included` reps."""
    ordinary = included[units.who]
    kinds = int(units.kind.max(initial=-1)) + 1
    number = np.maximum(np.bincount(units.kind[ordinary], minlength=kinds), 1)
    mean, square = (
        sums(units.kind[ordinary], units.chance[ordinary] ** power, kinds) / number for power in (1, 2)
    )
    return _Expected(
        mean[units.kind], units.by_month(np.maximum(square - mean**2, 0.0)[units.kind] * units.weight**2)
    )


def _judged(units: _Units, much: Floats, included: Bools, settings: MixtureSettings) -> _Found:
    """Every rep against the units of `included` ones; `much` is how many units he has, as far as they count."""
    expected = _expected(units, included)
    seen = _statistics(np.arange(units.who.size), units, expected, settings.shortest)
    p_whole, p_episode = [], []
    for one, (whole, episode) in zip(seen, _redrawn(units, expected, included, settings), strict=True):
        p_whole.append(recalibrated(_p_values(one.whole, whole, much)))
        p_episode.append(recalibrated(_p_values(one.episode, episode, much)))
    joined = (cauchy_combination(np.column_stack(p)) for p in (p_whole, p_episode, p_whole + p_episode))
    return _Found(seen[0], *joined)


def _redrawn(
    units: _Units, expected: _Expected, included: Bools, settings: MixtureSettings
) -> list[tuple[Floats, Floats]]:
    """Each statistic of honest firms, over all months and of the best run, draws × reps: each unit is replaced by one of its
    kind that another rep opened."""
    rng = np.random.default_rng(settings.seed)
    draws = max(settings.draws, int(np.ceil(settings.simulated / max(units.shape[0], 1))))
    by_kind, number = np.argsort(units.kind, kind="stable"), np.bincount(units.kind)
    kinds = [by_kind[end - count : end] for count, end in zip(number, np.cumsum(number), strict=True)]
    pools = [at[included[units.who[at]]] for at in kinds]
    drawn = np.empty(units.who.size, dtype=np.int64)
    firms = []
    for _ in range(draws):
        for at, pool in zip(kinds, pools, strict=True):
            drawn[at] = _others(units.who, at, pool if pool.size else at, rng)
        firms.append(_statistics(drawn, units, expected, settings.shortest))
    return [
        (np.stack([one.whole for one in of]), np.stack([one.episode for one in of]))
        for of in zip(*firms, strict=True)
    ]


def _others(who: Ints, at: Ints, pool: Ints, rng: np.random.Generator) -> Ints:
    """For each unit `at`, one of the pool by lot, of another rep where a few tries find one: his own accuse nobody less."""
    drawn = pool[rng.integers(0, pool.size, at.size)]
    for _ in range(_TRIES):
        own = np.flatnonzero(who[drawn] == who[at])
        if not own.size:
            break
        drawn[own] = pool[rng.integers(0, pool.size, own.size)]
    return drawn


def _p_values(seen: Floats, simulated: Floats, much: Floats) -> Floats:
    """Upper tail among simulated reps of like size: counted where there are many, exponential beyond.

    A rep is compared with his own draws and those of the reps nearest to him in how `much` he has opened.
    """
    reps, result = seen.size, np.empty(seen.size)
    if not reps:
        return result
    order = np.argsort(much, kind="stable")
    near = min(max(1, int(np.ceil(2000 / simulated.shape[0]))), reps)
    first = np.clip(np.arange(reps) - near // 2, 0, reps - near)
    runs = sliding_window_view(simulated[:, order], near, axis=1).swapaxes(0, 1)
    for block in np.array_split(np.arange(reps), reps // _REPS_AT_ONCE + 1):
        draws = np.sort(runs[first[block]].reshape(block.size, -1), axis=1)
        result[order[block]] = _tails(seen[order[block]], draws)
    return np.clip(result, SMALLEST_P, 1.0)


def _tails(value: Floats, draws: Floats) -> Floats:
    """Upper tail of each value among its own draws, which are a sorted row."""
    size = draws.shape[1]
    edge = draws[:, int((1 - _TAIL) * (size - 1))]
    tail = ((draws >= value[:, None]).sum(axis=1) + 0.5) / (size + 1)
    for beyond in np.flatnonzero(value > edge):
        excess = draws[beyond][draws[beyond] > edge[beyond]] - edge[beyond]
        # Both statistics fall off at least exponentially in theory, a log-likelihood ratio with a scale of one at most; the
        # simulation may show more.
        scale = max(float(excess.mean()) if excess.size else 1.0, _LEAST_SCALE)
        tail[beyond] = _TAIL * np.exp(-(value[beyond] - edge[beyond]) / scale)
    return np.asarray(tail)
