"""What a second person has to look at, who stands in for whom, and who may sign in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace
from tests.dashboard import firm
from tests.dashboard.acts import NOTE, go, open_alert, shown, submit
from tests.dashboard.conftest import Desk

TODAY = datetime.now(UTC).date()


@pytest.fixture
def store(workspace: Workspace) -> desk.Store:
    return desk.open_desk(workspace)


def test_what_is_held_back_was_asked_for_by_one_and_approved_by_another(
    run_desk: Desk, workspace: Workspace
) -> None:
    alert_id = firm.alert_ids(workspace)["R2 QB01"]
    app = open_alert(run_desk(), alert_id)
    submit(app, "Hold back")
    app.text_area(key=f"text-hold_back-{alert_id}").set_value(
        "Students enrol in January; the branch was asked."
    )
    submit(app, "Ask for it")
    assert "nothing is held back before a compliance officer other than you" in shown(app)

    app = go(app, "approvals")
    assert "QB01 Spike at the end of a goal period, about representative R2" in shown(app)
    assert "waits for a second person" in shown(app)
    assert next(button for button in app.button if button.label == "Approve").disabled

    other = go(run_desk("bela"), "approvals")
    suppression = next(area.key for area in other.text_area if str(area.key).startswith("yes-"))
    other.text_area(key=suppression).set_value("Enrolment lists of both schools.")
    submit(other, "Approve")
    assert "in force" in shown(other)
    assert "1 alert held back" in shown(other)
    assert "R2: 9 of" not in shown(run_desk())


def test_a_threshold_is_changed_by_two(run_desk: Desk, workspace: Workspace, store: desk.Store) -> None:
    app = go(run_desk(), "detectors")
    app.selectbox(key="manual").set_value("UA01").run()
    app.selectbox(key="threshold-UA01-name").set_value("grace_days")
    app.text_input(key="threshold-UA01-value").set_value("9")
    app.text_area(key="threshold-UA01-effect").set_value(
        "On the last run 3 alerts fewer, none of them confirmed."
    )
    app.text_area(key="threshold-UA01-words").set_value("Paper consents travel for a week here.")
    submit(app, "Ask for it")
    assert "Asked for" in shown(app)
    other = go(run_desk("bela"), "approvals")
    assert "UA01 No consent on record, grace_days: 5 → 9" in shown(other)
    key = next(area.key for area in other.text_area if str(area.key).startswith("yes-"))
    other.text_area(key=key).set_value("Looked at the trial on the last run.")
    submit(other, "Approve")
    app = go(run_desk(), "detectors")
    app.selectbox(key="manual").set_value("UA01").run()
    assert "9 days" in " ".join(shown(app).split())


def test_who_stands_in_acts_under_his_own_name_and_says_for_whom(
    run_desk: Desk, workspace: Workspace, store: desk.Store
) -> None:
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, firm.RECORDED, password=firm.PASSWORD)
    desk.set_scope(store, SYSTEM, "sue", firm.RECORDED, branches=["B3"])
    sue = User("sue", Role.SUPERVISOR, branches=frozenset({"B3"}))
    desk.delegate_to(
        store,
        sue,
        "sue",
        "anna",
        TODAY - timedelta(days=1),
        TODAY + timedelta(days=3),
        "On holiday until Friday.",
        datetime.now(UTC),
    )
    app = go(run_desk(), "account")
    submit(app, f"Act for sue until {TODAY + timedelta(days=3)}".replace("-", "\\-"))
    assert "You act for sue, under your own name" in shown(app)
    submit(app, "Act for myself again")
    assert "You act for" not in shown(app)

    app = run_desk()
    app.session_state["acting_for"] = "sue"
    app = open_alert(app.run(), firm.alert_ids(workspace)["R2 QB01"])
    submit(app, "Assign to me")
    assert "On behalf of:  sue" in shown(app)


def test_what_was_accepted_until_a_day_that_is_over_is_open_again_without_a_scan(
    run_desk: Desk, store: desk.Store, workspace: Workspace
) -> None:
    alert_id = firm.alert_ids(workspace)["R2 QB01"]
    then, last = datetime.now(UTC) - timedelta(days=20), TODAY - timedelta(days=5)
    anna, bela = (User(name, Role.OFFICER) for name in ("anna", "bela"))
    with store.read() as session:
        seen = desk.alert_view(session, anna, alert_id).alert.row_version
    risk = Disposition.ACCEPTED_RISK
    waiting = desk.decide(store, anna, alert_id, risk, NOTE, then, seen, accepted_until=last)
    desk.approve(store, bela, alert_id, then, waiting.row_version)
    page = shown(run_desk(text=alert_id))
    assert "1 alert about 1 subject" in page
    with store.read() as session:
        assert desk.alert_view(session, anna, alert_id).alert.status is Status.OPEN


def test_the_password_is_changed_only_by_who_knows_it(run_desk: Desk, store: desk.Store) -> None:
    new = "another horse, another battery"
    app = go(run_desk(), "account")
    for now, again, told in (("wrong", new, "does not fit"), (firm.PASSWORD, "typo", "the same way twice")):
        app.text_input(key="password-now").set_value(now)
        app.text_input(key="password-new").set_value(new)
        app.text_input(key="password-again").set_value(again)
        submit(app, "Change the password")
        assert told in shown(app)
    app.text_input(key="password-now").set_value(firm.PASSWORD)
    app.text_input(key="password-new").set_value(new)
    app.text_input(key="password-again").set_value(new)
    submit(app, "Change the password")
    assert "R7" not in shown(app)
    assert desk.sign_in(store, "anna", new, datetime.now(UTC)).name == "anna"


def test_an_administrator_keeps_people_and_sees_no_alert(run_desk: Desk, store: desk.Store) -> None:
    desk.create_user(store, SYSTEM, "adm", Role.ADMINISTRATOR, firm.RECORDED, password=firm.PASSWORD)
    app = go(run_desk("adm"), "people")
    assert "Everybody who may sign in" in shown(app)
    app.text_input(key="add-name").set_value("sue")
    app.selectbox(key="add-role").set_value(Role.SUPERVISOR)
    app.text_input(key="add-password").set_value(firm.PASSWORD)
    submit(app, "Let in")
    app.selectbox(key="who").set_value("sue").run()
    app.text_area(key="scope-sue-branches").set_value("B3\n\nB4 ")
    next(button for button in app.button if button.key and "scope-sue" in str(button.key)).click().run()
    assert "branch B3, B4" in shown(app)
    app.text_area(key="out-sue-words").set_value("She has left the firm.")
    submit(app, "Let out")
    with store.read() as session:
        session.narrow(SYSTEM)
        found = desk.find_user(session, "sue")
    assert not found.active
    assert found.branches == {"B3", "B4"}
    assert "Not allowed" in shown(go(app, "queue"))


def test_people_are_nobody_elses_business(run_desk: Desk) -> None:
    for name in ("anna", "otto"):
        assert "Not allowed" in shown(go(run_desk(name), "people"))
