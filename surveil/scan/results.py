"""Where runs lie in a workspace, and how the last one's results are read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from surveil.config import Workspace
from surveil.errors import SurveilError, UsageError, VerificationFailed

_POINTER = "last"


def put_in_place(aside: Path, workspace: Workspace, run_id: str) -> Path:
    """Move a finished run to `runs/RUN_ID` and make it the last one. A rerun of the same run replaces it."""
    folder = workspace.runs_dir / run_id
    old = aside.with_name(aside.name + "-old")
    if folder.exists():
        folder.rename(old)
    aside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    pointer = workspace.runs_dir / _POINTER
    fresh = pointer.with_name(f".{_POINTER}-{os.getpid()}")
    fresh.write_text(run_id + "\n", encoding="ascii")
    fresh.replace(pointer)
    return folder


def run_folder(workspace: Workspace, run_id: str | None = None) -> Path:
    """The folder of a run, by default of the last one.

    Raises:
        UsageError: there is no such run.
    """
    if run_id is None:
        pointer = workspace.runs_dir / _POINTER
        if not pointer.is_file():
            raise UsageError("Nothing has been scanned yet. Use: surveil scan")
        run_id = pointer.read_text(encoding="ascii").strip()
    folder = workspace.runs_dir / run_id
    if not (folder / "run.json").is_file():
        raise UsageError(f"There is no run {run_id} in {workspace.path}.")
    return folder


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A file of a run that is about to be read.

    Raises:
        VerificationFailed: it is not as it was written.
    """
    try:
        yield file
    except (ValueError, pa.ArrowException) as error:
        raise VerificationFailed(
            f"{file.name} of the run {file.parent.name} is damaged. Scan again, or restore it from a backup."
        ) from error


def manifest(workspace: Workspace, run_id: str | None = None) -> dict[str, Any]:
    """What a run depended on and could examine (`run.json`)."""
    with _whole(run_folder(workspace, run_id) / "run.json") as file:
        loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def measured_before(workspace: Workspace, key: str) -> tuple[Path, dict[str, str]] | None:
    """Where the last run keeps what it measured, and every model's SHA-256; None where it was measured under another key."""
    try:
        measured = manifest(workspace)["measured"]
        same, models = measured["key"] == key, measured["models"]
    except (SurveilError, OSError, KeyError):
        # No run yet, one of a version that did not keep it, or a spoiled one: everything is measured.
        return None
    return (run_folder(workspace) / "measurements", models) if same else None


def last_findings(workspace: Workspace, wanted: Mapping[str, str]) -> pd.DataFrame:
    """Findings of the last run with these values of columns; columns as promised in the interface."""
    filters = [(name, "==", value) for name, value in wanted.items()]
    with _whole(run_folder(workspace) / "findings.parquet") as file:
        return pd.read_parquet(file, filters=filters or None)


def last_ranking(workspace: Workspace, what: str) -> pd.DataFrame:
    """A ranking of the last run.

    Raises:
        UsageError: the run has none of this kind.
    """
    file = run_folder(workspace) / f"rank_{what}.parquet"
    if not file.is_file():
        raise UsageError(f"The last scan ranked no {what}: its detectors did not run. See: surveil scan")
    with _whole(file):
        return pd.read_parquet(file)
