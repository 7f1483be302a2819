"""Standing in for somebody gives his rights and hides what must not be seen; thresholds have two officers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from surveil import desk
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import DeskError, NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace
from surveil.desk.thresholds import (
    ThresholdChange,
    approve_threshold,
    in_force,
    overtaken,
    propose_threshold,
    reject_threshold,
    threshold_changes,
    unapproved,
)
from surveil.detectors.registry import detectors
from surveil.store import Store
from surveil.store.verification import verify
from tests.desk.people import ADMINISTRATOR, ANN, AUDITOR, BOB, NOTE, SUE, look
from tests.store.support import NOW, draft, later, run

TODAY = NOW.date()
WEEK = (TODAY, TODAY + timedelta(6))
REASON = "On leave for a week, back on Wednesday."


@pytest.fixture
def people(store: Store) -> Store:
    """sue leads branch B1 and is R9 herself; tom leads B2 and reports to R4; ann is an officer."""
    desk.record_scan(
        store,
        run(1),
        [draft(n, severity=Severity.MEDIUM) for n in (1, 2, 4)] + [draft(9, branch_id="B1")],
        NOW,
    )
    for name, role, rep in (
        ("sue", Role.SUPERVISOR, "R9"),
        ("tom", Role.SUPERVISOR, None),
        ("ann", Role.OFFICER, None),
        ("bob", Role.OFFICER, None),
        ("aud", Role.AUDITOR, None),
    ):
        desk.create_user(store, SYSTEM, name, role, NOW, rep_id=rep)
    desk.set_scope(store, SYSTEM, "sue", NOW, branches=["B1"])
    desk.set_scope(store, SYSTEM, "tom", NOW, branches=["B2"], reports_to=["R4"])
    return store


def user(store: Store, name: str) -> User:
    with store.read() as session:
        session.narrow(SYSTEM)
        return desk.find_user(session, name)


def as_sue(store: Store, name: str = "tom", day: int = 0) -> User:
    with store.read() as session:
        session.narrow(SYSTEM)
        return desk.stand_in(session, desk.find_user(session, name), "sue", TODAY + timedelta(day))


def subjects(store: Store, who: User) -> set[str]:
    with store.read() as session:
        return {alert.subject_id for alert in desk.queue(session, who).alerts}


def delegate(store: Store, actor: str = "sue", principal: str = "sue", other: str = "tom") -> str:
    return desk.delegate_to(store, user(store, actor), principal, other, *WEEK, REASON, NOW)


def test_standing_in_gives_the_other_s_scope_but_not_what_is_about_either(people: Store) -> None:
    delegate(people)
    assert subjects(people, user(people, "tom")) == {"R2"}
    assert subjects(people, as_sue(people)) == {"R1", "R4"}, "R9 is Sue herself"
    assert subjects(people, user(people, "sue")) == {"R1", "R4"}


def test_whom_either_reports_to_stays_off_limits(people: Store) -> None:
    delegate(people)
    with people.read() as session:
        about_r4 = next(a for a in desk.alerts(session, SYSTEM) if a.subject_id == "R4")
    with pytest.raises(NotAllowed, match="report to"):
        desk.take(people, as_sue(people), about_r4.alert_id, NOW)


def test_acts_are_recorded_under_the_own_name_on_behalf_of_the_other(people: Store) -> None:
    delegate(people)
    with people.read() as session:
        about_r1 = next(a for a in desk.alerts(session, SYSTEM) if a.subject_id == "R1")
    tom = as_sue(people)
    desk.decide(people, tom, about_r1.alert_id, Disposition.CANNOT_RULE_OUT, NOTE, NOW, about_r1.row_version)
    with people.read() as session:
        view = desk.alert_view(session, AUDITOR, about_r1.alert_id)
    assert (view.history[-1].actor, view.history[-1].details["on_behalf_of"]) == ("tom", "sue")
    assert (view.decisions[0].decided_by, view.decisions[0].decided_for) == ("tom", "sue")
    assert verify(people.engine).ok


def test_standing_in_makes_nobody_his_own_second_person(people: Store) -> None:
    high = desk.record_scan(people, run(2), [draft(7)], later(days=1))["UA01|rep|R7"]
    desk.delegate_to(people, ADMINISTRATOR, "ann", "bob", *WEEK, REASON, NOW)
    with people.read() as session:
        session.narrow(SYSTEM)
        bob_for_ann = desk.stand_in(session, BOB, "ann", TODAY)
    waiting = desk.decide(
        people, bob_for_ann, high, Disposition.CANNOT_RULE_OUT, NOTE, NOW, look(people, high).row_version
    )
    for same in (BOB, bob_for_ann, ANN):
        with pytest.raises(NotAllowed, match="second person"):
            desk.approve(people, same, high, NOW, waiting.row_version)
    desk.approve(people, User("cleo", Role.OFFICER), high, NOW, waiting.row_version)


def test_a_delegation_holds_on_its_days_only_and_can_be_ended(people: Store) -> None:
    name = delegate(people)
    assert as_sue(people, day=6).on_behalf_of == "sue"
    for day in (-1, 7):
        with pytest.raises(NotAllowed):
            as_sue(people, day=day)
    with pytest.raises(NotAllowed):
        as_sue(people, "ann")
    desk.end_delegation(people, user(people, "sue"), name, "Back earlier than planned.", NOW)
    with pytest.raises(NotAllowed):
        as_sue(people)
    with pytest.raises(NotFound):
        desk.end_delegation(people, user(people, "sue"), name, "Back earlier than planned.", NOW)


def test_nobody_hands_on_what_he_was_lent_or_lends_somebody_else_s_rights(people: Store) -> None:
    delegate(people)
    with pytest.raises(NotAllowed):
        desk.delegate_to(people, as_sue(people), "tom", "ann", *WEEK, REASON, NOW)
    with pytest.raises(NotAllowed):
        delegate(people, actor="tom")
    lent = as_sue(people)
    with people.read() as session:
        session.narrow(SYSTEM)
        with pytest.raises(NotAllowed):
            desk.stand_in(session, lent, "sue", TODAY)


@pytest.mark.parametrize(
    ("principal", "other"), [("ann", "sue"), ("sue", "sue"), ("sue", "aud"), ("aud", "ann"), ("ann", "ann")]
)
def test_nobody_gets_rights_that_his_role_would_not_have(people: Store, principal: str, other: str) -> None:
    with pytest.raises(Unacceptable):
        desk.delegate_to(people, ADMINISTRATOR, principal, other, *WEEK, REASON, NOW)


@pytest.mark.parametrize(("first", "last"), [(0, -1), (-9, -1), (0, 400)])
def test_days_must_make_sense(people: Store, first: int, last: int) -> None:
    days = (TODAY + timedelta(first), TODAY + timedelta(last))
    with pytest.raises(Unacceptable):
        desk.delegate_to(people, ADMINISTRATOR, "sue", "tom", *days, REASON, NOW)


def test_who_is_concerned_sees_the_delegation_and_others_do_not(people: Store) -> None:
    delegate(people)
    counts = []
    for name in ("sue", "tom", "ann", "aud"):
        with people.read() as session:
            counts.append(len(desk.delegations(session, user(people, name))))
    assert counts == [1, 1, 0, 1]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "firm")


def proposed(store: Store, workspace: Workspace, value: object = 9) -> str:
    return propose_threshold(
        store, ANN, workspace, "UA01", "grace_days", value, NOTE, "Two alerts fewer on the last run.", NOW
    )


def value(store: Store, workspace: Workspace) -> object:
    with store.read() as session:
        session.narrow(SYSTEM)
        return in_force(session, workspace).settings.detectors.get("UA01", {}).get("grace_days")


def test_a_threshold_changes_only_when_a_second_officer_approves(
    sqlite_store: Store, workspace: Workspace
) -> None:
    change = proposed(sqlite_store, workspace)
    assert value(sqlite_store, workspace) is None
    for who in (ANN, SUE, AUDITOR, ADMINISTRATOR, SYSTEM):
        with pytest.raises(NotAllowed):
            approve_threshold(sqlite_store, who, change, NOTE, NOW)
    approve_threshold(sqlite_store, BOB, change, NOTE, later(hours=1))
    assert value(sqlite_store, workspace) == 9
    again = proposed(sqlite_store, workspace, 11)
    approve_threshold(sqlite_store, BOB, again, NOTE, later(hours=2))
    assert value(sqlite_store, workspace) == 11
    with sqlite_store.read() as session:
        changes = threshold_changes(session, AUDITOR)
    assert {c.change_id: c.state for c in changes} == {change: "replaced", again: "approved"}
    assert {c.change_id: (c.old_value, c.new_value) for c in changes}[again] == (9, 11)
    assert verify(sqlite_store.engine).ok


def test_a_rejected_threshold_changes_nothing(sqlite_store: Store, workspace: Workspace) -> None:
    change = proposed(sqlite_store, workspace)
    reject_threshold(sqlite_store, BOB, change, "The sample below the line was not read.", NOW)
    assert value(sqlite_store, workspace) is None
    with pytest.raises(Unacceptable, match="rejected already"):
        approve_threshold(sqlite_store, BOB, change, NOTE, NOW)


@pytest.mark.parametrize(
    ("detector", "parameter", "wanted"),
    [
        ("XX99", "grace_days", 9),
        ("UA01", "no_such", 9),
        ("UA01", "grace_days", -5),
        ("UA01", "grace_days", "many"),
        ("UA01", "grace_days", 5),
    ],
)
def test_a_threshold_that_is_unknown_out_of_bounds_or_the_same_is_refused(
    sqlite_store: Store, workspace: Workspace, detector: str, parameter: str, wanted: object
) -> None:
    with pytest.raises(DeskError):
        propose_threshold(sqlite_store, ANN, workspace, detector, parameter, wanted, NOTE, NOTE, NOW)


def test_what_the_settings_file_changed_without_approval_is_named(
    sqlite_store: Store, workspace: Workspace
) -> None:
    (workspace.path / "surveil.toml").write_text("[detectors.UA01]\ngrace_days = 9\n", encoding="utf-8")
    edited = Workspace.open(workspace.path)
    with sqlite_store.read() as session:
        assert unapproved(session, AUDITOR, edited) == ("UA01.grace_days",)
    approve_threshold(sqlite_store, BOB, proposed(sqlite_store, edited, 11), NOTE, NOW)
    with sqlite_store.read() as session:
        assert unapproved(session, AUDITOR, edited) == ()
    assert value(sqlite_store, edited) == 11


def test_a_default_that_a_newer_version_changed_is_shown_beside_what_was_approved_here(
    sqlite_store: Store, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[tuple[object, ...]]:
        with sqlite_store.read() as session:
            found = overtaken(session, AUDITOR, workspace)
        return [(one.detector, one.parameter, one.base, one.mine, one.theirs) for one in found]

    for wanted in (11, 12):
        approve_threshold(sqlite_store, BOB, proposed(sqlite_store, workspace, wanted), NOTE, NOW)
    assert told() == []
    (before,) = {change.old_value for change in _changes(sqlite_store)} - {11, 12}
    real = detectors()["UA01"]
    newer = SimpleNamespace(parameters=lambda given: real.parameters({"grace_days": 7} | dict(given)))
    monkeypatch.setattr("surveil.desk.thresholds.detectors", lambda: {"UA01": newer})
    assert told() == [("UA01", "grace_days", before, 12, 7)]
    assert value(sqlite_store, workspace) == 12, "an upgrade changes nothing that was approved here"


def _changes(store: Store) -> tuple[ThresholdChange, ...]:
    with store.read() as session:
        return threshold_changes(session, AUDITOR)
