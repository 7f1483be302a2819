"""The engines that models run on. Each registers tables, makes tables from SQL and answers queries; the rest is shared."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from surveil.config import EngineSettings
from surveil.engine.tables import plain
from surveil.errors import UsageError

if TYPE_CHECKING:
    import duckdb


class Backend(Protocol):
    """What an engine must do. `dialect` is sqlglot's name of its SQL."""

    dialect: str

    def register_files(self, name: str, files: Sequence[Path]) -> None:
        """Make Parquet files readable as one table."""

    def register_table(self, name: str, table: pa.Table) -> None:
        """Make a small table readable."""

    def view(self, name: str, sql: str) -> None:
        """Name a SELECT."""

    def create(self, name: str, sql: str) -> None:
        """Write a SELECT's rows down under a name."""

    def query(self, sql: str) -> pa.Table:
        """A SELECT's rows; whole numbers as 64-bit integers."""

    def rows(self, sql: str) -> pa.Table:
        """What `query` gives, sorted by all columns: missing last, text by its code points."""

    def write(self, sql: str, file: Path) -> None:
        """Write what `rows` gives to a Parquet file."""

    def drop(self, name: str) -> None:
        """Forget a table that was created."""

    def interrupt(self) -> None:
        """Break off what another thread has it do; nothing where it does nothing."""

    def close(self) -> None:
        """Give back everything."""


def open_duckdb(settings: EngineSettings, spill: Path) -> duckdb.DuckDBPyConnection:
    """An empty DuckDB in memory that takes no more of the machine than the settings allow.

    Args:
        spill: the folder, nobody else's, where it puts what does not fit; it is made, and for the caller to remove.
    """
    import duckdb

    spill.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET memory_limit='{settings.memory_limit}'")
    if settings.threads:
        connection.execute(f"SET threads={settings.threads}")
    connection.execute("SET temp_directory=$folder", {"folder": str(spill)})
    return connection


@contextmanager
def duckdb_beside(settings: EngineSettings, run: Path, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own beside a run's engine, which may still be open; what it spills is gone afterwards."""
    engine = settings.spill(run)
    spill = engine.with_name(f"{engine.name}-{purpose}")
    try:
        with open_duckdb(settings, spill) as connection:
            yield connection
    finally:
        shutil.rmtree(spill, ignore_errors=True)


class DuckDB:
    """DuckDB in the process.

    What models make is kept in memory as far as the limit goes; beyond it goes to the spill folder.
    """

    dialect = "duckdb"

    def __init__(self, settings: EngineSettings, folder: Path) -> None:
        self._spill = settings.spill(folder)
        self._connection = open_duckdb(settings, self._spill)
        self._connection.execute("SET preserve_insertion_order=false")

    def register_files(self, name: str, files: Sequence[Path]) -> None:
        listed = ", ".join(quoted(file) for file in files)
        self._connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")

    def register_table(self, name: str, table: pa.Table) -> None:
        self._connection.register("arriving", table)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
        self._connection.unregister("arriving")

    def view(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE VIEW {name} AS {sql}")

    def _execute(self, sql: str) -> int:
        """Run a statement that writes rows; how many it wrote."""
        return int(self._connection.execute(sql).fetchall()[0][0])

    def _run(self, sql: str) -> int:
        """`_execute`; where memory runs out, once more by one thread, as each holds what it is putting together."""
        import duckdb

        try:
            return self._execute(sql)
        except duckdb.OutOfMemoryException:
            threads = self._connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
            self._connection.execute("SET threads=1")
            try:
                return self._execute(sql)
            finally:
                self._connection.execute(f"SET threads={threads}")

    def create(self, name: str, sql: str) -> None:
        self._run(f"CREATE TABLE {name} AS {sql}")

    def _with_plain_integers(self, sql: str) -> str:
        """DuckDB adds integers to 128 bits, which Parquet and other engines do not have."""
        described = self._connection.execute(f"DESCRIBE {sql}").fetchall()
        columns = ", ".join(f"CAST({n} AS BIGINT) AS {n}" if t == "HUGEINT" else n for n, t, *_ in described)
        return f"SELECT {columns} FROM ({sql}) AS plain"

    def query(self, sql: str) -> pa.Table:
        return plain(self._connection.sql(self._with_plain_integers(sql)).to_arrow_table())

    def rows(self, sql: str) -> pa.Table:
        return plain(self._connection.sql(f"SELECT * FROM ({sql}) AS rows ORDER BY ALL").to_arrow_table())

    def write(self, sql: str, file: Path) -> None:
        # Its own writer lets go of rows as it goes: what `rows` gives would lie in memory whole, beyond the limit.
        described = self._connection.execute(f"DESCRIBE {sql}").fetchall()
        columns = ", ".join(n if t == "VARCHAR" else f"CAST({n} AS BIGINT) AS {n}" for n, t, *_ in described)
        self._run(
            f"COPY (SELECT {columns} FROM ({sql}) AS rows ORDER BY ALL) TO {quoted(file)} (FORMAT parquet)"
        )

    def drop(self, name: str) -> None:
        self._connection.execute(f"DROP TABLE {name}")

    def interrupt(self) -> None:
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


def quoted(file: Path) -> str:
    """A file's path as SQL has it."""
    return "'" + str(file).replace("'", "''") + "'"


def connect(settings: EngineSettings, folder: Path, *, large: bool = False) -> Backend:
    """The engine a workspace names.

    Args:
        large: whether what models make will be much longer than memory holds; other engines see to that themselves.

    Raises:
        UsageError: an address of no known engine.
    """
    if settings.url.startswith("duckdb:"):
        if not large:
            return DuckDB(settings, folder)
        from surveil.engine.large import LargeDuckDB

        return LargeDuckDB(settings, folder)
    if settings.url.startswith("spark:"):
        from surveil.engine.spark import Spark

        return Spark(settings, folder)
    if settings.url.startswith(("postgresql:", "postgresql+psycopg:")):
        from surveil.engine.postgres import Postgres

        return Postgres(settings.url.replace("+psycopg", "", 1))
    raise UsageError(
        f"engine {shown(settings.url)!r} is not known; use duckdb:// or postgresql://USER@HOST/DATABASE or "
        "spark://local[2] or spark://HOST:PORT"
    )


def shown(url: str) -> str:
    """An engine's address without the password."""
    return re.sub(r"(?<=//)([^/@:]*):[^/@]*@", r"\1:***@", url)
