"""Nothing changes without its event, and an event stays as it was written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from surveil import desk
from surveil.alerts.people import SYSTEM, Role, User
from surveil.store import Store
from surveil.store.audit import GENESIS, audit_event, head, record
from surveil.store.database import writing
from surveil.store.tables import AlertRow, CaseRow, UserRow
from surveil.store.verification import verify
from tests.store.support import NOW, draft, later, run

OFFICER = User("ann", Role.OFFICER)


def record_two_runs(store: Store) -> dict[str, str]:
    desk.record_scan(store, run(1), [draft(1), draft(2)], NOW)
    return desk.record_scan(store, run(2), [draft(1), draft(2)], later(days=1))


def test_an_event_tells_who_did_what_to_what_when_why_and_what_was_before(store: Store) -> None:
    alert_id = record_two_runs(store)["UA01|rep|R1"]
    desk.note(store, OFFICER, alert_id, "Called the branch about the consents.", later(days=2))
    with store.connection() as connection:
        row = connection.execute(select(audit_event).order_by(audit_event.c.seq.desc()).limit(1)).one()
    assert (row.actor, row.action, row.object_type, row.object_id) == (
        "ann",
        "alert.noted",
        "alert",
        alert_id,
    )
    assert row.at == "2026-03-06T15:00:00.000000Z"
    assert '"reason":"Called the branch about the consents."' in row.payload
    assert f'"alert/{alert_id}":{{"assignee":null,"due_on":"2026-03-06","row_version":2' in row.payload


def test_the_chain_of_ordinary_work_is_intact(store: Store) -> None:
    record_two_runs(store)
    found = verify(store.engine)
    assert found.ok, found.problems
    assert found.events == 6
    assert found.head != GENESIS


ATTACKS = {
    "edit": "UPDATE audit_event SET actor = 'nobody' WHERE seq = 2",
    "delete": "DELETE FROM audit_event WHERE seq = 3",
    "delete all": "DELETE FROM audit_event",
    "gap": (
        "INSERT INTO audit_event SELECT 99, format, at, actor, action, object_type, object_id, payload, hash, hash "
        "FROM audit_event WHERE seq = 6"
    ),
    "fork": (
        "INSERT INTO audit_event SELECT 7, format, at, actor, action, object_type, object_id, payload, prev, hash "
        "FROM audit_event WHERE seq = 6"
    ),
    "replace": (
        "INSERT OR REPLACE INTO audit_event SELECT seq, format, at, 'nobody', action, object_type, object_id, "
        "payload, prev, hash FROM audit_event WHERE seq = 6"
    ),
    "truncate": "TRUNCATE audit_event",
}
ONLY_IN = {"replace": "sqlite", "truncate": "postgresql"}


def test_the_database_itself_refuses_to_change_the_trail(store: Store) -> None:
    record_two_runs(store)
    before = verify(store.engine)
    dialect = store.engine.dialect.name
    for attack, statement in ATTACKS.items():
        if ONLY_IN.get(attack, dialect) != dialect:
            continue  # the other database has no such statement
        with pytest.raises(DBAPIError, match="audit event"), writing(store.engine) as connection:
            connection.execute(text(statement))
        assert verify(store.engine) == before, attack


def close_silently(store: Store) -> None:
    with store.write(OFFICER) as session:
        session.scalars(select(AlertRow).limit(1)).one().status = "closed"


def add_silently(store: Store) -> None:
    with store.write(OFFICER) as session:
        session.add(CaseRow(case_id="C-1", title="x", status="open", opened_by="ann", opened_at=NOW))
        session.flush()


def fail_after_the_event(store: Store) -> None:
    with store.write(OFFICER) as session:
        session.scalars(select(AlertRow).limit(1)).one().status = "closed"
        record(session, at=NOW, action="x", object_type="alert", object_id="y")
        raise ZeroDivisionError


@pytest.mark.parametrize("change", [close_silently, add_silently])
def test_a_change_without_its_event_is_refused_and_leaves_nothing(
    store: Store, change: Callable[[Store], None]
) -> None:
    record_two_runs(store)
    before = verify(store.engine)
    with pytest.raises(RuntimeError, match="audit event"):
        change(store)
    assert verify(store.engine) == before
    assert before.ok


def test_an_error_after_the_event_takes_change_and_event_back(store: Store) -> None:
    record_two_runs(store)
    before = verify(store.engine)
    with pytest.raises(ZeroDivisionError):
        fail_after_the_event(store)
    assert verify(store.engine) == before
    assert before.ok


def test_a_reading_session_writes_nothing(store: Store) -> None:
    alert_id = record_two_runs(store)["UA01|rep|R1"]
    with store.read() as session:
        session.narrow(OFFICER)
        session.get_one(AlertRow, alert_id).status = "closed"
        with pytest.raises(RuntimeError, match="only reads"):
            session.flush()


def test_bulk_changes_and_plain_tables_that_would_pass_the_trail_or_the_scope_are_refused(
    store: Store,
) -> None:
    record_two_runs(store)
    statements = (
        update(AlertRow).values(status="closed"),
        insert(CaseRow).values(case_id="C-1"),
        text("SELECT * FROM alert"),
        select(AlertRow.__table__),
    )
    for statement in statements:
        with pytest.raises(RuntimeError), store.write(OFFICER) as session:
            session.execute(statement)


def test_passwords_and_their_hashes_are_not_in_the_trail(sqlite_store: Store) -> None:
    desk.create_user(sqlite_store, SYSTEM, "ann", Role.OFFICER, NOW, password="first long password")
    desk.set_password(sqlite_store, SYSTEM, "ann", "second long password", NOW)
    with sqlite_store.read() as session:
        session.narrow(SYSTEM)
        secret = session.get_one(UserRow, "ann").password_hash
    with sqlite_store.connection() as connection:
        trail = "".join(connection.execute(select(audit_event.c.payload)).scalars())
    assert secret
    assert secret not in trail
    assert "password" in trail
    assert "long password" not in trail
    assert verify(sqlite_store.engine).ok


def test_text_that_a_database_cannot_hold_is_kept_visibly_changed(store: Store) -> None:
    hostile = "nul \x00 and half a pair \ud800 in the reason"
    alert_id = desk.record_scan(store, run(1), [draft(1, reason=hostile)], NOW)["UA01|rep|R1"]
    with store.read() as session:
        shown = desk.alert_view(session, OFFICER, alert_id).alert.reason
    assert shown == "nul \ufffd and half a pair \ufffd in the reason"
    assert verify(store.engine).ok


def test_the_first_event_follows_nothing(store: Store) -> None:
    with store.connection() as connection:
        assert head(connection) == (0, GENESIS)
    assert verify(store.engine).ok
