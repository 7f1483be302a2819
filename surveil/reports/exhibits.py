"""Exhibits: the lists a response rests on, as CSV with a manifest of SHA-256 that `sha256sum -c` checks."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from typing import Literal, overload

MANIFEST = "SHA256SUMS"
PART_ROWS = 5_000
"""How many rows of a long list are made at a time."""
Value = str | int | Decimal | None


class Personal(Enum):
    """Why a value is masked unless the copy reveals personal data."""

    NAME = "name"
    NARRATIVE = "narrative"


@dataclass(frozen=True)
class Field:
    """A column of an exhibit. `share` is its width on paper relative to the others; 0 leaves it to the CSV."""

    name: str
    title: str
    share: float = 1.0
    align: Literal["left", "right"] = "left"
    personal: Personal | None = None


Row = tuple[Value, ...]


class LongRows(Sequence[Row]):
    """Rows of a long list, made anew each time they are read, so that only some are in memory.

    `make` gives those from one place up to, not including, another.
    """

    def __init__(self, length: int, make: Callable[[int, int], Iterable[Row]]) -> None:
        self._length, self._make = length, make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        chosen = range(self._length)[place]
        if isinstance(chosen, int):
            return next(iter(self._make(chosen, chosen + 1)))
        if chosen.step != 1:
            return [self[one] for one in chosen]
        return list(self._make(chosen.start, max(chosen.start, chosen.stop)))

    def __iter__(self) -> Iterator[Row]:
        for start in range(0, self._length, PART_ROWS):
            yield from self._make(start, min(start + PART_ROWS, self._length))

    def changed(self, edit: Callable[[Row], Row]) -> LongRows:
        """The same rows, each edited when it is read."""
        return LongRows(self._length, lambda first, end: map(edit, self._make(first, end)))


@dataclass(frozen=True)
class Exhibit:
    """One list, complete. `number` is its control number (`EX-05A`), `about` what a row is."""

    number: str
    slug: str
    title: str
    about: str
    fields: tuple[Field, ...]
    rows: Sequence[Row]

    @property
    def file_name(self) -> str:
        return f"{self.number}_{self.slug}.csv"

    def column(self, name: str) -> list[Value]:
        """The values of one field, row by row."""
        index = [field.name for field in self.fields].index(name)
        return [row[index] for row in self.rows]

    def masked(self, mask_name: Callable[[str], str]) -> Exhibit:
        """The same list with names masked and free text withheld."""

        def mask(field: Field, value: Value) -> Value:
            if value is None or field.personal is None:
                return value
            return mask_name(str(value)) if field.personal is Personal.NAME else "[withheld in a masked copy]"

        def masked(row: Row) -> Row:
            return tuple(map(mask, self.fields, row))

        if all(field.personal is None for field in self.fields):
            return self
        if isinstance(self.rows, LongRows):
            return replace(self, rows=self.rows.changed(masked))
        return replace(self, rows=tuple(map(masked, self.rows)))

    def csv(self) -> bytes:
        """The evidence copy: UTF-8, LF, values as they are; not known is an empty cell."""
        content = io.BytesIO()
        with io.TextIOWrapper(content, "utf-8", "backslashreplace", newline="") as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow([field.name for field in self.fields])
            writer.writerows(["" if value is None else value for value in row] for row in self.rows)
            text.flush()
            return content.getvalue()


def money(cents: object) -> Decimal | None:
    """Whole cents as an amount; None stays not known."""
    return None if cents is None else Decimal(int(str(cents))).scaleb(-2)


def shown(value: Value) -> str | None:
    """A value as it is printed: numbers with thousands separators, amounts with two decimals."""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else value


def manifest(files: Mapping[str, bytes]) -> bytes:
    """The text of `SHA256SUMS` for files by their path, in the order of the paths."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


def total(values: Iterable[Value]) -> Decimal:
    """Sum of the known amounts."""
    return sum((value for value in values if isinstance(value, Decimal)), Decimal("0.00"))


def count(values: Sequence[Value], wanted: Value) -> int:
    return sum(value == wanted for value in values)
