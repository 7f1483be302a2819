"""Day numbers (days since 1970-01-01) and the calendar table that models join instead of using date functions."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pandas as pd

EPOCH = dt.date(1970, 1, 1)
#: A goal period is the firm's own where at least this part of the people have it whom the most common one has.
_COMMON_SHARE = 0.25


def to_day(date: dt.date) -> int:
    """The day number of a date."""
    return (date - EPOCH).days


def to_date(day: int) -> dt.date:
    """The date of a day number."""
    return EPOCH + dt.timedelta(days=int(day))


def iso(day: int | float | None) -> str | None:
    """A day number as an ISO date; None where it is not known."""
    return None if day is None or pd.isna(day) else to_date(int(day)).isoformat()


def isos(days: pd.Series) -> list[str | None]:
    """`iso` of many day numbers: each different day is written once."""
    codes, different = pd.factorize(days)
    texts = np.array([*(iso(day) for day in different), None], dtype=object)
    written: list[str | None] = texts[codes].tolist()
    return written


@cache
def _holiday_days(country: str, first_year: int, last_year: int) -> frozenset[int]:
    import holidays

    try:
        dates = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    except NotImplementedError as error:
        from surveil.errors import UsageError

        raise UsageError(
            f"surveil.toml: holidays = {country!r} is not a country whose holidays are known"
        ) from error
    return frozenset(to_day(date) for date in dates)


def calendar(first_day: int, last_day: int, country: str) -> pd.DataFrame:
    """One row a day from `first_day` to `last_day` (inclusive), all integers.

    Columns: `day`, `month` (year*12 + month-1), `quarter` (year*4 + quarter-1), `week` (Monday weeks since 1970),
    `weekday` (Monday 0), `is_business` (0/1), `business_index` (business days up to and including the day),
    `month_first_day`, `month_last_day`, `business_in_month`, `business_left` (business days after this one in its month).
    """
    days = pd.Series(range(first_day, last_day + 1), name="day", dtype="int64")
    dates = pd.to_datetime(days, unit="D")
    closed = _holiday_days(country, dates.iloc[0].year, dates.iloc[-1].year + 1)
    weekday = dates.dt.day_of_week
    frame = pd.DataFrame({"day": days, "month": dates.dt.year * 12 + dates.dt.month - 1})
    frame["quarter"] = dates.dt.year * 4 + (dates.dt.month - 1) // 3
    frame["week"] = (days + 3) // 7
    frame["weekday"] = weekday
    frame["is_business"] = ((weekday < 5) & ~days.isin(closed)).astype("int64")
    frame["business_index"] = frame["is_business"].cumsum()
    start = dates.dt.to_period("M").dt.start_time
    frame["month_first_day"] = (start - pd.Timestamp(EPOCH)).dt.days
    frame["month_last_day"] = frame["month_first_day"] + dates.dt.days_in_month - 1
    by_month = frame.groupby("month")["is_business"]
    frame["business_in_month"] = by_month.transform("sum")
    frame["business_left"] = frame["business_in_month"] - by_month.cumsum()
    return frame.astype("int64")


def with_goal_periods(calendar: pd.DataFrame, goals: pd.DataFrame) -> pd.DataFrame:
    """The calendar with the firm's goal periods: months, unless its quotas say otherwise.

    Args:
        goals: `period_start_day`, `period_end_day` and `people`, how many have a goal for just that period. Where periods
            overlap, the shortest of those longer than a week counts for a day (a daily target has no last days), but for
            those of a few only: a joiner's first weeks are no period of the firm.

    Returns:
        the calendar with `period` (number of its first day), `period_last_day` and `period_left` (business days after
        this one in its period).
    """
    frame = calendar.assign(period=calendar["month_first_day"], period_last_day=calendar["month_last_day"])
    long = goals.assign(length=goals["period_end_day"] - goals["period_start_day"])
    long = _common(long[long["length"] > 7])
    for goal in long.sort_values(["length", "period_start_day"]).iloc[::-1].itertuples():
        inside = frame["day"].between(goal.period_start_day, goal.period_end_day)
        frame.loc[inside, "period"] = goal.period_start_day
        frame.loc[inside, "period_last_day"] = goal.period_end_day
    known = frame["period_last_day"].clip(upper=frame["day"].iloc[-1])
    done = frame.set_index("day")["business_index"]
    frame["period_left"] = done.reindex(known).to_numpy() - frame["business_index"]
    return frame.astype("int64")


def _common(goals: pd.DataFrame) -> pd.DataFrame:
    """The goal periods that a fair share of the people have who have any on those days."""
    first, last, people = (
        goals[name].to_numpy(dtype="int64") for name in ("period_start_day", "period_end_day", "people")
    )
    most = [
        int(people[(first <= end) & (last >= start)].max()) for start, end in zip(first, last, strict=True)
    ]
    return goals[people >= _COMMON_SHARE * np.asarray(most, dtype=float)]
