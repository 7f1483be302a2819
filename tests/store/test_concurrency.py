"""Many writers at once lose no event, break no chain and overwrite nobody."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from surveil import desk
from surveil.alerts.errors import NotFound
from surveil.alerts.people import SYSTEM
from surveil.store import Store, migrate
from surveil.store.audit import audit_event
from surveil.store.tables import AlertNoteRow
from surveil.store.verification import verify
from tests.store.support import NOW, draft, later, run

PROCESSES, THREADS, ROUNDS = 2, 4, 4


def test_processes_and_threads_writing_at_once_lose_nothing(url: str, store: Store, repository: Path) -> None:
    alert_id = desk.record_scan(store, run(1), [draft(1)], NOW)["UA01|rep|R1"]
    command = [sys.executable, "-m", "tests.store.writers", url]
    running = [
        subprocess.Popen(
            [*command, f"officer-{number}", alert_id, str(THREADS), str(ROUNDS)],
            cwd=repository,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES
    taken = sum(int(output) for output in outputs)
    notes = PROCESSES * THREADS * ROUNDS
    with store.read() as session:
        session.narrow(SYSTEM)
        assert session.scalars(select(func.count(AlertNoteRow.note_id))).one() == notes
        assert desk.alert_view(session, SYSTEM, alert_id).alert.row_version == 1 + notes + taken
    found = verify(store.engine)
    assert found.ok, found.problems
    assert found.events == 2 + notes + taken


def test_two_scans_at_once_open_one_alert_not_two(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        drafts = [draft(n) for n in range(20)]
        results = list(
            pool.map(lambda n: desk.record_scan(store, run(n), drafts, later(days=n)), range(1, 5))
        )
    assert all(result == results[0] for result in results)
    with store.read() as session:
        page = desk.queue(session, SYSTEM)
        assert (page.total, {alert.repeats for alert in page.alerts}) == (20, {4})
    assert verify(store.engine).ok


def test_two_processes_preparing_one_new_database_both_succeed(tmp_path: Path) -> None:
    url = f"sqlite+pysqlite:///{tmp_path / 'new.db'}"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate(url), range(4)))


def test_an_event_counts_from_the_last_committed_one_even_after_a_failed_writer(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1)], NOW)

    def fail(_: int) -> None:
        with pytest.raises(NotFound):
            desk.note(store, SYSTEM, "A-none", "This one is refused, always.", NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fail, range(12)))
    desk.record_scan(store, run(2), [draft(1)], later(days=1))
    with store.connection() as connection:
        numbers = list(connection.execute(select(audit_event.c.seq).order_by(audit_event.c.seq)).scalars())
    assert numbers == list(range(1, len(numbers) + 1))
    assert verify(store.engine).ok
