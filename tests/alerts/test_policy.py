"""Who may do what: written out, so that a change of a right has to change this table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from surveil.alerts.alert import Action, Alert, Source, Status
from surveil.alerts.clocks import Calendar
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import NotAllowed
from surveil.alerts.model import Family, Severity, SubjectType
from surveil.alerts.people import SYSTEM, Role, User
from surveil.alerts.policy import Refused, demand, may, needs_second_person, sees
from tests.store.support import NOW


def alert(**changes: Any) -> Alert:
    values: dict[str, Any] = {
        "alert_id": "A-1",
        "detector": "UA01",
        "version": "1",
        "family": Family.UNAUTHORIZED,
        "typology": "t",
        "severity": Severity.HIGH,
        "score": 0.5,
        "subject_type": SubjectType.REP,
        "subject_id": "R1",
        "rep_id": "R1",
        "branch_id": "B1",
        "period_start": None,
        "period_end": None,
        "observed": None,
        "expected": None,
        "interval": None,
        "p_value": None,
        "q_value": None,
        "reason": "x",
        "item_count": 1,
        "status": Status.OPEN,
        "run_id": "run-1",
        "first_seen": NOW,
        "last_seen": NOW,
        "repeats": 1,
        "generation": 1,
        "previous_alert_id": None,
        "assignee": None,
        "due_on": Calendar().decision_due(NOW),
        "disposition": None,
        "decided_by": None,
        "decided_by_role": None,
        "source": Source.SCAN,
        "row_version": 1,
        "updated_at": NOW,
        "drivers": (),
        "peers": None,
        "explanations": (),
    }
    return Alert(**(values | changes))


OFFICER = User("ann", Role.OFFICER)
SECOND = User("bob", Role.OFFICER)
SUPERVISOR = User("sue", Role.SUPERVISOR, branches=frozenset({"B1"}))
PENDING = alert(status=Status.PENDING_APPROVAL, decided_by="ann", decided_by_role=Role.OFFICER)
CHANGING = set(Action) - {Action.READ, Action.REVEAL, Action.MANAGE_USERS}


@pytest.mark.parametrize(
    ("role", "may_do"),
    [
        (Role.OFFICER, CHANGING | {Action.READ, Action.REVEAL}),
        (
            Role.SUPERVISOR,
            CHANGING - {Action.TUNE, Action.SAMPLE, Action.ANSWER} | {Action.READ, Action.REVEAL},
        ),
        (Role.AUDITOR, {Action.READ, Action.REVEAL}),
        (Role.ADMINISTRATOR, {Action.MANAGE_USERS}),
        (Role.SYSTEM, {Action.READ, Action.MANAGE_USERS}),
    ],
)
def test_each_role_has_exactly_these_rights(role: Role, may_do: set[Action]) -> None:
    assert {action for action in Action if may(User("x", role), action)} == may_do
    for action in set(Action) - may_do:
        answer = may(User("x", role), action)
        assert isinstance(answer, Refused)
        assert answer.reason.endswith(".")


def test_somebody_who_left_may_do_nothing() -> None:
    assert not any(may(replace(OFFICER, active=False), action) for action in Action)


@pytest.mark.parametrize(
    ("status", "possible"),
    [
        (Status.OPEN, {Action.ASSIGN, Action.TAKE, Action.DECIDE}),
        (Status.IN_REVIEW, {Action.ASSIGN, Action.TAKE, Action.DECIDE}),
        (Status.PENDING_APPROVAL, {Action.APPROVE, Action.REJECT}),
        (Status.CLOSED, {Action.REOPEN}),
    ],
)
def test_what_is_possible_depends_on_where_the_review_stands(status: Status, possible: set[Action]) -> None:
    steps = {Action.ASSIGN, Action.TAKE, Action.DECIDE, Action.APPROVE, Action.REJECT, Action.REOPEN}
    subject = alert(status=status, decided_by="somebody")
    assert {action for action in steps if may(OFFICER, action, subject)} == possible


def test_nobody_approves_or_rejects_his_own_decision() -> None:
    for action in (Action.APPROVE, Action.REJECT):
        assert not may(OFFICER, action, PENDING)
        assert may(SECOND, action, PENDING)


def test_two_supervisors_cannot_close_an_alert_between_them() -> None:
    by_supervisor = replace(PENDING, decided_by="other", decided_by_role=Role.SUPERVISOR)
    answer = may(SUPERVISOR, Action.APPROVE, by_supervisor)
    assert isinstance(answer, Refused)
    assert "compliance officer" in answer.reason
    assert may(SECOND, Action.APPROVE, by_supervisor)
    assert may(SUPERVISOR, Action.APPROVE, PENDING)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR])
@pytest.mark.parametrize(
    "about", [{"rep_id": "R1", "subject_id": "R9"}, {"rep_id": None, "subject_id": "R1"}]
)
def test_an_alert_about_himself_does_not_exist_for_anybody(role: Role, about: dict[str, Any]) -> None:
    himself = User("me", role, rep_id="R1", branches=frozenset({"B1"}))
    answer = may(himself, Action.READ, alert(**about))
    assert isinstance(answer, Refused)
    assert answer.reason == "There is no such alert."


def test_nobody_decides_about_somebody_he_reports_to_but_may_read() -> None:
    below = User("me", Role.OFFICER, rep_id="R7", reports_to=frozenset({"R1"}))
    for action in CHANGING - {Action.RAISE, Action.REOPEN, Action.APPROVE, Action.REJECT}:
        assert "report to" in str(may(below, action, alert()))
    assert not may(below, Action.APPROVE, PENDING)
    assert may(below, Action.READ, alert())
    assert may(below, Action.DECIDE, alert(rep_id="R2", subject_id="R2"))


def test_a_supervisor_sees_his_branches_and_people_and_nobody_else() -> None:
    by_person = User("sue", Role.SUPERVISOR, reps=frozenset({"R1"}))
    assert sees(SUPERVISOR, alert(rep_id=None, subject_type=SubjectType.CUSTOMER))
    assert sees(by_person, alert(branch_id="B7"))
    assert not sees(SUPERVISOR, alert(branch_id="B2"))
    assert not sees(SUPERVISOR, alert(branch_id=None))
    assert not sees(by_person, alert(rep_id="R2", subject_id="R2"))
    assert not sees(User("new", Role.SUPERVISOR), alert())


def test_the_program_and_the_administrator() -> None:
    assert sees(SYSTEM, alert())
    assert not sees(User("adm", Role.ADMINISTRATOR), alert())


@pytest.mark.parametrize(
    ("severity", "disposition", "previous", "needed"),
    [
        (Severity.CRITICAL, Disposition.CONFIRMED_UNAUTHORIZED, None, True),
        (Severity.HIGH, Disposition.FALSE_POSITIVE_EXPLAINED, None, True),
        (Severity.MEDIUM, Disposition.FALSE_POSITIVE_EXPLAINED, None, False),
        (Severity.MEDIUM, Disposition.FALSE_POSITIVE_EXPLAINED, "A-0", True),
        (Severity.LOW, Disposition.FALSE_POSITIVE_DATA_ERROR, "A-0", True),
        (Severity.LOW, Disposition.CONFIRMED_UNSUITABLE, "A-0", False),
        (Severity.LOW, Disposition.DUPLICATE, None, False),
    ],
)
def test_four_eyes_for_what_is_grave_and_for_what_keeps_coming_back(
    severity: Severity, disposition: Disposition, previous: str | None, needed: bool
) -> None:
    assert needs_second_person(alert(severity=severity, previous_alert_id=previous), disposition) is needed


def test_demand_says_the_refusal() -> None:
    with pytest.raises(NotAllowed, match="Auditors read everything and change nothing"):
        demand(User("aud", Role.AUDITOR), Action.NOTE, alert())
