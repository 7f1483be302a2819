"""What a session is about to change, as before and after, without anybody having to list it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Float, Select, Table, inspect, select
from sqlalchemy.orm import Session

from surveil.store.plain import plain
from surveil.store.tables import Base

Fields = dict[str, Any]
Record = dict[str, Fields | None]
"""Record name (`table/key`) → its fields, without secret and derived ones; None: it does not exist."""
CHANGED_SECRET = "(changed, not shown)"  # noqa: S105 - the words that stand for a secret


def pending_changes(session: Session) -> tuple[Record, Record]:
    """(before, after) of each record that a flush would write; of a changed one only the changed fields."""
    before: Record = {}
    after: Record = {}
    for row in sorted(session.new, key=record_name):
        before[record_name(row)] = None
        after[record_name(row)] = _fields(row)
    for row in sorted(session.dirty, key=record_name):
        old, new = _differences(row)
        if new:
            before[record_name(row)] = old
            after[record_name(row)] = new
    for row in sorted(session.deleted, key=record_name):
        before[record_name(row)] = _fields(row)
        after[record_name(row)] = None
    return before, after


def record_name(row: Base) -> str:
    """`table/key`, the parts of a key joined by `|`."""
    mapper = inspect(type(row))
    key = (str(getattr(row, mapper.get_property_by_column(column).key)) for column in mapper.primary_key)
    return f"{mapper.local_table.name}/{'|'.join(key)}"  # type: ignore[attr-defined]


def stored_records(table: Table) -> Select[Any]:
    """Query for all rows of a table, to be read by `stored_fields`."""
    return select(table).order_by(*table.primary_key.columns)


def stored_fields(table: Table, row: Mapping[Any, Any]) -> tuple[str, Fields]:
    """The name and fields of a stored row (its values by column), in the form in which its changes were recorded."""
    key = "|".join(str(row[column]) for column in table.primary_key.columns)
    fields = {column.name: _plain(column.type, row[column]) for column in table.columns if not column.info}
    return f"{table.name}/{key}", fields


def _fields(row: Base) -> Fields:
    return {
        column.name: _plain(column.type, getattr(row, key))
        for key, column in _columns(row)
        if not column.info
    }


def _columns(row: Base) -> Iterator[tuple[str, Any]]:
    for attribute in inspect(type(row)).column_attrs:
        yield attribute.key, attribute.columns[0]


def _differences(row: Base) -> tuple[Fields, Fields]:
    old: Fields = {}
    new: Fields = {}
    state = inspect(row)
    for key, column in _columns(row):
        history = state.attrs[key].history
        if not history.has_changes() or column.info.get("derived"):
            continue
        if column.info.get("secret"):
            old[column.name] = new[column.name] = CHANGED_SECRET
            continue
        was = _plain(column.type, history.deleted[0] if history.deleted else None)
        now = _plain(column.type, history.added[0] if history.added else None)
        if was != now:
            old[column.name], new[column.name] = was, now
    return old, new


def _plain(kind: Any, value: Any) -> Any:
    return plain(float(value) if isinstance(kind, Float) and value is not None else value)
