"""The scans that were made: when, on what data, with which detectors and parameters, and how complete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from surveil import desk
from surveil.alerts.people import SYSTEM
from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.reports.exhibits import Exhibit
from surveil.reports.rows import text
from surveil.scan import results
from surveil.store.audit import audit_event


@dataclass(frozen=True)
class RanDetector:
    """A detector as it ran: `parameters` by name, as text."""

    version: str
    parameters: Mapping[str, str]
    state: str


@dataclass(frozen=True)
class Ran:
    """One recorded scan. `recorded_on` is the day (UTC) it was first entered into the trail; None where it is not there.

    `detectors` is empty where the run's folder is gone: what ran is then not known.
    """

    run_id: str
    recorded_on: dt.date | None
    as_of: str
    snapshot_id: str
    version: str
    config_hash: str
    failed: tuple[str, ...]
    detectors: Mapping[str, RanDetector]


def history(workspace: Workspace) -> list[Ran]:
    """All recorded scans, the first recorded on top."""
    store = desk.open_desk(workspace)
    try:
        with store.read() as session:
            known = desk.runs(session, SYSTEM)
        query = select(audit_event.c.object_id, audit_event.c.at).where(audit_event.c.object_type == "run")
        with store.connection() as connection:
            moments = [
                (str(row[0]), str(row[1])) for row in connection.execute(query.order_by(audit_event.c.seq))
            ]
    finally:
        store.close()
    first: dict[str, str] = {}
    for run_id, at in moments:
        first.setdefault(run_id, at)
    found = [
        Ran(
            run_id=run.run_id,
            recorded_on=dt.date.fromisoformat(first[run.run_id][:10]) if run.run_id in first else None,
            as_of=run.as_of,
            snapshot_id=run.snapshot_id,
            version=run.version,
            config_hash=run.config_hash,
            failed=run.failed_detectors,
            detectors=_detectors(workspace, run.run_id),
        )
        for run in known
    ]
    return sorted(found, key=lambda run: (run.recorded_on or dt.date.min, run.as_of, run.run_id))


def _detectors(workspace: Workspace, run_id: str) -> dict[str, RanDetector]:
    try:
        manifest = results.manifest(workspace, run_id)
    except UsageError:
        return {}
    states = {line["detector"]: line["status"] for line in manifest["coverage"]}
    return {
        name: RanDetector(
            ran["version"],
            {key: str(value) for key, value in ran["parameters"].items()},
            states.get(name, "not known"),
        )
        for name, ran in sorted(manifest["detectors"].items())
    }


@dataclass(frozen=True)
class Change:
    """What was set otherwise in one run than in the run before it: a parameter, or the version of the detector."""

    run_id: str
    recorded_on: dt.date | None
    detector: str
    what: str
    before: str
    after: str


def changes(runs: Sequence[Ran]) -> list[Change]:
    """Every change of version or parameter from one run to the next that ran the detector."""
    last: dict[str, RanDetector] = {}
    found: list[Change] = []
    for run in runs:
        for name, ran in run.detectors.items():
            if (old := last.get(name)) is not None:
                pairs = {"version": (old.version, ran.version)} | {
                    key: (old.parameters.get(key, "(none)"), ran.parameters.get(key, "(none)"))
                    for key in sorted({*old.parameters, *ran.parameters})
                }
                found += [
                    Change(run.run_id, run.recorded_on, name, what, before, after)
                    for what, (before, after) in pairs.items()
                    if before != after
                ]
            last[name] = ran
    return found


def changes_exhibit(number: str, title: str, runs: Sequence[Ran]) -> Exhibit:
    """The changes as an exhibit, one row each."""
    return Exhibit(
        number,
        "changes",
        title,
        "One row per change.",
        (
            text("recorded_on", "Recorded on", 0.8),
            text("run_id", "Run", 1.2),
            text("detector", "Id", 0.5),
            text("what", "What", 1.2),
            text("before", "Before"),
            text("after", "After"),
        ),
        tuple(
            (
                c.recorded_on.isoformat() if c.recorded_on else None,
                c.run_id,
                c.detector,
                c.what,
                c.before,
                c.after,
            )
            for c in changes(runs)
        ),
    )
