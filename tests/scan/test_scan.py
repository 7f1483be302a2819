"""A scan from feeds to alerts: the promised outputs, twice the same, nothing opened twice, a failure that is seen."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from surveil.alerts.people import SYSTEM
from surveil.desk.listing import export_alerts
from surveil.detectors import registry
from surveil.engine.account_ranks import ACCOUNT_RANK_COLUMNS
from surveil.scan import results
from surveil.scan.findings import FINDING_COLUMNS
from surveil.scan.ranking import REP_RANK_COLUMNS
from tests.scan.conftest import Scanned, scanned


def alerts(run: Scanned) -> dict[str, dict[str, object]]:
    with run.store.read() as session:
        return {row["alert_id"]: row for row in export_alerts(session, SYSTEM)}


def test_the_outputs_are_as_promised(run: Scanned, firm: Path) -> None:
    reps = results.last_ranking(run.workspace, "reps")
    assert tuple(reps.columns) == REP_RANK_COLUMNS
    assert reps["rank"].tolist() == list(range(1, len(reps) + 1))
    assert reps["rep_id"].is_unique
    feed = pd.read_csv(firm / "accounts.csv", dtype=str)
    in_window = feed["opened_by"].notna() & (feed["opened_at"].str[:10] >= str(run.result.run.from_day))
    opened = feed["opened_by"][in_window]
    assert 0 < len(opened) < feed["opened_by"].count(), "of earlier years the extract has only what is left"
    assert set(opened) <= set(reps["rep_id"])
    assigned = pd.read_csv(firm / "assignments.csv", dtype=str)
    assert set(assigned["supervisor_id"].dropna()) <= set(reps["rep_id"]), "managers are ranked too"
    assert reps["score"].between(0, 1).all()
    assert reps["score"].is_monotonic_decreasing
    assert reps["score"].is_unique, "ties make the top of the list arbitrary"
    assert (reps["flagged"] >= (reps["q_value"] <= 0.10).fillna(False)).all()

    accounts = results.last_ranking(run.workspace, "accounts")
    assert tuple(accounts.columns) == ACCOUNT_RANK_COLUMNS
    assert len(accounts) == len(opened), "every account that a representative opened is ranked"
    assert accounts["score"].is_unique

    found = results.last_findings(run.workspace, {})
    assert tuple(found.columns) == FINDING_COLUMNS
    assert found["finding_id"].is_unique
    assert set(found["alert_id"].dropna()) <= set(alerts(run))
    assert all(json.loads(text) for text in found["detail"].head(20))


def test_a_firm_scanned_twice_from_scratch_gives_the_same_bytes(
    run: Scanned, firm: Path, tmp_path: Path
) -> None:
    other = scanned(firm, tmp_path / "other")
    try:
        assert other.result.run.run_id == run.result.run.run_id
        assert alerts(other) == alerts(run)
        for name in ("findings", "rank_reps", "rank_accounts"):
            one, two = (r.result.folder / f"{name}.parquet" for r in (run, other))
            assert one.read_bytes() == two.read_bytes(), name
    finally:
        other.store.close()


def test_a_second_scan_opens_nothing_twice(run: Scanned) -> None:
    before = alerts(run)
    assert before, "the firm has alerts to repeat"
    run.again()
    assert alerts(run) == before, "the same data is the same run"
    day = dt.date.fromisoformat(run.result.run.as_of) - dt.timedelta(days=1)
    run.again(as_of=day)
    after = alerts(run)
    fingerprints = [(row["detector"], row["subject_type"], row["subject_id"]) for row in after.values()]
    assert len(fingerprints) == len(set(fingerprints))
    assert before.keys() <= after.keys()


def test_a_detector_that_fails_marks_the_run_and_keeps_the_rest(
    run: Scanned, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("Anna Kovacs has none")

    monkeypatch.setattr(type(registry.detectors()["UA01"]), "decide", broken)
    day = dt.date.fromisoformat(run.result.run.as_of) - dt.timedelta(days=2)
    result = run.again(as_of=day)
    assert result.failed == ("UA01",)
    assert result.run.status == "incomplete"
    lines = {line["detector"]: line for line in results.manifest(run.workspace)["coverage"]}
    assert lines["UA01"]["status"] == "failed"
    assert "ZeroDivisionError" in lines["UA01"]["reason"]
    assert "Anna Kovacs" not in lines["UA01"]["reason"], "supervisors and examiners read this"
    assert "Anna Kovacs" in (result.folder / "failures" / "UA01.txt").read_text()
    assert lines["UN01"]["found"] > 0


def test_what_is_absent_is_said(run: Scanned, firm: Path, tmp_path: Path) -> None:
    less = tmp_path / "less"
    less.mkdir()
    for file in firm.glob("*.csv"):
        if not file.name.startswith("consents"):
            (less / file.name).write_bytes(file.read_bytes())
    other = scanned(less, tmp_path / "without-consents")
    try:
        lines = {line["detector"]: line for line in results.manifest(other.workspace)["coverage"]}
        assert lines["UA01"]["status"] == "not run"
        assert "consents" in lines["UA01"]["reason"]
    finally:
        other.store.close()
