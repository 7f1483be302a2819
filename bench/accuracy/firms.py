"""Make, load, scan and score one simulated firm with the commands a user has; a firm that is done is not done again."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bench.accuracy.baselines import BASELINES
from bench.accuracy.features import features
from surveil.evaluate import Outputs, score

ROOT = Path(__file__).resolve().parents[2]
INCOMPLETE = 4  # exit status of a scan in which a detector failed
OURS = "surveil"
EXPORTS = {
    ("rank", "reps", "--format", "csv"): "reps.csv",
    ("rank", "accounts", "--format", "csv"): "accounts.csv",
    ("findings", "--format", "parquet"): "findings.parquet",
    ("alerts", "--format", "jsonl"): "alerts.jsonl",
}


@dataclass(frozen=True)
class FirmOptions:
    """What `surveil simulate` is asked for."""

    reps: int = 200
    months: int = 18
    preset: str = "base"
    honest: bool = False


class NoFirm(Exception):
    """`surveil simulate` refused to make a firm with this seed; the message says why."""


def code_hash() -> str:
    """A hash of everything that can change a result, so that results of two versions are never mixed."""
    digest = hashlib.sha256()
    files = [path for room in ("surveil", "bench") for path in (ROOT / room).rglob("*")]
    for path in sorted(files):
        if path.suffix in (".py", ".sql", ".yml", ".csv") and path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def surveil(*arguments: str, accept: tuple[int, ...] = (0,)) -> int:
    """Run a command of surveil's.

    Raises:
        RuntimeError: its exit status is not one of those accepted.
    """
    command = [sys.executable, "-m", "surveil", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in accept:
        raise RuntimeError(
            f"surveil {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}"
        )
    return done.returncode


def scan_folder(feeds: Path, workspace: Path, outputs: Path, *, zone: str = "") -> bool:
    """Load and scan a folder of feeds in a new workspace and write the outputs; whether the scan was complete.

    Args:
        zone: the time zone of the extracts; by default the settings'.
    """
    surveil("init", "--workspace", str(workspace))
    if zone:
        settings = workspace / "surveil.toml"
        settings.write_text(f'timezone = "{zone}"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")
    surveil("load", str(feeds), "--workspace", str(workspace))
    status = surveil("scan", "--workspace", str(workspace), accept=(0, INCOMPLETE))
    outputs.mkdir(parents=True, exist_ok=True)
    for command, file in EXPORTS.items():
        # Until a detector ranks accounts there is no such ranking (2), and the scoreboard says so.
        accept = (0, 2) if file == "accounts.csv" else (0,)
        surveil(*command, "--out", str(outputs / file), "--workspace", str(workspace), accept=accept)
    return status == 0


def run_firm(folder: Path, seed: int, options: FirmOptions, *, keep: bool = False) -> dict[str, Any]:
    """Score one firm with every method; the result is kept in `folder/scores.json` and used again.

    Returns:
        seed, options, code, complete (bool), seconds by step, methods: the scoreboard of each as a dictionary.

    Raises:
        NoFirm: the simulator refuses the seed.
    """
    kept, identity = folder / "scores.json", {"seed": seed, "options": asdict(options), "code": code_hash()}
    if kept.is_file():
        known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        if all(known.get(name) == value for name, value in identity.items()):
            return known
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    feeds, workspace, outputs = folder / "feeds", folder / "workspace", folder / "outputs"
    started = time.perf_counter()
    _simulate(feeds, seed, options)
    simulated = time.perf_counter()
    complete = scan_folder(feeds, workspace, outputs)
    scanned = time.perf_counter()
    result = {
        **identity,
        "complete": complete,
        "seconds": {
            "simulate": round(simulated - started, 1),
            "load to outputs": round(scanned - simulated, 1),
        },
        "methods": _scores(outputs, feeds),
    }
    kept.write_text(json.dumps(result, indent=1), encoding="utf-8")
    if not keep:
        shutil.rmtree(feeds)
        shutil.rmtree(workspace)
    return result


def _simulate(feeds: Path, seed: int, options: FirmOptions) -> None:
    honest = ["--honest"] if options.honest else []
    sizes = ["--reps", str(options.reps), "--months", str(options.months)]
    try:
        surveil("simulate", str(feeds), *sizes, "--seed", str(seed), "--preset", options.preset, *honest)
    except RuntimeError as error:
        if "Try another seed" not in str(error):
            raise
        raise NoFirm(str(error).strip().splitlines()[-1]) from error


def _scores(outputs: Path, feeds: Path) -> dict[str, Any]:
    """Every method ranks the same reps: those surveil ranks, which is everyone with activity or an assignment."""
    ours = Outputs.read(outputs)
    answers = feeds / "answers"
    boards = {OURS: score(ours, answers, feeds).as_dict()}
    known = features(feeds, pd.Index(sorted(ours.reps["rep_id"]), name="rep_id"))
    for name, method in BASELINES.items():
        boards[name] = score(Outputs.of(method(known)), answers, feeds).as_dict()
    return boards
