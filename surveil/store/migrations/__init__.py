"""Alembic's migrations of the database of alerts; applied by `surveil.store.migrate`."""
