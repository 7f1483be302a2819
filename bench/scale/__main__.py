"""Time, memory and spill of loading and scanning large firms, beside the same measurements elsewhere and the least to do.

`python -m bench.scale --accounts 1000000` makes a firm once, measures each step in a process of its own, and writes
the tables in docs/performance.md. Several sizes may be named; pandas and Polars are left out above --frames-up-to accounts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.report import markdown, write_section

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
LOAD, SCAN, FLOOR = "surveil load", "surveil scan", "the least to do"
#: The same core measurements by other means; those that hold the whole firm in memory only up to a size.
IN_SQL, IN_FRAMES = (
    ("plain SQL", "bench.scale.in_sql"),
    (("Polars", "bench.scale.in_polars"), ("pandas", "bench.scale.in_pandas")),
)
#: How many of a scan's steps are named; the others are added up.
NAMED_STEPS = 15


@dataclass(frozen=True)
class Measured:
    """One step in a process of its own: wall and processor seconds, the most memory and spill it held, what it printed."""

    step: str
    wall: float
    cpu: float
    peak_gb: float
    spill_gb: float
    printed: str


@dataclass(frozen=True)
class Firm:
    """What was measured on a firm of one size; `pace` the seconds of each step of its scan."""

    accounts: int
    transactions: int
    steps: list[Measured]
    pace: dict[str, float]


def measured(step: str, *arguments: str, spill: Path | None = None) -> Measured:
    """Run a Python module and measure it.

    Raises:
        RuntimeError: it failed.
    """
    command = [sys.executable, "-m", *arguments]
    # Nobody's programs are compiled anew at every start, which cost surveil a tenth of its scan of a million accounts.
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as told:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=usual, stdout=printed, stderr=told)
        over, most = threading.Event(), [0]
        watch = threading.Thread(target=_watch, args=(spill, over, most))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        over.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        told.seek(0)
        if process.returncode:
            raise RuntimeError(f"{step} ended with {process.returncode}:\n{told.read()[-3000:]}")
        # ru_maxrss is in bytes there, in kilobytes elsewhere
        unit = 1 if platform.system() == "Darwin" else 1024
        peak, cpu = usage.ru_maxrss * unit / 1e9, usage.ru_utime + usage.ru_stime
        return Measured(step, wall, cpu, peak, most[0] / 1e9, printed.read())


def _watch(folder: Path | None, over: threading.Event, most: list[int]) -> None:
    """Note the most bytes that lie in a folder."""
    while folder is not None and not over.wait(0.5):
        size = 0
        for file in folder.rglob("*"):
            try:
                size += file.stat().st_size
            except OSError:  # gone since it was listed
                continue
        most[0] = max(most[0], size)


def run(folder: Path, accounts: int, transactions: int, memory_limit: str, frames: bool) -> Firm:
    """Make the firm where it is not there yet, then measure every step in a fresh workspace."""
    feeds, workspace = folder / f"feeds-{accounts}-{transactions}", folder / f"workspace-{accounts}"
    if not feeds.is_dir():
        making = folder / "making"
        sizes = ("--accounts", str(accounts), "--transactions", str(transactions))
        measured("generate", "bench.scale.data", str(making), *sizes)
        making.rename(feeds)
    shutil.rmtree(workspace, ignore_errors=True)
    at, spill = ("--workspace", str(workspace)), folder / "spill"
    measured("init", "surveil", "init", *at)
    limits = f'[engine]\nmemory_limit = "{memory_limit}"\nspill_folder = "{spill.resolve()}"\n'
    (workspace / "surveil.toml").write_text(limits, encoding="utf-8")
    steps = [
        measured(LOAD, "surveil", "load", str(feeds), *at),
        measured(SCAN, "surveil", "scan", *at, spill=spill),
        measured(FLOOR, "bench.scale.floor", str(workspace)),
    ]
    name, module = IN_SQL
    steps.append(measured(name, module, str(feeds), memory_limit))
    if frames:
        steps += [measured(name, module, str(feeds)) for name, module in IN_FRAMES]
    _agree(steps)
    pace: dict[str, float] = json.loads((workspace / "runs" / ".pace.json").read_text(encoding="ascii"))
    shutil.rmtree(workspace)
    shutil.rmtree(spill, ignore_errors=True)
    return Firm(accounts, transactions, steps, pace)


def _agree(steps: list[Measured]) -> None:
    """Whoever counts the same has to come to the same.

    Raises:
        RuntimeError: two did not, or one did not say what it counted.
    """
    counting = {IN_SQL[0], *(name for name, _ in IN_FRAMES)}
    told = {step.step: json.loads(step.printed).get("counted") for step in steps if step.step in counting}
    if silent := sorted(name for name, counted in told.items() if not counted):
        raise RuntimeError(f"it was not said what was counted: {', '.join(silent)}")
    if len({json.dumps(counted, sort_keys=True) for counted in told.values()}) > 1:
        raise RuntimeError(f"not the same was counted: {told}")


def section(firms: list[Firm], memory_limit: str, command: str) -> str:
    """The tables: every step of every size, how the cost of an account grows, and the slowest steps of the scan."""
    rows = [
        [
            f"{firm.accounts:,}",
            step.step,
            f"{step.wall:.1f}",
            f"{step.cpu:.1f}",
            f"{1e6 * step.cpu / firm.accounts:.1f}",
            f"{step.peak_gb:.2f}",
            f"{step.spill_gb:.2f}" if step.step == SCAN else "",
        ]
        for firm in firms
        for step in firm.steps
    ]
    heads = ["accounts", "step", "wall s", "processor s", "processor µs an account", "peak GB", "spill GB"]
    events = ", ".join(f"{firm.transactions:,}" for firm in firms)
    made = f"Made by `{command}` with {os.cpu_count()} processors, models limited to {memory_limit}; transactions: {events}."
    steps = f"Seconds of the scan by step, on the largest firm:\n\n{_slowest(firms[-1])}"
    return "\n\n".join([made, markdown(heads, rows), _floors(firms), steps])


def _floors(firms: list[Firm]) -> str:
    told = []
    for firm in firms:
        by_step = {step.step: step for step in firm.steps}
        seconds = json.loads(by_step[FLOOR].printed)["seconds"]
        joins = seconds["join"]
        told.append(
            f"{firm.accounts:,} accounts: reading the columns once takes {seconds['read']:.1f} s, the shared joins alone "
            f"{joins:.1f} s; the scan takes {by_step[SCAN].wall / joins:.0f} times the joins."
        )
    return "\n".join(told)


def _slowest(firm: Firm) -> str:
    order = sorted(firm.pace.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [[step, f"{seconds:.1f}"] for step, seconds in order[:NAMED_STEPS]]
    rest = sum(seconds for _, seconds in order[NAMED_STEPS:])
    return markdown(["step", "s"], [*rows, [f"the other {len(order[NAMED_STEPS:])}", f"{rest:.1f}"]])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--events", type=int, default=6, help="transactions an account")
    parser.add_argument("--memory", default="2GB", help="the models' limit")
    parser.add_argument("--frames-up-to", type=int, default=10_000_000, help="accounts")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "workspace" / "scale", help="where the firms are made"
    )
    parser.add_argument(
        "--dry", action="store_true", help="print the section instead of writing it to the page"
    )
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    firms = [
        run(given.folder, size, size * given.events, given.memory, size <= given.frames_up_to)
        for size in sorted(given.accounts)
    ]
    sizes = ["--accounts", *map(str, sorted(given.accounts)), "--memory", given.memory]
    text = section(firms, given.memory, shlex.join(["python", "-m", "bench.scale", *sizes]))
    if given.dry:
        print(text)
    else:
        write_section("scale", text, PAGE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
