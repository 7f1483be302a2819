"""Time and peak memory of loading and scanning a large firm, beside the same measurements in pandas, in one run.

`python -m bench.scale --accounts 1000000 --transactions 6000000` makes the firm once, measures each step in a process of its
own, and writes the table in docs/scale.md.
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
import time
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.report import markdown, write_section

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "scale.md"
LIMIT_GB, LIMIT_SECONDS = 4.0, 180.0


@dataclass(frozen=True)
class Measured:
    """One step in a process of its own: wall seconds, processor seconds, the most memory it held, and what it printed."""

    step: str
    wall: float
    cpu: float
    peak_gb: float
    printed: str


def measured(step: str, *arguments: str) -> Measured:
    """Run a Python module and measure it.

    Raises:
        RuntimeError: it failed.
    """
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as told:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stdout=printed, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        told.seek(0)
        if process.returncode:
            raise RuntimeError(f"{step} ended with {process.returncode}:\n{told.read()[-3000:]}")
        unit = (
            1 if platform.system() == "Darwin" else 1024
        )  # ru_maxrss is in bytes there, in kilobytes elsewhere
        peak = usage.ru_maxrss * unit / 1e9
        return Measured(step, wall, usage.ru_utime + usage.ru_stime, peak, printed.read())


def run(folder: Path, accounts: int, transactions: int) -> list[Measured]:
    """Make the firm where it is not there yet, then measure every step in a fresh workspace."""
    feeds, workspace = folder / f"feeds-{accounts}-{transactions}", folder / "workspace"
    if not feeds.is_dir():
        making = folder / "making"
        sizes = ("--accounts", str(accounts), "--transactions", str(transactions))
        measured("generate", "bench.scale.data", str(making), *sizes)
        making.rename(feeds)
    shutil.rmtree(workspace, ignore_errors=True)
    at = ("--workspace", str(workspace))
    measured("init", "surveil", "init", *at)
    steps = [
        measured("surveil load (checks and keeps every row)", "surveil", "load", str(feeds), *at),
        measured("surveil scan (measures, statistics, findings, alerts)", "surveil", "scan", *at),
        measured(
            "pandas (reads and measures, no checks, no statistics)", "bench.scale.in_pandas", str(feeds)
        ),
    ]
    shutil.rmtree(workspace)
    return steps


def section(steps: list[Measured], accounts: int, transactions: int, command: str) -> str:
    """The table, each figure also as a ratio to pandas."""
    pandas = steps[-1]
    rows = [
        [
            step.step,
            f"{step.wall:.1f}",
            f"{step.wall / pandas.wall:.2f}",
            f"{step.cpu:.1f}",
            f"{step.peak_gb:.2f}",
            f"{step.peak_gb / pandas.peak_gb:.2f}",
        ]
        for step in steps
    ]
    table = markdown(["step", "wall s", "of pandas", "processor s", "peak GB", "of pandas"], rows)
    inside = json.loads(pandas.printed)
    split = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in inside["seconds"].items())
    counted = ", ".join(f"{name} {count:,}" for name, count in inside["counted"].items())
    total, peak = steps[0].wall + steps[1].wall, max(step.peak_gb for step in steps[:2])
    within = "within" if total <= LIMIT_SECONDS and peak <= LIMIT_GB else "**not within**"
    return (
        f"Made by `{command}` with {os.cpu_count()} processors. {accounts:,} accounts, {transactions:,} transactions: "
        f"load and scan take {total:.0f} s and at most {peak:.1f} GB, {within} the goal of {LIMIT_SECONDS:.0f} s and "
        f"{LIMIT_GB:.0f} GB.\n\n{table}\n\npandas alone: {split}; it counted: {counted}."
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--transactions", type=int, default=6_000_000)
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "workspace" / "scale", help="where the firm is made"
    )
    parser.add_argument(
        "--dry", action="store_true", help="print the section instead of writing it to the page"
    )
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    steps = run(given.folder, given.accounts, given.transactions)
    sizes = ["--accounts", str(given.accounts), "--transactions", str(given.transactions)]
    text = section(
        steps, given.accounts, given.transactions, shlex.join(["python", "-m", "bench.scale", *sizes])
    )
    if given.dry:
        print(text)
    else:
        write_section("scale", text, PAGE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
