"""A small workspace for the screen: two scans, alerts of several kinds, findings with hostile names in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from surveil import desk
from surveil.alerts.model import AlertDraft, Driver, Family, Peers, Severity, SubjectType
from surveil.alerts.people import SYSTEM, Role
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.config import Workspace
from surveil.desk.evidence import FINDING_FIELDS

RUN_ID = "R-000000000001"
BEACON = "![](http://127.0.0.1:9/x)"
"""What plain markdown would turn into a request to whoever wrote it."""
HOSTILE = f"Eve {BEACON} <img src=http://127.0.0.1:9/y> [a](http://127.0.0.1:9/z)"
PASSWORD = "correct horse battery"
RECORDED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)


def make(folder: Path, users: bool = True) -> Workspace:
    """A workspace with one recorded scan, and the users anna, bela (officers) and otto (auditor)."""
    workspace = Workspace.init(folder)
    desk.prepare_desk(workspace)
    _load_report(workspace)
    store = desk.open_desk(workspace)
    ids = desk.record_scan(store, _run(), drafts(), RECORDED)
    _findings(workspace, ids)
    if users:
        for name, role in (("anna", Role.OFFICER), ("bela", Role.OFFICER), ("otto", Role.AUDITOR)):
            desk.create_user(
                store, SYSTEM, name, role, RECORDED, display_name=name.capitalize(), password=PASSWORD
            )
    store.close()
    return workspace


def alert_ids(workspace: Workspace) -> dict[str, str]:
    """Subject and detector → id of its alert."""
    store = desk.open_desk(workspace)
    with store.read() as session:
        found = {
            f"{alert.subject_id} {alert.detector}": alert.alert_id for alert in desk.alerts(session, SYSTEM)
        }
    store.close()
    return found


def drafts() -> list[AlertDraft]:
    """R7 with three signs, five others with one each, a customer whose name is an attack."""
    several = [
        draft("UA01", "R7", Severity.CRITICAL, 0.81, Family.UNAUTHORIZED),
        draft("UA03", "R7", Severity.HIGH, 0.71, Family.UNAUTHORIZED),
        draft("UN02", "R7", Severity.MEDIUM, 0.52, Family.UNUSED),
    ]
    others = [
        draft("QB01", f"R{number}", severity, 0.3 + number / 100, Family.BURST)
        for number, severity in (
            (1, Severity.LOW),
            (2, Severity.MEDIUM),
            (3, Severity.MEDIUM),
            (4, Severity.LOW),
        )
    ]
    hostile = draft(
        "UA01", HOSTILE, Severity.MEDIUM, 0.45, Family.UNAUTHORIZED,
        subject_type=SubjectType.CUSTOMER, rep_id=None, branch_id=BEACON, reason=f"Opened for {HOSTILE}.",
        drivers=(Driver(HOSTILE, 2.5, HOSTILE),), explanations=(HOSTILE,), peers=Peers(9, 30, 0.02, HOSTILE),
    )  # fmt: skip
    return [*several, *others, hostile]


def draft(
    detector: str, subject: str, severity: Severity, score: float, family: Family, **changes: Any
) -> AlertDraft:
    values: dict[str, Any] = {
        "detector": detector,
        "version": "1",
        "family": family,
        "typology": "T01",
        "severity": severity,
        "score": score,
        "subject_type": SubjectType.REP,
        "subject_id": subject,
        "reason": f"{subject}: 9 of 40 accounts without consent against 1.8 expected (usual range 0 to 5).",
        "item_count": 9,
        "rep_id": subject,
        "branch_id": "B3",
        "period_start": "2026-01-01",
        "period_end": "2026-02-28",
        "observed": 9.0,
        "expected": 1.8,
        "interval": (0.0, 5.0),
        "p_value": 2.1e-5,
        "q_value": 0.004,
        "drivers": (
            Driver("rate against peers", 4.7, "9 of 40 accounts without consent against 1.8 expected"),
            Driver("breaches of a rule", 3.9, "9 listed one by one"),
        ),
        "peers": Peers(41, 812, 0.013, "colleagues with the same products, channels and kind of branch"),
        "explanations": ("Paper consents arrive late from student branches.",),
    }
    return AlertDraft(**(values | changes))


def _run() -> RunRecord:
    lines = [
        {"detector": "UA01", "name": "Consent missing", "status": "run", "reason": "", "examined": 812, "found": 41,
         "tested": 41, "gaps": [{"count": 12, "reason": "the consents' extract ends before the grace period"}]},
        {"detector": "CS01", "name": "Unqualified sale", "status": "not run",
         "reason": "the feed registrations was not provided", "examined": 0, "found": 0, "tested": 0, "gaps": []},
        {"detector": "UA03", "name": "Simulated funding", "status": "failed", "reason": "ValueError: out of range",
         "examined": 0, "found": 0, "tested": 0, "gaps": []},
    ]  # fmt: skip
    feeds = {
        "accounts": {"present": True, "rows": 812, "columns": [], "files": []},
        "registrations": {"present": False, "rows": 0, "columns": [], "files": []},
    }
    return RunRecord(
        run_id=RUN_ID,
        snapshot_id="000001-abc",
        as_of="2026-02-28",
        from_day="2026-01-01",
        version="0.1.0",
        config_hash="c0ffee",
        status=RunStatus.INCOMPLETE,
        failed_detectors=("UA03",),
        manifest={"snapshot": {"id": "000001-abc", "load": 1, "feeds": feeds}},
        coverage={"detectors": lines},
    )


def _load_report(workspace: Workspace) -> None:
    folder = workspace.loads_dir / "000001"
    folder.mkdir(parents=True)
    report = {"load_number": 1, "feeds": [{"feed": "accounts", "read": 819, "accepted": 812, "rejected": 7}]}
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")


def _findings(workspace: Workspace, ids: dict[str, str]) -> None:
    rows = []
    for fingerprint, alert_id in sorted(ids.items()):
        detector, _, subject = fingerprint.split("|", 2)
        for number in range(9):
            detail = {"customer_name": HOSTILE, "amount_cents": 2500 + number, "opened_day": 20_500 + number}
            rows.append(
                {
                    "finding_id": f"F-{alert_id}-{number}", "run_id": RUN_ID, "alert_id": alert_id,
                    "detector": detector, "feed": ("accounts", "transactions")[number % 2], "key": f"K{number}",
                    "rep_id": subject, "customer_id": f"C{number}", "account_id": f"A{number}",
                    "at": f"2026-02-{1 + 2 * number:02d}", "score": 1 - number / 20, "detail": json.dumps(detail),
                }
            )  # fmt: skip
    folder = workspace.runs_dir / RUN_ID
    folder.mkdir(parents=True)
    columns = {name: [row[name] for row in rows] for name in FINDING_FIELDS}
    pq.write_table(pa.table(columns), folder / "findings.parquet")
