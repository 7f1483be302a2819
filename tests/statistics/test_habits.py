"""A rep as his own control: neither many items in question nor a habit shown in all items makes anybody remarkable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.statistics.habits import controlled_test, part_of
from surveil.statistics.rates import RateResult, rate_test


def firm(seed: int, reps: int = 150, pushers: int = 0, habit: float = 1.0) -> tuple[RateResult, np.ndarray]:
    """Items in question (rate .25) and others (.30) of reps with wide habits; pushers have eight times the odds."""
    rng = np.random.default_rng(seed)
    own = rng.normal(0, habit, reps)
    rows = []
    for asked, rate in ((True, 0.25), (False, 0.30)):
        n = rng.poisson(rng.gamma(3, 10, reps)) + 1
        odds = np.log(rate / (1 - rate)) + own + (np.log(8.0) if asked else 0) * (np.arange(reps) < pushers)
        y = rng.binomial(n, 1 / (1 + np.exp(-odds)))
        names = [f"r{i:03d}" for i in range(reps)]
        rows.append(
            pd.DataFrame({"rep": names, "stratum": str(asked), "branch": "", "month": 0, "n": n, "y": y})
        )
    result = rate_test(pd.concat(rows, ignore_index=True))
    return result, (result.cells["stratum"] == "True").to_numpy()


def test_honest_representatives_of_any_habit_are_ordinary() -> None:
    p = pd.concat([controlled_test(*firm(seed)).reps["p_value"] for seed in range(8)])
    assert (p < 0.05).mean() < 0.065
    assert (p < 0.01).mean() < 0.016
    assert (p < 0.5).mean() == pytest.approx(0.5, abs=0.06)


def test_who_does_it_to_some_only_is_found_though_the_firm_hides_him() -> None:
    result, asked = firm(5, pushers=5)
    found = controlled_test(result, asked).reps.set_index("rep")["p_value"]
    alone = rate_test(result.cells[asked].drop(columns="p")).reps.set_index("rep")["p_value"]
    pushers = [f"r{i:03d}" for i in range(5)]
    assert (found[pushers] < 0.02).sum() >= 4
    assert (found[pushers] < alone[pushers]).all()


def test_without_other_items_colleagues_are_all_there_is() -> None:
    result, asked = firm(4)
    only = rate_test(result.cells[asked].drop(columns="p"))
    reps = controlled_test(only, np.ones(len(only.cells), dtype=bool)).reps
    np.testing.assert_allclose(reps["expected"], only.reps["expected"], rtol=1e-6)


def test_colleagues_are_those_with_items_in_question() -> None:
    result, asked = firm(6, reps=20)
    reps = controlled_test(result, asked).reps.set_index("rep")
    items = result.cells[asked].set_index("rep")
    assert (reps["peers"] == 19).all()
    assert (reps["peer_n"] == items["n"].sum() - items["n"]).all()
    np.testing.assert_allclose(reps["peer_rate"] * reps["peer_n"], items["y"].sum() - items["y"])
    assert ((reps["low"] <= reps["expected"]) & (reps["expected"] <= reps["high"])).all()


@settings(deadline=None, max_examples=60)
@given(
    n=st.integers(1, 500),
    rate=st.floats(0.001, 0.999),
    others=st.integers(0, 5000),
    share=st.floats(0, 1),
    tau2=st.floats(0, 5),
)
def test_more_elsewhere_makes_more_expected_and_never_more_than_there_is(
    n: int, rate: float, others: int, share: float, tau2: float
) -> None:
    def expected(elsewhere: float) -> tuple[float, float]:
        one = np.asarray([float(n)])
        part = part_of(one, one * rate, (one + others, (one + others) * rate, np.asarray([tau2])))
        wanted, variance = part.expected(np.asarray([elsewhere]))
        return float(wanted[0]), float(variance[0])

    few, many = expected(share * others / 2), expected(share * others)
    assert 0 < few[0] <= many[0] * (1 + 1e-9) <= n * (1 + 1e-9)
    assert np.isfinite(many).all()
    assert many[1] >= 0
