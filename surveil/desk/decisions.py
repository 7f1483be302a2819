"""Decide an alert with a reason, have a second person look where four eyes are asked for, and open it
again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import Disposition, Outcome, checked_note
from surveil.alerts.errors import Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import needs_second_person
from surveil.desk.access import find_alert, find_for, touch, unlock
from surveil.desk.case_work import breach_decided
from surveil.desk.triage import take_up
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow, CaseAlertRow, DecisionRow

PENDING = "pending"
FINAL = "final"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"
ACCEPT_MAX_DAYS = 180


def decide(
    store: Store,
    user: User,
    alert_id: str,
    disposition: Disposition,
    note: str,
    now: datetime,
    expected_version: int,
    duplicate_of: str | None = None,
    accepted_until: date | None = None,
) -> Alert:
    """Decide an alert. It is closed, or waits for a second person where four eyes are asked for.

    Raises:
        Unacceptable: the note says too little, an escalated alert is in no case, a duplicate names no original,
        or an accepted risk no day on which it comes back. Conflict, NotAllowed, NotFound: as for every action.
    """
    kept = checked_note(note)
    with store.write(user) as session:
        row = find_for(session, user, Action.DECIDE, alert_id, expected_version, now)
        decide_row(store, session, user, row, disposition, kept, now, duplicate_of, accepted_until)
        return alert_of(row)


def decide_row(
    store: Store,
    session: DeskSession,
    user: User,
    row: AlertRow,
    disposition: Disposition,
    kept: str,
    now: datetime,
    duplicate_of: str | None = None,
    accepted_until: date | None = None,
) -> None:
    """Decide the alert in this row, for a checked note, and record it."""
    _check_disposition(session, user, row, disposition, duplicate_of)
    _check_acceptance(store, disposition, accepted_until, now)
    pending = needs_second_person(alert_of(row), disposition)
    if row.assignee is None:
        take_up(store, row, user, now)
    decision = _decision(session, user, row, disposition, kept, now, duplicate_of, pending)
    decision.accepted_until = accepted_until
    session.add(decision)
    row.decided_by, row.decided_by_role, row.decided_for = user.name, user.role.value, user.on_behalf_of
    row.set_aside_until = None
    unlock(row)
    row.status = Status.PENDING_APPROVAL.value if pending else Status.CLOSED.value
    row.disposition = None if pending else disposition.value
    touch(row, now)
    _record(session, now, "alert.proposed" if pending else "alert.decided", row.alert_id, kept, disposition)
    if not pending and disposition.outcome is Outcome.BREACH:
        breach_decided(store, session, row.alert_id, now)


def approve(
    store: Store, user: User, alert_id: str, now: datetime, expected_version: int, note: str = ""
) -> Alert:
    """Approve somebody else's decision; the alert is closed."""
    with store.write(user) as session:
        row = find_for(session, user, Action.APPROVE, alert_id, expected_version)
        approve_row(store, session, row, note.strip() or None, now)
        return alert_of(row)


def approve_row(store: Store, session: DeskSession, row: AlertRow, note: str | None, now: datetime) -> None:
    """Make the pending decision about the alert in this row stand, and record it."""
    assert session.user is not None  # noqa: S101 - a writing session has its user
    decision = standing(session, row.alert_id, PENDING)
    decision.state = FINAL
    decision.reviewed_by, decision.reviewed_at, decision.review_note = session.user.name, now, note
    row.status = Status.CLOSED.value
    row.disposition = decision.disposition
    row.accepted_until = decision.accepted_until
    touch(row, now)
    disposition = Disposition(decision.disposition)
    _record(session, now, "alert.approved", row.alert_id, note, disposition)
    if disposition.outcome is Outcome.BREACH:
        breach_decided(store, session, row.alert_id, now)


def reject(
    store: Store, user: User, alert_id: str, reason: str, now: datetime, expected_version: int
) -> Alert:
    """Send somebody else's decision back to him with a reason; the alert is in review again."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        row = find_for(session, user, Action.REJECT, alert_id, expected_version)
        decision = standing(session, alert_id, PENDING)
        decision.state = REJECTED
        decision.reviewed_by, decision.reviewed_at, decision.review_note = user.name, now, why
        row.status = Status.IN_REVIEW.value
        row.assignee = decision.decided_by
        row.decided_by = row.decided_by_role = row.decided_for = None
        touch(row, now)
        _record(session, now, "alert.rejected", alert_id, why, Disposition(decision.disposition))
        return alert_of(row)


def reopen(
    store: Store, user: User, alert_id: str, reason: str, now: datetime, expected_version: int
) -> Alert:
    """Open a closed alert again; its decision is kept as withdrawn.

    Raises:
        Unacceptable: the reason says too little, or a newer alert continues this one already.
    """
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        row = find_for(session, user, Action.REOPEN, alert_id, expected_version)
        newer = session.scalars(
            select(AlertRow.alert_id).where(AlertRow.previous_alert_id == alert_id)
        ).first()
        if newer is not None:
            raise Unacceptable(f"Alert {newer} continues this one; work on that instead.")
        decision = standing(session, alert_id, FINAL)
        decision.state = WITHDRAWN
        row.status = Status.IN_REVIEW.value
        row.assignee = user.name
        open_again(row)
        row.due_on = store.calendar.decision_due(now)
        touch(row, now)
        _record(session, now, "alert.reopened", alert_id, why, Disposition(decision.disposition))
        return alert_of(row)


def open_again(row: AlertRow) -> None:
    """Take the decision off the alert in this row."""
    row.disposition = row.decided_by = row.decided_by_role = row.decided_for = row.accepted_until = None


def _check_acceptance(store: Store, disposition: Disposition, until: date | None, now: datetime) -> None:
    if (disposition is Disposition.ACCEPTED_RISK) != (until is not None):
        raise Unacceptable(
            "An accepted risk names the last day it is accepted; other dispositions name none."
        )
    today = store.calendar.day(now)
    if until is not None and not today < until <= today + timedelta(days=ACCEPT_MAX_DAYS):
        raise Unacceptable(f"A risk can be accepted for at most {ACCEPT_MAX_DAYS} days, from tomorrow on.")


def _check_disposition(
    session: DeskSession, user: User, row: AlertRow, disposition: Disposition, duplicate_of: str | None
) -> None:
    if disposition is Disposition.ESCALATED:
        case = select(CaseAlertRow.case_id).where(CaseAlertRow.alert_id == row.alert_id)
        if session.scalars(case).first() is None:
            raise Unacceptable("Link the alert to a case first; escalated without one it would be lost.")
    if (disposition is Disposition.DUPLICATE) != (duplicate_of is not None):
        raise Unacceptable("A duplicate names the alert it duplicates; other dispositions name none.")
    if duplicate_of is not None:
        original = find_alert(session, user, duplicate_of)
        if original.alert_id == row.alert_id or original.disposition == Disposition.DUPLICATE:
            raise Unacceptable(
                f"Alert {duplicate_of} can't be the original: name one that is no duplicate itself."
            )


def _decision(
    session: DeskSession,
    user: User,
    row: AlertRow,
    disposition: Disposition,
    note: str,
    now: datetime,
    duplicate_of: str | None,
    pending: bool,
) -> DecisionRow:
    return DecisionRow(
        decision_id=f"D-{next_number(session)}",
        alert_id=row.alert_id,
        disposition=disposition.value,
        note=note,
        duplicate_of=duplicate_of,
        state=PENDING if pending else FINAL,
        decided_by=user.name,
        decided_for=user.on_behalf_of,
        decided_at=now,
        seen_severity=row.severity,
        seen_score=row.score,
        seen_item_count=row.item_count,
        seen_run_id=row.run_id,
    )


def standing(session: DeskSession, alert_id: str, state: str) -> DecisionRow:
    """The one decision of an alert in a state; an alert's status and its decisions change together."""
    query = select(DecisionRow).where(DecisionRow.alert_id == alert_id, DecisionRow.state == state)
    return session.scalars(query).one()


def _record(
    session: DeskSession,
    now: datetime,
    action: str,
    alert_id: str,
    reason: str | None,
    disposition: Disposition,
) -> None:
    record(
        session,
        at=now,
        action=action,
        object_type="alert",
        object_id=alert_id,
        reason=reason,
        details={"disposition": disposition.value},
    )
