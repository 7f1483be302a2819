"""The benchmark of the desk measures a database like the desk's own, and its checks of a load test can fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bench.desk.data import fill
from bench.desk.load import broken_locks, check
from bench.desk.officer import work
from bench.desk.timing import timings
from bench.desk.trail import passes, requests
from surveil import desk
from surveil.alerts.people import SYSTEM, Role, User
from surveil.store import Store, migrate, open_store
from surveil.store.audit import record
from surveil.store.verification import verify
from tests.store.support import NOW, draft, later, run


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite+pysqlite:///{tmp_path / 'surveil.db'}"
    migrate(url)
    opened = open_store(url)
    yield opened
    opened.close()


def test_the_filled_database_has_a_whole_trail_and_every_request_can_be_timed(store: Store) -> None:
    fill(str(store.engine.url), 120, 360, say=lambda _: None)
    found = verify(store.engine)
    assert (found.ok, found.events) == (True, 360), found.problems
    with store.read() as session:
        assert desk.queue(session, SYSTEM).total == 120
    names = [timed.what for timed in (*timings(store, repeat=1), *requests(store, repeat=1))]
    assert len(names) == len(set(names)) > 25
    assert all(run.peak > 0 for run in passes(store))
    assert verify(store.engine).ok, "what was taken and decided while measuring is in the trail too"


def test_what_an_officer_says_he_did_is_what_the_database_holds(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(n) for n in range(30)], NOW)
    done: Counter[str] = Counter()
    for number in range(3):
        acts = iter(range(16))
        done += work(store, number, 15, clock=partial(next, acts), think=0)
    assert done["decided"] > 0
    assert done["acts"] == 45
    assert check(store, done) == []
    assert check(store, done + Counter(decided=1)), "a decision that was lost is told"


def test_an_act_on_what_somebody_else_holds_is_found(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1)], NOW)["UA01|rep|R1"]
    desk.take_next(store, User("ann", Role.OFFICER), desk.QueueFilters(), later(hours=1))
    assert broken_locks(store) == []
    desk.take(store, User("bob", Role.OFFICER), alert_id, later(hours=3))
    assert broken_locks(store) == [], "her time was over"
    desk.record_scan(store, run(2), [draft(2)], later(hours=4))
    desk.take_next(store, User("ann", Role.OFFICER), desk.QueueFilters(), later(hours=4))
    held = desk.record_scan(store, run(3), [draft(2)], later(hours=4))["UA01|rep|R2"]
    with store.write(User("bob", Role.OFFICER)) as session:
        record(session, at=later(hours=4), action="alert.taken", object_type="alert", object_id=held)
    assert len(broken_locks(store)) == 1
