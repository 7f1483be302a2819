"""`surveil demo`: the whole job in one go on a simulated firm, and where to look next."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

from surveil.config import Workspace
from surveil.desk.opening import open_desk, prepare_desk
from surveil.desk.scans import record_scan
from surveil.errors import UsageError
from surveil.feeds.load import load
from surveil.reports import write
from surveil.scan.job import scan
from surveil.scan.render import scan_summary
from surveil.scoreboard import scoreboard
from surveil.simulate import simulate
from surveil.store.verification import verify

REPS, MONTHS, SEED = 120, 15, 2016
_MARK = "made-by-surveil-demo"


def run(folder: Path, say: Callable[[str], None]) -> None:
    """Simulate, load, scan, score and answer, all below `folder`; done again, it starts afresh.

    Raises:
        UsageError: the folder holds something that a demo did not make.
    """
    _clear(folder)
    firm = folder / "firm"
    say(f"1/6 Simulating a firm: {REPS} representatives, {MONTHS} months, some of them do wrong")
    simulate(firm, reps=REPS, months=MONTHS, seed=SEED)
    workspace = Workspace.init(folder / "workspace")
    prepare_desk(workspace)
    say("2/6 Loading its feeds")
    say(load(workspace, firm).render())
    say("3/6 Scanning")
    store = open_desk(workspace)
    try:
        now = dt.datetime.now(dt.UTC)
        result = scan(
            workspace,
            lambda run, drafts: record_scan(store, run, drafts, now),
            from_date=_covered_from(firm),
            progress=say,
        )
        say(scan_summary(result))
        say("4/6 Scoring what was found against the firm's answer key")
        say(scoreboard(workspace, firm / "answers").render())
        say("5/6 Writing the answer to the regulator")
        files = write("finra-cross-selling", workspace, folder / "answer")
        say("6/6 Checking the audit trail")
        checked = verify(store.engine)
    finally:
        store.close()
    trail = (
        "nothing was altered" if checked.ok else "PROBLEMS: " + "; ".join(p.message for p in checked.problems)
    )
    pdf = next((str(file) for file in files if file.suffix == ".pdf"), str(folder / "answer"))
    say(
        f"\nAudit trail: {checked.events} events, {trail}.\n"
        f"The firm's feeds:   {firm}\n"
        f"The workspace:      {workspace.path}\n"
        f"The answer (PDF):   {pdf}\n"
        f"The review desk:    surveil dashboard --workspace {workspace.path}\n"
        f"                    (then open http://127.0.0.1:8501 in a browser)"
    )


def _covered_from(firm: Path) -> dt.date:
    """The first day that the firm's transactions cover: its older accounts were taken over from before."""
    with (firm / "coverage.csv").open(encoding="utf-8", newline="") as file:
        starts = [row["covers_from"] for row in csv.DictReader(file) if row["feed"] == "transactions"]
    return dt.date.fromisoformat(min(starts))


def _clear(folder: Path) -> None:
    mark = folder / _MARK
    if folder.exists() and any(folder.iterdir()):
        if not mark.is_file():
            raise UsageError(
                f"{folder} holds something that the demo did not make; choose another with --workspace"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()
