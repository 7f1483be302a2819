"""The array types of this package and the grouped sum that most of it is built on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def sums(group: Ints, weights: npt.ArrayLike, size: int) -> Floats:
    """Sum of `weights` by group code 0…size - 1."""
    return np.bincount(group, weights=np.asarray(weights, np.float64), minlength=size).astype(np.float64)
