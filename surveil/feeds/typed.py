"""Turns a block of cells into stored rows by the rules of its feed, and keeps count of what was done to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from surveil.feeds.csvstream import Block
from surveil.feeds.model import Column, Feed
from surveil.feeds.rejects import Reject
from surveil.feeds.report import ReasonCount, ValueCount
from surveil.feeds.rules import AWARE, BARE, BASE, PROBLEM, ROUNDED, Rules
from surveil.feeds.zones import DAY, Ints, offsets

_ARROW = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64()}
_SAMPLES = 5
_SAMPLE_LENGTH = 40


@dataclass
class Tally:
    """What happened to the rows of one file so far."""

    rows: int = 0
    rejected: int = 0
    blank: int = 0
    rounded: Counter[str] = field(default_factory=Counter)
    midnight: Counter[str] = field(default_factory=Counter)
    _reasons: dict[tuple[str | None, str], tuple[int, int]] = field(default_factory=dict)
    _unknown: Counter[str] = field(default_factory=Counter)
    _samples: dict[str, list[str]] = field(default_factory=dict)

    def reject(self, rejects: list[Reject]) -> None:
        """Count rejected rows."""
        self.rejected += len(rejects)
        for reject in rejects:
            rows, first = self._reasons.get((reject.column, reject.reason), (0, reject.line))
            self._reasons[reject.column, reject.reason] = rows + 1, min(first, reject.line)

    def unknown(self, column: str, rows: int, values: list[str]) -> None:
        """Count cells outside the list of a column; `values` are some of them, in order."""
        self._unknown[column] += rows
        samples = {*self._samples.get(column, ()), *(value[:_SAMPLE_LENGTH] for value in values)}
        self._samples[column] = sorted(samples)[:_SAMPLES]

    def reasons(self) -> tuple[ReasonCount, ...]:
        """Reasons for rejecting, the most frequent first."""
        counts = [ReasonCount(column, reason, *count) for (column, reason), count in self._reasons.items()]
        return tuple(sorted(counts, key=lambda count: (-count.rows, count.first_line, count.reason)))

    def unknown_values(self) -> tuple[ValueCount, ...]:
        """Columns that have cells outside their list."""
        return tuple(
            ValueCount(c, rows, tuple(self._samples[c])) for c, rows in self._unknown.items() if rows
        )


@dataclass(frozen=True)
class BranchZones:
    """The time zone of each branch that has one, and the workspace's for all else."""

    default: str
    of_branch: Mapping[str, str]

    def names(self) -> list[str]:
        """All zones, the default first."""
        return [self.default, *sorted(set(self.of_branch.values()) - {self.default})]

    def codes(self, branches: Any | None, rows: int) -> Ints:
        """For each row the place of its zone in `names()`; `branches` is the column of branch_id, if there is one."""
        if branches is None or not self.of_branch:
            return np.zeros(rows, dtype=np.int64)
        ids, names = sorted(self.of_branch), self.names()
        code = np.array([names.index(self.of_branch[branch]) for branch in ids] + [0], dtype=np.int64)
        place = pc.fill_null(pc.index_in(branches, value_set=pa.array(ids, pa.string())), len(ids))
        codes: Ints = code[place.to_numpy()]
        return codes


def type_block(
    connection: duckdb.DuckDBPyConnection, feed: Feed, rules: Rules, block: Block, file: str, zones: BranchZones,
    tally: Tally,
) -> tuple[Any, list[Reject]]:  # fmt: skip
    """Stored rows of a block (an Arrow table with every stored column of the feed and `_line`) and its rejects."""
    connection.register("raw", block.table)
    read: Any = connection.sql(rules.sql).to_arrow_table()
    connection.unregister("raw")
    problem = read.column(PROBLEM).to_numpy()
    rejects = list(block.broken)
    for i in np.flatnonzero(problem):
        column, reason = rules.problems[problem[i] - 1]
        rejects.append(Reject(file, int(block.lines[i]), column, reason, block.raw(int(i))))
    rejects.sort(key=lambda reject: reject.line)
    good = problem == 0
    if not good.all():
        read = read.filter(pa.array(good))
    tally.rows += len(problem) + len(block.broken)
    tally.blank += block.blank
    tally.reject(rejects)
    _count(feed, read, tally)
    return _stored(feed, read, block.lines[good], zones), rejects


def _count(feed: Feed, read: Any, tally: Tally) -> None:
    """Count amounts rounded, dates taken as midnight, and values outside their column's list."""
    for column in feed.columns:
        if f"{column.name}__{ROUNDED}" in read.column_names:
            tally.rounded[column.name] += _true(read.column(f"{column.name}__{ROUNDED}"))
        if f"{column.name}__{BARE}" in read.column_names:
            tally.midnight[column.name] += _true(read.column(f"{column.name}__{BARE}"))
        if column.values is not None and column.name in read.column_names:
            cells = read.column(column.name).drop_null()
            known = pa.array(column.values).cast(cells.type)
            strange = cells.filter(pc.invert(pc.is_in(cells, value_set=known)))
            if len(strange):
                values = sorted(str(value) for value in pc.unique(strange).slice(0, 1000).to_pylist())
                tally.unknown(column.name, len(strange), values)


def _true(flags: Any) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _stored(feed: Feed, read: Any, lines: Ints, zones: BranchZones) -> Any:
    rows = read.num_rows
    branches = read.column("branch_id") if "branch_id" in read.column_names else None
    codes = zones.codes(branches, rows)
    columns: dict[str, Any] = {}
    for column in feed.columns:
        if f"{column.name}__{BASE}" in read.column_names:
            columns.update(_times(column, read, codes, zones.names()))
        else:
            for name, sql_type in zip(column.stored, column.stored_types, strict=True):
                there = name in read.column_names
                columns[name] = read.column(name) if there else pa.nulls(rows, _ARROW[sql_type])
    columns["_line"] = pa.array(lines)
    return pa.table(columns)


def _times(column: Column, read: Any, codes: Ints, zones: list[str]) -> dict[str, Any]:
    """The three stored columns of a timestamp."""
    base_column = read.column(f"{column.name}__{BASE}")
    empty = pc.is_null(base_column).to_numpy()
    base = pc.fill_null(base_column, 0).to_numpy()
    aware = pc.fill_null(read.column(f"{column.name}__{AWARE}"), False).to_numpy()
    values = localise(base, aware, codes, zones)
    types = (_ARROW[sql_type] for sql_type in column.stored_types)
    return {
        name: pa.array(value, arrow_type, mask=empty)
        for name, value, arrow_type in zip(column.stored, values, types, strict=True)
    }


def localise(
    base: Ints, aware: npt.NDArray[np.bool_], codes: Ints, zones: list[str]
) -> tuple[Ints, Ints, Ints]:
    """UTC seconds, local day and local second of the day.

    `base` holds seconds since 1970, UTC where `aware`, else in the zone `zones[codes]`.
    """
    offset = np.zeros(len(base), dtype=np.int64)
    for code in np.unique(codes):
        of_zone, here = offsets(zones[code]), codes == code
        offset[here] = np.where(aware[here], of_zone.of_utc(base[here]), of_zone.of_local(base[here]))
    utc = np.where(aware, base, base - offset)
    local = np.where(aware, base + offset, base)
    return utc, local // DAY, local % DAY
