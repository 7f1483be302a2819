"""Single rows of the firm's data, for a page: the current version of each, as of a day, without a scan."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS
from surveil.feeds.model import ColumnType, Feed
from surveil.feeds.snapshots import Part, Snapshot, at, current

_EPOCH = date(1970, 1, 1)
Rows = list[dict[str, Any]]


class FirmRows:
    """Reads the snapshot of a run, or the one loaded last.

    Rows have the columns of the contract: days as dates, moments in UTC, money in cents; None is not known.
    """

    def __init__(
        self, workspace: Workspace, load_number: int | None = None, as_of: date | None = None
    ) -> None:
        self.snapshot: Snapshot = current(workspace) if load_number is None else at(workspace, load_number)
        self.as_of = as_of

    def present(self, feed: str) -> bool:
        """Whether the feed was handed over at all; without it nothing is known of it."""
        return self.snapshot.feeds[feed].present

    def find(self, feed: str, column: str, values: Collection[str]) -> Rows:
        """The current rows of a feed in which a text column has one of these values, in the order of their keys.

        Raises:
            UsageError: the feed was not handed over.
        """
        if not self.present(feed):
            raise UsageError(f"The feed {feed} was not handed over; nothing is known of it.")
        contract, wanted = FEEDS[feed], sorted(set(values))
        if not wanted:
            return []
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        for part in self.snapshot.feeds[feed].parts:
            if found and column not in contract.key:
                _forget_replaced(contract, part, found)
            for raw in _read(part, pc.field(column).isin(wanted)):
                found[_key(contract, raw)] = raw
        rows = [_told(contract, found[key]) for key in sorted(found, key=repr)]
        return [row for row in rows if self._seen(contract, row)]

    def every(self, feed: str) -> Rows:
        """All current rows of a small feed, in the order of their keys.

        Raises:
            UsageError: the feed was not handed over.
        """
        if not self.present(feed):
            raise UsageError(f"The feed {feed} was not handed over; nothing is known of it.")
        contract = FEEDS[feed]
        found = {
            _key(contract, raw): raw for part in self.snapshot.feeds[feed].parts for raw in _read(part, None)
        }
        rows = [_told(contract, found[key]) for key in sorted(found, key=repr)]
        return [row for row in rows if self._seen(contract, row)]

    def covered_to(self, feed: str) -> date | None:
        """The last day that the extract of a feed covers: as the firm stated it, else its latest row's; None: not known."""
        if self.present("coverage"):
            for row in self.every("coverage"):
                if row["feed"] == feed and not row["scope"] and row["covers_to"]:
                    return date.fromisoformat(str(row["covers_to"]))
        contract = FEEDS[feed]
        if contract.event is None or not self.present(feed):
            return None
        stored = next(name for name in contract.column(contract.event).stored if name.endswith("_day"))
        latest = [
            pc.max(
                ds.dataset([str(file) for file in part.files], format="parquet").to_table([stored])[stored]
            ).as_py()
            for part in self.snapshot.feeds[feed].parts
            if part.files
        ]
        days = [day for day in latest if day is not None]
        return _EPOCH + timedelta(days=max(days)) if days else None

    def _seen(self, feed: Feed, row: dict[str, Any]) -> bool:
        if self.as_of is None or feed.event is None:
            return True
        value = row[feed.event]
        day = value.date() if isinstance(value, datetime) else value
        return day is None or day <= self.as_of


def _forget_replaced(feed: Feed, part: Part, found: dict[tuple[Any, ...], dict[str, Any]]) -> None:
    """Drop rows that a later load corrects, also where the corrected row is somebody else's now."""
    first = feed.column(feed.key[0]).stored[0]
    later = _read(part, pc.field(first).isin(sorted({row[first] for row in found.values()}, key=repr)))
    for key in {_key(feed, row) for row in later}:
        found.pop(key, None)


def _read(part: Part, condition: Any) -> Rows:
    if not part.files:
        return []
    rows: Rows = (
        ds.dataset([str(file) for file in part.files], format="parquet")
        .to_table(filter=condition)
        .to_pylist()
    )
    return rows


def _key(feed: Feed, raw: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(raw[stored] for name in feed.key for stored in feed.column(name).stored)


def _told(feed: Feed, raw: dict[str, Any]) -> dict[str, Any]:
    return {
        column.name: _value(column.type, [raw.get(name) for name in column.stored]) for column in feed.columns
    }


def _value(kind: ColumnType, stored: Iterable[Any]) -> Any:
    first = next(iter(stored))
    if first is None:
        return None
    if kind is ColumnType.DATE:
        return _EPOCH + timedelta(days=int(first))
    if kind is ColumnType.TIMESTAMP:
        return datetime.fromtimestamp(int(first), UTC)
    if kind is ColumnType.BOOL:
        return bool(first)
    return int(first) / 1_000_000 if kind is ColumnType.FRACTION else first
