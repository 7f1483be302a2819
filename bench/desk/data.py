"""A database of alerts as a large firm has it after years: made directly, with a whole audit trail."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, insert, text

from surveil.alerts.alert import Source, Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import Family, Severity, SubjectType
from surveil.alerts.recurrence import alert_id
from surveil.store.audit import FORMAT, GENESIS, audit_event, digest_of
from surveil.store.changes import stored_fields
from surveil.store.database import connect, writing
from surveil.store.mapping import search_key
from surveil.store.plain import canonical, moment_text, plain
from surveil.store.tables import AlertRow, urgency_key

BEGIN = datetime(2021, 1, 4, 9, 0, tzinfo=UTC)
YEARS = timedelta(days=5 * 365)
ASIDE = date(2027, 1, 4)
REPS, BRANCHES, DETECTORS, OFFICERS = 8_000, 600, 30, 60
_ALERTS = AlertRow.metadata.tables[AlertRow.__tablename__]
_BATCH = 5_000
_STATUS = {
    Status.CLOSED: 0.90,
    Status.OPEN: 0.06,
    Status.IN_REVIEW: 0.025,
    Status.PENDING_APPROVAL: 0.005,
    Status.SUPPRESSED: 0.01,
}
_SEVERITY = {Severity.LOW: 0.45, Severity.MEDIUM: 0.40, Severity.HIGH: 0.12, Severity.CRITICAL: 0.03}
_REASON = (
    "{rep} opened {n} of {of} accounts without a consent on file where {e:.1f} were to be expected of colleagues with "
    "the same products in branches of the same kind."
)


def fill(url: str, alerts: int, events: int, say: Callable[[str], None] = print) -> None:
    """Put so many alerts, and so many events that tell of them, into an empty migrated database.

    Every alert has an event of its opening; of the others a third each tell that a scan found an alert again, that
    an officer set it aside, and that he undid it. They are spread evenly over five years. `events` is at least
    `alerts`.
    """
    engine = connect(url)
    with writing(engine) as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA cache_size = -200000"))
    chain = _Chain(engine, YEARS / events)
    again = (events - alerts) // alerts
    numbers = np.random.default_rng(7)
    for start in range(0, alerts, _BATCH):
        rows = [_row(number, again, numbers) for number in range(start, min(start + _BATCH, alerts))]
        chain.append((_opened(row) for row in rows), rows)
        if start % 100_000 == 0:
            say(f"{start} alerts")
    for turn in range(again):
        for start in range(0, alerts, 4 * _BATCH):
            chain.append(_later(number, turn) for number in range(start, min(start + 4 * _BATCH, alerts)))
        say(f"{alerts * (turn + 2)} events")
    with writing(engine) as connection:
        connection.execute(text("ANALYZE"))
    if engine.dialect.name == "postgresql":
        # What autovacuum does in time: without it no index alone can answer a query.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE alert"))
            connection.execute(text("VACUUM ANALYZE audit_event"))
    engine.dispose()


class _Chain:
    """Writes events one after the other, as the desk does, but many in a transaction."""

    def __init__(self, engine: Engine, step: timedelta) -> None:
        self.engine, self.step, self.seq, self.prev = engine, step, 0, GENESIS

    def append(self, told: Iterator[dict[str, Any]], rows: list[dict[str, Any]] | None = None) -> None:
        with writing(self.engine) as connection:
            if rows:
                connection.execute(insert(AlertRow), rows)
            for batch in iter(lambda: list(itertools.islice(told, 1000)), []):
                connection.execute(insert(audit_event), [self._sealed(event) for event in batch])

    def _sealed(self, event: dict[str, Any]) -> dict[str, Any]:
        self.seq += 1
        at, payload = moment_text(BEGIN + self.step * self.seq), canonical(event["payload"])
        values = event | {"seq": self.seq, "format": FORMAT, "at": at, "prev": self.prev, "payload": payload}
        self.prev = digest_of(values)
        return values | {"hash": self.prev}


def _identity(number: int) -> str:
    return alert_id(f"UA{number % DETECTORS:02d}|rep|R{number}", 1)


def _row(number: int, again: int, numbers: Any) -> dict[str, Any]:
    status = list(_STATUS)[int(numbers.choice(len(_STATUS), p=list(_STATUS.values())))]
    severity = list(_SEVERITY)[int(numbers.choice(len(_SEVERITY), p=list(_SEVERITY.values())))]
    rep = f"R{int(numbers.integers(REPS)):05d}"
    seen = BEGIN + timedelta(minutes=int(numbers.integers(5 * 365 * 24 * 60)))
    taken = status in (Status.CLOSED, Status.IN_REVIEW, Status.PENDING_APPROVAL)
    observed, expected = int(numbers.integers(3, 60)), float(numbers.uniform(0.5, 4))
    name, detector = _identity(number), f"UA{number % DETECTORS:02d}"
    reason = _REASON.format(rep=rep, n=observed, of=observed * 3, e=expected)
    branch = f"B{int(numbers.integers(BRANCHES)):04d}"
    score, due_on = float(numbers.uniform(0, 1)), (seen + timedelta(days=30)).date()
    return {
        "alert_id": name,
        "urgency": urgency_key(severity.rank, due_on, score, name),
        "score_order": score,
        "about": rep,
        "fingerprint": f"{detector}|rep|R{number}",
        "generation": 1,
        "previous_alert_id": None,
        "source": Source.SCAN.value,
        "detector": detector,
        "version": "1.0.0",
        "family": list(Family)[number % len(Family)].value,
        "typology": "consent missing",
        "severity": severity.value,
        "severity_rank": severity.rank,
        "score": score,
        "subject_type": SubjectType.REP.value,
        "subject_id": rep,
        "rep_id": rep,
        "branch_id": branch,
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "observed": float(observed),
        "expected": expected,
        "interval_low": expected / 2,
        "interval_high": expected * 2,
        "p_value": 1e-6,
        "q_value": 1e-3,
        "reason": reason,
        "item_count": observed,
        "drivers": [{"name": "consent", "contribution": 6.8, "text": reason, "unit": "-log10 p"}] * 3,
        "peers": {"n": 41, "items": 812, "rate": 0.013, "described": "bankers of standard branches"},
        "explanations": ["Paper consents arrive late from student branches."] * 2,
        "run_id": None,
        "status": status.value,
        "assignee": f"officer-{int(numbers.integers(OFFICERS))}" if taken else None,
        "due_on": due_on,
        "disposition": Disposition.FALSE_POSITIVE_EXPLAINED.value if status is Status.CLOSED else None,
        "decided_by": None,
        "decided_by_role": None,
        "decided_for": None,
        "accepted_until": None,
        "locked_by": None,
        "locked_until": None,
        "set_aside_until": ASIDE if again % 3 == 2 else None,
        "suppression_id": None,
        "taken_at": None,
        "repeats": 1 + _repeats(again),
        "first_seen": seen,
        "last_seen": seen,
        "updated_at": seen,
        "row_version": 1 + again,
        "search_key": search_key(" ".join((name, detector, "consent missing", rep, branch, reason))),
    }


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    name, made = stored_fields(_ALERTS, {column: row[column.name] for column in _ALERTS.columns})
    fields = plain(made) | {"repeats": 1, "row_version": 1, "set_aside_until": None}
    return _event(row["alert_id"], "system", "alert.opened", {name: None}, {name: fields}, {"reason": None})


def _repeats(turns: int) -> int:
    """How many of the first turns were a scan that found the alert again."""
    return (turns + 2) // 3


def _later(number: int, turn: int) -> dict[str, Any]:
    """One event of an alert after its opening: found again, set aside, undone, and so on in turn."""
    name, officer = _identity(number), f"officer-{(number + turn) % OFFICERS}"
    before: dict[str, Any] = {"row_version": turn + 1}
    after: dict[str, Any] = {"row_version": turn + 2}
    if turn % 3 == 0:
        before["repeats"], after["repeats"] = 1 + _repeats(turn), 2 + _repeats(turn)
        actor, action = "system", "alert.repeated"
        told: dict[str, Any] = {"reason": None, "details": {"run_id": f"run-{turn}"}}
    else:
        aside, actor = turn % 3 == 1, officer
        day = ASIDE.isoformat()
        before["set_aside_until"], after["set_aside_until"] = (None, day) if aside else (day, None)
        action = "alert.set_aside" if aside else "alert.undone"
        told = {"reason": "Waits for the branch's answer." if aside else None}
    record = f"alert/{name}"
    return _event(name, actor, action, {record: before}, {record: after}, told)


def _event(
    name: str, actor: str, action: str, before: dict[str, Any], after: dict[str, Any], told: dict[str, Any]
) -> dict[str, Any]:
    payload = {"before": before, "after": after} | told
    return {
        "actor": actor,
        "action": action,
        "object_type": "alert",
        "object_id": name,
        "payload": payload,
    }


def size_of(connection: Connection) -> str:
    """How large the database is, for the record."""
    query = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "postgresql": "SELECT pg_database_size(current_database())",
    }[connection.dialect.name]
    return f"{connection.execute(text(query)).scalar_one() / 1e9:.1f} GB"
