"""Gather what a report is made of from a workspace: a run, its data, the alerts and the trail as they stand."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pyarrow.dataset as ds
from sqlalchemy import select

from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.people import SYSTEM
from surveil.alerts.runs import gap_in_words
from surveil.config import Workspace
from surveil.detectors import registry
from surveil.engine import Engine, days, open_engine
from surveil.errors import UsageError
from surveil.feeds import snapshots
from surveil.feeds.contract import FEEDS
from surveil.remediation import ledger
from surveil.reports.sources import (
    AlertFacts,
    CoverageFacts,
    DetectorFacts,
    FeedFacts,
    FileFacts,
    FirmFacts,
    Period,
    RunFacts,
    Sources,
    TrailFacts,
)
from surveil.scan import results
from surveil.store import Store
from surveil.store.audit import GENESIS, audit_event

ACCOUNTS = "finra_accounts"
FINDING_COLUMNS = ("alert_id", "detector", "feed", "key", "account_id")
REPORT = "report"
"""Type of object of the audit events that reports write."""
_OF_COPIES = (REPORT, "production")
"""Events of making copies; the head that a report states leaves them out, so that it can be made again."""
_FINDS = re.compile(r"^#+ What it finds\s*\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class FeedRows:
    """Columns of rows of a feed as they are: those of the period by the day in a date column, with these values of text
    columns.
    """

    feed: str
    day: str
    columns: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What a report needs of the data: models by name, and rows of feeds by the name they get among the tables.

    `subjects` are whom the report is about, by kind, where it is not about the whole firm.
    """

    models: tuple[str, ...] = ()
    rows: Mapping[str, FeedRows] = field(default_factory=dict)
    subjects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def gather(
    workspace: Workspace, store: Store, run_id: str | None, period: Period | None, wanted: Wanted
) -> Sources:
    """All that a report reads.

    Args:
        run_id: the run whose results are reported; by default the last one.
        period: the period of the report; by default the window of the run.

    Raises:
        UsageError: there is no such run, its data are not those it ran on, or the period is not within them.
    """
    manifest = results.manifest(workspace, run_id)
    window = Period(dt.date.fromisoformat(manifest["from"]), dt.date.fromisoformat(manifest["as_of"]))
    period = period or window
    _check_period(period, window)
    snapshot = snapshots.at(workspace, manifest["snapshot"]["load"])
    if snapshot.id != manifest["snapshot"]["id"]:
        raise UsageError(
            f"Run {manifest['run_id']} was made on other data than are in the workspace now; scan again before reporting."
        )
    alerts = _alerts(store, zoneinfo.ZoneInfo(workspace.settings.timezone))
    findings = _findings(workspace, store, alerts)
    trail, recorded = _trail(store, manifest["run_id"])
    with open_engine(workspace, snapshot, days.to_day(window.last), days.to_day(window.first)) as engine:
        tables = _tables(engine, period, wanted, sorted(findings["account_id"].dropna().unique()))
        declared = set(engine.feed("coverage")["feed"].dropna())
    return Sources(
        firm=_firm(workspace),
        run=_run(manifest, window, recorded),
        period=period,
        feeds=_feeds(manifest, declared),
        detectors=_detectors(manifest),
        coverage=tuple(_coverage(manifest)),
        alerts=alerts,
        trail=trail,
        tables=tables,
        findings=findings,
        subjects=wanted.subjects,
        payments=tuple(ledger.paid(workspace.path, store)),
    )


def _check_period(period: Period, window: Period) -> None:
    if period.first > period.last:
        raise UsageError(f"The period of the matter ends before it begins: {period}.")
    if period.last > window.last:
        raise UsageError(
            f"The period of the matter ends on {period.last.isoformat()}, but the data are as of {window.last.isoformat()}. "
            "Load and scan later data, or let the period end earlier."
        )


def _firm(workspace: Workspace) -> FirmFacts:
    firm = workspace.settings.firm
    return FirmFacts(firm.name, firm.crd_number, firm.nothing_responsive_signer, workspace.settings.timezone)


def _run(manifest: Mapping[str, Any], window: Period, recorded: str) -> RunFacts:
    return RunFacts(
        run_id=manifest["run_id"],
        as_of=window.last,
        window=window,
        version=manifest["version"],
        config_hash=manifest["config_hash"],
        snapshot_id=manifest["snapshot"]["id"],
        failed_detectors=tuple(manifest["failed_detectors"]),
        searched_on=recorded,
    )


def _feeds(manifest: Mapping[str, Any], declared: set[str]) -> dict[str, FeedFacts]:
    spans: dict[str, list[Period]] = {}
    for span in manifest["covered"]:
        if span["scope"] == "":
            found = Period(dt.date.fromisoformat(span["from"]), dt.date.fromisoformat(span["to"]))
            spans.setdefault(span["feed"], []).append(found)
    return {
        name: FeedFacts(
            name=name,
            present=feed["present"],
            rows=feed["rows"],
            columns=frozenset(feed["columns"]),
            files=tuple(
                FileFacts(file["file"], file["sha256"], file["read"], file["load"]) for file in feed["files"]
            ),
            covered=tuple(spans.get(name, ())),
            declared=name in declared,
        )
        for name, feed in manifest["snapshot"]["feeds"].items()
    }


def _detectors(manifest: Mapping[str, Any]) -> tuple[DetectorFacts, ...]:
    known = registry.detectors()
    facts = []
    for name, ran in sorted(manifest["detectors"].items()):
        detector = known.get(name)
        page = _FINDS.search(detector.manual()) if detector else None
        facts.append(
            DetectorFacts(
                id=name,
                name=ran["name"],
                version=ran["version"],
                family=str(detector.family) if detector else "",
                severity=str(detector.severity) if detector else "",
                finds=" ".join(page[1].split()) if page else ran["name"],
                parameters=tuple(f"{key} = {value}" for key, value in ran["parameters"].items()),
            )
        )
    return tuple(facts)


def _coverage(manifest: Mapping[str, Any]) -> list[CoverageFacts]:
    """One line per detector and reason; a detector that examined everything has one line."""
    facts = []
    for line in manifest["coverage"]:
        gaps = line["gaps"] or [{"count": 0, "reason": line["reason"]}]
        facts += [
            CoverageFacts(line["detector"], line["status"], line["examined"], gap["count"], gap_in_words(gap))
            for gap in gaps
        ]
    return facts


def _alerts(store: Store, zone: dt.tzinfo) -> tuple[AlertFacts, ...]:
    with store.read() as session:
        alerts = desk.alerts(session, SYSTEM)
        final = {d.alert_id: d for d in desk.decisions(session, SYSTEM) if d.state == "final"}
    facts = []
    for alert in sorted(alerts, key=lambda a: a.alert_id):
        decision = final.get(alert.alert_id) if alert.status is Status.CLOSED else None
        moment = (decision.reviewed_at or decision.decided_at) if decision else None
        facts.append(
            AlertFacts(
                alert_id=alert.alert_id,
                detector=alert.detector,
                family=str(alert.family),
                severity=str(alert.severity),
                status=str(alert.status),
                subject_type=str(alert.subject_type),
                subject_id=alert.subject_id,
                rep_id=alert.rep_id,
                reason=alert.reason,
                item_count=alert.item_count,
                first_seen=alert.first_seen.astimezone(zone).date(),
                run_id=alert.run_id,
                due_on=alert.due_on,
                disposition=str(decision.disposition) if decision else None,
                decided_on=moment.astimezone(zone).date() if moment else None,
                decided_by=_deciders(decision.decided_by, decision.reviewed_by) if decision else None,
                explanations=alert.explanations,
            )
        )
    return tuple(facts)


def _deciders(decided_by: str, reviewed_by: str | None) -> str:
    return f"{decided_by}, approved by {reviewed_by}" if reviewed_by else decided_by


def _findings(workspace: Workspace, store: Store, alerts: Sequence[AlertFacts]) -> pd.DataFrame:
    """The items behind alerts, each from the run whose values the alert shows."""
    by_run: dict[str, list[str]] = {}
    for alert in alerts:
        if alert.run_id is not None:
            by_run.setdefault(alert.run_id, []).append(alert.alert_id)
    frames = [
        _selected(workspace.runs_dir / run_id / "findings.parquet", "alert_id", ids, FINDING_COLUMNS)
        for run_id, ids in sorted(by_run.items())
    ]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="string") for name in FINDING_COLUMNS})
    return pd.concat(frames, ignore_index=True).sort_values(list(FINDING_COLUMNS), ignore_index=True)


def _tables(
    engine: Engine, period: Period, wanted: Wanted, accounts: Sequence[str]
) -> dict[str, pd.DataFrame]:
    parameters = {"period_from": days.to_day(period.first), "period_to": days.to_day(period.last)}
    tables = {name: engine.fetch(name, parameters) for name in wanted.models if name != ACCOUNTS}
    # A few accounts of perhaps many millions: they are picked from a file.
    with tempfile.TemporaryDirectory(prefix="surveil-report-") as folder:
        if ACCOUNTS in wanted.models:
            tables[ACCOUNTS] = _accounts(engine, parameters, accounts, Path(folder) / "accounts.parquet")
    return tables | {name: _feed_rows(engine, period, rows) for name, rows in wanted.rows.items()}


def _accounts(
    engine: Engine, parameters: Mapping[str, int], accounts: Sequence[str], file: Path
) -> pd.DataFrame:
    if not accounts:
        return pd.DataFrame()
    engine.make(ACCOUNTS, parameters)
    engine.write(ACCOUNTS, file)
    return _selected(file, "account_id", accounts).sort_values("account_id")


def _feed_rows(engine: Engine, period: Period, rows: FeedRows) -> pd.DataFrame:
    """The rows of a feed in the period, in the order of its key."""
    feed = FEEDS[rows.feed]
    names = dict.fromkeys([*feed.key, *rows.columns])
    stored = [column for name in names for column in feed.column(name).stored]
    between = (days.to_day(period.first), days.to_day(period.last))
    frame = engine.pick(rows.feed, stored, f"{rows.day}_day", between, rows.where)
    return frame.sort_values(
        [column for name in feed.key for column in feed.column(name).stored], ignore_index=True
    )


def _selected(
    file: Path, column: str, values: Sequence[str], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """The rows of a Parquet file with one of these values.

    Raises:
        UsageError: the file is not there.
    """
    if not file.is_file():
        raise UsageError(f"The findings of run {file.parent.name} are not in this workspace any more.")
    table = ds.dataset(file, format="parquet").to_table(
        columns=list(columns) if columns else None, filter=pc.field(column).isin(list(values))
    )
    frame: pd.DataFrame = table.to_pandas()
    return frame.convert_dtypes()


def _trail(store: Store, run_id: str) -> tuple[TrailFacts, str]:
    """The trail up to the last event that is not about a copy, and the day the run was recorded (or empty)."""
    event = audit_event.c
    last = (
        select(event.seq, event.hash, event.at)
        .where(event.object_type.not_in(_OF_COPIES))
        .order_by(event.seq.desc())
    )
    of_run = (
        select(event.at)
        .where(event.object_type == "run", event.object_id == run_id)
        .order_by(event.seq.desc())
    )
    with store.connection() as connection:
        head = connection.execute(last.limit(1)).first()
        recorded = connection.execute(of_run.limit(1)).scalar()
    trail = TrailFacts(head.seq, head.hash, head.at) if head else TrailFacts(0, GENESIS, "")
    return trail, str(recorded or "")[:10]
