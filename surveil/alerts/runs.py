"""A scan as it is kept beside its alerts: on what data, with what settings, how complete."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class RunStatus(enum.StrEnum):
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class RunRecord:
    """One scan. The same data, settings and version give the same `run_id`.

    Dates are ISO strings. `manifest` and `coverage` are JSON-ready; `failed_detectors` are ids, empty for a
    complete run.
    """

    run_id: str
    snapshot_id: str
    as_of: str
    version: str
    config_hash: str
    status: RunStatus
    from_day: str | None = None
    failed_detectors: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    coverage: Mapping[str, Any] = field(default_factory=dict)

    @property
    def judged_in_parts(self) -> str:
        """What a reader has to know of a firm that was judged in parts, as a sentence; empty where it was judged whole."""
        parts = int(self.coverage.get("parts", 1))
        if parts == 1:
            return ""
        return (
            f"Judged in {parts} parts of many branches each, because the firm is large: "
            "each representative is compared with colleagues of the same part."
        )


def gap_in_words(gap: Mapping[str, Any]) -> str:
    """Why items of a coverage report could not be judged, and with whom that lies where the reader may know it."""
    people = first_of(gap.get("people", ()))
    return f"{gap['reason']} ({people})" if people else str(gap["reason"])


def first_of(names: Sequence[str], most: int = 10) -> str:
    """Names as a sentence has them: the first ones, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
