"""What the desk hands to the screen: subjects in order and within the reader's scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from surveil import desk
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import Role, User
from surveil.config import Workspace
from surveil.desk import QueueFilters, Sort, Store
from surveil.desk.screen_audit import TrailPage, check_trail, trail
from surveil.desk.screen_queue import count_alerts, queue_by_subject
from surveil.store import verification
from surveil.store.trail import Wanted
from tests.dashboard import firm

ANNA = User("anna", Role.OFFICER)
SUE = User("sue", Role.SUPERVISOR, reps=frozenset({"R1", "R2"}))
R7 = User("r7", Role.OFFICER, rep_id="R7")
ADMINISTRATOR = User("adm", Role.ADMINISTRATOR)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    opened = desk.open_desk(workspace)
    yield opened
    opened.close()


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("size", [1, 2, 4, 500])
def test_pages_together_hold_every_alert_once_in_the_same_order(store: Store, sort: Sort, size: int) -> None:
    with store.read() as session:
        whole = queue_by_subject(session, ANNA, sort=sort, page_size=500)
        first = queue_by_subject(session, ANNA, sort=sort, page_size=size)
        pages = [
            queue_by_subject(session, ANNA, sort=sort, page=n + 1, page_size=size) for n in range(first.pages)
        ]
    assert [group.key for page in pages for group in page.groups] == [group.key for group in whole.groups]
    ids = [alert.alert_id for page in pages for group in page.groups for alert in group.alerts]
    assert len(ids) == len(set(ids)) == whole.total == 8
    assert whole.subjects == 6


def test_a_page_beyond_the_last_gives_the_last(store: Store) -> None:
    with store.read() as session:
        page = queue_by_subject(session, ANNA, page=99, page_size=4)
    assert (page.page, page.pages, len(page.groups)) == (2, 2, 2)


def test_a_supervisor_sees_his_own_people_and_no_count_of_others(store: Store) -> None:
    with store.read() as session:
        page = queue_by_subject(session, SUE, QueueFilters(rep_id=("R1",)))
        everything = count_alerts(session, SUE, QueueFilters())
    assert [group.key for group in page.groups] == ["R1"]
    assert everything == 2


def test_nobody_reads_of_himself_in_the_queue_or_in_the_trail(store: Store, workspace: Workspace) -> None:
    mine = {alert_id for name, alert_id in firm.alert_ids(workspace).items() if name.startswith("R7 ")}
    with store.read() as session:
        page = queue_by_subject(session, R7)
        events = trail(session, R7).events
    assert "R7" not in {group.key for group in page.groups}
    assert mine
    assert not mine & {event.object_id for event in events}


def test_a_supervisor_reads_events_of_his_people_only(store: Store, workspace: Workspace) -> None:
    ids = firm.alert_ids(workspace)
    with store.read() as session:
        seen = {event.object_id for event in trail(session, SUE).events}
    assert seen == {ids["R1 QB01"], ids["R2 QB01"], firm.RUN_ID}


def test_the_trail_is_read_page_by_page_without_gap_or_repetition_by_everybody(store: Store) -> None:
    for user in (ANNA, SUE, R7, ADMINISTRATOR):
        with store.read() as session:
            whole = trail(session, user).events
            pages, before = [trail(session, user, size=2)], None
            while (before := pages[-1].older) is not None:
                pages.append(trail(session, user, before=before, size=2))
        assert [event for page in pages for event in page.events] == list(whole)
        assert all(len(page.events) == 2 for page in pages[:-1]), "no page is short because of what it hides"


def test_the_trail_is_narrowed_to_a_person_a_record_and_days(store: Store, workspace: Workspace) -> None:
    with store.read() as session:
        whole = trail(session, ANNA).events
        days = {date.fromisoformat(event.at[:10]) for event in whole}
        assert len(whole) > 5
        for actor in {event.actor for event in whole}:
            found = trail(session, ANNA, Wanted(actor=actor)).events
            assert found == tuple(event for event in whole if event.actor == actor)
        alert_id = firm.alert_ids(workspace)["R1 QB01"]
        found = trail(session, ANNA, Wanted(object_type="alert", object_id=alert_id)).events
        assert found == tuple(event for event in whole if event.object_id == alert_id) != ()
        for day in days:
            found = trail(session, ANNA, Wanted(first=day, last=day)).events
            assert found == tuple(event for event in whole if event.at.startswith(day.isoformat()))
        assert trail(session, ANNA, Wanted(last=min(days) - timedelta(days=1))) == TrailPage((), None)
        assert trail(session, ANNA, Wanted(first=min(days), last=date.max)).events == whole


def test_an_administrator_checks_the_trail_and_reads_of_users_but_of_no_alert(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "TOLD_EVERY", 2)
    told: list[tuple[float, str]] = []
    assert check_trail(store, ADMINISTRATOR, None, lambda *how_far: told.append(how_far)).ok
    assert told == sorted(told)
    assert all(0 < share <= 1 and "events read" in words for share, words in told)
    assert told
    with store.read() as session:
        assert {event.object_type for event in trail(session, ADMINISTRATOR).events} == {"user", "run"}
    with store.read() as session, pytest.raises(NotAllowed):
        queue_by_subject(session, ADMINISTRATOR)
