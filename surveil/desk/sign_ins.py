"""Stays at the desk: a token that outlives a reload of the page, and people whom the firm's own sign-in vouches
for.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from surveil.alerts.errors import SignInRefused
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import OpenIdSettings
from surveil.desk.users import NAME, find_user
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.tables import ScopeRow, UserRow
from surveil.store.tables_sign_in import SignInRow

IDLE = timedelta(minutes=15)
"""So long nothing may happen before the stay is over."""
LONGEST = timedelta(hours=12)
"""After so long everybody signs in anew, however busy."""
_TOUCH_EVERY = timedelta(minutes=1)


def begin_session(store: Store, name: str, now: datetime, how: str = "password") -> str:
    """Begin a stay for somebody whose sign-in has just been accepted; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    with store.write(SYSTEM) as session:
        row = SignInRow(
            sign_in_id=f"S-{next_number(session)}",
            token_hash=_hash(token),
            name=name,
            how=how,
            began_at=now,
            last_active_at=now,
        )
        session.add(row)
        record(session, at=now, action="user.session_began", object_type="user", object_id=name)
    return token


def resume_session(store: Store, token: str, now: datetime, touch: bool = True) -> str | None:
    """The name of whose stay this is; None when it is unknown, ended, idle for too long, or the account was
    closed or got a new password since. `touch` counts as activity.
    """
    with store.read() as session:
        session.narrow(SYSTEM)
        row = _find(session, token)
        if row is None or not _lasts(session, row, now):
            return None
        name, stale = row.name, now - row.last_active_at >= _TOUCH_EVERY
        key = row.sign_in_id
    if touch and stale:
        with store.write(SYSTEM) as session:
            active = (
                update(SignInRow)
                .where(SignInRow.sign_in_id == key, SignInRow.last_active_at < now)
                .values(last_active_at=now)
            )
            session.connection().execute(active)
    return name


def end_session(store: Store, token: str, now: datetime) -> None:
    """End a stay; a token that is unknown or ended already changes nothing."""
    with store.write(SYSTEM) as session:
        row = _find(session, token)
        if row is None or row.ended_at is not None:
            return
        row.ended_at = now
        record(session, at=now, action="user.session_ended", object_type="user", object_id=row.name)


def end_all_sessions(store: Store, name: str, now: datetime) -> int:
    """End every stay of a person, on whatever machine; returns how many were ended."""
    with store.write(SYSTEM) as session:
        rows = session.scalars(
            select(SignInRow).where(SignInRow.name == name, SignInRow.ended_at.is_(None))
        ).all()
        for row in rows:
            row.ended_at = now
        if rows:
            record(session, at=now, action="user.sessions_ended", object_type="user", object_id=name)
        return len(rows)


def sign_in_by_claims(
    store: Store, claims: Mapping[str, Any], settings: OpenIdSettings, now: datetime
) -> User:
    """The user whom the firm's own sign-in names (OpenID Connect), with the role that his claims map to.

    He is made on his first sign-in, and his role and scope follow the claims on every later one. With several
    roles the one written first in the settings counts.

    Raises:
        SignInRefused: the claims name nobody or no role, or a local user has the name, or he was let out here.
    """
    name = str(claims.get(settings.name_claim) or "").strip().casefold()
    if not NAME.fullmatch(name) or name == SYSTEM.name or claims.get("email_verified") is False:
        raise SignInRefused("The firm's sign-in did not give a name that can be used here.")
    role = _role(claims, settings)
    if role is None:
        raise SignInRefused("Your groups give you no role at this desk. Ask your administrator.")
    with store.write(SYSTEM) as session:
        _follow(session, name, role, claims, settings, now)
        record(session, at=now, action="user.signed_in", object_type="user", object_id=name)
        return find_user(session, name)


def _follow(
    session: DeskSession,
    name: str,
    role: Role,
    claims: Mapping[str, Any],
    settings: OpenIdSettings,
    now: datetime,
) -> None:
    row = session.get(UserRow, name)
    if row is None:
        row = UserRow(name=name, active=True, failed_sign_ins=0, created_at=now, display_name=name)
        session.add(row)
    if row.password_hash is not None:
        raise SignInRefused("A local user of this desk has your name; ask your administrator.")
    if not row.active:
        raise SignInRefused("This account is closed. Ask your administrator.")
    row.role = role.value
    row.display_name = str(claims.get("name") or row.display_name)
    if settings.rep_claim:
        row.rep_id = str(claims[settings.rep_claim]) if claims.get(settings.rep_claim) else None
    if settings.branches_claim:
        wanted = set(_listed(claims.get(settings.branches_claim)))
        query = select(ScopeRow).where(ScopeRow.name == name, ScopeRow.kind == "branch")
        present = {scope.value: scope for scope in session.scalars(query)}
        for value in sorted(present.keys() - wanted):
            session.delete(present[value])
        session.add_all(
            ScopeRow(name=name, kind="branch", value=value) for value in sorted(wanted - present.keys())
        )


def _role(claims: Mapping[str, Any], settings: OpenIdSettings) -> Role | None:
    held = set(_listed(claims.get(settings.role_claim)))
    return next((Role(role) for value, role in settings.roles.items() if value in held), None)


def _listed(value: Any) -> list[str]:
    """A claim that is one text or a list of them; whatever else it may be counts as nothing."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


def _find(session: DeskSession, token: str) -> SignInRow | None:
    return session.scalars(select(SignInRow).where(SignInRow.token_hash == _hash(token))).first()


def _lasts(session: DeskSession, row: SignInRow, now: datetime) -> bool:
    if row.ended_at is not None or now - row.last_active_at > IDLE or now - row.began_at > LONGEST:
        return False
    user = session.get(UserRow, row.name)
    if user is None:
        return row.how == "demo"
    changed = user.password_changed_at
    return user.active and (changed is None or changed <= row.began_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
