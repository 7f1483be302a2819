"""How long people wait for the audit trail: its pages, what is asked of it, its exports and its check."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from bench.desk.data import BEGIN, YEARS
from bench.desk.timing import NOW, OFFICER, SUPERVISOR, Timed, timed
from surveil import desk
from surveil.alerts.people import User
from surveil.desk.screen_audit import EVERYTHING, trail
from surveil.store import Store
from surveil.store.audit import audit_event, head
from surveil.store.export import export_jsonl
from surveil.store.trail import Wanted
from surveil.store.verification import verify

_NOTE = "Written by the benchmark of the audit trail."


def requests(store: Store, repeat: int = 5) -> Iterator[Timed]:
    """What is asked of the trail while people work, on a database that `fill` made, `repeat` times each."""
    with store.connection() as connection:
        events = head(connection)[0]
        half = select(audit_event.c.object_id).where(audit_event.c.seq == events // 2)
        alert_id = connection.execute(half).scalar_one()
    middle = (BEGIN + YEARS / 2).date()
    day = Wanted(first=middle, last=middle)
    month = Wanted(actor=OFFICER.name, first=middle, last=middle + timedelta(days=30))
    record = Wanted(object_type="alert", object_id=alert_id)
    pages: dict[str, tuple[User, Wanted, int | None]] = {
        "page of events, the newest": (OFFICER, EVERYTHING, None),
        "page of events, in the middle": (OFFICER, EVERYTHING, events // 2),
        "page of events, the oldest": (OFFICER, EVERYTHING, 101),
        "page of events, of a supervisor": (SUPERVISOR, EVERYTHING, None),
        "events of one person": (OFFICER, Wanted(actor=OFFICER.name), None),
        "events of somebody who did nothing": (OFFICER, Wanted(actor="nobody"), None),
        "events of one alert": (OFFICER, record, None),
        "events of one day": (OFFICER, day, None),
        "events of one person in one month": (OFFICER, month, None),
        "events before the middle": (OFFICER, Wanted(last=middle), None),
    }
    for name, asked in pages.items():
        yield timed(name, partial(_page, store, *asked), repeat)
    yield timed("export of one alert's events", partial(_export, store, record), repeat)
    yield timed("export of one day", partial(_export, store, day), repeat)
    yield timed("export of one person's month", partial(_export, store, month), repeat)
    yield timed("note on an alert: one more event", partial(_note, store, alert_id), repeat)


@dataclass(frozen=True)
class Run:
    """One pass over the whole trail: seconds by the clock and of this process's processor, and the most memory that the
    process has had so far, in GB.
    """

    what: str
    seconds: float
    busy: float
    peak: float


def passes(store: Store) -> Iterator[Run]:
    """Check the trail and hand it out, each whole."""
    yield _run("hand out all events as JSON lines", lambda: _export(store, EVERYTHING))
    yield _run("check the chain alone", lambda: _check(store, records=False))
    yield _run("check the chain and all records", lambda: _check(store, records=True))


def _run(what: str, act: Callable[[], None]) -> Run:
    started, busy = time.perf_counter(), time.process_time()
    act()
    spent = time.perf_counter() - started, time.process_time() - busy
    return Run(what, *spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


def _page(store: Store, user: User, wanted: Wanted, before: int | None) -> None:
    with store.read() as session:
        trail(session, user, wanted, before)


def _export(store: Store, wanted: Wanted) -> None:
    for _ in export_jsonl(store.engine, wanted):
        pass


def _note(store: Store, alert_id: str) -> None:
    desk.note(store, OFFICER, alert_id, _NOTE, NOW)


def _check(store: Store, records: bool) -> None:
    found = verify(store.engine, records=records)
    if not found.ok:
        raise AssertionError(f"the trail does not hold: {found.problems[0].message}")
