"""Stand in for somebody who is absent: with his rights and scope, under one's own name, on his behalf."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from surveil.alerts.alert import Action
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.people import Role, User
from surveil.alerts.policy import demand, may
from surveil.desk.users import find_user
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.tables_controls import DelegationRow

DELEGATE_MAX_DAYS = 92


@dataclass(frozen=True)
class Delegation:
    """`delegate` stands in for `principal` on all days from `first_day` to `last_day`, unless it was ended."""

    delegation_id: str
    principal: str
    delegate: str
    first_day: date
    last_day: date
    reason: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None

    def in_force(self, today: date) -> bool:
        return self.ended_at is None and self.first_day <= today <= self.last_day


def delegate_to(
    store: Store,
    actor: User,
    principal: str,
    delegate: str,
    first_day: date,
    last_day: date,
    reason: str,
    now: datetime,
) -> str:
    """Let `delegate` stand in for `principal`; returns the delegation's id.

    Who will be absent says so himself, or an administrator does. An officer is stood in for by an officer, a
    supervisor by a supervisor or an officer, so that nobody gets rights his role would not have.

    Raises:
        NotAllowed: it is neither the principal himself nor an administrator.
        Unacceptable: the days or the roles do not fit.
    """
    why = checked_note(reason, "reason")
    today = store.calendar.day(now)
    if not today <= last_day or not first_day <= last_day or (last_day - first_day).days >= DELEGATE_MAX_DAYS:
        raise Unacceptable(
            f"Name the first and the last day, at most {DELEGATE_MAX_DAYS} days, not all past."
        )
    with store.write(actor) as session:
        _demand(actor, principal)
        absent, other = find_user(session, principal), find_user(session, delegate)
        _check_people(absent, other)
        row = DelegationRow(
            delegation_id=f"DG-{next_number(session)}",
            principal=principal,
            delegate=delegate,
            first_day=first_day,
            last_day=last_day,
            reason=why,
            made_by=actor.name,
            made_at=now,
        )
        session.add(row)
        record(session, at=now, action="user.delegated", object_type="user", object_id=principal, reason=why)
        return row.delegation_id


def end_delegation(store: Store, actor: User, delegation_id: str, reason: str, now: datetime) -> None:
    """End a delegation early; both who is stood in for and who stands in may, and an administrator."""
    why = checked_note(reason, "reason")
    with store.write(actor) as session:
        row = session.get(DelegationRow, delegation_id)
        if row is None or row.ended_at is not None:
            raise NotFound(f"There is no delegation {delegation_id} to end.")
        if actor.name != row.delegate:
            _demand(actor, row.principal)
        row.ended_at = now
        record(
            session,
            at=now,
            action="user.delegation_ended",
            object_type="user",
            object_id=row.principal,
            reason=why,
        )


def delegations(session: DeskSession, user: User) -> tuple[Delegation, ...]:
    """The delegations to or from this user, the newest first; all of them for administrators and auditors."""
    session.narrow(user)
    query = select(DelegationRow).order_by(DelegationRow.first_day.desc(), DelegationRow.delegation_id)
    if not (may(user, Action.MANAGE_USERS) or user.role is Role.AUDITOR):
        query = query.where(or_(DelegationRow.principal == user.name, DelegationRow.delegate == user.name))
    return tuple(_told(row) for row in session.scalars(query))


def stand_in(session: DeskSession, user: User, principal: str, today: date) -> User:
    """The user as he may act for an absent colleague today: that one's role and scope, his own name.

    What concerns either of the two stays hidden, and whom either of them reports to is off limits.

    Raises:
        NotAllowed: no delegation to him is in force, or his colleague was let out.
    """
    rows = session.scalars(
        select(DelegationRow).where(DelegationRow.principal == principal, DelegationRow.delegate == user.name)
    )
    if user.on_behalf_of is not None or not any(_told(row).in_force(today) for row in rows):
        raise NotAllowed(f"Nobody has asked you to stand in for {principal} today.")
    absent = find_user(session, principal)
    if not absent.active or not user.active:
        raise NotAllowed(f"{principal} is no longer active.")
    return User(
        name=user.name,
        role=absent.role,
        display_name=user.display_name,
        rep_id=user.rep_id,
        reports_to=user.reports_to | absent.reports_to,
        branches=absent.branches,
        reps=absent.reps,
        on_behalf_of=absent.name,
        also=absent.own_reps,
    )


def _demand(actor: User, principal: str) -> None:
    if actor.on_behalf_of is not None or actor.name != principal:
        demand(actor, Action.MANAGE_USERS)


def _check_people(absent: User, other: User) -> None:
    fitting = {Role.OFFICER: {Role.OFFICER}, Role.SUPERVISOR: {Role.SUPERVISOR, Role.OFFICER}}
    if absent.name == other.name or not other.active or other.role not in fitting.get(absent.role, set()):
        raise Unacceptable(
            "An officer is stood in for by another officer, a supervisor by another supervisor or an officer."
        )


def _told(row: DelegationRow) -> Delegation:
    return Delegation(
        delegation_id=row.delegation_id,
        principal=row.principal,
        delegate=row.delegate,
        first_day=row.first_day,
        last_day=row.last_day,
        reason=row.reason,
        made_by=row.made_by,
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
