"""One act on many alerts: on what a filter matches or on chosen ones, all as they were when they were counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from surveil.alerts.alert import Action
from surveil.alerts.dispositions import Disposition, checked_note
from surveil.alerts.errors import Conflict, Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import Refused, demand, may
from surveil.desk.access import unlock
from surveil.desk.decisions import approve_row, decide_row
from surveil.desk.queue import QueueFilters, conditions_of
from surveil.desk.taking import check_day, put_aside
from surveil.desk.triage import hand_to
from surveil.store import DeskSession, Store
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow

Chosen = QueueFilters | Sequence[str]
"""Everything that a filter matches, on all pages, or the alerts with these ids."""
_CHUNK = 500  # keeps queries below SQLite's and PostgreSQL's limits on parameters
NOT_IN_BULK = frozenset({Disposition.DUPLICATE, Disposition.ESCALATED, Disposition.ACCEPTED_RISK})
"""Dispositions that ask something of each alert and so can't be given to many at once."""


@dataclass(frozen=True)
class Preview:
    """What a bulk act would touch: how many alerts, and a digest of which and in what state."""

    count: int
    digest: str


@dataclass(frozen=True)
class BulkResult:
    """What was done: ids of the alerts, and those left alone with the reason why."""

    done: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]


def bulk_preview(session: DeskSession, user: User, chosen: Chosen) -> Preview:
    """Count what is chosen, for the user to confirm; the bulk act asks for it back."""
    session.narrow(user)
    demand(user, Action.READ)
    return _preview(session, chosen)


def bulk_assign(
    store: Store, user: User, chosen: Chosen, seen: Preview, assignee: str | None, now: datetime
) -> BulkResult:
    """Give all chosen alerts to somebody, or put them back for anybody."""

    def act(session: DeskSession, row: AlertRow) -> None:
        unlock(row)
        hand_to(session, row, assignee, now)

    return _act(store, user, chosen, seen, Action.ASSIGN, now, act)


def bulk_decide(
    store: Store,
    user: User,
    chosen: Chosen,
    seen: Preview,
    disposition: Disposition,
    note: str,
    now: datetime,
) -> BulkResult:
    """Decide all chosen alerts alike; the note goes into each one's history, and each waits for its second person
    where four eyes are asked for.

    Raises:
        Unacceptable: the note says too little, or the disposition is one that is given singly.
    """
    kept = checked_note(note)
    if disposition in NOT_IN_BULK:
        raise Unacceptable(f"{disposition.label!r} asks something of each alert; decide these one by one.")

    def act(session: DeskSession, row: AlertRow) -> None:
        decide_row(store, session, user, row, disposition, kept, now)

    return _act(store, user, chosen, seen, Action.DECIDE, now, act)


def bulk_approve(
    store: Store, user: User, chosen: Chosen, seen: Preview, note: str, now: datetime
) -> BulkResult:
    """Approve somebody else's decisions; what was looked at is said once and kept with each."""
    kept = checked_note(note)
    return _act(
        store,
        user,
        chosen,
        seen,
        Action.APPROVE,
        now,
        lambda session, row: approve_row(store, session, row, kept, now),
    )


def bulk_set_aside(
    store: Store, user: User, chosen: Chosen, seen: Preview, until: date, reason: str, now: datetime
) -> BulkResult:
    """Set all chosen alerts aside until a day, for one reason."""
    why = checked_note(reason, "reason")
    check_day(store, until, now)
    return _act(
        store,
        user,
        chosen,
        seen,
        Action.SET_ASIDE,
        now,
        lambda session, row: put_aside(store, session, row, user, until, why, now),
    )


def _act(
    store: Store,
    user: User,
    chosen: Chosen,
    seen: Preview,
    action: Action,
    now: datetime,
    act: Callable[[DeskSession, AlertRow], None],
) -> BulkResult:
    """All in one transaction. What the policy refuses is left alone and said; anything else undoes everything."""
    demand(user, action)
    done: list[str] = []
    skipped: list[tuple[str, str]] = []
    with store.write(user) as session:
        found = _preview(session, chosen)
        if found != seen:
            raise Conflict(
                f"You confirmed {seen.count} alerts; there are {found.count} now, or some of them have changed. "
                "Nothing was done; look at them again."
            )
        for row in _rows(session, chosen):
            answer = may(user, action, alert_of(row), now)
            if isinstance(answer, Refused):
                skipped.append((row.alert_id, answer.reason))
                continue
            act(session, row)
            done.append(row.alert_id)
    return BulkResult(tuple(done), tuple(skipped))


def _preview(session: DeskSession, chosen: Chosen) -> Preview:
    digest, count = hashlib.sha256(), 0
    for conditions in _parts(session, chosen):
        query = select(AlertRow.alert_id, AlertRow.row_version).where(*conditions).order_by(AlertRow.alert_id)
        for alert_id, version in session.execute(query):
            digest.update(f"{alert_id} {version}\n".encode())
            count += 1
    return Preview(count, digest.hexdigest())


def _rows(session: DeskSession, chosen: Chosen) -> list[AlertRow]:
    rows: list[AlertRow] = []
    for conditions in _parts(session, chosen):
        rows += session.scalars(select(AlertRow).where(*conditions).order_by(AlertRow.alert_id))
    return rows


def _parts(session: DeskSession, chosen: Chosen) -> list[list[ColumnElement[bool]]]:
    if isinstance(chosen, QueueFilters):
        return [conditions_of(session, chosen)]
    ids = sorted(set(chosen))
    return [[AlertRow.alert_id.in_(ids[start : start + _CHUNK])] for start in range(0, len(ids), _CHUNK)]
