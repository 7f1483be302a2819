"""The engines that models run on. Each registers tables, makes tables from SQL and answers queries; the rest is shared."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from surveil.config import EngineSettings
from surveil.engine.tables import in_one_order, plain
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


class DuckDB:
    """DuckDB in the process.

    What models make is kept in memory as far as the limit goes; beyond it goes to the spill folder.
    """

    dialect = "duckdb"

    def __init__(self, settings: EngineSettings, folder: Path) -> None:
        import duckdb

        self._spill = settings.spill(folder)
        self._spill.mkdir(parents=True, exist_ok=True)
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(":memory:")
        run = self._connection.execute
        run(f"SET memory_limit='{settings.memory_limit}'")
        if settings.threads:
            run(f"SET threads={settings.threads}")
        run("SET temp_directory=$folder", {"folder": str(self._spill)})
        run("SET preserve_insertion_order=false")

    def register_files(self, name: str, files: Sequence[Path]) -> None:
        listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        self._connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")

    def register_table(self, name: str, table: pa.Table) -> None:
        self._connection.register("arriving", table)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
        self._connection.unregister("arriving")

    def view(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE VIEW {name} AS {sql}")

    def create(self, name: str, sql: str) -> None:
        self._connection.execute(f"CREATE TABLE {name} AS {self._with_plain_integers(sql)}")

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
        target = str(file).replace("'", "''")
        self._connection.execute(
            f"COPY (SELECT {columns} FROM ({sql}) AS rows ORDER BY ALL) TO '{target}' (FORMAT parquet)"
        )

    def drop(self, name: str) -> None:
        self._connection.execute(f"DROP TABLE {name}")

    def interrupt(self) -> None:
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


class Spark:
    """The firm's own Spark, or one in this process: `spark://local[2]`, `spark://host:7077`."""

    dialect = "spark"

    def __init__(self, url: str, folder: Path) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise UsageError(
                "The Spark engine needs the package pyspark: pip install 'surveil[spark]'"
            ) from error

        master = url.removeprefix("spark://")
        master = master if master.startswith("local") else url
        self._session: Any = (
            SparkSession.builder.master(master)
            .appName("surveil")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.ansi.enabled", "true")
            .config("spark.sql.shuffle.partitions", "8")
            .getOrCreate()
        )
        self._folder = folder
        self._names: list[str] = []

    def register_files(self, name: str, files: Sequence[Path]) -> None:
        self._session.read.parquet(*(str(file.resolve()) for file in files)).createOrReplaceTempView(name)
        self._names.append(name)

    def register_table(self, name: str, table: pa.Table) -> None:
        self._session.createDataFrame(table).createOrReplaceTempView(name)
        self._names.append(name)

    def view(self, name: str, sql: str) -> None:
        self._session.sql(sql).createOrReplaceTempView(name)
        self._names.append(name)

    def create(self, name: str, sql: str) -> None:
        target = str((self._folder / "spark" / name).resolve())
        self._session.sql(sql).write.mode("overwrite").parquet(target)
        self._session.read.parquet(target).createOrReplaceTempView(name)
        self._names.append(name)

    def query(self, sql: str) -> pa.Table:
        return plain(self._session.sql(sql).toArrow())

    def rows(self, sql: str) -> pa.Table:
        return in_one_order(self.query(sql))

    def write(self, sql: str, file: Path) -> None:
        pq.write_table(self.rows(sql), file)

    def drop(self, name: str) -> None:
        # Its files stay until the end: a plan that Spark has not let go of may still read them.
        self._session.catalog.dropTempView(name)
        self._names.remove(name)

    def interrupt(self) -> None:
        self._session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        for name in self._names:
            with contextlib.suppress(Exception):
                self._session.catalog.dropTempView(name)
        shutil.rmtree(self._folder / "spark", ignore_errors=True)


def connect(settings: EngineSettings, folder: Path) -> Backend:
    """The engine a workspace names.

    Raises:
        UsageError: an address of no known engine.
    """
    if settings.url.startswith("duckdb:"):
        return DuckDB(settings, folder)
    if settings.url.startswith("spark:"):
        return Spark(settings.url, folder)
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
