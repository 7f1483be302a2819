"""Due dates skip weekends and holidays and count the firm's own days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from surveil.alerts.clocks import Calendar
from surveil.alerts.model import Severity


@pytest.mark.parametrize(
    ("raised", "severity", "due"),
    [
        (datetime(2026, 3, 4, 15, tzinfo=UTC), Severity.CRITICAL, date(2026, 3, 5)),
        (datetime(2026, 3, 4, 15, tzinfo=UTC), Severity.HIGH, date(2026, 3, 6)),
        (datetime(2026, 3, 4, 15, tzinfo=UTC), Severity.MEDIUM, date(2026, 3, 11)),
        (datetime(2026, 3, 4, 15, tzinfo=UTC), Severity.LOW, date(2026, 3, 18)),
        (datetime(2026, 7, 2, 15, tzinfo=UTC), Severity.CRITICAL, date(2026, 7, 6)),
        (datetime(2025, 12, 31, 15, tzinfo=UTC), Severity.CRITICAL, date(2026, 1, 2)),
    ],
)
def test_business_days_skip_weekends_and_holidays(raised: datetime, severity: Severity, due: date) -> None:
    assert Calendar().take_up_due(severity, raised) == due


def test_the_day_is_the_firm_s_own_not_utc_s() -> None:
    late_evening_in_new_york = datetime(2026, 3, 5, 3, tzinfo=UTC)
    assert Calendar().take_up_due(Severity.CRITICAL, late_evening_in_new_york) == date(2026, 3, 5)
    assert Calendar("LV", "Europe/Riga").take_up_due(Severity.CRITICAL, late_evening_in_new_york) == date(
        2026, 3, 6
    )


def test_another_country_has_its_own_holidays() -> None:
    day_before_labour_day = datetime(2026, 4, 30, 12, tzinfo=UTC)
    assert Calendar("LV", "Europe/Riga").take_up_due(Severity.CRITICAL, day_before_labour_day) == date(
        2026, 5, 5
    )
    assert Calendar().take_up_due(Severity.CRITICAL, day_before_labour_day) == date(2026, 5, 1)


def test_a_decision_is_due_after_thirty_calendar_days() -> None:
    assert Calendar().decision_due(datetime(2026, 3, 4, 15, tzinfo=UTC)) == date(2026, 4, 3)
