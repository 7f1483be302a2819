"""Batches of payments: proposed by one person, approved by another, paid on the day they were computed for.

A batch is a folder `remediation/batches/ID` with its payments and lines; who did what to it is in the audit trail, which
also holds the hash of both lists, so that no sum can change after it was proposed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select

from surveil.alerts.alert import Action
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import Conflict, NotAllowed, NotFound, Unacceptable
from surveil.alerts.people import SYSTEM, User
from surveil.alerts.policy import demand, demand_second_person
from surveil.errors import VerificationFailed
from surveil.remediation.compute import Owed
from surveil.remediation.files import LINES, PAYMENTS, Payment, payments_of, read_lines, written
from surveil.remediation.method import Method
from surveil.remediation.subjects import Class
from surveil.store import DeskSession, Store
from surveil.store.audit import Event, audit_event, history, next_number, record

FOLDER = Path("remediation") / "batches"
BATCH = "remediation"
"""Type of object of these events; the object is the batch."""


class State(StrEnum):
    """How far a batch has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAID = "paid"


_ALLOWED = {
    State.APPROVED: {State.PROPOSED},
    State.REJECTED: {State.PROPOSED, State.APPROVED},
    State.PAID: {State.APPROVED},
}


@dataclass(frozen=True)
class Batch:
    """A batch as the trail tells of it. Amounts in cents; `hashes` are SHA-256 of its files by name."""

    batch_id: str
    state: State
    paid_on: dt.date
    total_cents: int
    payments: int
    run_id: str
    method: str
    hashes: Mapping[str, str]
    proposed_by: str
    proposed_for: str | None
    approved_by: str | None = None
    reference: str = ""


def propose(
    workspace: Path, store: Store, user: User, owed: Owed, method: Method, run_id: str,
    classes: Mapping[str, Class], now: dt.datetime,
) -> Batch:  # fmt: skip
    """Keep what is owed as a batch that waits for a second person.

    Raises:
        Unacceptable: nothing is owed.
        NotAllowed: the user may not propose payments.
    """
    _demand(user)
    if not owed.lines:
        raise Unacceptable("Nothing is owed that is not part of a payment already.")
    with store.write(user) as session:
        batch_id = f"P-{next_number(session)}"
        files = written(batch_id, owed, classes, method)
        payments = payments_of(batch_id, owed.lines, classes, owed.paid_on, method.id)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        total = sum(payment.total_cents for payment in payments)
        details = {
            "paid_on": owed.paid_on.isoformat(),
            "total_cents": total,
            "payments": len(payments),
            "run_id": run_id,
            "method": method.id,
            "method_whole": method.model_dump(mode="json"),
            "hashes": hashes,
            "on_behalf_of": user.on_behalf_of,
        }
        folder = workspace / FOLDER / batch_id
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        event = record(
            session,
            at=now,
            action=_action(State.PROPOSED),
            object_type=BATCH,
            object_id=batch_id,
            details=details,
        )
    return _batch([event])


def approve(store: Store, user: User, batch_id: str, note: str, now: dt.datetime, workspace: Path) -> Batch:
    """Approve a batch that somebody else proposed, as its files stand.

    Raises:
        NotAllowed: the same person proposed it, or the user may not approve payments.
        VerificationFailed: its files are not those that were proposed.
        Conflict: it is not waiting for approval.
    """
    _demand(user, Action.APPROVE)
    batch = find(store, batch_id)
    check_files(workspace, batch)
    demand_second_person(user, batch.proposed_by, batch.proposed_for)
    return _move(
        store, user, batch_id, State.APPROVED, checked_note(note), {"hashes": dict(batch.hashes)}, now
    )


def reject(store: Store, user: User, batch_id: str, reason: str, now: dt.datetime) -> Batch:
    """Send a batch back; what it would have paid may be proposed again.

    Raises:
        Conflict: it was paid or rejected already.
    """
    _demand(user, Action.REJECT)
    return _move(store, user, batch_id, State.REJECTED, checked_note(reason, "reason"), {}, now)


def pay(
    store: Store,
    user: User,
    batch_id: str,
    paid_on: dt.date,
    reference: str,
    now: dt.datetime,
    workspace: Path,
) -> Batch:
    """Enter that an approved batch was paid.

    Args:
        paid_on: the day of payment; the one the interest was computed for.
        reference: of the payment run in the firm's books.

    Raises:
        Unacceptable: it was paid on another day than it was computed for, or no reference is given.
        VerificationFailed: its files are not those that were approved.
        Conflict: it is not approved.
    """
    _demand(user)
    batch = find(store, batch_id)
    check_files(workspace, batch)
    if paid_on != batch.paid_on:
        raise Unacceptable(
            f"Batch {batch_id} has interest until {batch.paid_on.isoformat()}, not {paid_on.isoformat()}. Reject it and "
            "propose it anew for the day of payment."
        )
    if not reference.strip():
        raise Unacceptable("Give the reference of the payment in the firm's books.")
    return _move(store, user, batch_id, State.PAID, None, {"reference": reference.strip()}, now)


def find(store: Store, batch_id: str) -> Batch:
    """A batch by its id.

    Raises:
        NotFound: there is none.
    """
    with store.read() as session:
        session.narrow(SYSTEM)
        events = history(session, BATCH, batch_id)
    if not events:
        raise NotFound(f"There is no batch {batch_id} of payments.")
    return _batch(events)


def listed(store: Store) -> list[Batch]:
    """All batches, oldest first, as the trail has them."""
    proposed = (
        select(audit_event.c.object_id)
        .where(audit_event.c.object_type == BATCH, audit_event.c.action == _action(State.PROPOSED))
        .order_by(audit_event.c.seq)
    )
    with store.connection() as connection:
        names = list(connection.execute(proposed).scalars())
    return [find(store, name) for name in names]


def settled(workspace: Path, store: Store) -> frozenset[str]:
    """Sources of all lines in batches that were not rejected: none of them is owed a second time.

    Raises:
        VerificationFailed: a batch's files are not those that were proposed.
    """
    sources: set[str] = set()
    for batch in listed(store):
        if batch.state is not State.REJECTED:
            check_files(workspace, batch)
            sources |= {line["source"] for line in read_lines(workspace / FOLDER / batch.batch_id / LINES)}
    return frozenset(sources)


def payments(workspace: Path, batch: Batch) -> list[Payment]:
    """The payments of a batch.

    Raises:
        VerificationFailed: its files are not those that were proposed.
    """
    check_files(workspace, batch)
    return Payment.read(workspace / FOLDER / batch.batch_id / PAYMENTS)


def check_files(workspace: Path, batch: Batch) -> None:
    """Make sure that a batch's files are as they were proposed.

    Raises:
        VerificationFailed: one was changed or is gone.
    """
    for name, wanted in sorted(batch.hashes.items()):
        file = workspace / FOLDER / batch.batch_id / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != wanted:
            raise VerificationFailed(
                f"{name} of batch {batch.batch_id} was changed or is gone since it was proposed. Restore it from a backup."
            )


def _move(
    store: Store,
    user: User,
    batch_id: str,
    state: State,
    reason: str | None,
    details: Mapping[str, object],
    now: dt.datetime,
) -> Batch:
    """Enter the next state; read and written under one lock, so that two people cannot both be first."""
    with store.write(user) as session:
        events = _events(session, batch_id)
        batch = _batch(events)
        if batch.state not in _ALLOWED[state]:
            raise Conflict(f"Batch {batch_id} is {batch.state.value}; it can't be {state.value} now.")
        event = record(
            session,
            at=now,
            action=_action(state),
            object_type=BATCH,
            object_id=batch_id,
            reason=reason,
            details={**details, "on_behalf_of": user.on_behalf_of},
        )
    return _batch([*events, event])


def _events(session: DeskSession, batch_id: str) -> list[Event]:
    events = history(session, BATCH, batch_id)
    if not events:
        raise NotFound(f"There is no batch {batch_id} of payments.")
    return events


def _action(state: State) -> str:
    return f"remediation.{state.value}"


_MOVES = {_action(state): state for state in State}
"""The actions that move a batch; others, such as writing letters, leave it where it is."""


def _batch(events: list[Event]) -> Batch:
    first = events[0]
    last = [event for event in events if event.action in _MOVES][-1]
    told = first.payload["details"]
    approved = next((event for event in events if event.action == _action(State.APPROVED)), None)
    paid = next((event for event in events if event.action == _action(State.PAID)), None)
    return Batch(
        batch_id=first.object_id,
        state=_MOVES[last.action],
        paid_on=dt.date.fromisoformat(told["paid_on"]),
        total_cents=told["total_cents"],
        payments=told["payments"],
        run_id=told["run_id"],
        method=told["method"],
        hashes=told["hashes"],
        proposed_by=first.actor,
        proposed_for=told["on_behalf_of"],
        approved_by=approved.actor if approved else None,
        reference=paid.payload["details"]["reference"] if paid else "",
    )


def _demand(user: User, action: Action = Action.DECIDE) -> None:
    """Payments are the work of officers, who see the whole firm.

    Raises:
        NotAllowed: the user is none, or is a representative himself.
    """
    demand(user, action)
    if not user.sees_every_branch or user.rep_id is not None:
        raise NotAllowed(
            "Compensation is proposed and approved by officers who are not representatives themselves."
        )
