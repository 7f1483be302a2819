"""Tails of counts whose true rate differs from rep to rep: normal spread on the log-odds (or log) scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from surveil.statistics.arrays import Floats
from surveil.statistics.tails import Tails

_REACH = 8.0  # standard deviations of the spread that are integrated over
_BLOCK = 4096


def logit_normal_binomial_tails(
    observed: npt.ArrayLike, n: npt.ArrayLike, mean: npt.ArrayLike, sigma: npt.ArrayLike, nodes: int = 161
) -> Tails:
    """Tails of Binomial(n, p), logit p normal with standard deviation `sigma`, mean count about `mean`.

    The arguments broadcast to one dimension; `observed` lies in 0…n. `nodes` points carry the integral.
    """
    x, size, mu, sd = _rows(observed, n, mean, sigma)
    p = np.clip(mu / np.where(size > 0, size, 1.0), 1e-12, 1 - 1e-12)
    # The centre moves so that the mean stays where it is, to second order in sigma.
    centre = special.logit(p) - 0.5 * sd**2 * (1 - 2 * p)
    parts = [_binomial(x[b], size[b], centre[b], sd[b], nodes) for b in _blocks(x.size)]
    return _join(parts)


def log_normal_poisson_tails(
    observed: npt.ArrayLike, mean: npt.ArrayLike, sigma: npt.ArrayLike, nodes: int = 161
) -> Tails:
    """Tails of Poisson(m) where log m is normal with standard deviation `sigma` and E(m) is `mean`.

    The arguments broadcast to one dimension.
    """
    x, mu, sd = _rows(observed, mean, sigma)
    centre = np.log(np.maximum(mu, 1e-12)) - 0.5 * sd**2
    parts = [_poisson(x[b], centre[b], sd[b], nodes) for b in _blocks(x.size)]
    return _join(parts)


def _rows(*values: npt.ArrayLike) -> list[Floats]:
    """The values broadcast to one length, as one-dimensional arrays."""
    return [np.atleast_1d(np.asarray(a, np.float64)) for a in np.broadcast_arrays(*values)]


def _blocks(size: int) -> list[slice]:
    return [slice(i, i + _BLOCK) for i in range(0, size, _BLOCK)] or [slice(0, 0)]


def _join(parts: list[tuple[Floats, Floats, Floats]]) -> Tails:
    upper, lower, point = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Tails(upper, lower, point)


def _nodes(nodes: int) -> tuple[Floats, Floats]:
    """Equally spaced points and normal weights (the trapezoid rule, which suits smooth integrands)."""
    z = np.linspace(-_REACH, _REACH, nodes)
    weight = np.exp(-0.5 * z * z)
    return z, weight / weight.sum()


def _binomial(x: Floats, n: Floats, centre: Floats, sd: Floats, nodes: int) -> tuple[Floats, Floats, Floats]:
    z, weight = _nodes(nodes)
    logit = centre[:, None] + sd[:, None] * z
    p = special.expit(logit)
    k, rest = x[:, None], (n - x)[:, None]
    upper = np.where(k <= 0, 1.0, special.betainc(np.maximum(k, 1e-9), rest + 1, p)) @ weight
    lower = np.where(rest <= 0, 1.0, special.betaincc(k + 1, np.maximum(rest, 1e-9), p)) @ weight
    ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
    log_p, log_not = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    point = np.exp(ways[:, None] + k * log_p + rest * log_not) @ weight
    return upper, lower, np.minimum(point, np.minimum(upper, lower))


def _poisson(x: Floats, centre: Floats, sd: Floats, nodes: int) -> tuple[Floats, Floats, Floats]:
    z, weight = _nodes(nodes)
    log_mean = centre[:, None] + sd[:, None] * z
    mean, k = np.exp(np.minimum(log_mean, 700.0)), x[:, None]
    upper = np.where(k <= 0, 1.0, special.gammainc(np.maximum(k, 1e-9), mean)) @ weight
    lower = special.gammaincc(k + 1, mean) @ weight
    point = np.exp(k * log_mean - mean - special.gammaln(k + 1)) @ weight
    return upper, lower, np.minimum(point, np.minimum(upper, lower))
