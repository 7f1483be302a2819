"""What happened around an alert's items: found in the feeds, within bounds, and what is not known is said."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from surveil import desk
from surveil.alerts.alert import Alert
from surveil.alerts.model import Family, Severity
from surveil.alerts.people import Role, User
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.config import Workspace
from surveil.desk.around import Around, around, by_day
from surveil.desk.evidence import FINDING_FIELDS
from tests.dashboard.firm import draft
from tests.desk.firm import firm

ANN = User("ann", Role.OFFICER)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEEDS = {
    "accounts": (
        "account_id,customer_id,product_code,opened_at,channel\n"
        "A1,C1,CHK,2026-02-01T12:00:00,branch\nA2,C1,CHK,2026-02-03T12:00:00,branch\nA3,C9,CHK,2026-02-01T12:00:00,branch\n"
    ),
    "customers": "customer_id,name,created_on\nC1,Ilze Bērziņa,2020-01-01\nC9,Eve,2020-01-01\n",
    "contacts": (
        "contact_id,customer_id,rep_id,at,kind\n"
        "K1,C1,R1,2026-01-20T10:00:00,visit\nK2,C1,R1,2024-01-20T10:00:00,visit\nK3,C9,R1,2026-02-01T10:00:00,visit\n"
    ),
}


def run_of(workspace: Workspace) -> RunRecord:
    return RunRecord(
        run_id="run-1", snapshot_id="000001-x", as_of="2026-02-28", version="0", config_hash="c",
        status=RunStatus.COMPLETE, manifest={"snapshot": {"load": 1, "feeds": {}}},
    )  # fmt: skip


def alerted(workspace: Workspace, **changes: Any) -> tuple[Alert, RunRecord]:
    """An alert about account A1, with its one item written down by a run."""
    desk.prepare_desk(workspace)
    store, run = desk.open_desk(workspace), run_of(workspace)
    ids = desk.record_scan(store, run, [draft("UA01", "R1", Severity.LOW, 0.4, Family.UNAUTHORIZED)], NOW)
    row = {
        "finding_id": "F1", "run_id": "run-1", "alert_id": next(iter(ids.values())), "detector": "UA01",
        "feed": "accounts", "key": "A1", "rep_id": "R1", "customer_id": "C1", "account_id": "A1", "at": "2026-02-01",
        "score": 1.0, "detail": "{}",
    } | changes  # fmt: skip
    folder = workspace.runs_dir / "run-1"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({name: [row[name]] for name in FINDING_FIELDS}), folder / "findings.parquet")
    with store.read() as session:
        alert = desk.alerts(session, ANN)[0]
    store.close()
    return alert, run


def look(workspace: Workspace, **changes: Any) -> Around:
    alert, run = alerted(workspace, **changes)
    return around(workspace, alert, run)


def test_the_same_customers_records_near_the_items_are_told_and_nobody_elses(tmp_path: Path) -> None:
    found = look(firm(tmp_path, **FEEDS))
    assert [(one.day, one.feed, one.key, one.item) for one in found.happenings] == [
        (date(2026, 1, 20), "contacts", "K1", False),
        (date(2026, 2, 1), "accounts", "A1", True),
        (date(2026, 2, 3), "accounts", "A2", False),
    ]
    assert by_day(found.happenings)[1] == (date(2026, 2, 1), "accounts", True, 1)


def test_a_feed_that_was_not_handed_over_is_not_known_and_not_empty(tmp_path: Path) -> None:
    found = look(firm(tmp_path, **FEEDS))
    assert "complaints" in found.unknown
    assert "contacts" not in found.unknown


def test_what_came_after_the_runs_day_is_left_out(tmp_path: Path) -> None:
    late = FEEDS["accounts"] + "A4,C1,CHK,2026-03-15T12:00:00,branch\n"
    assert "A4" not in {one.key for one in look(firm(tmp_path, **(FEEDS | {"accounts": late}))).happenings}


def test_without_a_day_or_a_run_it_says_so(tmp_path: Path) -> None:
    workspace = firm(tmp_path, **FEEDS)
    assert "has a day" in str(look(workspace, at=None).problem)
    store = desk.open_desk(workspace)
    with store.read() as session:
        alert = desk.alerts(session, ANN)[0]
    store.close()
    assert around(workspace, alert, None).problem
