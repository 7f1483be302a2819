"""A scan as it is kept beside its alerts: on what data, with what settings, how complete."""

from __future__ import annotations

import enum
from collections.abc import Mapping
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
