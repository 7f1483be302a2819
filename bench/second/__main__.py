"""Score surveil on firms of the second generator: every seed is another kind of firm, each once with culprits, once without.

`python -m bench.second --seeds 1-10` writes the section "second" of docs/accuracy.md.
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
from bench.accuracy.firms import ROOT, code_hash, scan_folder
from bench.accuracy.report import markdown, spread, write_section
from bench.second.firm import Firm
from surveil.evaluate import Outputs, score


def scored(folder: Path, seed: int, *, honest: bool) -> dict[str, Any]:
    """The scoreboard of one firm, with its reps and absent feeds; kept in the folder and used again by the same code."""
    kept = folder / "board.json"
    known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    if known.get("code") == code_hash():
        return known
    shutil.rmtree(folder, ignore_errors=True)
    firm = Firm(seed, honest=honest)
    firm.write(folder / "feeds")
    complete = scan_folder(folder / "feeds", folder / "workspace", folder / "outputs")
    board = score(Outputs.read(folder / "outputs"), folder / "feeds" / "answers", folder / "feeds").as_dict()
    ways = firm.habits
    absent = [
        name
        for name, there in (
            ("contacts", ways.has_contacts),
            ("consents", ways.has_consents),
            ("goals", ways.has_goals),
            ("assignments", ways.has_assignments),
        )
        if not there
    ]
    known = {"code": code_hash(), "seed": seed, "complete": complete, "absent": absent, "board": board}
    kept.write_text(json.dumps(known), encoding="utf-8")
    shutil.rmtree(folder / "workspace")
    shutil.rmtree(folder / "feeds")
    return known


def section(bad: Sequence[dict[str, Any]], honest: Sequence[dict[str, Any]], command: str) -> str:
    """What was found, firm by firm and on average, in Markdown."""
    rows = []
    for firm in bad:
        reps, accounts = firm["board"]["reps"], firm["board"]["accounts"]
        flagged = reps["flagged"]
        rows.append(
            [
                str(firm["seed"]),
                ", ".join(firm["absent"]) or "none",
                f"{reps['bad']} of {reps['ranked']}",
                _two(reps["average_precision"]),
                _two(reps["by_chance"]),
                f"{flagged['bad']} right, {flagged['honest']} wrong",
                _two(accounts["average_precision"]),
                _two(accounts["by_chance"]),
            ]
        )
    table = markdown(
        ["firm", "feeds left out", "culprits", "AP", "by chance", "flagged", "account AP", "by chance"], rows
    )
    reps_of = [firm["board"]["reps"] for firm in bad]
    means = (
        f"Mean over firms: AP {spread([r['average_precision'] for r in reps_of])}, "
        f"false discoveries {spread([r['flagged']['false_discovery_rate'] for r in reps_of])}, "
        f"recall severe {spread([r['flagged']['recall_severe'] for r in reps_of])}, "
        f"mild {spread([r['flagged']['recall_mild'] for r in reps_of])}, "
        f"account AP {spread([firm['board']['accounts']['average_precision'] for firm in bad])}."
    )
    accused = [firm["board"]["reps"]["flagged"]["honest"] for firm in honest]
    tested = sum(firm["board"]["reps"]["honest_p_values"] for firm in honest)
    below = {
        limit: sum(
            (firm["board"]["reps"]["honest_p_below"][limit] or 0.0) * firm["board"]["reps"]["honest_p_values"]
            for firm in honest
        )
        for limit in ("0.05", "0.01", "0.001")
    }
    calm = (
        f"The same {len(honest)} firms without culprits: somebody flagged in {sum(n > 0 for n in accused)}, "
        f"{sum(accused)} of {tested:,} people in all; "
        + ", ".join(f"P(p < {limit}) = {count / max(1, tested):.4f}" for limit, count in below.items())
        + "."
    )
    return f"Made by `{command}`.\n\n{table}\n\n{means}\n\n{calm}"


def _two(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2f}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.second", description=__doc__)
    parser.add_argument("--seeds", type=seed_range, default=seed_range("1-10"))
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "workspace" / "second", help="where firms are made"
    )
    parser.add_argument(
        "--dry", action="store_true", help="print the section instead of writing it to the page"
    )
    given = parser.parse_args(arguments)
    firms: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for seed in given.seeds:
        for honest in (False, True):
            name = f"{'honest' if honest else 'bad'}-{seed}"
            firms[honest].append(scored(given.folder / name, seed, honest=honest))
            reps = firms[honest][-1]["board"]["reps"]
            print(f"{name}: AP {reps['average_precision']}, {reps['flagged']}", file=sys.stderr)
    command = f"python -m bench.second --seeds {given.seeds[0]}-{given.seeds[-1]}"
    text = section(firms[False], firms[True], command)
    if given.dry:
        print(text)
    else:
        write_section("second", text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
