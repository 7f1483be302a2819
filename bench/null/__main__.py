"""The null run: how often surveil accuses somebody where nobody did anything.

`python -m bench.null --seeds 5001-5100 --marketing FILE` scans honest simulated firms, and real contacts under
representatives drawn by lot, and writes the section "null" of docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.accuracy.__main__ import seed_range
from bench.accuracy.firms import OURS, ROOT, FirmOptions, code_hash, run_firm, scan_folder
from bench.accuracy.report import markdown, write_section
from bench.null import marketing
from surveil.evaluate import Outputs
from surveil.evaluate.metrics import exact_interval

Q = 0.10
#: Of the labels drawn by lot.
FIRST_SEED = 5_001


def honest_firms(folder: Path, seeds: Sequence[int], options: FirmOptions) -> list[dict[str, Any]]:
    """The scoreboards of honest firms."""
    boards = []
    for seed in seeds:
        result = run_firm(folder / f"honest-{options.reps}x{options.months}-{seed}", seed, options)
        boards.append(result["methods"][OURS])
        print(f"honest firm {seed}: flagged {boards[-1]['reps']['flagged']['honest']}", file=sys.stderr)
    return boards


def permuted_tests(contacts: Any, permutations: int) -> list[int]:
    """How many representatives the shared rate test accuses at q 0.10, in each permutation of the labels."""
    from surveil.statistics.combine import benjamini_hochberg
    from surveil.statistics.rates import rate_test

    accused = []
    for seed in range(FIRST_SEED, FIRST_SEED + permutations):
        p = rate_test(marketing.cells(contacts, seed)).reps["p_value"]
        accused.append(int((benjamini_hochberg(p.to_numpy()) <= Q).sum()))
    return accused


def permuted_scans(contacts: Any, folder: Path, permutations: int) -> list[dict[str, Any]]:
    """Whole scans of the same data as feeds: representatives tested and flagged, and alerts, in each permutation."""
    results = []
    for seed in range(FIRST_SEED, FIRST_SEED + permutations):
        here = folder / f"marketing-{seed}"
        kept = here / "result.json"
        known = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
        if known.get("code") != code_hash():
            shutil.rmtree(here, ignore_errors=True)
            marketing.write_feeds(contacts, seed, here / "feeds")
            scan_folder(here / "feeds", here / "workspace", here / "outputs")
            reps, alerts = (getattr(Outputs.read(here / "outputs"), name) for name in ("reps", "alerts"))
            known = {
                "code": code_hash(),
                "tested": int(reps["p_value"].notna().sum()),
                "flagged": int(reps["flagged"].sum()),
                "alerts": len(alerts),
            }
            kept.write_text(json.dumps(known), encoding="utf-8")
            shutil.rmtree(here / "workspace")
        results.append(known)
    return results


def section(
    boards: Sequence[dict[str, Any]],
    options: FirmOptions,
    accused: Sequence[int],
    scans: Sequence[dict[str, Any]],
    command: str,
) -> str:
    """What the null run found, in Markdown."""
    flagged = [board["reps"]["flagged"]["honest"] for board in boards]
    by_q = [board["reps"]["by_q_value"]["honest"] for board in boards]
    alerted = [board["alerts"]["honest_reps_alerted"] for board in boards]
    rows = [
        _row("firms with anybody at q ≤ 0.10", by_q),
        _row("firms with anybody flagged (by q or by a rule)", flagged),
        _row("firms with an alert of medium severity or more on a representative", alerted),
        *(
            [_row("permutations of real contacts in which the rate test accuses anybody", accused)]
            if accused
            else []
        ),
    ]
    if scans:
        rows.append(
            _row(
                "permutations of real contacts, as feeds, with anybody flagged", [s["flagged"] for s in scans]
            )
        )
    limits = [f"P(p < {limit}) = {_pooled(boards, limit)}" for limit in ("0.05", "0.01", "0.001")]
    tested = (
        f"; in the scans of permuted feeds {scans[0]['tested']} representatives could be tested"
        if scans
        else ""
    )
    return (
        f"Made by `{command}`: {len(boards)} honest firms ({options.reps} representatives, {options.months} months)"
        f"{tested}.\n\n"
        + markdown(["", "runs", "share", "95 %", "people in all", "most in one"], rows)
        + f"\n\np-values of honest representatives, all firms together: {', '.join(limits)}."
    )


def _row(name: str, counts: Sequence[int]) -> list[str]:
    hits = sum(count > 0 for count in counts)
    interval = exact_interval(hits, len(counts))
    bounds = f"{interval[0]:.2f}–{interval[1]:.2f}" if interval else "n/a"
    share = f"{hits / len(counts):.2f}" if counts else "n/a"
    return [name, str(len(counts)), share, bounds, str(sum(counts)), str(max(counts, default=0))]


def _pooled(boards: Sequence[dict[str, Any]], limit: str) -> str:
    tested = sum(board["reps"]["honest_p_values"] for board in boards)
    below = sum(
        round((board["reps"]["honest_p_below"][limit] or 0.0) * board["reps"]["honest_p_values"])
        for board in boards
    )
    return f"{below / tested:.4f}" if tested else "n/a"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.null", description=__doc__)
    parser.add_argument(
        "--seeds", type=seed_range, default=seed_range("5001-5100"), help="of the honest firms"
    )
    parser.add_argument("--reps", type=int, default=200)
    parser.add_argument("--months", type=int, default=18)
    parser.add_argument("--marketing", type=Path, help="bank-full.csv of UCI Bank Marketing")
    parser.add_argument("--permutations", type=int, default=200)
    parser.add_argument("--scans", type=int, default=10, help="permutations that are also loaded and scanned")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "workspace" / "null", help="where firms are made"
    )
    parser.add_argument(
        "--dry", action="store_true", help="print the section instead of writing it to the page"
    )
    given = parser.parse_args(arguments)
    options = FirmOptions(given.reps, given.months, honest=True)
    accused: list[int] = []
    scans: list[dict[str, Any]] = []
    if given.marketing is not None:
        contacts = marketing.read(given.marketing)
        accused = permuted_tests(contacts, given.permutations)
        scans = permuted_scans(contacts, given.folder, given.scans)
    boards = honest_firms(given.folder, given.seeds, options)
    shown = f"python -m bench.null --seeds {given.seeds[0]}-{given.seeds[-1]} --reps {given.reps} --months {given.months}"
    if given.marketing is not None:
        shown += f" --marketing bank-full.csv --permutations {given.permutations} --scans {given.scans}"
    text = section(boards, options, accused, scans, shown)
    if given.dry:
        print(text)
    else:
        write_section("null", text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
