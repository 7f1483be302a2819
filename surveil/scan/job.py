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
from surveil.config import Settings, Workspace
from surveil.detectors import registry
from surveil.detectors.base import Detector
from surveil.engine import Engine, days, open_engine, shown
from surveil.engine.account_ranks import rank_accounts
from surveil.errors import SurveilError, UsageError
from surveil.feeds import snapshots
from surveil.links import LINK_MODELS, links
from surveil.scan import coverage, evidence, findings, gathering, grouping, ranking, results, steps
from surveil.scan.ahead import measuring
from surveil.scan.coverage import Covered, Ran
from surveil.scan.evidence import Judged
from surveil.scan.judges import judging_with, processes_for
from surveil.scan.pace import Pace
from surveil.scan.parts import branch_parts, parts_of
from surveil.scan.steps import Steps

Progress = Callable[[str], None]
#: Keeps the alerts of a run and says under which id each is known: (run, drafts) -> fingerprint -> alert_id.
Keeper = Callable[[RunRecord, Sequence[AlertDraft]], Mapping[str, str]]


#: The models that a run needs besides those of its detectors.
_OF_THE_RUN = (
    "home_sizes",
    "opening_branches",
    "home_branches",
    "active_reps",
    "staff_accounts",
    *LINK_MODELS,
)
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
    if unknown := sorted(set(overrides) - set(registry.detectors())):
        raise UsageError(f"[detectors.{unknown[0]}] in surveil.toml: there is no such detector.")
    parameters = {d.id: d.parameters(overrides.get(d.id, {})) for d in chosen}
    workspace.runs_dir.mkdir(parents=True, exist_ok=True)
    settings = workspace.settings
    measured = steps.key_of(
        snapshot=snapshot.id,
        as_of=as_of,
        from_date=from_date,
        parameters=registry.measured_parameters(overrides),
        settings=[
            *(settings.timezone, settings.holidays),
            *(settings.engine.url, settings.engine.judged_together),
        ],
    )
    key = steps.key_of(
        measured=measured,
        parameters={d.id: parameters[d.id].model_dump() for d in chosen},
        fdr=settings.fdr,
    )
    with steps.aside(workspace.runs_dir, key, settings.engine) as aside:
        done = steps.Steps(aside)
        if (before := results.measured_before(workspace, measured)) and (adopted := done.adopt(*before)):
            progress(
                f"{adopted} measurements of the last scan are used again: what they depend on is the same"
            )
        with (
            open_engine(
                workspace,
                snapshot,
                None if as_of is None else days.to_day(as_of),
                None if from_date is None else days.to_day(from_date),
                parameters=registry.measured_parameters(overrides),
                folder=aside,
                to_sellers=True,
            ) as engine,
            Pace(workspace.runs_dir / ".pace.json", _steps_of(engine, chosen, done)) as pace,
        ):
            parts = _in_parts(engine, chosen, done, settings.engine.judged_together)
            processes = processes_for(settings.engine.processes, snapshot, parts)
            judged, lines = _run(
                engine,
                chosen,
                parameters,
                done,
                parts,
                processes,
                lambda s: progress(f"{s} ({pace.begin(s)})"),
            )
            progress(f"{_JOINING} ({pace.begin(_JOINING)})")
            drafts = _outputs(engine, judged, settings, aside)
            progress(f"{_LINKS} ({pace.begin(_LINKS)})")
            tied = links(engine, findings.accounts_behind(judged, drafts))
            entered = engine.fetch("entered_accounts").set_index("account_id")["entered_by"]
            sealed = {"key": measured, "models": done.sealed()}
            manifest = _manifest(workspace, engine, chosen, parameters, parts, lines, sealed)
        together = gathering.gather(drafts, to_gather, apart, settings.fdr)
        run = _record(manifest, together)
        ids = keep(run, together.drafts)
        alert_ids = {**ids, **{one: ids[group] for one, group in together.into.items()}}
        findings.write(judged, run.run_id, alert_ids, entered, aside / "findings.parquet", settings.engine)
        tied.to_parquet(aside / "links.parquet", index=False)
        _write_json(aside / "run.json", manifest)
        found = sum(j.decision.found for j in judged.values())
        done.put_away()
        folder = results.put_in_place(aside, workspace, run.run_id)
    return ScanResult(run, folder, len(together.drafts), found, run.failed_detectors)


def _in_parts(engine: Engine, chosen: Sequence[Detector], done: Steps, together: int) -> int:
    """Have the engine write in parts what a large firm's representatives are judged by; in how many parts."""
    engine.expect([*_to_measure(chosen, engine, done), *_OF_THE_RUN])
    parts, count = parts_of(engine.fetch("home_sizes"), together)
    # Asked for where there is one part, too: the engine was told to expect it, and keeps what it is made of until then.
    branches = engine.fetch("opening_branches")["branch_id"]
    if count > 1:
        by_branch = {model for detector in chosen for model in detector.by_branch}
        engine.split(parts, count, branch_parts(branches, count), by_branch)
    return count


def _to_measure(chosen: Sequence[Detector], engine: Engine, done: Steps) -> list[str]:
    """The models of the detectors that are still to be decided, as far as they are not measured, once for each detector."""
    able = [d for d in chosen if d.id not in done.finished and not coverage.missing(d, engine.snapshot)]
    wanted = dict.fromkeys(model for detector in able for model in detector.models)
    return [model for model in wanted if not done.is_measured(model)]


def _run(
    engine: Engine,
    chosen: Sequence[Detector],
    parameters: Mapping[str, Any],
    done: Steps,
    parts: int,
    processes: int,
    progress: Progress,
) -> tuple[dict[str, Judged], dict[str, Covered]]:
    """Every detector that can run, decided; and the coverage report's line of each."""
    reasons = {detector.id: coverage.missing(detector, engine.snapshot) for detector in chosen}
    to_do = [d for d in _in_turn(chosen) if not reasons[d.id] and d.id not in done.finished]
    with judging_with(processes, done, parts) as judges, measuring(engine, done, to_do) as ahead:
        for detector in to_do:
            progress(_title(detector))
            try:
                ahead.wait()
            except SurveilError:
                raise
            except Exception as error:  # what can't be measured must not take the others' results with it
                judges.failed[detector.id] = done.failed(detector, error)
                continue
            if detector.listens or detector.hears:
                judges.wait()
            judges.judge(detector, parameters[detector.id])
        judges.wait()
    judged: dict[str, Judged] = {}
    lines: dict[str, Covered] = {}
    for detector in _in_turn(chosen):
        if reason := reasons[detector.id]:
            lines[detector.id] = Covered(detector.id, detector.name, Ran.NOT_RUN, reason)
        elif failure := judges.failed.get(detector.id):
            lines[detector.id] = Covered(detector.id, detector.name, Ran.FAILED, failure)
        else:
            judged[detector.id] = Judged(detector, done.decision(detector.id))
            lines[detector.id] = coverage.ran(detector, judged[detector.id].decision)
    return judged, lines


def _in_turn(chosen: Sequence[Detector]) -> list[Detector]:
    """The detectors in the order they run in: one that takes what others say for evidence after them."""
    by_id = {d.id: d for d in chosen}

    def depth(d: Detector) -> int:
        heard = (*d.listens, *d.hears)
        return 1 + max((depth(by_id[name]) for name in heard if name in by_id), default=0) if heard else 0

    return sorted(chosen, key=lambda d: (depth(d), d.id))


def _title(detector: Detector) -> str:
    return f"{detector.id} {detector.name}"


def _steps_of(engine: Engine, chosen: Sequence[Detector], done: Steps) -> list[str]:
    """What there is to do, in order."""
    able = [d for d in _in_turn(chosen) if not coverage.missing(d, engine.snapshot)]
    return [*(_title(d) for d in able if d.id not in done.finished), _JOINING, _LINKS]


def _outputs(
    engine: Engine, judged: Mapping[str, Judged], settings: Settings, folder: Path
) -> list[AlertDraft]:
    """Write the rankings into the run's folder, and give the alerts, which have no ids yet."""
    fdr = settings.fdr
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
        by_rule = evidence.rule_points_of(judged, rules[kind])
        joined[kind] = evidence.joined(everyone, tests, by_rule, weights)
    subjects = grouping.Subjects(joined, branch, engine.window.from_day, engine.window.as_of_day)
    drafts = grouping.drafts(judged, subjects, fdr)
    rep, place = SubjectType.REP, SubjectType.BRANCH
    reps = ranking.rank_reps(joined[rep], drafts, judged, rules[rep], fdr)
    reps.to_parquet(folder / "rank_reps.parquet", index=False)
    branches = ranking.rank_branches(joined[place], drafts, judged, rules[place], fdr)
    branches.to_parquet(folder / "rank_branches.parquet", index=False)
    if rated := [file for j in judged.values() for file in j.account_files]:
        opened = folder / "staff_accounts.parquet"
        engine.write("staff_accounts", opened)
        rank_accounts(opened, rated, folder / "rank_accounts.parquet", settings.engine)
        opened.unlink()
    return drafts


def _manifest(
    workspace: Workspace,
    engine: Engine,
    chosen: Sequence[Detector],
    parameters: Mapping[str, Any],
    parts: int,
    lines: Mapping[str, Covered],
    measured: Mapping[str, Any],
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
        **({"parts": parts} if parts > 1 else {}),
    }
    manifest = {
        **judging,
        "as_of": days.iso(engine.window.as_of_day),
        "from": days.iso(engine.window.from_day),
        "older": engine.window.older,
        "keyers": len(engine.window.keyers),
        "away": engine.window.away,
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
        "measured": measured,
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
            **{name: manifest[name] for name in ("parts", "older", "keyers", "away") if manifest.get(name)},
        },
    )


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _write_json(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
