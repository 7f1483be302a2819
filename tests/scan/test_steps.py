"""A scan that is stopped: what was finished is used again, nothing else is, and the result is that of a whole scan."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from surveil.config import Workspace
from surveil.detectors import registry
from surveil.detectors.base import Decision, Gap
from surveil.engine import run
from surveil.scan import coverage, job, steps
from surveil.scan.ahead import Ahead
from surveil.scan.job import ScanResult
from surveil.scan.pace import Pace

CHOSEN = ["CS01", "QB01", "UA01", "UN01", "UA17"]
STOPPED_AT = "UN01"


@pytest.fixture
def workspace(firm: Path, tmp_path: Path) -> Workspace:
    from surveil.feeds.load import load

    made = Workspace.init(tmp_path / "workspace")
    load(made, firm)
    return made


def scan(workspace: Workspace, told: list[str] | None = None, chosen: Sequence[str] = CHOSEN) -> ScanResult:
    def keep(_: object, drafts: Any) -> dict[str, str]:
        return {draft.fingerprint: draft.fingerprint for draft in drafts}

    progress = (lambda _: None) if told is None else told.append
    return job.scan(workspace, keep, detector_ids=list(chosen), progress=progress)


def stop(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, with_: type[BaseException]) -> None:
    """A scan that is stopped while it decides `STOPPED_AT`."""

    def stopped(*_: object) -> None:
        raise with_

    with monkeypatch.context() as patch:
        patch.setattr(type(registry.detectors()[STOPPED_AT]), "decide", stopped)
        with pytest.raises(with_):
            scan(workspace)


def outputs(folder: Path) -> dict[str, bytes]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def test_a_stopped_scan_goes_on_and_ends_as_a_whole_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scan(workspace)
    expected = outputs(whole.folder)
    for file in workspace.runs_dir.iterdir():
        if file.is_dir():
            file.rename(workspace.path / file.name)
    stop(workspace, monkeypatch, KeyboardInterrupt)
    assert not [f for f in workspace.runs_dir.iterdir() if f.name.startswith("R-")], "half a run is no run"
    told: list[str] = []
    again = scan(workspace, told)
    assert [text[:4] for text in told][:2] == ["UN01", "UA17"], "what was finished is not done again"
    assert outputs(again.folder) == expected
    assert not list(workspace.runs_dir.glob(".stopped-*"))
    assert not list(workspace.runs_dir.glob(".making-*"))


def test_a_killed_scan_goes_on_too(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    stop(workspace, monkeypatch, KeyboardInterrupt)
    (left,) = workspace.runs_dir.glob(".stopped-*")
    nobody = 2**22 + 1  # beyond the largest process id of Linux
    left = left.rename(left.with_name(f".making-{left.name.removeprefix('.stopped-')}-{nobody}-x"))
    (left / "contacts-x").mkdir()
    (left / "contacts-x" / "spellings.parquet").write_text("what only a killed scan leaves")
    (left / "findings.parquet").write_text("half of them")
    elsewhere = workspace.path / "fast" / f"surveil-{left.name}"
    elsewhere.mkdir(parents=True)
    (workspace.path / "surveil.toml").write_text(f'[engine]\nspill_folder = "{elsewhere.parent}"\n')
    told: list[str] = []
    again = scan(Workspace.open(workspace.path), told)
    assert [text[:4] for text in told][:2] == ["UN01", "UA17"]
    assert "half of them" not in (again.folder / "findings.parquet").read_text(errors="replace")
    assert not list(again.folder.glob("contacts-*"))
    assert not list(elsewhere.parent.iterdir()), "a killed scan's spill may fill the disk"


def test_contacts_as_they_were_typed_are_gone_where_a_scan_stops_over_them(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "write_contact_keys", stopped)
    with pytest.raises(KeyboardInterrupt):
        scan(workspace, chosen=["CS01", "UA06"])
    (left,) = workspace.runs_dir.glob(".stopped-*")
    assert {file.name for file in left.iterdir()} == {"measurements", "steps"}


def test_what_was_measured_ahead_is_not_measured_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan is stopped while its first detector is judged: the models of all were made by then."""
    asked: list[str] = []
    write, wait = run.Engine.write, Ahead.wait

    def noted(engine: run.Engine, name: str, file: Path) -> None:
        asked.append(name)
        write(engine, name, file)

    def late(ahead: Ahead) -> None:
        ahead.close()
        wait(ahead)

    monkeypatch.setattr(run.Engine, "write", noted)
    with monkeypatch.context() as patch:
        patch.setattr(Ahead, "wait", late)
        patch.setattr("tests.scan.test_steps.STOPPED_AT", CHOSEN[0])
        stop(workspace, monkeypatch, KeyboardInterrupt)
    models = {model for detector in registry.chosen(CHOSEN) for model in detector.models}
    assert set(asked) == models
    (left,) = workspace.runs_dir.glob(".stopped-*")
    assert not list((left / "steps").glob("*.json")), "no detector was finished"
    (left / "measurements" / "closed_half.parquet").write_bytes(b"PAR1 and no more")
    asked.clear()
    result = scan(workspace)
    assert not models & set(asked)
    assert not (result.folder / "measurements" / "closed_half.parquet").exists()


def test_a_step_that_was_altered_is_done_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    stop(workspace, monkeypatch, KeyboardInterrupt)
    (left,) = workspace.runs_dir.glob(".stopped-*")
    altered = left / "steps" / "UA01.tests.parquet"
    altered.write_bytes(altered.read_bytes()[:-1] + b"?")
    told: list[str] = []
    scan(workspace, told)
    assert [text[:4] for text in told][:3] == ["UA01", "UN01", "UA17"]


def test_other_data_settings_or_program_text_begin_anew() -> None:
    one = {"snapshot": "1-abc", "as_of": None, "parameters": {"UA01": {"grace_days": 5}}}
    same = steps.key_of(**one)
    assert steps.key_of(**one) == same
    assert steps.key_of(**{**one, "snapshot": "2-abc"}) != same
    assert steps.key_of(**{**one, "parameters": {"UA01": {"grace_days": 6}}}) != same


def test_a_scan_that_finished_nothing_leaves_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "_run", stopped)
    with pytest.raises(KeyboardInterrupt):
        scan(workspace)
    assert not list(workspace.runs_dir.iterdir())


def test_a_threshold_is_tried_on_what_was_measured_before(
    workspace: Workspace, firm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[str] = []
    write = run.Engine.write

    def noted(engine: run.Engine, name: str, file: Path) -> None:
        measured.append(name)
        write(engine, name, file)

    def after(settings: str) -> ScanResult:
        measured.clear()
        (workspace.path / "surveil.toml").write_text(settings)
        return scan(Workspace.open(workspace.path))

    monkeypatch.setattr(run.Engine, "write", noted)
    first = after("")
    models = {model for detector in registry.chosen(CHOSEN) for model in detector.models}
    of_every_run = set(measured) - models
    assert models <= set(measured)
    other = after("fdr = 0.01\n[detectors.QB01]\nlast_days = 5\n")
    assert set(measured) == of_every_run, "nothing is measured again for a threshold"
    assert other.run.run_id != first.run.run_id
    expected = outputs(other.folder)
    for file in workspace.runs_dir.iterdir():
        if file.is_dir():
            shutil.rmtree(file)
    assert outputs(scan(Workspace.open(workspace.path)).folder) == expected
    last = after("[detectors.QB01]\nafter_life_days = 90\n")
    assert models <= set(measured), "this one belongs to what is measured"
    altered = last.folder / "measurements" / "unqualified_sale_items.parquet"
    altered.write_bytes(altered.read_bytes()[:-1] + b"?")
    after("fdr = 0.01\n[detectors.QB01]\nafter_life_days = 90\n")
    assert set(measured) == {altered.stem, *of_every_run}


def test_the_estimate_comes_from_the_last_scan_and_from_the_pace_of_this_one(tmp_path: Path) -> None:
    now = [0.0]
    file = tmp_path / "pace.json"
    with Pace(file, ["a", "b", "c"], lambda: now[0]) as first:
        assert first.begin("a") == "1 of 3", "nothing is promised that is not known"
        for step, took in (("b", 100.0), ("c", 200.0)):
            now[0] += took
            first.begin(step)
        now[0] += 300.0
    assert json.loads(file.read_text()) == {"a": 100.0, "b": 200.0, "c": 300.0}
    second = Pace(file, ["a", "b", "c"], lambda: now[0])
    assert second.begin("a") == "1 of 3, about 10 minutes left"
    now[0] += 201.0
    assert second.begin("b") == "2 of 3, about 17 minutes left"
    file.write_text("[]")
    assert Pace(file, ["a"], lambda: now[0]).begin("a") == "1 of 1"


def test_the_gaps_of_parts_are_kept_as_one_with_whom_they_lie_with(tmp_path: Path) -> None:
    detector = registry.detectors()["CS01"]
    done = steps.Steps(tmp_path)
    for model in detector.models:
        done.measure(cast("Any", SimpleNamespace(write=lambda _, file: file.write_bytes(b"measured"))), model)
    decisions = [Decision(gaps=(Gap(3, "late", ("M1",)),)), Decision(gaps=(Gap(4, "late", ("M2",)),))]
    joined = (Gap(7, "late", ("M1", "M2")),)
    written = [done.write(detector, part, decision) for part, decision in enumerate(decisions)]
    assert done.keep(detector, written).gaps == joined
    assert steps.Steps(tmp_path).decision("CS01").gaps == joined
    assert coverage.ran(detector, done.decision("CS01")).as_dict()["gaps"] == [
        {"count": 7, "reason": "late", "people": ["M1", "M2"]}
    ]
