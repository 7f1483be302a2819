"""When a new scan finds what is known already: the same alert, or one that got worse and comes back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from surveil.alerts.model import Severity

WORSE_SCORE = 0.10
"""A score this much above the one decided on brings a closed alert back."""
WORSE_ITEMS_RATIO = 1.25
WORSE_ITEMS_MORE = 2
"""So do items that grew by this ratio and by at least this many."""


@dataclass(frozen=True)
class Measured:
    """How bad it looked in one scan."""

    severity: Severity
    score: float | None
    item_count: int


def alert_id(fingerprint: str, generation: int) -> str:
    """The name of an alert: the same fingerprint and generation always give the same one."""
    digest = hashlib.sha256(f"{fingerprint}|{generation}".encode()).hexdigest()
    return f"A-{digest[:12]}"


def clearly_worse(decided_on: Measured, now: Measured) -> bool:
    """Whether what was closed has to be looked at again.

    Compared with what the decision was made on, not with the scan before, so that slow growth adds up.
    """
    if now.severity.rank > decided_on.severity.rank:
        return True
    if now.score is not None and now.score >= (decided_on.score or 0.0) + WORSE_SCORE:
        return True
    more = now.item_count - decided_on.item_count
    return more >= WORSE_ITEMS_MORE and now.item_count >= decided_on.item_count * WORSE_ITEMS_RATIO
