"""Measure accuracy on simulated firms, side by side with what a user would do instead.

`python -m bench.accuracy --seeds 101-120` makes, scans and scores the firms one after the other (a firm that is done is
not done again) and writes the section of the preset in docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from bench.accuracy.firms import ROOT, FirmOptions, NoFirm, run_firm
from bench.accuracy.report import accuracy_section, write_section

PRESETS = ("base", "epidemic", "diffuse", "short")


def seed_range(text: str) -> list[int]:
    """`101-120` or `5`."""
    first, _, last = text.partition("-")
    try:
        seeds = list(range(int(first), int(last or first) + 1))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a range of seeds, such as 101-120") from None
    if not seeds:
        raise argparse.ArgumentTypeError(f"{text!r} ends before it begins")
    return seeds


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy", description=__doc__)
    parser.add_argument("--seeds", type=seed_range, default=seed_range("101-120"))
    parser.add_argument("--reps", type=int, default=200)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--preset", choices=PRESETS, default="base")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "workspace" / "accuracy", help="where firms are made"
    )
    parser.add_argument("--keep", action="store_true", help="keep feeds and workspaces")
    parser.add_argument(
        "--dry", action="store_true", help="print the section instead of writing it to the page"
    )
    given = parser.parse_args(arguments)
    options = FirmOptions(given.reps, given.months, given.preset)
    results, refused = [], []
    for seed in given.seeds:
        name = f"{given.preset}-{given.reps}x{given.months}-{seed}"
        try:
            results.append(run_firm(given.folder / name, seed, options, keep=given.keep))
        except NoFirm as reason:
            refused.append(seed)
            print(f"seed {seed}: {reason}", file=sys.stderr)
            continue
        ours = results[-1]["methods"]["surveil"]["reps"]
        print(f"seed {seed}: AP {ours['average_precision']}, {results[-1]['seconds']}", file=sys.stderr)
    if not results:
        print("No firm could be made.", file=sys.stderr)
        return 3
    command = shlex.join(["python", "-m", "bench.accuracy", *_shown(arguments)])
    text = accuracy_section(results, command, refused)
    if given.dry:
        print(text)
    else:
        write_section(f"accuracy {given.preset}", text)
    return 0


def _shown(arguments: list[str]) -> list[str]:
    """The command as printed: a folder of one machine is of no use to a reader."""
    shown = list(arguments)
    if "--folder" in shown:
        at = shown.index("--folder")
        del shown[at : at + 2]
    return [argument for argument in shown if argument != "--keep"]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
