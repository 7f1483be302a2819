"""One alert with all that is known of its review: the values that screen and paper show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from surveil.alerts.alert import Action, Alert
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import Severity
from surveil.alerts.people import User
from surveil.alerts.policy import Allowed, Refused, may
from surveil.alerts.runs import RunRecord
from surveil.desk.access import find_alert
from surveil.desk.runs import run_for
from surveil.store import DeskSession
from surveil.store.audit import Event, history
from surveil.store.mapping import alert_of
from surveil.store.tables import (
    AlertHitRow,
    AlertNoteRow,
    AlertRow,
    CaseAlertRow,
    CaseRow,
    DecisionRow,
    RunRow,
)

_RELATED_MAX = 50
_RECORD = {"alert": "alert", "case": "review_case"}
_UNTOLD = frozenset({"row_version", "updated_at", "last_seen", "severity_rank", "taken_at"})
"""Fields that change with every event and tell a reader nothing."""


@dataclass(frozen=True)
class Change:
    """One field of the alert before and after an event; None where it was empty."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class HistoryEntry:
    """One event of the audit trail about this alert."""

    seq: int
    at: str
    actor: str
    action: str
    reason: str | None
    details: Mapping[str, Any]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class DecisionView:
    """A decision; `state` is pending, final, rejected or withdrawn, `seen_…` is what it was made on, `decided_for` on
    whose behalf, `accepted_until` the last day of an accepted risk.
    """

    alert_id: str
    disposition: Disposition
    note: str
    duplicate_of: str | None
    state: str
    decided_by: str
    decided_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None
    seen_severity: Severity
    seen_score: float | None
    seen_item_count: int
    seen_run_id: str | None
    decided_for: str | None = None
    accepted_until: date | None = None


@dataclass(frozen=True)
class Note:
    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True)
class Hit:
    """What one scan measured, for the trend."""

    run_id: str
    as_of: str
    seen_at: datetime
    severity: Severity
    score: float
    observed: float | None
    expected: float | None
    item_count: int


@dataclass(frozen=True)
class CaseReference:
    case_id: str
    title: str
    status: str


@dataclass(frozen=True)
class AlertView:
    """All about one alert. `allowed` says for every action whether this user may take it now, else why
    not.
    """

    alert: Alert
    run: RunRecord | None
    decisions: tuple[DecisionView, ...]
    notes: tuple[Note, ...]
    hits: tuple[Hit, ...]
    cases: tuple[CaseReference, ...]
    related: tuple[Alert, ...]
    history: tuple[HistoryEntry, ...]
    allowed: Mapping[Action, Allowed | Refused]


def alert_view(session: DeskSession, user: User, alert_id: str, now: datetime | None = None) -> AlertView:
    """Everything about one alert, as this user may see it; with `now`, what others have locked is not allowed.

    Raises:
        NotFound: there is no such alert, or not for him.
        NotAllowed: he may not look at alerts.
    """
    row = find_alert(session, user, alert_id)
    alert = alert_of(row)
    run = session.get(RunRow, alert.run_id) if alert.run_id else None
    return AlertView(
        alert=alert,
        run=run_for(user, run) if run else None,
        decisions=tuple(_decisions(session, alert_id)),
        notes=tuple(_notes(session, alert_id)),
        hits=tuple(_hits(session, alert_id)),
        cases=tuple(_cases(session, alert_id)),
        related=tuple(_related(session, alert)),
        history=tuple(told_event(event) for event in history(session, "alert", alert_id)),
        allowed={action: may(user, action, alert, now) for action in Action},
    )


def decision_view(row: DecisionRow) -> DecisionView:
    """The decision in a row."""
    return DecisionView(
        alert_id=row.alert_id,
        disposition=Disposition(row.disposition),
        note=row.note,
        duplicate_of=row.duplicate_of,
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        review_note=row.review_note,
        seen_severity=Severity(row.seen_severity),
        seen_score=row.seen_score,
        seen_item_count=row.seen_item_count,
        seen_run_id=row.seen_run_id,
        decided_for=row.decided_for,
        accepted_until=row.accepted_until,
    )


def _decisions(session: DeskSession, alert_id: str) -> Iterator[DecisionView]:
    query = select(DecisionRow).where(DecisionRow.alert_id == alert_id)
    for row in session.scalars(query.order_by(DecisionRow.decided_at, DecisionRow.decision_id)):
        yield decision_view(row)


def _notes(session: DeskSession, alert_id: str) -> Iterator[Note]:
    query = select(AlertNoteRow).where(AlertNoteRow.alert_id == alert_id)
    for row in session.scalars(query.order_by(AlertNoteRow.written_at, AlertNoteRow.note_id)):
        yield Note(row.text, row.written_by, row.written_at)


def _hits(session: DeskSession, alert_id: str) -> Iterator[Hit]:
    query = (
        select(AlertHitRow, RunRow.as_of)
        .join(RunRow, RunRow.run_id == AlertHitRow.run_id)
        .where(AlertHitRow.alert_id == alert_id)
        .order_by(RunRow.as_of, AlertHitRow.seen_at, AlertHitRow.run_id)
    )
    for row, as_of in session.execute(query):
        yield Hit(
            row.run_id,
            as_of,
            row.seen_at,
            Severity(row.severity),
            row.score,
            row.observed,
            row.expected,
            row.item_count,
        )


def _cases(session: DeskSession, alert_id: str) -> Iterator[CaseReference]:
    query = (
        select(CaseRow)
        .join(CaseAlertRow, CaseAlertRow.case_id == CaseRow.case_id)
        .where(CaseAlertRow.alert_id == alert_id)
        .order_by(CaseRow.opened_at, CaseRow.case_id)
    )
    for row in session.scalars(query):
        yield CaseReference(row.case_id, row.title, row.status)


def _related(session: DeskSession, alert: Alert) -> Iterator[Alert]:
    """Other alerts about the same people or the same subject, the most urgent first."""
    same: ColumnElement[bool] = (AlertRow.subject_type == alert.subject_type.value) & (
        AlertRow.subject_id == alert.subject_id
    )
    people = sorted(alert.people)
    query = (
        select(AlertRow)
        .where(AlertRow.alert_id != alert.alert_id, same | AlertRow.rep_id.in_(people))
        .order_by(AlertRow.severity_rank.desc(), AlertRow.last_seen.desc(), AlertRow.alert_id)
        .limit(_RELATED_MAX)
    )
    return (alert_of(row) for row in session.scalars(query))


def told_event(event: Event) -> HistoryEntry:
    """An event of an alert or case as its page tells it: what the record itself had before and after."""
    payload = event.payload
    record = f"{_RECORD[event.object_type]}/{event.object_id}"
    before, after = payload["before"].get(record), payload["after"].get(record) or {}
    changes = () if before is None else tuple(_changes(before, after))
    return HistoryEntry(
        event.seq, event.at, event.actor, event.action, payload["reason"], payload.get("details", {}), changes
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for field in sorted(after.keys() - _UNTOLD):
        yield Change(field, before.get(field), after[field])
