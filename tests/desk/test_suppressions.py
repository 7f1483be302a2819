"""A suppression is scoped, reasoned, approved by somebody else, ends, and is counted; and worse comes through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from surveil import desk
from surveil.alerts.alert import Action, Status
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import Role, User
from surveil.alerts.suppression import SUPPRESS_MAX_DAYS, Scope, Suppression, SuppressionState
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ANN, AUDITOR, BOB, NOTE, SUE, look
from tests.store.support import NOW, draft, later, run

TODAY = NOW.date()
UNTIL = TODAY + timedelta(30)
REASON = "Payroll openings of the new employer, seen on site."


def scan(store: Store, number: int, *drafts: object, days: float = 0) -> dict[str, str]:
    return desk.record_scan(store, run(number), list(drafts), later(days=days))  # type: ignore[arg-type]


def medium(number: int = 1, **changes: object) -> object:
    return draft(number, **({"severity": Severity.MEDIUM} | changes))


@pytest.fixture
def alert_id(store: Store) -> str:
    return scan(store, 1, medium())["UA01|rep|R1"]


def propose(store: Store, alert_id: str, scope: Scope = Scope.SUBJECT, user: User = ANN) -> str:
    return desk.propose_suppression(store, user, alert_id, scope, UNTIL, REASON, later(hours=1))


def approved(store: Store, alert_id: str, scope: Scope = Scope.SUBJECT) -> str:
    name = propose(store, alert_id, scope)
    desk.approve_suppression(store, BOB, name, NOTE, later(hours=2))
    return name


def told(store: Store) -> Suppression:
    with store.read() as session:
        (only,) = desk.suppressions(session, AUDITOR)
    return only


def test_nothing_is_held_back_before_a_second_person_approves(store: Store, alert_id: str) -> None:
    name = propose(store, alert_id)
    scan(store, 2, medium(), days=1)
    assert look(store, alert_id).status is Status.OPEN
    with pytest.raises(NotAllowed, match="You proposed"):
        desk.approve_suppression(store, ANN, name, NOTE, later(days=1))
    assert desk.approve_suppression(store, BOB, name, NOTE, later(days=1)) == (alert_id,)
    held = look(store, alert_id)
    assert (held.status, held.suppression_id, held.assignee) == (Status.SUPPRESSED, name, None)
    assert verify(store.engine).ok


def test_what_it_holds_back_is_counted_not_lost(store: Store, alert_id: str) -> None:
    name = approved(store, alert_id)
    for number in (2, 3):
        assert scan(store, number, medium(), days=number)["UA01|rep|R1"] == alert_id
    kept = told(store)
    assert (kept.suppression_id, kept.hits, kept.held, kept.state) == (name, 2, 1, SuppressionState.ACTIVE)
    with store.read() as session:
        held = desk.queue(session, ANN, desk.QueueFilters(status=(Status.SUPPRESSED,)))
        assert [alert.alert_id for alert in held.alerts] == [alert_id]
        assert desk.queue(session, ANN, desk.first_look(ANN, TODAY)).total == 0
        assert desk.export_alerts(session, ANN)[0]["status"] == "suppressed"


@pytest.mark.parametrize(
    "worse",
    [{"severity": Severity.HIGH}, {"score": 0.9}, {"item_count": 9}],
    ids=["severity", "score", "items"],
)
def test_an_alert_whose_subject_gets_worse_comes_back_by_itself(
    store: Store, alert_id: str, worse: dict[str, object]
) -> None:
    approved(store, alert_id)
    scan(store, 2, medium(**worse), days=2)
    back = look(store, alert_id)
    assert (back.status, back.suppression_id) == (Status.OPEN, None)
    assert back.due_on > store.calendar.day(later(days=2))
    with store.read() as session:
        assert desk.alert_view(session, ANN, alert_id).history[-1].action == "alert.unsuppressed"
    assert verify(store.engine).ok


def test_growth_in_small_steps_adds_up_against_what_was_approved(store: Store, alert_id: str) -> None:
    approved(store, alert_id)
    for number, items in ((2, 6), (3, 7)):
        scan(store, number, medium(item_count=items), days=number)
    assert look(store, alert_id).status is Status.OPEN


def test_other_detectors_and_other_subjects_are_not_held_back(store: Store, alert_id: str) -> None:
    approved(store, alert_id)
    ids = scan(store, 2, medium(), medium(4), medium(detector="UA03"), days=1)
    assert look(store, ids["UA01|rep|R4"]).status is Status.OPEN
    assert look(store, ids["UA03|rep|R1"]).status is Status.OPEN


def test_a_branch_wide_one_holds_back_the_branch_but_never_high_alerts(store: Store, alert_id: str) -> None:
    approved(store, alert_id, Scope.BRANCH)
    ids = scan(store, 2, medium(4), draft(7), medium(2), days=1)
    statuses = [look(store, ids[f"UA01|rep|R{n}"]).status for n in (4, 7, 2)]
    assert statuses == [Status.SUPPRESSED, Status.OPEN, Status.OPEN]
    assert look(store, alert_id).status is Status.SUPPRESSED


def test_when_its_day_is_over_the_next_scan_opens_what_it_held(store: Store, alert_id: str) -> None:
    approved(store, alert_id)
    assert desk.wake(store, later(days=30)) == ()
    scan(store, 2, days=31)
    assert look(store, alert_id).status is Status.OPEN
    assert told(store).state is SuppressionState.ENDED
    scan(store, 3, medium(), days=32)
    assert look(store, alert_id).status is Status.OPEN


def test_ended_early_it_gives_back_what_it_held(store: Store, alert_id: str) -> None:
    name = approved(store, alert_id)
    assert desk.end_suppression(store, ANN, name, "The employer left the town.", later(days=1)) == (alert_id,)
    assert look(store, alert_id).status is Status.OPEN
    with pytest.raises(Unacceptable, match="ended already"):
        desk.end_suppression(store, ANN, name, "The employer left the town.", later(days=1))


def test_turned_down_it_holds_nothing_and_says_why(store: Store, alert_id: str) -> None:
    name = propose(store, alert_id)
    desk.reject_suppression(store, BOB, name, "Nobody has called the employer.", later(hours=2))
    kept = told(store)
    assert (kept.state, kept.review_note) == (SuppressionState.REJECTED, "Nobody has called the employer.")
    assert look(store, alert_id).status is Status.OPEN
    propose(store, alert_id)


def test_a_supervisor_may_propose_but_a_compliance_officer_approves(store: Store, alert_id: str) -> None:
    other = User("second-sue", Role.SUPERVISOR, branches=SUE.branches)
    name = propose(store, alert_id, user=SUE)
    with pytest.raises(NotAllowed, match="compliance officer"):
        desk.approve_suppression(store, other, name, NOTE, later(hours=2))
    desk.approve_suppression(store, ANN, name, NOTE, later(hours=2))


def test_nobody_suppresses_what_is_about_himself_or_whom_he_reports_to(store: Store, alert_id: str) -> None:
    himself, below = (
        User("r1", Role.OFFICER, rep_id="R1"),
        User("low", Role.OFFICER, reports_to=frozenset({"R1"})),
    )
    with pytest.raises(NotFound):
        propose(store, alert_id, user=himself)
    with pytest.raises(NotAllowed, match="report to"):
        propose(store, alert_id, user=below)
    name = propose(store, alert_id)
    with pytest.raises(NotFound):
        desk.approve_suppression(store, himself, name, NOTE, later(hours=2))
    with pytest.raises(NotAllowed, match="report to"):
        desk.approve_suppression(store, below, name, NOTE, later(hours=2))
    with store.read() as session:
        assert desk.suppressions(session, himself) == ()


REFUSED: dict[str, Callable[[Store, str], object]] = {
    "no reason": lambda s, a: desk.propose_suppression(s, ANN, a, Scope.SUBJECT, UNTIL, "...", NOW),
    "for ever": lambda s, a: desk.propose_suppression(
        s, ANN, a, Scope.SUBJECT, TODAY + timedelta(SUPPRESS_MAX_DAYS + 1), REASON, NOW
    ),
    "already over": lambda s, a: desk.propose_suppression(s, ANN, a, Scope.SUBJECT, TODAY, REASON, NOW),
    "twice": lambda s, a: (propose(s, a), propose(s, a)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_suppression_without_reason_end_or_of_what_is_suppressed_is_refused(
    store: Store, alert_id: str, name: str
) -> None:
    with pytest.raises(Unacceptable):
        REFUSED[name](store, alert_id)


def test_held_back_it_can_be_read_but_not_decided(store: Store, alert_id: str) -> None:
    approved(store, alert_id)
    with store.read() as session:
        allowed = desk.alert_view(session, ANN, alert_id).allowed
    assert allowed[Action.READ]
    assert allowed[Action.NOTE]
    assert not allowed[Action.DECIDE]
    assert not allowed[Action.TAKE]
