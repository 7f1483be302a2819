"""Take over what a scan found: new alerts, repeats of known ones, and closed ones that got worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from surveil.alerts.alert import Source, Status
from surveil.alerts.errors import Unacceptable
from surveil.alerts.model import AlertDraft, Severity
from surveil.alerts.people import SYSTEM
from surveil.alerts.recurrence import Measured, alert_id, clearly_worse
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.desk.suppressions import active_suppressions, holds, open_held
from surveil.desk.waking import wake
from surveil.store import DeskSession, Store
from surveil.store.audit import record
from surveil.store.mapping import put_measured, put_run, put_severity
from surveil.store.tables import AlertHitRow, AlertRow, RunRow

_CHUNK = 500  # keeps queries below SQLite's and PostgreSQL's limits on parameters


def record_scan(store: Store, run: RunRecord, drafts: Sequence[AlertDraft], now: datetime) -> dict[str, str]:
    """Keep a run and its alerts, all in one transaction; returns fingerprint → alert_id.

    A known alert under review is counted and shows the new measurement (its severity never falls by itself).
    A closed one is counted and stays closed, unless it got clearly worse than what was decided on: then a new
    alert continues it. Recording a complete run again adds nothing; an incomplete run is completed by
    recording it again under the same id.

    Raises:
        Unacceptable: two drafts are the same alert, a number is not finite, or the run is there with other
        alerts.
    """
    _check(drafts)
    wake(store, now)
    with store.write(SYSTEM) as session:
        hits = _hits_of(session, run.run_id)
        known_run = session.get(RunRow, run.run_id)
        if known_run is not None and known_run.status == RunStatus.COMPLETE:
            return _as_recorded(session, run, drafts)
        _keep_run(session, known_run, run, now)
        latest = _latest(session, [draft.fingerprint for draft in drafts])
        keeper = _Keeper(session, store, run, now)
        return {
            draft.fingerprint: keeper.keep(draft, latest.get(draft.fingerprint), hits) for draft in drafts
        }


class _Keeper:
    """Writes the alerts of one run."""

    def __init__(self, session: DeskSession, store: Store, run: RunRecord, now: datetime) -> None:
        self.session, self.store, self.run, self.now = session, store, run, now
        self.suppressions = active_suppressions(session)
        self.today = store.calendar.day(now)

    def keep(self, draft: AlertDraft, row: AlertRow | None, hits: dict[str, AlertHitRow]) -> str:
        """Returns the id of the alert that the draft became or was counted for."""
        if row is None:
            return self._open(draft, None)
        if row.alert_id in hits:
            return self._measured_again(draft, row, hits[row.alert_id])
        if row.status == Status.CLOSED and clearly_worse(_seen(row), _measured(draft)):
            return self._open(draft, row)
        return self._repeat(draft, row)

    def _open(self, draft: AlertDraft, previous: AlertRow | None) -> str:
        generation = previous.generation + 1 if previous else 1
        row = AlertRow(
            alert_id=alert_id(draft.fingerprint, generation),
            fingerprint=draft.fingerprint,
            generation=generation,
            previous_alert_id=previous.alert_id if previous else None,
            source=Source.SCAN.value,
            detector=draft.detector,
            subject_type=draft.subject_type.value,
            subject_id=draft.subject_id,
            run_id=self.run.run_id,
            status=Status.OPEN.value,
            due_on=self.store.calendar.take_up_due(draft.severity, self.now),
            repeats=1,
            first_seen=self.now,
            last_seen=self.now,
            updated_at=self.now,
            row_version=1,
        )
        put_measured(row, draft)
        put_severity(row, draft.severity)
        held = self._held_back(row)
        self.session.add_all([row, self._hit(row.alert_id, draft)])
        found = "alert.opened" if previous is None else "alert.returned"
        self._record("alert.suppressed" if held else found, row.alert_id)
        return row.alert_id

    def _held_back(self, row: AlertRow) -> bool:
        """Whether a suppression covers a new alert; then it is kept and counted, and nobody is asked to look."""
        covering = next((s for s in self.suppressions if holds(s, row, self.today)), None)
        if covering is not None:
            row.status, row.suppression_id = Status.SUPPRESSED.value, covering.suppression_id
        return covering is not None

    def _worse_than_held(self, row: AlertRow) -> bool:
        return row.status == Status.SUPPRESSED and not any(
            holds(s, row, self.today) for s in self.suppressions if s.suppression_id == row.suppression_id
        )

    def _repeat(self, draft: AlertDraft, row: AlertRow) -> str:
        row.repeats += 1
        row.last_seen = max(row.last_seen, self.now)
        if row.status != Status.CLOSED and not self._older_than_shown(row):
            self._show(draft, row)
        back = self._worse_than_held(row)
        if back:
            open_held(self.store, row, self.now)
        self._touch(row)
        self.session.add(self._hit(row.alert_id, draft))
        self._record("alert.unsuppressed" if back else "alert.repeated", row.alert_id)
        return row.alert_id

    def _measured_again(self, draft: AlertDraft, row: AlertRow, hit: AlertHitRow) -> str:
        """The run was incomplete before: other evidence may have changed this alert's numbers."""
        _put_hit(hit, draft)
        if row.run_id == self.run.run_id and row.status != Status.CLOSED:
            self._show(draft, row)
        if self.session.is_modified(row) or self.session.is_modified(hit):
            self._touch(row)
            self._record("alert.measured_again", row.alert_id)
        return row.alert_id

    def _show(self, draft: AlertDraft, row: AlertRow) -> None:
        if clearly_worse(_seen(row), _measured(draft)):
            row.set_aside_until = None
        put_measured(row, draft)
        row.run_id = self.run.run_id
        if draft.severity.rank > row.severity_rank:
            put_severity(row, draft.severity)
            row.due_on = min(row.due_on, self.store.calendar.take_up_due(draft.severity, self.now))

    def _older_than_shown(self, row: AlertRow) -> bool:
        """Whether the alert already shows a later day's data than this run saw."""
        shown = self.session.get(RunRow, row.run_id) if row.run_id else None
        return shown is not None and shown.as_of > self.run.as_of

    def _touch(self, row: AlertRow) -> None:
        row.updated_at = self.now
        row.row_version += 1

    def _hit(self, alert: str, draft: AlertDraft) -> AlertHitRow:
        hit = AlertHitRow(alert_id=alert, run_id=self.run.run_id, seen_at=self.now)
        _put_hit(hit, draft)
        return hit

    def _record(self, action: str, alert: str) -> None:
        details = {"run_id": self.run.run_id}
        record(
            self.session, at=self.now, action=action, object_type="alert", object_id=alert, details=details
        )


def _check(drafts: Sequence[AlertDraft]) -> None:
    seen: set[str] = set()
    for draft in drafts:
        if draft.fingerprint in seen:
            raise Unacceptable(f"Detector {draft.detector} raised two alerts on one subject in one run.")
        seen.add(draft.fingerprint)
        numbers = [draft.score, draft.observed, draft.expected, draft.p_value, draft.q_value]
        numbers += [*(draft.interval or ()), *(driver.contribution for driver in draft.drivers)]
        numbers.append(draft.peers.rate if draft.peers else None)
        if any(number is not None and not math.isfinite(number) for number in numbers):
            raise Unacceptable(
                f"Detector {draft.detector} {draft.version} raised an alert with no finite number."
            )


def _keep_run(session: DeskSession, row: RunRow | None, run: RunRecord, now: datetime) -> None:
    new = row is None
    row = row or RunRow(recorded_at=now)
    put_run(row, run)
    if new:
        session.add(row)
    if new or session.is_modified(row):
        action = "run.recorded" if new else "run.completed"
        record(session, at=now, action=action, object_type="run", object_id=run.run_id)


def _as_recorded(session: DeskSession, run: RunRecord, drafts: Sequence[AlertDraft]) -> dict[str, str]:
    query = select(AlertRow.fingerprint, AlertRow.alert_id).join(
        AlertHitRow, AlertHitRow.alert_id == AlertRow.alert_id
    )
    found = {
        row.fingerprint: row.alert_id
        for row in session.execute(query.where(AlertHitRow.run_id == run.run_id))
    }
    if not found.keys() >= {draft.fingerprint for draft in drafts}:
        raise Unacceptable(
            f"Run {run.run_id} is recorded already, with other alerts. The same data, settings and version "
            "must give the same alerts; keep both results and report this as a defect of surveil."
        )
    return {draft.fingerprint: found[draft.fingerprint] for draft in drafts}


def _hits_of(session: DeskSession, run_id: str) -> dict[str, AlertHitRow]:
    rows = session.scalars(select(AlertHitRow).where(AlertHitRow.run_id == run_id))
    return {hit.alert_id: hit for hit in rows}


def _latest(session: DeskSession, fingerprints: Sequence[str]) -> dict[str, AlertRow]:
    """The newest generation of each fingerprint that has an alert."""
    latest: dict[str, AlertRow] = {}
    for start in range(0, len(fingerprints), _CHUNK):
        chunk = fingerprints[start : start + _CHUNK]
        newest = (
            select(AlertRow.fingerprint, func.max(AlertRow.generation).label("generation"))
            .where(AlertRow.fingerprint.in_(chunk))
            .group_by(AlertRow.fingerprint)
            .subquery()
        )
        rows = session.scalars(
            select(AlertRow).join(
                newest,
                (AlertRow.fingerprint == newest.c.fingerprint) & (AlertRow.generation == newest.c.generation),
            )
        )
        latest |= {row.fingerprint: row for row in rows}
    return latest


def _put_hit(hit: AlertHitRow, draft: AlertDraft) -> None:
    hit.severity = draft.severity.value
    hit.score = draft.score
    hit.observed = draft.observed
    hit.expected = draft.expected
    hit.p_value = draft.p_value
    hit.q_value = draft.q_value
    hit.item_count = int(draft.item_count)


def _seen(row: AlertRow) -> Measured:
    return Measured(Severity(row.severity), row.score, row.item_count)


def _measured(draft: AlertDraft) -> Measured:
    return Measured(draft.severity, draft.score, draft.item_count)
