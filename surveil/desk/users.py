"""The people who may sign in: their passwords, roles and scope."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from surveil.alerts.alert import Action
from surveil.alerts.errors import NotFound, SignInRefused, Unacceptable
from surveil.alerts.people import SYSTEM, Role, User
from surveil.alerts.policy import demand
from surveil.store import DeskSession, Store
from surveil.store.audit import record
from surveil.store.mapping import user_of
from surveil.store.tables import ScopeRow, UserRow

PASSWORD_MIN_CHARACTERS = 12
PASSWORD_MAX_CHARACTERS = 1024
FAILURES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=15)
_SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26, "dklen": 32}
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")
_REFUSED = (
    "Name and password do not fit, or the account is closed or, after five failures, locked for 15 minutes."
)
_NOBODY = "scrypt$" + "00" * 16 + "$" + "00" * 32


def create_user(
    store: Store,
    actor: User,
    name: str,
    role: Role,
    now: datetime,
    *,
    display_name: str = "",
    password: str | None = None,
    rep_id: str | None = None,
) -> User:
    """Let a new person in. Without a password he can only come through the firm's own sign-in.

    Raises:
        NotAllowed: the actor is not an administrator.
        Unacceptable: the name is taken or not usable, or the password is too short.
    """
    demand(actor, Action.MANAGE_USERS)
    if not NAME.fullmatch(name) or name == SYSTEM.name or role is Role.SYSTEM:
        raise Unacceptable(
            "A user's name is made of small letters, digits and . _ @ -, and 'system' is surveil's own."
        )
    hashed = None if password is None else _hash(_checked_password(password))
    with store.write(actor) as session:
        if session.get(UserRow, name) is not None:
            raise Unacceptable(f"There is a user {name} already.")
        row = UserRow(
            name=name,
            display_name=display_name or name,
            role=role.value,
            rep_id=rep_id,
            active=True,
            password_hash=hashed,
            password_changed_at=now if hashed else None,
            failed_sign_ins=0,
            created_at=now,
        )
        session.add(row)
        record(session, at=now, action="user.created", object_type="user", object_id=name)
        return user_of(row, [])


def set_password(store: Store, actor: User, name: str, password: str, now: datetime) -> None:
    """Give a user a new password and unlock him; he may do it himself, else an administrator does."""
    if actor.name != name:
        demand(actor, Action.MANAGE_USERS)
    hashed = _hash(_checked_password(password))
    with store.write(actor) as session:
        row = _row(session, name)
        row.password_hash, row.password_changed_at = hashed, now
        row.failed_sign_ins, row.locked_until = 0, None
        record(session, at=now, action="user.password_set", object_type="user", object_id=name)


def change_user(
    store: Store,
    actor: User,
    name: str,
    now: datetime,
    reason: str,
    *,
    role: Role | None = None,
    active: bool | None = None,
    rep_id: str | None = None,
) -> User:
    """Change a user's role, or whether he may come in, or his number as a representative."""
    demand(actor, Action.MANAGE_USERS)
    if role is Role.SYSTEM:
        raise Unacceptable("The role 'system' is surveil's own.")
    with store.write(actor) as session:
        row = _row(session, name)
        row.role = row.role if role is None else role.value
        row.active = row.active if active is None else active
        row.rep_id = row.rep_id if rep_id is None else rep_id
        record(session, at=now, action="user.changed", object_type="user", object_id=name, reason=reason)
        return _user(session, row)


def set_scope(
    store: Store,
    actor: User,
    name: str,
    now: datetime,
    *,
    branches: Iterable[str] = (),
    reps: Iterable[str] = (),
    reports_to: Iterable[str] = (),
) -> User:
    """Say anew which branches and people a supervisor is responsible for, and to whom (rep_id) he reports
    himself.
    """
    demand(actor, Action.MANAGE_USERS)
    wanted = {("branch", value) for value in branches}
    wanted |= {("rep", value) for value in reps}
    wanted |= {("reports_to", value) for value in reports_to}
    with store.write(actor) as session:
        user = _row(session, name)
        present = {(row.kind, row.value): row for row in _scopes(session, name)}
        for key in present.keys() - wanted:
            session.delete(present[key])
        for kind, value in sorted(wanted - present.keys()):
            session.add(ScopeRow(name=name, kind=kind, value=value))
        record(session, at=now, action="user.scope_set", object_type="user", object_id=name)
        return _user(session, user)


def sign_in(store: Store, name: str, password: str, now: datetime) -> User:
    """The user whose name and password these are.

    Raises:
        SignInRefused: they do not fit, or the account is closed, or locked after too many failures. Whether a
        name exists can't be
            told from the answer, nor from the time it takes.
    """
    with store.read() as session:
        session.narrow(SYSTEM)
        row = session.get(UserRow, name)
        hashed = (row.password_hash if row else None) or _NOBODY
    fits = len(password) <= PASSWORD_MAX_CHARACTERS and _fits(password, hashed)
    with store.write(SYSTEM) as session:
        row = session.get(UserRow, name)
        if row is None or row.password_hash is None:
            raise SignInRefused(_REFUSED)
        user, accepted = _judge(session, row, fits and row.password_hash == hashed, now)
    if not accepted:
        raise SignInRefused(_REFUSED)
    return user


def find_user(session: DeskSession, name: str) -> User:
    """The user of that name.

    Raises:
        NotFound: there is none.
    """
    return _user(session, _row(session, name))


def list_users(session: DeskSession, actor: User) -> list[User]:
    """Everybody who may sign in or once might, by name; for administrators."""
    demand(actor, Action.MANAGE_USERS)
    session.narrow(actor)
    return [_user(session, row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def numbers_at_the_desk(session: DeskSession) -> frozenset[str]:
    """The representatives who may look at alerts themselves, and those whom somebody here reports to: no alert may be
    about one of them and others at once, because it has to be kept from him, or from those below him.
    """
    users = session.scalars(select(UserRow.rep_id).where(UserRow.rep_id.is_not(None)))
    above = session.scalars(select(ScopeRow.value).where(ScopeRow.kind == "reports_to"))
    return frozenset(str(number) for number in [*users, *above])


def _judge(session: DeskSession, row: UserRow, fits: bool, now: datetime) -> tuple[User, bool]:
    """Count a failure or clear the count; both are events. A locked account is not told from a wrong
    password.
    """
    locked = row.locked_until is not None and now < row.locked_until
    accepted = fits and row.active and not locked
    if accepted:
        row.failed_sign_ins, row.locked_until = 0, None
    elif not locked:
        row.failed_sign_ins += 1
        if row.failed_sign_ins % FAILURES_BEFORE_LOCK == 0:
            row.locked_until = now + LOCK
    action = "user.signed_in" if accepted else "user.sign_in_refused"
    record(session, at=now, action=action, object_type="user", object_id=row.name)
    return _user(session, row), accepted


def _row(session: DeskSession, name: str) -> UserRow:
    row = session.get(UserRow, name)
    if row is None:
        raise NotFound(f"There is no user {name}.")
    return row


def _scopes(session: DeskSession, name: str) -> list[ScopeRow]:
    query = select(ScopeRow).where(ScopeRow.name == name).order_by(ScopeRow.kind, ScopeRow.value)
    return list(session.scalars(query))


def _user(session: DeskSession, row: UserRow) -> User:
    return user_of(row, _scopes(session, row.name))


def _checked_password(password: str) -> str:
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        raise Unacceptable(
            f"A password has {PASSWORD_MIN_CHARACTERS} to {PASSWORD_MAX_CHARACTERS} characters."
        )
    return password


def _hash(password: str) -> str:
    salt = os.urandom(16)
    return f"scrypt${salt.hex()}${hashlib.scrypt(_bytes(password), salt=salt, **_SCRYPT).hex()}"


def _fits(password: str, hashed: str) -> bool:
    _, salt, digest = hashed.split("$")
    found = hashlib.scrypt(_bytes(password), salt=bytes.fromhex(salt), **_SCRYPT)
    return hmac.compare_digest(found, bytes.fromhex(digest))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
