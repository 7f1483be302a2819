"""Decisions have a reason, a second pair of eyes where asked for, and never overwrite a newer one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from surveil import desk
from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import Conflict, DeskError, NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import Role, User
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, BOB, NOTE, SUE, look, version
from tests.store.support import NOW, draft, later, run


@pytest.fixture
def ids(store: Store) -> dict[str, str]:
    """R1 (high, branch B1), R2 (medium, branch B2), R4 (low, branch B1)."""
    severities = {1: Severity.HIGH, 2: Severity.MEDIUM, 4: Severity.LOW}
    drafts = [draft(number, severity=severity) for number, severity in severities.items()]
    kept = desk.record_scan(store, run(1), drafts, NOW)
    return {fingerprint.rsplit("|", 1)[1]: alert_id for fingerprint, alert_id in kept.items()}


def decide(
    store: Store,
    alert_id: str,
    disposition: Disposition = Disposition.CONFIRMED_UNAUTHORIZED,
    user: User = ANN,
    **more: str,
) -> Alert:
    return desk.decide(
        store, user, alert_id, disposition, NOTE, later(hours=1), version(store, alert_id), **more
    )


def test_a_medium_alert_is_closed_by_one_person_with_a_reason(store: Store, ids: dict[str, str]) -> None:
    alert = decide(store, ids["R2"])
    assert (alert.status, alert.disposition) == (Status.CLOSED, Disposition.CONFIRMED_UNAUTHORIZED)
    assert alert == look(store, ids["R2"])
    assert (alert.decided_by, alert.assignee) == ("ann", "ann")


def test_a_high_alert_waits_for_somebody_else(store: Store, ids: dict[str, str]) -> None:
    waiting = decide(store, ids["R1"])
    assert (waiting.status, waiting.disposition) == (Status.PENDING_APPROVAL, None)
    with pytest.raises(NotAllowed, match="second person"):
        desk.approve(store, ANN, ids["R1"], later(hours=2), waiting.row_version)
    closed = desk.approve(store, BOB, ids["R1"], later(hours=2), waiting.row_version, "I read the file too.")
    assert (closed.status, closed.disposition) == (Status.CLOSED, Disposition.CONFIRMED_UNAUTHORIZED)
    with store.read() as session:
        (decision,) = desk.decisions(session, AUDITOR)
    assert (decision.state, decision.decided_by, decision.reviewed_by) == ("final", "ann", "bob")
    assert (decision.note, decision.review_note) == (NOTE, "I read the file too.")


def test_rejected_it_goes_back_to_who_decided_and_both_opinions_are_kept(
    store: Store, ids: dict[str, str]
) -> None:
    waiting = decide(store, ids["R1"])
    back = desk.reject(
        store, BOB, ids["R1"], "Nobody asked the customer yet.", later(hours=2), waiting.row_version
    )
    assert (back.status, back.assignee, back.decided_by) == (Status.IN_REVIEW, "ann", None)
    again = decide(store, ids["R1"], Disposition.USEFUL_NO_BREACH)
    desk.approve(store, BOB, ids["R1"], later(hours=3), again.row_version)
    with store.read() as session:
        view = desk.alert_view(session, ANN, ids["R1"])
    assert [(d.state, d.disposition.value) for d in view.decisions] == [
        ("rejected", "confirmed_unauthorized"),
        ("final", "useful_no_breach"),
    ]
    assert view.decisions[0].review_note == "Nobody asked the customer yet."


def test_reopened_the_old_decision_is_kept_as_withdrawn(store: Store, ids: dict[str, str]) -> None:
    closed = decide(store, ids["R2"], Disposition.FALSE_POSITIVE_EXPLAINED)
    back = desk.reopen(
        store, BOB, ids["R2"], "The customer complained after all.", later(days=3), closed.row_version
    )
    assert (back.status, back.assignee, back.disposition) == (Status.IN_REVIEW, "bob", None)
    decide(store, ids["R2"], user=BOB)
    with store.read() as session:
        view = desk.alert_view(session, ANN, ids["R2"])
    assert [decision.state for decision in view.decisions] == ["withdrawn", "final"]
    assert [entry.action for entry in view.history] == [
        "alert.opened",
        "alert.decided",
        "alert.reopened",
        "alert.decided",
    ]


def test_an_alert_that_came_back_is_worked_on_itself_not_by_reopening_the_old_one(
    store: Store, ids: dict[str, str]
) -> None:
    decide(store, ids["R2"], Disposition.FALSE_POSITIVE_EXPLAINED)
    new = desk.record_scan(store, run(2), [draft(2, item_count=50)], later(days=1))["UA01|rep|R2"]
    with pytest.raises(Unacceptable, match=new):
        desk.reopen(
            store, ANN, ids["R2"], "It seems to go on and on.", later(days=2), version(store, ids["R2"])
        )


def test_calling_a_false_alarm_what_came_back_needs_a_second_person_whatever_its_severity(
    store: Store, ids: dict[str, str]
) -> None:
    decide(store, ids["R4"], Disposition.FALSE_POSITIVE_EXPLAINED)
    again = draft(4, severity=Severity.LOW, item_count=50)
    new = desk.record_scan(store, run(2), [again], later(days=1))["UA01|rep|R4"]
    assert decide(store, new, Disposition.FALSE_POSITIVE_EXPLAINED).status is Status.PENDING_APPROVAL


STALE: dict[str, Callable[[Store, str, int], object]] = {
    "decide": lambda store, alert_id, seen: desk.decide(
        store, BOB, alert_id, Disposition.USEFUL_NO_BREACH, NOTE, later(hours=9), seen
    ),
    "take": lambda store, alert_id, seen: desk.take(store, BOB, alert_id, later(hours=9), seen),
    "assign": lambda store, alert_id, seen: desk.assign(store, BOB, alert_id, None, later(hours=9), seen),
    "approve": lambda store, alert_id, seen: desk.approve(store, BOB, alert_id, later(hours=9), seen),
    "reject": lambda store, alert_id, seen: desk.reject(store, BOB, alert_id, NOTE, later(hours=9), seen),
    "reopen": lambda store, alert_id, seen: desk.reopen(store, BOB, alert_id, NOTE, later(hours=9), seen),
}


@pytest.mark.parametrize("act", STALE)
def test_a_stale_page_overwrites_nothing(store: Store, ids: dict[str, str], act: str) -> None:
    seen = version(store, ids["R1"])
    decided = decide(store, ids["R1"])
    before = verify(store.engine)
    with pytest.raises(Conflict, match="changed since you opened it"):
        STALE[act](store, ids["R1"], seen)
    assert look(store, ids["R1"]) == decided
    assert verify(store.engine) == before


def test_the_approver_sees_when_a_scan_found_more_after_the_decision(
    store: Store, ids: dict[str, str]
) -> None:
    waiting = decide(store, ids["R1"], Disposition.FALSE_POSITIVE_EXPLAINED)
    desk.record_scan(store, run(2), [draft(1, item_count=500)], later(days=1))
    with pytest.raises(Conflict):
        desk.approve(store, BOB, ids["R1"], later(days=2), waiting.row_version)
    assert look(store, ids["R1"]).item_count == 500


@pytest.mark.parametrize("note", ["", "ok", "      ", "..............................."])
def test_no_decision_without_a_reason(store: Store, ids: dict[str, str], note: str) -> None:
    with pytest.raises(Unacceptable, match="too short"):
        desk.decide(store, ANN, ids["R2"], Disposition.CANNOT_RULE_OUT, note, NOW, version(store, ids["R2"]))
    assert look(store, ids["R2"]).status is Status.OPEN


@pytest.mark.parametrize("user", [AUDITOR, ADMINISTRATOR, User("gone", Role.OFFICER, active=False)])
def test_who_may_not_decide_changes_nothing(store: Store, ids: dict[str, str], user: User) -> None:
    before = verify(store.engine)
    seen = version(store, ids["R2"])
    for attempt in (
        lambda: desk.decide(store, user, ids["R2"], Disposition.USEFUL_NO_BREACH, NOTE, NOW, seen),
        lambda: desk.note(store, user, ids["R2"], NOTE, NOW),
        lambda: desk.take(store, user, ids["R2"], NOW, seen),
        lambda: desk.assign(store, user, ids["R2"], None, NOW, seen),
        lambda: desk.open_case(store, user, "Case", [ids["R2"]], NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert verify(store.engine) == before


def test_a_supervisor_cannot_even_learn_of_another_branch_s_alert(store: Store, ids: dict[str, str]) -> None:
    words = set()
    for alert_id in (ids["R2"], "A-000000000000"):
        with pytest.raises(NotFound) as refused:
            desk.decide(store, SUE, alert_id, Disposition.USEFUL_NO_BREACH, NOTE, NOW, 1)
        words.add(str(refused.value).replace(alert_id, ""))
    assert len(words) == 1, "out of scope reads as not found"


def test_what_one_supervisor_decided_a_compliance_officer_approves(store: Store, ids: dict[str, str]) -> None:
    waiting = decide(store, ids["R1"], user=SUE)
    other = User("tom", Role.SUPERVISOR, branches=frozenset({"B1"}))
    with pytest.raises(NotAllowed, match="compliance officer"):
        desk.approve(store, other, ids["R1"], later(hours=2), waiting.row_version)
    assert desk.approve(store, BOB, ids["R1"], later(hours=2), waiting.row_version).status is Status.CLOSED


def test_an_escalated_alert_is_in_a_case_so_that_it_is_not_lost(store: Store, ids: dict[str, str]) -> None:
    with pytest.raises(Unacceptable, match="Link the alert to a case"):
        decide(store, ids["R2"], Disposition.ESCALATED)
    desk.open_case(store, ANN, "Consents of R2", [ids["R2"]], NOW)
    assert decide(store, ids["R2"], Disposition.ESCALATED).status is Status.CLOSED


def test_a_duplicate_names_its_original(store: Store, ids: dict[str, str]) -> None:
    with pytest.raises(Unacceptable, match="names the alert"):
        decide(store, ids["R2"], Disposition.DUPLICATE)
    with pytest.raises(Unacceptable, match="names the alert"):
        decide(store, ids["R2"], Disposition.USEFUL_NO_BREACH, duplicate_of=ids["R4"])
    with pytest.raises(NotFound):
        decide(store, ids["R2"], Disposition.DUPLICATE, duplicate_of="A-none")
    with pytest.raises(Unacceptable, match="can't be the original"):
        decide(store, ids["R2"], Disposition.DUPLICATE, duplicate_of=ids["R2"])
    decide(store, ids["R2"], Disposition.DUPLICATE, duplicate_of=ids["R4"])
    with pytest.raises(Unacceptable, match="can't be the original"):
        decide(store, ids["R4"], Disposition.DUPLICATE, duplicate_of=ids["R2"])


def test_the_page_offers_exactly_what_the_desk_then_accepts(store: Store, ids: dict[str, str]) -> None:
    decide(store, ids["R1"])
    with store.read() as session:
        offered = desk.alert_view(session, ANN, ids["R1"]).allowed
    assert not offered[Action.APPROVE]
    with pytest.raises(DeskError, match="second person"):
        desk.approve(store, ANN, ids["R1"], NOW, version(store, ids["R1"]))
    with store.read() as session:
        assert desk.alert_view(session, BOB, ids["R1"]).allowed[Action.APPROVE]
