"""Stored rows as Parquet files: write them, and ask them about keys and references, set-based and by DuckDB."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from surveil.feeds.model import Column, Feed
from surveil.feeds.report import Dangling

_SAMPLES = 5


def connect(memory_limit: str, threads: int, scratch: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own that works within the memory limit and puts what does not fit into `scratch`."""
    settings: dict[str, Any] = {
        "memory_limit": memory_limit,
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if threads:
        settings["threads"] = threads
    return duckdb.connect(":memory:", config=settings)


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def rows_of(files: Sequence[Path], *, numbered: bool = False) -> str:
    """SQL that reads Parquet files; the names are taken as they are, whatever characters they have."""
    names = ", ".join(literal(glob.escape(str(file))) for file in files)
    return f"read_parquet([{names}]" + (", filename=true, file_row_number=true)" if numbered else ")")


def write_part(
    connection: duckdb.DuckDBPyConnection, feed: Feed, table: Any, path: Path, file: str, load: int
) -> None:
    """Write rows as they are ordered, with where they came from."""
    columns = ", ".join(
        f'"{name}"::{sql_type} AS "{name}"'
        for column in feed.columns
        for name, sql_type in zip(column.stored, column.stored_types, strict=True)
    )
    connection.register("part", table)
    connection.execute(
        f"COPY (SELECT {columns}, {literal(file)} AS _file, _line::BIGINT AS _line, {load}::INTEGER AS _load "
        f"FROM part) TO {literal(str(path))} (FORMAT parquet)"
    )
    connection.unregister("part")


def supersede(
    connection: duckdb.DuckDBPyConnection, feed: Feed, parts: Sequence[Path], aside: Path
) -> list[int]:
    """Keep the last row of each key, by order of `parts` and rows, and move the others to files in `aside`.

    Returns the number of rows moved out of each part.
    """
    losers = _superseded(connection, feed, parts) if parts else {}
    moved = [0] * len(parts)
    for place, rows in losers.items():
        path = parts[place]
        table = pq.read_table(path, partitioning=None)
        lost = np.zeros(table.num_rows, dtype=bool)
        lost[rows] = True
        moved[place] = len(rows)
        aside.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.filter(pa.array(lost)), aside / path.name)
        pq.write_table(table.filter(pa.array(~lost)), path)
    return moved


def _superseded(
    connection: duckdb.DuckDBPyConnection, feed: Feed, parts: Sequence[Path]
) -> dict[int, list[int]]:
    """Rows by place of their part whose key comes again later."""
    keys = ", ".join(f'"{name}"' for name in feed.key_stored)
    doubled = f"SELECT hash({keys}) FROM {rows_of(parts)} GROUP BY 1 HAVING count(*) > 1"
    if connection.execute(f"SELECT count(*) FROM ({doubled})").fetchall() == [(0,)]:
        return {}
    places = ", ".join(f"({literal(str(path))}, {i})" for i, path in enumerate(parts))
    found = connection.execute(
        f"WITH place(filename, place) AS (VALUES {places}), twice AS (SELECT {keys}, place, file_row_number AS number "
        f"FROM {rows_of(parts, numbered=True)} JOIN place USING (filename) WHERE hash({keys}) IN ({doubled})) "
        f"SELECT place, number FROM twice QUALIFY row_number() OVER "
        f"(PARTITION BY {keys} ORDER BY place DESC, number DESC) > 1 ORDER BY place, number"
    ).fetchall()
    losers: dict[int, list[int]] = {}
    for place, number in found:
        losers.setdefault(place, []).append(number)
    return losers


def count_known(
    connection: duckdb.DuckDBPyConnection, feed: Feed, parts: Sequence[Path], earlier: Sequence[Path]
) -> int:
    """Rows in `parts` whose key is in `earlier` too."""
    if not parts or not earlier:
        return 0
    same = " AND ".join(f'new."{name}" IS NOT DISTINCT FROM old."{name}"' for name in feed.key_stored)
    sql = f"SELECT count(*) FROM {rows_of(parts)} AS new SEMI JOIN {rows_of(earlier)} AS old ON {same}"
    return int(connection.execute(sql).fetchall()[0][0])


def dangling(
    connection: duckdb.DuckDBPyConnection,
    column: Column,
    references: str,
    parts: Sequence[Path],
    target: Sequence[Path],
) -> Dangling | None:
    """Rows in `parts` whose `column` names no row in `target`, or None if there are none."""
    key = references.partition(".")[2]
    value = f"unnest(string_split(\"{column.name}\", ';'))" if column.many else f'"{column.name}"'
    count = "count(DISTINCT (_file, _line))" if column.many else "count(*)"
    besides = ", ".join(literal(word) for word in ("", *column.besides))
    found = connection.execute(
        f"WITH cells AS (SELECT _file, _line, trim({value}) AS v FROM {rows_of(parts)} "
        f'WHERE "{column.name}" IS NOT NULL), '
        f'lost AS (SELECT _file, _line, v FROM cells ANTI JOIN {rows_of(target)} AS t ON v = t."{key}" '
        f"WHERE v NOT IN ({besides})) "
        f"SELECT {count}, list_sort(min(DISTINCT v, {_SAMPLES})) FROM lost"
    ).fetchall()
    rows, samples = found[0]
    return Dangling(column.name, references, rows, tuple(samples)) if rows else None
