"""Score surveil on the firms of a generator that is not its own: every seed is another firm, each once without culprits."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.accuracy.__main__ import seed_range
from bench.accuracy.firms import ROOT, code_hash, scan_folder
from bench.accuracy.report import markdown, spread, write_section
from surveil.evaluate import Outputs, score


@dataclass(frozen=True)
class Made:
    """What is told of a firm beside its results, and the time zone that its extracts are in (empty: the default)."""

    told: str
    zone: str = ""


@dataclass(frozen=True)
class Generator:
    """A generator of firms.

    Attributes:
        name: `bench.NAME` is its package, and NAME its section in docs/accuracy.md.
        told: the heading of what it tells of a firm.
        make: writes the feeds of a seed's firm, and `answers`, into a folder; the flag asks for one without culprits.
    """

    name: str
    told: str
    make: Callable[[int, bool, Path], Made]


def scored(generator: Generator, folder: Path, seed: int, *, honest: bool) -> dict[str, Any]:
    """The scoreboard of one firm, with what is told of it; kept in the folder and used again by the same code."""
    kept = folder / "board.json"
    known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    if known.get("code") == code_hash():
        return known
    shutil.rmtree(folder, ignore_errors=True)
    made = generator.make(seed, honest, folder / "feeds")
    complete = scan_folder(folder / "feeds", folder / "workspace", folder / "outputs", zone=made.zone)
    board = score(Outputs.read(folder / "outputs"), folder / "feeds" / "answers", folder / "feeds").as_dict()
    known = {"code": code_hash(), "seed": seed, "complete": complete, "told": made.told, "board": board}
    kept.write_text(json.dumps(known), encoding="utf-8")
    shutil.rmtree(folder / "workspace")
    shutil.rmtree(folder / "feeds")
    return known


def section(told: str, bad: Sequence[dict[str, Any]], honest: Sequence[dict[str, Any]], command: str) -> str:
    """What was found, firm by firm and on average, in Markdown.

    Args:
        told: the heading of what is told of each firm.
    """
    rows = []
    for firm in bad:
        reps, accounts = firm["board"]["reps"], firm["board"]["accounts"]
        flagged = reps["flagged"]
        rows.append(
            [
                str(firm["seed"]),
                firm["told"],
                f"{reps['bad']} of {reps['ranked']}",
                _two(reps["average_precision"]),
                _two(reps["by_chance"]),
                f"{flagged['bad']} right, {flagged['honest']} wrong",
                _two(accounts["average_precision"]),
                _two(accounts["by_chance"]),
            ]
        )
    table = markdown(
        ["firm", told, "culprits", "AP", "by chance", "flagged", "account AP", "by chance"], rows
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


def main(generator: Generator, description: str | None, arguments: list[str]) -> int:
    """The command line of a generator's package."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{generator.name}", description=description)
    parser.add_argument("--seeds", type=seed_range, default=seed_range("1-10"))
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "workspace" / generator.name, help="where firms are made"
    )
    parser.add_argument(
        "--dry", action="store_true", help="print the section instead of writing it to the page"
    )
    given = parser.parse_args(arguments)
    firms: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for seed in given.seeds:
        for honest in (False, True):
            name = f"{'honest' if honest else 'bad'}-{seed}"
            firms[honest].append(scored(generator, given.folder / name, seed, honest=honest))
            reps = firms[honest][-1]["board"]["reps"]
            print(f"{name}: AP {reps['average_precision']}, {reps['flagged']}", file=sys.stderr)
    command = f"python -m bench.{generator.name} --seeds {given.seeds[0]}-{given.seeds[-1]}"
    text = section(generator.told, firms[False], firms[True], command)
    if given.dry:
        print(text)
    else:
        write_section(generator.name, text)
    return 0
