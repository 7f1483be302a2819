"""The audit chain: each change is an event in its transaction, sealed with the hash of the event before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
)

from surveil.errors import VerificationFailed
from surveil.store.changes import pending_changes
from surveil.store.plain import canonical, from_canonical, moment_text, plain
from surveil.store.sessions import DeskSession
from surveil.store.tables import Base

FORMAT = 1
"""Version of what is hashed; it is hashed with every event."""
GENESIS = "0" * 64
"""What the first event names as the hash before it."""

audit_event = Table(
    "audit_event",
    Base.metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("object_type", String(40), nullable=False),
    Column("object_id", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_event_object", "object_type", "object_id", "seq"),
    Index("ix_audit_event_at", "at", "seq"),
    Index("ix_audit_event_actor", "actor", "seq"),
)


def digest_of(values: Mapping[str, Any]) -> str:
    """An event's SHA-256, from its fields with the payload as canonical text, so that it is not encoded once more.

    The names of the fields are sorted, so the payload stands between `object_type` and `prev`.
    """
    first = {name: values[name] for name in ("action", "actor", "at", "format", "object_id", "object_type")}
    last = {name: values[name] for name in ("prev", "seq")}
    text = f'{canonical(first)[:-1]},"payload":{values["payload"]},{canonical(last)[1:]}'
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Event:
    """One event. Its payload has `before` and `after` (record → field → value), `reason`, `details`."""

    seq: int
    format: int
    at: str
    actor: str
    action: str
    object_type: str
    object_id: str
    payload: Mapping[str, Any]
    prev: str
    hash: str = ""

    def fields(self) -> dict[str, Any]:
        """Every field but the hash, JSON-ready."""
        return {name: value for name, value in vars(self).items() if name != "hash"}

    def digest(self) -> str:
        """SHA-256 over the RFC 8785 canonical JSON of `fields`, in hexadecimal."""
        return digest_of({**vars(self), "payload": canonical(self.payload)})

    @classmethod
    def of(cls, row: Row[Any]) -> Event:
        """The event in a stored row.

        Raises:
            ValueError: its payload is not canonical JSON.
        """
        values = dict(row._mapping)
        return cls(**values | {"payload": from_canonical(values["payload"])})


def record(
    session: DeskSession,
    *,
    at: datetime,
    action: str,
    object_type: str,
    object_id: str,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> Event:
    """Write all that the session has changed, with its event; `details` tells what is no record's change.

    Raises:
        RuntimeError: the session only reads.
    """
    if session.user is None or not session.writes:
        raise RuntimeError("this session only reads")
    before, after = pending_changes(session)
    payload: dict[str, Any] = {"before": before, "after": after, "reason": reason}
    told = dict(details or {})
    if session.user.on_behalf_of is not None:
        told["on_behalf_of"] = session.user.on_behalf_of
    if told:
        payload["details"] = told
    event = append(
        session,
        at=at,
        actor=session.user.name,
        action=action,
        object_type=object_type,
        object_id=object_id,
        payload=payload,
    )
    session.audited = True
    session.flush()
    session.audited = False
    return event


def append(
    session: DeskSession,
    *,
    at: datetime,
    actor: str,
    action: str,
    object_type: str,
    object_id: str,
    payload: Mapping[str, Any],
) -> Event:
    """Append one event to the chain; the writer's lock makes its number and predecessor certain."""
    connection = session.connection()
    seq, prev = head(connection)
    values = plain(
        {
            "seq": seq + 1,
            "format": FORMAT,
            "at": moment_text(at),
            "actor": actor,
            "action": action,
            "object_type": object_type,
            "object_id": object_id,
            "payload": payload,
            "prev": prev,
        }
    )
    event = Event(**values)
    sealed = values | {"payload": canonical(event.payload), "hash": event.digest()}
    connection.execute(insert(audit_event), sealed)
    return Event(**values, hash=sealed["hash"])


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last event; (0, GENESIS) when there is none."""
    last = select(audit_event.c.seq, audit_event.c.hash).order_by(audit_event.c.seq.desc()).limit(1)
    row = connection.execute(last).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def next_number(session: DeskSession) -> int:
    """Number of the event that this transaction writes next; unique, so a record made with it can be named by
    it.
    """
    return head(session.connection())[0] + 1


def history(session: DeskSession, object_type: str, object_id: str) -> list[Event]:
    """All events of one object, oldest first. The caller has made sure that the user may see the object."""
    query = (
        select(audit_event)
        .where(audit_event.c.object_type == object_type, audit_event.c.object_id == object_id)
        .order_by(audit_event.c.seq)
    )
    return [readable(row) for row in session.connection().execute(query)]


def readable(row: Row[Any]) -> Event:
    """The event in a stored row.

    Raises:
        VerificationFailed: somebody has edited it so that it can't be read.
    """
    try:
        return Event.of(row)
    except (ValueError, TypeError, RecursionError) as error:
        raise VerificationFailed(
            f"Event {row.seq} of the audit trail was edited and can't be read. Check the trail with: "
            "surveil audit verify"
        ) from error
