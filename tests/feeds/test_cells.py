"""How a cell is read: against the decimal, datetime and zoneinfo modules, and against lists of right and wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.feeds.contract import FEEDS
from surveil.feeds.rules import Kind, compile_rules
from surveil.feeds.typed import localise
from surveil.feeds.zones import offsets

ZONES = ["America/New_York", "America/Phoenix", "Europe/Riga", "Australia/Lord_Howe", "UTC"]
EPOCH = datetime(1970, 1, 1)
CONNECTION = duckdb.connect(config={"threads": 1})


def read(feed: str, column: str, cells: list[str]) -> list[dict[str, Any]]:
    """What the rules make of the cells of one column, the other columns being absent."""
    rules = compile_rules(FEEDS[feed], {column: Kind.TEXT})
    CONNECTION.register("raw", pa.table({column: pa.array(cells, pa.string())}))
    rows = CONNECTION.sql(rules.sql).to_arrow_table().to_pylist()
    for row in rows:
        row["reason"] = rules.problems[row["_problem"] - 1][1] if row["_problem"] else None
    return rows


@settings(max_examples=60)
@given(
    st.lists(st.decimals(-(10**12), 10**12, places=6) | st.decimals(-9, 9, places=3), min_size=1, max_size=20)
)
def test_money_is_rounded_half_away_from_zero(amounts: list[Decimal]) -> None:
    rows = read("transactions", "amount", [f"{amount:f}" for amount in amounts])
    for row, amount in zip(rows, amounts, strict=True):
        cents = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert row["amount_cents"] == int(cents * 100)
        assert row["amount__rounded"] == (cents != amount)


@given(st.integers(min_value=10**13, max_value=10**40), st.sampled_from(["", "-", "+"]))
def test_no_number_is_too_large_to_be_rejected_with_a_reason(number: int, sign: str) -> None:
    (money,) = read("transactions", "amount", [f"{sign}{number}"])
    assert "ten trillion or more" in money["reason"]
    (share,) = read("assignments", "fte", [f"{sign}{number}"])
    assert "is not a number from 0 to 1" in share["reason"]


@pytest.mark.parametrize(
    ("feed", "column", "right"),
    [
        (
            "transactions",
            "amount",
            {"1234.50": 123450, "-.5": -50, "+7": 700, "00012.10": 1210, "5.": 500, "-0": 0},
        ),
        ("products", "lockup_months", {"12": 12, "12.0": 12, "-3": -3, "+4": 4}),
        ("assignments", "fte", {"0": 0, "1": 1_000_000, "0.75": 750_000, ".5": 500_000, "1.000": 1_000_000}),
        (
            "reps",
            "registered",
            {"true": 1, "Y": 1, "yes": 1, "1": 1, "TRUE": 1, "n": 0, "No": 0, "0": 0, "False": 0},
        ),
        (
            "branches",
            "opened_on",
            {"1970-01-02": 1, "2024-02-29": 19782, "1969-12-31": -1, "9999-12-31": 2932896},
        ),
    ],
)
def test_right_cells(feed: str, column: str, right: dict[str, int]) -> None:
    padded = [f" {cell}\u00a0" for cell in right]
    for row in read(feed, column, list(right)), read(feed, column, padded):
        stored = FEEDS[feed].column(column).stored[0]
        assert [entry[stored] for entry in row] == list(right.values())
        assert all(entry["reason"] is None for entry in row)


@pytest.mark.parametrize(
    ("feed", "column", "wrong"),
    [
        ("transactions", "amount", ["1e3", "1,5", "1.234,50", "$5", "NaN", "inf", "1_000", "1 000", "--1", "9" * 30, "٣"]),
        ("products", "lockup_months", ["1.5", "99999999999", "0x10", "one"]),
        ("assignments", "fte", ["1.01", "-0.1", "50%", "37.5"]),
        ("reps", "registered", ["T", "2", "ja", "active"]),
        ("branches", "opened_on", ["2023-02-30", "2013-1-4", "01/02/2020", "20200102", "2020-01-02 00:00:00", "0000-01-01"]),
        (
            "transactions",
            "posted_at",
            ["2023-02-30 10:00:00", "2024-1-1 10:00:00", "2024-01-01 25:00:00", "2024-01-01 24:00", "2024-01-01 10:00:60",
             "2024-01-01 10", "2024-01-01T10:00+5", "2024-01-01T10:00:00 -05:00", "1850-01-01", "9999-12-31 00:00:00",
             "2024-01-01T10:00:00+99:00", "1711893900", "now", "epoch", "infinity"],
        ),
    ],
)  # fmt: skip
def test_wrong_cells_reject_the_row_and_name_the_column(feed: str, column: str, wrong: list[str]) -> None:
    for cell, row in zip(wrong, read(feed, column, wrong), strict=True):
        assert row["reason"] is not None, cell
        assert row["reason"].startswith(f"{column} is not ")


@settings(max_examples=40)
@given(st.lists(st.text(max_size=12).filter(lambda text: "\0" not in text), min_size=1, max_size=10))
def test_no_text_makes_reading_fail(cells: list[str]) -> None:
    for feed, column in (
        ("transactions", "posted_at"), ("transactions", "amount"), ("branches", "opened_on"), ("assignments", "fte"),
    ):  # fmt: skip
        rows = read(feed, column, cells)
        assert len(rows) == len(cells)
        empty = [cell.strip(" \t\n\r\f\u00a0") == "" for cell in cells]
        for row, is_empty in zip(rows, empty, strict=True):
            if is_empty and not FEEDS[feed].column(column).required:
                assert row["reason"] is None


MOMENTS = st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 29)).map(
    lambda moment: moment.replace(microsecond=0)
)


@settings(max_examples=60)
@given(st.lists(st.tuples(MOMENTS, st.none() | st.integers(-14 * 60, 14 * 60)), min_size=1, max_size=20))
def test_timestamps_are_read_as_the_datetime_module_reads_them(
    moments: list[tuple[datetime, int | None]],
) -> None:
    cells, expected = [], []
    for moment, minutes in moments:
        offset = (
            ""
            if minutes is None
            else f"{'+' if minutes >= 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        )
        cells.append(f"{moment:%Y-%m-%d %H:%M:%S}{offset}".rjust(19, "0"))
        expected.append(int((moment - EPOCH).total_seconds()) - 60 * (minutes or 0))
    rows = read("transactions", "posted_at", cells)
    assert [row["posted_at__base"] for row in rows] == expected
    assert [row["posted_at__aware"] for row in rows] == [minutes is not None for _, minutes in moments]


@given(st.sampled_from(ZONES), st.lists(MOMENTS, min_size=1, max_size=10), st.booleans())
def test_local_time_and_utc_agree_with_zoneinfo(zone: str, moments: list[datetime], aware: bool) -> None:
    base = np.array([int((moment - EPOCH).total_seconds()) for moment in moments])
    rows = len(base)
    utc, day, second = localise(base, np.full(rows, aware), np.zeros(rows, dtype=np.int64), [zone])
    for i, moment in enumerate(moments):
        info = ZoneInfo(zone)
        if aware:
            local = moment.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None)
            assert utc[i] == base[i]
        else:
            local = moment
            offset = moment.replace(tzinfo=info).utcoffset() or timedelta(0)
            assert utc[i] == base[i] - int(offset.total_seconds())
        assert day[i] == (local.date() - date(1970, 1, 1)).days
        assert second[i] == local.hour * 3600 + local.minute * 60 + local.second


def test_hours_that_occur_twice_or_never_are_read_as_documented() -> None:
    zone = offsets("America/New_York")
    twice = int((datetime(2024, 11, 3, 1, 30) - EPOCH).total_seconds())
    never = int((datetime(2024, 3, 10, 2, 30) - EPOCH).total_seconds())
    assert zone.of_local(np.array([twice, never])).tolist() == [-4 * 3600, -5 * 3600]
