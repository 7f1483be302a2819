"""The small tools of the simulator: tables, numbers as text, the check that nothing gives the answer away."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from surveil.simulate.checks import area, telling_columns, telling_values
from surveil.simulate.days import make_calendar
from surveil.simulate.products import qualifies
from surveil.simulate.table import NONE, running_count, spread
from surveil.simulate.writer import ids, money, write_csv


@given(st.lists(st.integers(0, 5)))
def test_running_count_counts_earlier_equals(keys: list[int]) -> None:
    counted = running_count(np.array(keys, dtype=np.int64)).tolist()
    assert counted == [keys[:i].count(key) for i, key in enumerate(keys)]


@given(st.lists(st.integers(0, 4)))
def test_spread_repeats_and_numbers(counts: list[int]) -> None:
    parent, nth = spread(np.array(counts, dtype=np.int64))
    assert list(zip(parent.tolist(), nth.tolist(), strict=True)) == [
        (i, n) for i, count in enumerate(counts) for n in range(count)
    ]


@given(st.lists(st.one_of(st.integers(-(10**15), 10**15), st.just(NONE)), min_size=1))
def test_money_keeps_every_cent_and_sign(cents: list[int]) -> None:
    written = money(np.array(cents)).to_pylist()
    assert [None if value is None else int(value * 100) for value in written] == [
        None if value == NONE else value for value in cents
    ]


def test_ids_keep_leading_zeros_and_leave_unknown_empty() -> None:
    assert ids("A", 5, np.array([7, -1, 12345])).to_pylist() == ["A00007", None, "A12345"]


def test_csv_quotes_what_needs_it_and_nothing_else(tmp_path: Path) -> None:
    names = ['O\'Hara, "Kit"', "王伟", None, "two\nlines"]
    table = pa.table({"name": names, "yes": [True, None, False, True]})
    write_csv(table, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().decode() == (
        'name,yes\n"O\'Hara, ""Kit""",true\n王伟,\n,false\n"two\nlines",true\n'
    )


def test_area_is_one_where_a_column_tells_all_and_half_where_it_tells_nothing() -> None:
    bad = np.array([True, False] * 50)
    assert area(bad.astype(int), bad) == 1.0
    assert area(np.zeros(100, dtype=int), bad) == 0.5
    assert area(-bad.astype(int), bad) == 1.0


def test_a_column_that_gives_the_planted_away_is_reported() -> None:
    bad = np.arange(1000) < 60
    number = np.where(bad, 5, np.arange(1000) % 5)
    assert telling_columns({"account_id": number}, bad) == ["account_id separates them with an area of 1.00"]
    assert telling_values({"channel": number}, bad) == ["channel = 5 is held by planted rows almost alone"]
    harmless = np.arange(1000) % 7
    assert telling_columns({"x": harmless}, bad) == telling_values({"x": harmless}, bad) == []


def test_the_calendar_knows_holidays_and_counts_down_to_the_end_of_the_month() -> None:
    calendar = make_calendar(dt.date(2023, 1, 1), 2)
    assert calendar.days == 31 + 28
    assert not calendar.business[1]  # New Year's Day fell on a Sunday and was kept on the Monday
    assert not calendar.business[15]  # Martin Luther King Jr. Day
    assert calendar.to_close[30] == 0
    assert calendar.to_close[27] == 2  # Friday before the last two business days
    assert calendar.from_open[2] == 0


def test_requirements_are_read_as_all_of_any() -> None:
    assert qualifies("SIE;S6|S7;S63|S66", {"SIE", "S7", "S66"})
    assert not qualifies("SIE;S6|S7;S63|S66", {"SIE", "S7"})
    assert qualifies("", set())
