"""What a run could examine and what not: which detectors ran, on how much, and why the rest is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from surveil.detectors.base import Decision, Detector, Gap
from surveil.feeds.snapshots import Snapshot
from surveil.scan.evidence import Kept


class Ran(StrEnum):
    YES = "run"
    NOT_RUN = "not run"
    FAILED = "failed"


@dataclass(frozen=True)
class Covered:
    """One line of the coverage report. `gaps` are the items that could not be judged."""

    detector: str
    name: str
    status: Ran
    reason: str = ""
    examined: int = 0
    found: int = 0
    tested: int = 0
    gaps: tuple[Gap, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "gaps": [_told(gap) for gap in self.gaps]}


def _told(gap: Gap) -> dict[str, Any]:
    named = {"people": list(gap.people)} if gap.people else {}
    return {"count": gap.count, "reason": gap.reason, **named}


def missing(detector: Detector, snapshot: Snapshot) -> str:
    """Why a detector cannot run on a snapshot, in words; empty where it can."""
    absent = [need for need in detector.needs if not _there(need, snapshot)]
    if not absent:
        return ""
    feeds = [n for n in absent if "." not in n]
    columns = [n for n in absent if "." in n]
    told = []
    if feeds:
        told.append(f"the feed{'s' if len(feeds) > 1 else ''} {', '.join(feeds)} {_was(feeds)} not provided")
    if columns:
        told.append(
            f"the column{'s' if len(columns) > 1 else ''} {', '.join(columns)} {_was(columns)} not provided"
        )
    return "; ".join(told)


def _was(names: list[str]) -> str:
    return "were" if len(names) > 1 else "was"


def _there(need: str, snapshot: Snapshot) -> bool:
    feed, _, column = need.partition(".")
    state = snapshot.feeds[feed]
    return state.present and (not column or column in state.columns)


def ran(detector: Detector, decision: Decision | Kept) -> Covered:
    """The line of a detector that ran. One that ran and could judge nothing says so."""
    nothing = decision.examined == 0
    return Covered(
        detector.id,
        detector.name,
        Ran.YES,
        "nothing could be examined" if nothing else "",
        decision.examined,
        decision.found,
        int(decision.tests["p_value"].notna().sum()),
        decision.gaps,
    )


def summary(lines: Mapping[str, Covered]) -> list[dict[str, Any]]:
    """The coverage report, JSON-ready, in the order of the detectors' ids."""
    return [lines[name].as_dict() for name in sorted(lines)]
