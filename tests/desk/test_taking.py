"""The next alert is taken once, by one person, for a while; and slips of the hand can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from surveil import desk
from surveil.alerts.alert import Action, Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import Conflict, DeskError, NotAllowed, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import Role, User
from surveil.desk import QueueFilters
from surveil.desk.taking import LOCK, SET_ASIDE_MAX_DAYS, UNDO_WITHIN
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, BOB, NOTE, SUE, look, version
from tests.store.support import NOW, draft, later, run

EVERY = QueueFilters()
REASON = "The branch sends the papers next week."
TODAY = NOW.date()


@pytest.fixture
def three(store: Store) -> Store:
    """R1 critical in B1, R2 high in B2, R4 low in B1."""
    severities = {1: Severity.CRITICAL, 2: Severity.HIGH, 4: Severity.LOW}
    desk.record_scan(store, run(1), [draft(n, severity=s) for n, s in severities.items()], NOW)
    for user in (ANN, BOB):
        desk.create_user(store, desk.users.SYSTEM, user.name, user.role, NOW)
    return store


def taken(store: Store, user: User = ANN, hours: float = 1, **more: object) -> str | None:
    alert = desk.take_next(store, user, more.pop("filters", EVERY), later(hours=hours), **more)  # type: ignore[arg-type]
    return alert.subject_id if alert else None


def test_the_most_urgent_comes_first_then_the_next_until_none_is_left(three: Store) -> None:
    assert [taken(three) for _ in range(4)] == ["R1", "R2", "R4", None]
    with three.read() as session:
        page = desk.queue(session, ANN)
    assert {(a.assignee, a.status, a.locked_by) for a in page.alerts} == {("ann", Status.IN_REVIEW, "ann")}
    assert {a.locked_until for a in page.alerts} == {later(hours=1) + LOCK}
    assert verify(three.engine).ok


def test_the_next_one_matches_the_filters_and_what_was_skipped_is_not_offered_again(three: Store) -> None:
    assert taken(three, filters=QueueFilters(severity=(Severity.LOW,))) == "R4"
    with three.read() as session:
        first = desk.queue(session, ANN).alerts[0].alert_id
    assert taken(three, skip=[first]) == "R2"


def test_many_officers_asking_at_once_never_get_the_same_alert(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(n) for n in range(12)], NOW)

    def work(number: int) -> list[str]:
        user, found = User(f"officer-{number}", Role.OFFICER), []
        while (alert := desk.take_next(store, user, EVERY, later(hours=1))) is not None:
            found.append(alert.alert_id)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken_by = list(pool.map(work, range(4)))
    every = [alert_id for found in taken_by for alert_id in found]
    assert len(every) == len(set(every)) == 12
    assert verify(store.engine).ok


def test_what_somebody_has_locked_nobody_else_decides_takes_assigns_or_sets_aside(three: Store) -> None:
    alert_id = desk.take_next(three, ANN, EVERY, later(hours=1)).alert_id  # type: ignore[union-attr]
    seen, soon = version(three, alert_id), later(hours=1, minutes=5)
    for act in (
        lambda: desk.take(three, BOB, alert_id, soon),
        lambda: desk.assign(three, BOB, alert_id, "bob", soon),
        lambda: desk.set_aside(three, BOB, alert_id, TODAY + timedelta(3), REASON, soon),
        lambda: desk.decide(three, BOB, alert_id, Disposition.CANNOT_RULE_OUT, NOTE, soon, seen),
    ):
        with pytest.raises(NotAllowed, match=r"ann is working on this alert until 16:30 UTC\."):
            act()
    with three.read() as session:
        view = desk.alert_view(session, BOB, alert_id, soon)
        assert not view.allowed[Action.DECIDE]
        assert view.allowed[Action.NOTE]
    assert taken(three, BOB, 1.1) == "R2"
    assert desk.take(three, BOB, alert_id, later(hours=3)).assignee == "bob", "the lock is over"


def test_left_untouched_an_alert_is_offered_to_others_and_once_begun_it_is_not(three: Store) -> None:
    first = desk.take_next(three, ANN, EVERY, later(hours=1))
    second = desk.take_next(three, ANN, EVERY, later(hours=1))
    assert first is not None
    assert second is not None
    desk.note(three, ANN, first.alert_id, NOTE, later(hours=1))
    assert [taken(three, BOB, 2), taken(three, BOB, 2), taken(three, BOB, 2)] == ["R2", "R4", None]
    assert look(three, first.alert_id).assignee == "ann"
    assert taken(three, ANN, 2) == "R1", "his own come back to him"


def test_put_back_it_is_anybody_s_and_due_to_be_taken_up_again(three: Store) -> None:
    before = desk.take_next(three, ANN, EVERY, later(hours=1))
    assert before is not None
    with pytest.raises(NotAllowed, match="not yours"):
        desk.release(three, BOB, before.alert_id, later(hours=1))
    after = desk.release(three, ANN, before.alert_id, later(hours=1), before.row_version)
    assert (after.assignee, after.status, after.locked_by) == (None, Status.OPEN, None)
    assert after.due_on == three.calendar.take_up_due(Severity.CRITICAL, NOW) != before.due_on
    assert taken(three, BOB) == "R1"


def test_nobody_is_handed_an_alert_about_whom_he_reports_to_or_himself_or_out_of_scope(three: Store) -> None:
    boss = User("low", Role.OFFICER, reports_to=frozenset({"R1"}), rep_id="R2")
    assert [taken(three, boss), taken(three, boss)] == ["R4", None]
    assert [taken(three, SUE), taken(three, SUE)] == ["R1", None]
    for user in (AUDITOR, ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            taken(three, user)


def test_set_aside_it_is_out_of_the_first_look_until_its_day(three: Store) -> None:
    with three.read() as session:
        alert_id = desk.queue(session, ANN).alerts[0].alert_id
    until = TODAY + timedelta(7)
    aside = desk.set_aside(three, ANN, alert_id, until, REASON, later(hours=1))
    assert (aside.assignee, aside.set_aside_until) == ("ann", until)
    totals = []
    for day in (TODAY, until - timedelta(1), until):
        with three.read() as session:
            totals.append(desk.queue(session, ANN, desk.first_look(ANN, day)).total)
    assert totals == [2, 2, 3]
    assert [taken(three, BOB, 2), taken(three, BOB, 2), taken(three, BOB, 2)] == ["R2", "R4", None]
    assert taken(three, ANN, 24 * 8) == "R1"


def test_set_aside_it_comes_back_by_itself_when_a_scan_finds_it_clearly_worse(three: Store) -> None:
    with three.read() as session:
        alert_id = desk.queue(session, ANN).alerts[1].alert_id
    desk.set_aside(three, ANN, alert_id, TODAY + timedelta(7), REASON, later(hours=1))
    desk.record_scan(three, run(2), [draft(2)], later(days=1))
    assert look(three, alert_id).set_aside_until is not None
    desk.record_scan(three, run(3), [draft(2, item_count=50)], later(days=2))
    assert look(three, alert_id).set_aside_until is None
    with three.read() as session:
        last = desk.alert_view(session, ANN, alert_id).history[-1]
    assert "set_aside_until" in {change.field for change in last.changes}


@pytest.mark.parametrize("days", [-1, 0, SET_ASIDE_MAX_DAYS + 1])
def test_setting_aside_for_ever_or_without_a_reason_is_refused(three: Store, days: int) -> None:
    with three.read() as session:
        alert_id = desk.queue(session, ANN).alerts[0].alert_id
    with pytest.raises(Unacceptable):
        desk.set_aside(three, ANN, alert_id, TODAY + timedelta(days), REASON, NOW)
    with pytest.raises(Unacceptable):
        desk.set_aside(three, ANN, alert_id, TODAY + timedelta(2), "later", NOW)


SOFT_ACTS: dict[str, Callable[[Store, str], object]] = {
    "take": lambda store, alert_id: desk.take(store, ANN, alert_id, later(hours=1)),
    "take_next": lambda store, alert_id: desk.take_next(store, ANN, EVERY, later(hours=1)),
    "assign": lambda store, alert_id: desk.assign(store, ANN, alert_id, "bob", later(hours=1)),
    "set_aside": lambda store, alert_id: desk.set_aside(
        store, ANN, alert_id, TODAY + timedelta(9), REASON, later(hours=1)
    ),
}


@pytest.mark.parametrize("name", SOFT_ACTS)
def test_a_soft_act_can_be_undone_and_leaves_both_in_the_history(three: Store, name: str) -> None:
    with three.read() as session:
        before = desk.queue(session, ANN).alerts[0]
    SOFT_ACTS[name](three, before.alert_id)
    assert look(three, before.alert_id) != before
    assert desk.undo(three, ANN, [before.alert_id], later(hours=1)) == (before.alert_id,)
    after = look(three, before.alert_id)
    for field in ("assignee", "status", "due_on", "locked_by", "locked_until", "set_aside_until"):
        assert getattr(after, field) == getattr(before, field)
    with three.read() as session:
        assert desk.alert_view(session, ANN, before.alert_id).history[-1].action == "alert.undone"
    assert verify(three.engine).ok


def test_undone_is_only_one_s_own_last_soft_and_fresh_act(three: Store) -> None:
    alert_id = desk.take_next(three, ANN, EVERY, later(hours=1)).alert_id  # type: ignore[union-attr]
    refused = pytest.raises(Unacceptable, match="nothing to undo")
    with refused:
        desk.undo(three, BOB, [alert_id], later(hours=1))
    with refused:
        desk.undo(three, ANN, [alert_id], later(hours=1) + UNDO_WITHIN + timedelta(minutes=1))
    desk.note(three, ANN, alert_id, NOTE, later(hours=1))
    with refused:
        desk.undo(three, ANN, [alert_id], later(hours=1))
    desk.decide(
        three, ANN, alert_id, Disposition.CANNOT_RULE_OUT, NOTE, later(hours=1), version(three, alert_id)
    )
    with refused:
        desk.undo(three, ANN, [alert_id], later(hours=1))


def test_an_accepted_risk_names_its_day_needs_a_second_person_and_comes_back(three: Store) -> None:
    with three.read() as session:
        alert_id = desk.queue(session, ANN).alerts[2].alert_id
    seen = version(three, alert_id)
    for until in (None, TODAY, TODAY + timedelta(1000)):
        with pytest.raises(Unacceptable):
            desk.decide(
                three, ANN, alert_id, Disposition.ACCEPTED_RISK, NOTE, NOW, seen, accepted_until=until
            )
    with pytest.raises(Unacceptable):
        desk.decide(
            three,
            ANN,
            alert_id,
            Disposition.CANNOT_RULE_OUT,
            NOTE,
            NOW,
            seen,
            accepted_until=TODAY + timedelta(9),
        )
    until = TODAY + timedelta(9)
    waiting = desk.decide(
        three, ANN, alert_id, Disposition.ACCEPTED_RISK, NOTE, NOW, seen, accepted_until=until
    )
    assert waiting.status is Status.PENDING_APPROVAL, "although its severity is low"
    closed = desk.approve(three, BOB, alert_id, NOW, waiting.row_version)
    assert (closed.status, closed.accepted_until) == (Status.CLOSED, until)
    assert desk.wake(three, later(days=9)) == ()
    desk.record_scan(three, run(2), [], later(days=10))
    back = look(three, alert_id)
    assert (back.status, back.assignee, back.disposition, back.accepted_until) == (
        Status.OPEN,
        None,
        None,
        None,
    )
    assert desk.wake(three, later(days=11)) == ()
    with three.read() as session:
        view = desk.alert_view(session, ANN, alert_id)
    assert view.decisions[0].state == "withdrawn"
    assert view.history[-1].action == "alert.woken"
    assert verify(three.engine).ok


def test_a_stale_page_cannot_put_back_or_set_aside_what_has_changed_since(three: Store) -> None:
    alert = desk.take_next(three, ANN, EVERY, later(hours=1))
    assert alert is not None
    desk.note(three, BOB, alert.alert_id, NOTE, later(hours=1))
    acts: tuple[Callable[[], object], ...] = (
        lambda: desk.release(three, ANN, alert.alert_id, later(hours=1), alert.row_version),
        lambda: desk.set_aside(
            three, ANN, alert.alert_id, TODAY + timedelta(2), REASON, later(hours=1), alert.row_version
        ),
    )
    for act in acts:
        with pytest.raises(Conflict) as refused:
            act()
        assert isinstance(refused.value, DeskError)
