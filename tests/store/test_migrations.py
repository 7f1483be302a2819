"""The migrations make exactly the tables that the code maps, with the guards of the audit chain."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from surveil import desk
from surveil.alerts.alert import Source
from surveil.alerts.model import Family, Severity, SubjectType
from surveil.alerts.people import Role, User
from surveil.config import Workspace
from surveil.desk import open_desk, prepare_desk
from surveil.errors import UsageError
from surveil.store import Store, migrate
from surveil.store.audit import audit_event
from surveil.store.database import writing
from surveil.store.migrate import is_current
from surveil.store.migrations import text_search
from tests.store.support import NOW, draft, run


def _is_mapped(name: str | None, kind: str, _: object) -> bool:
    """Everything but the tables of the index for searching, which SQLite alone has."""
    return kind != "table" or not str(name).startswith(text_search.TABLE)


def test_the_migrated_database_has_every_mapped_column_index_and_constraint(store: Store) -> None:
    with store.connection() as connection:
        opts = {"compare_type": True, "include_name": _is_mapped}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, audit_event.metadata) == []


def test_the_guards_of_the_audit_chain_and_the_upkeep_of_the_search_exist(store: Store) -> None:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'audit%'",
    }[store.engine.dialect.name]
    wanted = {"audit_event_no_update", "audit_event_no_delete", "audit_event_chain"}
    if store.engine.dialect.name == "postgresql":
        wanted.add("audit_event_no_truncate")
    else:
        wanted |= {"alert_search_insert", "alert_search_update", "alert_search_delete"}
    with store.connection() as connection:
        assert set(connection.execute(text(query)).scalars()) == wanted


def test_migrating_twice_changes_nothing(url: str, store: Store) -> None:
    migrate(url)
    assert is_current(store)
    with store.connection() as connection:
        assert "alert" in inspect(connection).get_table_names()


def test_a_database_of_a_newer_version_is_refused_with_a_sentence(sqlite_store: Store) -> None:
    with writing(sqlite_store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not is_current(sqlite_store)
    with pytest.raises(UsageError, match="newer version"):
        migrate(str(sqlite_store.engine.url))


@pytest.mark.parametrize("address", ["mysql://localhost/x", "no address", "oracle://x", ""])
def test_an_address_of_no_known_database_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(UsageError, match="database"):
        migrate(address)


def test_an_unreachable_server_is_told_in_a_sentence() -> None:
    with pytest.raises(UsageError, match="can't be used"):
        migrate("postgresql+psycopg://nobody@127.0.0.1:9/none?connect_timeout=2")


def test_a_workspace_is_prepared_once_and_opened_with_its_own_calendar(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "firm")
    with pytest.raises(UsageError, match="surveil init"):
        open_desk(workspace)
    prepare_desk(workspace)
    key = (workspace.path / "keys" / "audit_ed25519.pem").read_bytes()
    prepare_desk(workspace)
    assert (workspace.path / "keys" / "audit_ed25519.pem").read_bytes() == key
    store = open_desk(workspace)
    assert store.calendar.timezone == workspace.settings.timezone
    store.close()


def test_older_alerts_get_the_same_derived_values_as_new_ones(store: Store) -> None:
    manual = desk.Report(
        Source.HOT_LINE,
        Family.CONTROL,
        "report",
        Severity.LOW,
        SubjectType.CUSTOMER,
        "C1",
        "A customer rang us up.",
    )
    desk.record_scan(
        store, run(1), [draft(n, score=n / 3, rep_id=None if n == 2 else "R1") for n in range(4)], NOW
    )
    desk.raise_alert(store, User("ann", Role.OFFICER), manual, NOW)
    derived = text("SELECT alert_id, urgency, score_order, about FROM alert ORDER BY alert_id")
    migration = importlib.import_module("surveil.store.migrations.versions.0007_quick_queue")
    with writing(store.engine) as connection:
        written = connection.execute(derived).all()
        connection.execute(text("UPDATE alert SET urgency = '', score_order = 9, about = ''"))
        connection.execute(text(migration._FILLED[connection.dialect.name]))
        assert connection.execute(derived).all() == written
    assert len(written) == 5
