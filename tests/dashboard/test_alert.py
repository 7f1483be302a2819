"""The alert's page: what it explains, and what a reviewer can and cannot do on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import words
from surveil import desk
from surveil.alerts.people import Role, User
from surveil.config import Workspace
from surveil.store import Store
from tests.dashboard import firm
from tests.dashboard.acts import NOTE, open_alert, shown, submit
from tests.dashboard.conftest import Desk

BELA = User("bela", Role.OFFICER)


def test_it_says_why_with_peers_and_chance_and_what_may_be_innocent(
    run_desk: Desk, workspace: Workspace
) -> None:
    page = shown(open_alert(run_desk(), firm.alert_ids(workspace)["R7 UA01"]))
    for said in (
        "9 of 40 accounts without consent against 1.8 expected",
        "41 colleagues with 812 items",
        "1 in 47,619",
        "0 to 5",
        "rate against peers",
        "with those who stand out themselves (left out of what is expected)",
        "Paper consents arrive late from student branches.",
        "Call the customer on contact data from before the opening.",
        "Raised by a scan",
    ):
        assert said in page


def test_rows_of_another_detector_are_said_to_be_its(run_desk: Desk, workspace: Workspace) -> None:
    """An alert about a rate has no items of its own; what it rests on is listed by others."""
    file = workspace.runs_dir / firm.RUN_ID / "findings.parquet"
    rows = pq.read_table(file)
    alert_id = firm.alert_ids(workspace)["R7 UA01"]
    assert "listed by" not in shown(open_alert(run_desk(), alert_id))
    place = rows.schema.get_field_index("detector")
    pq.write_table(rows.set_column(place, "detector", pa.array(["UN04"] * rows.num_rows)), file)
    assert "listed by UN04 Fees on unused accounts" in shown(open_alert(run_desk(), alert_id))
    assert words.items(0) == "no items of its own"


def test_a_few_peers_are_called_few(run_desk: Desk, workspace: Workspace) -> None:
    page = shown(open_alert(run_desk(), firm.alert_ids(workspace)[f"{firm.HOSTILE} UA01"]))
    assert "few: n < 20" in page


def test_a_decision_of_a_high_alert_waits_for_a_second_person_who_is_another(
    run_desk: Desk, workspace: Workspace
) -> None:
    alert_id = firm.alert_ids(workspace)["R7 UA01"]
    app = open_alert(run_desk(), alert_id)
    submit(app, "False alarm")
    assert "Four eyes" in shown(app)
    app.text_area(key=f"note-false_alarm-{alert_id}").set_value(NOTE)
    submit(app, "Save the decision")
    assert NOTE in shown(app)
    assert "Waits for approval" in shown(app)
    assert app.button(key="act-approve").disabled

    other = open_alert(run_desk("bela", view="waiting-for-approval"), alert_id)
    submit(other, "Approve")
    assert NOTE in shown(other)
    submit(other, "Approve and close")
    assert "Decision approved" in shown(other)
    submit(other, "Open again")
    other.text_area(key=f"text-reopen-{alert_id}").set_value("The archive has sent other papers since.")
    submit(other, "Open again")


def test_an_act_is_recorded_at_the_time_of_the_click_not_of_the_page(
    run_desk: Desk, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id = firm.alert_ids(workspace)["R7 UA01"]
    app = open_alert(run_desk(), alert_id)
    clicked = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=12)
    monkeypatch.setattr("dashboard.components.session.now", lambda: clicked)
    app.button(key="act-take").click().run()
    with desk.open_desk(workspace).read() as session:
        view = desk.alert_view(session, BELA, alert_id, clicked)
    assert view.alert.updated_at == clicked


def _taken_after(
    change: Callable[[Store], object], run_desk: Desk, workspace: Workspace
) -> tuple[AppTest, str | None]:
    """The page after a click on "take" before which something changed behind it, and who has the alert then."""
    alert_id = firm.alert_ids(workspace)["R7 UA01"]
    app = open_alert(run_desk(), alert_id)
    store = desk.open_desk(workspace)
    change(store)
    app.button(key="act-take").click().run()
    with store.read() as session:
        return app, desk.alert_view(session, BELA, alert_id, datetime.now(UTC)).alert.assignee


def test_whoever_was_shut_out_since_the_page_was_drawn_changes_nothing_more(
    run_desk: Desk, workspace: Workspace
) -> None:
    app, assignee = _taken_after(
        lambda store: desk.end_all_sessions(store, "anna", datetime.now(UTC)), run_desk, workspace
    )
    assert assignee is None
    assert "You were signed out" in shown(app)
    assert "nothing was changed" in app.session_state["told"][1], "said once he has signed in again"


def test_whose_role_was_changed_since_the_page_was_drawn_looks_again_first(
    run_desk: Desk, workspace: Workspace
) -> None:
    def moved(store: Store) -> None:
        admin = User("ada", Role.ADMINISTRATOR)
        desk.change_user(store, admin, "anna", datetime.now(UTC), "Moves to the auditors.", role=Role.AUDITOR)

    _, assignee = _taken_after(moved, run_desk, workspace)
    assert assignee is None


def test_a_decision_without_a_note_is_refused_and_keeps_what_was_written(
    run_desk: Desk, workspace: Workspace
) -> None:
    alert_id = firm.alert_ids(workspace)["R2 QB01"]
    app = open_alert(run_desk(), alert_id)
    submit(app, "Breach")
    app.text_area(key=f"note-breach-{alert_id}").set_value("no")
    submit(app, "Save the decision")
    assert "too short" in shown(app)
    assert app.text_area(key=f"note-breach-{alert_id}").value == "no"
    assert "Decided" not in shown(app)


def test_a_stale_page_cannot_overwrite_a_newer_decision(run_desk: Desk, workspace: Workspace) -> None:
    alert_id = firm.alert_ids(workspace)["R2 QB01"]
    app = open_alert(run_desk(), alert_id)
    submit(app, "False alarm")
    store = desk.open_desk(workspace)
    desk.take(store, BELA, alert_id, firm.RECORDED)
    app.text_area(key=f"note-false_alarm-{alert_id}").set_value(NOTE)
    submit(app, "Save the decision")
    assert "changed since you opened it" in shown(app)
    with store.read() as session:
        assert desk.alert_view(session, BELA, alert_id).alert.assignee == "bela"
    store.close()


def test_taking_and_putting_back_can_be_undone(run_desk: Desk, workspace: Workspace) -> None:
    app = open_alert(run_desk(), firm.alert_ids(workspace)["R2 QB01"])
    submit(app, "Assign to me")
    assert "The alert is yours" in shown(app)
    submit(app, "Put back")
    assert "nobody yet" in shown(app)
    submit(app, "Undo")
    assert "Taken back." in shown(app)
    assert "anna" in shown(app)
    assert not [button for button in app.button if button.label == "Undo"]


def test_escalating_needs_a_case_and_the_page_opens_one(run_desk: Desk, workspace: Workspace) -> None:
    alert_id = firm.alert_ids(workspace)["R2 QB01"]
    app = open_alert(run_desk(), alert_id)
    submit(app, "Escalate")
    app.text_area(key=f"note-escalate-{alert_id}").set_value(NOTE)
    submit(app, "Save the decision")
    assert "Link the alert to a case first" in shown(app)
    app.text_input(key="case-title").set_value("Openings of R2 in January")
    submit(app, "Open the case")
    app.text_area(key=f"note-escalate-{alert_id}").set_value(NOTE)
    submit(app, "Save the decision")
    assert "Escalated: goes on in a case" in shown(app)
    assert "Openings of R2 in January" in shown(app)


def test_personal_data_are_masked_until_a_reason_has_been_recorded(
    run_desk: Desk, workspace: Workspace
) -> None:
    alert_id = firm.alert_ids(workspace)["R7 UA01"]
    app = open_alert(run_desk(), alert_id)
    assert firm.BEACON not in shown(app)
    app.text_area(key="reveal-reason").set_value("x")
    submit(app, "Record the reason and show them")
    assert firm.BEACON not in shown(app)
    app.text_area(key="reveal-reason").set_value("I have to call this customer today.")
    submit(app, "Record the reason and show them")
    page = shown(app)
    assert firm.BEACON in page
    assert "Personal data looked at" in page
    assert "I have to call this customer today." in page


def test_personal_data_shown_for_one_alert_are_masked_on_the_next(
    run_desk: Desk, workspace: Workspace
) -> None:
    app = open_alert(run_desk(), firm.alert_ids(workspace)["R7 UA01"])
    app.text_area(key="reveal-reason").set_value("I have to call this customer today.")
    submit(app, "Record the reason and show them")
    app.button(key="next").click().run()
    assert firm.BEACON not in shown(app)
    app.button(key="previous").click().run()
    assert firm.BEACON not in shown(app)


def test_an_auditor_reads_everything_and_every_button_is_off_with_its_reason(
    run_desk: Desk, workspace: Workspace
) -> None:
    app = open_alert(run_desk("otto", view="everything"), firm.alert_ids(workspace)["R7 UA01"])
    buttons = [button for button in app.button if str(button.key).startswith("act-")]
    assert buttons
    assert all(button.disabled for button in buttons)
    assert all("change nothing" in str(button.help) for button in buttons)


def test_an_alert_out_of_sight_reads_as_not_found(run_desk: Desk, workspace: Workspace) -> None:
    alert_id = firm.alert_ids(workspace)["R7 UA01"]
    app = open_alert(run_desk(), alert_id)
    app.query_params["alert"] = "A-000000000000"
    app.run()
    assert "There is no alert A-000000000000." in shown(app)
    assert not app.exception


def test_everything_around_the_items_is_read_on_demand_and_what_is_not_there_is_said(
    run_desk: Desk, workspace: Workspace
) -> None:
    alert_id = firm.alert_ids(workspace)["R7 UA01"]
    app = open_alert(run_desk(), alert_id)
    assert "The data the run saw" not in shown(app)
    app.toggle(key=f"around-{alert_id}").set_value(True).run()
    assert not app.exception
    assert "The data the run saw can't be read" in shown(app)


def test_without_a_drawing_of_the_ties_the_page_says_why(run_desk: Desk, workspace: Workspace) -> None:
    page = shown(open_alert(run_desk(), firm.alert_ids(workspace)["R7 UA01"]))
    assert "older than the drawing of links" in page
