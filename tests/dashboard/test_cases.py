"""Cases on the screen: steps, clocks, customers asked, and a conclusion that two people stand for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from surveil import desk
from surveil.alerts.cases import Answer, ClockKind
from surveil.alerts.dispositions import Disposition
from surveil.alerts.people import Role, User
from surveil.config import Workspace
from tests.dashboard import firm
from tests.dashboard.acts import NOTE, go, shown
from tests.dashboard.conftest import Desk

ANNA = User("anna", Role.OFFICER)


@pytest.fixture
def store(workspace: Workspace) -> desk.Store:
    return desk.open_desk(workspace)


@pytest.fixture
def case_id(workspace: Workspace, store: desk.Store) -> str:
    ids = firm.alert_ids(workspace)
    title = f"Openings of R2 {firm.BEACON}"
    return desk.open_case(
        store, ANNA, title, [ids["R2 QB01"], ids["R3 QB01"]], datetime.now(UTC), "unauthorized"
    )


def open_case(run_desk: Desk, case_id: str, user: str = "anna") -> AppTest:
    return go(run_desk(user, case=case_id), "case")


def press(app: AppTest, key: str) -> AppTest:
    """Submit the small form with that key."""
    next(button for button in app.button if f"FormSubmitter:{key}-" in str(button.key)).click().run()
    assert not app.exception
    return app


def test_a_case_shows_its_steps_clocks_and_alerts_and_its_title_is_no_markup(
    run_desk: Desk, case_id: str
) -> None:
    app = open_case(run_desk, case_id)
    page = shown(app)
    for words in (
        firm.BEACON,
        "0 of 9 settled",
        "Stop further openings",
        "R2: 9 of 40",
        "R3: 9 of 40",
        "Case opened",
    ):
        assert words in page
    listed = shown(go(run_desk(), "cases"))
    assert case_id in listed
    assert "9 open steps" in listed


def test_a_step_is_settled_with_what_was_found(run_desk: Desk, case_id: str) -> None:
    app = open_case(run_desk, case_id)
    key = f"settle-{case_id}-unauthorized-1"
    app.text_area(key=f"{key}-words").set_value("x")
    assert "too short" in shown(press(app, key))
    app.text_area(key=f"{key}-words").set_value("Openings were stopped in the core system.")
    page = shown(press(app, key))
    assert "1 of 9 settled" in page
    assert "☑ done" in page


def test_a_clock_of_the_rule_runs_thirty_days_and_stands_in_the_calendar(
    run_desk: Desk, case_id: str
) -> None:
    app = open_case(run_desk, case_id)
    app.selectbox(key="clock-kind").set_value(ClockKind.RULE_4530_EVENT)
    app.text_area(key="clock-words").set_value("The branch told us of a forged signature.")
    page = shown(press(app, "clock"))
    assert "30 days left" in page
    due = go(run_desk(days="90"), "calendar")
    assert "FINRA Rule 4530(a)" in shown(due)
    assert "30 days left" in shown(due)


def test_no_answer_is_written_down_as_not_known_and_never_as_a_no(
    run_desk: Desk, case_id: str, store: desk.Store
) -> None:
    app = open_case(run_desk, case_id)
    app.text_input(key="ask-customer").set_value("C77")
    page = shown(press(app, "outreach"))
    assert "nothing yet" in page
    assert "never a no" in page
    key = next(str(area.key) for area in app.text_area if str(area.key).startswith("answer-")).removesuffix(
        "-words"
    )
    app.selectbox(key=f"{key}-what").set_value(Answer.NOT_REACHED)
    app.text_area(key=f"{key}-words").set_value("Tried three times on two days.")
    page = shown(press(app, key))
    assert "not reached" in page
    assert "he did not ask for it" not in page


def test_a_conclusion_is_refused_while_anything_is_open_and_needs_two(
    run_desk: Desk, workspace: Workspace, store: desk.Store
) -> None:
    ids, now = firm.alert_ids(workspace), datetime.now(UTC)
    case_id = desk.open_case(store, ANNA, "Openings of R4", [ids["R4 QB01"]], now)
    app = open_case(run_desk, case_id)
    app.selectbox(key="conclude-as").set_value(Disposition.USEFUL_NO_BREACH)
    app.text_area(key="conclude-words").set_value(NOTE)
    assert "Not decided yet" in shown(press(app, "conclude"))
    with store.read() as session:
        version = desk.alert_view(session, ANNA, ids["R4 QB01"], now).alert.row_version
    desk.decide(store, ANNA, ids["R4 QB01"], Disposition.USEFUL_NO_BREACH, NOTE, now, version)
    app = open_case(run_desk, case_id)
    app.selectbox(key="conclude-as").set_value(Disposition.USEFUL_NO_BREACH)
    app.text_area(key="conclude-words").set_value(NOTE)
    assert "waits for a second person" in shown(press(app, "conclude"))
    assert app.button(key="approve-off").disabled
    other = open_case(run_desk, case_id, "bela")
    other.text_area(key="approve-words").set_value("Read the file of the branch.")
    assert "The case is closed" in shown(press(other, "approve"))
    assert "Conclusion approved" in shown(other)


def test_an_auditor_reads_a_case_and_changes_nothing(run_desk: Desk, case_id: str) -> None:
    app = open_case(run_desk, case_id, "otto")
    assert "Stop further openings" in shown(app)
    acts = [button for button in app.button if button.label not in ("Sign out",)]
    assert acts
    assert all(button.disabled for button in acts)


def test_a_case_that_does_not_exist_reads_as_not_found(run_desk: Desk) -> None:
    assert "There is no case C-999." in shown(open_case(run_desk, "C-999"))
    assert "names no case" in shown(go(run_desk(), "case"))
