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
    def limits(self) -> tuple[str, ...]:
        """What a reader has to know of what the run looked at, in sentences."""
        parts, older, keyers, away = (
            int(self.coverage.get(name, 0)) for name in ("parts", "older", "keyers", "away")
        )
        told = []
        if older:
            told.append(
                f"Not judged: {older:,} account{'s' if older > 1 else ''} opened before {self.from_day}, as the extract "
                "seems to have only what is left of those years (judged, too, with: surveil scan --from DATE)."
            )
        if keyers:
            who = "1 person enters" if keyers == 1 else f"{keyers} people enter"
            told.append(
                f"{who} openings for others: these are judged as the work of whoever had the credit for them."
            )
        if away:
            were = "1 account was" if away == 1 else f"{away:,} accounts were"
            told.append(
                f"{were} opened under the log-in of somebody absent that day, and somebody else had the credit: judged as "
                "the work of whoever had it."
            )
        if parts:
            told.append(
                f"Judged in {parts} parts of many branches each, because the firm is large: "
                "each representative is compared with colleagues of the same part."
            )
        return tuple(told)


def gap_in_words(gap: Mapping[str, Any]) -> str:
    """Why items of a coverage report could not be judged, and with whom that lies where the reader may know it."""
    people = first_of(gap.get("people", ()))
    return f"{gap['reason']} ({people})" if people else str(gap["reason"])


def first_of(names: Sequence[str], most: int = 10) -> str:
    """Names as a sentence has them: the first ones, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
