"""The one kind of session: it shows only what its user may see and writes nothing without an audit event."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, event, false, or_, select, true
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from surveil.alerts.model import SubjectType
from surveil.alerts.people import SYSTEM, Role, User
from surveil.store.tables import (
    AlertHitRow,
    AlertNoteRow,
    AlertRow,
    CaseAlertRow,
    CaseRow,
    DecisionRow,
)
from surveil.store.tables_cases import CaseClockRow, CaseNoteRow, CaseOutreachRow, CaseTaskRow
from surveil.store.tables_controls import SuppressionRow
from surveil.store.tables_reviews import QualityItemRow, QualitySampleRow, SupervisionReviewRow
from surveil.store.tables_views import SavedViewRow

_OF_AN_ALERT = (AlertHitRow, AlertNoteRow, DecisionRow, CaseAlertRow, SuppressionRow)
_OF_A_CASE = (CaseClockRow, CaseNoteRow, CaseOutreachRow, CaseTaskRow)


class DeskSession(Session):
    """A session bound to one connection and narrowed to one user.

    Rows out of the user's scope do not exist in it. Before it is narrowed it refuses every statement, and it
    refuses statements that the narrowing could not reach (plain tables, bulk changes).
    """

    def __init__(self, bind: Connection, user: User | None = None, writes: bool = False) -> None:
        super().__init__(bind=bind, autoflush=False)
        self.user = user
        self.writes = writes
        self.audited = False

    def narrow(self, user: User) -> None:
        """Show from now on what this user may see; a session serves one user only.

        Raises:
            RuntimeError: it serves another one already.
        """
        if self.user is not None and self.user != user:
            raise RuntimeError("this session serves another user; open a new one")
        self.user = user

    def finish(self) -> None:
        """Make sure that nothing was changed behind the audit trail's back."""
        if self.new or self.deleted or any(self.is_modified(row) for row in self.dirty):
            raise RuntimeError("a change was made without its audit event")


def visible(user: User) -> ColumnElement[bool]:
    """Which alerts exist for a user: `surveil.alerts.policy.sees` as a condition of the query."""
    others = ~_about_himself(user, AlertRow) if user.own_reps else true()
    if user.sees_every_branch:
        return others
    if user.role is not Role.SUPERVISOR:
        return false()
    people = sorted(user.reps)
    mine: list[ColumnElement[bool]] = []
    if user.branches:
        mine.append(AlertRow.branch_id.in_(sorted(user.branches)))
    if people:
        subject = (AlertRow.subject_type == SubjectType.REP.value) & AlertRow.subject_id.in_(people)
        mine += [AlertRow.rep_id.in_(people), subject]
    return others & or_(false(), *mine)


def case_exists(user: User) -> ColumnElement[bool]:
    """Which cases exist for a user: those with an alert he sees, and none about himself, as it would tip him off."""
    links, alerts = CaseAlertRow.__table__, AlertRow.__table__
    about = (
        select(links.c.case_id)
        .join(alerts, alerts.c.alert_id == links.c.alert_id)
        .where(_about_himself(user, alerts.c))
    )
    others = CaseRow.case_id.not_in(about) if user.own_reps else true()
    if user.sees_every_branch:
        return others
    seen = select(CaseAlertRow.case_id).where(
        CaseAlertRow.alert_id.in_(select(AlertRow.alert_id).where(visible(user)))
    )
    return others & CaseRow.case_id.in_(seen)


def _about_himself(user: User, alert: Any) -> ColumnElement[bool]:
    own = sorted(user.own_reps)
    as_subject = (alert.subject_type == SubjectType.REP.value) & alert.subject_id.in_(own)
    return or_(as_subject, and_(alert.rep_id.is_not(None), alert.rep_id.in_(own)))


@event.listens_for(DeskSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    session = state.session
    assert isinstance(session, DeskSession)  # noqa: S101 - for the type checker; the listener is bound to the class
    if session.user is None:
        raise RuntimeError("the session has not been narrowed to a user")
    if not state.is_orm_statement or not state.is_select:
        raise RuntimeError("only queries on mapped classes can be narrowed to a user")
    if session.user == SYSTEM:
        return
    alerts = visible(session.user)
    name = session.user.name
    ids = select(AlertRow.alert_id).where(alerts)
    options: list[Any] = [
        with_loader_criteria(AlertRow, alerts, include_aliases=True),
        with_loader_criteria(SavedViewRow, SavedViewRow.owner == name, include_aliases=True),
    ]
    options += [
        with_loader_criteria(table, table.alert_id.in_(ids), include_aliases=True) for table in _OF_AN_ALERT
    ]
    user = session.user
    reviews = SupervisionReviewRow
    own = reviews.branch_id.in_(sorted(user.branches)) | reviews.rep_id.in_(sorted(user.reps))
    others = reviews.rep_id.not_in(sorted(user.own_reps))
    theirs = others if user.sees_every_branch else others & own.is_(True)
    options.append(with_loader_criteria(reviews, theirs, include_aliases=True))
    if not user.sees_every_branch:
        options += [
            with_loader_criteria(table, false(), include_aliases=True)
            for table in (QualityItemRow, QualitySampleRow)
        ]
    cases = case_exists(session.user)
    options.append(with_loader_criteria(CaseRow, cases, include_aliases=True))
    of_cases = select(CaseRow.case_id).where(cases)
    options += [
        with_loader_criteria(table, table.case_id.in_(of_cases), include_aliases=True) for table in _OF_A_CASE
    ]
    state.statement = state.statement.options(*options)


@event.listens_for(DeskSession, "before_flush")
def _guard(session: DeskSession, _context: Any, _instances: Any) -> None:
    if not session.writes:
        raise RuntimeError("this session only reads")
    if not session.audited:
        raise RuntimeError("a change was made without its audit event")
