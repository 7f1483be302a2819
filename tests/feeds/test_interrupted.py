"""A load that is killed leaves the workspace as it was, and the next one works."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from surveil.errors import SurveilError, UsageError
from surveil.feeds import snapshots
from surveil.feeds.load import load
from tests.feeds.firms import ACCOUNTS, Firm

LOADER = """
import sys
from pathlib import Path
from surveil.config import Workspace
from surveil.feeds.load import load
def progress(what, share):
    print(what, flush=True)
print("ready", flush=True)
sys.stdin.readline()
load(Workspace.open(Path(sys.argv[1])), Path(sys.argv[2]), progress)
"""


def start(firm: Firm, repository: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LOADER, str(firm.workspace.path), str(firm.folder)]
    process = subprocess.Popen(
        command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    return process


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_killed_at_any_moment_the_workspace_is_as_before(firm: Firm, repository: Path) -> None:
    firm.load()
    before = firm.tree()
    rows = "".join(f"B{i},C1,CHK,2024-03-01 10:00:00,R1,branch\n" for i in range(60_000))
    firm.write({"accounts-2.csv": ACCOUNTS + rows, "accounts-3.csv": ACCOUNTS + rows.replace("B", "D")})
    chance = random.Random(7)
    landed = 0
    for attempt in range(4):
        process = start(firm, repository)
        time.sleep(chance.uniform(0.0, 0.5))
        process.kill()
        process.communicate()
        numbers = snapshots.load_numbers(firm.workspace)
        assert numbers in ((1,), (1, 2)), attempt
        if numbers == (1, 2):
            landed += 1
            break
        kept = {name: data for name, data in firm.tree().items() if not name.startswith(".incoming")}
        assert kept == before
        assert snapshots.current(firm.workspace).feeds["accounts"].rows == 2
    report = load(firm.workspace, firm.folder)
    assert report.load_number == (None if landed else 2)
    assert snapshots.current(firm.workspace).feeds["accounts"].rows == 120_002
    assert snapshots.current(firm.workspace).altered() == ()
    assert sorted(path.name for path in firm.workspace.loads_dir.iterdir()) == [".lock", "000001", "000002"]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system has no SIGSTOP")
def test_a_load_in_another_process_is_waited_for(firm: Firm, repository: Path) -> None:
    process = start(firm, repository)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    try:
        if not snapshots.load_numbers(firm.workspace):
            with pytest.raises(UsageError, match="Another load is running"):
                firm.load()
    finally:
        process.send_signal(signal.SIGCONT)
        process.communicate()
    assert firm.load().load_number is None


def test_stopped_by_the_user_nothing_is_left_behind(firm: Firm) -> None:
    def stop(what: str, share: float) -> None:
        if what == "checking references":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(firm.workspace, firm.folder, stop)
    assert [path.name for path in firm.workspace.loads_dir.iterdir()] == [".lock"]
    assert firm.load().load_number == 1


def test_a_full_disk_is_said_plainly(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("surveil.feeds.load._sync", full)
    with pytest.raises(SurveilError, match=r"No space left on device.*Nothing was changed"):
        firm.load()
    assert firm.tree() == {}
