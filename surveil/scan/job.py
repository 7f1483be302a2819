"""`surveil scan`: run the detectors on a snapshot and keep what they found, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from surveil import __version__
from surveil.alerts.model import AlertDraft, SubjectType
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.config import Workspace
from surveil.detectors import registry
from surveil.detectors.base import Decision, Detector, items_of
from surveil.engine import Engine, days, open_engine, shown
from surveil.errors import SurveilError
from surveil.feeds import snapshots
from surveil.links import LINK_MODELS, links
from surveil.scan import coverage, evidence, findings, gathering, grouping, ranking, results, steps
from surveil.scan.ahead import Ahead, measuring
from surveil.scan.coverage import Covered, Ran
from surveil.scan.evidence import Judged
from surveil.scan.pace import Pace
from surveil.scan.steps import Steps

Progress = Callable[[str], None]
#: Keeps the alerts of a run and says under which id each is known: (run, drafts) -> fingerprint -> alert_id.
Keeper = Callable[[RunRecord, Sequence[AlertDraft]], Mapping[str, str]]


#: The models that a run needs besides those of its detectors.
_OF_THE_RUN = ("home_branches", "active_reps", "staff_accounts", *LINK_MODELS)
_JOINING, _LINKS = "joining the evidence", "links between the accounts behind alerts"


@dataclass(frozen=True)
class ScanResult:
    """A finished run: its record, its folder, and how much was found."""

    run: RunRecord
    folder: Path
    alerts: int
    findings: int
    failed: tuple[str, ...]


def scan(
    workspace: Workspace,
    keep: Keeper,
    *,
    as_of: dt.date | None = None,
    from_date: dt.date | None = None,
    detector_ids: list[str] | None = None,
    apart: Collection[str] = (),
    progress: Progress = lambda _: None,
) -> ScanResult:
    """Run detectors on the current snapshot. `apart` are representatives whose alerts are never gathered with others'.

    The run's folder `runs/RUN_ID` is made aside and put in its place when all is kept, so that it is never half there. A
    scan that was stopped or killed goes on from the last detector it finished when the same scan is asked for again.

    Raises:
        UsageError: nothing is loaded, or a setting or a detector's name is wrong.
    """
    snapshot = snapshots.current(workspace)
    chosen = registry.chosen(detector_ids)
    to_gather = gathering.check(workspace.settings.gather)
    overrides = workspace.settings.detectors
    parameters = {d.id: d.parameters(overrides.get(d.id, {})) for d in chosen}
    workspace.runs_dir.mkdir(parents=True, exist_ok=True)
    settings = workspace.settings
    key = steps.key_of(
        snapshot=snapshot.id,
        as_of=as_of,
        from_date=from_date,
        parameters={d.id: parameters[d.id].model_dump() for d in chosen},
        measured=registry.measured_parameters(overrides),
        settings=[settings.fdr, settings.timezone, settings.holidays, settings.engine.url],
    )
    with steps.aside(workspace.runs_dir, key) as aside:
        done = steps.Steps(aside)
        with (
            open_engine(
                workspace,
                snapshot,
                None if as_of is None else days.to_day(as_of),
                None if from_date is None else days.to_day(from_date),
                parameters=registry.measured_parameters(overrides),
                folder=aside,
            ) as engine,
            Pace(workspace.runs_dir / ".pace.json", _steps_of(engine, chosen, done)) as pace,
        ):
            judged, lines = _run(
                engine, chosen, parameters, done, lambda s: progress(f"{s} ({pace.begin(s)})")
            )
            progress(f"{_JOINING} ({pace.begin(_JOINING)})")
            made = _outputs(engine, judged, workspace.settings.fdr)
            progress(f"{_LINKS} ({pace.begin(_LINKS)})")
            tied = links(engine, made.items.loc[made.items["fingerprint"].notna(), "account_id"].dropna())
            manifest = _manifest(workspace, engine, chosen, parameters, lines)
        together = gathering.gather(made.drafts, to_gather, apart, settings.fdr)
        run = _record(manifest, together)
        ids = keep(run, together.drafts)
        made.write(aside, run.run_id, {**ids, **{one: ids[group] for one, group in together.into.items()}})
        tied.to_parquet(aside / "links.parquet", index=False)
        _write_json(aside / "run.json", manifest)
        done.put_away()
        folder = results.put_in_place(aside, workspace, run.run_id)
    return ScanResult(run, folder, len(together.drafts), len(made.items), run.failed_detectors)


def _run(
    engine: Engine,
    chosen: Sequence[Detector],
    parameters: Mapping[str, Any],
    done: Steps,
    progress: Progress,
) -> tuple[dict[str, Judged], dict[str, Covered]]:
    """Every detector that can run, decided; and the coverage report's line of each."""
    judged: dict[str, Judged] = {}
    lines: dict[str, Covered] = {}
    reasons = {detector.id: coverage.missing(detector, engine.snapshot) for detector in chosen}
    to_do = [d for d in chosen if not reasons[d.id] and d.id not in done.finished]
    wanted = dict.fromkeys(model for detector in to_do for model in detector.models)
    engine.expect([*(model for model in wanted if not done.is_measured(model)), *_OF_THE_RUN])
    with measuring(engine, done, _in_turn(to_do)) as ahead:
        for detector in _in_turn(chosen):
            if reason := reasons[detector.id]:
                lines[detector.id] = Covered(detector.id, detector.name, Ran.NOT_RUN, reason)
                continue
            if detector.id in done.finished:
                judged[detector.id] = Judged(detector, done.decision(detector.id))
                lines[detector.id] = coverage.ran(detector, judged[detector.id].decision)
                continue
            progress(_title(detector))
            heard = {
                items_of(name): judged[name].decision.items for name in detector.listens if name in judged
            }
            try:
                decision = _judge(ahead, detector, parameters[detector.id], done, heard)
            except SurveilError:
                raise
            except Exception as error:  # a detector's defect must not take the others' results with it
                lines[detector.id] = Covered(
                    detector.id, detector.name, Ran.FAILED, f"{type(error).__name__}: {error}"
                )
                continue
            judged[detector.id] = Judged(detector, decision)
            lines[detector.id] = coverage.ran(detector, decision)
    return judged, lines


def _judge(
    ahead: Ahead, detector: Detector, parameters: Any, done: Steps, heard: Mapping[str, pd.DataFrame]
) -> Decision:
    measured = {**heard, **ahead.measured(detector)}
    return done.keep(detector, findings.checked(detector, detector.decide(measured, parameters)))


def _in_turn(chosen: Sequence[Detector]) -> list[Detector]:
    """The detectors in the order they run in: one that listens to others after them."""
    return sorted(chosen, key=lambda d: (bool(d.listens), d.id))


def _title(detector: Detector) -> str:
    return f"{detector.id} {detector.name}"


def _steps_of(engine: Engine, chosen: Sequence[Detector], done: Steps) -> list[str]:
    """What there is to do, in order."""
    able = [d for d in _in_turn(chosen) if not coverage.missing(d, engine.snapshot)]
    return [*(_title(d) for d in able if d.id not in done.finished), _JOINING, _LINKS]


@dataclass(frozen=True)
class _Made:
    """What a run puts out, before the alerts have ids."""

    drafts: list[AlertDraft]
    items: pd.DataFrame
    reps: pd.DataFrame
    branches: pd.DataFrame
    accounts: pd.DataFrame | None

    def write(self, folder: Path, run_id: str, alert_ids: Mapping[str, str]) -> None:
        findings.table(self.items, run_id, alert_ids).to_parquet(folder / "findings.parquet", index=False)
        self.reps.to_parquet(folder / "rank_reps.parquet", index=False)
        self.branches.to_parquet(folder / "rank_branches.parquet", index=False)
        if self.accounts is not None:
            self.accounts.to_parquet(folder / "rank_accounts.parquet", index=False)


def _outputs(engine: Engine, judged: Mapping[str, Judged], fdr: float) -> _Made:
    homes = engine.fetch("home_branches")
    branch = dict(zip(homes["rep_id"].astype(str), homes["branch_id"].astype(str), strict=True))
    active = {
        SubjectType.REP: engine.fetch("active_reps")["rep_id"].astype(str),
        SubjectType.BRANCH: [name for name in branch.values() if name],
    }
    joined, rules = {}, {}
    weights = {name: j.detector.weight for name, j in judged.items()}
    for kind, known in active.items():
        tests = evidence.p_values_of(judged, kind)
        rules[kind] = evidence.rule_items_of(judged, kind)
        everyone = pd.Index(sorted({*known, *tests.index, *rules[kind].index}), dtype=object)
        joined[kind] = evidence.joined(everyone, tests, rules[kind], weights)
    subjects = grouping.Subjects(joined, branch, engine.window.from_day, engine.window.as_of_day)
    drafts = grouping.drafts(judged, subjects, fdr)
    rep, place = SubjectType.REP, SubjectType.BRANCH
    return _Made(
        drafts,
        findings.items(judged, drafts),
        ranking.rank_reps(joined[rep], drafts, judged, rules[rep], fdr),
        ranking.rank_branches(joined[place], drafts, judged, rules[place], fdr),
        ranking.rank_accounts(engine.fetch("staff_accounts"), judged),
    )


def _manifest(
    workspace: Workspace,
    engine: Engine,
    chosen: Sequence[Detector],
    parameters: Mapping[str, Any],
    lines: Mapping[str, Covered],
) -> dict[str, Any]:
    """All that a run depends on and could examine, JSON-ready, the same for the same data, settings and version."""
    settings = workspace.settings
    used = [m for d in chosen if lines[d.id].status is not Ran.NOT_RUN for m in d.models]
    used += _OF_THE_RUN
    detectors = {
        d.id: {
            "slug": d.slug,
            "name": d.name,
            "version": d.version,
            "parameters": parameters[d.id].model_dump(),
            "models": list(d.models),
        }
        for d in chosen
    }
    judging = {
        "version": __version__,
        "fdr": settings.fdr,
        "timezone": settings.timezone,
        "holidays": settings.holidays,
        "detectors": detectors,
        **({"gather": settings.gather} if settings.gather else {}),
    }
    manifest = {
        **judging,
        "as_of": days.iso(engine.window.as_of_day),
        "from": days.iso(engine.window.from_day),
        "config_hash": _hash(judging),
        "engine": shown(settings.engine.url),
        "snapshot": engine.snapshot.manifest(),
        "models": {
            name: hashlib.sha256(sql.encode()).hexdigest()
            for name, sql in sorted(engine.compile(used).items())
        },
        "covered": [
            {"feed": feed, "scope": scope, "from": days.iso(start), "to": days.iso(end)}
            for (feed, scope), spans in engine.coverage.items()
            for start, end in spans
        ],
        "coverage": coverage.summary(lines),
        "failed_detectors": sorted(name for name, line in lines.items() if line.status is Ran.FAILED),
    }
    identity = [manifest[key] for key in ("config_hash", "as_of", "from")] + [engine.snapshot.id]
    return {"run_id": f"R-{_hash(identity)[:12]}", **manifest}


def _record(manifest: Mapping[str, Any], together: gathering.Gathered) -> RunRecord:
    failed = tuple(manifest["failed_detectors"])
    return RunRecord(
        run_id=manifest["run_id"],
        snapshot_id=manifest["snapshot"]["id"],
        as_of=manifest["as_of"],
        from_day=manifest["from"],
        version=manifest["version"],
        config_hash=manifest["config_hash"],
        status=RunStatus.INCOMPLETE if failed else RunStatus.COMPLETE,
        failed_detectors=failed,
        manifest={key: manifest[key] for key in ("snapshot", "models", "detectors", "covered", "engine")},
        coverage={
            "detectors": manifest["coverage"],
            "gathered": {
                name: {"alerts": small, "as": few} for name, (small, few) in together.counts.items()
            },
        },
    )


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _write_json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
