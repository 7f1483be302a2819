"""Joining p-values and controlling false discoveries, against Benjamini and Hochberg 1995."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.statistics.combine import benjamini_hochberg, benjamini_yekutieli, cauchy_combination, top_two
from tests.statistics.vectors import vector

# Benjamini and Hochberg 1995, section 4.1.
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip
PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def test_discoveries_of_the_published_example() -> None:
    assert sum(15 * p <= 0.05 for p in PUBLISHED) == 3
    assert (benjamini_hochberg(PUBLISHED) <= 0.05).sum() == 4
    assert (benjamini_yekutieli(PUBLISHED) <= 0.05).sum() == 3


def test_adjusted_values_equal_those_of_r() -> None:
    table = vector("padjust_bh1995")
    np.testing.assert_allclose(benjamini_hochberg(table["p"]), table["BH"], rtol=1e-12)
    np.testing.assert_allclose(benjamini_yekutieli(table["p"]), table["BY"], rtol=1e-12)


def test_a_test_not_made_is_neither_evidence_nor_a_test() -> None:
    q = benjamini_hochberg([0.01, np.nan, 0.5])
    np.testing.assert_allclose(q[[0, 2]], benjamini_hochberg([0.01, 0.5]))
    assert np.isnan(q[1])
    assert cauchy_combination([0.01, np.nan]) == pytest.approx(0.01)
    assert np.isnan(cauchy_combination([np.nan, np.nan]))
    assert top_two([0.01, np.nan]) == pytest.approx(2.0)
    assert np.isnan(top_two([np.nan]))
    assert np.isnan(benjamini_hochberg([np.nan])).all()


def test_one_remarkable_test_among_ordinary_ones_stays_remarkable() -> None:
    assert cauchy_combination([1e-8, 1.0, 1.0, 1.0, 1.0]) == pytest.approx(5e-8, rel=1e-3)
    assert cauchy_combination([1e-200, 0.5]) == pytest.approx(2e-200, rel=1e-6)
    assert cauchy_combination([0.0]) > 0


def test_weights_count_and_rows_are_independent() -> None:
    p = np.array([[0.001, 0.5], [0.5, 0.001]])
    even, weighted = cauchy_combination(p), cauchy_combination(p, weights=[3, 1])
    assert even[0] == pytest.approx(even[1])
    assert weighted[0] < even[0] < weighted[1]
    np.testing.assert_allclose(cauchy_combination(p.T, axis=0), even)


def test_impossible_p_values_are_refused() -> None:
    for bad in ([-0.1], [1.1]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            cauchy_combination(bad)


@given(PROBABILITIES)
def test_results_are_probabilities_whatever_the_order(p: list[float]) -> None:
    joined = cauchy_combination(p)
    assert 0 < joined <= 1
    assert joined == pytest.approx(cauchy_combination(p[::-1]), rel=1e-9)
    q = benjamini_hochberg(p)
    assert ((q >= np.array(p) - 1e-12) & (q <= 1)).all()
    np.testing.assert_allclose(benjamini_hochberg(p[::-1])[::-1], q)


@given(PROBABILITIES, st.floats(0, 1))
def test_more_evidence_never_weakens_a_rep(p: list[float], factor: float) -> None:
    stronger = [p[0] * factor, *p[1:]]
    assert cauchy_combination(stronger) <= cauchy_combination(p) * (1 + 1e-9)
    assert top_two(stronger) >= top_two(p) - 1e-9
