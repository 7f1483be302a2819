"""Do DuckDB and a real Spark cluster agree on every model and every detector?

`python -m bench.engines` makes a firm, starts a master and two workers on the loopback (Java 17 and the extra
`surveil[spark]` are needed), measures all models on both engines, compares them and prints how long each took. Exit
status 1 if anything differs. `--local` takes Spark in the process instead of a cluster.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.engines.agreement import differences, measured_apart
from bench.engines.cluster import standalone
from surveil.config import Workspace
from surveil.feeds.load import load
from surveil.simulate import simulate


def main() -> None:
    """Make, measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=25)
    parser.add_argument("--months", type=int, default=8)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--local", action="store_true", help="Spark in the process, no cluster")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="surveil-engines-", ignore_cleanup_errors=True) as temporary:
        found = compare(Path(temporary), asked.reps, asked.months, asked.seed, asked.local)
    for line in found:
        print(line)
    sys.exit(bool(found))


def compare(folder: Path, reps: int, months: int, seed: int, local: bool) -> list[str]:
    """Measure a firm on DuckDB and on Spark, print how long each took, and tell what differs."""
    simulate(folder / "feeds", reps=reps, months=months, seed=seed, honest=True)
    workspace = Workspace.init(folder / "workspace")
    load(workspace, folder / "feeds")
    for name in ("cluster", "ours", "theirs"):
        (folder / name).mkdir()
    started = time.perf_counter()
    ours = measured_apart(workspace, "duckdb://", folder / "ours", {})
    rows = sum(len(frame) for frame in ours.values())
    print(f"DuckDB: {len(ours)} models, {rows:,} rows, {time.perf_counter() - started:.0f} s", flush=True)
    with ExitStack() as stack:
        url, surroundings = "spark://local[2]", dict[str, str]()
        if not local:
            url, surroundings = stack.enter_context(standalone(folder / "cluster"))
        started = time.perf_counter()
        theirs = measured_apart(workspace, url, folder / "theirs", surroundings)
        print(f"Spark at {url}: {time.perf_counter() - started:.0f} s", flush=True)
    found = list(differences(ours, theirs))
    print("They differ:" if found else "Every model agrees row for row, every decision to the last digit.")
    return found


if __name__ == "__main__":
    main()
