"""Rare events: an ordinary rate that is not the same for everybody accuses nobody for having the larger share of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells


def cells(seed: int) -> pd.DataFrame:
    """6,000 honest people with 150 occasions each, a hundredth of them such an event; their rates differ by 0.7 of it."""
    rng = np.random.default_rng(seed)
    people = np.arange(6000)
    rate = np.clip(0.01 * rng.gamma(1 / 0.7**2, 0.7**2, people.size), 0, 1)
    frame = pd.DataFrame(
        {"rep_id": [f"r{i}" for i in people], "branch_id": "b", "month": 0, "stratum": "", "n": 150}
    )
    return rate_cells(frame, pd.Series(rng.binomial(150, rate)), ("stratum",))


@pytest.mark.parametrize("seed", [1, 2])
def test_rates_that_differ_between_honest_people_are_allowed_for(seed: int) -> None:
    same, differing = (rare_tests(cells(seed), "days", 0.01, differ)["p_value"] for differ in (0.0, 0.7))
    assert (same < 0.001).mean() > 0.002, "else there is nothing to allow for"
    assert (differing < 0.001).mean() <= 0.0015
    assert (differing < 0.01).mean() <= 0.015


def test_next_to_no_difference_is_none() -> None:
    none, little = (rare_tests(cells(3), "days", 0.01, differ)["p_value"] for differ in (0.0, 1e-3))
    np.testing.assert_allclose(little, none, rtol=1e-3)


def test_the_range_shown_is_wider_where_honest_people_differ() -> None:
    """Of 6,000 honest people with 150 occasions each, not more than one in forty may lie above what is shown as usual."""
    counted = pd.DataFrame(
        {"rep_id": [f"r{i:02}" for i in range(11)], "branch_id": "b", "month": 0, "stratum": "", "n": 150}
    )
    seen = rate_cells(counted, pd.Series([0] * 10 + [9]), ("stratum",))
    same, differing = (
        rare_tests(seen, "days", 0.01, differ).set_index("subject_id")["high"]["r10"] for differ in (0.0, 0.7)
    )
    honest = cells(1)["y"]
    assert (honest > same).mean() > 0.025, "else there is nothing to allow for"
    assert (honest > differing).mean() <= 0.025


def test_what_is_shown_as_expected_is_what_decides() -> None:
    """Ten colleagues without any, and one with three of 100: against colleagues alone that looks far worse than it is."""
    counted = pd.DataFrame(
        {"rep_id": [f"r{i:02}" for i in range(11)], "branch_id": "b", "month": 0, "stratum": "", "n": 100}
    )
    seen = rate_cells(counted, pd.Series([0] * 10 + [3]), ("stratum",))
    told = rare_tests(seen, "sales", 0.02).set_index("subject_id").loc["r10"]
    assert told["expected"] == pytest.approx(2.0)
    assert told["reason"] == (
        "3 of 100 sales; 2.0 expected of slips and special cases (hardly any going by 10 colleagues)"
    )
    assert told["p_value"] == pytest.approx(binom.sf(3, 100, 0.02) + binom.pmf(3, 100, 0.02) / 2)
    assert told["low"] <= 2.0 <= told["high"]
    many = rate_cells(counted, pd.Series([4] * 10 + [9]), ("stratum",))
    told = rare_tests(many, "sales", 0.02).set_index("subject_id").loc["r10"]
    assert told["expected"] > 2.0
    assert "expected, going by 10 colleagues" in told["reason"]


def test_what_the_whole_firm_lacks_is_no_slip_of_who_has_too_few_colleagues() -> None:
    """Three of one kind of branch, whose features have no papers of their own, as nobody's in the firm have."""
    counted = pd.DataFrame(
        {
            "rep_id": [f"r{i:02}" for i in range(23)],
            "branch_id": [f"b{i:02}" for i in range(23)],
            "month": 0,
            "stratum": ["retirement"] * 3 + ["standard"] * 20,
            "n": 20,
        }
    )
    all_lack = rate_cells(counted, pd.Series([20] * 23), ("stratum",))
    assert rare_tests(all_lack, "features", 0.02)["p_value"].min() > 0.3
    one_lacks = rate_cells(counted, pd.Series([20] + [0] * 22), ("stratum",))
    told = rare_tests(one_lacks, "features", 0.02).set_index("subject_id")
    assert told.loc["r00", "p_value"] < 1e-9
    assert "too few colleagues" in told.loc["r00", "reason"]
