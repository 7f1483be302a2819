"""Many tests into one: joins p-values of a subject, controls false discoveries across subjects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from surveil.statistics.arrays import Floats
from surveil.statistics.tails import SMALLEST_P

_TINY = 1e-15


def _probabilities(p: npt.ArrayLike) -> Floats:
    values = np.asarray(p, dtype=np.float64)
    if ((values < 0) | (values > 1)).any():
        raise ValueError("p-values lie between 0 and 1")
    return values


def cauchy_combination(p: npt.ArrayLike, weights: npt.ArrayLike | None = None, axis: int = -1) -> Floats:
    """One p from several that may depend on each other (Liu and Xie 2020), along `axis`.

    NaN is a test that was not made and is left out; NaN comes back only where none was. `weights`
    (same shape as `p` or one per test) need not sum to one. A p of 1 counts as 0.99, so that
    one perfectly ordinary test cannot outweigh a remarkable one.
    """
    values = np.moveaxis(_probabilities(p), axis, -1)
    weight = (
        np.ones_like(values)
        if weights is None
        else np.broadcast_to(np.asarray(weights, np.float64), values.shape)
    )
    made = ~np.isnan(values)
    weight = np.where(made, weight, 0.0)
    total = weight.sum(axis=-1)
    # Beyond 0.99 the Cauchy transform explodes downwards: no p may pull a combination back further.
    inner = np.clip(np.where(made, values, 0.5), SMALLEST_P, 0.99)
    # Close to zero tan((1/2 - p)π) is 1 / (pπ) to double precision, and computing it so avoids cancellation.
    score = np.where(inner < _TINY, 1 / (inner * np.pi), np.tan((0.5 - inner) * np.pi))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * score).sum(axis=-1) / total
        joined = np.where(mean > 1 / _TINY, 1 / (mean * np.pi), 0.5 - np.arctan(mean) / np.pi)
    return np.where(total > 0, np.clip(joined, SMALLEST_P, 1.0), np.nan)


def fisher_combination(p: npt.ArrayLike, axis: int = -1) -> Floats:
    """One p from several that are independent (Fisher 1932), along `axis`; NaN as in `cauchy_combination`."""
    from scipy.special import gammaincc

    values = np.moveaxis(_probabilities(p), axis, -1)
    made = ~np.isnan(values)
    number = made.sum(axis=-1)
    total = -np.log(np.clip(np.where(made, values, 1.0), SMALLEST_P, 1.0)).sum(axis=-1)
    joined = gammaincc(np.maximum(number, 1), total)
    return np.where(number > 0, np.clip(joined, SMALLEST_P, 1.0), np.nan)


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Adjusted p (q-value) by Benjamini and Hochberg 1995; NaN stays NaN and is no test."""
    return _adjust(p, "bh")


def benjamini_yekutieli(p: npt.ArrayLike) -> Floats:
    """Adjusted p by Benjamini and Yekutieli 2001, valid under any dependence; NaN stays NaN."""
    return _adjust(p, "by")


def _adjust(p: npt.ArrayLike, method: str) -> Floats:
    from scipy.stats import false_discovery_control

    values = _probabilities(p)
    result = np.full(values.shape, np.nan)
    made = ~np.isnan(values)
    if made.any():
        result[made] = false_discovery_control(values[made], method=method)
    return result


def top_two(p: npt.ArrayLike, axis: int = -1) -> Floats:
    """Evidence for ranking: the sum of the two largest -log10 p along `axis`.

    Not a probability: two independent oddities outrank one, and further correlated ones add nothing.
    NaN counts as no evidence; NaN comes back only where no test was made.
    """
    values = np.moveaxis(_probabilities(p), axis, -1)
    evidence = np.where(
        np.isnan(values), 0.0, -np.log10(np.clip(np.nan_to_num(values, nan=1.0), SMALLEST_P, 1.0))
    )
    largest = np.sort(evidence, axis=-1)[..., -2:].sum(axis=-1)
    return np.where(np.isnan(values).all(axis=-1), np.nan, largest)
