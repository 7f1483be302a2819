"""Cases: matters that alerts are gathered in; linking copies nothing and takes nothing away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from surveil.alerts.alert import Action, Alert
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import NotFound, Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.desk.access import find_for, touch
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow, CaseAlertRow, CaseRow

TITLE_MAX_CHARACTERS = 200


@dataclass(frozen=True)
class CaseView:
    """A case with those of its alerts that the user may see."""

    case_id: str
    title: str
    status: str
    opened_by: str
    opened_at: datetime
    alerts: tuple[Alert, ...]


def open_case(store: Store, user: User, title: str, alert_ids: Sequence[str], now: datetime) -> str:
    """Open a case with at least one alert; returns its id.

    Raises:
        Unacceptable: it has no title or no alert.
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
            status="open",
            opened_by=user.name,
            opened_at=now,
            updated_at=now,
            row_version=1,
        )
        session.add(case)
        record(session, at=now, action="case.opened", object_type="case", object_id=case.case_id)
        for alert_id in dict.fromkeys(alert_ids):
            _link(session, user, case, alert_id, now)
        return case.case_id


def link_alert(store: Store, user: User, case_id: str, alert_id: str, now: datetime) -> None:
    """Put an alert into a case; one that is there already stays as it is."""
    with store.write(user) as session:
        case = _case(session, case_id)
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
        case = _case(session, case_id)
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
        _touch(case, row, now)
        _record(session, now, "alert.unlinked", case_id, alert_id, why)


def case_view(session: DeskSession, user: User, case_id: str) -> CaseView:
    """A case as this user may see it.

    Raises:
        NotFound: there is none, or he may see none of its alerts.
    """
    session.narrow(user)
    demand(user, Action.READ)
    case = _case(session, case_id)
    query = (
        select(AlertRow)
        .join(CaseAlertRow, CaseAlertRow.alert_id == AlertRow.alert_id)
        .where(CaseAlertRow.case_id == case_id)
        .order_by(AlertRow.severity_rank.desc(), AlertRow.alert_id)
    )
    alerts = tuple(alert_of(row) for row in session.scalars(query))
    return CaseView(case.case_id, case.title, case.status, case.opened_by, case.opened_at, alerts)


def _case(session: DeskSession, case_id: str) -> CaseRow:
    case = session.get(CaseRow, case_id)
    if case is None:
        raise NotFound(f"There is no case {case_id}.")
    return case


def _link(session: DeskSession, user: User, case: CaseRow, alert_id: str, now: datetime) -> None:
    row = find_for(session, user, Action.LINK_CASE, alert_id)
    session.add(CaseAlertRow(case_id=case.case_id, alert_id=alert_id, linked_by=user.name, linked_at=now))
    _touch(case, row, now)
    _record(session, now, "alert.linked", case.case_id, alert_id, None)


def _touch(case: CaseRow, row: AlertRow, now: datetime) -> None:
    touch(row, now)
    case.updated_at = now
    case.row_version += 1


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
