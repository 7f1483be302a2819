"""The rows behind an alert, read from what its run wrote down."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from surveil.alerts.alert import Alert
from surveil.desk.masking import masked
from surveil.desk.triage import Revealed

FINDINGS_FILE = "findings.parquet"
FINDING_FIELDS = (
    "finding_id",
    "run_id",
    "alert_id",
    "detector",
    "feed",
    "key",
    "rep_id",
    "customer_id",
    "account_id",
    "at",
    "score",
    "detail",
)
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Evidence:
    """Rows with the fields of FINDING_FIELDS, the highest score first. `problem` says why there can be none;
    then `total` is
    None, since how many there are is not known."""

    rows: tuple[dict[str, Any], ...]
    total: int | None
    problem: str | None = None


@dataclass(frozen=True)
class RunFile:
    """A file of the run whose values an alert shows; without one, why not, and how many rows that makes (if known)."""

    file: Path | None
    total: int | None = None
    problem: str | None = None


def run_file(runs_dir: Path, alert: Alert, name: str) -> RunFile:
    """Where the run of an alert wrote a file down."""
    if alert.run_id is None:
        return RunFile(None, 0, "The alert was raised by hand; no run has written rows for it.")
    if not _RUN_ID.fullmatch(alert.run_id):
        return RunFile(None, None, "The alert names a run whose name is not one of surveil's.")
    file = runs_dir / alert.run_id / name
    if not file.is_file():
        return RunFile(None, None, f"The findings of run {alert.run_id} are not in this workspace any more.")
    return RunFile(file)


def evidence(
    runs_dir: Path,
    alert: Alert,
    limit: int = 200,
    offset: int = 0,
    revealed: Revealed | None = None,
) -> Evidence:
    """The findings behind an alert in the run whose values it shows; personal data masked unless revealed for
    it.
    """
    found = run_file(runs_dir, alert, FINDINGS_FILE)
    if found.file is None:
        return Evidence((), found.total, found.problem)
    file = found.file
    try:
        table = _read(file, alert.alert_id)
    except (pa.ArrowException, OSError):
        return Evidence((), None, f"The findings of run {alert.run_id} can't be read; the file is damaged.")
    shown = table.slice(offset, limit).to_pylist()
    plain = revealed is not None and revealed.alert_id == alert.alert_id
    return Evidence(tuple(_row(row, plain) for row in shown), table.num_rows)


def _read(file: Path, alert_id: str) -> Any:
    dataset = ds.dataset(file, format="parquet")
    columns = [name for name in FINDING_FIELDS if name in dataset.schema.names]
    table = dataset.to_table(columns=columns, filter=pc.field("alert_id") == alert_id)
    order = [("score", "descending"), ("at", "ascending"), ("finding_id", "ascending")]
    return table.sort_by([key for key in order if key[0] in columns])


def _row(row: dict[str, Any], plain: bool) -> dict[str, Any]:
    detail = _detail(row.get("detail"))
    return {name: row.get(name) for name in FINDING_FIELDS} | {"detail": detail if plain else masked(detail)}


def _detail(text: Any) -> dict[str, Any]:
    """What the detector wrote about the row; text that is not a JSON object is kept under `note`, which is
    masked.
    """
    if text is None or text == "":
        return {}
    try:
        value = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"note": str(text)}
