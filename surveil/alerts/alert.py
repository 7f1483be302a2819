"""An alert under review: what was measured, and where the review stands."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import Driver, Family, Peers, Severity, SubjectType
from surveil.alerts.people import Role


class Status(enum.StrEnum):
    """Where the review of an alert stands."""

    OPEN = "open"
    """Nobody has taken it up yet."""
    IN_REVIEW = "in_review"
    """Somebody works on it."""
    PENDING_APPROVAL = "pending_approval"
    """Decided; a second person has not approved yet."""
    CLOSED = "closed"
    SUPPRESSED = "suppressed"
    """Held back by an approved suppression, counted, and open again when that ends or it gets worse."""


class Source(enum.StrEnum):
    """Where an alert comes from."""

    SCAN = "scan"
    HOT_LINE = "hot_line"
    WHISTLE_BLOWER = "whistle_blower"
    CUSTOMER = "customer"
    REGULATOR = "regulator"
    OTHER = "other"


class Action(enum.StrEnum):
    """What a person may ask for."""

    READ = "read"
    ASSIGN = "assign"
    TAKE = "take"
    RELEASE = "release"
    SET_ASIDE = "set_aside"
    NOTE = "note"
    DECIDE = "decide"
    APPROVE = "approve"
    REJECT = "reject"
    REOPEN = "reopen"
    SUPPRESS = "suppress"
    REVEAL = "reveal"
    LINK_CASE = "link_case"
    RAISE = "raise"
    TUNE = "tune"
    SAMPLE = "sample"
    ANSWER = "answer"
    """Say what the firm answers to a regulator's letter."""
    MANAGE_USERS = "manage_users"


@dataclass(frozen=True)
class Alert:
    """The values that queue, page, paper and export show alike; interface.md says what each means.

    `severity` is the highest measured while the alert was under review. `run_id` is the scan that gave the
    measured values; it and `score` are None for an alert raised by hand. `repeats` counts the scans that
    found it. `generation` is 1 for the first alert of its fingerprint; `previous_alert_id` is the closed
    alert that this one continues. `decided_by` is whose decision stands or waits for approval, `decided_for` on
    whose behalf; `accepted_until` is the last day of an accepted risk. `locked_by` works on it until
    `locked_until`; until `set_aside_until` the queue's first look leaves it out.
    """

    alert_id: str
    detector: str
    version: str
    family: Family
    typology: str
    severity: Severity
    score: float | None
    subject_type: SubjectType
    subject_id: str
    rep_id: str | None
    branch_id: str | None
    period_start: str | None
    period_end: str | None
    observed: float | None
    expected: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    q_value: float | None
    reason: str
    item_count: int
    status: Status
    run_id: str | None
    first_seen: datetime
    last_seen: datetime
    repeats: int
    generation: int
    previous_alert_id: str | None
    assignee: str | None
    due_on: date
    disposition: Disposition | None
    decided_by: str | None
    decided_by_role: Role | None
    source: Source
    row_version: int
    updated_at: datetime
    drivers: tuple[Driver, ...]
    peers: Peers | None
    explanations: tuple[str, ...]
    locked_by: str | None = None
    locked_until: datetime | None = None
    set_aside_until: date | None = None
    decided_for: str | None = None
    accepted_until: date | None = None
    suppression_id: str | None = None

    @property
    def people(self) -> frozenset[str]:
        """The representatives this alert is about."""
        own = {self.subject_id} if self.subject_type is SubjectType.REP else set()
        return frozenset(own | ({self.rep_id} if self.rep_id else set()))

    def held_by_another(self, name: str, now: datetime) -> bool:
        """Whether somebody else has locked the alert and his time is not over."""
        return self.locked_until is not None and self.locked_until > now and self.locked_by != name

    def overdue(self, today: date) -> bool:
        return self.status is not Status.CLOSED and today > self.due_on
