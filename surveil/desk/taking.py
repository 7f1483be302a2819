"""Take the next alert and lock it, put it back, set it aside, and take a slip of the hand back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import Unacceptable
from surveil.alerts.model import Severity, SubjectType
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.desk.access import find_for, touch, unlock
from surveil.desk.queue import ORDER, QueueFilters, Sort, conditions_of, within
from surveil.desk.triage import take_up
from surveil.store import DeskSession, Store
from surveil.store.audit import history, record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow

LOCK = timedelta(minutes=30)
"""So long an alert taken by `take_next` is nobody else's, if nothing is done with it."""
SET_ASIDE_MAX_DAYS = 30
UNDO_WITHIN = timedelta(minutes=30)
SOFT = frozenset({"alert.taken", "alert.assigned", "alert.released", "alert.set_aside"})
"""Acts that can be undone; decisions can't, they are reopened with a reason."""
_UNDER_REVIEW = (Status.OPEN.value, Status.IN_REVIEW.value)
_RESTORED = frozenset({"assignee", "status", "due_on", "locked_by", "locked_until", "set_aside_until"})


def take_next(
    store: Store,
    user: User,
    filters: QueueFilters,
    now: datetime,
    sort: Sort = Sort.URGENCY,
    skip: Collection[str] = (),
) -> Alert | None:
    """Take the first alert that matches and lock it to the user for `LOCK`; None when there is none left.

    Offered is what nobody has, what is his own, and what somebody else took this way and left untouched until
    his time was over. `skip` are ids he has seen and does not want again. Two people asking at once never get
    the same alert: on PostgreSQL rows being taken are passed over, on SQLite the second waits and finds the
    first one locked.
    """
    demand(user, Action.TAKE)
    with store.write(user) as session:
        unwanted = [AlertRow.alert_id.not_in(skip)] if skip else []
        query = (
            select(AlertRow.alert_id)
            .where(*conditions_of(session, filters), *within(filters, sort), *_offered(store, user, now))
            .where(*unwanted)
            .order_by(*ORDER[sort])
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = session.scalars(query).first()
        if found is None:
            return None
        row = session.scalars(select(AlertRow).where(AlertRow.alert_id == found)).one()
        demand(user, Action.TAKE, alert_of(row), now)
        take_up(store, row, user, now)
        row.locked_by, row.locked_until = user.name, now + LOCK
        touch(row, now)
        record(session, at=now, action="alert.taken", object_type="alert", object_id=row.alert_id)
        return alert_of(row)


def release(
    store: Store, user: User, alert_id: str, now: datetime, expected_version: int | None = None
) -> Alert:
    """Put an alert of one's own back for anybody; it is due to be taken up as before."""
    with store.write(user) as session:
        row = find_for(session, user, Action.RELEASE, alert_id, expected_version, now)
        row.assignee = None
        row.status = Status.OPEN.value
        row.due_on = store.calendar.take_up_due(Severity(row.severity), row.first_seen)
        unlock(row)
        touch(row, now)
        record(session, at=now, action="alert.released", object_type="alert", object_id=alert_id)
        return alert_of(row)


def set_aside(
    store: Store,
    user: User,
    alert_id: str,
    until: date,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
) -> Alert:
    """Leave an alert out of the queue's first look until a day. Its clock goes on, and if a scan finds it clearly
    worse it is back at once.

    Raises:
        Unacceptable: the day is not within `SET_ASIDE_MAX_DAYS`, or the reason says too little.
    """
    why = checked_note(reason, "reason")
    check_day(store, until, now)
    with store.write(user) as session:
        row = find_for(session, user, Action.SET_ASIDE, alert_id, expected_version, now)
        put_aside(store, session, row, user, until, why, now)
        return alert_of(row)


def check_day(store: Store, until: date, now: datetime) -> None:
    today = store.calendar.day(now)
    if not today < until <= today + timedelta(days=SET_ASIDE_MAX_DAYS):
        raise Unacceptable(f"Set aside until a day within the next {SET_ASIDE_MAX_DAYS} days.")


def put_aside(
    store: Store, session: DeskSession, row: AlertRow, user: User, until: date, why: str, now: datetime
) -> None:
    """Set the alert in this row aside and record it; one that nobody has becomes the user's."""
    if row.assignee is None:
        take_up(store, row, user, now)
    row.set_aside_until = until
    unlock(row)
    touch(row, now)
    record(session, at=now, action="alert.set_aside", object_type="alert", object_id=row.alert_id, reason=why)


def undo(store: Store, user: User, alert_ids: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Take back the user's own last act on each alert, if it was a soft one and nothing happened since.

    Returns the ids of the alerts it was taken back on.

    Raises:
        Unacceptable: on none of them is there anything to take back.
    """
    with store.write(user) as session:
        done = tuple(
            alert_id for alert_id in dict.fromkeys(alert_ids) if _undone(session, user, alert_id, now)
        )
        if not done:
            raise Unacceptable(
                "There is nothing to undo: only taking, assigning, putting back and setting aside can be, by who "
                f"did it, within {UNDO_WITHIN // timedelta(minutes=1)} minutes and before anything else happens."
            )
        return done


def _undone(session: DeskSession, user: User, alert_id: str, now: datetime) -> bool:
    row = find_for(session, user, Action.NOTE, alert_id)
    last = history(session, "alert", alert_id)[-1]
    age = now - datetime.fromisoformat(last.at)
    if last.action not in SOFT or last.actor != user.name or age > UNDO_WITHIN:
        return False
    before: Mapping[str, Any] = last.payload["before"].get(f"alert/{alert_id}") or {}
    for field in sorted(_RESTORED & before.keys()):
        setattr(row, field, _value(field, before[field]))
    touch(row, now)
    details = {"undone_event": last.seq}
    record(session, at=now, action="alert.undone", object_type="alert", object_id=alert_id, details=details)
    return True


def _value(field: str, told: Any) -> Any:
    if told is None:
        return None
    if field == "locked_until":
        return datetime.fromisoformat(told).astimezone(UTC)
    return date.fromisoformat(told) if field in ("due_on", "set_aside_until") else told


def _offered(store: Store, user: User, now: datetime) -> list[ColumnElement[bool]]:
    """What `take_next` may hand to this user, as conditions; the policy is asked again about the one chosen."""
    upwards = sorted(user.reports_to)
    about = or_(
        and_(AlertRow.subject_type == SubjectType.REP.value, AlertRow.subject_id.in_(upwards)),
        and_(AlertRow.rep_id.is_not(None), AlertRow.rep_id.in_(upwards)),
    )
    over = AlertRow.locked_until <= now
    today = store.calendar.day(now)
    return [
        AlertRow.status.in_(_UNDER_REVIEW),
        AlertRow.assignee.is_(None)
        | AlertRow.assignee.in_([user.name, user.on_behalf_of or user.name])
        | over.is_(True),
        AlertRow.locked_until.is_(None) | over,
        AlertRow.set_aside_until.is_(None) | (AlertRow.set_aside_until <= today),
        *([~about] if upwards else []),
    ]
