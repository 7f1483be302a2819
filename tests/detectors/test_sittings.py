"""Customers as units of UA17: who counts once, and what one more account may do to its opener."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.detectors.unauthorized.account_signs import SIGNS
from surveil.detectors.unauthorized.sittings import customers_of, sittings_of, spoken_for
from surveil.detectors.unauthorized.unauthorized_mixture import _told
from surveil.statistics.mixture import MixtureSettings, mixture_test

ACCOUNT = st.tuples(
    st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 150), st.floats(-3, 6, allow_nan=False)
)


def frame(accounts: list[tuple[str, str, int, float]]) -> tuple[pd.DataFrame, np.ndarray]:
    """Accounts with all their evidence on the first sign."""
    rep, customer, day, evidence = (list(column) for column in zip(*accounts, strict=True))
    rows = pd.DataFrame({"rep_id": rep, "customer_id": customer, "opened_day": day})
    weights = np.zeros((len(rows), len(SIGNS)))
    weights[:, 0] = evidence
    return rows.assign(month=rows["opened_day"] // 30), weights


def judged(accounts: list[tuple[str, str, int, float]]) -> pd.DataFrame:
    rows, weights = frame(accounts)
    units = customers_of(rows, weights.sum(axis=1), np.ones(len(rows)), 3.0)
    quick = MixtureSettings(draws=1, simulated=1)
    return mixture_test(units["rep"], units["month"], units["evidence"], units["kind"], quick).set_index(
        "rep"
    )


def test_a_customer_speaks_once_by_the_oddest_of_his_accounts_in_its_month() -> None:
    rows, weights = frame(
        [("a", "x", 10, -1.0), ("a", "x", 70, 4.0), ("a", "x", 70, 3.0), ("b", "x", 0, 1.0)]
    )
    units = customers_of(rows, weights.sum(axis=1), np.ones(4), 3.0)
    assert units[["rep", "month", "evidence"]].to_numpy().tolist() == [["a", 2, 4.0], ["b", 0, 1.0]]
    assert spoken_for(sittings_of(rows), weights).tolist() == [-1.0, 4.0, 0.0, 1.0]


def test_customers_of_one_day_share_what_a_day_counts_for() -> None:
    day = [("a", f"x{i}", 10, 1.0) for i in range(6)]
    rows, weights = frame([*day, ("a", "y", 11, 1.0), ("b", "x0", 10, 1.0), ("a", "x0", 10, 0.5)])
    units = customers_of(rows, weights.sum(axis=1), np.ones(len(rows)), 3.0)
    assert units["weight"].tolist() == [0.5] * 6 + [1.0, 1.0]


@settings(max_examples=25)
@given(st.lists(ACCOUNT, min_size=1, max_size=12), ACCOUNT, st.floats(0.01, 6))
def test_one_more_forged_account_never_lowers_its_openers_score(
    accounts: list[tuple[str, str, int, float]], place: tuple[str, str, int, float], evidence: float
) -> None:
    rep, customer, day, _ = place
    before, after = (
        judged([(rep, "w", day, -3.0), *accounts]),
        judged([(rep, "w", day, -3.0), *accounts, (rep, f"new {customer}", day, evidence)]),
    )
    same = judged([(rep, "w", day, -3.0), *accounts, (rep, customer, day, evidence)])
    assert after.loc[rep, "score"] >= before.loc[rep, "score"] - 1e-12
    had = {c for r, c, _, _ in accounts if r == rep}
    if customer in had:
        assert same.loc[rep, "score"] >= before.loc[rep, "score"] - 1e-12


@pytest.mark.parametrize(
    ("count", "n", "expected", "when", "said"),
    [
        (
            14.0,
            204.0,
            1.2,
            "from 2023-06 to 2023-09",
            "14 of 204 customers have an account whose signs speak 10 to one",
        ),
        (1.0, 207.0, 0.1, "", "1 of 207 customers has an account whose signs speak 10 to one"),
        (
            1.0,
            207.0,
            1.5,
            "from 2023-04 to 2023-06",
            "accounts opened from 2023-04 to 2023-06 carry more signs",
        ),
        (0.0, 207.0, 1.5, "", "the accounts of many customers carry slightly more signs"),
    ],
)
def test_the_sentence_never_holds_up_a_count_that_is_no_more_than_expected(
    count: float, n: float, expected: float, when: str, said: str
) -> None:
    told = _told(count, n, expected, when)
    assert told.startswith(said)
    assert ("no more than usual" in told) == (count <= expected)
    assert told.endswith("it stands out most from 2023-06 to 2023-09") == (count == 14)
