"""Findings: one row per item behind an alert, in the columns that are promised."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from surveil.alerts.model import AlertDraft
from surveil.config import EngineSettings
from surveil.detectors.base import ITEM_COLUMNS, TEST_COLUMNS, Decision, Detector
from surveil.engine import days
from surveil.engine.sorted_rows import sorter
from surveil.scan.evidence import Judged

FINDING_COLUMNS = (
    "finding_id", "run_id", "alert_id", "detector", "feed", "key",
    "rep_id", "customer_id", "account_id", "at", "score", "detail",
)  # fmt: skip
_SCHEMA = pa.schema([(name, pa.float64() if name == "score" else pa.string()) for name in FINDING_COLUMNS])
_ITEM_TYPES = {name: {"day": "BIGINT", "score": "DOUBLE"}.get(name, "VARCHAR") for name in ITEM_COLUMNS}


def checked(detector: Detector, decision: Decision) -> Decision:
    """A decision with subjects filled in.

    Raises:
        ValueError: its frames have other columns than promised, or a score or p-value out of 0..1.
    """
    items, tests = decision.items, decision.tests
    if tuple(items.columns) != ITEM_COLUMNS or tuple(tests.columns) != TEST_COLUMNS:
        raise ValueError(f"{detector.id} decides with other columns than promised")
    if (
        not items["score"].astype(float).between(0, 1).all()
        or not tests["p_value"].dropna().between(0, 1).all()
    ):
        raise ValueError(f"{detector.id} decides with a score or a p-value that is not between 0 and 1")
    subjects = items["subject_id"].astype("string").fillna(items["rep_id"].astype("string")).fillna("")
    filled = items.assign(subject_id=subjects)
    return replace(decision, items=filled, tests=tests.astype({"subject_id": str}))


def accounts_behind(judged: Mapping[str, Judged], drafts: Sequence[AlertDraft]) -> set[str]:
    """The accounts of the items that stand behind alerts."""
    alerted = {draft.fingerprint for draft in drafts}
    found: set[str] = set()
    for j in judged.values():
        if j.decision.found:
            items = j.items_with("subject_id", "account_id")
            behind = _prints(j.detector, items).isin(alerted)
            found |= set(items["account_id"][behind].dropna())
    return found


def write(
    judged: Mapping[str, Judged],
    run_id: str,
    alert_ids: Mapping[str, str],
    entered: pd.Series,
    file: Path,
    settings: EngineSettings,
) -> None:
    """Write all detectors' items as findings, one detector after the other, each sorted by key.

    Args:
        alert_ids: fingerprint -> id of the alert that its items stand behind.
        entered: account_id -> who opened it, where others are held to it: a finding names the opener.
        settings: how much of the machine may be used to sort them.
    """
    with pq.ParquetWriter(file, _SCHEMA) as writer, sorter(settings, file.parent) as sort:
        for name in sorted(name for name, j in judged.items() if j.item_files):
            for batch in sort.rows(judged[name].item_files, _ITEM_TYPES, ("feed", "key")):
                rows = batch.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
                alerts = _prints(judged[name].detector, rows).map(alert_ids)
                rows = rows.assign(detector=name, rep_id=_openers(rows, entered))
                made = _table(rows, run_id, alerts)
                writer.write_table(pa.Table.from_pandas(made, _SCHEMA, preserve_index=False))


def _openers(rows: pd.DataFrame, entered: pd.Series) -> pd.Series:
    """The representative of each item: of an account who opened it, else whom the detector named."""
    by_hand = rows["account_id"].map(entered).astype("string").where(rows["feed"] == "accounts")
    return by_hand.fillna(rows["rep_id"].astype("string"))


def _prints(detector: Detector, items: pd.DataFrame) -> pd.Series:
    """The fingerprint of the alert that an item would stand behind."""
    voice = detector.supports or detector.id
    return f"{voice}|{detector.subject}|" + items["subject_id"].astype(str)


def _table(found: pd.DataFrame, run_id: str, alerts: pd.Series) -> pd.DataFrame:
    text = {
        name: found[name].astype("string") for name in ("feed", "key", "rep_id", "customer_id", "account_id")
    }
    frame = pd.DataFrame(
        {
            "finding_id": [
                "F-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
                for parts in zip(found["detector"], found["feed"], found["key"].astype(str), strict=True)
            ],
            "run_id": run_id,
            "alert_id": alerts.astype("string"),
            "detector": found["detector"].astype("string"),
            **text,
            "at": pd.Series(days.isos(found["day"]), dtype="string"),
            "score": found["score"].astype(float),
            "detail": found["detail"],
        }
    )
    return frame[list(FINDING_COLUMNS)]
