"""Twenty officers at once on PostgreSQL: do they lose a decision, break a lock, or harm the audit chain?

`python -m bench.desk.load --minutes 10` starts a server of its own (or takes `--database URL`, empty), lets officers and
scans work on it, and then checks the whole trail. Exit status 1 if anything was lost or broken.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from bench.desk.servers import database
from surveil import desk
from surveil.alerts.model import AlertDraft, Family, Severity, SubjectType
from surveil.alerts.people import SYSTEM
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.store import Store, migrate, open_store
from surveil.store.audit import Event, audit_event
from surveil.store.tables import AlertNoteRow, DecisionRow
from surveil.store.verification import verify

ROOT = Path(__file__).resolve().parents[2]
PER_PROCESS = 5
SCAN_EVERY_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    """What the officers say they did, and what is wrong with what the database holds."""

    minutes: float
    officers: int
    done: dict[str, int]
    events: int
    problems: tuple[str, ...]


def run(url: str, officers: int, minutes: float, alerts: int) -> Outcome:
    """Let officers work on a migrated, empty database, with a scan now and then, and check what is left."""
    store = open_store(url)
    scans = 1
    _scan(store, scans, alerts)
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "bench.desk.officer",
                url,
                str(first),
                str(PER_PROCESS),
                str(minutes * 60),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in range(0, officers, PER_PROCESS)
    ]
    while any(process.poll() is None for process in processes):
        time.sleep(SCAN_EVERY_SECONDS)
        scans += 1
        _scan(store, scans, alerts + 50 * scans)
    printed = [process.communicate(timeout=300)[0] for process in processes]
    done: Counter[str] = Counter()
    for text in printed:
        done.update(json.loads(text))
    problems = [f"a process of officers ended with {p.returncode}" for p in processes if p.returncode]
    problems += check(store, done)
    with store.connection() as connection:
        events = connection.execute(select(func.count()).select_from(audit_event)).scalar_one()
    store.close()
    return Outcome(minutes, officers, dict(done), events, tuple(problems))


def check(store: Store, done: Counter[str]) -> list[str]:
    """What is wrong: decisions lost or doubled, locks broken, people approving themselves, the chain."""
    found = [problem.message for problem in verify(store.engine).problems]
    with store.read() as session:
        session.narrow(SYSTEM)
        decisions = session.scalars(select(DecisionRow)).all()
        notes = session.scalars(select(func.count(AlertNoteRow.note_id))).one()
    if len(decisions) != done["decided"]:
        found.append(f"officers decided {done['decided']} times, the database has {len(decisions)} decisions")
    approved = [row for row in decisions if row.reviewed_by is not None]
    if len(approved) != done["approved"]:
        found.append(
            f"officers approved {done['approved']} times, the database has {len(approved)} approvals"
        )
    found += [
        f"{row.decision_id} was approved by its maker"
        for row in approved
        if row.reviewed_by == row.decided_by
    ]
    standing = Counter(row.alert_id for row in decisions if row.state in ("pending", "final"))
    found += [f"{alert} has {count} decisions that stand" for alert, count in standing.items() if count > 1]
    if done["decided from a stale page"]:
        found.append(f"{done['decided from a stale page']} decisions came from a stale page")
    if notes < done["decided"]:
        found.append(f"{notes} notes for {done['decided']} decisions")
    return found + broken_locks(store)


def broken_locks(store: Store) -> list[str]:
    """Acts on an alert that somebody else had locked at the time, by what the trail says."""
    exclusive = {"alert.taken", "alert.assigned", "alert.set_aside", "alert.decided", "alert.proposed"}
    held: dict[str, tuple[str, str]] = {}
    found = []
    with store.connection() as connection:
        for row in connection.execute(select(audit_event).order_by(audit_event.c.seq)):
            event = Event.of(row)
            if event.object_type != "alert":
                continue
            by, until = held.get(event.object_id, ("", ""))
            if event.action in exclusive and by and by != event.actor and until > event.at:
                found.append(f"event {event.seq}: {event.actor} did {event.action} while {by} held the alert")
            fields = event.payload["after"].get(f"alert/{event.object_id}") or {}
            if "locked_by" in fields:
                held[event.object_id] = (fields["locked_by"] or "", fields.get("locked_until") or "")
    return found


def _scan(store: Store, number: int, alerts: int) -> None:
    record = RunRecord(
        f"run-{number}", "000001-load", f"2026-01-{1 + number % 28:02d}", "1", "load", RunStatus.COMPLETE
    )
    drafts = [_draft(n) for n in range(alerts)]
    desk.record_scan(store, record, drafts, datetime.now(UTC))


def _draft(number: int) -> AlertDraft:
    return AlertDraft(
        detector="UA01",
        version="1",
        family=Family.UNAUTHORIZED,
        typology="consent missing",
        severity=list(Severity)[number % 4],
        score=(number % 997) / 997,
        subject_type=SubjectType.REP,
        subject_id=f"R{number}",
        rep_id=f"R{number}",
        branch_id=f"B{number % 50}",
        reason=f"R{number} opened accounts without a consent on file.",
        item_count=5,
    )


def main() -> None:
    """Run the test and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--officers", type=int, default=20)
    parser.add_argument("--alerts", type=int, default=3000)
    parser.add_argument("--database", default="postgresql")
    asked = parser.parse_args()
    with database(asked.database) as url:
        migrate(url)
        outcome = run(url, asked.officers, asked.minutes, asked.alerts)
    print(json.dumps(vars(outcome), indent=1))
    sys.exit(bool(outcome.problems))


if __name__ == "__main__":
    main()
