"""Do results crowd at a goal? Excess mass over a smooth counterfactual, and an exact test on three neighbouring counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from surveil.errors import UsageError
from surveil.statistics.arrays import Bools, Floats
from surveil.statistics.regression import fit_poisson
from surveil.statistics.tails import binomial_tails

_CORRECTION_ROUNDS = 200


@dataclass(frozen=True)
class Bunching:
    """What crowds at a goal.

    `excess`: items in the spike beyond the counterfactual (B of Chetty et al. 2011); `relative`: that over
    the counterfactual per bin (b); `hole`: items missing in the excluded bins below the spike; `p_value`:
    one-sided, NaN for least squares; `counterfactual`: expected count in every bin.
    """

    excess: float
    relative: float
    hole: float
    p_value: float
    counterfactual: Floats


def bin_counts(values: npt.ArrayLike, centre: float, width: float, reach: int) -> tuple[Floats, Floats]:
    """Bins -reach…reach of `width` around `centre`, and the number of values in each; the bins hold their lower edge."""
    bins = np.floor((np.asarray(values, np.float64) - centre) / width + 0.5)
    offsets = np.arange(-reach, reach + 1, dtype=np.float64)
    return offsets, np.array([float(np.sum(bins == k)) for k in offsets])


def bunching(
    bins: npt.ArrayLike,
    counts: npt.ArrayLike,
    *,
    spike: tuple[int, int] = (0, 1),
    excluded: tuple[int, int] = (-4, 1),
    degree: int = 4,
    fit: Literal["poisson", "least squares"] = "poisson",
    correct: bool = False,
    tolerance: float = 1.0,
) -> Bunching:
    """Excess mass in the bins `spike` (first, last) over a polynomial fitted outside the bins `excluded`.

    `bins` are distances from the goal, `counts` the results there. `correct` moves the counterfactual up on
    the right of the spike until the missing mass equals the excess (integration constraint of Chetty et al.
    2011), in rounds until the excess moves by less than `tolerance` items. Raises UsageError where there
    are too few bins to fit.
    """
    x, c = np.asarray(bins, np.float64), np.asarray(counts, np.float64)
    inside, used = (x >= spike[0]) & (x <= spike[1]), (x < excluded[0]) | (x > excluded[1])
    if used.sum() < degree + 2 or not inside.any():
        raise UsageError(
            f"A counterfactual of degree {degree} needs at least {degree + 2} bins away from the goal."
        )
    below = (x >= excluded[0]) & (x < spike[0])
    design = (x / np.abs(x).max())[:, None] ** np.arange(degree + 1)
    excess, smooth, p_value = _excess(design, c, c, used, inside, fit)
    right = used & (x > spike[1])
    for _ in range(_CORRECTION_ROUNDS if correct and c[right].sum() > 0 else 0):
        raised = c * (1 + np.where(right, excess / c[right].sum(), 0.0))
        before = excess
        excess, smooth, p_value = _excess(design, raised, c, used, inside, fit)
        if abs(excess - before) < tolerance:
            break
    relative = excess / float(np.mean(smooth[inside]))
    return Bunching(excess, relative, float(np.sum(smooth[below] - c[below])), p_value, smooth)


def _excess(
    design: Floats, fitted: Floats, counts: Floats, used: Bools, inside: Bools, fit: str
) -> tuple[float, Floats, float]:
    """Excess in the spike, counterfactual, and one-sided p from a counterfactual fitted to `fitted`."""
    if fit == "least squares":
        coefficients = np.linalg.lstsq(design[used], fitted[used], rcond=None)[0]
        smooth = design @ coefficients
        return float(np.sum(counts[inside] - smooth[inside])), smooth, float("nan")
    model = fit_poisson(design[used], fitted[used])
    smooth = np.exp(np.clip(design @ model.coefficients, -30, 30))
    excess = float(np.sum(counts[inside] - smooth[inside]))
    gradient = smooth[inside] @ design[inside]
    dispersion = max(model.dispersion, 1.0)
    variance = dispersion * (smooth[inside].sum() + float(gradient @ model.covariance @ gradient))
    return excess, smooth, float(special.ndtr(-excess / np.sqrt(variance)))


def three_point_test(below: int, at: int, above: int, curvature: float = 0.1) -> float:
    """p-value that the count `at` the goal is too large for its two neighbours.

    As long as the true density there is at most 1 + `curvature` times its neighbours' mean, `at` is at most
    binomial((1 + k) / (3 + k)) of the three counts; the exact upper tail follows (in the spirit of Frandsen
    2017). NaN without any count.
    """
    total = below + at + above
    if min(below, at, above) < 0 or curvature < 0:
        raise UsageError("Counts and curvature of a three-point test cannot be negative.")
    if total == 0:
        return float("nan")
    return float(binomial_tails(at, total, (1 + curvature) / (3 + curvature)).upper)
