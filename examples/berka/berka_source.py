"""Read and check the files of the PKDD'99 Czech bank data as published: semicolons, days written yymmdd."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

Row = dict[str, str]
T = TypeVar("T")

COLUMNS: dict[str, tuple[str, ...]] = {
    "district": ("A1", "A2", "A3"),
    "account": ("account_id", "district_id", "frequency", "date"),
    "client": ("client_id", "birth_number", "district_id"),
    "disp": ("disp_id", "client_id", "account_id", "type"),
    "card": ("card_id", "disp_id", "type", "issued"),
    "loan": ("loan_id", "account_id", "date", "amount", "duration", "payments", "status"),
    "order": ("order_id", "account_id", "bank_to", "account_to", "amount", "k_symbol"),
    "trans": ("trans_id", "account_id", "date", "type", "operation", "amount", "k_symbol", "bank", "account"),
}

MAY_BE_EMPTY = ("card", "loan", "order")


class SourceRefused(Exception):
    """A source file is missing or not as published; the message says which, where and what to do."""


@dataclass(frozen=True)
class Source:
    """The eight source tables; each row also has its `line` in the file."""

    tables: dict[str, list[Row]]

    def __getitem__(self, name: str) -> list[Row]:
        return self.tables[name]


def read(folder: Path) -> Source:
    """Read and check the source tables.

    Raises:
        SourceRefused: a file is absent, is not text, lacks a column, is ragged or repeats a key.
    """
    missing = [f"{name}.asc" for name in COLUMNS if not (folder / f"{name}.asc").is_file()]
    if missing:
        raise SourceRefused(
            f"{folder} lacks {', '.join(missing)}. "
            "Give the folder with the eight .asc files of the PKDD'99 data."
        )
    tables = {name: _read_table(folder / f"{name}.asc", columns) for name, columns in COLUMNS.items()}
    for name, rows in tables.items():
        if not rows and name not in MAY_BE_EMPTY:
            raise SourceRefused(f"{name}.asc has a header and no rows. Was it copied whole?")
    return Source(tables)


def _read_table(path: Path, columns: tuple[str, ...]) -> list[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(_checked_rows(path.name, csv.reader(file, delimiter=";", strict=True), columns))
    except UnicodeDecodeError as error:
        raise SourceRefused(f"{path.name} is not plain text: {error}. Was it unpacked?") from error
    except csv.Error as error:
        raise SourceRefused(f"{path.name} is not a table separated by semicolons: {error}.") from error


def _checked_rows(name: str, records: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[Row]:
    header = next(records, [])
    absent = [column for column in columns if column not in header]
    if absent:
        raise SourceRefused(
            f"{name}, line 1: no column {', '.join(absent)}. "
            f"The header found is: {'; '.join(header)[:200] or '(none)'}."
        )
    seen: set[str] = set()
    for line, record in enumerate(records, start=2):
        if not record:
            continue
        if len(record) != len(header):
            raise SourceRefused(
                f"{name}, line {line}: {len(record)} fields where the header has {len(header)}."
            )
        row = dict(zip(header, (value.strip() for value in record), strict=True))
        key = row[columns[0]]
        if not key or key in seen:
            raise SourceRefused(
                f"{name}, line {line}: {columns[0]} " + (f"{key} is there twice." if key else "is empty.")
            )
        seen.add(key)
        yield {**row, "line": str(line)}


def wrong(table: str, row: Row, column: str, expected: str) -> SourceRefused:
    """The refusal of one value, saying where it stands."""
    where = f"{table}.asc, line {row['line']}"
    value = row[column][:80] or "(empty)"
    return SourceRefused(f"{where}: {column} is {value}, where {expected} is expected.")


def day_of(table: str, row: Row, column: str, *, born: bool = False) -> date:
    """The day in a `yymmdd`, whatever follows it; with `born`, 50 added to the month (a woman) is taken off.

    Raises:
        SourceRefused: it is not a day.
    """
    text = row[column][:6]
    try:
        if not (len(text) == 6 and text.isascii() and text.isdigit()):
            raise ValueError(text)
        month = int(text[2:4])
        return date(1900 + int(text[:2]), month - 50 if born and month > 50 else month, int(text[4:]))
    except ValueError:
        raise wrong(table, row, column, "a day written yymmdd") from None


def one_of(table: str, row: Row, column: str, choices: dict[str, T]) -> T:
    """What the code in a column stands for.

    Raises:
        SourceRefused: the published description does not know the code.
    """
    if row[column] not in choices:
        raise wrong(table, row, column, "one of " + ", ".join(choices))
    return choices[row[column]]
