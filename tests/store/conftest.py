"""A fresh migrated store for each test, on SQLite and on PostgreSQL."""

from tests.store.support import migrated_postgres, migrated_sqlite, sqlite_store, store, url

__all__ = ["migrated_postgres", "migrated_sqlite", "sqlite_store", "store", "url"]
