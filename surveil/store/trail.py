"""Which events of the audit trail are asked for, by person, record and day, as conditions that its indexes answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, false, func, select

from surveil.store.audit import audit_event


@dataclass(frozen=True)
class Wanted:
    """All events, or those of one person, of one kind of record, of one record, of some days of UTC (both included)."""

    actor: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    first: date | None = None
    last: date | None = None


def conditions(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What the query's rows have to fulfil.

    The chain's order is that of the numbers; the times are the machine's and may jump. So the days are looked up in
    their index for the lowest and the highest number that they have, and between these the events are read in order.
    """
    event = audit_event.c
    asked = [
        column == value
        for column, value in (
            (event.actor, wanted.actor),
            (event.object_type, wanted.object_type),
            (event.object_id, wanted.object_id),
        )
        if value is not None
    ]
    days = _days(wanted)
    if not days:
        return asked
    # Counted too, because PostgreSQL would look for a lowest number alone by walking all numbers from the first on.
    ends = select(func.min(event.seq), func.max(event.seq), func.count())
    low, high, _ = connection.execute(ends.where(*days)).one()
    return [false()] if low is None else [*asked, event.seq.between(low, high), *days]


def _days(wanted: Wanted) -> list[ColumnElement[bool]]:
    at = audit_event.c.at
    days = []
    if wanted.first is not None:
        days.append(at >= wanted.first.isoformat())
    if wanted.last is not None and wanted.last < date.max:
        days.append(at < (wanted.last + timedelta(days=1)).isoformat())
    return days
