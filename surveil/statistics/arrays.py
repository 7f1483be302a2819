"""The array types of this package and the grouped sum that most of it is built on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Keys up to so many times the number of rows are put in order by a table of all of them.
_DENSE = 4


def sums(group: Ints, weights: npt.ArrayLike, size: int) -> Floats:
    """Sum of `weights` by group code 0…size - 1."""
    return np.bincount(group, weights=np.asarray(weights, np.float64), minlength=size).astype(np.float64)


def dense(key: Ints) -> tuple[Ints, Ints]:
    """The place of each key, none negative, among the different ones in order; and where each of these stands first.

    As `numpy.unique` has it, which sorts; where keys are in order already or little larger than there are rows, that is
    not needed.
    """
    step = np.diff(key, prepend=-1)
    if (step >= 0).all():
        first = np.flatnonzero(step)
        return np.cumsum(step > 0) - 1, first
    most = int(key.max()) + 1
    if most > _DENSE * key.size:
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        return place, first
    at = np.full(most, -1, dtype=np.int64)
    # Of several values assigned to one place the last stays: from the end, that is where the key stands first.
    at[key[::-1]] = np.arange(key.size - 1, -1, -1)
    there = at >= 0
    return (np.cumsum(there) - 1)[key], at[there]
