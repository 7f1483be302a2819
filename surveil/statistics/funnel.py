"""Funnel plots of standardised ratios (observed over expected), with and without overdispersion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from surveil.statistics.arrays import Bools, Floats
from surveil.statistics.overdispersion import additive_variance, dispersion, kept_by_truncation, winsorise

Scale = Literal["log", "sqrt"]


@dataclass(frozen=True)
class FunnelSpread:
    """Dispersion `phi` and variance between units `tau2` on the scale named."""

    scale: Scale
    phi: float
    tau2: float


def funnel_spread(
    observed: npt.ArrayLike, expected: npt.ArrayLike, scale: Scale = "log", share: float = 0.10
) -> FunnelSpread:
    """Overdispersion of standardised ratios.

    `log` truncates the extreme `share` on each side, as England's hospital mortality indicator (SHMI) does;
    `sqrt` winsorises it, as Spiegelhalter 2005 and the Care Quality Commission do. Units without expected
    events count as not known and are left out.
    """
    o, e = np.asarray(observed, np.float64), np.asarray(expected, np.float64)
    o, e = o[e > 0], e[e > 0]
    z = _deviation(o, e, scale) / _standard_error(e, scale)
    if scale == "sqrt":
        phi, error = dispersion(winsorise(z, share)), _standard_error(e, scale)
    else:
        kept = kept_by_truncation(z, share)
        phi, error = dispersion(z[kept]), _standard_error(e[kept], scale)
    return FunnelSpread(scale, phi, additive_variance(phi, error))


def funnel_limits(
    expected: npt.ArrayLike, coverage: float = 0.998, spread: FunnelSpread | None = None
) -> tuple[Floats, Floats]:
    """Lower and upper limit of the ratio at each `expected`.

    Exact Poisson limits (by the chi-square quantiles) without a `spread`, else limits that hold both
    chance and the ordinary differences between units.
    """
    e = np.asarray(expected, np.float64)
    tail = (1 - coverage) / 2
    if spread is None:
        return special.gammaincinv(e, tail) / e, special.gammaincinv(e + 1, 1 - tail) / e
    reach = -special.ndtri(tail) * np.sqrt(_standard_error(e, spread.scale) ** 2 + spread.tau2)
    if spread.scale == "log":
        return np.exp(-reach), np.exp(reach)
    return np.maximum(1 - reach, 0.0) ** 2, (1 + reach) ** 2


def outside_funnel(
    observed: npt.ArrayLike,
    expected: npt.ArrayLike,
    coverage: float = 0.998,
    spread: FunnelSpread | None = None,
) -> Bools:
    """Which units lie outside the limits."""
    ratio = np.asarray(observed, np.float64) / np.asarray(expected, np.float64)
    low, high = funnel_limits(expected, coverage, spread)
    return np.asarray((ratio < low) | (ratio > high))


def _deviation(observed: Floats, expected: Floats, scale: Scale) -> Floats:
    """Distance of the ratio from one; half an event stands for none, whose logarithm does not exist."""
    if scale == "log":
        return np.log(np.maximum(observed, 0.5) / expected)
    return np.sqrt(observed / expected) - 1


def _standard_error(expected: Floats, scale: Scale) -> Floats:
    return 1 / np.sqrt(expected) if scale == "log" else 0.5 / np.sqrt(expected)
