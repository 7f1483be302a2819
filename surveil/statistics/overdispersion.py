"""How much more representatives differ than chance allows: dispersion and additive between-unit variance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveil.statistics.arrays import Bools, Floats
from surveil.statistics.tails import SMALLEST_P, Tails

_LARGEST_TAU2 = 6.25
_LEAST_TO_RECALIBRATE = 10
_POINTS = 8


def winsorise(values: npt.ArrayLike, share: float = 0.10) -> Floats:
    """Pull the lowest and highest `share` of the values in to the quantiles there."""
    v = np.asarray(values, dtype=np.float64)
    if v.size == 0 or share == 0:
        return v.copy()
    low, high = np.quantile(v, [share, 1 - share])
    return np.clip(v, low, high)


def kept_by_truncation(values: npt.ArrayLike, share: float = 0.10) -> Bools:
    """Which values remain when the lowest and highest `share` (rounded down to whole values) are dropped."""
    v = np.asarray(values, dtype=np.float64)
    cut = int(v.size * share)
    kept = np.zeros(v.size, dtype=bool)
    kept[np.argsort(v, kind="stable")[cut : v.size - cut]] = True
    return kept


def winsorised_normal_variance(share: float) -> float:
    """Variance of a standard normal winsorised at `share` on each side: what a dispersion of 1 shrinks to."""
    if share == 0:
        return 1.0
    from scipy.special import ndtri

    cut = float(-ndtri(share))
    density = math.exp(-0.5 * cut * cut) / math.sqrt(2 * math.pi)
    return (1 - 2 * share) - 2 * cut * density + 2 * share * cut * cut


def dispersion(z: npt.ArrayLike) -> float:
    """Mean of squared z-scores, phi of Spiegelhalter 2005 (1 under chance alone); NaN without values."""
    scores = np.asarray(z, dtype=np.float64)
    return float(np.mean(scores**2)) if scores.size else math.nan


def additive_variance(phi: float, standard_error: npt.ArrayLike) -> float:
    """Between-unit variance tau² from phi, by moments (DerSimonian and Laird 1986; Spiegelhalter 2005).

    `standard_error` holds each unit's sampling error on the scale in which tau² is wanted.
    """
    weight = np.asarray(standard_error, dtype=np.float64) ** -2.0
    n = weight.size
    if n < 2 or n * phi <= n - 1:
        return 0.0
    return float((n * phi - (n - 1)) / (weight.sum() - (weight**2).sum() / weight.sum()))


def normal_scores(p: npt.ArrayLike) -> Floats:
    """The normal deviate that has each (one-sided) p as its upper tail: large is remarkable."""
    from scipy.special import ndtri

    return np.asarray(-ndtri(np.clip(np.asarray(p, np.float64), SMALLEST_P, 1 - 1e-16)))


@dataclass(frozen=True)
class Spread:
    """How ordinary reps differ.

    `tau2`: variance on the log (odds) scale. `centre`: their median normal score. `freedom`: degrees of
    freedom of the estimate.
    """

    tau2: float
    centre: float
    freedom: float

    def adjust(self, p: npt.ArrayLike, information: npt.ArrayLike) -> Floats:
        """p-values seen from the centre and with the doubt about the spread: Student's t instead of the normal.

        `information` is the inverse sampling variance on the scale of `tau2`. The doubt weighs as much as
        the spread does in the whole variance (Satterthwaite 1946): a rep with few events is judged by
        chance, which is known.
        """
        from scipy.special import ndtr, stdtr

        z = normal_scores(p) - self.centre
        between = self.tau2 * np.asarray(information, np.float64)
        share = between / (1 + between)
        known = (share == 0) | math.isinf(self.freedom)
        freedom = self.freedom / np.where(known, 1.0, share) ** 2
        tail = np.where(known, ndtr(-z), stdtr(np.where(known, 1.0, freedom), -z))
        return np.asarray(np.clip(tail, SMALLEST_P, 1.0), dtype=np.float64)


def clean_half_spread(p_values: Callable[[float], Floats], share: float) -> tuple[float, float]:
    """Tau² between reps, and their median normal score, from the unremarkable half of them.

    `p_values(tau2)` gives the reps' one-sided p-values were the variance between reps `tau2`; one row per
    rep, in the columns the p-values spread evenly over the probability of his own count
    (`spread_p_values`), which are uniform however small the counts. Misconduct pulls one tail only, so the
    other half, reflected at the median, shows how honest reps differ even where many are not (a spread
    measured on all would grow until nobody stands out). Its `share` of all reps farthest out is winsorised.
    Tau² is such that the normal scores of that half spread as a normal's do.

    Where many show next to nothing (they sell something else, or elsewhere), that half is wider than the remarkable one, and
    no tau² may make it right. So tau² is no more than what makes the remarkable half, culprits and all, spread as a
    normal's does, less a standard error of that.
    """
    wanted = winsorised_normal_variance(share)

    def spread(tau2: float, remarkable: bool) -> float:
        z = normal_scores(p_values(tau2)).ravel()
        centre = float(np.median(z))
        away = z - centre if remarkable else centre - z
        away = away[away > 0]
        return float(np.mean(np.minimum(away, np.quantile(away, 1 - 2 * share)) ** 2)) if away.size else 0.0

    tau2 = _root(lambda x: spread(x, False) - wanted)
    reps = p_values(tau2).shape[0]
    least = wanted * max(0.5, 1 - math.sqrt(4 / reps))
    if tau2 > 0 and spread(tau2, True) < least:
        tau2 = _root(lambda x: spread(x, True) - least)
    return tau2, float(np.median(normal_scores(p_values(tau2))))


def spread_p_values(tails: Tails, side: str) -> Floats:
    """p-values spread evenly over the probability of each observed count, counts × 8.

    The mid-p is their mean. Unlike it they are uniform under the model also where counts are small, so that
    their normal scores spread as a normal's (Dunn and Smyth 1996, with fixed instead of random points).
    """
    tail = tails.upper if side == "high" else tails.lower
    at = (np.arange(_POINTS) + 0.5) / _POINTS
    return np.asarray(np.clip(tail[:, None] - at * tails.point[:, None], SMALLEST_P, 1.0))


def recalibrated(p: npt.ArrayLike, share: float = 0.10) -> Floats:
    """p-values of a model that is only nearly right, widened by how far the unremarkable half of reps spreads under it.

    Normal scores are divided by the spread of their lower half (never less than one) after their median,
    where it is above zero, is taken off; Student's t stands for the doubt about that. NaN stays NaN; with
    fewer than ten p-values nothing is changed.
    """
    from scipy.special import stdtr

    values = np.asarray(p, np.float64)
    made = np.isfinite(values)
    if made.sum() < _LEAST_TO_RECALIBRATE:
        return values.copy()
    z = normal_scores(values[made])
    centre = float(np.median(z))
    below = centre - z[z < centre]
    spread = 1.0
    if below.size:
        clipped = np.minimum(below, np.quantile(below, 1 - 2 * share))
        spread = max(1.0, math.sqrt(float(np.mean(clipped**2)) / winsorised_normal_variance(share)))
    # As in Spread.adjust: doubt weighs as much as what had to be added to the model's own variance.
    share = max(1 - spread**-2, 1e-3)
    result = values.copy()
    result[made] = np.clip(stdtr(0.2 * z.size / share**2, -(z - max(centre, 0.0)) / spread), SMALLEST_P, 1.0)
    return result


def _root(miss: Callable[[float], float]) -> float:
    """Where the decreasing function `miss` crosses zero, to one part in a hundred; 0 if it never is above."""
    from scipy.optimize import brentq

    if miss(0.0) <= 0:
        return 0.0
    high = 0.05
    while miss(high) > 0:
        if high >= _LARGEST_TAU2:
            return _LARGEST_TAU2
        high *= 5
    return float(brentq(miss, 0.0, high, xtol=1e-4, rtol=1e-2))
