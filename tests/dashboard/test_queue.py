"""The queue: what stands in it, how it is gathered and filtered, and what an empty one says."""

from __future__ import annotations

from pathlib import Path

from surveil import desk
from surveil.alerts.people import SYSTEM, Role
from surveil.config import Workspace
from tests.dashboard import firm
from tests.dashboard.acts import shown
from tests.dashboard.conftest import Desk


def test_one_representative_stands_once_with_all_his_signs_the_most_urgent_on_top(run_desk: Desk) -> None:
    page = shown(run_desk())
    assert page.count("Representative R7") == 1
    assert page.index("Representative R7") < page.index("Representative R2") < page.index("Representative R1")
    assert "3 alerts" in page
    assert "8 alerts about 6 subjects" in page


def test_severity_is_said_in_words_beside_its_shape(run_desk: Desk) -> None:
    page = shown(run_desk())
    for words in ("◆ Critical", "▲ High", "● Medium", "○ Low", "Score 0.81", "2 days late"):
        assert words in page


def test_the_address_alone_gives_the_same_view(run_desk: Desk) -> None:
    app = run_desk(severity="low", sort="score", grouped="0")
    assert app.multiselect(key="severity").value == ["low"]
    assert "2 alerts" in shown(app)
    assert shown(app).index("R4: 9 of") < shown(app).index("R1: 9 of")


def test_what_is_chosen_stands_in_the_address_by_value_not_by_label(run_desk: Desk) -> None:
    app = run_desk()
    app.multiselect(key="family").select("burst").run()
    app.radio(key="view").set_value("all").run()
    assert app.query_params["family"] in ("burst", ["burst"])
    assert app.query_params["view"] in ("all", ["all"])


def test_an_address_that_asks_for_what_does_not_exist_shows_the_queue(run_desk: Desk) -> None:
    app = run_desk(view="nonsense", severity="purple", page="99999", sort="'; DROP TABLE alert")
    assert "8 alerts" in shown(app)


def test_an_alert_that_filters_leave_out_is_counted_beside_its_subject(run_desk: Desk) -> None:
    assert "2 more not in this view" in shown(run_desk(severity="critical"))


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


def test_an_administrator_is_told_that_alerts_are_not_his(run_desk: Desk, workspace: Workspace) -> None:
    store = desk.open_desk(workspace)
    desk.create_user(store, SYSTEM, "adm", Role.ADMINISTRATOR, firm.RECORDED, password=firm.PASSWORD)
    store.close()
    page = shown(run_desk("adm"))
    assert "Not allowed" in page
    assert "R7" not in page
