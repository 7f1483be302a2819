"""What a detector decides of a firm: at once, or part by part where the firm is large."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from surveil.detectors.base import Decision, Detector, RankedInParts, items_of, verdicts_of
from surveil.scan import findings
from surveil.scan.evidence import Kept
from surveil.scan.steps import Steps


def shares_of(detector: Detector, parts: int) -> range:
    """The numbers of what can be decided apart: each part of the firm, unless the detector wants to see all at once."""
    return range(parts if detector.in_parts and not isinstance(detector, RankedInParts) else 1)


def decision(detector: Detector, parameters: Any, done: Steps, parts: int, share: int) -> Decision:
    """What a detector decides of a share of the firm.

    Args:
        done: holds the rows of the detector's models, and the decisions of the detectors it may listen to.
        parts: how many parts the firm has.
        share: one of `shares_of(detector, parts)`.
    """
    if parts == 1 or not detector.in_parts:
        return _decision(detector, parameters, done, None)
    if not isinstance(detector, RankedInParts):
        return _decision(detector, parameters, done, share)
    each = [_decision(detector, parameters, done, part) for part in range(parts)]
    return findings.checked(detector, detector.together(each, parameters))


def _decision(detector: Detector, parameters: Any, done: Steps, part: int | None) -> Decision:
    measured = done.measured(detector, part)
    heard = {
        items_of(name): _heard(done.decision(name), None if part is None else measured)
        for name in detector.listens
        if name in done.finished
    }
    tests = {verdicts_of(name): done.decision(name).tests for name in detector.hears if name in done.finished}
    return findings.checked(detector, detector.decide({**heard, **tests, **measured}, parameters))


def _heard(other: Kept, measured: Mapping[str, pd.DataFrame] | None) -> pd.DataFrame:
    """The items of another detector, with the details as they were; with what was measured of a part, only its accounts'."""
    if measured is None:
        items = other.items
    else:
        named = [rows["account_id"] for rows in measured.values() if "account_id" in rows]
        items = other.items_on(pd.concat(named))
    return items.assign(detail=[json.loads(text) for text in items["detail"]])
