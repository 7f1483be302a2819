"""From tables of the engine to rows of an exhibit: plain values, dates, sums by group, fields, figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from surveil.reports.content import Figure
from surveil.reports.exhibits import Exhibit, Field, Value

EPOCH = dt.date(1970, 1, 1)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values: missing is None, numbers are int."""
    columns = {name: [_plain(value) for value in frame[name]] for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else int(value)


def iso(day: int | None) -> str | None:
    """A day number as an ISO date; None stays not known."""
    return None if day is None else (EPOCH + dt.timedelta(days=day)).isoformat()


def yes_no(flag: int | None) -> str | None:
    return None if flag is None else ("yes" if flag else "no")


def summed(
    rows: Sequence[Mapping[str, Any]], by: Sequence[str], add: Sequence[str]
) -> list[tuple[tuple[Any, ...], tuple[int, ...]]]:
    """Groups in order of their keys, each with the sums of `add`. `month` (year·12 + month − 1) becomes a year."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        key = tuple(row["month"] // 12 if name == "month" else row[name] for name in by)
        sums = groups.setdefault(key, [0] * len(add))
        for place, name in enumerate(add):
            sums[place] += row[name] or 0
    ordered = sorted(groups.items(), key=lambda group: [str(part) for part in group[0]])
    return [(key, tuple(sums)) for key, sums in ordered]


def named(value: str) -> str:
    """A code for print; an empty one is not known."""
    return value or "not known"


def text(name: str, title: str, share: float = 1.0) -> Field:
    return Field(name, title, share)


def number(name: str, title: str, share: float = 0.7) -> Field:
    return Field(name, title, share, "right")


def figure(label: str, value: Value, exhibit: Exhibit, how: str) -> Figure:
    return Figure(label, value, exhibit.number, how)
