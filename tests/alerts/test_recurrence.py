"""A closed alert comes back when it got worse, and only then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.model import Severity
from surveil.alerts.recurrence import Measured, alert_id, clearly_worse

measured = st.builds(Measured, st.sampled_from(Severity), st.none() | st.floats(0, 1), st.integers(0, 10_000))


@given(measured)
def test_nothing_is_worse_than_itself(one: Measured) -> None:
    assert not clearly_worse(one, one)


@given(measured, measured, st.integers(0, 1000), st.floats(0, 0.5))
def test_what_brings_an_alert_back_still_does_when_it_is_worse_yet(
    before: Measured, now: Measured, more: int, higher: float
) -> None:
    if clearly_worse(before, now):
        score = None if now.score is None else now.score + higher
        assert clearly_worse(before, Measured(Severity.CRITICAL, score, now.item_count + more))


@pytest.mark.parametrize(
    ("now", "worse"),
    [
        (Measured(Severity.MEDIUM, 0.50, 8), False),
        (Measured(Severity.HIGH, 0.50, 8), True),
        (Measured(Severity.LOW, 0.40, 3), False),
        (Measured(Severity.MEDIUM, 0.59, 9), False),
        (Measured(Severity.MEDIUM, 0.61, 8), True),
        (Measured(Severity.MEDIUM, 0.50, 9), False),
        (Measured(Severity.MEDIUM, 0.50, 10), True),
    ],
)
def test_severity_a_clearly_higher_score_or_clearly_more_items_bring_it_back(
    now: Measured, worse: bool
) -> None:
    assert clearly_worse(Measured(Severity.MEDIUM, 0.50, 8), now) is worse


def test_one_more_item_brings_nothing_back_however_few_there_were() -> None:
    assert not clearly_worse(Measured(Severity.LOW, 0.2, 1), Measured(Severity.LOW, 0.2, 2))
    assert clearly_worse(Measured(Severity.LOW, 0.2, 0), Measured(Severity.LOW, 0.2, 2))


@given(st.text(), st.text(), st.integers(1, 99), st.integers(1, 99))
def test_names_of_alerts_depend_on_fingerprint_and_generation_alone(a: str, b: str, m: int, n: int) -> None:
    assert (alert_id(a, m) == alert_id(b, n)) == ((a, m) == (b, n))
    assert alert_id("UA01|rep|R1", 1) == "A-fbfad992ebe3"
