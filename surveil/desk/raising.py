"""Raise an alert by hand: a call on the hot line, a whistle-blower, a regulator's letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from surveil.alerts.alert import Action, Alert, Source, Status
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import NotAllowed, Unacceptable
from surveil.alerts.model import Family, Severity, SubjectType
from surveil.alerts.people import User
from surveil.alerts.policy import demand, sees
from surveil.alerts.recurrence import alert_id
from surveil.store import Store
from surveil.store.audit import next_number, record
from surveil.store.mapping import alert_of, put_search_key, put_severity
from surveil.store.tables import AlertRow

DETECTOR = "MANUAL"


@dataclass(frozen=True)
class Report:
    """What somebody has reported. Say what, not who said it: the trail keeps every word."""

    source: Source
    family: Family
    typology: str
    severity: Severity
    subject_type: SubjectType
    subject_id: str
    what: str
    rep_id: str | None = None
    branch_id: str | None = None
    period_start: str | None = None
    period_end: str | None = None


def raise_alert(store: Store, user: User, report: Report, now: datetime) -> Alert:
    """Make an alert of a report; it goes through the same review as those of a scan.

    Raises:
        Unacceptable: it says too little, or names no subject.
        NotAllowed: the user may not raise alerts about this subject.
    """
    what = checked_note(report.what, "report")
    if report.source is Source.SCAN or not report.subject_id.strip():
        raise Unacceptable("Say where the report comes from and whom or what it is about.")
    demand(user, Action.RAISE)
    with store.write(user) as session:
        row = _row(store, report, what, next_number(session), now)
        if not sees(user, alert_of(row)):
            raise NotAllowed("Reports about this subject are taken by the compliance officers.")
        session.add(row)
        record(
            session, at=now, action="alert.raised", object_type="alert", object_id=row.alert_id, reason=what
        )
        return alert_of(row)


def _row(store: Store, report: Report, what: str, number: int, now: datetime) -> AlertRow:
    """Every report is an alert of its own, told apart by the number of its event."""
    fingerprint = f"{DETECTOR}|{report.subject_type}|{report.subject_id}|{number}"
    row = AlertRow(
        alert_id=alert_id(fingerprint, 1),
        fingerprint=fingerprint,
        generation=1,
        source=report.source.value,
        detector=DETECTOR,
        version="1",
        family=report.family.value,
        typology=report.typology,
        subject_type=report.subject_type.value,
        subject_id=report.subject_id,
        rep_id=report.rep_id,
        branch_id=report.branch_id,
        period_start=report.period_start,
        period_end=report.period_end,
        reason=what,
        item_count=0,
        drivers=[],
        explanations=[],
        status=Status.OPEN.value,
        due_on=store.calendar.take_up_due(report.severity, now),
        repeats=0,
        first_seen=now,
        last_seen=now,
        updated_at=now,
        row_version=1,
    )
    put_severity(row, report.severity)
    put_search_key(row)
    return row
