"""Hold back what is known and explained: proposed by one person, approved by another, for a while, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from surveil.alerts.alert import Action, Status
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity, SubjectType
from surveil.alerts.people import User
from surveil.alerts.policy import demand, demand_second_person
from surveil.alerts.recurrence import Measured
from surveil.alerts.suppression import SUPPRESS_MAX_DAYS, Scope, Suppression, SuppressionState
from surveil.desk.access import find_for, touch, unlock
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.tables import AlertHitRow, AlertRow
from surveil.store.tables_controls import SuppressionRow


def propose_suppression(
    store: Store,
    user: User,
    alert_id: str,
    scope: Scope,
    expires_on: date,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
) -> str:
    """Ask that what this alert shows be held back until a day; returns the suppression's id. Nothing is held back
    before a second person has approved.

    Raises:
        Unacceptable: the day is too far ahead, the alert has no branch for that scope, or one is there already.
    """
    why = checked_note(reason, "reason")
    today = store.calendar.day(now)
    if not today < expires_on <= today + timedelta(days=SUPPRESS_MAX_DAYS):
        raise Unacceptable(
            f"A suppression ends within {SUPPRESS_MAX_DAYS} days, and lasts until tomorrow at least."
        )
    with store.write(user) as session:
        alert = find_for(session, user, Action.SUPPRESS, alert_id, expected_version, now)
        if scope is Scope.BRANCH and alert.branch_id is None:
            raise Unacceptable("The alert names no branch; suppress its subject only.")
        row = _row(session, user, alert, scope, expires_on, why, now)
        if _same(session, row):
            raise Unacceptable("A suppression of this is there already; end that one first.")
        session.add(row)
        touch(alert, now)
        _record(session, now, "alert.suppression_proposed", row, why)
        return row.suppression_id


def approve_suppression(
    store: Store, user: User, suppression_id: str, note: str, now: datetime
) -> tuple[str, ...]:
    """Approve somebody else's proposal; returns the ids of the alerts that are held back from now on.

    Only compliance officers approve, whoever proposed: a branch would otherwise close its own books.
    """
    why = checked_note(note)
    with store.write(user) as session:
        row = _pending(session, user, suppression_id)
        row.state = SuppressionState.ACTIVE.value
        row.reviewed_by, row.reviewed_at, row.review_note = user.name, now, why
        _record(session, now, "alert.suppression_approved", row, why)
        suppression = told(row)
        return tuple(
            _hold(session, alert, suppression, now)
            for alert in _candidates(session, suppression)
            if holds(suppression, alert, store.calendar.day(now))
        )


def reject_suppression(store: Store, user: User, suppression_id: str, reason: str, now: datetime) -> None:
    """Turn somebody else's proposal down, with a reason."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        row = _pending(session, user, suppression_id)
        row.state = SuppressionState.REJECTED.value
        row.reviewed_by, row.reviewed_at, row.review_note = user.name, now, why
        _record(session, now, "alert.suppression_rejected", row, why)


def end_suppression(
    store: Store, user: User, suppression_id: str, reason: str, now: datetime
) -> tuple[str, ...]:
    """End a suppression, or take a proposal back, at once; returns the alerts that are open again."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        row = _find(session, suppression_id, SuppressionState.ACTIVE, SuppressionState.PROPOSED)
        find_for(session, user, Action.NOTE, row.alert_id)
        row.state = SuppressionState.ENDED.value
        _record(session, now, "alert.suppression_ended", row, why)
        return lift(store, session, row.suppression_id, now)


def suppressions(session: DeskSession, user: User) -> tuple[Suppression, ...]:
    """All suppressions whose first alert the user may see, the newest first, with their hits counted."""
    session.narrow(user)
    demand(user, Action.READ)
    rows = session.scalars(
        select(SuppressionRow).order_by(SuppressionRow.proposed_at.desc(), SuppressionRow.suppression_id)
    ).all()
    held = dict(
        session.execute(
            select(AlertRow.suppression_id, func.count(AlertRow.alert_id))
            .where(AlertRow.status == Status.SUPPRESSED.value)
            .group_by(AlertRow.suppression_id)
        ).all()
    )
    return tuple(told(row, _hits(session, row), held.get(row.suppression_id, 0)) for row in rows)


def active_suppressions(session: DeskSession) -> list[Suppression]:
    """Those in force, for a scan."""
    query = select(SuppressionRow).where(SuppressionRow.state == SuppressionState.ACTIVE.value)
    return [told(row) for row in session.scalars(query.order_by(SuppressionRow.suppression_id))]


def holds(suppression: Suppression, row: AlertRow, today: date) -> bool:
    """Whether it covers the alert in this row as it was measured last."""
    return suppression.covers(
        row.detector,
        (SubjectType(row.subject_type), row.subject_id),
        row.branch_id,
        Measured(Severity(row.severity), row.score, row.item_count),
        today,
    )


def lift(store: Store, session: DeskSession, suppression_id: str, now: datetime) -> tuple[str, ...]:
    """Open all alerts that a suppression holds back; returns their ids."""
    query = select(AlertRow).where(
        AlertRow.suppression_id == suppression_id, AlertRow.status == Status.SUPPRESSED.value
    )
    lifted = []
    for row in session.scalars(query.order_by(AlertRow.alert_id)):
        open_held(store, row, now)
        touch(row, now)
        details = {"suppression_id": suppression_id}
        record(
            session,
            at=now,
            action="alert.unsuppressed",
            object_type="alert",
            object_id=row.alert_id,
            details=details,
        )
        lifted.append(row.alert_id)
    return tuple(lifted)


def open_held(store: Store, row: AlertRow, now: datetime) -> None:
    """Put an alert that was held back among the open ones, due as if raised now."""
    row.status, row.suppression_id, row.assignee = Status.OPEN.value, None, None
    row.due_on = store.calendar.take_up_due(Severity(row.severity), now)


def told(row: SuppressionRow, hits: int = 0, held: int = 0) -> Suppression:
    """The suppression in a row."""
    return Suppression(
        suppression_id=row.suppression_id,
        alert_id=row.alert_id,
        detector=row.detector,
        scope=Scope(row.scope),
        subject_type=SubjectType(row.subject_type),
        subject_id=row.subject_id,
        branch_id=row.branch_id,
        seen=Measured(Severity(row.seen_severity), row.seen_score, row.seen_item_count),
        reason=row.reason,
        expires_on=row.expires_on,
        state=SuppressionState(row.state),
        proposed_by=row.proposed_by,
        proposed_for=row.proposed_for,
        proposed_at=row.proposed_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        review_note=row.review_note,
        hits=hits,
        held=held,
    )


def _row(
    session: DeskSession, user: User, alert: AlertRow, scope: Scope, until: date, why: str, now: datetime
) -> SuppressionRow:
    return SuppressionRow(
        suppression_id=f"SP-{next_number(session)}",
        alert_id=alert.alert_id,
        detector=alert.detector,
        scope=scope.value,
        subject_type=alert.subject_type,
        subject_id=alert.subject_id,
        branch_id=alert.branch_id,
        seen_severity=alert.severity,
        seen_score=alert.score,
        seen_item_count=alert.item_count,
        reason=why,
        expires_on=until,
        state=SuppressionState.PROPOSED.value,
        proposed_by=user.name,
        proposed_for=user.on_behalf_of,
        proposed_at=now,
    )


def _same(session: DeskSession, row: SuppressionRow) -> bool:
    standing = (SuppressionState.PROPOSED.value, SuppressionState.ACTIVE.value)
    query = select(SuppressionRow).where(
        SuppressionRow.detector == row.detector,
        SuppressionRow.scope == row.scope,
        SuppressionRow.state.in_(standing),
    )
    if row.scope == Scope.BRANCH:
        query = query.where(SuppressionRow.branch_id == row.branch_id)
    else:
        query = query.where(
            SuppressionRow.subject_type == row.subject_type, SuppressionRow.subject_id == row.subject_id
        )
    return session.scalars(query).first() is not None


def _pending(session: DeskSession, user: User, suppression_id: str) -> SuppressionRow:
    row = _find(session, suppression_id, SuppressionState.PROPOSED)
    find_for(session, user, Action.NOTE, row.alert_id)
    if not user.sees_every_branch:
        raise NotAllowed("Suppressions are approved by a compliance officer.")
    demand_second_person(user, row.proposed_by, row.proposed_for)
    return row


def _find(session: DeskSession, suppression_id: str, *states: SuppressionState) -> SuppressionRow:
    row = session.get(SuppressionRow, suppression_id)
    if row is None:
        raise NotFound(f"There is no suppression {suppression_id}.")
    if row.state not in {state.value for state in states}:
        raise Unacceptable(f"Suppression {suppression_id} is {row.state} already.")
    return row


def _candidates(session: DeskSession, suppression: Suppression) -> Sequence[AlertRow]:
    under_review = (Status.OPEN.value, Status.IN_REVIEW.value)
    query = select(AlertRow).where(
        AlertRow.detector == suppression.detector, AlertRow.status.in_(under_review)
    )
    return session.scalars(query.order_by(AlertRow.alert_id)).all()


def _hold(session: DeskSession, row: AlertRow, suppression: Suppression, now: datetime) -> str:
    row.status, row.suppression_id = Status.SUPPRESSED.value, suppression.suppression_id
    row.assignee = row.set_aside_until = None
    unlock(row)
    touch(row, now)
    details = {"suppression_id": suppression.suppression_id}
    record(
        session,
        at=now,
        action="alert.suppressed",
        object_type="alert",
        object_id=row.alert_id,
        details=details,
    )
    return row.alert_id


def _hits(session: DeskSession, row: SuppressionRow) -> int:
    if row.reviewed_at is None:
        return 0
    query = (
        select(func.count(AlertHitRow.run_id))
        .join(AlertRow, AlertRow.alert_id == AlertHitRow.alert_id)
        .where(AlertRow.suppression_id == row.suppression_id, AlertHitRow.seen_at >= row.reviewed_at)
    )
    return session.scalars(query).one()


def _record(session: DeskSession, now: datetime, action: str, row: SuppressionRow, reason: str) -> None:
    details = {"suppression_id": row.suppression_id, "scope": row.scope, "expires_on": row.expires_on}
    record(
        session,
        at=now,
        action=action,
        object_type="alert",
        object_id=row.alert_id,
        reason=reason,
        details=details,
    )
