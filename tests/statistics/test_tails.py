"""Tails against direct convolution, published numbers and scipy's distributions."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveil.statistics.mixed_tails import log_normal_poisson_tails, logit_normal_binomial_tails
from surveil.statistics.tails import (
    SMALLEST_P,
    PoissonBinomial,
    beta_binomial_tails,
    binomial_tails,
    negative_binomial_tails,
    poisson_binomial_tails,
    poisson_tails,
)

CHANCES = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=30)


def convolved(chances: npt.ArrayLike) -> npt.NDArray[np.float64]:
    mass = np.ones(1)
    for p in np.asarray(chances):
        mass = np.convolve(mass, [1 - p, p])
    return mass


@given(CHANCES)
@settings(max_examples=60, deadline=None)
def test_poisson_binomial_equals_convolution_at_every_count(chances: list[float]) -> None:
    n = len(chances)
    mass = convolved(chances)
    counts = np.arange(n + 1)
    tails = poisson_binomial_tails(
        counts, np.repeat(counts, n), np.ones(n * (n + 1)), np.tile(chances, n + 1)
    )
    upper = np.cumsum(mass[::-1])[::-1]
    np.testing.assert_allclose(tails.point, mass, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(tails.upper, upper, rtol=1e-9)
    np.testing.assert_allclose(tails.lower, np.cumsum(mass), rtol=1e-9)


def test_cells_with_several_items_equal_the_items_one_by_one() -> None:
    together = poisson_binomial_tails([9], [0, 0, 0], [40, 3, 0], [0.1, 0.5, 0.9])
    apart = poisson_binomial_tails([9], np.zeros(43), np.ones(43), np.r_[np.full(40, 0.1), np.full(3, 0.5)])
    np.testing.assert_allclose(together.upper, apart.upper, rtol=1e-12)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 30), st.floats(0.001, 0.999)), min_size=1, max_size=40
    ),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_tails_asked_of_some_groups_are_to_the_last_digit_those_asked_of_all(
    cells: list[tuple[int, int, float]], asked: list[bool]
) -> None:
    group, n, p = (np.array(column) for column in zip(*cells, strict=True))
    observed = np.array([0, 1, 2, 3, 40, -1])
    wanted = np.array(asked)
    some, every = (
        PoissonBinomial(observed, group, n, p).tails(wanted),
        poisson_binomial_tails(observed, group, n, p),
    )
    for one, whole in ((some.upper, every.upper), (some.lower, every.lower), (some.point, every.point)):
        assert np.array_equal(one[wanted], whole[wanted])
    assert (some.upper[~wanted] == 1).all()


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.sampled_from([0.1, 0.25, 0.5]))), st.randoms()
)
@settings(max_examples=60, deadline=None)
def test_tails_do_not_depend_on_the_order_of_the_cells(
    cells: list[tuple[int, int, float]], random: random.Random
) -> None:
    shuffled = random.sample(cells, len(cells))
    one, other = (
        poisson_binomial_tails([0, 1, 2, 9], *np.array(rows, dtype=float).reshape(-1, 3).T)
        for rows in (cells, shuffled)
    )
    assert np.array_equal(one.upper, other.upper)
    assert np.array_equal(one.lower, other.lower)


def test_far_tails_keep_their_relative_precision() -> None:
    tails = poisson_binomial_tails([60, 200, 0], [0, 1, 2], [200, 200, 2000], [0.02, 0.05, 0.3])
    expected = [stats.binom.sf(59, 200, 0.02), 0.05**200, 0.7**2000]
    np.testing.assert_allclose([tails.upper[0], tails.upper[1], tails.lower[2]], expected, rtol=1e-9)


def test_examples_of_three_in_four_and_two_in_three() -> None:
    tails = poisson_binomial_tails([3, 2], [0, 1], [4, 3], [0.1, 0.2])
    np.testing.assert_allclose(tails.upper, [0.0037, 0.104], rtol=1e-9)


def test_groups_without_items_are_certain_of_nothing() -> None:
    tails = poisson_binomial_tails([0, 2], [1], [5], [0.3])
    assert tails.upper[0] == tails.lower[0] == tails.point[0] == 1.0
    assert tails.upper[1] == pytest.approx(stats.binom.sf(1, 5, 0.3), rel=1e-12)


def test_published_tails() -> None:
    """Values agreed between R and scipy: binomial, Poisson and negative binomial at twelve."""
    assert binomial_tails(12, 40, 0.15).upper == pytest.approx(0.0119692179, abs=5e-11)
    assert poisson_tails(12, 5.3).upper == pytest.approx(0.0084087309, abs=5e-11)
    assert negative_binomial_tails(12, 5.3, 5.3 + 5.3**2 / 4).upper == pytest.approx(0.0581546877, abs=5e-11)


def test_families_equal_scipy_at_every_count() -> None:
    x = np.arange(31)
    for tails, law in (
        (binomial_tails(x, 30, 0.2), stats.binom(30, 0.2)),
        (poisson_tails(x, 7.5), stats.poisson(7.5)),
        (negative_binomial_tails(x, 6.0, 15.0), stats.nbinom(4, 0.4)),
        (beta_binomial_tails(x, 30, *stats.betabinom.stats(30, 2, 5)), stats.betabinom(30, 2, 5)),
    ):
        np.testing.assert_allclose(tails.upper, law.sf(x - 1), rtol=1e-7)
        np.testing.assert_allclose(tails.lower, law.cdf(x), rtol=1e-7)
        np.testing.assert_allclose(tails.point, law.pmf(x), rtol=1e-7)


def test_without_spread_the_wide_families_are_the_narrow_ones() -> None:
    x = np.arange(11)
    for wide, narrow in (
        (beta_binomial_tails(x, 10, 3.0, 1.0), binomial_tails(x, 10, 0.3)),
        (negative_binomial_tails(x, 3.0, 3.0), poisson_tails(x, 3.0)),
        (logit_normal_binomial_tails(x, 10, 3.0, 0.0), binomial_tails(x, 10, 0.3)),
        (log_normal_poisson_tails(x, 3.0, 0.0), poisson_tails(x, 3.0)),
    ):
        np.testing.assert_allclose(wide.upper, narrow.upper, rtol=1e-9)
        np.testing.assert_allclose(wide.lower, narrow.lower, rtol=1e-9)


def test_spread_among_reps_equals_simulation() -> None:
    rng = np.random.default_rng(5)
    draws = rng.poisson(12 * np.exp(0.4 * rng.standard_normal(400_000) - 0.08))
    tails = log_normal_poisson_tails([0, 12, 25, 40], 12.0, 0.4)
    for k, p in zip((0, 12, 25, 40), tails.upper, strict=True):
        assert abs((draws >= k).mean() - p) <= 4 * np.sqrt(p * (1 - p) / draws.size) + 1e-12


def test_spread_keeps_the_mean_of_a_chance() -> None:
    x = np.arange(51)
    tails = logit_normal_binomial_tails(x, 50, 5.0, 0.3)
    assert tails.point.sum() == pytest.approx(1.0, abs=1e-9)
    assert (x * tails.point).sum() == pytest.approx(5.0, rel=0.01)


@given(st.integers(0, 40), st.floats(0.01, 0.99), st.floats(0, 1.5))
@settings(max_examples=60, deadline=None)
def test_p_values_are_probabilities_and_fall_as_more_is_seen(x: int, p: float, sigma: float) -> None:
    for more, less in zip(
        (binomial_tails(x + 1, 41, p), logit_normal_binomial_tails(x + 1, 41, 41 * p, sigma)),
        (binomial_tails(x, 41, p), logit_normal_binomial_tails(x, 41, 41 * p, sigma)),
        strict=True,
    ):
        for mid in (True, False):
            assert SMALLEST_P <= more.p_value("high", mid) <= less.p_value("high", mid) <= 1
            assert SMALLEST_P <= less.p_value("low", mid) <= more.p_value("low", mid) <= 1


@settings(max_examples=40)
@given(st.integers(1, 5000), st.floats(0.0, 1.0), st.floats(0.002, 0.9), st.floats(0.0, 1.5))
def test_tails_mixed_by_their_slopes_are_the_mixed_tails(
    n: int, share: float, chance: float, sigma: float
) -> None:
    """Against the tails themselves, mixed at ten thousand points."""
    x = round(share * n)
    got = logit_normal_binomial_tails(x, n, n * chance, sigma)
    z = np.linspace(-8, 8, 10_001)
    weight = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    log_odds = np.log(chance / (1 - chance)) - 0.5 * sigma**2 * (1 - 2 * chance) + sigma * z
    p = 1 / (1 + np.exp(-log_odds))
    for found, exact in (
        (got.upper, stats.binom.sf(x - 1, n, p)),
        (got.lower, stats.binom.cdf(x, n, p)),
        (got.point, stats.binom.pmf(x, n, p)),
    ):
        np.testing.assert_allclose(found, exact @ weight, rtol=1e-5, atol=1e-11)
