"""Judging in several processes: the same bytes as in one, and no detector takes another's results with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from surveil.alerts.model import Family, Severity
from surveil.config import Workspace
from surveil.detectors.base import ITEM_COLUMNS, Decision, Detector, frame, items_of
from surveil.feeds.snapshots import FeedState, Snapshot
from surveil.scan import job
from surveil.scan.judges import judging_with, processes_for
from surveil.scan.steps import Steps

HOUR = 3600.0


class _Trial(Detector):
    slug = name = "trial"
    version = "1"
    family = Family.UNAUTHORIZED
    typology = "none"
    severity = Severity.LOW
    needs = models = ()


class Works(_Trial):
    id = "XX01"

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Any) -> Decision:
        return Decision(frame(ITEM_COLUMNS, key=["a", "b"], score=[0.5, 1.0], detail=[{}, {}]), examined=7)


class Listens(_Trial):
    id = "XX02"
    listens = ("XX01",)

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Any) -> Decision:
        return Decision(examined=len(measured[items_of("XX01")]))


class Fails(_Trial):
    id = "XX03"

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Any) -> Decision:
        raise ZeroDivisionError("no branch")


class IsKilled(_Trial):
    id = "XX04"

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Any) -> Decision:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class NeverEnds(_Trial):
    id = "XX05"

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Any) -> Decision:
        Path(parameters).write_text(str(os.getpid()))
        time.sleep(HOUR)
        raise AssertionError


@pytest.mark.parametrize("processes", [1, 2])
def test_one_that_fails_or_is_killed_is_named_and_the_others_are_decided(
    tmp_path: Path, processes: int
) -> None:
    done = Steps(tmp_path)
    with judging_with(processes, done, parts=1) as judges:
        if processes > 1:
            judges.judge(IsKilled(), None)
        judges.judge(Fails(), None)
        judges.judge(Works(), None)
        judges.wait()
        judges.judge(Listens(), None)
        judges.wait()
    killed = judges.failed.pop(IsKilled.id, None)
    assert judges.failed == {
        "XX03": "an unexpected error, ZeroDivisionError; the whole message is in failures/XX03.txt of the run's folder"
    }
    assert "no branch" in (tmp_path / "failures" / "XX03.txt").read_text()
    assert sorted(done.finished) == ["XX01", "XX02"]
    assert done.decision("XX01").examined == 7
    assert done.decision("XX02").examined == 2, "it hears the items of the one before"
    if processes > 1:
        assert killed is not None
        assert "ended from outside" in killed
        assert "surveil.toml" in killed, "it says what to do"


@pytest.mark.parametrize("error", [MemoryError(), duckdb.OutOfMemoryException("failed to pin a block")])
def test_where_memory_ran_out_it_is_said_what_to_do(tmp_path: Path, error: Exception) -> None:
    told = Steps(tmp_path).failed(Works(), error)
    assert "memory ran out" in told
    assert "memory_limit" in told


def test_a_scan_that_is_broken_off_leaves_no_process(tmp_path: Path) -> None:
    begun = tmp_path / "begun"

    def scan() -> None:
        with judging_with(2, Steps(tmp_path), parts=1) as judges:
            judges.judge(NeverEnds(), begun)
            _until(lambda: begun.exists() and begun.read_text() != "")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan()
    _until(lambda: not _alive(int(begun.read_text())))


def test_two_processes_write_the_same_run_as_one(firm: Path, tmp_path: Path) -> None:
    from surveil.feeds.load import load

    def outputs(processes: int) -> dict[str, bytes]:
        workspace = Workspace.init(tmp_path / str(processes))
        (workspace.path / "surveil.toml").write_text(f"[engine]\nprocesses = {processes}\n")
        workspace = Workspace.open(workspace.path)
        load(workspace, firm)
        chosen = ["CS01", "OL01", "QB04", "UA01", "UN01", "UA17"]
        folder = job.scan(
            workspace, lambda _, drafts: {d.fingerprint: "A" for d in drafts}, detector_ids=chosen
        ).folder
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        return {str(file.relative_to(folder)): file.read_bytes() for file in files}

    one, two = outputs(1), outputs(2)
    assert one == two
    assert len(one) > 5


def test_small_firms_are_judged_in_this_process_unless_asked_otherwise() -> None:
    def firm_of(accounts: int) -> Snapshot:
        return Snapshot("1-x", 1, {"accounts": FeedState("accounts", True, frozenset(), (), accounts)}, ())

    assert processes_for(0, firm_of(500), parts=1) == 1
    assert 1 <= processes_for(0, firm_of(1_000_000), parts=1) <= 4
    assert processes_for(3, firm_of(500), parts=1) == 3


def test_a_firm_in_parts_is_judged_on_every_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loky.cpu_count", lambda: 2)
    large = Snapshot("1-x", 1, {"accounts": FeedState("accounts", True, frozenset(), (), 5_000_000)}, ())
    assert processes_for(0, large, parts=1) == 1
    assert processes_for(0, large, parts=2) == 2
    assert processes_for(1, large, parts=2) == 1


def _until(holds: Any) -> None:
    last = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < last, "it never came to be"
        time.sleep(0.05)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return ") Z" not in Path(f"/proc/{process}/stat").read_text() if Path("/proc").exists() else True
