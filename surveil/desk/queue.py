"""The queue: alerts a user may see, filtered, sorted and counted by the database, a page at a time."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.model import Family, Severity
from surveil.alerts.people import Role, User
from surveil.alerts.policy import demand
from surveil.store import DeskSession, search
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow, RunRow

Value = TypeVar("Value", bound=enum.StrEnum)
NOBODY = ""
"""Stands among assignees for alerts that nobody has."""
PAGE_SIZE_MAX = 500
FIRST_FOUND = 500
"""So many alerts are shown of a search for words that more than `search.FEW` alerts have."""
UNDER_REVIEW = (Status.OPEN, Status.IN_REVIEW, Status.PENDING_APPROVAL)


class Sort(enum.StrEnum):
    """Order of the queue; what ties is ordered by alert_id."""

    URGENCY = "urgency"
    """Severity, then the day it is due, then score."""
    SCORE = "score"
    DUE = "due"
    NEWEST = "newest"
    CHANGED = "changed"


class Emptiness(enum.StrEnum):
    """Why a queue is empty: never being allowed to look like nothing to do."""

    NO_SCOPE = "no_scope"
    NO_RUN = "no_run"
    NO_ALERTS = "no_alerts"
    NO_MATCH = "no_match"

    @property
    def sentence(self) -> str:
        return _EMPTY[self]


_EMPTY = {
    Emptiness.NO_SCOPE: "No branch and no person is assigned to you yet; ask your administrator.",
    Emptiness.NO_RUN: "No scan has been recorded yet. Load the feeds and run surveil scan.",
    Emptiness.NO_ALERTS: "There is no alert in what you may see.",
    Emptiness.NO_MATCH: "No alert matches these filters.",
}


@dataclass(frozen=True)
class QueueFilters:
    """What to show: an empty filter is no filter, several values in one mean any of them.

    `assignee` holds user names and NOBODY; `overdue_on` is the day as of which an alert under review is past
    due; `awake_on` leaves out what is set aside beyond that day; `text`
    is searched in ids, typology and reason, each word of it, whatever the case and accents.
    """

    status: tuple[Status, ...] = ()
    severity: tuple[Severity, ...] = ()
    family: tuple[Family, ...] = ()
    detector: tuple[str, ...] = ()
    branch_id: tuple[str, ...] = ()
    rep_id: tuple[str, ...] = ()
    assignee: tuple[str, ...] = ()
    run_id: tuple[str, ...] = ()
    overdue_on: date | None = None
    awake_on: date | None = None
    text: str = ""


@dataclass(frozen=True)
class QueuePage:
    """One page. `total` counts all that match; `by_status` and `by_severity` what would match with that
    filter left open. Of words that more than `search.FEW` alerts have, only the `FIRST_FOUND` in this order are
    counted and shown, for to count them would be to read them all; `more` says that others match too.
    """

    alerts: tuple[Alert, ...]
    total: int
    page: int
    pages: int
    by_status: Mapping[Status, int]
    by_severity: Mapping[Severity, int]
    empty: Emptiness | None
    more: bool = False


@dataclass(frozen=True)
class Matching:
    """What filters come to, as conditions on alerts. `common`: the words searched for are in very many, so these are
    the ids of the first that match, and `more` says whether others do too.
    """

    conditions: tuple[ColumnElement[bool], ...]
    common: bool = False
    more: bool = False


def first_look(user: User, today: date | None = None) -> QueueFilters:
    """What the queue opens on: under review, the user's own or nobody's, and not set aside beyond today."""
    return QueueFilters(status=UNDER_REVIEW, assignee=_mine(user), awake_on=today)


def _mine(user: User) -> tuple[str, ...]:
    return (user.name, *([user.on_behalf_of] if user.on_behalf_of else []), NOBODY)


def queue(
    session: DeskSession,
    user: User,
    filters: QueueFilters | None = None,
    sort: Sort = Sort.URGENCY,
    page: int = 1,
    page_size: int = 50,
) -> QueuePage:
    """A page of the queue; a page beyond the last gives the last.

    Raises:
        NotAllowed: the user may not look at alerts.
    """
    session.narrow(user)
    demand(user, Action.READ)
    chosen = filters or QueueFilters()
    size = min(max(page_size, 1), PAGE_SIZE_MAX)
    found = matching(session, chosen, sort)
    facets = _facets(session, chosen, found)
    total = sum(
        count
        for (status, severity), count in facets.items()
        if status in (chosen.status or Status) and severity in (chosen.severity or Severity)
    )
    pages = max(1, -(-total // size))
    number = min(max(page, 1), pages)
    return QueuePage(
        alerts=tuple(_page(session, chosen, found, sort, size, number)) if total else (),
        total=total,
        page=number,
        pages=pages,
        by_status={
            status: sum(facets.get((status, severity), 0) for severity in chosen.severity or Severity)
            for status in Status
        },
        by_severity={
            severity: sum(facets.get((status, severity), 0) for status in chosen.status or Status)
            for severity in Severity
        },
        empty=None if total else why_empty(session, user),
        more=found.more,
    )


def choices(session: DeskSession, user: User, column: str) -> list[str]:
    """The values that a filter can take for this user: `detector`, `branch_id`, `rep_id`, `assignee` or
    `family`.
    """
    session.narrow(user)
    demand(user, Action.READ)
    attribute = _CHOICES[column]
    if column != "family" and user.sees_every_branch and not user.own_reps:
        return _stepped_through(session, attribute)
    return [value for value in session.scalars(select(attribute).distinct().order_by(attribute)) if value]


def _stepped_through(session: DeskSession, attribute: InstrumentedAttribute[Any]) -> list[str]:
    """The values of a column that an index begins with, from each to the next, without reading all that have one."""
    values = select(func.min(attribute).label("value")).where(attribute > "").cte(recursive=True)
    after = select(func.min(attribute)).where(attribute > values.c.value).correlate(values).scalar_subquery()
    steps = values.union_all(select(after).where(values.c.value.is_not(None)))
    return sorted(str(value) for value in session.scalars(select(steps.c.value)) if value is not None)


_CHOICES: dict[str, InstrumentedAttribute[Any]] = {
    "detector": AlertRow.detector,
    "branch_id": AlertRow.branch_id,
    "rep_id": AlertRow.rep_id,
    "assignee": AlertRow.assignee,
    "family": AlertRow.family,
}
ORDER: dict[Sort, tuple[ColumnElement[Any], ...]] = {
    Sort.URGENCY: (AlertRow.urgency.asc(),),
    Sort.SCORE: (AlertRow.score_order.desc(), AlertRow.alert_id.desc()),
    Sort.DUE: (AlertRow.due_on.asc(), AlertRow.urgency.asc()),
    Sort.NEWEST: (AlertRow.first_seen.desc(), AlertRow.score_order.desc(), AlertRow.alert_id.desc()),
    Sort.CHANGED: (AlertRow.updated_at.desc(), AlertRow.alert_id.desc()),
}
"""Each is the order of one index, read forwards or backwards."""


def matching(session: DeskSession, filters: QueueFilters, sort: Sort) -> Matching:
    """What the filters come to, told so that the database finds it in an index or in few alerts."""
    conditions = tuple(conditions_of(session, filters))
    words = search.words_of(filters.text)
    if not words or not search.is_common(session.connection(), words):
        return Matching(conditions)
    first = select(AlertRow.alert_id).where(*conditions, *within(filters, sort)).order_by(*ORDER[sort])
    ids = session.scalars(first.limit(FIRST_FOUND + 1)).all()
    return Matching((AlertRow.alert_id.in_(ids[:FIRST_FOUND]),), True, len(ids) > FIRST_FOUND)


def conditions_of(session: DeskSession, filters: QueueFilters) -> list[ColumnElement[bool]]:
    """All that the filters ask for, however many match."""
    conditions: list[ColumnElement[bool]] = []
    listed: Sequence[tuple[InstrumentedAttribute[Any], tuple[str, ...]]] = (
        (AlertRow.status, filters.status),
        (AlertRow.family, filters.family),
        (AlertRow.detector, filters.detector),
        (AlertRow.branch_id, filters.branch_id),
        (AlertRow.rep_id, filters.rep_id),
        (AlertRow.run_id, filters.run_id),
    )
    conditions += [column.in_([str(value) for value in values]) for column, values in listed if values]
    if filters.severity:
        conditions.append(AlertRow.severity_rank.in_([severity.rank for severity in filters.severity]))
    if filters.assignee:
        names = [name for name in filters.assignee if name != NOBODY]
        nobody = [AlertRow.assignee.is_(None)] if NOBODY in filters.assignee else []
        conditions.append(or_(AlertRow.assignee.in_(names), *nobody))
    if filters.overdue_on is not None:
        conditions.append((AlertRow.due_on < filters.overdue_on) & (AlertRow.status != Status.CLOSED.value))
    if filters.awake_on is not None:
        conditions.append(AlertRow.set_aside_until.is_(None) | (AlertRow.set_aside_until <= filters.awake_on))
    words = search.words_of(filters.text)
    return conditions + (search.conditions(session.connection(), words) if words else [])


def count_of(
    session: DeskSession, conditions: Sequence[ColumnElement[bool]], at_most: int | None = None
) -> int:
    """How many match; with `at_most` counting ends there."""
    if at_most is None:
        return session.scalars(select(func.count(AlertRow.alert_id)).where(*conditions)).one()
    found = select(AlertRow.alert_id).where(*conditions).limit(at_most).subquery()
    return session.scalars(select(func.count(found.c.alert_id))).one()


def within(filters: QueueFilters, sort: Sort) -> list[ColumnElement[bool]]:
    """Where in the order of urgency the wanted severities stand, so that the others need not be walked past."""
    if sort is not Sort.URGENCY or not filters.severity:
        return []
    ranks = [severity.rank for severity in filters.severity]
    return [AlertRow.urgency >= str(9 - max(ranks)), AlertRow.urgency < f"{9 - min(ranks)}z"]


def _page(
    session: DeskSession, filters: QueueFilters, found: Matching, sort: Sort, size: int, number: int
) -> Iterator[Alert]:
    """The alerts of one page: which they are is found in an index, and only their rows are read."""
    wanted = select(AlertRow.alert_id).where(*found.conditions, *within(filters, sort))
    ids = session.scalars(wanted.order_by(*ORDER[sort]).limit(size).offset((number - 1) * size)).all()
    rows = {row.alert_id: row for row in session.scalars(select(AlertRow).where(AlertRow.alert_id.in_(ids)))}
    return (alert_of(rows[alert_id]) for alert_id in ids)


def _facets(
    session: DeskSession, filters: QueueFilters, found: Matching
) -> dict[tuple[Status, Severity], int]:
    """How many match by status and severity, with the filters on these two left open (or of those found first)."""
    rank, ranks = AlertRow.severity_rank, list(Severity)
    open_filters = replace(filters, status=(), severity=())
    conditions = found.conditions if found.common else conditions_of(session, open_filters)
    query = select(AlertRow.status, rank, func.count()).where(*conditions)
    return {
        (Status(status), ranks[number]): count
        for status, number, count in session.execute(query.group_by(AlertRow.status, rank))
    }


def why_empty(session: DeskSession, user: User) -> Emptiness:
    if user.role is Role.SUPERVISOR and not (user.branches or user.reps):
        return Emptiness.NO_SCOPE
    if session.scalars(select(RunRow.run_id).limit(1)).first() is None and not count_of(session, []):
        return Emptiness.NO_RUN
    return Emptiness.NO_MATCH if count_of(session, []) else Emptiness.NO_ALERTS
