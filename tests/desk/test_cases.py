"""A case gathers what is done about a matter: steps, deadlines, customers asked, a conclusion by two people."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from surveil import desk
from surveil.alerts.cases import CHECKLISTS, SCRIPTS, Answer, CaseStatus, Channel, ClockKind, TaskState, Visit
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import Conflict, NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import SYSTEM, Role, User
from surveil.desk import CaseFilters, CaseView
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, BOB, NOTE, SUE, version
from tests.store.support import NOW, draft, later, run

TODAY = NOW.date()


@pytest.fixture
def ids(store: Store) -> dict[str, str]:
    """R1 (branch B1) and R2 (branch B2), both medium."""
    kept = desk.record_scan(store, run(1), [draft(n, severity=Severity.MEDIUM) for n in (1, 2)], NOW)
    for user in (ANN, BOB):
        desk.create_user(store, SYSTEM, user.name, user.role, NOW)
    return {fingerprint.rsplit("|", 1)[1]: alert_id for fingerprint, alert_id in kept.items()}


@pytest.fixture
def case_id(store: Store, ids: dict[str, str]) -> str:
    return desk.open_case(store, ANN, "Consents in B1", [ids["R1"]], NOW, checklist="unauthorized")


def look(store: Store, case_id: str, user: User = ANN) -> CaseView:
    with store.read() as session:
        return desk.case_view(session, user, case_id)


def settle_all(store: Store, case_id: str) -> None:
    for task in look(store, case_id).tasks:
        if task.state is TaskState.OPEN:
            desk.settle_task(store, ANN, task.task_id, TaskState.DONE, NOTE, later(hours=1))
    for clock in look(store, case_id).clocks:
        if clock.met_at is None:
            desk.meet_clock(store, ANN, clock.clock_id, NOTE, later(hours=1))


def decide(store: Store, alert_id: str, disposition: Disposition = Disposition.CANNOT_RULE_OUT) -> None:
    desk.decide(store, ANN, alert_id, disposition, NOTE, later(hours=1), version(store, alert_id))


def conclude(store: Store, case_id: str, how: Disposition = Disposition.CANNOT_RULE_OUT) -> None:
    desk.conclude_case(store, ANN, case_id, how, NOTE, later(hours=2), look(store, case_id).row_version)


def test_a_case_has_its_checklist_its_owner_and_whatever_is_noted_on_its_alerts(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    desk.note(store, ANN, ids["R1"], NOTE, later(hours=1))
    desk.note_case(store, ANN, case_id, "The branch manager was told nothing.", later(hours=1))
    view = look(store, case_id)
    assert tuple(task.text for task in view.tasks) == CHECKLISTS["unauthorized"]
    assert (view.owner, view.status) == ("ann", CaseStatus.OPEN)
    assert view.notes[0].text == "The branch manager was told nothing."
    assert [(alert_id, note.text) for alert_id, note in view.alert_notes] == [(ids["R1"], NOTE)]
    desk.add_checklist(store, ANN, case_id, "unauthorized", later(hours=2))
    assert len(look(store, case_id).tasks) == len(CHECKLISTS["unauthorized"])
    assert verify(store.engine).ok


def test_a_step_is_settled_with_what_was_found_and_can_be_opened_again(store: Store, case_id: str) -> None:
    first = look(store, case_id).tasks[0].task_id
    with pytest.raises(Unacceptable):
        desk.settle_task(store, ANN, first, TaskState.NOT_NEEDED, "no", NOW)
    desk.settle_task(store, ANN, first, TaskState.DONE, NOTE, later(hours=1))
    done = look(store, case_id).tasks[0]
    assert (done.state, done.note, done.done_by, done.done_at) == (
        TaskState.DONE,
        NOTE,
        "ann",
        later(hours=1),
    )
    desk.settle_task(store, BOB, first, TaskState.OPEN, "", later(hours=2))
    again = look(store, case_id).tasks[0]
    assert (again.state, again.done_by) == (TaskState.OPEN, None)
    own = desk.add_task(store, ANN, case_id, "Call the head of the region back.", NOW, TODAY, "bob")
    assert look(store, case_id).tasks[-1].task_id == own


def test_a_case_ends_only_with_every_step_clock_and_alert_settled_and_a_second_person(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    desk.start_clock(store, ANN, case_id, ClockKind.CONTAIN, TODAY, "Stop the openings of R1.", NOW)
    with pytest.raises(Unacceptable, match="9 steps are open and 1 clocks run"):
        conclude(store, case_id)
    settle_all(store, case_id)
    with pytest.raises(Unacceptable, match=ids["R1"]):
        conclude(store, case_id)
    decide(store, ids["R1"])
    conclude(store, case_id)
    waiting = look(store, case_id)
    assert (waiting.status, waiting.may_approve) == (CaseStatus.PENDING_APPROVAL, False)
    assert look(store, case_id, BOB).may_approve
    with pytest.raises(NotAllowed):
        desk.approve_case(store, ANN, case_id, NOTE, later(hours=3), waiting.row_version)
    desk.approve_case(store, BOB, case_id, NOTE, later(hours=3), waiting.row_version)
    closed = look(store, case_id)
    assert (closed.status, closed.conclusion) == (CaseStatus.CLOSED, Disposition.CANNOT_RULE_OUT)
    assert (closed.concluded_by, closed.reviewed_by) == ("ann", "bob")
    with pytest.raises(Unacceptable, match="reopen"):
        desk.note_case(store, ANN, case_id, NOTE, later(hours=4))
    desk.reopen_case(
        store, BOB, case_id, "The customer has written again.", later(days=1), closed.row_version
    )
    assert look(store, case_id).status is CaseStatus.OPEN
    assert "case.approved" in [entry.action for entry in look(store, case_id).history]
    assert verify(store.engine).ok


def test_sent_back_a_case_is_open_again_with_the_reason(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    settle_all(store, case_id)
    decide(store, ids["R1"])
    conclude(store, case_id)
    why = "Nobody has asked the customers."
    desk.reject_case(store, BOB, case_id, why, later(hours=3), look(store, case_id).row_version)
    back = look(store, case_id)
    assert (back.status, back.conclusion, back.review_note) == (CaseStatus.OPEN, None, why)


def test_a_stale_page_concludes_nothing(store: Store, ids: dict[str, str], case_id: str) -> None:
    settle_all(store, case_id)
    decide(store, ids["R1"])
    seen = look(store, case_id).row_version
    desk.note_case(store, BOB, case_id, NOTE, later(hours=1))
    with pytest.raises(Conflict):
        desk.conclude_case(store, ANN, case_id, Disposition.CANNOT_RULE_OUT, NOTE, later(hours=2), seen)


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (ClockKind.RULE_4530_EVENT, date(2026, 4, 3)),
        (ClockKind.RULE_4530_CONCLUSION, date(2026, 4, 3)),
        (ClockKind.CONTAIN, date(2026, 3, 6)),
        (ClockKind.ESCALATE, date(2026, 3, 11)),
    ],
)
def test_clocks_run_in_calendar_or_business_days(
    store: Store, case_id: str, kind: ClockKind, due: date
) -> None:
    desk.start_clock(store, ANN, case_id, kind, TODAY, "What became known today.", NOW)
    assert look(store, case_id).clocks[0].due_on == due


def test_a_breach_starts_the_thirty_days_of_rule_4530_once(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    desk.link_alert(store, ANN, case_id, ids["R2"], NOW)
    for alert_id in ids.values():
        decide(store, alert_id, Disposition.CONFIRMED_UNAUTHORIZED)
    (clock,) = look(store, case_id).clocks
    assert (clock.kind, clock.due_on - clock.started_on) == (ClockKind.RULE_4530_CONCLUSION, timedelta(30))
    desk.meet_clock(store, BOB, clock.clock_id, "Filed on the firm's gateway today.", later(days=2))
    with pytest.raises(NotFound):
        desk.meet_clock(store, BOB, clock.clock_id, "Filed on the firm's gateway today.", later(days=2))


def test_a_clock_of_another_kind_names_its_day_and_none_starts_in_the_future(
    store: Store, case_id: str
) -> None:
    for kind, start, due in (
        (ClockKind.OTHER, TODAY, None),
        (ClockKind.CONTAIN, TODAY, TODAY),
        (ClockKind.CONTAIN, TODAY + timedelta(1), None),
        (ClockKind.OTHER, TODAY, TODAY - timedelta(1)),
    ):
        with pytest.raises(Unacceptable):
            desk.start_clock(store, ANN, case_id, kind, start, "Some purpose that is told.", NOW, due)


def test_no_answer_is_not_a_no(store: Store, ids: dict[str, str], case_id: str) -> None:
    asked = [desk.ask_customer(store, ANN, case_id, f"C{n}", Channel.PHONE, "account", NOW) for n in range(3)]
    view = look(store, case_id)
    assert {row.answer for row in view.outreach} == {None}
    assert {row.question for row in view.outreach} == {SCRIPTS["account"]}
    assert {clock.kind for clock in view.clocks} == {ClockKind.CUSTOMER_ANSWER}
    answers = (Answer.CONFIRMED, Answer.NOT_REACHED, Answer.UNDELIVERABLE)
    for name, answer in zip(asked, answers, strict=True):
        visit = Visit.TOOK_PLACE if answer.known else Visit.NOT_KNOWN
        desk.record_answer(store, ANN, name, answer, visit, "Said so on the phone at noon.", later(days=1))
    assert all(clock.met_at is not None for clock in look(store, case_id).clocks)
    settle_all(store, case_id)
    decide(store, ids["R1"])
    with pytest.raises(Unacceptable, match=r"2 customers .* no answer is not a no"):
        conclude(store, case_id, Disposition.FALSE_POSITIVE_EXPLAINED)
    conclude(store, case_id, Disposition.CANNOT_RULE_OUT)
    with pytest.raises(NotFound):
        desk.record_answer(store, ANN, asked[0], Answer.DENIED, Visit.DID_NOT, NOTE, later(days=2))
    assert verify(store.engine).ok


def test_scripts_neither_accuse_nor_name_anybody() -> None:
    for text in SCRIPTS.values():
        assert not {"fraud", "forged", "unauthorized", "banker", "employee", "suspect"} & set(
            text.casefold().split()
        )


def test_who_may_not_see_or_touch_the_alerts_may_not_touch_the_case(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    below = User("low", Role.OFFICER, reports_to=frozenset({"R1"}))
    himself = User("r1", Role.OFFICER, rep_id="R1")
    outside = User("tom", Role.SUPERVISOR, branches=frozenset({"B2"}))
    with pytest.raises(NotAllowed, match="report to"):
        desk.note_case(store, below, case_id, NOTE, NOW)
    for user, error in (
        (himself, NotFound),
        (outside, NotFound),
        (AUDITOR, NotAllowed),
        (ADMINISTRATOR, NotFound),
    ):
        with pytest.raises(error):
            desk.note_case(store, user, case_id, NOTE, NOW)
    assert look(store, case_id, AUDITOR).case_id == case_id
    with store.read() as session:
        assert desk.cases(session, himself).total == 0
    desk.link_alert(store, ANN, case_id, ids["R2"], NOW)
    assert [alert.subject_id for alert in look(store, case_id, outside).alerts] == ["R2"]
    with pytest.raises(NotFound):
        look(store, case_id, himself)
    tasks = look(store, case_id).tasks
    for user in (himself, User("x", Role.SUPERVISOR)):
        with pytest.raises(NotFound):
            desk.settle_task(store, user, tasks[0].task_id, TaskState.DONE, NOTE, NOW)


def test_the_list_has_the_nearest_deadline_first_and_counts_what_exists_for_the_user(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    plain = desk.open_case(store, ANN, "No deadline", [ids["R2"]], NOW)
    urgent = desk.open_case(store, BOB, "Urgent matter", [ids["R2"]], NOW)
    desk.start_clock(store, BOB, urgent, ClockKind.CONTAIN, TODAY, "Stop the openings now.", NOW)
    with store.read() as session:
        page = desk.cases(session, ANN)
        assert [line.case_id for line in page.cases] == [urgent, case_id, plain]
        assert (page.total, page.by_status[CaseStatus.OPEN]) == (3, 3)
        assert page.cases[0].next_due == date(2026, 3, 6)
        assert [c.case_id for c in desk.cases(session, ANN, CaseFilters(owner=("bob",))).cases] == [urgent]
        assert [c.case_id for c in desk.cases(session, ANN, CaseFilters(text="urGENT")).cases] == [urgent]
        assert desk.cases(session, ANN, CaseFilters(status=(CaseStatus.CLOSED,))).total == 0
    with store.read() as session:
        assert [line.case_id for line in desk.cases(session, SUE).cases] == [case_id]


def test_when_somebody_leaves_all_that_is_his_goes_to_a_successor_or_is_told(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    desk.create_user(store, SYSTEM, "cleo", Role.OFFICER, NOW, rep_id="R2")
    for alert_id in ids.values():
        desk.take(store, ANN, alert_id, NOW)
    own = desk.add_task(store, BOB, case_id, "Call the head of the region back.", NOW, TODAY, "ann")
    desk.change_user(store, SYSTEM, "ann", NOW, "Ann has left the firm.", active=False)
    with store.read() as session:
        assert desk.holdings(session, BOB) == (desk.Holding("ann", 2, 1, 1, active=False),)
        assert desk.successors(session, BOB) == ("bob", "cleo")
    with store.read() as session:
        (seen,) = desk.holdings(session, SUE)
        assert seen.alerts == 1, "a supervisor counts what is in his scope"
    with store.read() as session, pytest.raises(NotAllowed):
        desk.holdings(session, AUDITOR)
    result = desk.hand_over(store, BOB, "ann", "cleo", "Ann has left the firm.", later(days=1))
    assert (result.alerts, result.cases, result.tasks) == (1, 1, 1)
    assert [name for name, _ in result.left] == [ids["R2"]]
    view = look(store, case_id, BOB)
    assert (view.owner, view.tasks[-1].assignee, view.tasks[-1].task_id) == ("cleo", "cleo", own)
    with pytest.raises(Unacceptable):
        desk.hand_over(store, BOB, "bob", "bob", "Nobody leaves here at all.", NOW)
    with pytest.raises(NotAllowed):
        desk.hand_over(store, AUDITOR, "bob", "cleo", "Nobody leaves here at all.", NOW)
    assert verify(store.engine).ok


def test_one_calendar_has_all_that_is_due_for_its_reader(
    store: Store, ids: dict[str, str], case_id: str
) -> None:
    desk.start_clock(store, ANN, case_id, ClockKind.RULE_4530_EVENT, TODAY, "Known from a complaint.", NOW)
    desk.take(store, BOB, ids["R2"], NOW)

    def kinds(user: User, day: date, mine: bool = False) -> list[tuple[str, str]]:
        with store.read() as session:
            return [(item.kind, item.object_id) for item in desk.due(session, user, day, mine=mine)]

    month = TODAY + timedelta(25)
    assert ("clock", case_id) not in kinds(ANN, TODAY)
    assert {kind for kind, _ in kinds(ANN, month)} == {"alert", "clock", "step"}
    assert ("alert", ids["R2"]) in kinds(ANN, month)
    assert ("alert", ids["R2"]) not in kinds(ANN, month, mine=True)
    assert ("alert", ids["R2"]) not in kinds(SUE, month)
    assert ("clock", case_id) not in kinds(User("tom", Role.SUPERVISOR, branches=frozenset({"B2"})), month)
    with store.read() as session:
        items = desk.due(session, ANN, month)
    assert [item.due_on for item in items] == sorted(item.due_on for item in items)
    assert any("representative R2" in item.what for item in items), "it says whom it is about"
    assert items[0].late(month)
