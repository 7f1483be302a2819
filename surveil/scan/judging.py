"""What a detector decides of a firm: at once, or part by part where the firm is large."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from surveil.detectors.base import Decision, Detector, RankedInParts, items_of
from surveil.scan import findings
from surveil.scan.evidence import Judged
from surveil.scan.steps import Steps


def decisions(
    detector: Detector, parameters: Any, done: Steps, judged: Mapping[str, Judged], parts: int
) -> Iterator[Decision]:
    """The detector's decisions, one a part of the firm, each made when it is asked for.

    Args:
        done: holds the rows of the detector's models.
        judged: the detectors decided before, some of whose items it may listen to.
        parts: how many parts the firm has.
    """
    if parts == 1 or not detector.in_parts:
        yield _decision(detector, parameters, done, judged, None)
        return
    each = (_decision(detector, parameters, done, judged, part) for part in range(parts))
    if isinstance(detector, RankedInParts):
        yield findings.checked(detector, detector.together(list(each), parameters))
    else:
        yield from each


def _decision(
    detector: Detector, parameters: Any, done: Steps, judged: Mapping[str, Judged], part: int | None
) -> Decision:
    measured = done.measured(detector, part)
    heard = {
        items_of(name): _heard(judged[name], None if part is None else measured)
        for name in detector.listens
        if name in judged
    }
    return findings.checked(detector, detector.decide({**heard, **measured}, parameters))


def _heard(other: Judged, measured: Mapping[str, pd.DataFrame] | None) -> pd.DataFrame:
    """The items of another detector, with the details as they were; with what was measured of a part, only its accounts'."""
    items = other.decision.items
    if measured is not None:
        accounts = pd.concat([rows["account_id"] for rows in measured.values() if "account_id" in rows])
        items = items[items["account_id"].isin(accounts)]
    return items.assign(detail=[json.loads(text) for text in items["detail"]])
