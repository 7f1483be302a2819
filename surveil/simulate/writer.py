"""Feeds on disk: columns of numbers become the texts and types of the contract, written as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from surveil.simulate.table import NONE, Array


def ids(prefix: str, width: int, values: Array) -> pa.Array:
    """Text ids such as `A00000042`; negative numbers are not known."""
    numbers = pc.utf8_lpad(pa.array(values).cast(pa.string()), width, "0")
    return _known(values >= 0, pc.binary_join_element_wise(prefix, numbers, ""))


def dates(values: Array) -> pa.Array:
    """Day numbers as dates."""
    return _known(
        values != NONE, pa.array(np.where(values == NONE, 0, values).astype(np.int32)).cast(pa.date32())
    )


def moments(values: Array) -> pa.Array:
    """Local seconds as timestamps without an offset."""
    return _known(values != NONE, pa.array(np.where(values == NONE, 0, values)).cast(pa.timestamp("s")))


def moments_with_offset(values: Array, offset: Array, marked: Array) -> pa.Array:
    """Local seconds as text; marked rows carry their offset from UTC (whole hours)."""
    text = pc.replace_substring(moments(values).cast(pa.string()), " ", "T")
    hours = -offset // 3600
    tail = pc.binary_join_element_wise(
        "-", pc.utf8_lpad(pa.array(hours).cast(pa.string()), 2, "0"), ":00", ""
    )
    return pc.if_else(pa.array(marked), pc.binary_join_element_wise(text, tail, ""), text)


def money(values: Array) -> pa.Array:
    """Cents as decimals with two places."""
    halves = np.empty((len(values), 2), dtype=np.int64)
    halves[:, 0] = np.where(values == NONE, 0, values)
    halves[:, 1] = halves[:, 0] >> 63
    decimals = pa.Array.from_buffers(pa.decimal128(18, 2), len(values), [None, pa.py_buffer(halves)])
    return _known(values != NONE, decimals)


def whole(values: Array) -> pa.Array:
    return _known(values != NONE, pa.array(np.where(values == NONE, 0, values).astype(np.int64)))


def flags(values: Array) -> pa.Array:
    """0, 1 or not known."""
    return _known(values != NONE, pa.array(values == 1))


def codes(values: Array, pool: Sequence[str]) -> pa.Array:
    """Positions in a list of texts; negative is not known."""
    return pa.array(pool, pa.string()).take(_known(values >= 0, pa.array(np.maximum(values, 0))))


def texts(values: Array) -> pa.Array:
    return pa.array(values, pa.string())


def _known(known: Array, values: pa.Array) -> pa.Array:
    return (
        values if bool(np.all(known)) else pc.if_else(pa.array(known), values, pa.scalar(None, values.type))
    )


@dataclass
class Writer:
    """Writes each feed into one folder: `<feed>.csv`, or parts `<feed>-0001.csv`; or the same as `.parquet`."""

    folder: Path
    parquet: bool
    several: bool
    rows: dict[str, int] = field(default_factory=dict)

    def write(self, feed: str, columns: Mapping[str, pa.Array], part: int | None = None) -> None:
        """Write one part; `part` is None for feeds of the whole firm."""
        table = pa.table(dict(columns))
        self.rows[feed] = self.rows.get(feed, 0) + table.num_rows
        suffix = f"-{part + 1:04d}" if part is not None and self.several else ""
        if self.parquet:
            pq.write_table(table, self.folder / f"{feed}{suffix}.parquet", compression="zstd")
        else:
            write_csv(table, self.folder / f"{feed}{suffix}.csv")


def write_csv(table: pa.Table, path: Path) -> None:
    """UTF-8, a header, line ends `\\n`, quotes only where they are needed, empty where not known."""
    fields: list[tuple[str, Any]] = []
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            column = pc.replace_substring(column.cast(pa.string()), " ", "T")
        elif pa.types.is_boolean(column.type):
            column = column.cast(pa.string())
        fields.append((name, column))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.from_arrow(pa.table(dict(fields))).write_csv(str(path), header=True)
