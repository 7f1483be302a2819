"""When somebody leaves: all that is his goes to a successor, alert by alert and case by case, recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from surveil.alerts.alert import Action, Status
from surveil.alerts.cases import CaseStatus, TaskState
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import DeskError, Unacceptable
from surveil.alerts.people import Role, User
from surveil.alerts.policy import demand
from surveil.desk.access import unlock
from surveil.desk.cases import find_case_for, hand_case_to, touch_case
from surveil.desk.triage import hand_to
from surveil.desk.users import find_user
from surveil.store import DeskSession, Store
from surveil.store.audit import record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow, CaseRow, UserRow
from surveil.store.tables_cases import CaseTaskRow

_UNDER_REVIEW = (Status.OPEN.value, Status.IN_REVIEW.value)


@dataclass(frozen=True)
class HandedOver:
    """How many alerts, cases and steps the successor has now, and what stayed behind: (which, why)."""

    alerts: int
    cases: int
    tasks: int
    left: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Holding:
    """What one person has in hand: alerts under review, cases not closed, steps of cases not done. `active`: whether
    he may still sign in; None where there is no such user.
    """

    name: str
    alerts: int
    cases: int
    tasks: int
    active: bool | None


def holdings(session: DeskSession, user: User) -> tuple[Holding, ...]:
    """Everybody who has something in hand that the user sees, those who may not sign in any more first.

    Raises:
        NotAllowed: the user may not assign work.
    """
    session.narrow(user)
    demand(user, Action.ASSIGN)
    alerts = _counts(session, AlertRow.assignee, AlertRow.status.in_(_UNDER_REVIEW))
    cases = _counts(session, CaseRow.owner, CaseRow.status != CaseStatus.CLOSED.value)
    tasks = _counts(session, CaseTaskRow.assignee, CaseTaskRow.state == TaskState.OPEN.value)
    active = {row.name: row.active for row in session.scalars(select(UserRow))}
    found = (
        Holding(name, alerts.get(name, 0), cases.get(name, 0), tasks.get(name, 0), active.get(name))
        for name in alerts.keys() | cases.keys() | tasks.keys()
    )
    return tuple(sorted(found, key=lambda one: (bool(one.active), one.name)))


def successors(session: DeskSession, user: User) -> tuple[str, ...]:
    """Names of those who may be given work: officers and supervisors who may sign in."""
    session.narrow(user)
    demand(user, Action.ASSIGN)
    working = UserRow.role.in_([Role.OFFICER.value, Role.SUPERVISOR.value]) & UserRow.active.is_(True)
    return tuple(session.scalars(select(UserRow.name).where(working).order_by(UserRow.name)))


def _counts(
    session: DeskSession, holder: InstrumentedAttribute[Any], in_hand: ColumnElement[bool]
) -> dict[str, int]:
    query = select(holder, func.count()).where(holder.is_not(None), in_hand).group_by(holder)
    return {str(name): int(count) for name, count in session.execute(query)}


def hand_over(
    store: Store, user: User, leaver: str, successor: str, reason: str, now: datetime
) -> HandedOver:
    """Give everything under review that is one person's to another, as far as the user sees it.

    What the successor may not deal with (it is about himself, whom he reports to, or out of his scope) stays,
    and is told.

    Raises:
        Unacceptable: the two are the same, or the reason says too little.
    """
    why = checked_note(reason, "reason")
    demand(user, Action.ASSIGN)
    if leaver == successor:
        raise Unacceptable("Name somebody else as the successor.")
    left: list[tuple[str, str]] = []
    with store.write(user) as session:
        find_user(session, successor)
        alerts = _alerts(session, user, leaver, successor, now, left)
        cases = _cases(session, user, leaver, successor, now, left)
        tasks = _tasks(session, user, leaver, successor, now, left)
        details = {
            "successor": successor,
            "alerts": alerts,
            "cases": cases,
            "tasks": tasks,
            "left": len(left),
        }
        record(
            session,
            at=now,
            action="user.handed_over",
            object_type="user",
            object_id=leaver,
            reason=why,
            details=details,
        )
    return HandedOver(alerts, cases, tasks, tuple(left))


def _alerts(
    session: DeskSession, user: User, leaver: str, successor: str, now: datetime, left: list[tuple[str, str]]
) -> int:
    query = select(AlertRow).where(AlertRow.assignee == leaver, AlertRow.status.in_(_UNDER_REVIEW))
    done = 0
    for row in session.scalars(query.order_by(AlertRow.alert_id)).all():
        try:
            demand(user, Action.ASSIGN, alert_of(row))
            unlock_of(row, leaver)
            hand_to(session, row, successor, now)
            done += 1
        except DeskError as refused:
            left.append((row.alert_id, str(refused)))
    return done


def unlock_of(row: AlertRow, holder: str) -> None:
    """Take a lock off that somebody holds who is not here any more."""
    if row.locked_by == holder:
        unlock(row)


def _cases(
    session: DeskSession, user: User, leaver: str, successor: str, now: datetime, left: list[tuple[str, str]]
) -> int:
    query = select(CaseRow).where(CaseRow.owner == leaver, CaseRow.status != CaseStatus.CLOSED.value)
    done = 0
    for row in session.scalars(query.order_by(CaseRow.case_id)).all():
        try:
            find_case_for(session, user, row.case_id)
            hand_case_to(session, row, successor, now)
            done += 1
        except DeskError as refused:
            left.append((row.case_id, str(refused)))
    return done


def _tasks(
    session: DeskSession, user: User, leaver: str, successor: str, now: datetime, left: list[tuple[str, str]]
) -> int:
    query = select(CaseTaskRow).where(
        CaseTaskRow.assignee == leaver, CaseTaskRow.state == TaskState.OPEN.value
    )
    done = 0
    for row in session.scalars(query.order_by(CaseTaskRow.task_id)).all():
        try:
            case = find_case_for(session, user, row.case_id)
        except DeskError as refused:
            left.append((row.task_id, str(refused)))
            continue
        row.assignee = successor
        touch_case(case, now)
        record(session, at=now, action="case.task_given", object_type="case", object_id=row.case_id)
        done += 1
    return done
