"""The queue as a screen shows it: alerts gathered under whom they are about, and counts for saved views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from surveil.alerts.alert import Action, Alert
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.desk.queue import (
    ORDER,
    PAGE_SIZE_MAX,
    Emptiness,
    Matching,
    QueueFilters,
    Sort,
    conditions_of,
    count_of,
    matching,
    why_empty,
)
from surveil.store import DeskSession
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow


@dataclass(frozen=True)
class SubjectGroup:
    """One subject: a representative with all that touches him, else the branch, customer or account itself.

    `alerts` are those that match, in the order of the queue; `elsewhere` counts his other ones (closed, or
    left out by the filters).
    """

    key: str
    alerts: tuple[Alert, ...]
    elsewhere: int


@dataclass(frozen=True)
class SubjectPage:
    """One page of subjects. `total` counts all alerts that match, `subjects` whom they are about; `more` as in
    `QueuePage`.
    """

    groups: tuple[SubjectGroup, ...]
    total: int
    subjects: int
    page: int
    pages: int
    empty: Emptiness | None
    more: bool = False


_KEY = AlertRow.about
_FIRST: dict[Sort, tuple[ColumnElement[Any], ...]] = {
    Sort.URGENCY: (func.min(AlertRow.urgency).asc(),),
    Sort.SCORE: (func.max(AlertRow.score_order).desc(),),
    Sort.DUE: (func.min(AlertRow.due_on).asc(), func.min(AlertRow.urgency).asc()),
    Sort.NEWEST: (func.max(AlertRow.first_seen).desc(),),
    Sort.CHANGED: (func.max(AlertRow.updated_at).desc(),),
}


def queue_by_subject(
    session: DeskSession,
    user: User,
    filters: QueueFilters | None = None,
    sort: Sort = Sort.URGENCY,
    page: int = 1,
    page_size: int = 20,
) -> SubjectPage:
    """A page of subjects with their matching alerts; a page beyond the last gives the last.

    Subjects stand in the order of what is most pressing among their matching alerts.

    Raises:
        NotAllowed: the user may not look at alerts.
    """
    session.narrow(user)
    demand(user, Action.READ)
    found = matching(session, filters or QueueFilters(), sort)
    size = min(max(page_size, 1), PAGE_SIZE_MAX)
    keys, subjects, total = _keys(session, found, sort, size, max(page, 1))
    pages = max(1, -(-subjects // size))
    number = min(max(page, 1), pages)
    if number < page and total:
        keys, _, _ = _keys(session, found, sort, size, number)
    return SubjectPage(
        groups=_groups(session, keys, found.conditions, sort),
        total=total,
        subjects=subjects,
        page=number,
        pages=pages,
        empty=None if total else why_empty(session, user),
        more=found.more,
    )


def _keys(
    session: DeskSession, found: Matching, sort: Sort, size: int, number: int
) -> tuple[list[str], int, int]:
    """The subjects of a page, and how many subjects and alerts match in all: in one walk through the index."""
    alerts = func.count(AlertRow.alert_id)
    query = (
        select(_KEY, func.count().over(), func.sum(alerts).over())
        .select_from(AlertRow)
        .where(*found.conditions)
        .group_by(_KEY)
        .order_by(*_FIRST[sort], _KEY.asc())
    )
    rows = session.execute(query.limit(size).offset((number - 1) * size)).all()
    if not rows and number > 1:  # beyond the last page
        rows = session.execute(query.limit(1)).all()
        return [], *((int(rows[0][1]), int(rows[0][2])) if rows else (0, 0))
    return [key for key, _, _ in rows], *((int(rows[0][1]), int(rows[0][2])) if rows else (0, 0))


def count_alerts(session: DeskSession, user: User, filters: QueueFilters) -> int:
    """How many alerts match, for the number beside a saved view."""
    session.narrow(user)
    demand(user, Action.READ)
    return count_of(session, conditions_of(session, filters))


def _groups(
    session: DeskSession, keys: Sequence[str], conditions: Sequence[ColumnElement[bool]], sort: Sort
) -> tuple[SubjectGroup, ...]:
    matching: dict[str, list[Alert]] = defaultdict(list)
    query = select(_KEY, AlertRow).where(_KEY.in_(keys), *conditions).order_by(*ORDER[sort])
    for key, row in session.execute(query):
        matching[key].append(alert_of(row))
    everything = _all_of(session, keys)
    return tuple(
        SubjectGroup(key, tuple(matching[key]), everything[key] - len(matching[key])) for key in keys
    )


def _all_of(session: DeskSession, keys: Sequence[str]) -> Mapping[str, int]:
    query = select(_KEY, func.count(AlertRow.alert_id)).where(_KEY.in_(keys)).group_by(_KEY)
    return {key: int(count) for key, count in session.execute(query)}
