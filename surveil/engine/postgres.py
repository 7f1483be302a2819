"""PostgreSQL as the engine: the snapshot is copied into temporary tables of one session, which leaves nothing behind."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from surveil.engine.tables import in_one_order, plain
from surveil.errors import UsageError

if TYPE_CHECKING:
    import psycopg

_BATCH = 50_000
_NUMERIC = 1700  # what PostgreSQL makes of a sum of whole numbers; they fit 64 bits


class Postgres:
    """The firm's own PostgreSQL: `postgresql://user@host/database`. The user needs the right to make temporary tables."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise UsageError(
                "The PostgreSQL engine needs the package psycopg: pip install 'surveil[postgres]'"
            ) from error
        try:
            self._connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
        except psycopg.Error as error:
            raise UsageError(f"The engine's PostgreSQL can't be used: {error}") from error
        self._views: list[str] = []
        self._collation = self._code_point_order()
        # Compiling would take longer than most of the models; the search path keeps other tables of the same name out.
        self._run("SET jit = off")
        self._run("SET search_path = pg_temp")

    def _code_point_order(self) -> str:
        """The collation that orders text by code points and knows all letters' cases, as the other engines do.

        Raises:
            UsageError: the database has none, or is not in UTF-8.
        """
        (encoding,) = self._run("SHOW server_encoding")[0]
        found = {name for (name,) in self._run("SELECT collname FROM pg_catalog.pg_collation")}
        fitting = [name for name in ("pg_c_utf8", "C.UTF-8", "C.utf8") if name in found]
        if encoding != "UTF8" or not fitting:
            self._connection.close()
            raise UsageError(
                "The engine's PostgreSQL can't give the same results as other engines: it needs a database in UTF-8 with "
                "the collation pg_c_utf8 (PostgreSQL 17 and later) or C.UTF-8"
            )
        return fitting[0]

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def register_files(self, name: str, files: Sequence[Path]) -> None:
        schema = pq.read_schema(files[0])
        self._make(name, schema)
        for file in files:
            with pq.ParquetFile(file) as parquet:
                for batch in parquet.iter_batches(_BATCH, columns=schema.names):
                    self._fill(name, pa.Table.from_batches([batch]))
        self._run(f'ANALYZE "{name}"')

    def register_table(self, name: str, table: pa.Table) -> None:
        self._make(name, table.schema)
        self._fill(name, table)
        self._run(f'ANALYZE "{name}"')

    def _make(self, name: str, schema: pa.Schema) -> None:
        text = f'TEXT COLLATE "{self._collation}"'
        columns = ", ".join(f'"{f.name}" {"BIGINT" if pa.types.is_integer(f.type) else text}' for f in schema)
        self._run(f'CREATE TEMPORARY TABLE "{name}" ({columns})')

    def _fill(self, name: str, table: pa.Table) -> None:
        """Empty text arrives quoted and a missing value not, which is how COPY tells them apart."""
        written = io.BytesIO()
        pa.csv.write_csv(plain(table), written, pa.csv.WriteOptions(include_header=False))
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT csv)'.encode()) as copy,
        ):
            copy.write(written.getbuffer())

    def view(self, name: str, sql: str) -> None:
        self._run(f'CREATE TEMPORARY VIEW "{name}" AS {sql}')

    def create(self, name: str, sql: str) -> None:
        self._run(f'CREATE TEMPORARY TABLE "{name}" AS {self._with_plain_integers(sql)}')
        self._run(f'ANALYZE "{name}"')

    def _with_plain_integers(self, sql: str) -> str:
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({sql}) AS described LIMIT 0".encode())
            described = [(c.name, c.type_code) for c in cursor.description or ()]
        columns = ", ".join(
            f'CAST("{n}" AS BIGINT) AS "{n}"' if t == _NUMERIC else f'"{n}"' for n, t in described
        )
        return f"SELECT {columns} FROM ({sql}) AS plain"

    def query(self, sql: str) -> pa.Table:
        with self._connection.cursor() as cursor:
            cursor.execute(self._with_plain_integers(sql).encode())
            described = cursor.description or []
            whole = {self._connection.adapters.types[name].oid for name in ("int2", "int4", "int8")}
            schema = pa.schema(
                [(c.name, pa.int64() if c.type_code in whole else pa.string()) for c in described]
            )
            batches = []
            while rows := cursor.fetchmany(_BATCH):
                columns = zip(*rows, strict=True)
                batches.append(
                    pa.record_batch(
                        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
                        schema=schema,
                    )
                )
            return pa.Table.from_batches(batches, schema=schema)

    def rows(self, sql: str) -> pa.Table:
        return in_one_order(self.query(sql))

    def write(self, sql: str, file: Path) -> None:
        pq.write_table(self.rows(sql), file)

    def drop(self, name: str) -> None:
        self._run(f'DROP TABLE "{name}"')

    def interrupt(self) -> None:
        self._connection.cancel()

    def close(self) -> None:
        self._connection.close()
