"""An item answered by rows of a feed as they are: what a letter's specification asks for without code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from surveil.desk.masking import masked
from surveil.feeds.contract import FEEDS, Column, ColumnType
from surveil.reports.content import Listing, Text
from surveil.reports.exhibits import Exhibit, Field, LongRows, Personal, Row, Value, money
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item, Records
from surveil.reports.rows import figure, iso, records, yes_no
from surveil.reports.sources import Sources

PAPER_COLUMNS = 8
PROTECTED = ("complaints", "source", "whistleblower")
"""Rows that such a list never shows: feed, column, value. Item 14 of the letter of 2016 shows how they are produced."""


def table_name(item: Item) -> str:
    """Under which name the rows of an item stand among the tables of the sources."""
    return f"records of item {item.number}"


def shown_columns(asked: Records) -> tuple[str, ...]:
    """The columns of the feed that a list shows."""
    return asked.columns or tuple(column.name for column in FEEDS[asked.feed].columns)


def needed(asked: Records) -> tuple[str, ...]:
    """The columns of the feed that a list is made from."""
    feed, column, _ = PROTECTED
    return (*shown_columns(asked), *([column] if asked.feed == feed else []))


def listed(item: Item, sources: Sources) -> Content:
    """The rows of the feed, the columns asked for, in the order of the feed's key."""
    assert item.records is not None  # noqa: S101 - the letter has checked it; for the type checker
    asked, feed = item.records, FEEDS[item.records.feed]
    columns = [feed.column(name) for name in shown_columns(asked)]
    found = sources.tables[table_name(item)]
    frame = _without_protected(asked, found)
    hidden = len(found) - len(frame)

    def made(first: int, end: int) -> Iterator[Row]:
        return (tuple(_value(column, row) for column in columns) for row in records(frame.iloc[first:end]))

    shown = LongRows(len(frame), made)
    exhibit = Exhibit(
        control_number(item, "A"),
        asked.feed,
        f"{item.title}: {asked.feed}",
        f"One row per row of the feed {asked.feed}, as provided.",
        tuple(_field(column, place) for place, column in enumerate(columns)),
        shown,
    )
    gaps = [
        f"Not known: the feed {asked.feed} has no column {name}."
        for name in _lacking(asked, columns, sources)
    ]
    if hidden:
        gaps.append(
            f"{hidden:,} complaints of whistle-blowers are not listed, to protect who made them; they are produced apart."
        )
    return Content(
        found=len(found),
        gaps=tuple(gaps),
        figures=(figure("Rows", len(shown), exhibit, "number of rows"),),
        blocks=(Listing(exhibit.number) if shown else Text("No row of the period is listed."),),
        exhibits=(exhibit,),
        limits=(f"Of the period by {asked.day}; {_of_whom(asked, sources)}.",),
    )


def _lacking(asked: Records, columns: list[Column], sources: Sources) -> list[str]:
    """What a list rests on and no file of the feed has; an absent column that is only shown is an empty one."""
    used = {
        asked.day,
        *asked.where,
        *(asked.subjects[kind] for kind in sources.subjects if kind in asked.subjects),
    }
    return sources.lacks(asked.feed, *sorted(used))


def _of_whom(asked: Records, sources: Sources) -> str:
    named = [
        f"{kind} {', '.join(ids)}" for kind, ids in sorted(sources.subjects.items()) if kind in asked.subjects
    ]
    chosen = [f"{name} {' or '.join(values)}" for name, values in sorted(asked.where.items())]
    return "; ".join([*(named or ["of the whole firm"]), *chosen])


def _without_protected(asked: Records, frame: pd.DataFrame) -> pd.DataFrame:
    feed, column, value = PROTECTED
    return frame if asked.feed != feed else frame[~(frame[column] == value).fillna(False)]


def _field(column: Column, place: int) -> Field:
    personal = None
    if column.name == "name":
        personal = Personal.NAME
    elif column.type is ColumnType.TEXT and masked({column.name: "text"})[column.name] != "text":
        personal = Personal.NARRATIVE
    align: Any = (
        "right" if column.type in {ColumnType.MONEY, ColumnType.INTEGER, ColumnType.FRACTION} else "left"
    )
    title = column.name.replace("_", " ").capitalize()
    return Field(column.name, title, 1.0 if place < PAPER_COLUMNS else 0, align, personal)


def _value(column: Column, row: dict[str, Any]) -> Value:
    if column.type is ColumnType.MONEY:
        return money(row[f"{column.name}_cents"])
    if column.type is ColumnType.FRACTION:
        millionths = row[f"{column.name}_ppm"]
        return None if millionths is None else f"{millionths / 1_000_000:g}"
    if column.type is ColumnType.DATE:
        return iso(row[f"{column.name}_day"])
    if column.type is ColumnType.TIMESTAMP:
        day, second = row[f"{column.name}_day"], row[f"{column.name}_tod"]
        clock = "" if second is None else f" {second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}"
        return None if day is None else f"{iso(day)}{clock}"
    if column.type is ColumnType.BOOL:
        return yes_no(row[column.name])
    value: Value = row[column.name]
    return value
