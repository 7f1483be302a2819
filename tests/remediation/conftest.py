"""A fresh migrated database for each test."""

from tests.store.support import migrated_sqlite, sqlite_store

__all__ = ["migrated_sqlite", "sqlite_store"]
