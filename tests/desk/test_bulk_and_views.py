"""Many alerts at once: exactly those that were counted, each with its own history; and views that people keep."""

from __future__ import annotations

from datetime import timedelta

import pytest

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import Conflict, NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Family, Severity
from surveil.alerts.people import SYSTEM, Role, User
from surveil.desk import NOBODY, Preview, QueueFilters, Sort
from surveil.desk.views import filters_of, told
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, BOB, NOTE, SUE
from tests.store.support import NOW, draft, later, run

EVERY = QueueFilters()
MEDIUM = QueueFilters(severity=(Severity.MEDIUM,))
TODAY = NOW.date()


@pytest.fixture
def many(store: Store) -> Store:
    """140 medium alerts, in three branches, and one high."""
    drafts = [draft(n, severity=Severity.MEDIUM) for n in range(1, 141)] + [draft(141)]
    desk.record_scan(store, run(1), drafts, NOW)
    for user in (ANN, BOB):
        desk.create_user(store, SYSTEM, user.name, user.role, NOW)
    return store


def preview(store: Store, user: User = ANN, chosen: desk.bulk.Chosen = EVERY) -> Preview:
    with store.read() as session:
        return desk.bulk_preview(session, user, chosen)


def test_all_that_match_are_decided_on_every_page_with_the_one_note_in_each_history(many: Store) -> None:
    seen = preview(many, chosen=MEDIUM)
    assert seen.count == 140, "more than a page, more than a hundred"
    result = desk.bulk_decide(
        many, ANN, MEDIUM, seen, Disposition.FALSE_POSITIVE_DATA_ERROR, NOTE, later(hours=1)
    )
    assert (len(result.done), result.skipped) == (140, ())
    with many.read() as session:
        page = desk.queue(session, ANN, QueueFilters(status=(Status.CLOSED,)), page_size=500)
        assert page.total == 140
        assert {a.disposition for a in page.alerts} == {Disposition.FALSE_POSITIVE_DATA_ERROR}
        for alert_id in (result.done[0], result.done[-1]):
            entry = desk.alert_view(session, ANN, alert_id).history[-1]
            assert (entry.action, entry.reason, entry.actor) == ("alert.decided", NOTE, "ann")
        assert {d.note for d in desk.decisions(session, ANN)} == {NOTE}
    assert verify(many.engine).ok


def test_where_four_eyes_are_asked_for_each_waits_for_a_second_person(many: Store) -> None:
    high = QueueFilters(severity=(Severity.HIGH,))
    desk.bulk_decide(
        many, ANN, high, preview(many, chosen=high), Disposition.CANNOT_RULE_OUT, NOTE, later(hours=1)
    )
    waiting = QueueFilters(status=(Status.PENDING_APPROVAL,))
    mine = desk.bulk_approve(many, ANN, waiting, preview(many, ANN, waiting), NOTE, later(hours=2))
    assert (mine.done, len(mine.skipped)) == ((), 1)
    assert "second person" in mine.skipped[0][1]
    other = desk.bulk_approve(many, BOB, waiting, preview(many, BOB, waiting), NOTE, later(hours=2))
    assert len(other.done) == 1


def test_if_what_was_counted_has_changed_since_nothing_is_done(many: Store) -> None:
    seen = preview(many)
    with many.read() as session:
        first = desk.queue(session, ANN).alerts[0].alert_id
    desk.note(many, BOB, first, NOTE, later(hours=1))
    with pytest.raises(Conflict, match="confirmed 141"):
        desk.bulk_assign(many, ANN, EVERY, seen, "ann", later(hours=2))
    seen = preview(many)
    desk.record_scan(many, run(2), [draft(900)], later(days=1))
    with pytest.raises(Conflict, match="there are 142 now"):
        desk.bulk_decide(many, ANN, EVERY, seen, Disposition.CANNOT_RULE_OUT, NOTE, later(days=1))
    with many.read() as session:
        assert desk.queue(session, ANN, QueueFilters(status=(Status.CLOSED,))).total == 0


def test_what_is_refused_for_one_is_left_alone_and_told(many: Store) -> None:
    with many.read() as session:
        locked = desk.queue(session, ANN).alerts[0].alert_id
    desk.take_next(many, BOB, EVERY, later(hours=1))
    result = desk.bulk_assign(many, ANN, EVERY, preview(many), "ann", later(hours=1))
    assert len(result.done) == 140
    assert result.skipped[0][0] == locked
    assert "bob is working" in result.skipped[0][1]


def test_chosen_alerts_are_acted_on_and_can_be_handed_back(many: Store) -> None:
    with many.read() as session:
        ids = [alert.alert_id for alert in desk.queue(session, ANN).alerts[:5]]
    result = desk.bulk_assign(many, ANN, ids, preview(many, chosen=ids), "bob", later(hours=1))
    assert set(result.done) == set(ids)
    with many.read() as session:
        assert desk.queue(session, BOB, QueueFilters(assignee=("bob",))).total == 5
    assert set(desk.undo(many, ANN, result.done, later(hours=1))) == set(ids)
    until = TODAY + timedelta(4)
    aside = desk.bulk_set_aside(many, ANN, ids, preview(many, chosen=ids), until, NOTE, later(hours=2))
    assert len(aside.done) == 5
    with many.read() as session:
        assert desk.queue(session, ANN, desk.first_look(ANN, TODAY)).total == 136


def test_a_bulk_act_reaches_only_the_user_s_scope_and_asks_for_the_right(many: Store) -> None:
    assert preview(many, SUE).count == 47
    result = desk.bulk_set_aside(
        many, SUE, EVERY, preview(many, SUE), TODAY + timedelta(3), NOTE, later(hours=1)
    )
    assert len(result.done) == 47
    with pytest.raises(NotAllowed):
        desk.bulk_decide(
            many, AUDITOR, EVERY, preview(many, AUDITOR), Disposition.CANNOT_RULE_OUT, NOTE, later(hours=1)
        )
    with pytest.raises(NotAllowed):
        preview(many, ADMINISTRATOR)


def test_without_a_reason_or_with_a_single_disposition_nothing_is_done(many: Store) -> None:
    seen = preview(many)
    with pytest.raises(Unacceptable):
        desk.bulk_decide(many, ANN, EVERY, seen, Disposition.CANNOT_RULE_OUT, "  .... ", later(hours=1))
    for single in (Disposition.DUPLICATE, Disposition.ESCALATED, Disposition.ACCEPTED_RISK):
        with pytest.raises(Unacceptable, match="one by one"):
            desk.bulk_decide(many, ANN, EVERY, seen, single, NOTE, later(hours=1))
    assert preview(many) == seen


def test_a_view_is_kept_with_its_count_for_its_owner_alone(many: Store) -> None:
    mine = QueueFilters(severity=(Severity.MEDIUM,), branch_id=("B1",), text="consent")
    view_id = desk.save_view(many, ANN, " Branch  one ", mine, Sort.DUE, NOW)
    with many.read() as session:
        (kept,) = [view for view in desk.views(session, ANN, TODAY) if view.view_id]
    assert (kept.name, kept.filters, kept.sort, kept.count) == ("Branch one", mine, Sort.DUE, 47)
    with many.read() as session:
        assert not [view for view in desk.views(session, BOB, TODAY) if view.view_id]
    with pytest.raises(NotFound):
        desk.delete_view(many, BOB, view_id, NOW)
    desk.save_view(many, BOB, "Branch one", MEDIUM, Sort.SCORE, NOW)
    assert desk.save_view(many, ANN, "Branch one", MEDIUM, Sort.SCORE, NOW) == view_id
    desk.delete_view(many, ANN, view_id, NOW)
    with many.read() as session:
        assert not [view for view in desk.views(session, ANN, TODAY) if view.view_id]
    assert verify(many.engine).ok


def test_the_queue_opens_on_the_user_s_default_and_on_the_first_look_without_one(many: Store) -> None:
    def opens() -> tuple[QueueFilters, Sort]:
        with many.read() as session:
            return desk.default_view(session, ANN, TODAY)

    assert opens() == (desk.first_look(ANN, TODAY), Sort.URGENCY)
    first = desk.save_view(many, ANN, "Medium", MEDIUM, Sort.DUE, NOW, is_default=True)
    assert opens() == (MEDIUM, Sort.DUE)
    desk.save_view(many, ANN, "All", EVERY, Sort.SCORE, NOW, is_default=True)
    assert opens() == (EVERY, Sort.SCORE)
    desk.set_default_view(many, ANN, first, NOW)
    with many.read() as session:
        assert [view.name for view in desk.views(session, ANN, TODAY) if view.is_default] == ["Medium"]
    desk.set_default_view(many, ANN, None, NOW)
    with many.read() as session:
        assert [view.name for view in desk.views(session, ANN, TODAY) if view.is_default] == [
            "Mine or nobody's"
        ]
    assert verify(many.engine).ok


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "Closed", "past DUE"])
def test_a_view_has_a_name_of_its_own(sqlite_store: Store, name: str) -> None:
    with pytest.raises(Unacceptable):
        desk.save_view(sqlite_store, ANN, name, EVERY, Sort.SCORE, NOW)


def test_a_view_means_the_same_tomorrow_and_survives_values_this_version_does_not_know() -> None:
    filters = QueueFilters(
        status=(Status.OPEN,),
        family=(Family.BURST,),
        assignee=("ann", NOBODY),
        detector=("UA01",),
        overdue_on=TODAY,
        awake_on=TODAY,
        text="ž",
    )
    tomorrow = filters_of(told(filters), TODAY + timedelta(1))
    assert (tomorrow.overdue_on, tomorrow.awake_on) == (TODAY + timedelta(1),) * 2
    assert filters_of(told(filters), TODAY) == filters
    assert filters_of({"status": ["open", "gone"], "new": 1}, TODAY) == QueueFilters(status=(Status.OPEN,))


def test_a_supervisor_s_counts_are_those_of_his_scope(many: Store) -> None:
    with many.read() as session:
        counts = {view.name: view.count for view in desk.views(session, SUE, TODAY)}
    assert counts["Mine or nobody's"] == 47
    assert counts["High and critical"] == 0
    with many.read() as session:
        everybody = {view.name: view.count for view in desk.views(session, User("x", Role.OFFICER), TODAY)}
    assert everybody["High and critical"] == 1
