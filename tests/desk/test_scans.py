"""A scan opens what is new, counts what is known and brings back what got worse."""

from __future__ import annotations

import math

import pytest

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import Unacceptable
from surveil.alerts.model import Driver, Severity
from surveil.alerts.people import SYSTEM
from surveil.alerts.runs import RunStatus
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ANN, NOTE, look, version
from tests.store.support import NOW, draft, later, run

KEY = "UA01|rep|R1"


def close(store: Store, alert_id: str) -> None:
    desk.decide(
        store, ANN, alert_id, Disposition.USEFUL_NO_BREACH, NOTE, later(hours=1), version(store, alert_id)
    )


def test_a_new_alert_shows_everything_the_scan_measured(store: Store) -> None:
    given = draft(1)
    alert = look(store, desk.record_scan(store, run(1), [given], NOW)[KEY])
    for name in ("version", "severity", "score", "interval", "p_value", "q_value", "drivers", "peers"):
        assert getattr(alert, name) == getattr(given, name)
    for name in (
        "reason",
        "item_count",
        "explanations",
        "rep_id",
        "branch_id",
        "observed",
        "expected",
        "typology",
    ):
        assert getattr(alert, name) == getattr(given, name)
    assert (alert.status, alert.assignee, alert.repeats, alert.run_id) == (Status.OPEN, None, 1, "run-1")
    assert (alert.first_seen, alert.last_seen) == (NOW, NOW)


def test_names_of_alerts_are_the_same_in_every_installation(store: Store) -> None:
    assert desk.record_scan(store, run(1), [draft(1)], NOW) == {KEY: "A-fbfad992ebe3"}


def test_a_second_scan_counts_the_known_alert_and_opens_no_twin(store: Store) -> None:
    first = desk.record_scan(store, run(1), [draft(1)], NOW)
    worse = draft(1, score=0.9, item_count=12, reason="R1 opened 12 accounts without consent.")
    second = desk.record_scan(store, run(2), [worse, draft(2)], later(days=1))
    assert second[KEY] == first[KEY]
    alert = look(store, first[KEY])
    assert (alert.repeats, alert.score, alert.item_count, alert.run_id) == (2, 0.9, 12, "run-2")
    assert (alert.first_seen, alert.last_seen) == (NOW, later(days=1))
    with store.read() as session:
        assert desk.queue(session, ANN).total == 2


def test_the_same_run_recorded_again_adds_nothing(store: Store) -> None:
    first = desk.record_scan(store, run(1), [draft(1), draft(2)], NOW)
    before = verify(store.engine)
    assert desk.record_scan(store, run(1), [draft(1), draft(2)], later(days=1)) == first
    assert verify(store.engine) == before


def test_a_complete_run_that_comes_back_with_other_alerts_is_refused(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1)], NOW)
    with pytest.raises(Unacceptable, match="recorded already, with other alerts"):
        desk.record_scan(store, run(1), [draft(1), draft(2)], later(days=1))


def test_an_incomplete_run_is_completed_under_its_own_name(store: Store) -> None:
    broken = run(1, status=RunStatus.INCOMPLETE, failed_detectors=("QB01",))
    first = desk.record_scan(store, broken, [draft(1)], NOW)
    again = desk.record_scan(store, run(1), [draft(1, q_value=2e-5), draft(2)], later(hours=1))
    assert again[KEY] == first[KEY]
    alert = look(store, first[KEY])
    assert (alert.repeats, alert.q_value) == (1, 2e-5)
    with store.read() as session:
        kept = desk.find_run(session, ANN, "run-1")
        assert (kept.status, kept.failed_detectors) == (RunStatus.COMPLETE, ())
        assert [hit.run_id for hit in desk.alert_view(session, ANN, first[KEY]).hits] == ["run-1"]
    assert verify(store.engine).ok


def test_closed_with_nothing_new_it_stays_closed_but_is_counted(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1, severity=Severity.MEDIUM)], NOW)[KEY]
    close(store, alert_id)
    again = desk.record_scan(store, run(2), [draft(1, severity=Severity.MEDIUM, item_count=6)], later(days=1))
    alert = look(store, alert_id)
    assert again[KEY] == alert_id
    assert (alert.status, alert.repeats, alert.last_seen) == (Status.CLOSED, 2, later(days=1))
    assert (alert.item_count, alert.run_id) == (5, "run-1"), "it shows what was decided on"


def test_closed_and_clearly_worse_a_new_alert_continues_it(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1, severity=Severity.MEDIUM)], NOW)[KEY]
    close(store, alert_id)
    worse = draft(1, severity=Severity.MEDIUM, item_count=9)
    new_id = desk.record_scan(store, run(2), [worse], later(days=1))[KEY]
    assert new_id != alert_id
    new, old = look(store, new_id), look(store, alert_id)
    assert (new.status, new.generation, new.previous_alert_id) == (Status.OPEN, 2, alert_id)
    assert (old.status, old.repeats) == (Status.CLOSED, 1)
    assert desk.record_scan(store, run(3), [worse], later(days=2)) == {KEY: new_id}


def test_growth_in_small_steps_after_closing_adds_up(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1, severity=Severity.LOW, item_count=20)], NOW)[KEY]
    close(store, alert_id)
    ids = [
        desk.record_scan(store, run(n), [draft(1, severity=Severity.LOW, item_count=19 + n)], later(days=n))[
            KEY
        ]
        for n in range(2, 7)
    ]
    assert ids[:4] == [alert_id] * 4
    assert ids[4] != alert_id


def test_while_under_review_severity_rises_at_once_and_never_falls_by_itself(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1, severity=Severity.MEDIUM)], NOW)[KEY]
    due = look(store, alert_id).due_on
    desk.record_scan(store, run(2), [draft(1, severity=Severity.CRITICAL)], NOW)
    risen = look(store, alert_id)
    desk.record_scan(store, run(3), [draft(1, severity=Severity.LOW)], later(days=2))
    assert risen.severity is Severity.CRITICAL
    assert risen.due_on < due
    assert look(store, alert_id).severity is Severity.CRITICAL


def test_a_run_over_older_data_counts_but_does_not_replace_newer_numbers(store: Store) -> None:
    alert_id = desk.record_scan(store, run(5), [draft(1, item_count=9)], NOW)[KEY]
    desk.record_scan(store, run(2), [draft(1, item_count=3)], later(days=1))
    alert = look(store, alert_id)
    assert (alert.item_count, alert.run_id, alert.repeats) == (9, "run-5", 2)


def test_who_works_on_an_alert_keeps_it_when_a_scan_finds_it_again(store: Store) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1)], NOW)[KEY]
    desk.take(store, ANN, alert_id, later(hours=1))
    desk.record_scan(store, run(2), [draft(1)], later(days=1))
    alert = look(store, alert_id)
    assert (alert.assignee, alert.status) == ("ann", Status.IN_REVIEW)


@pytest.mark.parametrize(
    "changes",
    [
        {"score": math.nan},
        {"p_value": math.inf},
        {"interval": (0.0, math.inf)},
        {"drivers": (Driver("x", math.inf, "y"),)},
    ],
)
def test_a_number_that_is_none_is_refused_and_nothing_is_kept(
    store: Store, changes: dict[str, object]
) -> None:
    with pytest.raises(Unacceptable, match=r"UA01 1\.0\.0 .* no finite number"):
        desk.record_scan(store, run(1), [draft(2), draft(1, **changes)], NOW)
    with store.read() as session:
        assert desk.queue(session, ANN).empty is desk.Emptiness.NO_RUN


def test_two_alerts_on_one_subject_of_one_detector_are_a_defect_that_is_told(store: Store) -> None:
    with pytest.raises(Unacceptable, match="two alerts on one subject"):
        desk.record_scan(store, run(1), [draft(1), draft(1)], NOW)


def test_a_run_that_finds_nothing_is_kept_as_a_run(store: Store) -> None:
    assert desk.record_scan(store, run(1), [], NOW) == {}
    with store.read() as session:
        assert desk.latest_run(session, SYSTEM) == run(1)
        assert desk.queue(session, SYSTEM).empty is desk.Emptiness.NO_ALERTS


def test_the_run_recorded_last_is_the_latest_whatever_its_name(store: Store) -> None:
    desk.record_scan(store, run(2), [], NOW)
    desk.record_scan(store, run(1), [], later(days=1))
    with store.read() as session:
        assert [kept.run_id for kept in desk.runs(session, ANN)] == ["run-1", "run-2"]


def test_more_alerts_than_a_database_takes_parameters_in_one_query(sqlite_store: Store) -> None:
    drafts = [draft(n, score=0.2 + n / 10_000) for n in range(600)]
    first = desk.record_scan(sqlite_store, run(1), drafts, NOW)
    assert desk.record_scan(sqlite_store, run(2), drafts, later(days=1)) == first
    assert len(set(first.values())) == 600
