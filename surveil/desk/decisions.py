"""Decide an alert with a reason, have a second person look where four eyes are asked for, and open it
again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import Disposition, checked_note
from surveil.alerts.errors import Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import needs_second_person
from surveil.desk.access import find_alert, find_for, touch
from surveil.desk.triage import take_up
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow, CaseAlertRow, DecisionRow

PENDING = "pending"
FINAL = "final"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"


def decide(
    store: Store,
    user: User,
    alert_id: str,
    disposition: Disposition,
    note: str,
    now: datetime,
    expected_version: int,
    duplicate_of: str | None = None,
) -> Alert:
    """Decide an alert. It is closed, or waits for a second person where four eyes are asked for.

    Raises:
        Unacceptable: the note says too little, an escalated alert is in no case, or a duplicate names no
        original. Conflict, NotAllowed, NotFound: as for every action.
    """
    kept = checked_note(note)
    with store.write(user) as session:
        row = find_for(session, user, Action.DECIDE, alert_id, expected_version)
        _check_disposition(session, user, row, disposition, duplicate_of)
        pending = needs_second_person(alert_of(row), disposition)
        if row.assignee is None:
            take_up(store, row, user)
        session.add(_decision(session, user, row, disposition, kept, now, duplicate_of, pending))
        row.decided_by, row.decided_by_role = user.name, user.role.value
        row.status = Status.PENDING_APPROVAL.value if pending else Status.CLOSED.value
        row.disposition = None if pending else disposition.value
        touch(row, now)
        _record(session, now, "alert.proposed" if pending else "alert.decided", alert_id, kept, disposition)
        return alert_of(row)


def approve(
    store: Store, user: User, alert_id: str, now: datetime, expected_version: int, note: str = ""
) -> Alert:
    """Approve somebody else's decision; the alert is closed."""
    with store.write(user) as session:
        row = find_for(session, user, Action.APPROVE, alert_id, expected_version)
        decision = _standing(session, alert_id, PENDING)
        decision.state = FINAL
        decision.reviewed_by, decision.reviewed_at, decision.review_note = (
            user.name,
            now,
            note.strip() or None,
        )
        row.status = Status.CLOSED.value
        row.disposition = decision.disposition
        touch(row, now)
        _record(
            session, now, "alert.approved", alert_id, decision.review_note, Disposition(decision.disposition)
        )
        return alert_of(row)


def reject(
    store: Store, user: User, alert_id: str, reason: str, now: datetime, expected_version: int
) -> Alert:
    """Send somebody else's decision back to him with a reason; the alert is in review again."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        row = find_for(session, user, Action.REJECT, alert_id, expected_version)
        decision = _standing(session, alert_id, PENDING)
        decision.state = REJECTED
        decision.reviewed_by, decision.reviewed_at, decision.review_note = user.name, now, why
        row.status = Status.IN_REVIEW.value
        row.assignee = decision.decided_by
        row.decided_by = row.decided_by_role = None
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
        decision = _standing(session, alert_id, FINAL)
        decision.state = WITHDRAWN
        row.status = Status.IN_REVIEW.value
        row.assignee = user.name
        row.disposition = row.decided_by = row.decided_by_role = None
        row.due_on = store.calendar.decision_due(now)
        touch(row, now)
        _record(session, now, "alert.reopened", alert_id, why, Disposition(decision.disposition))
        return alert_of(row)


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
        decided_at=now,
        seen_severity=row.severity,
        seen_score=row.score,
        seen_item_count=row.item_count,
        seen_run_id=row.run_id,
    )


def _standing(session: DeskSession, alert_id: str, state: str) -> DecisionRow:
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
