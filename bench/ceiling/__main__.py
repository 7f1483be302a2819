"""Rankings and tests beside their ceilings: `python -m bench.ceiling --seeds 1201-1208`.

Firms are made as in bench.accuracy, and kept for the next time; those that it kept are used (the same `--folder`).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from bench.accuracy.__main__ import PRESETS, seed_range
from bench.accuracy.firms import ROOT, FirmOptions, run_firm
from bench.ceiling import accounts, reps, told


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ceiling", description=__doc__)
    parser.add_argument("--seeds", type=seed_range, default=seed_range("1201-1208"))
    parser.add_argument("--preset", choices=PRESETS, default="base")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "workspace" / "ceiling", help="where firms are made"
    )
    given = parser.parse_args(arguments)
    if len(given.seeds) < 2:
        parser.error("a model that learns from other firms needs two at least, such as --seeds 1201-1208")
    options = FirmOptions(preset=given.preset)
    by_account, by_rep = {}, {}
    by_sign: dict[str, list[pd.DataFrame]] = {sign.name: [] for sign in told.SIGNS}
    for seed in given.seeds:
        folder = given.folder / f"{given.preset}-{options.reps}x{options.months}-{seed}"
        run_firm(folder, seed, options, keep=True)
        by_account[seed], by_rep[seed] = accounts.accounts_of(folder), reps.reps_of(folder)
        for sign in told.SIGNS:
            by_sign[sign.name].append(told.scores_of(folder, sign))
        print(f"seed {seed}: made and read", file=sys.stderr)
    print(reps.table(by_rep), accounts.table(by_account), told.table(by_sign), sep="\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
