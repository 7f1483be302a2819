"""Evidence joined: strictly ordered scores, one p a representative, false discoveries held on honest firms."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.model import Severity
from surveil.scan.evidence import joined, points, rule_points, score
from surveil.scan.grouping import severity_of


@given(st.floats(0, 300), st.floats(0, 300), st.text(min_size=1), st.text(min_size=1))
def test_more_evidence_is_a_higher_score(low: float, high: float, one: str, other: str) -> None:
    assert 0 <= score(low, one) < 1
    if high > low + 1e-5:
        assert score(high, other) > score(low, one)
    if one != other and low < 200:
        assert score(low, one) != score(low, other), "equal evidence is still told apart"
    assert score(low, one) == score(low, one)


@given(st.integers(1, 10_000))
def test_there_is_no_cliff_in_the_number_of_breaches(items: int) -> None:
    one, two = rule_points(pd.Series([items, items + 1]))
    assert 0 < two - one < 0.7
    assert severity_of(one).rank <= severity_of(two).rank <= severity_of(one).rank + 1


def test_severity_follows_evidence() -> None:
    assert [severity_of(x) for x in (0.5, 2.0, 4.0, 9.0)] == list(Severity)


def test_a_test_that_was_not_made_is_no_evidence() -> None:
    assert points(pd.Series([np.nan, 0.01])).round(9).tolist() == [0.0, 2.0]


def test_two_strong_signs_outrank_one_and_a_rule_with_its_test_is_one_sign() -> None:
    reps = pd.Index(["one", "two", "rule"])
    tests = pd.DataFrame({"A": [1e-4, 1e-4, 1e-4], "B": [0.5, 1e-3, 0.5]}, index=["one", "two", "rule"])
    rules = pd.DataFrame({"A": [10]}, index=["rule"])
    found = joined(reps, tests, rules)["evidence"]
    assert found["two"] > found["one"]
    assert found["rule"] == found["one"]


def test_who_was_not_tested_has_no_q_value() -> None:
    found = joined(pd.Index(["a", "b"]), pd.DataFrame({"A": [0.01]}, index=["a"]), pd.DataFrame())
    assert found["q_value"].isna().tolist() == [False, True]
