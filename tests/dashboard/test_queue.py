"""The queue: what stands in it, how it is gathered and filtered, and what an empty one says."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.components.words import days_left
from surveil import desk
from surveil.alerts.alert import Source
from surveil.alerts.clocks import Calendar
from surveil.alerts.model import Severity
from surveil.alerts.people import SYSTEM, Role, User
from surveil.config import Workspace
from tests.dashboard import firm
from tests.dashboard.acts import NOTE, shown, submit
from tests.dashboard.conftest import Desk


def test_one_representative_stands_once_with_all_his_signs_the_most_urgent_on_top(run_desk: Desk) -> None:
    page = shown(run_desk())
    assert page.count("Representative R7") == 1
    assert page.index("Representative R7") < page.index("Representative R2") < page.index("Representative R1")
    assert "3 alerts" in page
    assert "8 alerts about 6 subjects" in page


def test_severity_is_said_in_words_beside_its_shape(run_desk: Desk) -> None:
    page = shown(run_desk())
    calendar = Calendar()  # of business days: how late the alert is depends on the day of the week
    due = calendar.take_up_due(Severity.CRITICAL, firm.RECORDED)
    how_late = days_left(due, calendar.day(datetime.now(UTC)))
    for words in ("◆ Critical", "▲ High", "● Medium", "○ Low", "Score 0.81", how_late):
        assert words in page


def test_the_address_alone_gives_the_same_view(run_desk: Desk) -> None:
    app = run_desk(severity="low", sort="score", grouped="0")
    assert app.multiselect(key="severity").value == ["low"]
    assert "2 alerts" in shown(app)
    assert shown(app).index("R4: 9 of") < shown(app).index("R1: 9 of")


def test_what_is_chosen_stands_in_the_address_by_value_not_by_label(run_desk: Desk) -> None:
    app = run_desk()
    app.multiselect(key="family").select("burst").run()
    app.radio(key="view").set_value("everything").run()
    assert app.query_params["family"] in ("burst", ["burst"])
    assert app.query_params["view"] in ("everything", ["everything"])


def test_an_address_that_asks_for_what_does_not_exist_shows_the_queue(run_desk: Desk) -> None:
    app = run_desk(view="nonsense", severity="purple", page="99999", sort="'; DROP TABLE alert")
    assert "8 alerts" in shown(app)


def test_an_alert_that_filters_leave_out_is_counted_beside_its_subject(run_desk: Desk) -> None:
    assert "2 more not in this view" in shown(run_desk(severity="critical"))


def test_of_words_that_very_many_have_it_says_that_only_the_first_are_shown(
    run_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveil.store.search.FEW", 2)
    monkeypatch.setattr(importlib.import_module("surveil.desk.queue"), "FIRST_FOUND", 3)
    app = run_desk(text="of")
    assert "more than 3 alerts have these words; the first 3 in this order are shown" in shown(app)
    assert any(button.label == "Select all that match" for button in app.button)
    submit(app, "Select all that match")
    assert "All alerts that match selected, on every page:" in shown(app)


def test_the_run_banner_says_what_is_missing(run_desk: Desk) -> None:
    page = shown(run_desk())
    assert "This run is incomplete: UA03 failed" in page
    assert "7 rows rejected in loading" in page
    assert "2026-02-28" in page


def test_keys_move_through_the_queue_and_can_be_switched_off(run_desk: Desk) -> None:
    app = run_desk()
    assert app.button(key="next").proto.shortcut.lower() == "j"
    app.button(key="next").click().run()
    first = app.query_params["alert"]
    app.button(key="next").click().run()
    assert app.query_params["alert"] != first
    app.button(key="previous").click().run()
    assert app.query_params["alert"] == first
    app.toggle(key="keys").set_value(False).run()
    assert app.button(key="next").proto.shortcut == ""


def test_no_filter_hit_and_all_done_read_differently(run_desk: Desk) -> None:
    assert "No alert matches these filters" in shown(run_desk(text="nowhere to be found"))
    assert "All done" in shown(run_desk(view="mine"))


def test_without_a_scope_or_a_scan_the_queue_says_so(
    run_desk: Desk, workspace: Workspace, tmp_path: Path
) -> None:
    store = desk.open_desk(workspace)
    desk.create_user(store, SYSTEM, "sue", Role.SUPERVISOR, firm.RECORDED, password=firm.PASSWORD)
    store.close()
    assert "ask your administrator" in shown(run_desk("sue"))

    empty = Workspace.init(tmp_path / "empty")
    desk.prepare_desk(empty)
    assert "No scan has been recorded yet" in shown(run_desk("demo-officer", folder=empty.path))


def test_what_is_selected_stays_selected_by_its_id_and_is_taken_in_one_act_that_can_be_undone(
    run_desk: Desk, workspace: Workspace
) -> None:
    ids = firm.alert_ids(workspace)
    app = run_desk()
    for name in ("R7 UA01", "R1 QB01"):
        app.checkbox(key=f"select-{ids[name]}").check().run()
    app.selectbox(key="sort").set_value("score").run()
    assert "2 alerts selected" in shown(app)
    submit(app, "Assign to me")
    assert "2 alerts will be yours." in shown(app)
    submit(app, "Do it to 2 alerts")
    assert "Done to 2 alerts." in shown(app)
    assert shown(app).count("with anna") == 2
    submit(app, "Undo")
    assert "with anna" not in shown(app)


def test_everything_that_matches_is_counted_decided_alike_and_what_needs_two_waits(
    run_desk: Desk, workspace: Workspace
) -> None:
    app = run_desk(family="unauthorized")
    submit(app, "Select all 3")
    assert "All 3 alerts of this view selected, on every page" in shown(app)
    submit(app, "False alarm")
    app.text_area(key="bulk-note").set_value("no")
    submit(app, "Do it to 3 alerts")
    assert "too short" in shown(app)
    app.text_area(key="bulk-note").set_value(NOTE)
    submit(app, "Do it to 3 alerts")
    assert "Done to 3 alerts." in shown(app)
    assert "Waits for approval" in shown(run_desk(view="waiting-for-approval"))
    store = desk.open_desk(workspace)
    with store.read() as session:
        found = desk.alert_view(session, User("bela", Role.OFFICER), firm.alert_ids(workspace)["R7 UA03"])
    store.close()
    assert [entry.reason for entry in found.history][-1] == NOTE


def test_alerts_that_changed_after_they_were_counted_are_left_alone(
    run_desk: Desk, workspace: Workspace
) -> None:
    app = run_desk(family="unauthorized")
    submit(app, "Select all 3")
    submit(app, "Assign to me")
    store = desk.open_desk(workspace)
    desk.take(store, User("bela", Role.OFFICER), firm.alert_ids(workspace)["R7 UA01"], firm.RECORDED)
    store.close()
    submit(app, "Do it to 3 alerts")
    assert "Nothing was done; look at them again." in shown(app)
    assert "with anna" not in shown(app)


def test_with_other_filters_all_is_no_longer_selected(run_desk: Desk) -> None:
    app = run_desk(family="unauthorized")
    submit(app, "Select all 3")
    app.multiselect(key="family").set_value([]).run()
    assert "Nothing selected" in shown(app)


def test_the_next_alert_is_handed_over_locked_and_never_twice(run_desk: Desk, workspace: Workspace) -> None:
    first = submit(run_desk(), "Take the next")
    assert "nobody else is given it meanwhile" in shown(first)
    second = submit(run_desk("bela"), "Take the next")
    taken = {tuple(app.query_params["alert"]) for app in (first, second)}
    assert len(taken) == 2
    submit(first, "Take the next")
    assert tuple(first.query_params["alert"]) not in taken


def test_a_view_of_ones_own_is_kept_opened_on_and_thrown_away(run_desk: Desk) -> None:
    app = run_desk(severity="low")
    app.text_input(key="view-name").set_value(f"Mine {firm.BEACON}")
    app.checkbox(key="view-default").check()
    submit(app, "Save the view")
    assert "The view was saved" in shown(app)
    assert not app.multiselect(key="severity").value
    again = run_desk()
    assert "2 alerts about 2 subjects" in shown(again)
    assert f"Mine {firm.BEACON}" not in list(again.radio(key="view").options)
    assert "8 alerts" in shown(run_desk("bela"))
    submit(again, "Throw the view picked away")
    assert "8 alerts" in shown(again)


def test_an_auditor_cannot_act_on_many_either(run_desk: Desk) -> None:
    app = run_desk("otto")
    acts = [button for button in app.button if str(button.key).startswith(("bulk-", "one-", "take-next"))]
    assert len(acts) > 5
    assert all(button.disabled for button in acts)


def test_what_somebody_reports_is_raised_by_hand_and_stands_in_the_queue(run_desk: Desk) -> None:
    app = run_desk()
    app.selectbox(key="raise-source").set_value(Source.WHISTLE_BLOWER)
    app.text_input(key="raise-subject").set_value("R9")
    app.text_area(key="raise-words").set_value(f"Two colleagues heard him boast {firm.BEACON}")
    submit(app, "Raise it")
    page = shown(app)
    assert "Representative R9" in page
    assert firm.BEACON in page
