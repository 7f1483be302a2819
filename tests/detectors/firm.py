"""A small firm written down in a test: rows as a firm would export them, made into a snapshot without the loader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from surveil.feeds.contract import FEEDS
from surveil.feeds.model import Column, ColumnType, Feed
from surveil.feeds.snapshots import FeedState, Part, Snapshot

Rows = Sequence[Mapping[str, Any]]
_TYPES = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64()}
_EPOCH = dt.date(1970, 1, 1)


def snapshot_of(feeds: Mapping[str, Rows], folder: Path) -> Snapshot:
    """A snapshot of these rows (UTC everywhere); a feed that is not named is absent, one without rows is empty."""
    states = {}
    for name, feed in FEEDS.items():
        if name not in feeds:
            states[name] = FeedState(name, False, frozenset(), (), 0)
            continue
        rows = feeds[name]
        file = folder / f"{name}.parquet"
        pq.write_table(_table(feed, rows), file)
        columns = frozenset(key for row in rows for key in row) or frozenset(c.name for c in feed.columns)
        states[name] = FeedState(name, True, columns, (Part(1, (file,)),), len(rows))
    return Snapshot("000001-test", 1, states, ())


def _table(feed: Feed, rows: Rows) -> pa.Table:
    columns: dict[str, pa.Array] = {}
    for column in feed.columns:
        stored = [_stored(column, row.get(column.name)) for row in rows]
        for i, (name, kind) in enumerate(zip(column.stored, column.stored_types, strict=True)):
            columns[name] = pa.array([values[i] for values in stored], _TYPES[kind])
    return pa.table(columns)


def _stored(column: Column, value: Any) -> tuple[Any, ...]:
    if value is None:
        return (None,) * len(column.stored)
    match column.type:
        case ColumnType.DATE:
            return ((_date(value) - _EPOCH).days,)
        case ColumnType.TIMESTAMP:
            return _moment(value)
        case ColumnType.MONEY:
            return (round(value * 100),)
        case ColumnType.FRACTION:
            return (round(value * 1_000_000),)
        case ColumnType.BOOL:
            return (int(value),)
        case _:
            return (value,)


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def _moment(value: Any) -> tuple[int, int, int]:
    if not isinstance(value, dt.datetime):
        text = str(value)
        value = dt.datetime.fromisoformat(text if len(text) > 10 else text + " 12:00:00")
    day = (value.date() - _EPOCH).days
    second = value.hour * 3600 + value.minute * 60 + value.second
    return day * 86_400 + second, day, second
