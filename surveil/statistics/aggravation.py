"""A test that counts, and another that may only make it worse."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from surveil.statistics.arrays import Floats
from surveil.statistics.overdispersion import normal_scores
from surveil.statistics.tails import SMALLEST_P


def aggravated(p: npt.ArrayLike, worse: npt.ArrayLike, weight: float, cap: float) -> Floats:
    """One-sided p-values `p`, made smaller where the independent ones of `worse` are small as well.

    Normal scores are added, that of `worse` times `weight` and held between 0 and `cap`: it neither excuses nor accuses
    alone. The result is the chance of so large a sum. A missing `worse` counts as 0.5; a missing `p` stays missing.
    """
    from scipy.special import ndtr

    first, second = np.asarray(p, np.float64), np.asarray(worse, np.float64)

    def weighed(z: Floats) -> Floats:
        return np.asarray(weight * np.clip(z, 0.0, cap))

    nodes = np.linspace(-8.0, 8.0, 321)
    density = np.exp(-0.5 * nodes**2)
    main = normal_scores(np.where(np.isnan(first), 0.5, first))
    added = weighed(normal_scores(np.where(np.isnan(second), 0.5, second)))
    tail = ndtr(-((main + added)[:, None] - weighed(nodes)[None, :])) @ (density / density.sum())
    return np.asarray(np.where(np.isnan(first), np.nan, np.clip(tail, SMALLEST_P, 1.0)))
