"""What is due: one calendar of alerts, clocks and steps, suppressions and delegations that end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from surveil.alerts.alert import Action, Status
from surveil.alerts.cases import CaseStatus, ClockKind, TaskState
from surveil.alerts.model import SubjectType
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.alerts.suppression import SuppressionState
from surveil.desk.queue import ORDER, UNDER_REVIEW, Sort
from surveil.store import DeskSession
from surveil.store.tables import AlertRow, CaseRow
from surveil.store.tables_cases import CaseClockRow, CaseTaskRow
from surveil.store.tables_controls import DelegationRow, SuppressionRow

AHEAD_DAYS = 14
_MOST = 500


@dataclass(frozen=True)
class DueItem:
    """One thing with a last day. `kind` is alert, clock, step, suppression, acceptance or delegation; `owner` None:
    nobody has it.
    """

    due_on: date
    kind: str
    what: str
    owner: str | None
    object_type: str
    object_id: str

    def late(self, today: date) -> bool:
        return today > self.due_on


def due(
    session: DeskSession, user: User, today: date, days: int = AHEAD_DAYS, mine: bool = False
) -> tuple[DueItem, ...]:
    """All that is past due or falls due within so many days and exists for this user, the earliest first.

    `mine` leaves out what is somebody else's (what nobody has stays in). At most 500 alerts are listed.
    """
    session.narrow(user)
    demand(user, Action.READ)
    last = today + timedelta(days=days)
    items = [
        *_alerts(session, user, last, mine),
        *_casework(session, last),
        *_ending(session, last),
        *_delegations(session, user, last),
    ]
    own = {user.name, user.on_behalf_of, None}
    kept = (item for item in items if not mine or item.owner in own)
    return tuple(sorted(kept, key=lambda item: (item.due_on, item.kind, item.object_id)))


def _alerts(session: DeskSession, user: User, last: date, mine: bool) -> Iterator[DueItem]:
    query = select(AlertRow.alert_id).where(
        AlertRow.status.in_([status.value for status in UNDER_REVIEW]), AlertRow.due_on <= last
    )
    if mine:
        own = [name for name in (user.name, user.on_behalf_of) if name]
        query = query.where(AlertRow.assignee.in_(own) | AlertRow.assignee.is_(None))
    ids = session.scalars(query.order_by(*ORDER[Sort.DUE]).limit(_MOST)).all()
    for row in session.scalars(select(AlertRow).where(AlertRow.alert_id.in_(ids))):
        what = "Take up" if row.status == Status.OPEN else "Decide"
        yield DueItem(row.due_on, "alert", f"{what}: {_told(row)}", row.assignee, "alert", row.alert_id)
    accepted = select(AlertRow).where(AlertRow.accepted_until <= last)  # only a closed one has such a day
    for row in session.scalars(accepted.order_by(AlertRow.accepted_until, AlertRow.alert_id).limit(_MOST)):
        if row.accepted_until is not None:
            what = f"The accepted risk ends: {_told(row)}"
            yield DueItem(row.accepted_until, "acceptance", what, row.decided_by, "alert", row.alert_id)


def _told(row: AlertRow) -> str:
    """Whom an alert is about, and why."""
    kind = "representative" if row.subject_type == SubjectType.REP else row.subject_type
    return f"{kind} {row.subject_id}, {row.reason}"


def _casework(session: DeskSession, last: date) -> Iterator[DueItem]:
    clocks = (
        select(CaseClockRow, CaseRow)
        .join(CaseRow, CaseRow.case_id == CaseClockRow.case_id)
        .where(CaseClockRow.met_at.is_(None), CaseClockRow.due_on <= last)
    )
    for clock, case in session.execute(clocks):
        what = (
            f"{ClockKind(clock.kind).label if clock.kind != ClockKind.OTHER else clock.about}: {case.title}"
        )
        yield DueItem(clock.due_on, "clock", what, case.owner, "case", case.case_id)
    steps = (
        select(CaseTaskRow, CaseRow)
        .join(CaseRow, CaseRow.case_id == CaseTaskRow.case_id)
        .where(
            CaseTaskRow.state == TaskState.OPEN.value,
            CaseTaskRow.due_on <= last,
            CaseRow.status != CaseStatus.CLOSED.value,
        )
    )
    for task, case in session.execute(steps):
        if task.due_on is not None:
            yield DueItem(task.due_on, "step", task.text, task.assignee or case.owner, "case", case.case_id)


def _ending(session: DeskSession, last: date) -> Iterator[DueItem]:
    query = select(SuppressionRow).where(
        SuppressionRow.state == SuppressionState.ACTIVE.value, SuppressionRow.expires_on <= last
    )
    for row in session.scalars(query):
        what = f"The suppression {row.suppression_id} of {row.detector} ends: {row.reason}"
        yield DueItem(row.expires_on, "suppression", what, row.proposed_by, "alert", row.alert_id)


def _delegations(session: DeskSession, user: User, last: date) -> Iterator[DueItem]:
    query = select(DelegationRow).where(
        DelegationRow.ended_at.is_(None),
        DelegationRow.last_day <= last,
        (DelegationRow.principal == user.name) | (DelegationRow.delegate == user.name),
    )
    for row in session.scalars(query):
        what = f"{row.delegate} stands in for {row.principal} until this day"
        yield DueItem(row.last_day, "delegation", what, row.delegate, "user", row.principal)
