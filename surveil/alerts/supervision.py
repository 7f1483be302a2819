"""A supervisor's review of one of his people: which periods there are, when it is due, and in which words it is told."""

from __future__ import annotations

import enum
from datetime import date, timedelta

REVIEW_WITHIN_DAYS = 30
"""Calendar days after a quarter in which its review is signed."""


class Method(enum.StrEnum):
    """How a review was made."""

    FILES_READ = "files_read"
    CONVERSATION = "conversation"
    BRANCH_VISIT = "branch_visit"
    FIGURES_ONLY = "figures_only"


class ReviewOutcome(enum.StrEnum):
    NO_CONCERN = "no_concern"
    FOLLOW_UP = "follow_up"
    ESCALATED = "escalated"


def quarter_of(day: date) -> tuple[date, date]:
    """First and last day of the calendar quarter of a day."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    following = date(day.year + (first.month == 10), (first.month + 3 - 1) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def last_quarter(today: date) -> tuple[date, date]:
    """The quarter that was over last."""
    return quarter_of(quarter_of(today)[0] - timedelta(days=1))


def review_due(period_end: date) -> date:
    return period_end + timedelta(days=REVIEW_WITHIN_DAYS)
