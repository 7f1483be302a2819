"""The closed vocabulary of outcomes of a review, and what a note must be to stand beside one."""

from __future__ import annotations

import enum
import unicodedata

from surveil.alerts.errors import Unacceptable

NOTE_MIN_LETTERS = 15
NOTE_MAX_CHARACTERS = 20_000


class Outcome(enum.StrEnum):
    """What dispositions add up to when a detector's usefulness is measured."""

    BREACH = "breach"
    USEFUL = "useful"
    FALSE_ALARM = "false_alarm"
    UNDETERMINED = "undetermined"
    ADMINISTRATIVE = "administrative"


class Disposition(enum.StrEnum):
    """Recorded outcome of an alert. `outcome` groups them, `label` is what a reviewer reads."""

    CONFIRMED_UNAUTHORIZED = "confirmed_unauthorized"
    CONFIRMED_UNSUITABLE = "confirmed_unsuitable"
    CONFIRMED_OUT_OF_COMPETENCE = "confirmed_out_of_competence"
    POLICY_BREACH_OTHER = "policy_breach_other"
    USEFUL_NO_BREACH = "useful_no_breach"
    FALSE_POSITIVE_EXPLAINED = "false_positive_explained"
    FALSE_POSITIVE_DATA_ERROR = "false_positive_data_error"
    CANNOT_RULE_OUT = "cannot_rule_out"
    ACCEPTED_RISK = "accepted_risk"
    DUPLICATE = "duplicate"
    ESCALATED = "escalated"

    @property
    def outcome(self) -> Outcome:
        return _MEANING[self][0]

    @property
    def label(self) -> str:
        return _MEANING[self][1]


_MEANING: dict[Disposition, tuple[Outcome, str]] = {
    Disposition.CONFIRMED_UNAUTHORIZED: (Outcome.BREACH, "Confirmed: done without the customer's authority"),
    Disposition.CONFIRMED_UNSUITABLE: (Outcome.BREACH, "Confirmed: not suitable for the customer"),
    Disposition.CONFIRMED_OUT_OF_COMPETENCE: (Outcome.BREACH, "Confirmed: sold without the registration"),
    Disposition.POLICY_BREACH_OTHER: (Outcome.BREACH, "Confirmed: another breach of policy"),
    Disposition.USEFUL_NO_BREACH: (Outcome.USEFUL, "Worth looking at, no breach"),
    Disposition.FALSE_POSITIVE_EXPLAINED: (Outcome.FALSE_ALARM, "False alarm: innocent explanation"),
    Disposition.FALSE_POSITIVE_DATA_ERROR: (Outcome.FALSE_ALARM, "False alarm: the data were wrong"),
    Disposition.CANNOT_RULE_OUT: (Outcome.UNDETERMINED, "Neither confirmed nor ruled out"),
    Disposition.ACCEPTED_RISK: (Outcome.USEFUL, "Known and accepted until a day; comes back by itself"),
    Disposition.DUPLICATE: (Outcome.ADMINISTRATIVE, "Duplicate of another alert"),
    Disposition.ESCALATED: (Outcome.ADMINISTRATIVE, "Escalated: goes on in a case"),
}


def checked_note(text: str, purpose: str = "note") -> str:
    """The note as it is kept: composed form (NFC), outer blanks off.

    Raises:
        Unacceptable: it says too little to stand as a reason, or is too long to be read.
    """
    note = unicodedata.normalize("NFC", text).strip()
    if sum(character.isalnum() for character in note) < NOTE_MIN_LETTERS:
        raise Unacceptable(
            f"The {purpose} is too short: say in at least {NOTE_MIN_LETTERS} letters "
            "what was looked at and why."
        )
    if len(note) > NOTE_MAX_CHARACTERS:
        raise Unacceptable(
            f"The {purpose} has {len(note)} characters; at most {NOTE_MAX_CHARACTERS} are kept. "
            "Attach the long text to a case."
        )
    return note
