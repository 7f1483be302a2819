"""Findings: one row per item behind an alert, in the columns that are promised."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from surveil.alerts.model import AlertDraft
from surveil.detectors.base import ITEM_COLUMNS, TEST_COLUMNS, Decision, Detector
from surveil.engine import days

FINDING_COLUMNS = (
    "finding_id", "run_id", "alert_id", "detector", "feed", "key",
    "rep_id", "customer_id", "account_id", "at", "score", "detail",
)  # fmt: skip


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


def items(judged: Mapping[str, object], drafts: Sequence[AlertDraft]) -> pd.DataFrame:
    """All detectors' items, with the detector and the fingerprint of the alert they stand behind (None: none)."""
    alerted = {draft.fingerprint for draft in drafts}
    frames = []
    for name, j in judged.items():
        detector, decision = j.detector, j.decision  # type: ignore[attr-defined]
        rows = decision.items
        if rows.empty:
            continue
        voice = detector.supports or detector.id
        prints = [f"{voice}|{detector.subject}|{subject}" for subject in rows["subject_id"]]
        frames.append(rows.assign(detector=name, fingerprint=[p if p in alerted else None for p in prints]))
    if not frames:
        return pd.DataFrame(columns=[*ITEM_COLUMNS, "detector", "fingerprint"])
    return pd.concat(frames, ignore_index=True)


def table(found: pd.DataFrame, run_id: str, alert_ids: Mapping[str, str]) -> pd.DataFrame:
    """Items as findings, columns `FINDING_COLUMNS`, sorted by detector and key; all text but `score`."""
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
            "alert_id": pd.Series([alert_ids.get(p) for p in found["fingerprint"]], dtype="string"),
            "detector": found["detector"].astype("string"),
            **text,
            "at": pd.Series(days.isos(found["day"]), dtype="string"),
            "score": found["score"].astype(float),
            "detail": [
                json.dumps(d, sort_keys=True, ensure_ascii=False, default=int) for d in found["detail"]
            ],
        }
    )
    return frame[list(FINDING_COLUMNS)].sort_values(["detector", "feed", "key"], ignore_index=True)
