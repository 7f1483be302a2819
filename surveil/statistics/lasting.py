"""How much branches differ for good: what colleagues of one branch show alike, beyond chance and their own habits.

One entry per representative and branch: `branch` (whole number), `excess` (events above what is expected) and `information`
(variance of the events by chance, which is also how far they move with the log odds, or with the log of a count's rate).
"""

from __future__ import annotations

import numpy as np

from surveil.statistics.arrays import Floats, Ints, sums

#: Standard deviations of ordinary colleagues that one may stand out from the middle of his branch and count in full.
_APART = 2.0
#: Variance of ordinary colleagues on the log (odds) scale, as `verdicts.RateSettings.dispersion_prior` has it.
_HABITS = 0.08
#: Standard errors by which the variance between branches is held back: what chance, or two bad colleagues, can make of it
#: must not become everybody's allowance.
_HELD_BACK = 3.0
#: Times the usual variance that a colleague's excess counts for at most in that error: else the one branch that loses papers
#: all year would hide behind the error that it makes itself.
_UNUSUAL = 4.0
_LEAST, _MOST = 1e-3, 1.0
#: Information that is as good as none: what is divided by less runs over.
_NOTHING = 1e-12


def in_company(branch: Ints, excess: Floats, information: Floats) -> Floats:
    """Excesses, of those who stand out from the middle of their branch only as much as an ordinary colleague may.

    Where everybody has lost papers the middle says so; one forger among honest colleagues is not their habit.
    """
    level = _middle(branch, excess, information)[branch]
    spread = information * (1 + _HABITS * information) * np.maximum(1 + level, 0.3)
    reach = _APART * np.sqrt(spread)
    return np.clip(excess, level * information - reach, level * information + reach)


def _middle(branch: Ints, excess: Floats, information: Floats) -> Floats:
    """Per branch the median of the representatives' excesses by information, each weighing as much as he tells."""
    middle = np.zeros(int(branch.max(initial=-1)) + 1)
    telling = np.flatnonzero(information > _NOTHING)
    shift = excess[telling] / information[telling]
    order = np.lexsort((shift, branch[telling]))
    of, shift = branch[telling][order], shift[order]
    total = sums(of, information[telling][order], middle.size)
    known = np.flatnonzero(total > _NOTHING)
    weight = np.cumsum(information[telling][order])
    half = (np.cumsum(total) - 0.5 * total)[known]
    first = np.searchsorted(of, known)
    last = np.searchsorted(of, known, side="right") - 1
    low, high = (np.clip(np.searchsorted(weight, half * (1 + step)), first, last) for step in (-1e-9, 1e-9))
    middle[known] = 0.5 * (shift[low] + shift[high])
    return middle


def told(information: Floats) -> Floats:
    """How much each representative tells of his branch, given that he has habits of his own: less than of himself."""
    return np.asarray(information / (1 + _HABITS * information))


def between(branch: Ints, excess: Floats, information: Floats) -> float:
    """Variance between branches on the log (odds) scale, held back by its standard error; 0 where none is seen.

    The excesses of two colleagues, multiplied, come on average to this variance times their information, multiplied:
    chance and habits of their own are not shared (a moment estimate over all pairs). The error is that of the sum over
    pairs were nothing shared, from the excesses themselves as far as they are not unusual.
    """

    def over_pairs(values: Floats) -> float:
        return float(np.sum(sums(branch, values, 0) ** 2) - np.sum(values**2))

    told = over_pairs(information)
    if told <= 0:
        return 0.0
    usual = np.minimum(excess**2, _UNUSUAL * information * (1 + _HABITS * information))
    error = np.sqrt(2 * max(over_pairs(usual), 0.0))
    found = min((over_pairs(excess) - _HELD_BACK * error) / told, _MOST)
    return found if found > _LEAST else 0.0
