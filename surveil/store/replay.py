"""Whether the tables hold what the events say: first by sums that need no memory, then, where they differ, in full."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table

from surveil.store.changes import Fields, stored_fields, stored_records
from surveil.store.plain import canonical

_BUCKETS = 4096


class Sums:
    """For each of 4,096 buckets of records, the sum of a keyed hash (BLAKE2b, 128 bits) of every field's value.

    Events add what they wrote and take away what was there before; rows add what they hold. The key is new for
    each check, so that nobody can choose values whose sums agree. Values that are null count for nothing, as a
    column that a later version added is null in older rows.
    """

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._events = [0] * _BUCKETS
        self._rows = [0] * _BUCKETS
        self._unclear = False

    def follow(self, payload: Any) -> None:
        """Count one event."""
        before, after = (
            payload.get(side) if isinstance(payload, dict) else None for side in ("before", "after")
        )
        if not isinstance(before, dict) or not isinstance(after, dict) or before.keys() != after.keys():
            self._unclear = True
            return
        for name, fields in after.items():
            number = bucket(name)
            self._events[number] += self._weight(name, fields) - self._weight(name, before[name])

    def add(self, name: str, fields: Fields) -> None:
        """Count one row as it is stored."""
        self._rows[bucket(name)] += self._weight(name, fields)

    def differing(self) -> frozenset[int]:
        """The buckets in which events and rows disagree; all of them where an event could not be read."""
        if self._unclear:
            return frozenset(range(_BUCKETS))
        pairs = enumerate(zip(self._events, self._rows, strict=True))
        return frozenset(number for number, (events, rows) in pairs if events != rows)

    def _weight(self, name: str, fields: Any) -> int:
        if fields is None:
            return 0
        if not isinstance(fields, dict):
            self._unclear = True
            return 0
        total = 0
        for field, value in fields.items():
            if value is not None:
                text = value if type(value) is str else "\x01" + _written(value)
                told = f"{name}\x00{field}\x00{text}".encode()
                digest = hashlib.blake2b(told, digest_size=16, key=self._key).digest()
                total += int.from_bytes(digest, "little")
        return total


def _written(value: Any) -> str:
    return str(value) if type(value) is int else canonical(value)


class Records:
    """The records in some buckets as the events leave them, rebuilt one by one."""

    def __init__(self, buckets: frozenset[int]) -> None:
        self._buckets = buckets
        self._records: dict[str, Fields] = {}

    def follow(self, payload: Any) -> None:
        """Take over what one event wrote."""
        after = payload.get("after") if isinstance(payload, dict) else None
        for name, fields in after.items() if isinstance(after, dict) else ():
            if bucket(name) not in self._buckets:
                continue
            if fields is None:
                self._records.pop(name, None)
            elif isinstance(fields, dict):
                self._records.setdefault(name, {}).update(fields)

    def complaints(self, rows: Iterable[tuple[str, Fields]]) -> Iterator[str]:
        """A sentence for each row that is not as the events left it, and each one missing."""
        for name, fields in rows:
            if bucket(name) not in self._buckets:
                continue
            recorded = self._records.pop(name, None)
            if recorded is None:
                yield f"The record {name} is in the database, but no event tells of it."
                continue
            changed = sorted(field for field in fields if fields[field] != recorded.get(field))
            if changed:
                yield f"The record {name} was changed past the trail: {', '.join(changed)}."
        for name in sorted(self._records):
            yield f"The record {name} is gone, but no event tells of its removal."


def stored(connection: Connection, tables: Iterable[Table]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and fields of every row of the tables, read piece by piece."""
    for table in tables:
        query = stored_records(table).execution_options(yield_per=1000)
        for row in connection.execute(query):
            yield stored_fields(table, row._mapping)


def bucket(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) % _BUCKETS
