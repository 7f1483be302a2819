"""The words of a case: where it stands, what has to be done, which clocks run, and what a customer answered."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date, timedelta

from surveil.alerts.clocks import Calendar


class CaseStatus(enum.StrEnum):
    OPEN = "open"
    PENDING_APPROVAL = "pending_approval"
    CLOSED = "closed"


class TaskState(enum.StrEnum):
    OPEN = "open"
    DONE = "done"
    NOT_NEEDED = "not_needed"


class ClockKind(enum.StrEnum):
    """A deadline that runs from a day. `label` is what a reader sees."""

    CONTAIN = "contain"
    ESCALATE = "escalate"
    RULE_4530_EVENT = "rule_4530_event"
    RULE_4530_CONCLUSION = "rule_4530_conclusion"
    FORM_U5 = "form_u5"
    CUSTOMER_ANSWER = "customer_answer"
    OTHER = "other"

    @property
    def label(self) -> str:
        return "Another deadline" if self is ClockKind.OTHER else _CLOCKS[self][0]


_CLOCKS: dict[ClockKind, tuple[str, int, bool]] = {
    ClockKind.CONTAIN: ("Stop what still does harm", 2, True),
    ClockKind.ESCALATE: ("Tell the next level", 5, True),
    ClockKind.RULE_4530_EVENT: ("FINRA Rule 4530(a): report an event the firm knows of", 30, False),
    ClockKind.RULE_4530_CONCLUSION: ("FINRA Rule 4530(b): report the firm's own conclusion", 30, False),
    ClockKind.FORM_U5: ("Form U5 after a termination", 30, False),
    ClockKind.CUSTOMER_ANSWER: ("Ask the customer again, or go on without an answer", 10, True),
}
"""Label, days, and whether they are business days. `OTHER` names its own last day."""


def clock_due(kind: ClockKind, started_on: date, calendar: Calendar) -> date:
    """The last day of a clock that starts on a day; the day itself is day nought.

    Raises:
        KeyError: the kind has no length of its own.
    """
    _, days, business = _CLOCKS[kind]
    if not business:
        return started_on + timedelta(days=days)
    return calendar.business_day_after(started_on, days)


class Channel(enum.StrEnum):
    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    BRANCH = "branch"


class Answer(enum.StrEnum):
    """What came back from a customer. Only what he said is evidence: no answer is not known, never a no."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    UNSURE = "unsure"
    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    UNDELIVERABLE = "undeliverable"

    @property
    def known(self) -> bool:
        """Whether the customer has said that he did, or did not, ask for it."""
        return self in (Answer.CONFIRMED, Answer.DENIED)


class Visit(enum.StrEnum):
    """Whether the visit or call on record took place, as the customer says."""

    TOOK_PLACE = "took_place"
    DID_NOT = "did_not"
    NOT_KNOWN = "not_known"


CHECKLISTS: Mapping[str, tuple[str, ...]] = {
    "unauthorized": (
        "Stop further openings and charges on the accounts concerned.",
        "Read the consents: who gave them, when, on which device.",
        "Compare the customer's contact data before and after the openings.",
        "Look who moved money in and out within the first weeks.",
        "Ask the customers, over contact data from before any change in question.",
        "Look for the same pattern in the branch and under the same manager.",
        "Establish fees, charges and credit inquiries to be put right.",
        "Decide whether FINRA Rule 4530 or Form U4/U5 asks for a report.",
        "Write down the cause and what is changed so that it does not happen again.",
    ),
    "sales": (
        "Read the file of each sale: recommendation, reason, alternatives, costs.",
        "Check licences and training on the day of the sale.",
        "Look at the pay and the goal of the period.",
        "Ask the customers what they wanted and understood.",
        "Decide whether FINRA Rule 4530 or Form U4/U5 asks for a report.",
        "Write down the cause and what is changed so that it does not happen again.",
    ),
    "report": (
        "Write down what was reported, without who reported it.",
        "Make sure that nobody concerned learns of the report.",
        "Look for alerts about the same people and branch.",
        "Decide who has to know, and by when.",
        "Write down the outcome and whom it was told.",
    ),
}
"""What to do, by kind of case; the firm adds its own steps to each case."""

SCRIPTS: Mapping[str, str] = {
    "account": (
        "We look at how accounts were opened. Our records show an account of the kind we name, opened on the day we name. "
        "Did you ask for it? Did you sign or agree to it? Were you at the branch, or was it on the phone or online?"
    ),
    "contact_change": (
        "Our records show that your contact details were changed on the day we name. Did you ask for this change?"
    ),
    "sale": (
        "Our records show a product bought on the day we name. Did you want it? What were you told about its costs, its "
        "risks and other choices?"
    ),
    "survey": (
        "Some days ago you were at one of our branches, or spoke to us. How was it? Was anything done that you did not "
        "ask for?"
    ),
}
"""Questions that neither accuse anybody nor suggest the answer."""
