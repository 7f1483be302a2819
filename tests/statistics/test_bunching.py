"""Crowding at a goal: seen where results were moved, not seen in honest ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.errors import UsageError
from surveil.statistics.bunching import bin_counts, bunching, three_point_test
from surveil.statistics.regression import fit_poisson


def results(seed: int, movers: float) -> npt.NDArray[np.float64]:
    """Distances from goal of 200 reps in 18 months, a share `movers` of those one to three short lifted onto it."""
    rng = np.random.default_rng(seed)
    goal = np.repeat(rng.integers(18, 30, 200), 18)
    distance = rng.poisson(goal * 0.97) - goal
    near = (distance >= -3) & (distance < 0) & (rng.random(distance.size) < movers)
    return np.where(near, 0, distance).astype(float)


def counted(seed: int, movers: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return bin_counts(results(seed, movers), 0, 1, 12)


def test_moved_results_are_excess_above_and_a_hole_below() -> None:
    found = bunching(*counted(1, 0.35))
    assert found.p_value < 1e-4
    assert found.relative > 0.2
    assert found.hole > 0.5 * found.excess > 0


def test_honest_results_are_no_bunching() -> None:
    p = [bunching(*counted(seed, 0.0)).p_value for seed in range(60)]
    assert np.mean(np.array(p) < 0.05) <= 0.12
    exact = [three_point_test(*counted(seed, 0.0)[1][11:14].astype(int)) for seed in range(60)]
    assert np.mean(np.array(exact) < 0.05) <= 0.05


def test_three_points_see_a_spike() -> None:
    below, at, above = counted(2, 0.5)[1][11:14].astype(int)
    assert three_point_test(below, at, above) < 1e-6


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_a_higher_spike_is_never_less_remarkable(below: int, at: int, above: int) -> None:
    p, more = three_point_test(below, at, above), three_point_test(below, at + 1, above)
    assert np.isnan(p) if below + at + above == 0 else 0 < more <= p <= 1


def test_too_few_bins_and_negative_counts_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 6 bins"):
        bunching([-6, -5, 0, 1, 2], [1, 2, 3, 4, 5])
    with pytest.raises(UsageError, match="negative"):
        three_point_test(-1, 2, 3)
    assert np.isnan(three_point_test(0, 0, 0))


def test_poisson_regression_solves_its_equations() -> None:
    """At the maximum the weighted residuals are orthogonal to the design; R's glm stops at the same point."""
    rng = np.random.default_rng(3)
    x = np.linspace(-1, 1, 40)
    design, counts = np.column_stack([np.ones(40), x, x**2]), rng.poisson(np.exp(2 + x)).astype(float)
    weights = rng.uniform(0.5, 2, 40)
    fit = fit_poisson(design, counts, weights)
    np.testing.assert_allclose(design.T @ (weights * (counts - fit.mean)), 0, atol=1e-6)
    information = design.T @ (design * (weights * fit.mean)[:, None])
    np.testing.assert_allclose(fit.covariance @ information, np.eye(3), atol=1e-8)
    assert fit.leverage.sum() == pytest.approx(3)
    level = fit_poisson(np.ones((5, 1)), np.array([0.0, 3, 5, 4, 8]))
    assert level.mean[0] == pytest.approx(4.0)
    assert level.at(np.ones(1)) == pytest.approx((4.0, 4 / 5 * 34 / 4 / 4))
