"""Is a part of a rep's accounts of another kind? Account log-likelihood ratios and the rep's mixture over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.errors import UsageError
from surveil.statistics.arrays import Floats, Ints, sums
from surveil.statistics.combine import cauchy_combination
from surveil.statistics.overdispersion import recalibrated
from surveil.statistics.tails import SMALLEST_P

_SHARES = np.array([0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.18, 0.27, 0.40, 0.60])
_EDGE = 1e-6
_SIMULATED = 8000  # representatives simulated in all: enough for the tail, and no more in a large firm
_TAIL = 0.10  # share of simulated statistics that the exponential tail is fitted to


@dataclass(frozen=True)
class MixtureSettings:
    """shortest: months of the shortest episode looked for. draws: simulated firms (at least). seed: of the simulation.

    least_chance: no flag is weighed as rarer than this among ordinary accounts, so that one odd facility (a
    shared telephone, say) can't outweigh everything else; honest firms are simulated with the chances as they are.
    """

    shortest: int = 3
    draws: int = 4
    seed: int = 19_690_101
    least_chance: float = 0.0


def account_evidence(flags: npt.ArrayLike, chance: npt.ArrayLike, bad: npt.ArrayLike) -> Floats:
    """Log-likelihood ratio of every account, accounts × features: unauthorized against ordinary (Fellegi and Sunter 1969).

    `flags` (accounts × features) are 1, 0 or NaN, not known, which adds nothing; `chance` the probability
    of the flag on an ordinary account like it; `bad` that on an unauthorized one, per feature. Sum over
    features for the account.
    """
    y, p = np.asarray(flags, np.float64), np.clip(np.asarray(chance, np.float64), _EDGE, 1 - _EDGE)
    m = np.clip(np.asarray(bad, np.float64), _EDGE, 1 - _EDGE)
    if y.shape != p.shape or m.shape != y.shape[-1:]:
        raise UsageError(
            "Account evidence needs flags and chances of one shape, and one bad profile per feature."
        )
    known = np.isfinite(y) & np.isfinite(np.asarray(chance, np.float64))
    ratio = np.where(y > 0.5, np.log(m / p), np.log((1 - m) / (1 - p)))
    return np.where(known, ratio, 0.0)


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
    flags: npt.ArrayLike,
    chance: npt.ArrayLike,
    bad: npt.ArrayLike,
    settings: MixtureSettings | None = None,
) -> pd.DataFrame:
    """Which reps' accounts look like a mixture of ordinary and unauthorized ones, over all months or an episode.

    One entry per account: `rep`, `month` (whole number); `flags`, `chance`, `bad` as in `account_evidence`.
    One row per rep: `rep`, `n`, `score` (log-likelihood ratio of the best mixture of all his accounts),
    `share` (its share of bad ones), `episode_score`, `episode_start`, `episode_end` (best run of at least
    `shortest` months), `p_whole`, `p_episode`, and `p_value`, both joined. p: honest firms simulated from
    `chance`, exponential tail beyond, widened by how ordinary reps spread. Features are taken as
    independent given the kind of account.
    """
    chosen = settings or MixtureSettings()
    who, names = pd.factorize(np.asarray(rep), sort=True)
    when, months = pd.factorize(np.asarray(month), sort=True)
    y, p = np.asarray(flags), np.asarray(chance)
    if y.shape != p.shape or np.shape(bad) != y.shape[-1:]:
        raise UsageError("A mixture needs flags and chances of one shape, and one bad profile per feature.")
    evidence = _total_evidence(y, p, np.asarray(bad, np.float64), chosen.least_chance)
    order = np.lexsort((evidence, when, who))
    shape = (len(names), len(months))
    cell = who.astype(np.int64)[order] * max(len(months), 1) + when.astype(np.int64)[order]
    seen = _statistics(cell, evidence[order], shape, chosen.shortest)
    null = _simulated(cell, order, y, p, np.asarray(bad, np.float64), shape, chosen)
    n = sums(who.astype(np.int64), np.ones(who.size), len(names))
    p_whole, p_episode = (
        recalibrated(_p_values(value, simulated, n))
        for value, simulated in ((seen.whole, null[0]), (seen.episode, null[1]))
    )
    label = np.append(np.asarray(months), 0)
    return pd.DataFrame(
        {
            "rep": names,
            "n": n.astype(np.int64),
            "score": seen.whole,
            "share": _SHARES[seen.share],
            "episode_score": seen.episode,
            "episode_start": label[seen.start],
            "episode_end": label[seen.end],
            "p_whole": p_whole,
            "p_episode": p_episode,
            "p_value": cauchy_combination(np.column_stack([p_whole, p_episode])),
        }
    )


@dataclass(frozen=True)
class _Statistics:
    whole: Floats
    share: Ints
    episode: Floats
    start: Ints
    end: Ints


def _statistics(cell: Ints, evidence: Floats, shape: tuple[int, int], shortest: int) -> _Statistics:
    """Best mixture of each rep over all months, and over the best run of months."""
    reps, months = shape
    odds = np.expm1(np.minimum(evidence, 50.0))
    gain = np.stack([sums(cell, np.log1p(share * odds), reps * months) for share in _SHARES], axis=-1)
    running = np.concatenate(
        [np.zeros((reps, 1, _SHARES.size)), gain.reshape(reps, months, _SHARES.size).cumsum(axis=1)], axis=1
    )
    total = running[:, -1]
    share = np.argmax(total, axis=1)
    whole = total.max(axis=1) if reps else np.zeros(0)
    best, start, end = whole.copy(), np.zeros(reps, dtype=np.int64), np.full(reps, max(months - 1, 0))
    for length in range(min(shortest, months), months):
        runs = (running[:, length:] - running[:, :-length]).max(axis=2)
        at = np.argmax(runs, axis=1)
        top = runs[np.arange(reps), at]
        better = top > best + 1e-12
        best, start = np.where(better, top, best), np.where(better, at, start)
        end = np.where(better, at + length - 1, end)
    return _Statistics(whole, share, best, start, end)


def _weights(p: Floats, bad: float, least: float) -> tuple[Floats, Floats]:
    """Log-likelihood ratio of one sign where it is there, and where it is not."""
    m, weighed = float(np.clip(bad, _EDGE, 1 - _EDGE)), np.maximum(p, least)
    return np.log(m / weighed), np.log((1 - m) / (1 - weighed))


def _total_evidence(flags: Floats, chance: Floats, bad: Floats, least: float) -> Floats:
    """The sum of `account_evidence` over the signs, without holding all of them at once."""
    total = np.zeros(flags.shape[0])
    for column in range(flags.shape[1]):
        known = np.flatnonzero(np.isfinite(flags[:, column]) & np.isfinite(chance[:, column]))
        there, absent = _weights(np.clip(chance[known, column], _EDGE, 1 - _EDGE), bad[column], least)
        total[known] += np.where(flags[known, column] > 0.5, there, absent)
    return total


def _simulated(
    cell: Ints,
    order: npt.NDArray[np.int64],
    flags: Floats,
    chance: Floats,
    bad: Floats,
    shape: tuple[int, int],
    settings: MixtureSettings,
) -> tuple[Floats, Floats]:
    """Statistics of honest firms, draws × reps: the same flags known, redrawn with their chances."""
    rng = np.random.default_rng(settings.seed)
    base, signs = np.zeros(flags.shape[0]), []
    for column in range(flags.shape[1]):
        here = chance[order, column]
        known = np.flatnonzero(np.isfinite(flags[order, column]) & np.isfinite(here))
        if known.size:
            p = np.clip(here[known], _EDGE, 1 - _EDGE)
            there, absent = _weights(p, bad[column], settings.least_chance)
            base[known] += absent
            signs.append((known, p, there - absent))
    draws = max(settings.draws, int(np.ceil(_SIMULATED / max(shape[0], 1))))
    whole, episode = np.empty((draws, shape[0])), np.empty((draws, shape[0]))
    for i in range(draws):
        total = base.copy()
        for known, p, step in signs:  # sign by sign: a million accounts must not be held once for each
            total[known] += np.where(rng.random(p.size) < p, step, 0.0)
        one = _statistics(cell, total, shape, settings.shortest)
        whole[i], episode[i] = one.whole, one.episode
    return whole, episode


def _p_values(seen: Floats, simulated: Floats, n: Floats) -> Floats:
    """Upper tail among simulated reps of like size: counted where there are many, exponential beyond.

    A rep is compared with his own draws and those of the reps nearest to him in number of accounts.
    """
    reps = seen.size
    result = np.empty(reps)
    order = np.argsort(n, kind="stable")
    near = max(1, int(np.ceil(2000 / max(simulated.shape[0], 1))))
    for rank, rep in enumerate(order):
        first = int(np.clip(rank - near // 2, 0, max(reps - near, 0)))
        result[rep] = _tail(seen[rep], np.sort(simulated[:, order[first : first + near]], axis=None))
    return np.clip(result, SMALLEST_P, 1.0)


def _tail(value: float, draws: Floats) -> float:
    edge = draws[int((1 - _TAIL) * (draws.size - 1))]
    if value <= edge:
        above = draws.size - int(np.searchsorted(draws, value, side="left"))
        return (above + 0.5) / (draws.size + 1)
    excess = draws[draws > edge] - edge
    # A log-likelihood ratio has an exponential tail of scale one or less in theory; the simulation may show more.
    return _TAIL * float(np.exp(-(value - edge) / max(float(excess.mean()) if excess.size else 1.0, 0.3)))
