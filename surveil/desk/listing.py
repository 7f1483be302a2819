"""Alerts and decisions as lists, for exports and reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from surveil.alerts.alert import Action, Alert
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.desk.alert_page import DecisionView, decision_view
from surveil.detectors.registry import detectors
from surveil.store import DeskSession
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertHitRow, AlertRow, DecisionRow, RunRow

EXPORT_FIELDS = (
    "alert_id",
    "detector",
    "version",
    "family",
    "typology",
    "severity",
    "score",
    "subject_type",
    "subject_id",
    "rep_id",
    "branch_id",
    "period_start",
    "period_end",
    "observed",
    "expected",
    "interval",
    "p_value",
    "q_value",
    "reason",
    "item_count",
    "status",
    "run_id",
    "first_seen",
    "last_seen",
)
"""The promised fields of an exported alert, in their order."""


def alerts(session: DeskSession, user: User, since: datetime | None = None) -> list[Alert]:
    """All alerts the user may see, the highest score first; with `since`, those changed at or after that
    moment.
    """
    session.narrow(user)
    demand(user, Action.READ)
    query = select(AlertRow).order_by(AlertRow.score.desc().nulls_last(), AlertRow.alert_id)
    if since is not None:
        query = query.where(AlertRow.updated_at >= since)
    return [alert_of(row) for row in session.scalars(query)]


def export_alerts(session: DeskSession, user: User, since: datetime | None = None) -> list[dict[str, Any]]:
    """Alerts as `surveil alerts --format jsonl` writes them: JSON-ready, the fields of EXPORT_FIELDS in
    order.
    """
    found = alerts(session, user, since)
    seen = _days_seen(session)
    return [_exported(alert, seen.get(alert.alert_id)) for alert in found]


def _days_seen(session: DeskSession) -> dict[str, tuple[str, str]]:
    """The first and the last day as of which a scan raised each alert, as ISO dates."""
    days = (
        select(AlertHitRow.alert_id, func.min(RunRow.as_of), func.max(RunRow.as_of))
        .join(RunRow, RunRow.run_id == AlertHitRow.run_id)
        .group_by(AlertHitRow.alert_id)
    )
    return {alert_id: (first, last) for alert_id, first, last in session.execute(days)}


def _exported(alert: Alert, seen: tuple[str, str] | None) -> dict[str, Any]:
    """One alert as it is exported. Its days are those of the data, not of the clock, so that the same data gives the
    same file on every machine; an alert that a person raised has only the clock.
    """
    first, last = seen or (alert.first_seen.date().isoformat(), alert.last_seen.date().isoformat())
    fields = {name: getattr(alert, name) for name in EXPORT_FIELDS}
    detector = detectors().get(alert.detector)
    if detector is not None and detector.rule:  # a breach of a rule is one whatever chance says
        fields |= {"p_value": None, "q_value": None}
    return fields | {
        "family": alert.family.value,
        "severity": alert.severity.value,
        "subject_type": alert.subject_type.value,
        "status": alert.status.value,
        "interval": list(alert.interval) if alert.interval else None,
        "first_seen": first,
        "last_seen": last,
    }


def decisions(session: DeskSession, user: User) -> list[DecisionView]:
    """All decisions about alerts the user may see, oldest first; only those with state `final` stand."""
    session.narrow(user)
    demand(user, Action.READ)
    query = select(DecisionRow).order_by(DecisionRow.decided_at, DecisionRow.decision_id)
    return [decision_view(row) for row in session.scalars(query)]
