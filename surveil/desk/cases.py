"""Cases: matters that alerts are gathered in; linking copies nothing and takes nothing away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from surveil.alerts.alert import Action, Status
from surveil.alerts.cases import CHECKLISTS, CaseStatus
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import Conflict, NotAllowed, NotFound, Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.desk.access import find_for, touch
from surveil.desk.users import find_user
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow, CaseAlertRow, CaseRow
from surveil.store.tables_cases import CaseTaskRow

TITLE_MAX_CHARACTERS = 200
_FIRST_STEP_DAYS = 7


def open_case(
    store: Store,
    user: User,
    title: str,
    alert_ids: Sequence[str],
    now: datetime,
    checklist: str | None = None,
    known_on: date | None = None,
) -> str:
    """Open a case with at least one alert; it is its opener's. Returns its id.

    `checklist` is one of `surveil.alerts.cases.CHECKLISTS`; `known_on` the day from which the firm knew of the
    matter.

    Raises:
        Unacceptable: it has no title or no alert, or there is no such checklist.
    """
    name = " ".join(title.split())
    if not name or len(name) > TITLE_MAX_CHARACTERS or not alert_ids:
        raise Unacceptable(
            f"A case has a title of at most {TITLE_MAX_CHARACTERS} characters and at least one alert."
        )
    demand(user, Action.LINK_CASE)
    with store.write(user) as session:
        case = CaseRow(
            case_id=f"C-{next_number(session)}",
            title=name,
            status=CaseStatus.OPEN.value,
            opened_by=user.name,
            owner=user.name,
            known_on=known_on,
            opened_at=now,
            updated_at=now,
            row_version=1,
        )
        session.add(case)
        if checklist is not None:
            session.add_all(_steps(case, checklist, store.calendar.day(now)))
        record(session, at=now, action="case.opened", object_type="case", object_id=case.case_id)
        for alert_id in dict.fromkeys(alert_ids):
            _link(session, user, case, alert_id, now)
        return case.case_id


def add_checklist(store: Store, user: User, case_id: str, checklist: str, now: datetime) -> None:
    """Put the steps of a checklist into a case; those it has already are not doubled."""
    with store.write(user) as session:
        case = find_case_for(session, user, case_id)
        there = set(session.scalars(select(CaseTaskRow.text).where(CaseTaskRow.case_id == case_id)))
        every = _steps(case, checklist, store.calendar.day(now), len(there))
        steps = [step for step in every if step.text not in there]
        session.add_all(steps)
        if steps:
            touch_case(case, now)
            record(session, at=now, action="case.checklist_added", object_type="case", object_id=case_id)


def link_alert(store: Store, user: User, case_id: str, alert_id: str, now: datetime) -> None:
    """Put an alert into a case; one that is there already stays as it is."""
    with store.write(user) as session:
        case = find_case(session, case_id)
        if session.get(CaseAlertRow, (case_id, alert_id)) is None:
            _link(session, user, case, alert_id, now)


def unlink_alert(store: Store, user: User, case_id: str, alert_id: str, reason: str, now: datetime) -> None:
    """Take an alert out of a case again, for a reason; the last one stays, or nobody would find the case.

    Raises:
        NotFound: the alert is not in this case.
        Unacceptable: it is the last one, or the reason says too little.
    """
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        case = find_case(session, case_id)
        row = find_for(session, user, Action.LINK_CASE, alert_id)
        link = session.get(CaseAlertRow, (case_id, alert_id))
        if link is None:
            raise NotFound(f"Alert {alert_id} is not in case {case_id}.")
        others = select(CaseAlertRow).where(
            CaseAlertRow.case_id == case_id, CaseAlertRow.alert_id != alert_id
        )
        if session.scalars(others).first() is None:
            raise Unacceptable("This is the case's last alert; link another one first.")
        session.delete(link)
        touch(row, now)
        touch_case(case, now)
        _record(session, now, "alert.unlinked", case_id, alert_id, why)


def give_case(
    store: Store, user: User, case_id: str, owner: str, now: datetime, expected_version: int | None = None
) -> None:
    """Make somebody the owner of a case; he must be allowed to work on all of its alerts that the giver sees.

    Raises:
        Unacceptable: that person may not work on one of the alerts.
    """
    with store.write(user) as session:
        case = find_case_for(session, user, case_id, expected_version)
        hand_case_to(session, case, owner, now)


def hand_case_to(session: DeskSession, case: CaseRow, owner: str, now: datetime) -> None:
    """Give the case in this row to somebody, and record it."""
    person = find_user(session, owner)
    for row in alerts_of(session, case.case_id):
        try:
            demand(person, Action.LINK_CASE, alert_of(row))
        except NotAllowed as refused:
            raise Unacceptable(f"{owner} can't be given this case. {refused}") from refused
    case.owner = owner
    touch_case(case, now)
    record(session, at=now, action="case.given", object_type="case", object_id=case.case_id)


def find_case(session: DeskSession, case_id: str) -> CaseRow:
    """The case's row, if it exists for the session's user.

    Raises:
        NotFound: there is none, or he may see none of its alerts, or one of them is about himself.
    """
    case = session.get(CaseRow, case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    return case


def find_case_for(
    session: DeskSession,
    user: User,
    case_id: str,
    expected_version: int | None = None,
    closed: bool | None = False,
) -> CaseRow:
    """The case's row, if the user may work on it and it stands as he saw it, and it is open (or closed, if so told;
    None: either).

    Raises:
        NotFound, NotAllowed: as `find_case`, or one of the alerts is about somebody he reports to.
        Conflict: it was changed since the version he saw.
        Unacceptable: it is not open, or not closed.
    """
    case = find_case(session, case_id)
    if expected_version is not None and case.row_version != expected_version:
        raise Conflict(
            f"Case {case_id} was changed since you opened it (on {case.updated_at:%Y-%m-%d at %H:%M} UTC). "
            "Nothing was saved; look at it again."
        )
    demand(user, Action.LINK_CASE)
    for row in alerts_of(session, case_id):
        demand(user, Action.LINK_CASE, alert_of(row))
    if closed is not None and (case.status == CaseStatus.CLOSED) != closed:
        state = "is not closed" if closed else "is closed; reopen it first"
        raise Unacceptable(f"Case {case_id} {state}.")
    return case


def alerts_of(session: DeskSession, case_id: str) -> Sequence[AlertRow]:
    """Those alerts of a case that exist for the session's user, the most severe first."""
    query = (
        select(AlertRow)
        .join(CaseAlertRow, CaseAlertRow.alert_id == AlertRow.alert_id)
        .where(CaseAlertRow.case_id == case_id)
        .order_by(AlertRow.severity_rank.desc(), AlertRow.alert_id)
    )
    return session.scalars(query).all()


def touch_case(case: CaseRow, now: datetime) -> None:
    """Mark the case as changed, so that nobody can overwrite it from an older page."""
    case.updated_at = now
    case.row_version += 1


def undecided(rows: Sequence[AlertRow]) -> list[str]:
    """Ids of the alerts that nobody has decided yet."""
    return [row.alert_id for row in rows if row.status not in (Status.CLOSED, Status.SUPPRESSED)]


def _steps(case: CaseRow, checklist: str, today: date, first: int = 0) -> list[CaseTaskRow]:
    if checklist not in CHECKLISTS:
        raise Unacceptable(f"There is no checklist {checklist!r}; there are {', '.join(CHECKLISTS)}.")
    return [
        CaseTaskRow(
            task_id=f"{case.case_id}-{checklist}-{number}",
            case_id=case.case_id,
            position=first + number,
            text=text,
            assignee=None,
            due_on=today + timedelta(days=_FIRST_STEP_DAYS) if number == 1 else None,
            state="open",
        )
        for number, text in enumerate(CHECKLISTS[checklist], start=1)
    ]


def _link(session: DeskSession, user: User, case: CaseRow, alert_id: str, now: datetime) -> None:
    row = find_for(session, user, Action.LINK_CASE, alert_id)
    session.add(CaseAlertRow(case_id=case.case_id, alert_id=alert_id, linked_by=user.name, linked_at=now))
    touch(row, now)
    touch_case(case, now)
    _record(session, now, "alert.linked", case.case_id, alert_id, None)


def _record(
    session: DeskSession, now: datetime, action: str, case_id: str, alert_id: str, reason: str | None
) -> None:
    record(
        session,
        at=now,
        action=action,
        object_type="alert",
        object_id=alert_id,
        reason=reason,
        details={"case_id": case_id},
    )
