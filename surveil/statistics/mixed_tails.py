"""Tails of counts whose true rate differs from rep to rep: normal spread on the log-odds (or log) scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import special

from surveil.statistics.arrays import Bools, Floats, Ints
from surveil.statistics.tails import Tails

_REACH = 8.0  # standard deviations of the spread that are integrated over
_BLOCK = 4096
_STEP = 0.83  # a hump sampled at steps of so many widths is summed to better than 1e-12
_HUMP = 10.0  # widths on each side of a hump beyond which nothing is left of it


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
    share = x / np.where(size > 0, size, 1.0)
    peak = special.logit(np.clip(share, 1e-12, 1 - 1e-12))
    return _mixed(_Binomial(x, size), centre, sd, nodes, peak, x * (1 - share))


def log_normal_poisson_tails(
    observed: npt.ArrayLike, mean: npt.ArrayLike, sigma: npt.ArrayLike, nodes: int = 161
) -> Tails:
    """Tails of Poisson(m) where log m is normal with standard deviation `sigma` and E(m) is `mean`.

    The arguments broadcast to one dimension.
    """
    x, mu, sd = _rows(observed, mean, sigma)
    centre = np.log(np.maximum(mu, 1e-12)) - 0.5 * sd**2
    return _mixed(_Poisson(x), centre, sd, nodes, np.log(np.maximum(x, 1e-12)), x)


def _rows(*values: npt.ArrayLike) -> list[Floats]:
    """The values broadcast to one length, as one-dimensional arrays."""
    return [np.atleast_1d(np.asarray(a, np.float64)) for a in np.broadcast_arrays(*values)]


class _Family(Protocol):
    """Counts given a place on the log-odds (or log) scale: one row an observed count, one column a place."""

    def of(self, who: Ints) -> _Family:
        """Some of the rows."""

    def tails(self, place: Floats) -> tuple[Floats, Floats]:
        """P(X >= x) and P(X <= x)."""

    def slopes(self, place: Floats) -> tuple[Floats, Floats, Floats]:
        """P(X = x), how fast the upper tail rises with the place, and how fast the lower one falls."""


@dataclass(frozen=True)
class _Binomial:
    x: Floats
    n: Floats

    def of(self, who: Ints) -> _Binomial:
        return _Binomial(self.x[who], self.n[who])

    def tails(self, place: Floats) -> tuple[Floats, Floats]:
        k, rest, p = self.x[:, None], (self.n - self.x)[:, None], special.expit(place)
        upper = np.where(k <= 0, 1.0, special.betainc(np.maximum(k, 1e-9), rest + 1, p))
        return upper, np.where(rest <= 0, 1.0, special.betaincc(k + 1, np.maximum(rest, 1e-9), p))

    def slopes(self, place: Floats) -> tuple[Floats, Floats, Floats]:
        x, n = self.x, self.n
        ways = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
        log_odds = np.logaddexp(0, place)
        point = np.exp(ways[:, None] + x[:, None] * place - n[:, None] * log_odds)
        p = np.exp(place - log_odds)
        return point, point * x[:, None] * (1 - p), point * (n - x)[:, None] * p


@dataclass(frozen=True)
class _Poisson:
    x: Floats

    def of(self, who: Ints) -> _Poisson:
        return _Poisson(self.x[who])

    def tails(self, place: Floats) -> tuple[Floats, Floats]:
        k, mean = self.x[:, None], np.exp(np.minimum(place, 700.0))
        upper = np.where(k <= 0, 1.0, special.gammainc(np.maximum(k, 1e-9), mean))
        return upper, special.gammaincc(k + 1, mean)

    def slopes(self, place: Floats) -> tuple[Floats, Floats, Floats]:
        k, mean = self.x[:, None], np.exp(np.minimum(place, 700.0))
        point = np.exp(k * place - mean - special.gammaln(k + 1))
        return point, point * k, point * mean


def _mixed(
    family: _Family, centre: Floats, sd: Floats, nodes: int, peak: Floats, information: Floats
) -> Tails:
    """Tails mixed over the normal spread: by their slopes where that is accurate, else by themselves.

    Integrated by parts, a tail against the normal density becomes its slope against the normal distribution function,
    and a slope costs an exponential where a tail costs a continued fraction. Along the spread the slope is a hump about
    `peak` with the width 1 / (sd * sqrt(information)).
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        width = np.fmin(1 / (sd * np.sqrt(information)), 1e9)
        place = np.where(sd > 0, (peak - centre) / sd, 0.0)
    wide = width * _STEP >= _REACH * np.pi / nodes
    near = ~wide & (np.abs(place) <= _REACH - 1)
    ends = np.full_like(centre, _REACH)
    first, last = np.maximum(place - _HUMP * width, -ends), np.minimum(place + _HUMP * width, ends)
    out = np.ones((3, centre.size))
    for who in _blocks(wide):
        out[:, who] = _by_slopes(family.of(who), centre[who], sd[who], nodes, -ends[:1], ends[:1])
    for who in _blocks(near):
        out[:, who] = _by_slopes(family.of(who), centre[who], sd[who], nodes, first[who], last[who])
    for who in _blocks(~wide & ~near):
        out[:, who] = _by_tails(family.of(who), centre[who], sd[who], nodes)
    upper, lower, point = np.clip(out, 0.0, 1.0)
    return Tails(upper, lower, np.minimum(point, np.minimum(upper, lower)))


def _blocks(rows: Bools) -> list[Ints]:
    """The numbers of the rows that are true, a handful at a time."""
    who = np.flatnonzero(rows)
    return [who[i : i + _BLOCK] for i in range(0, who.size, _BLOCK)]


def _by_slopes(
    family: _Family, centre: Floats, sd: Floats, nodes: int, first: Floats, last: Floats
) -> tuple[Floats, Floats, Floats]:
    """Mixed tails from their slopes between `first` and `last` (Gauss-Legendre), and from themselves at these ends.

    `first` and `last` have one entry a row, or one for all.
    """
    at, weight = _legendre(nodes)
    half = 0.5 * (last - first)[:, None]
    z = 0.5 * (last + first)[:, None] + half * at
    point, rise, fall = family.slopes(centre[:, None] + sd[:, None] * z)
    step = half * weight
    upper = sd * np.sum(rise * (step * special.ndtr(-z)), axis=1)
    lower = sd * np.sum(fall * (step * special.ndtr(z)), axis=1)
    upper += family.tails((centre + sd * first)[:, None])[0][:, 0] * special.ndtr(-first)
    lower += family.tails((centre + sd * last)[:, None])[1][:, 0] * special.ndtr(last)
    density = step * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return upper, lower, np.sum(point * density, axis=1)


def _by_tails(family: _Family, centre: Floats, sd: Floats, nodes: int) -> tuple[Floats, Floats, Floats]:
    """Mixed tails from the tails at equally spaced points (the trapezoid rule, which suits smooth integrands)."""
    z = np.linspace(-_REACH, _REACH, nodes)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    place = centre[:, None] + sd[:, None] * z
    upper, lower = family.tails(place)
    return upper @ weight, lower @ weight, family.slopes(place)[0] @ weight


@cache
def _legendre(nodes: int) -> tuple[Floats, Floats]:
    """Points in -1…1 and their weights."""
    at, weight = special.roots_legendre(nodes)
    return np.asarray(at, np.float64), np.asarray(weight, np.float64)
