"""What a feed and a column are: the words in which the contract is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ColumnType(StrEnum):
    """How the text of a cell is to be understood."""

    TEXT = "text"
    BOOL = "bool"
    DATE = "date"
    TIMESTAMP = "timestamp"
    MONEY = "money"
    INTEGER = "integer"
    FRACTION = "fraction"


_STORED: Mapping[ColumnType, tuple[tuple[str, str], ...]] = {
    ColumnType.TEXT: (("", "VARCHAR"),),
    ColumnType.BOOL: (("", "INTEGER"),),
    ColumnType.INTEGER: (("", "INTEGER"),),
    ColumnType.MONEY: (("_cents", "BIGINT"),),
    ColumnType.FRACTION: (("_ppm", "INTEGER"),),
    ColumnType.DATE: (("_day", "INTEGER"),),
    ColumnType.TIMESTAMP: (("_s", "BIGINT"), ("_day", "INTEGER"), ("_tod", "INTEGER")),
}


@dataclass(frozen=True)
class Column:
    """One column of a feed.

    `values` is the closed list of a column that has one (as written in the file), else None. `references` is
    `"feed.column"` or None; `besides` are words that may stand there instead of a reference. `many` says
    that a cell holds a list separated by `;`. `empty_means` is what an empty cell stands for where the contract says so.
    """

    name: str
    type: ColumnType
    required: bool = False
    key: bool = False
    values: tuple[str, ...] | None = None
    references: str | None = None
    doc: str = ""
    besides: tuple[str, ...] = ()
    many: bool = False
    empty_means: str | None = None

    @property
    def stored(self) -> tuple[str, ...]:
        """Names under which a snapshot keeps this column, such as `("amount_cents",)`."""
        return tuple(self.name + suffix for suffix, _ in _STORED[self.type])

    @property
    def stored_types(self) -> tuple[str, ...]:
        """SQL types of `stored`, in the same order."""
        return tuple(sql_type for _, sql_type in _STORED[self.type])


@dataclass(frozen=True)
class Forget:
    """What is not known yet as of a day before the day in `when`.

    On such a row `columns` are empty (`when` is one of them); a column in `reset` has the value given there.
    """

    when: str
    columns: tuple[str, ...]
    reset: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Feed:
    """One table that a firm hands over.

    `event` names the column whose day decides whether a row is seen as of a day; empty: always.
    `exactly_one` names columns of which a row fills one and only one.
    """

    name: str
    columns: tuple[Column, ...]
    doc: str
    required: bool = False
    event: str | None = None
    forgets: tuple[Forget, ...] = ()
    exactly_one: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key's columns, in the order of the contract."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def key_stored(self) -> tuple[str, ...]:
        """Names under which a snapshot keeps the key's columns."""
        return tuple(name for column in self.columns if column.key for name in column.stored)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: the feed has none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"the feed {self.name} has no column {name}")
