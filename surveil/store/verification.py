"""Check the audit chain for events edited, inserted, deleted, moved or cut off, and records changed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rfc8785
from sqlalchemy import Connection, Engine, Row, Select, column, func, inspect, select, text
from sqlalchemy import table as foreign_table
from sqlalchemy.exc import DBAPIError

from surveil.store.audit import FORMAT, GENESIS, Event, audit_event, digest_of
from surveil.store.checkpoint import Checkpoint
from surveil.store.replay import Records, Sums, stored
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
#: A long check tells how far it is each time so many events are read, and so often at most.
TOLD_EVERY, _TOLD_AT_MOST = 50_000, 50
#: Told of the events read and how many there are.
Progress = Callable[[int, int], None]


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


def verify(
    engine: Engine,
    checkpoint: Checkpoint | None = None,
    records: bool = True,
    progress: Progress = lambda _read, _of: None,
) -> Verification:
    """Read the whole chain and check it.

    With a checkpoint that was kept elsewhere, also that nothing before it was rewritten or cut off: whoever
    owns the database can recompute every hash, but not a signature. `records` also compares what the events
    say with what the tables hold, so that a row changed past the trail is found. Memory does not grow with the
    trail; only where the two differ, the records concerned are rebuilt one by one. Of a long trail `progress` is told
    how far the reading is.
    """
    chain = _Chain(checkpoint)
    try:
        with engine.connect() as connection, connection.begin():
            _read(connection, chain, records, progress)
    except DBAPIError:
        chain.note(None, f"The database can't be read any further than event {chain.count}.")
    return Verification(chain.count, chain.head, tuple(chain.problems), checkpoint is not None)


def events_read(read: int, of: int) -> str:
    """How far a check is, in words."""
    return f"audit trail: {read:,} of {of:,} events read"


def _read(connection: Connection, chain: _Chain, records: bool, progress: Progress) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    if not inspect(connection).has_table(audit_event.name):
        chain.note(None, "The database holds no audit trail.")
        return
    chain.check_guards(connection)
    events = select(audit_event).order_by(audit_event.c.seq).execution_options(yield_per=1000)
    last = connection.scalar(select(func.max(audit_event.c.seq))) or 0
    step = max(TOLD_EVERY, last // _TOLD_AT_MOST)
    sums = Sums()
    for row in connection.execute(events):
        event = _event(row)
        chain.follow(row, event)
        if records and event is not None:
            sums.follow(event.payload)
        if chain.count % step == 0:
            progress(chain.count, last)
    chain.check_checkpoint()
    if records:
        _check_records(connection, chain, sums)


def _check_records(connection: Connection, chain: _Chain, sums: Sums) -> None:
    tables = [table for table in Base.metadata.sorted_tables if table is not audit_event]
    for name, fields in stored(connection, tables):
        sums.add(name, dict(fields))
    buckets = sums.differing()
    if not buckets:
        return
    records = Records(buckets)
    events = select(audit_event).order_by(audit_event.c.seq).execution_options(yield_per=1000)
    for row in connection.execute(events):
        event = _event(row)
        if event is not None:
            records.follow(event.payload)
    for message in records.complaints((name, dict(fields)) for name, fields in stored(connection, tables)):
        chain.note(None, message)


def _event(row: Row[Any]) -> Event | None:
    try:
        return Event.of(row)
    except (ValueError, TypeError, RecursionError):
        return None


def _intact(row: Row[Any]) -> bool:
    """Whether the hash fits the content of a row whose payload was found to be canonical."""
    try:
        return digest_of(dict(row._mapping)) == str(row.hash)
    except (rfc8785.CanonicalizationError, UnicodeError, ValueError, TypeError):
        return False


class _Chain:
    """Follows the events one by one and notes what does not fit."""

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        self.head = GENESIS
        self._checkpoint = checkpoint
        self._seq = 0
        self._hash_at_checkpoint = GENESIS

    def follow(self, row: Row[Any], event: Event | None) -> None:
        seq = row.seq
        if seq != self._seq + 1:
            self.note(seq, f"Events {self._seq + 1} to {seq - 1} are missing.")
        if event is None:
            self.note(seq, f"Event {seq} was edited: its content is not as surveil writes it.")
        else:
            self._check(row, event)
        self._seq = seq
        self.count += 1
        self.head = row.hash
        if self._checkpoint and seq == self._checkpoint.events:
            self._hash_at_checkpoint = row.hash

    def _check(self, row: Row[Any], event: Event) -> None:
        seq = event.seq
        if event.format != FORMAT:
            self.note(seq, f"Event {seq} has format {event.format}, which this version can't check.")
        elif not _intact(row):
            self.note(seq, f"Event {seq} was edited: its hash does not fit its content.")
        if event.prev != self.head:
            self.note(
                seq,
                f"Event {seq} does not follow the event before it: "
                "one of the two was edited, inserted or moved, or one between them deleted.",
            )

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

    def note(self, seq: int | None, message: str) -> None:
        if len(self.problems) < _LISTED:
            self.problems.append(Problem(seq, message))
