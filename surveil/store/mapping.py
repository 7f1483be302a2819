"""Rows to the domain's words and back: the one place that knows both."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict

from surveil.alerts.alert import Alert, Source, Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import AlertDraft, Driver, Family, Peers, Severity, SubjectType
from surveil.alerts.people import Role, User
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.store.tables import AlertRow, RunRow, ScopeRow, UserRow

_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
)


def search_key(text: str) -> str:
    """Text as it is searched for: without case, accents or width, the same on every database."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return bare.casefold().translate(_UNDECOMPOSED)


def alert_of(row: AlertRow) -> Alert:
    """The alert in a row."""
    low, high = row.interval_low, row.interval_high
    return Alert(
        alert_id=row.alert_id,
        detector=row.detector,
        version=row.version,
        family=Family(row.family),
        typology=row.typology,
        severity=Severity(row.severity),
        score=row.score,
        subject_type=SubjectType(row.subject_type),
        subject_id=row.subject_id,
        rep_id=row.rep_id,
        branch_id=row.branch_id,
        period_start=row.period_start,
        period_end=row.period_end,
        observed=row.observed,
        expected=row.expected,
        interval=None if low is None or high is None else (low, high),
        p_value=row.p_value,
        q_value=row.q_value,
        reason=row.reason,
        item_count=row.item_count,
        status=Status(row.status),
        run_id=row.run_id,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        repeats=row.repeats,
        generation=row.generation,
        previous_alert_id=row.previous_alert_id,
        assignee=row.assignee,
        due_on=row.due_on,
        disposition=Disposition(row.disposition) if row.disposition else None,
        decided_by=row.decided_by,
        decided_by_role=Role(row.decided_by_role) if row.decided_by_role else None,
        source=Source(row.source),
        row_version=row.row_version,
        updated_at=row.updated_at,
        drivers=tuple(Driver(**driver) for driver in row.drivers),
        peers=Peers(**row.peers) if row.peers else None,
        explanations=tuple(row.explanations),
        locked_by=row.locked_by,
        locked_until=row.locked_until,
        set_aside_until=row.set_aside_until,
        decided_for=row.decided_for,
        accepted_until=row.accepted_until,
        suppression_id=row.suppression_id,
    )


def put_measured(row: AlertRow, draft: AlertDraft) -> None:
    """Write what a scan measured into an alert's row; the review's own fields are left alone."""
    row.version = draft.version
    row.family = draft.family.value
    row.typology = draft.typology
    row.score = draft.score
    row.rep_id = draft.rep_id
    row.branch_id = draft.branch_id
    row.period_start = draft.period_start
    row.period_end = draft.period_end
    row.observed = draft.observed
    row.expected = draft.expected
    row.interval_low, row.interval_high = draft.interval or (None, None)
    row.p_value = draft.p_value
    row.q_value = draft.q_value
    row.reason = draft.reason
    row.item_count = int(draft.item_count)
    row.drivers = [asdict(driver) | {"contribution": float(driver.contribution)} for driver in draft.drivers]
    peers = draft.peers
    row.peers = asdict(peers) | {"n": int(peers.n), "items": int(peers.items)} if peers else None
    row.explanations = list(draft.explanations)
    put_search_key(row)


def put_severity(row: AlertRow, severity: Severity) -> None:
    row.severity = severity.value
    row.severity_rank = severity.rank


def put_search_key(row: AlertRow) -> None:
    parts = (row.alert_id, row.detector, row.typology, row.subject_id, row.rep_id, row.branch_id, row.reason)
    row.search_key = search_key(" ".join(part for part in parts if part))


def run_of(row: RunRow) -> RunRecord:
    """The scan in a row."""
    return RunRecord(
        run_id=row.run_id,
        snapshot_id=row.snapshot_id,
        as_of=row.as_of,
        version=row.version,
        config_hash=row.config_hash,
        status=RunStatus(row.status),
        from_day=row.from_day,
        failed_detectors=tuple(row.failed_detectors),
        manifest=row.manifest,
        coverage=row.coverage,
    )


def put_run(row: RunRow, run: RunRecord) -> None:
    """Write a scan into its row."""
    row.run_id = run.run_id
    row.snapshot_id = run.snapshot_id
    row.as_of = run.as_of
    row.version = run.version
    row.config_hash = run.config_hash
    row.status = run.status.value
    row.from_day = run.from_day
    row.failed_detectors = list(run.failed_detectors)
    row.manifest = dict(run.manifest)
    row.coverage = dict(run.coverage)


def user_of(row: UserRow, scopes: list[ScopeRow]) -> User:
    """The person in a row, with what he is responsible for and whom he reports to."""

    def values(kind: str) -> frozenset[str]:
        return frozenset(scope.value for scope in scopes if scope.kind == kind)

    return User(
        name=row.name,
        role=Role(row.role),
        display_name=row.display_name,
        rep_id=row.rep_id,
        reports_to=values("reports_to"),
        branches=values("branch"),
        reps=values("rep"),
        active=row.active,
    )
