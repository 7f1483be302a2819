"""What was examined, the audit trail, the manual pages."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from dashboard.components.banner import banner
from dashboard.components.manual import points, section
from surveil import desk
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.config import Workspace
from surveil.desk.screen_runs import run_summary
from tests.dashboard import firm
from tests.dashboard.acts import go, shown, submit
from tests.dashboard.conftest import Desk


def test_what_could_not_be_examined_is_told_with_the_reason(run_desk: Desk) -> None:
    page = shown(go(run_desk(), "runs"))
    for words in (
        "This run is incomplete: UA03 failed",
        "– Could not run",
        "the feed registrations was not provided",
        "✗ Failed",
        "12: the consents' extract ends before the grace period",
        "Not known is not the same as not found",
    ):
        assert words in page


def test_of_a_run_in_parts_it_is_said_whom_somebody_was_compared_with(
    run_desk: Desk, workspace: Workspace
) -> None:
    assert "Judged in" not in shown(go(run_desk(), "runs"))
    run = RunRecord(
        "R-2",
        "000001-x",
        "2026-03-31",
        "0.1.0",
        "c",
        RunStatus.COMPLETE,
        coverage={"detectors": [], "parts": 5},
    )
    store = desk.open_desk(workspace)
    desk.record_scan(store, run, [], firm.RECORDED + timedelta(days=1))
    store.close()
    page = shown(go(run_desk(), "runs"))
    assert "Judged in 5 parts of many branches each, because the firm is large: " in page
    assert "each representative is compared with colleagues of the same part." in page


def test_rejected_rows_are_not_known_where_a_load_report_is_gone(workspace: Workspace) -> None:
    feeds = {"accounts": {"present": True, "rows": 812}}
    run = RunRecord(
        "R-1", "000001-x", "2026-02-28", "0.1.0", "c", RunStatus.COMPLETE,
        manifest={"snapshot": {"load": 1, "feeds": feeds}},
    )  # fmt: skip
    assert run_summary(run, workspace.loads_dir).rejected == 7
    (workspace.loads_dir / "000001" / "report.json").write_text("{damaged", encoding="utf-8")
    summary = run_summary(run, workspace.loads_dir)
    assert summary.rejected is None
    assert "is not known" in banner(summary)


def test_the_trail_is_verified_and_a_forged_one_is_not(run_desk: Desk, workspace: Workspace) -> None:
    app = go(run_desk("otto"), "audit")
    submit(app, "Check the whole trail")
    assert "Verified: " in shown(app)
    with sqlite3.connect(workspace.path / "surveil.db") as database:
        database.execute("UPDATE alert SET severity = 'low' WHERE subject_id = 'R7' AND detector = 'UA01'")
    database.close()
    submit(app, "Check the whole trail")
    assert "The trail does not hold" in shown(app)
    assert "changed past the trail" in shown(app)


def test_a_checkpoint_is_signed_and_offered(run_desk: Desk) -> None:
    app = go(run_desk("otto"), "audit")
    submit(app, "Sign a checkpoint")
    assert "SHA-256 of the key" in shown(app)


def test_the_latest_events_name_who_and_what(run_desk: Desk) -> None:
    page = shown(go(run_desk(), "audit"))
    assert "Raised by a scan" in page
    assert f"run {firm.RUN_ID}" in page


def test_the_trail_is_narrowed_to_a_person_and_a_record(run_desk: Desk) -> None:
    app = go(run_desk(), "audit")
    app.text_input(key="trail-about").set_value(f"run {firm.RUN_ID}").run()
    page = shown(app)
    assert f"run {firm.RUN_ID}" in page
    assert "Raised by a scan" not in page
    app.text_input(key="trail-who").set_value("nobody").run()
    assert "No event among those looked at" in shown(app)


def test_every_detector_has_its_page_with_parameters_in_force(run_desk: Desk) -> None:
    app = go(run_desk(), "detectors")
    page = shown(app)
    assert "UA01" in page
    assert "UN02" in page
    app.selectbox(key="manual").set_value("UA01").run()
    page = shown(app)
    assert "opened with no consent" in " ".join(page.split())
    assert "grace_days" in page
    assert "{grace_days}" not in page


def test_a_manual_page_is_cut_into_paragraphs_and_points() -> None:
    words = "First line\ngoes on.\n\n- one\n  more\n- two"
    assert points(words) == ("one more", "two")
    assert section(words).count("<li>") == 2
    assert "First line goes on." in section(words)
