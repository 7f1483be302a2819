"""Rare events: an ordinary rate that is not the same for everybody accuses nobody for having the larger share of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

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
