"""Where one level changes to another: the single most likely change of a mean or of a Poisson rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveil.errors import UsageError
from surveil.statistics.arrays import Floats


@dataclass(frozen=True)
class Change:
    """`last`: position of the last point before the change; means before and after; `gain` in log-likelihood."""

    last: int
    before: float
    after: float
    gain: float


def mean_change(values: npt.ArrayLike) -> Change:
    """Most likely single change of the mean of values with constant spread (least squares)."""
    x, n, left, right = _sides(values)
    within = np.sum((x - x.mean()) ** 2)
    between = n * (x.size - n) / x.size * (left - right) ** 2
    best = int(np.argmax(between))
    remaining = max(float(within - between[best]), 1e-300)
    gain = 0.5 * x.size * float(np.log(max(float(within), 1e-300) / remaining))
    return Change(best, float(left[best]), float(right[best]), gain)


def rate_change(counts: npt.ArrayLike) -> Change:
    """Most likely single change of a Poisson rate. Test counts against what is expected, not raw ones, for a rep."""
    x, n, left, right = _sides(counts)
    total = x.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.nan_to_num(n * left * np.log(left)) + np.nan_to_num((x.size - n) * right * np.log(right))
    base = total * np.log(total / x.size) if total > 0 else 0.0
    best = int(np.argmax(gain))
    return Change(best, float(left[best]), float(right[best]), float(gain[best] - base))


def _sides(values: npt.ArrayLike) -> tuple[Floats, Floats, Floats, Floats]:
    """The values; number of points, mean before and mean after, for a change after each point but the last."""
    x = np.asarray(values, np.float64)
    if x.size < 2:
        raise UsageError("A change needs at least two points.")
    n = np.arange(1, x.size, dtype=np.float64)
    head = np.cumsum(x)[:-1]
    return x, n, head / n, (x.sum() - head) / (x.size - n)
