"""What a scan saw, in the terms of a person: how fresh the data are, what was examined, what not and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveil.alerts.runs import RunRecord, gap_in_words


@dataclass(frozen=True)
class Examined:
    """One detector in one run. `status` is run, not run or failed; `gaps` are (items not judged, why)."""

    detector: str
    name: str
    status: str
    reason: str
    examined: int
    found: int
    tested: int
    gaps: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class FeedSeen:
    """One feed of the data a run saw; `rejected` rows over all loads, None where that is not known."""

    name: str
    present: bool
    rows: int
    rejected: int | None


@dataclass(frozen=True)
class RunSummary:
    """A run with what it could and could not examine."""

    run: RunRecord
    examined: tuple[Examined, ...]
    feeds: tuple[FeedSeen, ...]

    @property
    def rejected(self) -> int | None:
        """Rows refused in loading, over all feeds; None where it is not known of every feed that is there."""
        known = [feed.rejected for feed in self.feeds if feed.present]
        return None if not known or None in known else sum(count or 0 for count in known)

    def count(self, status: str) -> int:
        """How many detectors ended so."""
        return sum(line.status == status for line in self.examined)


def run_summary(run: RunRecord, loads_dir: Path) -> RunSummary:
    """Make the summary of a run; load reports under `loads_dir` tell what was rejected."""
    snapshot = run.manifest.get("snapshot", {})
    rejected = _rejected(loads_dir, snapshot.get("load"))
    feeds = tuple(
        FeedSeen(
            name,
            bool(state.get("present")),
            int(state.get("rows", 0)),
            None if rejected is None else rejected.get(name, 0),
        )
        for name, state in snapshot.get("feeds", {}).items()
    )
    return RunSummary(run, tuple(_examined(line) for line in run.coverage.get("detectors", ())), feeds)


def _examined(line: Mapping[str, Any]) -> Examined:
    return Examined(
        str(line["detector"]),
        str(line.get("name", "")),
        str(line.get("status", "")),
        str(line.get("reason", "")),
        int(line.get("examined", 0)),
        int(line.get("found", 0)),
        int(line.get("tested", 0)),
        tuple((int(gap["count"]), gap_in_words(gap)) for gap in line.get("gaps", ())),
    )


def _rejected(loads_dir: Path, last: int | None) -> dict[str, int] | None:
    """Rejected rows by feed in all loads up to that number; None where a report is missing or unreadable."""
    if last is None:
        return None
    counts: dict[str, int] = {}
    for number in range(1, last + 1):
        try:
            report = json.loads((loads_dir / f"{number:06d}" / "report.json").read_text(encoding="utf-8"))
            for feed in report["feeds"]:
                counts[feed["feed"]] = counts.get(feed["feed"], 0) + int(feed["rejected"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
    return counts
