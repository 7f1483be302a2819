"""A Parquet file as a stream of blocks, and the kind of each of its columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from surveil.config import LoadSettings
from surveil.errors import InputRefused
from surveil.feeds.csvstream import REASONS, Block
from surveil.feeds.records import Fault, Ints
from surveil.feeds.rejects import Reject
from surveil.feeds.rules import Kind

_BATCH_ROWS = 250_000


def read_parquet_header(
    path: Path, name: str, wanted: frozenset[str], settings: LoadSettings
) -> tuple[str, ...]:
    """Names of the columns of a Parquet file.

    Raises:
        InputRefused: it is not one, a wanted column has a type that no cell of a table has, or it is a bomb.
    """
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InputRefused(
            f"{name}: is not a readable Parquet file ({brief(error)}). If it was cut off, copy or export it again."
        ) from error
    if rows > max(1_000_000, path.stat().st_size * settings.max_inflate_ratio):
        raise InputRefused(
            f"{name}: says that it has {rows:,} rows, out of proportion to its size. "
            "If it is right, raise max_inflate_ratio under [load] in surveil.toml."
        )
    for field in schema:
        if field.name in wanted and kind_of(field.type) is None:
            raise InputRefused(
                f"{name}: the column {field.name} has the type {field.type}, which is no cell's value."
            )
    return tuple(str(column) for column in schema.names)


def kind_of(arrow_type: Any) -> Kind | None:
    """How a column of that Arrow type is read, or None if it cannot be."""
    types = pa.types
    if types.is_dictionary(arrow_type):
        return kind_of(arrow_type.value_type)
    checks = (
        (Kind.TEXT, (types.is_string, types.is_large_string, types.is_string_view, types.is_null)),
        (Kind.NUMBER, (types.is_integer,)),
        (Kind.FLOAT, (types.is_float32, types.is_float64)),
        (Kind.BOOL, (types.is_boolean,)),
        (Kind.DATE, (types.is_date,)),
    )
    for kind, tests in checks:
        if any(test(arrow_type) for test in tests):
            return kind
    if types.is_decimal128(arrow_type):
        return Kind.DECIMAL if arrow_type.scale > 0 else Kind.NUMBER
    if types.is_timestamp(arrow_type):
        return Kind.TIMESTAMP if arrow_type.tz is None else Kind.INSTANT
    return None


def kinds_of(path: Path, wanted: tuple[str, ...]) -> dict[str, Kind]:
    """The kinds of the wanted columns of a file that `read_parquet_header` has accepted."""
    schema = pq.read_schema(path)
    return {name: kind for name in wanted if (kind := kind_of(schema.field(name).type)) is not None}


def brief(error: Exception) -> str:
    """The first line of an error's text, for a message."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]


class ParquetReader:
    """Reads the rows of one Parquet file in batches; a row's number is its place in the file, from 1."""

    def __init__(self, path: Path, name: str, wanted: tuple[str, ...]) -> None:
        self._path, self._name, self._wanted = path, name, wanted

    def blocks(self) -> Iterator[Block]:
        """All rows of the file, in order.

        Raises:
            InputRefused: the file cannot be read to its end.
        """
        row = 0
        try:
            with pq.ParquetFile(self._path) as file:
                total = max(file.metadata.num_rows, 1)
                for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                    table = pa.Table.from_batches([batch])
                    lines = row + 1 + np.arange(table.num_rows, dtype=np.int64)
                    row += table.num_rows
                    broken = self._undecodable(table, lines)
                    if broken:
                        good = ~np.isin(lines, [reject.line for reject in broken])
                        table, lines = table.filter(pa.array(good)), lines[good]
                    wanted = table.select(list(self._wanted))
                    yield Block(wanted, lines, _row_as_json(table), broken, 0, row / total)
        except (pa.ArrowException, OSError) as error:
            raise InputRefused(f"{self._name}: cannot be read to its end ({brief(error)}).") from error

    def _undecodable(self, table: Any, lines: Ints) -> list[Reject]:
        """The rows with a text that is no UTF-8: Parquet promises it, but not every writer keeps to that."""
        found: dict[int, str] = {}
        for name in self._wanted:
            try:
                table.column(name).validate(full=True)
            except pa.ArrowInvalid:
                cells = table.column(name).cast(pa.string()).cast(pa.binary())
                for i, cell in enumerate(cells.to_pylist()):
                    if cell is not None and _readable(cell) != cell:
                        found.setdefault(i, name)
        raw, reason = _row_as_json(table), REASONS[Fault.ENCODING]
        return [
            Reject(self._name, int(lines[i]), name, f"{name} {reason}", raw(i)) for i, name in found.items()
        ]


def _readable(cell: bytes) -> bytes:
    return cell.decode("utf-8", "replace").encode()


def _row_as_json(table: Any) -> Callable[[int], bytes]:
    def raw(i: int) -> bytes:
        row = {name: _value(table.column(name)[i]) for name in table.column_names}
        return json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")

    return raw


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.cast(pa.binary()).as_py().decode("utf-8", "backslashreplace")
    except (OverflowError, ValueError):  # a moment beyond what Python's datetime can say
        return scalar.cast(pa.int64()).as_py()
