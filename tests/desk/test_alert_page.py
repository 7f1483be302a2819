"""One function gives the values that queue, page, paper and export show, and the history tells the truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from surveil import desk
from surveil.alerts.alert import Source
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Family, Severity, SubjectType
from surveil.alerts.people import SYSTEM, Role, User
from surveil.desk.alert_page import Change
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ANN, AUDITOR, BOB, NOTE, SUE, look
from tests.store.support import NOW, draft, later, run


@pytest.fixture
def alert_id(store: Store) -> str:
    kept = desk.record_scan(store, run(1), [draft(1), draft(2), draft(1, detector="UN01", score=0.2)], NOW)
    return kept["UA01|rep|R1"]


def test_queue_page_and_export_show_the_same_values(store: Store, alert_id: str) -> None:
    desk.record_scan(store, run(2), [draft(1, score=0.87654321, item_count=7)], later(days=1))
    with store.read() as session:
        page = desk.alert_view(session, ANN, alert_id).alert
        (queued,) = (alert for alert in desk.queue(session, ANN).alerts if alert.alert_id == alert_id)
        (exported,) = (row for row in desk.export_alerts(session, ANN) if row["alert_id"] == alert_id)
    assert queued == page
    assert exported["score"] == page.score == 0.87654321
    assert exported["reason"] == page.reason
    assert exported["item_count"] == page.item_count == 7


def test_the_export_has_the_promised_fields_in_their_order_and_is_json(store: Store, alert_id: str) -> None:
    with store.read() as session:
        rows = desk.export_alerts(session, SYSTEM)
    promised = (
        "alert_id detector version family typology severity score subject_type subject_id rep_id branch_id "
        "period_start period_end observed expected interval p_value q_value reason item_count status run_id "
        "first_seen last_seen"
    )
    assert [list(row) for row in rows] == [promised.split()] * 3
    first = json.loads(json.dumps(rows[0], allow_nan=False))
    assert first["interval"] == [0.2, 1.9]
    assert (first["family"], first["severity"], first["status"]) == ("unauthorized", "high", "open")
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_the_exported_days_are_those_of_the_data_whatever_the_clock_said(store: Store, alert_id: str) -> None:
    with store.read() as session:
        before = desk.export_alerts(session, SYSTEM)
    desk.record_scan(store, run(2, as_of="2026-11-21"), [draft(1)], later(days=400))
    with store.read() as session:
        (row,) = (row for row in desk.export_alerts(session, SYSTEM) if row["alert_id"] == alert_id)
    assert {seen["first_seen"] for seen in before} == {run(1).as_of} == {row["first_seen"]}
    assert row["last_seen"] == "2026-11-21"


def test_an_export_since_a_moment_holds_what_changed_from_then_on(store: Store, alert_id: str) -> None:
    desk.note(store, ANN, alert_id, NOTE, later(hours=5))
    with store.read() as session:
        assert [row["alert_id"] for row in desk.export_alerts(session, ANN, later(hours=5))] == [alert_id]
        assert desk.export_alerts(session, ANN, later(hours=6)) == []
        assert len(desk.export_alerts(session, ANN, datetime(2020, 1, 1, tzinfo=UTC))) == 3


def test_the_history_tells_every_step_with_old_and_new_value(store: Store, alert_id: str) -> None:
    desk.take(store, ANN, alert_id, later(hours=1))
    desk.assign(store, ANN, alert_id, None, later(hours=2))
    with store.read() as session:
        history = desk.alert_view(session, AUDITOR, alert_id).history
    assert [(entry.action, entry.actor) for entry in history] == [
        ("alert.opened", "system"),
        ("alert.taken", "ann"),
        ("alert.assigned", "ann"),
    ]
    assert history[1].changes == (
        Change("assignee", None, "ann"),
        Change("due_on", "2026-03-06", "2026-04-03"),
        Change("status", "open", "in_review"),
    )
    assert history[2].changes == (Change("assignee", "ann", None), Change("status", "in_review", "open"))
    assert history[1].at == "2026-03-04T16:00:00.000000Z"


def test_the_trend_and_what_is_related_and_the_run_are_on_the_page(store: Store, alert_id: str) -> None:
    desk.record_scan(store, run(2), [draft(1, item_count=8)], later(days=1))
    with store.read() as session:
        view = desk.alert_view(session, ANN, alert_id)
    assert [(hit.run_id, hit.item_count) for hit in view.hits] == [("run-1", 5), ("run-2", 8)]
    assert [alert.detector for alert in view.related] == ["UN01"]
    assert view.run == run(2)


def test_an_alert_that_is_not_there_reads_as_not_found(store: Store) -> None:
    for name in ("A-none", "", "'; DROP TABLE alert; --", "A" * 10_000, "nul\x00"):
        with store.read() as session, pytest.raises(NotFound, match="There is no alert"):
            desk.alert_view(session, ANN, name)


REPORT = desk.Report(
    source=Source.HOT_LINE,
    family=Family.UNAUTHORIZED,
    typology="cards nobody asked for",
    severity=Severity.HIGH,
    subject_type=SubjectType.REP,
    subject_id="R1",
    what="A caller said that cards were ordered for his mother.",
    rep_id="R1",
    branch_id="B1",
)


def test_a_report_on_the_hot_line_becomes_an_alert_like_any_other(store: Store) -> None:
    raised = desk.raise_alert(store, ANN, REPORT, NOW)
    second = desk.raise_alert(store, ANN, REPORT, later(hours=1))
    assert raised.alert_id != second.alert_id
    assert (raised.score, raised.run_id, raised.source) == (None, None, Source.HOT_LINE)
    waiting = desk.decide(
        store, ANN, raised.alert_id, Disposition.CONFIRMED_UNAUTHORIZED, NOTE, later(hours=2), 1
    )
    desk.approve(store, BOB, raised.alert_id, later(hours=3), waiting.row_version)
    with store.read() as session:
        (row,) = (r for r in desk.export_alerts(session, ANN) if r["alert_id"] == raised.alert_id)
        assert desk.queue(session, ANN, sort=desk.Sort.SCORE).total == 2
    assert (row["detector"], row["score"], row["status"]) == ("MANUAL", None, "closed")
    assert verify(store.engine).ok


def test_a_report_says_what_about_whom_and_comes_from_somewhere(store: Store) -> None:
    wrong = [{"what": "short"}, {"subject_id": "  "}, {"source": Source.SCAN}]
    for changes in wrong:
        with pytest.raises(Unacceptable):
            desk.raise_alert(store, ANN, desk.Report(**(vars(REPORT) | changes)), NOW)
    with pytest.raises(NotAllowed):
        desk.raise_alert(store, AUDITOR, REPORT, NOW)
    elsewhere = desk.Report(**(vars(REPORT) | {"branch_id": "B9"}))
    with pytest.raises(NotAllowed, match="compliance officers"):
        desk.raise_alert(store, SUE, elsewhere, NOW)
    assert desk.raise_alert(store, SUE, REPORT, NOW).branch_id == "B1"


def test_nobody_can_bury_a_report_about_himself_by_raising_it(store: Store) -> None:
    himself = User("r1", Role.OFFICER, rep_id="R1")
    with pytest.raises(NotAllowed):
        desk.raise_alert(store, himself, REPORT, NOW)


def test_alerts_are_linked_to_cases_many_to_many_and_taken_out_again(store: Store, alert_id: str) -> None:
    second = "UA01|rep|R2"
    other = desk.record_scan(store, run(2), [draft(2)], later(days=1))[second]
    case = desk.open_case(store, ANN, "  Consents\n in  spring ", [alert_id, alert_id], NOW)
    desk.link_alert(store, BOB, case, other, later(hours=1))
    desk.link_alert(store, BOB, case, other, later(hours=1))
    elsewhere = desk.open_case(store, ANN, "Another matter", [other], later(hours=2))
    with store.read() as session:
        view = desk.case_view(session, ANN, case)
        assert view.title == "Consents in spring"
        assert {alert.alert_id for alert in view.alerts} == {alert_id, other}
        assert [c.case_id for c in desk.alert_view(session, ANN, other).cases] == [case, elsewhere]
    desk.unlink_alert(store, ANN, case, other, "Belongs to the other matter.", later(hours=3))
    with pytest.raises(Unacceptable, match="last alert"):
        desk.unlink_alert(store, ANN, case, alert_id, "Belongs to no matter at all.", later(hours=4))
    with pytest.raises(NotFound):
        desk.unlink_alert(store, ANN, case, other, "Belongs to no matter at all.", later(hours=4))
    with store.read() as session:
        history = desk.alert_view(session, ANN, other).history
    assert [entry.action for entry in history][-3:] == ["alert.linked", "alert.linked", "alert.unlinked"]
    assert look(store, other).reason, "the alert itself lost nothing"
    assert verify(store.engine).ok


@pytest.mark.parametrize(
    ("title", "alerts"), [("", ["x"]), ("   ", ["x"]), ("a" * 300, ["x"]), ("Title", [])]
)
def test_a_case_has_a_title_and_an_alert(store: Store, title: str, alerts: list[str]) -> None:
    with pytest.raises(Unacceptable):
        desk.open_case(store, ANN, title, alerts, NOW)
