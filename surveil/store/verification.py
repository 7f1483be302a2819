"""Check the audit chain for events edited, inserted, deleted, moved or cut off, and records changed alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, column, func, inspect, select, text
from sqlalchemy import table as foreign_table
from sqlalchemy.exc import DBAPIError

from surveil.store.audit import FORMAT, GENESIS, Event, audit_event
from surveil.store.changes import Fields, stored_fields, stored_records
from surveil.store.checkpoint import Checkpoint
from surveil.store.tables import Base

_GUARDS = {
    "sqlite": {"audit_event_no_update", "audit_event_no_delete", "audit_event_chain"},
    "postgresql": {
        "audit_event_no_update",
        "audit_event_no_delete",
        "audit_event_no_truncate",
        "audit_event_chain",
    },
}
_LISTED = 100


def _triggers(dialect: str) -> Select[str]:
    """The names of the triggers that are there, and on, in the database's own catalogue."""
    if dialect == "sqlite":
        master = foreign_table("sqlite_master", column("name"), column("type"), column("tbl_name"))
        return select(master.c.name).where(master.c.type == "trigger", master.c.tbl_name == "audit_event")
    triggers = foreign_table("pg_trigger", column("tgname"), column("tgrelid"), column("tgenabled"))
    ours = func.to_regclass("audit_event")
    return select(triggers.c.tgname).where(triggers.c.tgrelid == ours, triggers.c.tgenabled.in_(["O", "A"]))


@dataclass(frozen=True)
class Problem:
    """One thing found wrong: the event's number (None where it is not about one event) and a sentence."""

    seq: int | None
    message: str


@dataclass(frozen=True)
class Verification:
    """The result of a check: how many events, the hash of the last, and what is wrong (the first hundred)."""

    events: int
    head: str
    problems: tuple[Problem, ...]
    checkpoint_checked: bool = False

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(engine: Engine, checkpoint: Checkpoint | None = None, records: bool = True) -> Verification:
    """Read the whole chain and check it.

    With a checkpoint that was kept elsewhere, also that nothing before it was rewritten or cut off: whoever
    owns the database can recompute every hash, but not a signature. `records` also replays the events and
    compares the outcome with what the tables hold, so that a row changed past the trail is found; it keeps
    one copy of the records in memory.
    """
    chain = _Chain(checkpoint)
    try:
        with engine.connect() as connection, connection.begin():
            _read(connection, chain, records)
    except DBAPIError:
        chain.note(None, f"The database can't be read any further than event {chain.count}.")
    return Verification(chain.count, chain.head, tuple(chain.problems), checkpoint is not None)


def _read(connection: Connection, chain: _Chain, records: bool) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    if not inspect(connection).has_table(audit_event.name):
        chain.note(None, "The database holds no audit trail.")
        return
    chain.check_guards(connection)
    events = select(audit_event).order_by(audit_event.c.seq).execution_options(yield_per=1000)
    for row in connection.execute(events):
        chain.follow(row.seq, row.hash, _event(row))
    chain.check_checkpoint()
    if records:
        chain.check_records(connection)


def _event(row: Row[Any]) -> Event | None:
    try:
        return Event.of(row)
    except (ValueError, TypeError, RecursionError):
        return None


class _Chain:
    """Follows the events one by one and notes what does not fit."""

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        self.head = GENESIS
        self._checkpoint = checkpoint
        self._seq = 0
        self._hash_at_checkpoint = GENESIS
        self._records: dict[str, Fields] = {}

    def follow(self, seq: int, stored_hash: str, event: Event | None) -> None:
        if seq != self._seq + 1:
            self.note(seq, f"Events {self._seq + 1} to {seq - 1} are missing.")
        if event is None:
            self.note(seq, f"Event {seq} was edited: its content is not as surveil writes it.")
        else:
            self._check(event)
            self._replay(event)
        self._seq = seq
        self.count += 1
        self.head = stored_hash
        if self._checkpoint and seq == self._checkpoint.events:
            self._hash_at_checkpoint = stored_hash

    def _check(self, event: Event) -> None:
        seq = event.seq
        if event.format != FORMAT:
            self.note(seq, f"Event {seq} has format {event.format}, which this version can't check.")
        elif not event.intact:
            self.note(seq, f"Event {seq} was edited: its hash does not fit its content.")
        if event.prev != self.head:
            self.note(
                seq,
                f"Event {seq} does not follow the event before it: "
                "one of the two was edited, inserted or moved, or one between them deleted.",
            )

    def _replay(self, event: Event) -> None:
        after = event.payload.get("after") if isinstance(event.payload, dict) else None
        if not isinstance(after, dict):
            return
        for name, fields in after.items():
            if fields is None:
                self._records.pop(name, None)
            else:
                self._records.setdefault(name, {}).update(fields)

    def check_guards(self, connection: Connection) -> None:
        dialect = connection.dialect.name
        found = set(connection.execute(_triggers(dialect)).scalars())
        for name in sorted(_GUARDS[dialect] - found):
            self.note(None, f"The database's guard {name} is gone or switched off.")

    def check_checkpoint(self) -> None:
        wanted = self._checkpoint
        if wanted is None:
            return
        if self._seq < wanted.events:
            self.note(
                None,
                f"The trail was cut off: the checkpoint of {wanted.at} knew {wanted.events} events, "
                f"the last one now is number {self._seq}.",
            )
        elif self._hash_at_checkpoint != wanted.head:
            self.note(
                wanted.events,
                f"The trail was rewritten: event {wanted.events} is not the one that the checkpoint of "
                f"{wanted.at} signed.",
            )

    def check_records(self, connection: Connection) -> None:
        for table in Base.metadata.sorted_tables:
            if table is audit_event:
                continue
            for row in connection.execute(stored_records(table)):
                name, fields = stored_fields(table, row)
                recorded = self._records.pop(name, None)
                if recorded is None:
                    self.note(None, f"The record {name} is in the database, but no event tells of it.")
                    continue
                changed = sorted(field for field in fields if fields[field] != recorded.get(field))
                if changed:
                    self.note(None, f"The record {name} was changed past the trail: {', '.join(changed)}.")
        for name in sorted(self._records):
            self.note(None, f"The record {name} is gone, but no event tells of its removal.")

    def note(self, seq: int | None, message: str) -> None:
        if len(self.problems) < _LISTED:
            self.problems.append(Problem(seq, message))
