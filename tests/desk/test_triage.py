"""Taking, assigning, noting and revealing, each with its event."""

from __future__ import annotations

from datetime import date

import pytest

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.people import SYSTEM, Role
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ANN, AUDITOR, BOB, NOTE, SUE, look
from tests.store.support import NOW, draft, later, run


@pytest.fixture
def alert_id(store: Store) -> str:
    for name in ("ann", "bob"):
        desk.create_user(store, SYSTEM, name, Role.OFFICER, NOW)
    return desk.record_scan(store, run(1), [draft(1)], NOW)["UA01|rep|R1"]


def test_taken_it_is_mine_and_the_day_of_the_decision_is_due(store: Store, alert_id: str) -> None:
    assert look(store, alert_id).due_on == date(2026, 3, 6)
    taken = desk.take(store, ANN, alert_id, later(hours=1))
    assert (taken.status, taken.assignee, taken.due_on) == (Status.IN_REVIEW, "ann", date(2026, 4, 3))


def test_assigned_to_a_colleague_and_put_back_for_anybody(store: Store, alert_id: str) -> None:
    given = desk.assign(store, ANN, alert_id, "bob", later(hours=1))
    assert (given.assignee, given.status) == ("bob", Status.OPEN)
    back = desk.assign(store, BOB, alert_id, None, later(hours=2))
    assert (back.assignee, back.status) == (None, Status.OPEN)


def test_an_alert_is_given_only_to_who_may_decide_it(store: Store, alert_id: str) -> None:
    desk.create_user(store, SYSTEM, "aud", Role.AUDITOR, NOW)
    desk.create_user(store, SYSTEM, "self", Role.OFFICER, NOW, rep_id="R1")
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, NOW)
    desk.create_user(store, SYSTEM, "below", Role.OFFICER, NOW, rep_id="R8")
    desk.set_scope(store, SYSTEM, "below", NOW, reports_to=["R1"])
    for name in ("aud", "self", "sue", "below"):
        with pytest.raises(Unacceptable, match=f"{name} can't be given this alert"):
            desk.assign(store, ANN, alert_id, name, NOW)
    with pytest.raises(NotFound, match="no user zed"):
        desk.assign(store, ANN, alert_id, "zed", NOW)


def test_a_note_on_an_alert_nobody_has_makes_it_the_writer_s(store: Store, alert_id: str) -> None:
    assert desk.note(store, ANN, alert_id, NOTE, later(hours=1)).assignee == "ann"
    assert desk.note(store, BOB, alert_id, "Second look agrees with it.", later(hours=2)).assignee == "ann"
    with store.read() as session:
        notes = desk.alert_view(session, AUDITOR, alert_id).notes
    assert [(note.text, note.written_by) for note in notes] == [
        (NOTE, "ann"),
        ("Second look agrees with it.", "bob"),
    ]


def test_a_note_of_six_thousand_words_in_any_script_is_kept_whole(store: Store, alert_id: str) -> None:
    text = ("Клиент пришёл сам. 客户本人到场。 " * 500).strip()
    desk.note(store, ANN, alert_id, text, later(hours=1))
    with store.read() as session:
        assert desk.alert_view(session, ANN, alert_id).notes[0].text == text


def test_a_look_at_personal_data_is_recorded_with_its_reason_first(store: Store, alert_id: str) -> None:
    with pytest.raises(Unacceptable, match="reason is too short"):
        desk.reveal(store, ANN, alert_id, "names", "because", later(hours=1))
    shown = desk.reveal(store, AUDITOR, alert_id, "names", "Sample of closed alerts, March.", later(hours=1))
    assert shown.alert_id == alert_id
    with store.read() as session:
        last = desk.alert_view(session, ANN, alert_id).history[-1]
    assert (last.action, last.actor, last.details) == ("alert.revealed", "aud", {"what": "names"})
    assert last.reason == "Sample of closed alerts, March."


def test_out_of_scope_nothing_is_revealed_and_nothing_recorded(store: Store, alert_id: str) -> None:
    other = desk.record_scan(store, run(2), [draft(2)], NOW)["UA01|rep|R2"]
    before = verify(store.engine)
    with pytest.raises(NotFound):
        desk.reveal(store, SUE, other, "names", "I would like to know.", NOW)
    with pytest.raises(NotAllowed):
        desk.reveal(store, SYSTEM, alert_id, "names", "I would like to know.", NOW)
    assert verify(store.engine) == before
