"""What detectors measure on single items, as people say it: labels of the fields, and values of closed lists."""

from __future__ import annotations

import re

YES_OR_NO = frozenset({
    "at_night", "away", "before_survey", "booked_after", "busy_device", "came_back", "chained", "copied", "credit_need",
    "employee", "emptied", "false_value", "firm", "first_odd", "gone", "impossible", "knock_on", "late", "never_used",
    "not_met", "odd_address", "odd_device", "opener", "packed_hour", "placeholder", "refused_to_opener", "rush",
    "solicited", "staff_place", "traced", "unanswered", "undone", "with_account",
})  # fmt: skip
"""What detectors measure as 0 or 1."""
_FIELD = {
    "age_days": "Age in days",
    "applied_left": "Business days left when it was signed",
    "booked_after": "Booked after the account or sale",
    "cents": "Amount",
    "charged_account_id": "Account charged",
    "charged_cents": "Charged to this account in all",
    "covered_days": "Days that the extract of consents covers since",
    "days_held": "Held for, in days",
    "document_households": "Households on this document",
    "earlier_account_id": "Earlier account",
    "earlier_credited_to": "Earlier one credited to",
    "earlier_lived_days": "Earlier one open for, in days",
    "earlier_closed_by": "Earlier one closed by",
    "employee": "An employee's",
    "expected": "Poor ones expected",
    "firm": "The firm's",
    "first_odd": "First of this leave or night",
    "firm_households": "Households of the whole firm on it",
    "first_use_days": "First used after, in days",
    "gap_days": "Days between the two",
    "horizon_days": "Horizon in days",
    "households": "Unrelated households on it by this opener",
    "judged": "Accounts that can be judged",
    "knock_on": "Knock-on charge",
    "lag": "Business days until it was opened",
    "lag_days": "Consent after, in days",
    "late_hours": "Consent after, in hours",
    "leg_account_id": "Account of this leg",
    "lived_days": "Open for, in days",
    "log_likelihood_ratio": "Log-likelihood ratio",
    "members": "Members of the ring",
    "open_days": "Open for, in days",
    "opened_tod": "Opened at",
    "opener": "The opener's",
    "period_last_day": "Last day of the period",
    "phrase": "Phrase of the word list (/ or, * any ending, … words between)",
    "place_households": "Households on that device or network address",
    "poor": "Poor ones among them",
    "product_code": "Product",
    "quota_id": "Goal",
    "refunded_cents": "Refunded of it",
    "replaces_sale_id": "Replaces sale",
    "requires": "The product requires (each)",
    "reverts": "Takes back change",
    "same_held": "Held of the same product",
    "seen_days": "Seen for, in days",
    "to_rep_id": "Referred to",
    "traced": "A contact with the customer on record",
    "undone_after_days": "Undone after, in days",
    "unmet": "Requirements not met",
    "with_account": "Opened with its account",
}
"""Names of measured values that do not speak for themselves."""
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")


def label(name: str) -> str | None:
    """What a measured value is called; None where its column's name says it."""
    return _FIELD.get(name)


def value(name: str, text: str) -> str:
    """A measured text: codes such as `no_show`, a product's requirement and the pattern of a word list in words."""
    if name == "requires":
        return text.replace("|", " or ").replace(";", ", ")
    if name == "phrase":
        return re.sub(r"\s*\.\.\.\d+\s*", " … ", text).replace("|", "/")
    return text.replace("_", " ") if _CODE.fullmatch(text) else text
