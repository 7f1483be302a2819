"""Cases as a screen shows them: the list with its counts, and one case with all that is done in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy import case as when

from surveil.alerts.alert import Action, Alert
from surveil.alerts.cases import Answer, CaseStatus, Channel, ClockKind, TaskState, Visit
from surveil.alerts.dispositions import Disposition
from surveil.alerts.people import User
from surveil.alerts.policy import Allowed, Refused, demand, may
from surveil.desk.alert_page import HistoryEntry, Note, told_event
from surveil.desk.cases import alerts_of, find_case
from surveil.store import DeskSession
from surveil.store.audit import history
from surveil.store.mapping import alert_of, search_key
from surveil.store.tables import AlertNoteRow, CaseAlertRow, CaseRow
from surveil.store.tables_cases import CaseClockRow, CaseNoteRow, CaseOutreachRow, CaseTaskRow

PAGE_SIZE_MAX = 200


@dataclass(frozen=True)
class CaseTask:
    task_id: str
    text: str
    assignee: str | None
    due_on: date | None
    state: TaskState
    note: str | None
    done_by: str | None
    done_at: datetime | None


@dataclass(frozen=True)
class CaseClock:
    """A deadline; `met_at` is None while it runs."""

    clock_id: str
    kind: ClockKind
    about: str
    started_on: date
    due_on: date
    met_by: str | None
    met_at: datetime | None
    note: str | None


@dataclass(frozen=True)
class Outreach:
    """A customer who was asked. `answer` None: nothing has come back yet."""

    outreach_id: str
    customer_id: str
    channel: Channel
    question: str
    contact_as_of: datetime | None
    asked_by: str
    asked_at: datetime
    answer: Answer | None
    visit: Visit | None
    answer_note: str | None
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class CaseLine:
    """A case in the list: `alerts` counts those the user may see, `next_due` is its nearest clock or step."""

    case_id: str
    title: str
    status: CaseStatus
    owner: str | None
    opened_at: datetime
    updated_at: datetime
    alerts: int
    open_tasks: int
    next_due: date | None


@dataclass(frozen=True)
class CaseView:
    """A case with those of its alerts that the user may see, and their notes, which stay theirs.

    `allowed` is whether he may work on it, else why not; `may_approve` whether it waits for him as second person.
    """

    case_id: str
    title: str
    status: CaseStatus
    owner: str | None
    known_on: date | None
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    conclusion: Disposition | None
    conclusion_note: str | None
    concluded_by: str | None
    reviewed_by: str | None
    review_note: str | None
    row_version: int
    alerts: tuple[Alert, ...]
    notes: tuple[Note, ...]
    alert_notes: tuple[tuple[str, Note], ...]
    tasks: tuple[CaseTask, ...]
    clocks: tuple[CaseClock, ...]
    outreach: tuple[Outreach, ...]
    history: tuple[HistoryEntry, ...]
    allowed: Allowed | Refused
    may_approve: bool


@dataclass(frozen=True)
class CaseFilters:
    """What to list: an empty filter is no filter. `text` is searched in id and title."""

    status: tuple[CaseStatus, ...] = ()
    owner: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class CaseList:
    """One page. `by_status` counts what would match with that filter left open."""

    cases: tuple[CaseLine, ...]
    total: int
    page: int
    pages: int
    by_status: Mapping[CaseStatus, int]


def cases(
    session: DeskSession, user: User, filters: CaseFilters | None = None, page: int = 1, page_size: int = 50
) -> CaseList:
    """The cases that exist for this user, those with the nearest deadline first."""
    session.narrow(user)
    demand(user, Action.READ)
    chosen = filters or CaseFilters()
    everything = _conditions(chosen)
    by_status = dict(
        session.execute(
            select(CaseRow.status, func.count(CaseRow.case_id)).where(*everything).group_by(CaseRow.status)
        ).all()
    )
    counts = {status: by_status.get(status.value, 0) for status in CaseStatus}
    wanted = [*everything, *([CaseRow.status.in_([s.value for s in chosen.status])] if chosen.status else [])]
    total = sum(count for status, count in counts.items() if not chosen.status or status in chosen.status)
    size = min(max(page_size, 1), PAGE_SIZE_MAX)
    pages = max(1, -(-total // size))
    number = min(max(page, 1), pages)
    nearest = _nearest()
    rows = session.scalars(
        select(CaseRow)
        .where(*wanted)
        .order_by(nearest.asc().nulls_last(), CaseRow.opened_at, CaseRow.case_id)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    lines = tuple(_line(session, row) for row in rows)
    return CaseList(lines, total, number, pages, counts)


def case_view(session: DeskSession, user: User, case_id: str) -> CaseView:
    """A case as this user may see it.

    Raises:
        NotFound: there is none, or he may see none of its alerts, or one of them is about himself.
    """
    session.narrow(user)
    demand(user, Action.READ)
    case = find_case(session, case_id)
    alerts = tuple(alert_of(row) for row in alerts_of(session, case_id))
    allowed = _allowed(user, alerts)
    status = CaseStatus(case.status)
    concluders = {case.concluded_by, case.concluded_for} - {None}
    other = not ({user.name, user.on_behalf_of} & concluders)
    return CaseView(
        case_id=case.case_id,
        title=case.title,
        status=status,
        owner=case.owner,
        known_on=case.known_on,
        opened_by=case.opened_by,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        conclusion=Disposition(case.conclusion) if case.conclusion else None,
        conclusion_note=case.conclusion_note,
        concluded_by=case.concluded_by,
        reviewed_by=case.reviewed_by,
        review_note=case.review_note,
        row_version=case.row_version,
        alerts=alerts,
        notes=tuple(_notes(session, case_id)),
        alert_notes=tuple(_alert_notes(session, case_id)),
        tasks=tuple(_tasks(session, case_id)),
        clocks=tuple(_clocks(session, case_id)),
        outreach=tuple(_outreach(session, case_id)),
        history=tuple(told_event(event) for event in history(session, "case", case_id)),
        allowed=allowed,
        may_approve=bool(allowed) and status is CaseStatus.PENDING_APPROVAL and other,
    )


def _allowed(user: User, alerts: tuple[Alert, ...]) -> Allowed | Refused:
    answers = [may(user, Action.LINK_CASE), *(may(user, Action.LINK_CASE, alert) for alert in alerts)]
    return next((answer for answer in answers if not answer), Allowed())


def _conditions(filters: CaseFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.owner:
        found.append(CaseRow.owner.in_(filters.owner))
    for word in search_key(filters.text).split():
        found.append(
            or_(
                func.lower(CaseRow.title).contains(word, autoescape=True),
                func.lower(CaseRow.case_id).contains(word, autoescape=True),
            )
        )
    return found


def _nearest() -> Any:
    """The nearest running clock or open step of a case; on every database the lesser of the two if both are."""
    clock = (
        select(func.min(CaseClockRow.due_on))
        .where(CaseClockRow.case_id == CaseRow.case_id, CaseClockRow.met_at.is_(None))
        .correlate(CaseRow)
        .scalar_subquery()
    )
    task = (
        select(func.min(CaseTaskRow.due_on))
        .where(CaseTaskRow.case_id == CaseRow.case_id, CaseTaskRow.state == TaskState.OPEN.value)
        .correlate(CaseRow)
        .scalar_subquery()
    )
    return when((clock.is_(None), task), (task.is_(None), clock), (clock < task, clock), else_=task)


def _line(session: DeskSession, row: CaseRow) -> CaseLine:
    clocks = [clock.due_on for clock in _clocks(session, row.case_id) if clock.met_at is None]
    tasks = [task for task in _tasks(session, row.case_id) if task.state is TaskState.OPEN]
    days = clocks + [task.due_on for task in tasks if task.due_on is not None]
    return CaseLine(
        case_id=row.case_id,
        title=row.title,
        status=CaseStatus(row.status),
        owner=row.owner,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        alerts=len(alerts_of(session, row.case_id)),
        open_tasks=len(tasks),
        next_due=min(days, default=None),
    )


def _notes(session: DeskSession, case_id: str) -> list[Note]:
    query = select(CaseNoteRow).where(CaseNoteRow.case_id == case_id)
    rows = session.scalars(query.order_by(CaseNoteRow.written_at, CaseNoteRow.note_id))
    return [Note(row.text, row.written_by, row.written_at) for row in rows]


def _alert_notes(session: DeskSession, case_id: str) -> list[tuple[str, Note]]:
    query = (
        select(AlertNoteRow)
        .join(CaseAlertRow, CaseAlertRow.alert_id == AlertNoteRow.alert_id)
        .where(CaseAlertRow.case_id == case_id)
        .order_by(AlertNoteRow.written_at, AlertNoteRow.note_id)
    )
    return [(row.alert_id, Note(row.text, row.written_by, row.written_at)) for row in session.scalars(query)]


def _tasks(session: DeskSession, case_id: str) -> list[CaseTask]:
    query = select(CaseTaskRow).where(CaseTaskRow.case_id == case_id)
    return [
        CaseTask(
            row.task_id,
            row.text,
            row.assignee,
            row.due_on,
            TaskState(row.state),
            row.note,
            row.done_by,
            row.done_at,
        )
        for row in session.scalars(query.order_by(CaseTaskRow.position, CaseTaskRow.task_id))
    ]


def _clocks(session: DeskSession, case_id: str) -> list[CaseClock]:
    query = select(CaseClockRow).where(CaseClockRow.case_id == case_id)
    return [
        CaseClock(
            row.clock_id,
            ClockKind(row.kind),
            row.about,
            row.started_on,
            row.due_on,
            row.met_by,
            row.met_at,
            row.note,
        )
        for row in session.scalars(query.order_by(CaseClockRow.due_on, CaseClockRow.clock_id))
    ]


def _outreach(session: DeskSession, case_id: str) -> list[Outreach]:
    query = select(CaseOutreachRow).where(CaseOutreachRow.case_id == case_id)
    return [
        Outreach(
            outreach_id=row.outreach_id,
            customer_id=row.customer_id,
            channel=Channel(row.channel),
            question=row.question,
            contact_as_of=row.contact_as_of,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            answer=Answer(row.answer) if row.answer else None,
            visit=Visit(row.visit) if row.visit else None,
            answer_note=row.answer_note,
            answered_by=row.answered_by,
            answered_at=row.answered_at,
        )
        for row in session.scalars(query.order_by(CaseOutreachRow.asked_at, CaseOutreachRow.outreach_id))
    ]
