"""Overdispersion against the published medpar funnel; the clean-half spread against what it resists."""

from __future__ import annotations

import numpy as np
import pytest

from surveil.statistics.funnel import funnel_limits, funnel_spread, outside_funnel
from surveil.statistics.mixed_tails import log_normal_poisson_tails
from surveil.statistics.overdispersion import (
    Spread,
    additive_variance,
    clean_half_spread,
    normal_scores,
    spread_p_values,
    winsorise,
    winsorised_normal_variance,
)
from tests.statistics.vectors import vector


def medpar() -> tuple[np.ndarray, np.ndarray]:
    table = vector("funnel_medpar_provider_OE")
    return table["numerator"].to_numpy(float), table["denominator"].to_numpy(float)


def test_medpar_outliers_with_and_without_overdispersion() -> None:
    observed, expected = medpar()
    spread = funnel_spread(observed, expected, "log")
    assert outside_funnel(observed, expected).sum() == 25
    assert outside_funnel(observed, expected, spread=spread).sum() == 9
    assert spread.phi == pytest.approx(8.532055, abs=5e-7)
    assert spread.tau2 == pytest.approx(0.02840721, abs=5e-9)


def test_medpar_by_square_roots() -> None:
    spread = funnel_spread(*medpar(), "sqrt")
    assert spread.phi == pytest.approx(9.302497, abs=5e-7)
    assert spread.tau2 == pytest.approx(0.007863079, abs=5e-10)


@pytest.mark.parametrize("scale", ["log", "sqrt"])
def test_overdispersion_widens_the_funnel(scale: str) -> None:
    expected = np.array([50.0, 500.0])
    observed = np.array([20.0, 80, 35, 70, 50, 50, 66, 30, 41, 90, 12])
    spread = funnel_spread(observed, np.full(11, 50.0), scale)  # type: ignore[arg-type]
    wide, narrow = funnel_limits(expected, spread=spread), funnel_limits(expected)
    assert (wide[0] < narrow[0]).all()
    assert (wide[1] > narrow[1]).all()


def test_winsorising_pulls_in_and_its_constant_is_right() -> None:
    z = np.random.default_rng(1).standard_normal(400_000)
    assert np.var(winsorise(z, 0.1)) == pytest.approx(winsorised_normal_variance(0.1), rel=0.01)
    assert winsorised_normal_variance(0.0) == 1.0
    np.testing.assert_array_equal(winsorise([1.0, 9.0], 0.0), [1.0, 9.0])
    assert winsorise([], 0.1).size == 0


def test_no_more_than_chance_means_no_variance_between_units() -> None:
    assert additive_variance(0.9, np.full(20, 0.1)) == 0.0
    assert additive_variance(5.0, [0.1]) == 0.0


def tau2_of(counts: np.ndarray, mean: np.ndarray) -> float:
    def p_values(tau2: float) -> np.ndarray:
        return spread_p_values(log_normal_poisson_tails(counts, mean, np.sqrt(tau2), 61), "high")

    return clean_half_spread(p_values, 0.10)[0]


def test_clean_half_finds_the_spread_and_is_not_moved_by_bad_reps() -> None:
    rng = np.random.default_rng(3)
    mean = rng.uniform(5, 60, 600)
    honest = rng.poisson(mean * np.exp(0.3 * rng.standard_normal(600)))
    bad = honest.copy()
    bad[:90] *= 4
    assert tau2_of(honest, mean) == pytest.approx(0.09, abs=0.03)
    # Fifteen in a hundred bad reps would make it 0.45 if all were measured.
    assert tau2_of(bad, mean) < 0.18


def test_those_who_show_next_to_nothing_do_not_widen_what_is_usual() -> None:
    rng = np.random.default_rng(8)
    mean = rng.uniform(1, 4, 400)
    counts = rng.poisson(mean * np.exp(0.3 * rng.standard_normal(400)))
    counts[:120] = rng.poisson(mean[:120] * 0.1)
    # No spread makes the half below the median right; without a bound it would be as large as may be.
    assert tau2_of(counts, mean) < 1.0


def test_small_counts_do_not_hide_the_spread() -> None:
    rng = np.random.default_rng(6)
    mean = rng.uniform(1, 4, 3000)
    counts = rng.poisson(mean * np.exp(0.4 * rng.standard_normal(3000) - 0.08))
    assert tau2_of(counts, mean) == pytest.approx(0.16, abs=0.06)


def test_chance_alone_has_no_spread() -> None:
    rng = np.random.default_rng(4)
    mean = rng.uniform(2, 30, 600)
    assert tau2_of(rng.poisson(mean), mean) < 0.02


def test_doubt_about_the_spread_makes_small_p_larger() -> None:
    p = np.array([1e-6, 0.01, 0.5])
    known, doubted = (Spread(0.1, 0.0, freedom).adjust(p, 30.0) for freedom in (np.inf, 10.0))
    np.testing.assert_allclose(known, p, rtol=1e-9)
    assert (doubted[:2] > p[:2]).all()
    assert doubted[2] == pytest.approx(0.5)
    # Where chance is most of the variance, doubt about the spread weighs little.
    assert (Spread(0.1, 0.0, 10.0).adjust(p[:2], 1.0) < doubted[:2]).all()
    np.testing.assert_allclose(normal_scores([0.025]), [1.959964], atol=1e-6)
