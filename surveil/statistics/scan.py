"""Short bursts of activity: the window of days in which a rep did most beyond what was expected of him."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.errors import UsageError
from surveil.statistics.arrays import Floats, Ints
from surveil.statistics.overdispersion import recalibrated
from surveil.statistics.tails import SMALLEST_P

_EULER = 0.5772156649015329
_SIMULATED_REPS = 100
_BLOCK = 512  # reps looked at together: what is computed on the way fits the processor's cache


@dataclass(frozen=True)
class ScanSettings:
    """longest: business days of the longest window. draws: simulated years per simulated rep. branch_prior: expected
    events that hold a branch's day at the firm's. min_expected: events of a rep below which nothing is
    tested. seed: of
    the simulation."""

    longest: int = 10
    draws: int = 60
    branch_prior: float = 5.0
    min_expected: float = 5.0
    seed: int = 20_050_301


def expected_by_day(
    counts: npt.ArrayLike, active: npt.ArrayLike, branch: npt.ArrayLike, branch_prior: float = 5.0
) -> Floats:
    """Expected events, reps × business days: a rep's own rate × the firm's day × his branch's day, both without him.

    `counts` and `active` (is he at work) are reps × days; `branch` is a whole number per rep, or per rep
    and day.
    """
    y, works = np.asarray(counts, np.float64), np.asarray(active, bool)
    y = np.where(works, y, 0.0)
    rate = y.sum(axis=1) / np.maximum(works.sum(axis=1), 1)
    day = np.ones(y.shape[1])
    for _ in range(5):
        capacity = (works * rate[:, None]).sum(axis=0)
        day = np.where(capacity > 0, y.sum(axis=0) / np.where(capacity > 0, capacity, 1.0), 0.0)
        exposure = works @ day
        rate = np.where(exposure > 0, y.sum(axis=1) / np.where(exposure > 0, exposure, 1.0), 0.0)
    capacity = (works * rate[:, None]).sum(axis=0) - works * rate[:, None]
    others = y.sum(axis=0) - y
    # One event's worth of the firm's own level keeps days with few colleagues from being all noise.
    expected = works * rate[:, None] * (others + day) / (capacity + 1.0)
    place = np.broadcast_to(np.asarray(branch, np.int64).reshape(y.shape[0], -1), y.shape)
    expected = expected * _branch_day(y, expected, place, branch_prior)
    total = expected.sum(axis=1)
    level = np.where(total > 0, y.sum(axis=1) / np.where(total > 0, total, 1.0), 0.0)
    return np.asarray(expected * level[:, None], np.float64)


def _branch_day(y: Floats, expected: Floats, place: Ints, prior: float) -> Floats:
    days = y.shape[1]
    key = place * days + np.arange(days)
    _, cell = np.unique(key, return_inverse=True)
    cell = cell.reshape(y.shape)
    observed, wanted = np.bincount(cell.ravel(), y.ravel()), np.bincount(cell.ravel(), expected.ravel())
    return (observed[cell] - y + prior) / (np.maximum(wanted[cell] - expected, 0.0) + prior)


def daily_dispersion(counts: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    """Negative binomial dispersion alpha, Var = mu + alpha mu²: the middle half of the reps' own estimates."""
    y, mu = np.asarray(counts, np.float64), np.asarray(expected, np.float64)
    information = (mu**2).sum(axis=1)
    known = information > 0
    if not known.any():
        return 0.0
    each = ((y - mu) ** 2 - mu)[known].sum(axis=1) / information[known]
    low, high = np.quantile(each, [0.25, 0.75])
    middle = each[(each >= low) & (each <= high)]  # of two reps neither is in the middle
    return float(np.clip((middle if middle.size else each).mean(), 0.0, 5.0))


def scan_bursts(
    counts: npt.ArrayLike, expected: npt.ArrayLike, settings: ScanSettings | None = None
) -> pd.DataFrame:
    """Strongest burst of every rep (row) among all windows of 1…`longest` days, with its p-value.

    `counts` and `expected` are reps × business days; an expectation of 0 or NaN is a day off. Columns:
    `start`, `end` (first and last day of the window, positions), `observed`, `expected` (in the window),
    `score` (log-likelihood ratio of the negative binomial scan, Kulldorff 1997), `p_value` (NaN where fewer
    than `min_expected` events are expected in all). p: Gumbel fit to simulated maxima of reps of his size,
    then widened to how ordinary reps spread. Raises UsageError where the shapes differ.
    """
    chosen = settings or ScanSettings()
    y, mu = np.asarray(counts, np.float64), np.nan_to_num(np.asarray(expected, np.float64))
    if y.shape != mu.shape or y.ndim != 2:
        raise UsageError("A scan needs counts and expectations of the same shape, representatives by days.")
    y = np.where(mu > 0, y, 0.0)
    alpha = daily_dispersion(y, mu)
    best, start, length = _maxima(y, mu, alpha, chosen.longest)
    total = mu.sum(axis=1)
    tested = total >= chosen.min_expected
    p_value = np.full(y.shape[0], np.nan)
    if tested.any():
        location, scale = _null(mu[tested], alpha, chosen)
        raw = -np.expm1(-np.exp(-(best[tested] - location) / scale))
        p_value[tested] = recalibrated(np.clip(raw, SMALLEST_P, 1.0))
    reps = np.arange(y.shape[0])
    seen, wanted = (
        np.concatenate([np.zeros((y.shape[0], 1)), np.cumsum(a, axis=1)], axis=1) for a in (y, mu)
    )
    end = np.minimum(start + length, y.shape[1])
    return pd.DataFrame(
        {
            "start": start,
            "end": end - 1,
            "observed": (seen[reps, end] - seen[reps, start]).round().astype(np.int64),
            "expected": wanted[reps, end] - wanted[reps, start],
            "score": best,
            "p_value": p_value,
        }
    )


def _maxima(y: Floats, mu: Floats, alpha: float, longest: int) -> tuple[Floats, Ints, Ints]:
    """Per row: largest score, start and length of its window; of equal ones the shortest and first."""
    starts = range(0, max(y.shape[0], 1), _BLOCK)
    parts = [_maxima_of(y[i : i + _BLOCK], mu[i : i + _BLOCK], alpha, longest) for i in starts]
    best, start, length = (np.concatenate(column) for column in zip(*parts, strict=True))
    return best, start, length


def _maxima_of(y: Floats, mu: Floats, alpha: float, longest: int) -> tuple[Floats, Ints, Ints]:
    rows, days = y.shape
    best, start, length = np.zeros(rows), np.zeros(rows, dtype=np.int64), np.ones(rows, dtype=np.int64)
    sums = [np.concatenate([np.zeros((rows, 1)), np.cumsum(a, axis=1)], axis=1) for a in (y, mu, mu**2)]
    for width in range(1, min(longest, days) + 1):
        seen, wanted, square = (s[:, width:] - s[:, :-width] for s in sums)
        score = _score(seen, wanted, alpha * square)
        at = np.argmax(score, axis=1)
        top = score[np.arange(rows), at]
        better = top > best + 1e-12
        best, start = np.where(better, top, best), np.where(better, at, start)
        length = np.where(better, width, length)
    return best, start, length


def _score(seen: Floats, wanted: Floats, extra: Floats) -> Floats:
    """Log-likelihood ratio of seeing more than `wanted`, variance `wanted` + `extra`; 0 where there are not more."""
    more = seen > wanted * (1 + 1e-9) + 1e-9
    c, m, e = seen[more], np.maximum(wanted[more], 1e-9), extra[more]
    by_chance = c * np.log(c / m)
    over = e > 1e-9
    size = m**2 / np.where(over, e, 1.0)
    wide = by_chance - (c + size) * np.log((c + size) / (m + size))
    result = np.zeros(seen.shape)
    result[more] = np.where(over, wide, by_chance - (c - m))
    return result


def _null(mu: Floats, alpha: float, settings: ScanSettings) -> tuple[Floats, Floats]:
    """Location and scale of the Gumbel law of the maximal score, for reps of each size, from simulated honest years."""
    rng = np.random.default_rng(settings.seed)
    total = mu.sum(axis=1)
    order = np.argsort(total, kind="stable")
    chosen = order[np.unique(np.linspace(0, order.size - 1, _SIMULATED_REPS).astype(np.int64))]
    # A firm of few reps is simulated more often, so that the fit never hangs on a handful of maxima.
    draws = max(settings.draws, int(np.ceil(2000 / chosen.size)))
    maxima = np.empty((chosen.size, draws))
    for i, rep in enumerate(chosen):
        mean = np.broadcast_to(mu[rep], (draws, mu.shape[1]))
        level = mean if alpha <= 0 else mean * rng.gamma(1 / alpha, alpha, mean.shape)
        maxima[i] = _maxima(rng.poisson(level).astype(np.float64), mean, alpha, settings.longest)[0]
    scale = np.sqrt(6) / np.pi * maxima.std(axis=1, ddof=1)
    location = maxima.mean(axis=1) - _EULER * scale.mean()
    # Both change slowly with a rep's size: one smooth curve has less noise than his own few draws.
    log_total = np.log(total)
    degree = 2 if np.unique(np.round(log_total[chosen], 3)).size >= 5 else 0
    curves = [
        np.polynomial.Polynomial.fit(log_total[chosen], v, degree)(log_total) for v in (location, scale)
    ]
    return np.asarray(curves[0]), np.maximum(np.asarray(curves[1]), 0.1)
