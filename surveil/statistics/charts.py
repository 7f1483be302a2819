"""Control charts for monitoring week by week: CUSUM, EWMA, p- and c-charts, EARS C1-C3 and Farrington's limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from surveil.errors import UsageError
from surveil.statistics.arrays import Bools, Floats
from surveil.statistics.regression import PoissonFit, fit_poisson


@dataclass(frozen=True)
class Chart:
    """A statistic per point with its limits; `alarms` are the points outside."""

    statistic: Floats
    low: Floats
    high: Floats

    @property
    def alarms(self) -> Bools:
        return np.asarray((self.statistic < self.low) | (self.statistic > self.high))


def cusum(z: npt.ArrayLike, allowance: float = 0.5, limit: float = 5.0) -> tuple[Chart, Chart]:
    """Upper and lower cumulative sums of standardised deviations (Page 1954), both counted positive."""
    scores = np.asarray(z, np.float64)
    charts = []
    for sign in (1.0, -1.0):
        total, path = 0.0, np.empty(scores.size)
        for i, score in enumerate(sign * scores):
            total = max(0.0, total + score - allowance)
            path[i] = total
        charts.append(Chart(path, np.full(scores.size, -np.inf), np.full(scores.size, limit)))
    return charts[0], charts[1]


def ewma(
    values: npt.ArrayLike, centre: float, standard_error: float, weight: float = 0.2, width: float = 3.0
) -> Chart:
    """Exponentially weighted moving average (Roberts 1959) with limits `width` standard deviations from the centre."""
    points = np.asarray(values, np.float64)
    path, last = np.empty(points.size), centre
    for i, value in enumerate(points):
        last = weight * value + (1 - weight) * last
        path[i] = last
    steps = np.arange(1, points.size + 1)
    reach = width * standard_error * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * steps)))
    return Chart(path, centre - reach, centre + reach)


def p_chart(events: npt.ArrayLike, items: npt.ArrayLike, centre: float | None = None) -> Chart:
    """Share of items with three-sigma limits; the centre is the pooled share unless given."""
    y, n = (np.asarray(a, np.float64) for a in np.broadcast_arrays(events, items))
    middle = float(y.sum() / n.sum()) if centre is None else centre
    reach = 3 * np.sqrt(middle * (1 - middle) / n)
    return Chart(y / n, np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0))


def c_chart(counts: npt.ArrayLike, centre: float | None = None) -> Chart:
    """Counts with three-sigma Poisson limits; the centre is the mean unless given."""
    x = np.asarray(counts, np.float64)
    middle = float(x.mean()) if centre is None else centre
    reach = 3 * np.sqrt(middle)
    return Chart(x, np.full(x.size, max(middle - reach, 0.0)), np.full(x.size, middle + reach))


def overdispersion_ratio(counts: npt.ArrayLike, items: float | None = None) -> tuple[float, float]:
    """Observed over Poisson (or, with `items` per point, binomial) variance, and the p-value that it is above one."""
    x = np.asarray(counts, np.float64)
    mean = float(x.mean())
    chance = mean if items is None else mean * (1 - mean / items)
    ratio = float(x.var(ddof=1)) / chance
    return ratio, float(special.gammaincc((x.size - 1) / 2, ratio * (x.size - 1) / 2))


def ears(
    counts: npt.ArrayLike, method: Literal["C1", "C2", "C3"], baseline: int = 7, alpha: float = 0.001
) -> Chart:
    """Early Aberration Reporting System (Hutwagner et al. 2003): limits from the `baseline` points just before.

    C2 leaves a gap of two points before the present, so that a slow rise does not lift its own limit; C3
    adds up how far the last two points were above theirs. Points without a whole baseline have no limit
    (NaN) and no alarm.
    """
    x = np.asarray(counts, np.float64)
    z = float(-special.ndtri(alpha))
    mean, spread = _before(x, baseline, 0 if method == "C1" else 2)
    high = mean + z * spread
    if method == "C3":
        with np.errstate(divide="ignore", invalid="ignore"):
            above = np.maximum((x - mean) / spread - 1, 0.0)
        recent = np.full(x.size, np.nan)
        recent[2:] = above[1:-1] + above[:-2]
        high = np.maximum(x + spread * (z - recent), 0.0)
    return Chart(x, np.full(x.size, -np.inf), high)


def _before(x: Floats, baseline: int, gap: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the `baseline` points that end `gap` + 1 before each point."""
    mean, spread = np.full(x.size, np.nan), np.full(x.size, np.nan)
    if x.size > baseline + gap:
        windows = np.lib.stride_tricks.sliding_window_view(x, baseline)[: x.size - baseline - gap]
        mean[baseline + gap :], spread[baseline + gap :] = windows.mean(axis=1), windows.std(axis=1, ddof=1)
    return mean, spread


def farrington(
    counts: npt.ArrayLike,
    points: npt.ArrayLike,
    *,
    years: int = 4,
    window: int = 3,
    period: int = 52,
    alpha: float = 0.01,
    least: tuple[int, int] = (5, 4),
) -> Chart:
    """Seasonal limits (Farrington et al. 1996) for the `points` (positions in `counts`).

    Baseline: the same season, ± `window` points, of the `years` before, by quasi-Poisson regression with a
    trend where it is significant, past outbreaks weighted down; limits on the 2/3-power scale. With fewer
    than `least[0]` events in the last `least[1]` points no alarm is raised (the limit is infinite).
    """
    x, where = np.asarray(counts, np.float64), np.asarray(points, np.int64)
    if where.size and (where.min() < years * period + window or where.max() >= x.size):
        raise UsageError(f"Farrington's limits need {years} years of history before the first point.")
    high = np.full(where.size, np.inf)
    for i, point in enumerate(where):
        if x[point - least[1] + 1 : point + 1].sum() >= least[0]:
            high[i] = _farrington_limit(x, int(point), years, window, period, alpha)
    return Chart(x[where], np.full(where.size, -np.inf), high)


def _farrington_limit(x: Floats, point: int, years: int, window: int, period: int, alpha: float) -> float:
    reference = np.concatenate(
        [np.arange(point - period * i - window, point - period * i + window + 1) for i in range(years, 0, -1)]
    )
    # Time counted from the present keeps the regression well conditioned.
    time = (reference - point) / period
    model = _reweighted(np.column_stack([np.ones_like(time), time]), x[reference])
    now = np.array([1.0, 0.0])
    error = np.sqrt(model.covariance[1, 1] * model.dispersion)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = abs(model.coefficients[1]) / error
    significant = 2 * special.stdtr(reference.size - 2, -t) < 0.05
    if not (significant and years >= 3 and model.at(now)[0] <= x[reference].max()):
        model, now = _reweighted(np.ones((reference.size, 1)), x[reference]), np.array([1.0])
    mean, variance = model.at(now)
    dispersion = max(model.dispersion, 1.0)
    tau = dispersion + variance / mean
    reach = -special.ndtri(alpha / 2) * np.sqrt(4 / 9 * mean ** (1 / 3) * tau)
    return float((mean ** (2 / 3) + reach) ** 1.5)


def _reweighted(design: Floats, counts: Floats) -> PoissonFit:
    """Fit, then fit again with points of large Anscombe residuals weighted down."""
    model = fit_poisson(design, counts)
    dispersion = max(model.dispersion, 1.0)
    residual = 1.5 * (counts ** (2 / 3) * model.mean ** (-1 / 6) - np.sqrt(model.mean))
    residual = residual / np.sqrt(dispersion * np.maximum(1 - model.leverage, 1e-9))
    weight = np.where(residual > 1, np.maximum(residual, 1.0) ** -2, 1.0)
    return fit_poisson(design, counts, weight * counts.size / weight.sum())
