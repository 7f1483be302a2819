"""Two tests of the same people as one: the stronger is told, and a weight says how much of the allowance each gets."""

from __future__ import annotations

import pandas as pd
import pytest

from surveil.detectors import base
from surveil.detectors.joining import joined_tests


def _tests(reason: str, **p: float | None) -> pd.DataFrame:
    return base.frame(base.TEST_COLUMNS, subject_id=list(p), p_value=list(p.values()), reason=reason)


def test_the_stronger_of_two_tests_is_told() -> None:
    made = joined_tests(_tests("one", a=0.001, b=0.4), _tests("two", a=0.5, b=0.002)).set_index("subject_id")
    assert list(made["reason"]) == ["one", "two"]


def test_a_test_that_was_not_made_costs_nothing() -> None:
    made = joined_tests(_tests("one", a=0.01, b=None), _tests("two", b=0.03), 0.9).set_index("subject_id")
    assert made["p_value"].to_dict() == pytest.approx({"a": 0.01, "b": 0.03})


def test_nine_tenths_of_the_allowance_cost_the_first_test_a_tenth() -> None:
    first, second = _tests("one", a=1e-4), _tests("two", a=0.5)
    assert joined_tests(first, second, 0.9)["p_value"].iloc[0] == pytest.approx(1e-4 / 0.9, rel=1e-3)
    assert joined_tests(first, second)["p_value"].iloc[0] == pytest.approx(2e-4, rel=1e-3)


def test_no_tests_are_none() -> None:
    assert joined_tests(_tests("one"), _tests("two")).empty
