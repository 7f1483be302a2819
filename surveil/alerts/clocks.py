"""When an alert is due: business days to take it up, calendar days to decide it."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import holidays

from surveil.alerts.model import Severity

TAKE_UP_BUSINESS_DAYS = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 5, Severity.LOW: 10}
DECIDE_CALENDAR_DAYS = 30
"""The same 30 calendar days that FINRA Rule 4530 gives for reporting."""


@dataclass(frozen=True)
class Calendar:
    """The firm's days: which zone they are counted in and which country's holidays are off."""

    country: str = "US"
    timezone: str = "America/New_York"

    def day(self, at: datetime) -> date:
        """The firm's local day of a moment (which must carry its zone)."""
        return at.astimezone(zoneinfo.ZoneInfo(self.timezone)).date()

    def take_up_due(self, severity: Severity, raised_at: datetime) -> date:
        """Last day on which somebody should have taken the alert up."""
        off = holidays.country_holidays(self.country)
        return off.get_nth_working_day(self.day(raised_at), TAKE_UP_BUSINESS_DAYS[severity])

    def business_day_after(self, day: date, days: int) -> date:
        """The business day that many business days after a day."""
        return holidays.country_holidays(self.country).get_nth_working_day(day, days)

    def decision_due(self, started_at: datetime) -> date:
        """Last day on which the alert should have been decided."""
        return self.day(started_at) + timedelta(days=DECIDE_CALENDAR_DAYS)
