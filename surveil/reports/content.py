"""What a report says, before it is put on paper: figures with their origin, text, lists and charts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from surveil.reports.exhibits import Exhibit, Value


@dataclass(frozen=True)
class Figure:
    """One number of the response, and the exhibit and rows it comes from."""

    label: str
    value: Value
    exhibit: str
    how: str


@dataclass(frozen=True)
class Heading:
    """A heading within a section; `listed` puts it into the contents."""

    text: str
    listed: bool = True


@dataclass(frozen=True)
class Text:
    """A paragraph of ours, or (`firm`) of the firm."""

    text: str
    firm: bool = False


@dataclass(frozen=True)
class Listing:
    """An exhibit shown as a table: the fields with a share of the width, as many rows as paper is for."""

    exhibit: str


@dataclass(frozen=True)
class Chart:
    """Horizontal bars from two fields of an exhibit; rows with the same label are added up.

    `in_order` keeps the order of the rows, as for months, and `order` names the labels in theirs, as for bands; otherwise
    the highest bar is on top.
    """

    exhibit: str
    title: str
    label: str
    value: str
    in_order: bool = False
    order: tuple[str, ...] = ()

    def bars(self, exhibit: Exhibit) -> list[tuple[str, int | Decimal]]:
        """Label and sum of each bar, top to bottom."""
        sums: dict[str, int | Decimal] = {}
        for label, value in zip(exhibit.column(self.label), exhibit.column(self.value), strict=True):
            if isinstance(value, int | Decimal):
                sums[str(label)] = sums.get(str(label), 0) + value
        if self.order:
            return [(label, sums.get(label, 0)) for label in self.order]
        drawn = [(label, total) for label, total in sums.items() if total > 0 or self.in_order]
        return drawn if self.in_order else sorted(drawn, key=lambda bar: (-bar[1], bar[0]))


@dataclass(frozen=True)
class Bullets:
    """Points, one below the other."""

    points: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """Facts, and lines to fill in by hand: names with their values, an empty one to be written on."""

    lines: tuple[tuple[str, str | None], ...]


Block = Heading | Text | Listing | Chart | Bullets | Form


def lists(exhibits: Iterable[Exhibit], nothing: str) -> tuple[Block, ...]:
    """Each exhibit under its title; one without rows says so in these words."""
    return tuple(
        block
        for exhibit in exhibits
        for block in (Heading(exhibit.title), Listing(exhibit.number) if exhibit.rows else Text(nothing))
    )
