"""Saved views of the queue: everybody's own, beside the standard ones, with how many alerts each shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from surveil.alerts.alert import Action, Status
from surveil.alerts.errors import NotFound, Unacceptable
from surveil.alerts.model import Family, Severity
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.desk.queue import NOBODY, UNDER_REVIEW, QueueFilters, Sort, count_of, first_look, matching
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.tables_views import SavedViewRow

NAME_MAX_CHARACTERS = 80
COUNTED_TO = 10_000
"""Alerts of a view are counted so far: a list of views must not take longer than the page beside it."""
FIRST_LOOK = "Mine or nobody's"
_LISTED = ("status", "severity", "family", "detector", "branch_id", "rep_id", "assignee", "run_id")
_KINDS: Mapping[str, type[Status] | type[Severity] | type[Family]] = {
    "status": Status,
    "severity": Severity,
    "family": Family,
}


@dataclass(frozen=True)
class View:
    """A view with the number of alerts it shows (`more`: the least there are); `view_id` is None for a standard one,
    which nobody can change.
    """

    view_id: str | None
    name: str
    filters: QueueFilters
    sort: Sort
    is_default: bool
    count: int
    more: bool = False


def views(session: DeskSession, user: User, today: date) -> tuple[View, ...]:
    """The standard views and the user's own, by name; exactly one of them is his default."""
    session.narrow(user)
    demand(user, Action.READ)
    rows = session.scalars(select(SavedViewRow).order_by(SavedViewRow.name)).all()
    own = any(row.is_default for row in rows)
    found: list[tuple[str | None, str, QueueFilters, Sort, bool]] = [
        (None, name, filters, sort, name == FIRST_LOOK and not own)
        for name, filters, sort in _standard(user, today)
    ]
    found += [
        (row.view_id, row.name, filters_of(row.filters, today), Sort(row.sort), row.is_default)
        for row in rows
    ]
    return tuple(_counted(session, *view) for view in found)


def _counted(
    session: DeskSession, view_id: str | None, name: str, filters: QueueFilters, sort: Sort, is_default: bool
) -> View:
    found = matching(session, filters, sort)
    count = count_of(session, found.conditions, COUNTED_TO + 1)
    more = found.more or count > COUNTED_TO
    return View(view_id, name, filters, sort, is_default, min(count, COUNTED_TO), more)


def default_view(session: DeskSession, user: User, today: date) -> tuple[QueueFilters, Sort]:
    """What the queue opens on for this user."""
    session.narrow(user)
    demand(user, Action.READ)
    row = session.scalars(select(SavedViewRow).where(SavedViewRow.is_default.is_(True))).first()
    if row is None:
        return first_look(user, today), Sort.URGENCY
    return filters_of(row.filters, today), Sort(row.sort)


def save_view(
    store: Store,
    user: User,
    name: str,
    filters: QueueFilters,
    sort: Sort,
    now: datetime,
    is_default: bool = False,
) -> str:
    """Keep a view under a name; one of the user's that has the name is replaced. Returns its id.

    Raises:
        Unacceptable: the name is empty, too long, or that of a standard view.
    """
    demand(user, Action.READ)
    title = " ".join(name.split())
    standard = {view[0].casefold() for view in _standard(user, store.calendar.day(now))}
    if not title or len(title) > NAME_MAX_CHARACTERS or title.casefold() in standard:
        raise Unacceptable(f"Give the view a name of its own, of at most {NAME_MAX_CHARACTERS} characters.")
    with store.write(user) as session:
        row = session.scalars(select(SavedViewRow).where(SavedViewRow.name == title)).first()
        if row is None:
            row = SavedViewRow(
                view_id=f"V-{next_number(session)}", owner=user.name, name=title, is_default=False
            )
            session.add(row)
        row.filters, row.sort, row.updated_at = told(filters), sort.value, now
        if is_default:
            _only_default(session, row)
        record(session, at=now, action="view.saved", object_type="view", object_id=row.view_id)
        return row.view_id


def delete_view(store: Store, user: User, view_id: str, now: datetime) -> None:
    """Throw a view of one's own away."""
    with store.write(user) as session:
        session.delete(_own(session, view_id))
        record(session, at=now, action="view.deleted", object_type="view", object_id=view_id)


def set_default_view(store: Store, user: User, view_id: str | None, now: datetime) -> None:
    """Open the queue on this view from now on; None: on the standard one again."""
    with store.write(user) as session:
        row = None if view_id is None else _own(session, view_id)
        if _only_default(session, row):
            record(
                session,
                at=now,
                action="view.made_default",
                object_type="view",
                object_id=view_id or FIRST_LOOK,
            )


def told(filters: QueueFilters) -> dict[str, Any]:
    """Filters as JSON. Days are kept as "today", so that a view means the same tomorrow."""
    kept: dict[str, Any] = {name: [str(value) for value in getattr(filters, name)] for name in _LISTED}
    kept |= {"overdue": filters.overdue_on is not None, "awake": filters.awake_on is not None}
    return kept | {"text": filters.text}


def filters_of(kept: Mapping[str, Any], today: date) -> QueueFilters:
    """Filters from JSON; a value that this version does not know is left out."""
    listed: dict[str, Any] = {}
    for name in _LISTED:
        kind = _KINDS.get(name)
        values = [str(value) for value in kept.get(name, ())]
        listed[name] = tuple(values) if kind is None else tuple(kind(v) for v in values if v in set(kind))
    return QueueFilters(
        **listed,
        overdue_on=today if kept.get("overdue") else None,
        awake_on=today if kept.get("awake") else None,
        text=str(kept.get("text", "")),
    )


def _standard(user: User, today: date) -> list[tuple[str, QueueFilters, Sort]]:
    urgent = (Severity.HIGH, Severity.CRITICAL)
    return [
        (FIRST_LOOK, first_look(user, today), Sort.URGENCY),
        ("Mine", QueueFilters(status=UNDER_REVIEW, assignee=(user.name,)), Sort.DUE),
        ("Nobody's", QueueFilters(status=UNDER_REVIEW, assignee=(NOBODY,)), Sort.URGENCY),
        ("Past due", QueueFilters(overdue_on=today), Sort.DUE),
        ("High and critical", QueueFilters(status=UNDER_REVIEW, severity=urgent), Sort.URGENCY),
        ("Waiting for approval", QueueFilters(status=(Status.PENDING_APPROVAL,)), Sort.DUE),
        ("All under review", QueueFilters(status=UNDER_REVIEW), Sort.URGENCY),
        ("Closed", QueueFilters(status=(Status.CLOSED,)), Sort.CHANGED),
        ("Everything", QueueFilters(), Sort.URGENCY),
    ]


def _only_default(session: DeskSession, wanted: SavedViewRow | None) -> bool:
    """Make this view the only default; whether anything changed."""
    changed = wanted is not None and not wanted.is_default
    for row in session.scalars(select(SavedViewRow).where(SavedViewRow.is_default.is_(True))):
        if row is not wanted:
            row.is_default, changed = False, True
    if wanted is not None:
        wanted.is_default = True
    return changed


def _own(session: DeskSession, view_id: str) -> SavedViewRow:
    row = session.get(SavedViewRow, view_id)
    if row is None:
        raise NotFound(f"You have no view {view_id}.")
    return row
