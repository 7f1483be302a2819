"""Days of the simulated years: business days, holidays, pay-days, seasons and the hours at which things happen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from surveil.simulate.figures import CALENDAR
from surveil.simulate.table import DAY, Array

EPOCH = dt.date(1970, 1, 1)
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles")
FIRM_ZONE = 0


def number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=int(day))


@dataclass(frozen=True)
class Calendar:
    """The window of a firm. Arrays have one place a day, `first` being the number of the first day."""

    first: int
    months: int
    month: Array
    """Month in the window, from 0."""
    month_start: Array
    """Position of the first day of each month, and one past the end."""
    business: Array
    weight: Array
    """How busy a branch is, relative to an ordinary business day."""
    to_close: Array
    """Business days left in the month after this day."""
    from_open: Array
    """Business days of the month before this day."""
    shift: Array
    """Zone x day: seconds to add to local time to get the time of the firm's own zone."""
    offset: Array
    """Zone x day: seconds local time is ahead of UTC."""

    @property
    def days(self) -> int:
        return len(self.month)

    @property
    def last(self) -> int:
        return self.first + self.days - 1

    def position(self, day: Array) -> Array:
        """Positions in the window of day numbers, those outside pulled to its edges."""
        return np.asarray(np.clip(day - self.first, 0, self.days - 1))

    def to_firm(self, at: Array, zone: Array) -> Array:
        """Local seconds as seconds of the firm's own zone (used where a row has no branch)."""
        return np.asarray(at + self.shift[zone, self.position(at // DAY)])


def make_calendar(start: dt.date, months: int) -> Calendar:
    """The calendar of `months` whole months from the first of a month."""
    starts = [
        dt.date(start.year + (start.month - 1 + m) // 12, (start.month - 1 + m) % 12 + 1, 1)
        for m in range(months + 1)
    ]
    first = number(starts[0])
    month_start = np.array([number(day) - first for day in starts])
    days = [date(first + i) for i in range(int(month_start[-1]))]
    closed = holidays.country_holidays("US", years=range(start.year, starts[-1].year + 1))
    business = np.array([day.weekday() < 5 and day not in closed for day in days])
    month = np.repeat(np.arange(months), np.diff(month_start))
    done = np.concatenate([np.cumsum(business[month == m]) for m in range(months)])
    total = np.array([business[month == m].sum() for m in range(months)])[month]
    saturday = np.array([day.weekday() == 5 and day not in closed for day in days])
    weight = np.where(business, 1.0, np.where(saturday, CALENDAR.saturday, 0.0))
    weight *= np.array([CALENDAR.by_month.get(day.month, 1.0) for day in days])
    payday = np.array([day.day == 15 for day in days]) | (business & (total - done == 0))
    weight *= np.where(payday, CALENDAR.payday, 1.0)
    weight *= np.where(total - done < CALENDAR.closing_days, CALENDAR.closing, 1.0)
    offset = np.array([_offsets(ZoneInfo(zone), days) for zone in ZONES])
    return Calendar(
        first=first,
        months=months,
        month=month,
        month_start=month_start,
        business=business,
        weight=weight,
        to_close=total - done,
        from_open=done - business,
        shift=offset[FIRM_ZONE][None, :] - offset,
        offset=offset,
    )


def _offsets(zone: ZoneInfo, days: list[dt.date]) -> list[int]:
    noons = (dt.datetime(day.year, day.month, day.day, 12, tzinfo=zone) for day in days)
    return [int((noon.utcoffset() or dt.timedelta()).total_seconds()) for noon in noons]


def office_hours(rng: np.random.Generator, size: int) -> Array:
    """Seconds of the day at which branches serve people: a morning and an afternoon peak, a thin lunch."""
    morning = rng.random(size) < CALENDAR.morning_share
    hour = np.where(morning, rng.normal(10.8, 0.85, size), rng.normal(14.9, 1.1, size))
    return (np.clip(hour, 9.0, 17.6) * 3600 + rng.integers(0, 60, size)).astype(np.int64)


def call_hours(rng: np.random.Generator, size: int) -> Array:
    """Seconds of the day at which calls happen: 8 to 20 o'clock."""
    return (np.clip(8 + 12 * rng.beta(2.0, 2.2, size), 8, 19.95) * 3600).astype(np.int64)


def leisure_hours(rng: np.random.Generator, size: int) -> Array:
    """Seconds of the day at which people bank or shop by themselves: all day, most in the evening, few at night."""
    evening = rng.random(size) < 0.45
    hour = np.where(evening, rng.normal(19.6, 1.8, size), rng.normal(12.6, 3.4, size))
    return ((hour % 24) * 3600 + rng.integers(0, 60, size)).astype(np.int64) % DAY
