"""Before a decision: who works on an alert, what was noted, whose personal data were looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import Refused, may
from surveil.desk.access import find_for, touch, unlock
from surveil.desk.users import find_user
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertNoteRow, AlertRow


@dataclass(frozen=True)
class Revealed:
    """Proof that a look at personal data has been recorded; what shows them asks for it."""

    alert_id: str
    what: str
    user: str


def take(
    store: Store, user: User, alert_id: str, now: datetime, expected_version: int | None = None
) -> Alert:
    """Take an alert up: it is the user's from now on and in review."""
    with store.write(user) as session:
        row = find_for(session, user, Action.TAKE, alert_id, expected_version, now)
        unlock(row)
        take_up(store, row, user, now)
        touch(row, now)
        record(session, at=now, action="alert.taken", object_type="alert", object_id=alert_id)
        return alert_of(row)


def assign(
    store: Store,
    user: User,
    alert_id: str,
    assignee: str | None,
    now: datetime,
    expected_version: int | None = None,
) -> Alert:
    """Give an alert to somebody who may decide it; None puts it back for anybody.

    Raises:
        Unacceptable: that person may not deal with this alert.
    """
    with store.write(user) as session:
        row = find_for(session, user, Action.ASSIGN, alert_id, expected_version, now)
        unlock(row)
        hand_to(session, row, assignee, now)
        return alert_of(row)


def note(store: Store, user: User, alert_id: str, text: str, now: datetime) -> Alert:
    """Write a note on an alert; one that nobody has is the writer's from then on."""
    kept = checked_note(text)
    with store.write(user) as session:
        row = find_for(session, user, Action.NOTE, alert_id)
        if row.assignee is None and row.status == Status.OPEN:
            take_up(store, row, user, now)
        if row.locked_by == user.name:
            unlock(row)  # he has begun: the alert is his now, and no time-out gives it to the next one
        number = next_number(session)
        session.add(
            AlertNoteRow(
                note_id=f"N-{number}", alert_id=alert_id, text=kept, written_by=user.name, written_at=now
            )
        )
        touch(row, now)
        record(session, at=now, action="alert.noted", object_type="alert", object_id=alert_id, reason=kept)
        return alert_of(row)


def reveal(store: Store, user: User, alert_id: str, what: str, reason: str, now: datetime) -> Revealed:
    """Record that somebody is about to look at personal data, and why; only then may they be shown."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        find_for(session, user, Action.REVEAL, alert_id)
        record(
            session,
            at=now,
            action="alert.revealed",
            object_type="alert",
            object_id=alert_id,
            reason=why,
            details={"what": what},
        )
    return Revealed(alert_id, what, user.name)


def hand_to(session: DeskSession, row: AlertRow, assignee: str | None, now: datetime) -> None:
    """Give the alert in this row to somebody, or to nobody, and record it."""
    if assignee is not None:
        answer = may(find_user(session, assignee), Action.TAKE, alert_of(row))
        if isinstance(answer, Refused):
            raise Unacceptable(f"{assignee} can't be given this alert. {answer.reason}")
    else:
        row.status = Status.OPEN.value
    row.assignee = assignee
    touch(row, now)
    record(session, at=now, action="alert.assigned", object_type="alert", object_id=row.alert_id)


def take_up(store: Store, row: AlertRow, user: User, now: datetime) -> None:
    """Make the alert the user's; from now on the day of the decision is what is due."""
    row.assignee = user.name
    row.taken_at = row.taken_at or now
    if row.status == Status.OPEN:
        row.status = Status.IN_REVIEW.value
        row.due_on = store.calendar.decision_due(row.first_seen)
