"""Known and explained patterns that a scan should not bring up again, for a while and up to a limit."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime

from surveil.alerts.model import Severity, SubjectType
from surveil.alerts.recurrence import Measured, clearly_worse

SUPPRESS_MAX_DAYS = 180
BRANCH_CEILING = Severity.MEDIUM
"""What is above it comes through a suppression of a whole branch, always."""


class Scope(enum.StrEnum):
    """What a suppression is for: one detector, and one subject or everybody in one branch."""

    SUBJECT = "subject"
    BRANCH = "branch"


class SuppressionState(enum.StrEnum):
    PROPOSED = "proposed"
    ACTIVE = "active"
    REJECTED = "rejected"
    ENDED = "ended"
    """Its day is over, or somebody ended it earlier."""


@dataclass(frozen=True)
class Suppression:
    """One suppression. `alert_id` is the alert it was made from, `seen` how bad that looked then; `hits` counts how
    often scans have found what it holds back, `held` the alerts it holds back now.
    """

    suppression_id: str
    alert_id: str
    detector: str
    scope: Scope
    subject_type: SubjectType
    subject_id: str
    branch_id: str | None
    seen: Measured
    reason: str
    expires_on: date
    state: SuppressionState
    proposed_by: str
    proposed_for: str | None
    proposed_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None
    hits: int = 0
    held: int = 0

    def covers(
        self,
        detector: str,
        subject: tuple[SubjectType, str],
        branch_id: str | None,
        now_measured: Measured,
        today: date,
    ) -> bool:
        """Whether it holds back what a scan found: still in force, for this, and not worse than it was made for."""
        if self.state is not SuppressionState.ACTIVE or today > self.expires_on or detector != self.detector:
            return False
        if self.scope is Scope.SUBJECT:
            return subject == (self.subject_type, self.subject_id) and not clearly_worse(
                self.seen, now_measured
            )
        ceiling = min(self.seen.severity.rank, BRANCH_CEILING.rank)
        return branch_id is not None and branch_id == self.branch_id and now_measured.severity.rank <= ceiling
