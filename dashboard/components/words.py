"""The words of the screen: labels of closed vocabularies, and numbers, days and money as people write them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from dashboard.components import item_words
from surveil.alerts.alert import Alert, Source, Status
from surveil.alerts.cases import Answer, CaseStatus, Channel, Visit
from surveil.alerts.dispositions import Outcome
from surveil.alerts.model import Family, Severity, SubjectType
from surveil.alerts.people import Role
from surveil.alerts.supervision import Method, ReviewOutcome
from surveil.desk import Sort

SEVERITY_SHAPE = {Severity.CRITICAL: "◆", Severity.HIGH: "▲", Severity.MEDIUM: "●", Severity.LOW: "○"}
SEVERITY = {severity: severity.value.capitalize() for severity in Severity}
STATUS = {
    Status.OPEN: "Open",
    Status.IN_REVIEW: "In review",
    Status.PENDING_APPROVAL: "Waits for approval",
    Status.CLOSED: "Closed",
    Status.SUPPRESSED: "Held back",
}
FAMILY = {
    Family.UNAUTHORIZED: "Unauthorized accounts",
    Family.BURST: "Bursts around goals",
    Family.UNUSED: "Unused products",
    Family.COMPETENCE: "Competence",
    Family.OUTLIER: "Outliers",
    Family.CONTROL: "Controls",
}
SUBJECT = {
    SubjectType.REP: "Representative",
    SubjectType.BRANCH: "Branch",
    SubjectType.CUSTOMER: "Customer",
    SubjectType.ACCOUNT: "Account",
}
SOURCE = {
    Source.SCAN: "Scan",
    Source.HOT_LINE: "Hot line",
    Source.WHISTLE_BLOWER: "Whistle-blower",
    Source.CUSTOMER: "Customer",
    Source.REGULATOR: "Regulator",
    Source.OTHER: "Other report",
}
ROLE = {role: role.value.capitalize() for role in Role}
SORT = {
    Sort.URGENCY: "Most urgent",
    Sort.SCORE: "Highest score",
    Sort.DUE: "Due first",
    Sort.NEWEST: "Newest",
    Sort.CHANGED: "Changed last",
}
EVENT = {
    "alert.opened": "Raised by a scan",
    "alert.raised": "Raised by hand",
    "alert.returned": "Came back: it got worse after it was closed",
    "alert.repeated": "Found again by a scan",
    "alert.measured_again": "Measured again",
    "alert.taken": "Taken up",
    "alert.assigned": "Assigned",
    "alert.released": "Put back for anybody",
    "alert.set_aside": "Set aside until a day",
    "alert.undone": "Taken back",
    "alert.woken": "Open again: the accepted risk has ended",
    "alert.noted": "Note written",
    "alert.revealed": "Personal data looked at",
    "alert.proposed": "Decision proposed, waits for a second person",
    "alert.decided": "Decided",
    "alert.approved": "Decision approved",
    "alert.rejected": "Decision sent back",
    "alert.reopened": "Opened again",
    "alert.linked": "Put into a case",
    "alert.unlinked": "Taken out of a case",
    "alert.suppression_proposed": "Holding back asked for",
    "alert.suppression_approved": "Holding back approved",
    "alert.suppression_rejected": "Holding back turned down",
    "alert.suppression_ended": "Holding back ended",
    "alert.suppressed": "Held back",
    "alert.unsuppressed": "No longer held back",
    "case.opened": "Case opened",
    "case.given": "Case given to somebody",
    "case.checklist_added": "Checklist added",
    "case.task_added": "Step added",
    "case.task_settled": "Step settled",
    "case.task_given": "Step given to somebody",
    "case.clock_started": "Clock started",
    "case.clock_met": "Clock stopped: done",
    "case.noted": "Note written",
    "case.proposed": "Conclusion proposed, waits for a second person",
    "case.approved": "Conclusion approved, case closed",
    "case.rejected": "Conclusion sent back",
    "case.reopened": "Case opened again",
    "case.customer_asked": "Customer asked",
    "case.customer_answered": "Customer answered",
    "review.signed": "Review of a representative signed",
    "matter.opened": "Regulator's letter entered",
    "matter.assigned": "Item given to somebody",
    "matter.answered": "Item answered or changed",
    "matter.extended": "More time granted",
    "matter.changed": "Matter's particulars changed",
    "matter.recorded": "File edited by hand taken over",
    "quality.drawn": "Quality sample drawn",
    "quality.judged": "Judged blind",
    "threshold.proposed": "Threshold: change asked for",
    "threshold.approved": "Threshold: change approved",
    "threshold.rejected": "Threshold: change turned down",
    "user.delegated": "Stand-in named",
    "user.delegation_ended": "Stand-in ended",
    "user.handed_over": "Work handed over",
    "run.recorded": "Scan recorded",
    "run.completed": "Scan completed",
    "user.created": "User created",
    "user.changed": "User changed",
    "user.scope_set": "User's scope set",
    "user.password_set": "Password set",
    "user.signed_in": "Signed in",
    "user.session_began": "Stay at the desk begun",
    "user.session_ended": "Signed out",
    "user.sessions_ended": "Signed out everywhere",
    "view.saved": "View saved",
    "view.deleted": "View thrown away",
    "view.made_default": "View made the one to open on",
    "user.sign_in_refused": "Sign-in refused",
    "report.revealed": "Report written with names shown",
    "production.made": "Production made",
    "production.delivered": "Production handed over",
    "remediation.proposed": "Payments proposed, wait for a second person",
    "remediation.approved": "Payments approved",
    "remediation.rejected": "Payments turned down",
    "remediation.paid": "Payments made",
    "remediation.letters": "Letters to customers written",
}
CASE_STATUS = {
    CaseStatus.OPEN: "Open",
    CaseStatus.PENDING_APPROVAL: "Waits for approval",
    CaseStatus.CLOSED: "Closed",
}
ITEM_STATE = {
    "open": "nothing stated: as the data answer it",
    "told": "account or documents given",
    "answered": "answered",
    "answered_partial": "answered in part",
    "no_responsive_material": "nothing responsive, with the search",
    "objection": "objection",
    "privileged": "withheld as privileged",
}
CHANNEL = {
    Channel.PHONE: "by telephone",
    Channel.LETTER: "by letter",
    Channel.EMAIL: "by e-mail",
    Channel.BRANCH: "at a branch",
}
ANSWER = {
    Answer.CONFIRMED: "he asked for it",
    Answer.DENIED: "he did not ask for it",
    Answer.UNSURE: "he is not sure",
    Answer.DECLINED: "he does not want to say",
    Answer.NOT_REACHED: "not reached",
    Answer.UNDELIVERABLE: "came back undelivered",
}
VISIT = {Visit.TOOK_PLACE: "took place", Visit.DID_NOT: "did not take place", Visit.NOT_KNOWN: "not known"}
OUTCOME = {
    Outcome.BREACH: "breach",
    Outcome.USEFUL: "useful, no breach",
    Outcome.FALSE_ALARM: "false alarm",
    Outcome.UNDETERMINED: "undetermined",
    Outcome.ADMINISTRATIVE: "administrative",
}
METHOD = {
    Method.FILES_READ: "files read",
    Method.CONVERSATION: "talked with him",
    Method.BRANCH_VISIT: "branch visited",
    Method.FIGURES_ONLY: "figures only",
}
REVIEW_OUTCOME = {
    ReviewOutcome.NO_CONCERN: "no concern",
    ReviewOutcome.FOLLOW_UP: "a follow-up",
    ReviewOutcome.ESCALATED: "escalated",
}
STRATUM = {
    "closed": "alerts closed",
    "suppressed": "alerts held back",
    "below_line": "people just below the line",
}
CHECKLIST = {
    "unauthorized": "Accounts that nobody asked for",
    "sales": "Sales that do not fit",
    "report": "A report from inside or outside",
}
SCRIPT = {
    "account": "Did you ask for this account?",
    "contact_change": "Did you ask for this change?",
    "sale": "Did you want this product?",
    "survey": "How was your visit?",
}
EVIDENCE_UNIT = {"-log10 p": "powers of ten of chance", "log-likelihood": "log-likelihood (these add up)"}


def event(action: str) -> str:
    """What happened, in words; an event of a later version by its own name."""
    return EVENT.get(action, action.replace(".", ": ").replace("_", " "))


def field(name: str) -> str:
    """A column's name as a person would write it."""
    for ending in ("_cents", "_ppm"):
        name = name.removesuffix(ending)
    return name.replace("_", " ").strip().capitalize() or "(no name)"


def number(value: float | None) -> str:
    """A measured number: whole ones without, others with as many decimals as they deserve."""
    if value is None or not math.isfinite(value):
        return "not known"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) < 0.01:
        return "nearly 0"
    return f"{value:,.{1 if abs(value) >= 10 else 2}f}"


def span(low: float, high: float) -> str:
    """From one number to another, neither below nothing."""
    return "practically none" if high < 0.01 else f"{number(low)} to {number(high)}"


def chance(value: float | None) -> str:
    """A probability as people say it: 1 in so many where it is small."""
    if value is None:
        return "not tested"
    if value < 1e-12:
        return "less than 1 in a trillion"
    return f"1 in {round(1 / value):,}" if value < 0.05 else f"{value:.2f}"


def percent(share: float | None) -> str:
    """A share as a percentage."""
    if share is not None and 0 < share < 0.0001:
        return "less than 0.01 %"
    if share is None:
        return "not known"
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    return f"{100 * share:.2f} %" if share < 0.1 else f"{100 * share:.1f} %"


def moment(value: datetime | str) -> str:
    """A moment in UTC, to the minute."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at:%Y-%m-%d %H:%M} UTC"


def age(since: datetime, now: datetime) -> str:
    """How long ago."""
    passed = now - since
    if passed < timedelta(hours=1):
        return "just now"
    if passed < timedelta(days=1):
        return _count(passed // timedelta(hours=1), "hour") + " ago"
    return _count(passed.days, "day") + " ago"


def due(alert: Alert, today: date) -> str:
    """When the alert is due, seen from today; empty once it is closed."""
    if alert.status is Status.CLOSED:
        return ""
    return days_left(alert.due_on, today)


def days_left(last: date, today: date) -> str:
    """How many days are left until a last day, or how late it is."""
    left = (last - today).days
    if left < 0:
        return f"{_count(-left, 'day')} late"
    return "due today" if left == 0 else f"{_count(left, 'day')} left"


def days(count: float | None) -> str:
    """A number of days, which may be a fraction."""
    if count is None or count >= 1:
        return "not known" if count is None else f"{number(count)} {'day' if count == 1 else 'days'}"
    hours = int(24 * count)
    return plural(hours, "hour") if hours else "less than an hour"


def items(count: int) -> str:
    """The items of an alert; one about a rate as a whole may rest on what other detectors list."""
    return _count(count, "item") if count else "no items of its own"


def _count(count: int, noun: str) -> str:
    several = "people" if noun == "person" else f"{noun}s"
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {several}"


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return _count(count, noun)


def subject(alert: Alert) -> str:
    return f"{SUBJECT[alert.subject_type]} {alert.subject_id}"


def period(alert: Alert) -> str:
    """The days an alert is about; empty where it names none."""
    if not alert.period_start and not alert.period_end:
        return ""
    return f"{alert.period_start or '…'} to {alert.period_end or '…'}"


def measured(name: str, value: Any) -> str:
    """A value out of a finding's details, by the ending of its name: cents as money, days since 1970 as dates."""
    if value is None or value == "":
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and math.isfinite(value):
        if name in item_words.YES_OR_NO and value in (0, 1):
            return "yes" if value else "no"
        if name.endswith("_tod"):
            return f"{int(value) // 3600:02d}:{int(value) % 3600 // 60:02d}"
        if name.endswith("_cents") or name in ("cents", "liquid_net_worth"):
            return f"{value / 100:,.2f}"
        if name.endswith("_ppm"):
            return percent(value / 1_000_000)
        if name.endswith("_share"):
            return percent(value)
        if name == "day" or (name.endswith("_day") and 0 < value < 100_000):
            return (date(1970, 1, 1) + timedelta(days=int(value))).isoformat()
        return number(float(value))
    if isinstance(value, Mapping):
        return details(value)
    if isinstance(value, list | tuple):
        return ", ".join(item_words.value(name, str(part)) for part in value)
    return item_words.value(name, str(value))


def details(values: Mapping[str, Any]) -> str:
    """What a detector measured on one item, as one line."""
    return " · ".join(
        f"{item_words.label(name) or field(name)}: {measured(name, value)}"
        for name, value in sorted(values.items())
    )
