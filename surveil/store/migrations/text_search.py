"""The index that searching the alerts' text uses, made wherever the database can have one; without it searching is slower.

SQLite keeps the trigrams of `alert.search_key` in a full-text table (since 3.34), which triggers keep in step; alerts are
numbered for it, because a row's own number may change when the file is compacted. PostgreSQL needs its extension
pg_trgm, which a database's owner may create where the server has it.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

TABLE, NUMBERS = "alert_search", "alert_search_number"
WITHOUT = (
    "searched without an index, which is slow with very many alerts: PostgreSQL needs its extension pg_trgm (ask its "
    "administrator for CREATE EXTENSION pg_trgm, then run surveil doctor again), SQLite a version from 3.34 on"
)
"""What to tell somebody whose database has none."""

_SQLITE = (
    "CREATE VIRTUAL TABLE alert_search USING fts5("
    "search_key, content='', detail=none, tokenize='trigram case_sensitive 1')",
    "CREATE TABLE alert_search_number (number INTEGER PRIMARY KEY, alert_id TEXT NOT NULL UNIQUE)",
    "INSERT INTO alert_search_number (alert_id) SELECT alert_id FROM alert ORDER BY alert_id",
    "INSERT INTO alert_search (rowid, search_key) SELECT number, search_key FROM alert_search_number "
    "JOIN alert USING (alert_id) ORDER BY number",
    """
    CREATE TRIGGER alert_search_insert AFTER INSERT ON alert BEGIN
      INSERT INTO alert_search_number (alert_id) VALUES (NEW.alert_id);
      INSERT INTO alert_search (rowid, search_key)
        SELECT number, NEW.search_key FROM alert_search_number WHERE alert_id = NEW.alert_id;
    END
    """,
    """
    CREATE TRIGGER alert_search_update AFTER UPDATE OF search_key ON alert WHEN NEW.search_key <> OLD.search_key BEGIN
      INSERT INTO alert_search (alert_search, rowid, search_key)
        SELECT 'delete', number, OLD.search_key FROM alert_search_number WHERE alert_id = OLD.alert_id;
      INSERT INTO alert_search (rowid, search_key)
        SELECT number, NEW.search_key FROM alert_search_number WHERE alert_id = NEW.alert_id;
    END
    """,
    """
    CREATE TRIGGER alert_search_delete AFTER DELETE ON alert BEGIN
      INSERT INTO alert_search (alert_search, rowid, search_key)
        SELECT 'delete', number, OLD.search_key FROM alert_search_number WHERE alert_id = OLD.alert_id;
      DELETE FROM alert_search_number WHERE alert_id = OLD.alert_id;
    END
    """,
)
_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_alert_words ON alert USING gin (search_key gin_trgm_ops)",
)
_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'alert_search'",
    "postgresql": "SELECT 1 FROM pg_class WHERE relname = 'ix_alert_words' AND pg_table_is_visible(oid)",
}
_SQLITE_HAS_TRIGRAMS = (3, 34)
_EXTENSION_OFFERED = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"


def is_there(connection: Connection) -> bool:
    """Whether this database has the index."""
    return connection.execute(text(_THERE[connection.dialect.name])).first() is not None


def ensure(connection: Connection) -> None:
    """Make the index and put the alerts that are there into it; a database that can't have one is left without.

    On PostgreSQL surveil may run as a role that does not own the tables and so may make no index: that is no failure, and
    a refusal must not take the migration it belongs to with it.
    """
    if is_there(connection):
        return
    if connection.dialect.name == "sqlite":
        if _sqlite_can(connection):
            for statement in _SQLITE:
                connection.execute(text(statement))
        return
    if connection.execute(text(_EXTENSION_OFFERED)).first() is not None:
        with suppress(ProgrammingError), connection.begin_nested():
            for statement in _POSTGRESQL:
                connection.execute(text(statement))


def _sqlite_can(connection: Connection) -> bool:
    version, has_fts5 = connection.execute(
        text("SELECT sqlite_version(), sqlite_compileoption_used('ENABLE_FTS5')")
    ).one()
    return bool(has_fts5) and tuple(int(part) for part in version.split(".")[:2]) >= _SQLITE_HAS_TRIGRAMS
