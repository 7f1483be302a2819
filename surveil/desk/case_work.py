"""Work on a case: its steps, clocks and notes, its conclusion with a second person, and opening it again."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from surveil.alerts.cases import Answer, CaseStatus, ClockKind, TaskState, clock_due
from surveil.alerts.dispositions import Disposition, Outcome, checked_note
from surveil.alerts.errors import NotFound, Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import demand_second_person
from surveil.desk.cases import alerts_of, find_case_for, touch_case, undecided
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.tables import CaseAlertRow, CaseRow
from surveil.store.tables_cases import CaseClockRow, CaseNoteRow, CaseOutreachRow, CaseTaskRow

NO_CONCLUSION = frozenset({Disposition.DUPLICATE, Disposition.ESCALATED, Disposition.ACCEPTED_RISK})


def add_task(
    store: Store,
    user: User,
    case_id: str,
    text: str,
    now: datetime,
    due_on: date | None = None,
    assignee: str | None = None,
) -> str:
    """Add a step to a case; returns its id.

    Raises:
        Unacceptable: it says nothing.
    """
    kept = checked_note(text, "step")
    with store.write(user) as session:
        case = find_case_for(session, user, case_id)
        number = next_number(session)
        row = CaseTaskRow(
            task_id=f"{case_id}-{number}",
            case_id=case_id,
            position=1000 + number,
            text=kept,
            assignee=assignee,
            due_on=due_on,
            state=TaskState.OPEN.value,
        )
        session.add(row)
        _record(session, case, now, "case.task_added", None)
        return row.task_id


def settle_task(store: Store, user: User, task_id: str, state: TaskState, note: str, now: datetime) -> None:
    """Say that a step is done, not needed, or open again; not needed asks for a reason, done for what was found."""
    kept = checked_note(note) if state is not TaskState.OPEN else note.strip() or None
    with store.write(user) as session:
        row = session.get(CaseTaskRow, task_id)
        if row is None:
            raise NotFound(f"There is no step {task_id}.")
        case = find_case_for(session, user, row.case_id)
        row.state, row.note = state.value, kept
        settled = state is not TaskState.OPEN
        row.done_by, row.done_at = (user.name, now) if settled else (None, None)
        _record(session, case, now, "case.task_settled", kept)


def start_clock(
    store: Store,
    user: User,
    case_id: str,
    kind: ClockKind,
    started_on: date,
    about: str,
    now: datetime,
    due_on: date | None = None,
) -> str:
    """Start a clock; returns its id. `due_on` is for kinds that have no length of their own.

    Raises:
        Unacceptable: it starts in the future, or its last day is missing or before the first.
    """
    kept = checked_note(about, "purpose")
    if started_on > store.calendar.day(now):
        raise Unacceptable("A clock starts on the day something became known, not later than today.")
    if (kind is ClockKind.OTHER) != (due_on is not None) or (due_on is not None and due_on < started_on):
        raise Unacceptable("A clock of another kind names its last day; the others have their own length.")
    with store.write(user) as session:
        case = find_case_for(session, user, case_id)
        due = due_on or clock_due(kind, started_on, store.calendar)
        row = _clock(session, case_id, kind, started_on, due, kept)
        session.add(row)
        _record(session, case, now, "case.clock_started", kept)
        return row.clock_id


def meet_clock(store: Store, user: User, clock_id: str, note: str, now: datetime) -> None:
    """Say that what a clock runs for has been done, and how; or why it need not be."""
    kept = checked_note(note)
    with store.write(user) as session:
        row = session.get(CaseClockRow, clock_id)
        if row is None or row.met_at is not None:
            raise NotFound(f"There is no clock {clock_id} running.")
        case = find_case_for(session, user, row.case_id, closed=None)
        row.met_by, row.met_at, row.note = user.name, now, kept
        _record(session, case, now, "case.clock_met", kept)


def note_case(store: Store, user: User, case_id: str, text: str, now: datetime) -> None:
    """Write a note on a case."""
    kept = checked_note(text)
    with store.write(user) as session:
        case = find_case_for(session, user, case_id)
        number = next_number(session)
        session.add(
            CaseNoteRow(
                note_id=f"CN-{number}", case_id=case_id, text=kept, written_by=user.name, written_at=now
            )
        )
        _record(session, case, now, "case.noted", kept)


def conclude_case(
    store: Store,
    user: User,
    case_id: str,
    conclusion: Disposition,
    note: str,
    now: datetime,
    expected_version: int,
) -> None:
    """Propose how a case ends; a second person closes it.

    Raises:
        Unacceptable: a step is open, a clock runs, an alert is undecided, the conclusion is none, or it calls a
            false alarm what customers have not answered.
    """
    kept = checked_note(note)
    if conclusion in NO_CONCLUSION:
        raise Unacceptable(f"{conclusion.label!r} does not conclude a case.")
    with store.write(user) as session:
        case = find_case_for(session, user, case_id, expected_version)
        _check_ready(session, case, conclusion)
        case.status = CaseStatus.PENDING_APPROVAL.value
        case.conclusion, case.conclusion_note = conclusion.value, kept
        case.concluded_by, case.concluded_for = user.name, user.on_behalf_of
        case.reviewed_by = case.review_note = None
        _record(session, case, now, "case.proposed", kept)


def approve_case(
    store: Store, user: User, case_id: str, note: str, now: datetime, expected_version: int
) -> None:
    """Close a case as somebody else has proposed. A breach starts the 30 days of Rule 4530(b) if nothing has."""
    kept = checked_note(note)
    with store.write(user) as session:
        case = _proposed(session, user, case_id, expected_version)
        case.status, case.closed_at = CaseStatus.CLOSED.value, now
        case.reviewed_by, case.review_note = user.name, kept
        if Disposition(str(case.conclusion)).outcome is Outcome.BREACH:
            _start_reporting(store, session, case_id, now)
        _record(session, case, now, "case.approved", kept)


def reject_case(
    store: Store, user: User, case_id: str, reason: str, now: datetime, expected_version: int
) -> None:
    """Send somebody else's conclusion back with a reason; the case is open again."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        case = _proposed(session, user, case_id, expected_version)
        case.status = CaseStatus.OPEN.value
        case.conclusion = case.conclusion_note = case.concluded_by = case.concluded_for = None
        case.reviewed_by, case.review_note = user.name, why
        _record(session, case, now, "case.rejected", why)


def reopen_case(
    store: Store, user: User, case_id: str, reason: str, now: datetime, expected_version: int
) -> None:
    """Open a closed case again; how it had ended stays in its history."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        case = find_case_for(session, user, case_id, expected_version, closed=True)
        case.status, case.closed_at, case.owner = CaseStatus.OPEN.value, None, user.name
        case.conclusion = case.conclusion_note = case.concluded_by = case.concluded_for = None
        _record(session, case, now, "case.reopened", why)


def breach_decided(store: Store, session: DeskSession, alert_id: str, now: datetime) -> None:
    """Start the clock of Rule 4530(b) in every open case of an alert that was found to be a breach."""
    query = (
        select(CaseRow)
        .join(CaseAlertRow, CaseAlertRow.case_id == CaseRow.case_id)
        .where(CaseAlertRow.alert_id == alert_id, CaseRow.status != CaseStatus.CLOSED.value)
        .order_by(CaseRow.case_id)
    )
    for case in session.scalars(query).all():
        if _start_reporting(store, session, case.case_id, now):
            _record(session, case, now, "case.clock_started", f"Alert {alert_id} was found to be a breach.")


def _start_reporting(store: Store, session: DeskSession, case_id: str, now: datetime) -> bool:
    kind = ClockKind.RULE_4530_CONCLUSION
    query = select(CaseClockRow).where(CaseClockRow.case_id == case_id, CaseClockRow.kind == kind.value)
    if session.scalars(query).first() is not None:
        return False
    day = store.calendar.day(now)
    about = "The firm has found a breach: decide whether it has to be reported, and report it."
    session.add(_clock(session, case_id, kind, day, clock_due(kind, day, store.calendar), about))
    return True


def _clock(
    session: DeskSession, case_id: str, kind: ClockKind, started_on: date, due_on: date, about: str
) -> CaseClockRow:
    assert session.user is not None  # noqa: S101 - a writing session has its user
    return CaseClockRow(
        clock_id=f"{case_id}-K{next_number(session)}",
        case_id=case_id,
        kind=kind.value,
        about=about,
        started_on=started_on,
        due_on=due_on,
        started_by=session.user.name,
    )


def _check_ready(session: DeskSession, case: CaseRow, conclusion: Disposition) -> None:
    if case.status != CaseStatus.OPEN:
        raise Unacceptable("The case's conclusion waits for a second person already.")
    name = case.case_id
    tasks = session.scalars(select(CaseTaskRow).where(CaseTaskRow.case_id == name)).all()
    clocks = session.scalars(select(CaseClockRow).where(CaseClockRow.case_id == name)).all()
    asked = session.scalars(select(CaseOutreachRow).where(CaseOutreachRow.case_id == name)).all()
    open_steps = sum(task.state == TaskState.OPEN for task in tasks)
    running = sum(clock.met_at is None for clock in clocks)
    if open_steps or running:
        raise Unacceptable(f"{open_steps} steps are open and {running} clocks run; settle them first.")
    if waiting := undecided(alerts_of(session, name)):
        raise Unacceptable(f"Not decided yet: {', '.join(waiting)}.")
    unknown = sum(row.answer is None or not Answer(row.answer).known for row in asked)
    if unknown and conclusion is Disposition.FALSE_POSITIVE_EXPLAINED:
        raise Unacceptable(
            f"{unknown} customers have not said whether they asked for it, and no answer is not a no: conclude "
            f"{Disposition.CANNOT_RULE_OUT.label!r}, or ask again."
        )


def _proposed(session: DeskSession, user: User, case_id: str, expected_version: int) -> CaseRow:
    case = find_case_for(session, user, case_id, expected_version)
    if case.status != CaseStatus.PENDING_APPROVAL:
        raise Unacceptable("The case has no conclusion that waits for a second person.")
    demand_second_person(user, str(case.concluded_by), case.concluded_for)
    return case


def _record(session: DeskSession, case: CaseRow, now: datetime, action: str, reason: str | None) -> None:
    touch_case(case, now)
    record(session, at=now, action=action, object_type="case", object_id=case.case_id, reason=reason)
