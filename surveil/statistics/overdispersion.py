"""How much more representatives differ than chance allows: dispersion and additive between-unit variance."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from surveil.statistics.arrays import Floats

_LARGEST_TAU2 = 25.0


def winsorise(values: npt.ArrayLike, share: float = 0.10) -> Floats:
    """Pull the lowest and highest `share` of the values in to the quantiles there."""
    v = np.asarray(values, dtype=np.float64)
    if v.size == 0 or share == 0:
        return v.copy()
    low, high = np.quantile(v, [share, 1 - share])
    return np.clip(v, low, high)


def truncate(values: npt.ArrayLike, share: float = 0.10) -> npt.NDArray[np.bool_]:
    """Which values lie within the central 1 - 2 × `share` (the English SHMI drops the others)."""
    v = np.asarray(values, dtype=np.float64)
    low, high = np.quantile(v, [share, 1 - share])
    return np.asarray((v >= low) & (v <= high))


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


def robust_additive_variance(
    excess: npt.ArrayLike, variance: npt.ArrayLike, scale: npt.ArrayLike, share: float
) -> float:
    """Tau² such that the winsorised z-scores (O - E) / sqrt(V + tau² E²) spread as winsorised normals do.

    `excess` is O - E, `variance` V and `scale` E of each unit. Solving for tau² (Paule and Mandel 1982)
    rather than taking one step of moments keeps it right where units differ much in size; winsorising keeps
    a few bad units from hiding behind the spread that they cause themselves.
    """
    d, v, e = (np.asarray(a, dtype=np.float64) for a in (excess, variance, scale))
    wanted = winsorised_normal_variance(share)

    def spread(tau2: float) -> float:
        return dispersion(winsorise(d / np.sqrt(v + tau2 * e**2), share)) - wanted

    if d.size < 2 or spread(0.0) <= 0:
        return 0.0
    low, high = 0.0, 1e-3
    while spread(high) > 0 and high < _LARGEST_TAU2:
        low, high = high, 4 * high
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if spread(middle) > 0 else (low, middle)
    return min(high, _LARGEST_TAU2)
