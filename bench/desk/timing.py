"""How long the desk takes for what people wait for, on a database that is there already."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import Severity
from surveil.alerts.people import Role, User
from surveil.desk import QueueFilters, Sort
from surveil.desk.queue import UNDER_REVIEW
from surveil.desk.screen_queue import queue_by_subject
from surveil.store import Store

NOW = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
OFFICER = User("officer-7", Role.OFFICER)
SUPERVISOR = User("sue", Role.SUPERVISOR, branches=frozenset({"B0001", "B0002", "B0003"}), rep_id="R00007")
NOTE = "Measured by the benchmark of the review desk."


@dataclass(frozen=True)
class Timed:
    """One kind of request: median and worst of its repetitions by the clock, and the median of this process's own
    processor time, in milliseconds. With SQLite that is all of the work; a PostgreSQL server's is not in it.
    """

    what: str
    median_ms: float
    worst_ms: float
    cpu_ms: float


def timings(store: Store, repeat: int = 5) -> Iterator[Timed]:
    """Every request `repeat` times after one that warms the database's memory."""
    first, example = desk.first_look(OFFICER, TODAY), _example(store)
    pages: dict[str, tuple[User, QueueFilters, Sort, int]] = {
        "queue, first look": (OFFICER, first, Sort.URGENCY, 1),
        "queue, first look, page 40": (OFFICER, first, Sort.URGENCY, 40),
        "queue, my own": (OFFICER, QueueFilters(status=UNDER_REVIEW, assignee=(OFFICER.name,)), Sort.DUE, 1),
        "queue, everything": (OFFICER, QueueFilters(), Sort.URGENCY, 1),
        "queue, everything, by score": (OFFICER, QueueFilters(), Sort.SCORE, 1),
        "queue, everything, changed last": (OFFICER, QueueFilters(), Sort.CHANGED, 1),
        "queue, one detector": (OFFICER, QueueFilters(detector=("UA07",)), Sort.URGENCY, 1),
        "queue, one branch, high": (
            OFFICER,
            QueueFilters(branch_id=("B0007",), severity=(Severity.HIGH,)),
            Sort.DUE,
            1,
        ),
        "queue, past due": (OFFICER, QueueFilters(overdue_on=date(2025, 6, 1)), Sort.DUE, 1),
        "queue, of a supervisor": (SUPERVISOR, desk.first_look(SUPERVISOR, TODAY), Sort.URGENCY, 1),
        "search, one alert's id": (OFFICER, QueueFilters(text=example), Sort.URGENCY, 1),
        "search, a representative's number": (OFFICER, QueueFilters(text="R04711"), Sort.URGENCY, 1),
        "search, a number that 1 in 57 has": (OFFICER, QueueFilters(text="opened 53"), Sort.URGENCY, 1),
        "search, words that all have": (OFFICER, QueueFilters(text="consent file"), Sort.URGENCY, 1),
        "search, words that all have, open ones": (
            OFFICER,
            QueueFilters(status=(Status.OPEN,), text="consent file"),
            Sort.URGENCY,
            1,
        ),
        "search, of a supervisor": (SUPERVISOR, QueueFilters(text="UA07 consent"), Sort.URGENCY, 1),
        "search, two characters": (OFFICER, QueueFilters(text="04"), Sort.URGENCY, 1),
        "search, what none has": (OFFICER, QueueFilters(text="zebra crossing"), Sort.URGENCY, 1),
    }
    for name, asked in pages.items():
        yield timed(name, partial(_page, store, *asked), repeat)
    yield timed("queue by subject, first look", lambda: _by_subject(store, first), repeat)
    found = QueueFilters(text="R04711")
    yield timed("queue by subject, search for a number", lambda: _by_subject(store, found), repeat)
    yield timed("choices of the filters", lambda: _choices(store), repeat)
    yield timed("views with their counts", lambda: _views(store), repeat)
    yield timed("calendar of what is due", lambda: _due(store), repeat)
    yield timed("one alert's page", lambda: _alert(store), repeat)
    yield timed("take the next", lambda: _take(store), repeat)
    yield timed("decide an alert", lambda: _decide(store), repeat)


def timed(what: str, act: Callable[[], Any], repeat: int) -> Timed:
    act()
    spans, own = [], []
    for _ in range(repeat):
        started, busy = time.perf_counter(), time.process_time()
        act()
        spans.append((time.perf_counter() - started) * 1000)
        own.append((time.process_time() - busy) * 1000)
    return Timed(what, statistics.median(spans), max(spans), statistics.median(own))


def _page(store: Store, user: User, filters: QueueFilters, sort: Sort, number: int) -> None:
    with store.read() as session:
        desk.queue(session, user, filters, sort, number)


def _by_subject(store: Store, filters: QueueFilters) -> None:
    with store.read() as session:
        queue_by_subject(session, OFFICER, filters)


def _example(store: Store) -> str:
    """The id of some alert."""
    with store.read() as session:
        return desk.queue(session, OFFICER, sort=Sort.SCORE, page_size=1).alerts[0].alert_id


def _choices(store: Store) -> None:
    with store.read() as session:
        for column in ("detector", "branch_id", "rep_id", "assignee"):
            desk.choices(session, OFFICER, column)


def _views(store: Store) -> None:
    with store.read() as session:
        desk.views(session, OFFICER, TODAY)


def _due(store: Store) -> None:
    with store.read() as session:
        desk.due(session, OFFICER, TODAY, mine=True)


def _alert(store: Store) -> None:
    with store.read() as session:
        alert = desk.queue(session, OFFICER, page_size=1).alerts[0]
    with store.read() as session:
        desk.alert_view(session, OFFICER, alert.alert_id, NOW)


def _take(store: Store) -> None:
    desk.take_next(store, OFFICER, QueueFilters(severity=(Severity.LOW,)), NOW)


def _decide(store: Store) -> None:
    alert = desk.take_next(store, OFFICER, QueueFilters(severity=(Severity.LOW,)), NOW)
    if alert is not None:
        end = Disposition.CANNOT_RULE_OUT
        desk.decide(store, OFFICER, alert.alert_id, end, NOTE, NOW, alert.row_version)
