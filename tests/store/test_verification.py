"""Whatever is done to the trail or past it is found, and named."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from surveil import desk
from surveil.alerts.dispositions import Disposition
from surveil.alerts.people import Role, User
from surveil.errors import VerificationFailed
from surveil.store import Store, open_store, verification
from surveil.store.checkpoint import Checkpoint, make_checkpoint
from surveil.store.database import connect, writing
from surveil.store.export import export_jsonl
from surveil.store.verification import Verification, verify
from tests.store.support import NOW, draft, later, run
from tests.store.tampering import Row, rehash, tamper

OFFICER = User("ann", Role.OFFICER)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FIELDS = ("format", "at", "actor", "action", "object_type", "object_id", "payload", "prev", "hash")


def work(store: Store) -> None:
    """A dozen events of every kind of change."""
    ids = desk.record_scan(store, run(1), [draft(n) for n in range(1, 5)], NOW)
    first = ids["UA01|rep|R1"]
    desk.note(store, OFFICER, first, "Asked the branch for the signed forms.", later(hours=1))
    case = desk.open_case(store, OFFICER, "Consents in B1", [first, ids["UA01|rep|R2"]], later(hours=2))
    desk.unlink_alert(store, OFFICER, case, first, "It belongs to another matter.", later(hours=3))
    with store.read() as session:
        version = desk.alert_view(session, OFFICER, first).alert.row_version
    desk.decide(
        store,
        OFFICER,
        first,
        Disposition.FALSE_POSITIVE_EXPLAINED,
        "The forms were scanned late.",
        later(hours=4),
        version,
    )


@pytest.fixture(scope="module")
def worked(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Checkpoint]:
    """A database after some work, and a checkpoint of its end."""
    file = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("worked") / "surveil.db"))
    store = open_store(f"sqlite+pysqlite:///{file}")
    work(store)
    checkpoint = make_checkpoint(store.engine, KEY, later(hours=5))
    with store.connection() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    store.close()
    return file, checkpoint


def check(file: Path, checkpoint: Checkpoint | None = None, records: bool = True) -> Verification:
    engine = connect(f"sqlite+pysqlite:///{file}")
    try:
        return verify(engine, checkpoint, records)
    finally:
        engine.dispose()


def after_tampering(
    worked: tuple[Path, Checkpoint], change: object, with_checkpoint: bool = False, records: bool = False
) -> Verification | None:
    """The check's result after a change of the events; None when nothing was changed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(shutil.copy(worked[0], folder))
        if not tamper(file, change):  # type: ignore[arg-type]
            return None
        return check(file, worked[1] if with_checkpoint else None, records)


def test_the_untouched_trail_passes_with_and_without_its_checkpoint(worked: tuple[Path, Checkpoint]) -> None:
    file, checkpoint = worked
    assert check(file).ok
    found = check(file, checkpoint)
    assert (found.ok, found.checkpoint_checked, found.events) == (True, True, checkpoint.events)


def test_a_long_check_tells_how_far_it_is_and_a_short_one_says_nothing(
    worked: tuple[Path, Checkpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, checkpoint = worked
    told: list[tuple[int, int]] = []
    engine = connect(f"sqlite+pysqlite:///{file}")
    verify(engine, progress=lambda read, of: told.append((read, of)))
    assert told == []
    monkeypatch.setattr(verification, "TOLD_EVERY", 4)
    verify(engine, progress=lambda read, of: told.append((read, of)))
    engine.dispose()
    assert told == [(read, checkpoint.events) for read in range(4, checkpoint.events + 1, 4)] != []


@given(data=st.data())
def test_any_edit_of_any_field_is_found(worked: tuple[Path, Checkpoint], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(FIELDS))
    value = data.draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=70) | st.integers(0, 10**6))
    position = data.draw(st.integers(0, worked[1].events - 1))

    def edit(rows: list[Row]) -> list[Row]:
        rows[position][field] = value if field == "format" else str(value)
        return rows

    found = after_tampering(worked, edit, with_checkpoint=True)
    assert found is None or not found.ok
    if found is not None and field not in ("prev", "hash"):
        assert found.problems[0].seq == position + 1


@given(data=st.data())
def test_any_one_letter_changed_in_a_payload_is_found_and_the_event_named(
    worked: tuple[Path, Checkpoint], data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, worked[1].events - 1))
    place = data.draw(st.integers(0, 10**4))
    letter = data.draw(st.characters(exclude_categories=["Cs"]))

    def edit(rows: list[Row]) -> list[Row]:
        payload = rows[position]["payload"]
        where = place % len(payload)
        rows[position]["payload"] = payload[:where] + letter + payload[where + 1 :]
        return rows

    found = after_tampering(worked, edit)
    assert found is None or found.problems[0].seq == position + 1


@given(data=st.data())
def test_deleting_moving_or_inserting_events_is_found(
    worked: tuple[Path, Checkpoint], data: st.DataObject
) -> None:
    last = worked[1].events - 1
    first, second = data.draw(st.integers(0, last)), data.draw(st.integers(0, last))
    how = data.draw(st.sampled_from(["delete", "delete and renumber", "swap", "insert a copy"]))

    def change(rows: list[Row]) -> list[Row]:
        if how.startswith("delete"):
            del rows[first]
        elif how == "swap":
            rows[first], rows[second] = rows[second], rows[first]
        else:
            rows.insert(first, dict(rows[second]))
        if how != "delete":
            for seq, row in enumerate(rows, start=1):
                row["seq"] = seq
        return rows

    found = after_tampering(worked, change, with_checkpoint=True)
    assert found is None or not found.ok


@given(keep=st.integers(0, 8))
def test_cutting_off_the_end_is_found_by_the_checkpoint(worked: tuple[Path, Checkpoint], keep: int) -> None:
    found = after_tampering(worked, lambda rows: rows[:keep], with_checkpoint=True)
    assert found is not None
    assert "cut off" in found.problems[0].message


def test_a_chain_rewritten_from_the_start_fits_itself_but_not_the_checkpoint(
    worked: tuple[Path, Checkpoint],
) -> None:
    def forge(rows: list[Row]) -> list[Row]:
        rows[2]["actor"] = "somebody else"
        return rehash(rows)

    alone = after_tampering(worked, forge)
    assert alone is not None
    assert alone.ok, "without a checkpoint nobody can tell; docs/audit.md says so"
    found = after_tampering(worked, forge, with_checkpoint=True)
    assert found is not None
    assert "rewritten" in found.problems[0].message


def test_a_rewritten_chain_that_no_longer_tells_of_a_record_is_found_by_the_records(
    worked: tuple[Path, Checkpoint],
) -> None:
    found = after_tampering(worked, lambda rows: rehash(rows[:-1]), records=True)
    assert found is not None
    assert any("decision/" in problem.message for problem in found.problems)
    assert any("changed past the trail" in problem.message for problem in found.problems)


PAST_THE_TRAIL = {
    "UPDATE alert SET status = 'closed' WHERE alert_id = (SELECT MIN(alert_id) FROM alert)": "status",
    "DELETE FROM alert_note": "is gone",
    "UPDATE decision SET note = 'All is well, nothing to see here.'": "note",
    "DELETE FROM decision": "is gone",
    "UPDATE alert SET score = score / 2": "score",
    "UPDATE run SET failed_detectors = '[\"UA03\"]'": "failed_detectors",
    "UPDATE alert SET due_on = '2030-01-01'": "due_on",
    (
        "INSERT INTO review_case (case_id, title, status, opened_by, opened_at, updated_at, row_version) VALUES "
        "('C-99', 'x', 'open', 'ann', '2026-03-04 15:00:00', '2026-03-04 15:00:00', 1)"
    ): "no event tells of it",
}


def test_a_record_changed_past_the_trail_is_found_on_both_databases(store: Store) -> None:
    work(store)
    for statement, word in PAST_THE_TRAIL.items():
        before = {problem.message for problem in verify(store.engine).problems}
        with writing(store.engine) as connection:
            connection.execute(text(statement))
        new = [p.message for p in verify(store.engine).problems if p.message not in before]
        assert any(word in message for message in new), statement


def test_a_guard_taken_away_is_found(store: Store) -> None:
    work(store)
    drop = {
        "sqlite": "DROP TRIGGER audit_event_no_update",
        "postgresql": "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_update",
    }[store.engine.dialect.name]
    with writing(store.engine) as connection:
        connection.execute(text(drop))
    assert [p.message for p in verify(store.engine).problems] == [
        "The database's guard audit_event_no_update is gone or switched off."
    ]


def test_an_owner_of_a_postgresql_server_can_edit_but_not_unseen(store: Store) -> None:
    work(store)
    steps = {
        "sqlite": ["DROP TRIGGER audit_event_no_update"],
        "postgresql": ["SET LOCAL session_replication_role = replica"],
    }[store.engine.dialect.name]
    with writing(store.engine) as connection:
        for statement in [*steps, "UPDATE audit_event SET actor = 'somebody else' WHERE seq = 3"]:
            connection.execute(text(statement))
    assert 3 in [problem.seq for problem in verify(store.engine).problems]


@pytest.mark.parametrize("name", ["seq", "payload", "hash"])
def test_bytes_where_text_belongs_are_a_finding_not_a_traceback(
    worked: tuple[Path, Checkpoint], name: str
) -> None:
    def edit(rows: list[Row]) -> list[Row]:
        rows[1]["payload" if name == "seq" else name] = b"\xff\xfe" if name != "seq" else "[" * 100_000
        return rows

    found = after_tampering(worked, edit)
    assert found is not None
    assert not found.ok


def test_a_file_that_is_no_database_of_alerts_is_said_to_hold_no_trail(tmp_path: Path) -> None:
    assert [p.message for p in check(tmp_path / "empty.db").problems] == [
        "The database holds no audit trail."
    ]
    (tmp_path / "text.db").write_text("not a database " * 100)
    assert not check(tmp_path / "text.db").ok


def test_an_event_edited_past_reading_stops_page_and_export_with_a_sentence(sqlite_store: Store) -> None:
    work(sqlite_store)
    with writing(sqlite_store.engine) as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_update"))
        connection.execute(text("UPDATE audit_event SET payload = '{broken' WHERE action = 'alert.noted'"))
        alert_id = connection.execute(
            text("SELECT object_id FROM audit_event WHERE action = 'alert.noted'")
        ).scalar_one()
    with sqlite_store.read() as session, pytest.raises(VerificationFailed, match="surveil audit verify"):
        desk.alert_view(session, OFFICER, alert_id)
    with pytest.raises(VerificationFailed, match="surveil audit verify"):
        list(export_jsonl(sqlite_store.engine))
