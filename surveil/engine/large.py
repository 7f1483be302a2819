"""DuckDB for a firm whose tables are many times what memory holds: models are made a part of the accounts at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from surveil.config import EngineSettings
from surveil.engine.backends import DuckDB, quoted
from surveil.engine.division import Division, divide

#: What models are divided by; where one may be by either, by what its tables are divided by already, else by the first.
_KEYS = ("account_id", "customer_id")
#: Rows up to which a table is kept in memory.
_FEW = 100_000
#: How many times as long as a table that every part reads whole the longest one has to be.
_LONGER = 50
#: Of the memory allowed, what a join may take: writing the rows, and a second thread, need some as well.
_FOR_JOINS = 0.5
#: Bytes that a value takes in a join, and a row besides.
_TEXT, _NUMBER, _ROW = 28, 8, 16
_MOST_PARTS = 64


class LargeDuckDB(DuckDB):
    """DuckDB that makes a model part by part where its joins would not fit into memory and its SELECT allows (`division`).

    A part reads its tables once more. What a join does with rows that do not fit, writing all of both sides in no order and
    reading them again, costs as much where they are narrow, and far more where they are wide. Parts are powers of two, so
    that what was made in some is found divided by whoever needs more or fewer. Where memory runs out all the same, twice as
    many parts are tried.

    What models make lies in Parquet files in the spill folder, written by all threads and read without taking memory from
    the joins; what has few rows is a table, about which more is known to who plans a query.
    """

    def __init__(self, settings: EngineSettings, folder: Path) -> None:
        super().__init__(settings, folder)
        limit = self._connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
        self._for_joins = _FOR_JOINS * _bytes(limit)
        self._files: dict[str, list[Path]] = {}
        self._keys_of: dict[str, frozenset[str]] = {}
        self._columns_of: dict[str, dict[str, str]] = {}
        self._rows_of: dict[str, int] = {}

    def create(self, name: str, sql: str) -> None:
        import duckdb

        division, parts = self._division(sql)
        while True:
            try:
                if division is None or parts == 1:
                    self._whole(name, sql, last=division is None)
                else:
                    self._by_part(name, division, parts)
                return
            except duckdb.OutOfMemoryException:
                if division is None:
                    raise
                division, parts = (division, 2 * parts) if parts < _MOST_PARTS else (None, 1)

    def _whole(self, name: str, sql: str, *, last: bool) -> None:
        """Make a model whole; `last`: there is no other way, so that it is tried by one thread where memory runs out."""
        file = self._spill / f"{name}.parquet"
        self._keep(name, [file], self._copy(sql, file, self._run if last else self._execute), frozenset())

    def _by_part(self, name: str, division: Division, parts: int) -> None:
        """Make a model part by part."""
        files = [self._spill / f"{name}.{part}.parquet" for part in range(parts)]
        kept = False
        try:
            rows = sum(self._part(division, part, parts, file) for part, file in enumerate(files))
            if division.together:
                self._whole(name, division.together.format(parts=_reading(files)), last=True)
            else:
                self._keep(name, files, rows, frozenset(division.carried))
                kept = True
        finally:
            if not kept:
                for file in files:
                    file.unlink(missing_ok=True)

    def _part(self, division: Division, part: int, parts: int, file: Path) -> int:
        """Write one part of a model; how many rows it has."""
        named = {table: f"{table}, {part} of {parts}" for table in division.by_part}
        for table, view in named.items():
            select = self._rows_of_part(table, division.key, part, parts)
            self._connection.execute(f'CREATE VIEW "{view}" AS {select}')
        try:
            return self._copy(division.sql(named.__getitem__), file, self._execute)
        finally:
            for view in named.values():
                self._connection.execute(f'DROP VIEW "{view}"')

    def _rows_of_part(self, table: str, key: str, part: int, parts: int) -> str:
        """A SELECT of a part's rows of a table."""
        source, there = table, 1
        if key in self._keys_of.get(table, ()):
            files = self._files[table]
            there = len(files)
            # Parts of more are those parts of fewer whose number is the same but for its higher bits.
            source = _reading(files[part::parts] if there >= parts else [files[part % there]])
        return f"SELECT * FROM {source}" + (
            "" if there >= parts else f" WHERE hash({key}) % {parts} = {part}"
        )

    def _keep(self, name: str, files: list[Path], rows: int, carried: frozenset[str]) -> None:
        self._rows_of[name] = rows
        if rows <= _FEW:
            self._run(f"CREATE TABLE {name} AS SELECT * FROM {_reading(files)}")
            for file in files:
                file.unlink()
            return
        self.register_files(name, files)
        self._files[name], self._keys_of[name] = files, carried

    def drop(self, name: str) -> None:
        for known in (self._columns_of, self._rows_of, self._keys_of):
            known.pop(name, None)
        if files := self._files.pop(name, None):
            self._connection.execute(f"DROP VIEW {name}")
            for file in files:
                file.unlink()
        else:
            super().drop(name)

    def _copy(self, sql: str, file: Path, run: Callable[[str], int]) -> int:
        """Write a SELECT's rows to a file; how many they are."""
        return run(
            f"COPY ({self._with_plain_integers(sql)}) TO {quoted(file)} (FORMAT parquet, COMPRESSION zstd)"
        )

    def _division(self, sql: str) -> tuple[Division | None, int]:
        """How a model can be made part by part, None where it can't, and in how many parts to begin with."""
        best, most, parts = None, -1, 1
        for key in _KEYS:
            division = divide(sql, key, self._columns)
            if division is None:
                continue
            longest = max(map(self._rows, division.by_part))
            if any(self._rows(table) * _LONGER > longest for table in division.whole):
                continue
            long = [table for table in division.by_part if self._rows(table) * _LONGER > longest > _FEW]
            # Groups of other things than the key hardly get fewer in a part: adding up one table twice gains nothing.
            if not long or (division.together is not None and len(long) < 2):
                continue
            ready = {table: len(self._files[table]) for table in long if key in self._keys_of.get(table, ())}
            if len(long) > 1 and not division.plain:
                needed = self._parts(division, long)
            else:  # nothing to be held but groups, which need no parts: it comes out divided where it lies divided
                needed = max(ready.values()) if set(long) <= ready.keys() else 1
            there = sum(self._rows(table) for table in ready)
            if there > most:
                best, most, parts = division, there, needed
        return best, parts

    def _parts(self, division: Division, long: Sequence[str]) -> int:
        """In how many parts what is held fits into memory: all long tables but the longest, which a join lets pass by."""
        held = [
            (self._rows(table) * self._width(table, division.asked[table]), self._rows(table))
            for table in long
        ]
        longest = max(held, key=lambda one: one[1])
        held.remove(longest)
        wanted = sum(size for size, _ in held) / self._for_joins
        return min(_MOST_PARTS, 2 ** max(0, math.ceil(math.log2(wanted)))) if wanted > 1 else 1

    def _width(self, table: str, asked: frozenset[str]) -> int:
        kinds = [kind for name, kind in self._described(table).items() if name in asked]
        return _ROW + sum(_TEXT if kind == "VARCHAR" else _NUMBER for kind in kinds)

    def _columns(self, table: str) -> frozenset[str]:
        return frozenset(self._described(table))

    def _described(self, table: str) -> Mapping[str, str]:
        """The columns of a table and their types."""
        if table not in self._columns_of:
            described = self._connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
            self._columns_of[table] = {name: kind for name, kind, *_ in described}
        return self._columns_of[table]

    def _rows(self, table: str) -> int:
        if table not in self._rows_of:
            counted = self._connection.execute(f"SELECT COUNT(*) FROM {table}").fetchall()
            self._rows_of[table] = int(counted[0][0])
        return self._rows_of[table]


_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def _bytes(shown: str) -> float:
    """A size as DuckDB shows it, such as `3.7 GiB`."""
    number, unit = shown.split()
    return float(number) * _UNITS[unit]


def _reading(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(quoted(file) for file in files)}])"
