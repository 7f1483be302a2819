"""An alert as a row: severity in word and shape, one sentence, and what a reviewer sorts his day by."""

from __future__ import annotations

from datetime import date, datetime

from dashboard.components.markup import Html, joined, tag, text
from dashboard.components.words import (
    FAMILY,
    SEVERITY,
    SEVERITY_SHAPE,
    STATUS,
    age,
    due,
    items,
    period,
    plural,
    subject,
)
from surveil.alerts.alert import Alert, Status
from surveil.alerts.model import Severity


def severity_chip(severity: Severity) -> Html:
    """Word and shape; the colour only repeats them."""
    return tag("span", f"{SEVERITY_SHAPE[severity]} {SEVERITY[severity]}", css=f"sv-chip sv-{severity.value}")


def chip(words: str, css: str = "") -> Html:
    return tag("span", words, css=f"sv-chip {css}".strip())


def chips(alert: Alert, today: date) -> Html:
    """Severity, score, status, due day and repeats."""
    found = [severity_chip(alert.severity)]
    if alert.score is not None:
        found.append(chip(f"Score {alert.score:.2f}"))
    if alert.status is not Status.OPEN:
        found.append(chip(STATUS[alert.status]))
    if due(alert, today):
        found.append(chip(due(alert, today), "sv-late" if alert.overdue(today) else ""))
    if alert.set_aside_until is not None and alert.set_aside_until > today:
        found.append(chip(f"set aside until {alert.set_aside_until}"))
    if alert.repeats > 1:
        found.append(chip(f"found by {plural(alert.repeats, 'scan')}"))
    if alert.previous_alert_id:
        found.append(chip("came back after closing"))
    return joined(found)


def row(alert: Alert, now: datetime, today: date, picked: bool, name_subject: bool) -> Html:
    """The row; `name_subject` says whom it is about where no heading above does."""
    about = [tag("b", text(subject(alert)))] if name_subject else []
    if alert.branch_id and name_subject:
        about.append(text(f"Branch {alert.branch_id}"))
    about += [
        text(f"{FAMILY[alert.family]} ({alert.detector})"),
        text(f"{items(alert.item_count)}{', ' + period(alert) if period(alert) else ''}"),
        text(f"raised {age(alert.first_seen, now)}"),
        text(f"with {alert.assignee}" if alert.assignee else "with nobody"),
    ]
    return tag(
        "div",
        chips(alert, today),
        tag("div", text(alert.reason), css="sv-reason"),
        tag("div", joined(about, " · "), css="sv-meta"),
        css="sv-row sv-picked" if picked else "sv-row",
    )
