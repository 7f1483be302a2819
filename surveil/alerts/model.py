"""The nouns of review: what a scan finds and hands over. Imports no framework."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How urgent an alert is; ordered by `rank`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Family(enum.StrEnum):
    UNAUTHORIZED = "unauthorized"
    BURST = "burst"
    UNUSED = "unused"
    COMPETENCE = "competence"
    OUTLIER = "outlier"
    CONTROL = "control"


class SubjectType(enum.StrEnum):
    REP = "rep"
    BRANCH = "branch"
    CUSTOMER = "customer"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Driver:
    """One reason behind a score. `contribution` counts in `unit`: -log10(p), or log-likelihood."""

    name: str
    contribution: float
    text: str
    unit: str = "-log10 p"


@dataclass(frozen=True)
class Peers:
    """Whom a subject was compared with: how many peers (`n`), on how many items of theirs, and their rate."""

    n: int
    items: int
    rate: float | None
    described: str


@dataclass(frozen=True)
class AlertDraft:
    """An alert as a scan proposes it, before review. Dates are ISO strings."""

    detector: str
    version: str
    family: Family
    typology: str
    severity: Severity
    score: float
    subject_type: SubjectType
    subject_id: str
    reason: str
    item_count: int
    rep_id: str | None = None
    branch_id: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    observed: float | None = None
    expected: float | None = None
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    q_value: float | None = None
    drivers: tuple[Driver, ...] = ()
    peers: Peers | None = None
    explanations: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What makes two scans' alerts the same alert: the detector and the subject."""
        return f"{self.detector}|{self.subject_type}|{self.subject_id}"
