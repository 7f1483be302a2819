"""Tail probabilities of counts: exact Poisson-binomial, and the usual families with and without spread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import special

from surveil.statistics.arrays import Floats, Ints, sums

SMALLEST_P = 1e-300
"""No tail is reported as zero: nothing observed is impossible under a model, and zeros cannot be ranked."""

_CHUNK = 1 << 20  # numbers held at once by the blockwise sums, so that memory stays bounded
_EDGE = 1e-12  # success probabilities are kept this far from 0 and 1


@dataclass(frozen=True)
class Tails:
    """For each observed count x: `upper` = P(X >= x), `lower` = P(X <= x), `point` = P(X = x)."""

    upper: Floats
    lower: Floats
    point: Floats

    def p_value(self, side: str = "high", mid: bool = True) -> Floats:
        """One-sided p-value for too many (`high`) or too few (`low`); `mid` counts half of P(X = x).

        The mid-p keeps p-values of small counts close to uniform (Lancaster 1961) instead of too large.
        """
        tail = self.upper if side == "high" else self.lower
        p = tail - 0.5 * self.point if mid else tail
        return np.clip(p, SMALLEST_P, 1.0)


def poisson_binomial_tails(
    observed: npt.ArrayLike, group: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike
) -> Tails:
    """Exact tails of a sum of binomials, for many groups at once.

    `observed` has one count per group; `group`, `n` and `p` have one entry per cell: X_g is the sum over
    the cells of group g of Binomial(n, p). Cells may come in any order. Relative error is below 1e-9
    however far out the tail is: the distribution is tilted exponentially so that its mean is at the
    observed count, its probabilities are found by the discrete Fourier transform of the characteristic
    function (Hong 2013), and the tilt is taken back.
    """
    return PoissonBinomial(observed, group, n, p).tails()


class PoissonBinomial:
    """The distributions behind `poisson_binomial_tails`, whose dear part can be asked for some groups only."""

    def __init__(
        self, observed: npt.ArrayLike, group: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike
    ) -> None:
        self._counts = np.asarray(observed, dtype=np.float64)
        self._cells = _cells(self._counts.size, group, n, p)

    @cached_property
    def _theta(self) -> Floats:
        groups, items, logit, total = self._cells
        target = np.clip(self._counts, 0.3, np.maximum(total - 0.3, 0.3))
        return _tilt(groups, items, logit, target, total)

    def tails(self, asked: npt.NDArray[np.bool_] | None = None) -> Tails:
        """The tails of the groups asked for (None: all), each as if all had been; nothing is said of others (1, 1, 0)."""
        counts, (groups, items, logit, total) = self._counts, self._cells
        wanted = np.ones(counts.size, dtype=bool) if asked is None else asked
        upper, lower, point = np.ones_like(counts), np.ones_like(counts), np.zeros_like(counts)
        point[wanted & (total == 0) & (counts == 0)] = 1.0
        inside = wanted & (total > 0) & (counts >= 0) & (counts <= total)
        upper[wanted & (counts > total)], lower[wanted & (counts < 0)] = 0.0, 0.0
        if inside.any():
            kept = inside[groups]
            cells = groups[kept], items[kept], logit[kept]
            _tilted_tails(*cells, self._theta, counts, total, inside, (upper, lower, point))
        return Tails(upper, lower, point)


def _cells(
    size: int, group: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike
) -> tuple[Ints, Floats, Floats, Floats]:
    """Cells sorted by group without empty ones: group, items, log odds; and items per group."""
    groups = np.asarray(group, dtype=np.int64)
    items = np.asarray(n, dtype=np.float64)
    chance = np.clip(np.asarray(p, dtype=np.float64), _EDGE, 1 - _EDGE)
    keep = np.flatnonzero(items > 0)
    keep = keep[_sorting(groups[keep], chance[keep], items[keep])]
    groups, items, chance = groups[keep], items[keep], chance[keep]
    return groups, items, special.logit(chance), sums(groups, items, size)


def _sorting(groups: Ints, chance: Floats, items: Floats) -> Ints:
    """The order by group, then chance, then items: as `lexsort`, through one whole number a cell, which sorts faster."""
    by_chance = np.argsort(chance)
    rank = np.empty(chance.size, dtype=np.int64)
    rank[by_chance] = np.cumsum(np.diff(chance[by_chance], prepend=0.0) > 0)
    ranks, most = int(rank.max(initial=0)) + 1, int(items.max(initial=0.0)) + 1
    if (int(groups.max(initial=0)) + 1) * ranks * most >= 1 << 62 or np.any(items != np.floor(items)):
        return np.lexsort((items, chance, groups))
    # Cells that are the same in all three may stand in any order.
    return np.argsort((groups * ranks + rank) * most + items.astype(np.int64))


def _tilt(groups: Ints, items: Floats, logit: Floats, target: Floats, total: Floats) -> Floats:
    """Shift of the log odds that brings each group's mean near `target` (bracketed Newton steps)."""
    size = target.size
    low, high = np.full(size, -80.0), np.full(size, 80.0)
    mean = sums(groups, items * special.expit(logit), size)
    safe = np.where(total > 0, total, 1.0)
    theta = special.logit(np.clip(target / safe, _EDGE, 1 - _EDGE)) - special.logit(
        np.clip(mean / safe, _EDGE, 1 - _EDGE)
    )
    for _ in range(60):
        q = special.expit(logit + theta[groups])
        miss = sums(groups, items * q, size) - target
        spread = sums(groups, items * q * (1 - q), size)
        if np.all((np.abs(miss) <= 0.05 * np.sqrt(spread) + 1e-3) | (total == 0)):
            break
        low, high = np.where(miss < 0, theta, low), np.where(miss > 0, theta, high)
        step = theta - miss / np.maximum(spread, 1e-12)
        theta = np.where((step > low) & (step < high), step, 0.5 * (low + high))
    return np.asarray(theta)


def _tilted_tails(
    groups: Ints,
    items: Floats,
    logit: Floats,
    theta: Floats,
    counts: Floats,
    total: Floats,
    inside: npt.NDArray[np.bool_],
    out: tuple[Floats, Floats, Floats],
) -> None:
    """Fill `out` (upper, lower, point) for the groups `inside`, in blocks of like width."""
    size = counts.size
    q = special.expit(logit + theta[groups])
    mean = sums(groups, items * q, size)
    spread = np.sqrt(sums(groups, items * q * (1 - q), size))
    log_scale = sums(groups, items * (np.logaddexp(0, logit + theta[groups]) - np.logaddexp(0, logit)), size)
    # Nine standard deviations and a margin for small counts hold all but 1e-16 of the tilted distribution.
    width = np.minimum(2 * np.ceil(9 * spread + 9), total + 1)
    width = 2 * np.ceil(1.25 ** np.ceil(np.log(width) / np.log(1.25)) / 2)
    cells_of = np.bincount(groups, minlength=size)
    first_cell = np.concatenate([[0], np.cumsum(cells_of)[:-1]])
    for wide in np.unique(width[inside]):
        members = np.flatnonzero(inside & (width == wide))
        cost = np.cumsum(cells_of[members] * (wide / 2 + 1))
        for block in np.split(members, np.flatnonzero(np.diff(cost // _CHUNK)) + 1):
            cell = _ranges(first_cell[block], cells_of[block])
            starts = np.concatenate([[0], np.cumsum(cells_of[block])[:-1]])
            mass = _probabilities(q[cell], items[cell], starts, int(wide))
            begin = np.where(total[block] < wide, 0.0, np.round(mean[block]) - wide // 2)
            _untilt(mass, begin, theta[block], log_scale[block], counts[block], block, out)


def _ranges(first: Ints, length: Ints) -> Ints:
    """The whole numbers first[i] … first[i] + length[i] - 1 of every i, one after the other."""
    ends = np.cumsum(length)
    whole: Ints = np.arange(ends[-1] if ends.size else 0) + np.repeat(first - (ends - length), length)
    return whole


def _probabilities(q: Floats, items: Floats, starts: Ints, width: int) -> Floats:
    """P(X = j modulo width), one row per group, from the characteristic function at `width` frequencies."""
    angle = 2 * np.pi * np.arange(width // 2 + 1) / width
    column, times = q[:, None], items[:, None]
    with np.errstate(divide="ignore"):
        size = 0.5 * np.log1p(np.maximum(-2 * column * (1 - column) * (1 - np.cos(angle)), -1.0))
    phase = np.arctan2(-column * np.sin(angle), 1 - column + column * np.cos(angle))
    size = np.add.reduceat(times * size, starts, axis=0)
    phase = np.add.reduceat(times * phase, starts, axis=0)
    return np.maximum(np.fft.irfft(np.exp(size) * np.exp(1j * phase), n=width, axis=1), 0.0)


def _untilt(
    mass: Floats,
    begin: Floats,
    theta: Floats,
    log_scale: Floats,
    counts: Floats,
    block: Ints,
    out: tuple[Floats, Floats, Floats],
) -> None:
    """Take the tilt back, and sum the tail on the side where that is accurate."""
    upper, lower, point = out
    width = mass.shape[1]
    value = begin[:, None] + np.arange(width)
    mass = np.take_along_axis(mass, np.mod(value, width).astype(np.int64), axis=1)
    away = value - counts[:, None]
    right = theta[:, None] >= 0
    used = np.where(right, away >= 0, away <= 0)
    weight = np.exp(np.where(used, -theta[:, None] * away, -np.inf))
    scale = np.exp(log_scale - theta * counts)
    tail = np.minimum(scale * np.sum(mass * weight, axis=1), 1.0)
    here = np.minimum(scale * np.sum(np.where(away == 0, mass, 0.0), axis=1), tail)
    other = np.clip(1.0 - tail + here, here, 1.0)
    upper[block] = np.where(theta >= 0, tail, other)
    lower[block] = np.where(theta >= 0, other, tail)
    point[block] = here


def binomial_tails(observed: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike) -> Tails:
    """Tails of Binomial(n, p), element by element."""
    x, n_, p_ = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(observed, n, p))
    point = np.exp(
        special.gammaln(n_ + 1)
        - special.gammaln(x + 1)
        - special.gammaln(n_ - x + 1)
        + special.xlogy(x, p_)
        + special.xlog1py(n_ - x, -p_)
    )
    upper = np.where(x <= 0, 1.0, special.betainc(np.maximum(x, 1e-9), n_ - x + 1, p_))
    lower = np.where(x >= n_, 1.0, special.betaincc(x + 1, np.maximum(n_ - x, 1e-9), p_))
    return Tails(upper, lower, point)


def poisson_tails(observed: npt.ArrayLike, mean: npt.ArrayLike) -> Tails:
    """Tails of Poisson(mean), element by element."""
    x, mu = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(observed, mean))
    point = np.exp(special.xlogy(x, mu) - mu - special.gammaln(x + 1))
    upper = np.where(x <= 0, 1.0, special.gammainc(np.maximum(x, 1e-9), mu))
    return Tails(upper, special.gammaincc(x + 1, mu), point)


def negative_binomial_tails(observed: npt.ArrayLike, mean: npt.ArrayLike, variance: npt.ArrayLike) -> Tails:
    """Tails of the negative binomial with this mean and variance; Poisson where there is no excess."""
    x, mu, var = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(observed, mean, variance))
    plain = poisson_tails(x, mu)
    over = (var > mu * (1 + 1e-9)) & (mu > 0)
    size = np.where(over, mu**2 / np.where(over, var - mu, 1.0), 1.0)
    share = mu / (mu + size)
    upper = np.where(x <= 0, 1.0, special.betainc(np.maximum(x, 1e-9), size, share))
    lower = special.betaincc(x + 1, size, share)
    point = np.exp(
        special.gammaln(x + size)
        - special.gammaln(size)
        - special.gammaln(x + 1)
        + special.xlogy(x, share)
        + size * np.log1p(-share)
    )
    return Tails(
        np.where(over, upper, plain.upper),
        np.where(over, lower, plain.lower),
        np.where(over, point, plain.point),
    )


def beta_binomial_tails(
    observed: npt.ArrayLike, n: npt.ArrayLike, mean: npt.ArrayLike, variance: npt.ArrayLike
) -> Tails:
    """Tails of the beta-binomial on 0…n with this mean and variance (of the count).

    Where the variance is not above the binomial's, the binomial is used. The variance is cut at 95 % of
    the largest one possible.
    """
    x, n_, mu, var = (
        np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(observed, n, mean, variance)
    )
    chance = np.clip(mu / np.where(n_ > 0, n_, 1.0), _EDGE, 1 - _EDGE)
    plain = binomial_tails(x, n_, chance)
    base = n_ * chance * (1 - chance)
    rho = np.where(n_ > 1, (var / np.where(base > 0, base, 1.0) - 1) / np.maximum(n_ - 1, 1.0), 0.0)
    over = np.flatnonzero(np.ravel(rho > 1e-9))
    upper, lower, point = plain.upper.copy(), plain.lower.copy(), plain.point.copy()
    if over.size:
        r = np.minimum(rho.flat[over], 0.95)
        a, b = chance.flat[over] * (1 / r - 1), (1 - chance.flat[over]) * (1 / r - 1)
        tails = _beta_binomial(x.flat[over], n_.flat[over], a, b)
        upper.flat[over], lower.flat[over], point.flat[over] = tails
    return Tails(upper, lower, point)


def _beta_binomial(x: Floats, n: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """Sum the probabilities from x outwards, away from the mean, by the ratio of neighbours."""
    # Counting failures instead of successes turns a lower tail into an upper one.
    flip = x < n * a / (a + b)
    k = np.where(flip, n - x, x)
    a, b = np.where(flip, b, a), np.where(flip, a, b)
    log_point = (
        special.gammaln(n + 1)
        - special.gammaln(k + 1)
        - special.gammaln(n - k + 1)
        + special.betaln(k + a, n - k + b)
        - special.betaln(a, b)
    )
    terms = (n - k).astype(np.int64)
    total = np.ones_like(x)
    cost = np.cumsum(terms)
    for block in np.split(np.arange(x.size), np.flatnonzero(np.diff(cost // _CHUNK)) + 1):
        length = terms[block]
        owner = np.repeat(block, length)
        j = k[owner] + _ranges(np.zeros(block.size, dtype=np.int64), length)
        log_ratio = np.log((n[owner] - j) * (j + a[owner]) / ((j + 1) * (n[owner] - j - 1 + b[owner])))
        running = np.cumsum(log_ratio)
        before = np.concatenate([[0.0], running])[np.cumsum(length) - length]
        term = np.exp(running - np.repeat(before, length))
        total[block] += sums(np.repeat(np.arange(block.size), length), term, block.size)
    point = np.exp(log_point)
    tail = np.minimum(point * total, 1.0)
    other = np.clip(1 - tail + point, point, 1.0)
    return np.where(flip, other, tail), np.where(flip, tail, other), point
