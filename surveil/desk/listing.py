"""Alerts and decisions as lists, for exports and reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from surveil.alerts.alert import Action, Alert
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.desk.alert_page import DecisionView, decision_view
from surveil.store import DeskSession
from surveil.store.mapping import alert_of
from surveil.store.plain import moment_text
from surveil.store.tables import AlertRow, DecisionRow

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
    return [exported(alert) for alert in alerts(session, user, since)]


def exported(alert: Alert) -> dict[str, Any]:
    """One alert as it is exported."""
    fields = {name: getattr(alert, name) for name in EXPORT_FIELDS}
    return fields | {
        "family": alert.family.value,
        "severity": alert.severity.value,
        "subject_type": alert.subject_type.value,
        "status": alert.status.value,
        "interval": list(alert.interval) if alert.interval else None,
        "first_seen": moment_text(alert.first_seen),
        "last_seen": moment_text(alert.last_seen),
    }


def decisions(session: DeskSession, user: User) -> list[DecisionView]:
    """All decisions about alerts the user may see, oldest first; only those with state `final` stand."""
    session.narrow(user)
    demand(user, Action.READ)
    query = select(DecisionRow).order_by(DecisionRow.decided_at, DecisionRow.decision_id)
    return [decision_view(row) for row in session.scalars(query)]
