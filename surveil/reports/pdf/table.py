"""A table of any length in time linear in its rows: only the rows that fit on the page are laid out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from surveil.reports.pdf.tags import Tags, artifact
from surveil.reports.pdf.text import CELL_LIMIT, UNBROKEN_LIMIT, Typesetter

SIZE = 7.5
LEADING = 9.5
PADDING = 3.5
HEAD_FILL = colors.HexColor("#e4e9ef")
RULE = colors.HexColor("#b8c1cc")
# A column is as wide as its longest word among the first rows, up to this many points, so that a date or a number stays
# whole.
WORD_LIMIT = 90.0
SAMPLED_ROWS = 50
NOT_KNOWN = "not known"
# A row taller than this is split where the page ends; a lower one moves to the next page whole.
SPLIT_ABOVE = 12 * LEADING


@dataclass(frozen=True)
class TableColumn:
    """A column on paper. `share` is its part of the width among the columns' shares; `whole` never breaks a word."""

    title: str
    share: float
    align: Literal["left", "right"] = "left"
    whole: bool = False


class Link(str):
    """A value of a table that leads to an anchor of the document (`Story.heading`)."""

    __slots__ = ("anchor",)
    anchor: str

    @classmethod
    def to(cls, anchor: str, text: str) -> Link:
        """The text, leading to the anchor."""
        made = cls(text)
        made.anchor = anchor
        return made


class _Lines(list[str]):
    """A cell of one font broken into lines: far quicker than a paragraph, and looks the same."""


@dataclass
class _Row:
    """A row laid out: a string (one line, drawn as it is), several lines, or a wrapped paragraph a cell."""

    cells: list[Any]
    height: float


class StreamTable(Flowable):  # type: ignore[misc]
    """A table that repeats its head on every page and may be split between rows, or within a tall row.

    Args:
        typesetter: turns values into drawable text.
        columns: the columns, left to right.
        rows: values, one for each column; None prints as `not known`.
        limit: characters a cell may have before it is cut, visibly.
    """

    def __init__(
        self,
        typesetter: Typesetter,
        columns: Sequence[TableColumn],
        rows: Sequence[Sequence[object]],
        *,
        limit: int = CELL_LIMIT,
    ) -> None:
        super().__init__()
        self.height = 0.0
        self._typesetter, self._columns, self._rows, self._limit = typesetter, columns, rows, limit
        # The parts of a table on several pages are one table to whoever has it read out.
        self._key = object()
        self._start = 0
        self._ready: _Row | None = None
        self._measured_for = -1.0
        # Platypus wraps, then splits in the same room: the rows are laid out once for both.
        self._wrapped_in = (-1.0, -1.0)
        self._styles = {align: _style(typesetter, align) for align in ("left", "right")}
        self._drawn: list[_Row] = []
        self._widths: list[float] = []
        self._head = _Row([], 0.0)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Lay out rows until the height is used up; one more than fits tells platypus to split."""
        if self._wrapped_in == (available_width, available_height):
            return available_width, self.height
        self._wrapped_in = (available_width, available_height)
        self._measure(available_width)
        height, self._drawn, position = self._head.height, [], self._start
        row = self._ready or self._next(position)
        while row is not None and height + row.height <= available_height:
            self._drawn.append(row)
            height += row.height
            position += 1
            row = self._next(position)
        self._after, self._position = row, position
        self.width, self.height = available_width, height if row is None else available_height + 1
        return available_width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """The part that fits, and the rest; empty where not even a piece of one row fits."""
        self.wrap(available_width, available_height)
        if self._after is None:
            return [self]
        drawn, rest, position = list(self._drawn), self._after, self._position
        used = self._head.height + sum(row.height for row in drawn)
        if rest.height > SPLIT_ABOVE:
            pieces = self._split_row(rest, available_height - used)
            if pieces is not None:
                drawn.append(pieces[0])
                rest = pieces[1]
        # What is split off holds the rows from here on; platypus keeps tables until the document is done.
        self._drawn, self._wrapped_in = [], (-1.0, -1.0)
        if not drawn:
            return []
        return [_Part(self, drawn), self._continued(position, rest)]

    def _continued(self, start: int, ready: _Row) -> StreamTable:
        """The same table from a row on, of which `ready` is what is left; what was measured stays."""
        rest = StreamTable(self._typesetter, self._columns, self._rows, limit=self._limit)
        rest._start, rest._ready = start, ready
        rest._measured_for, rest._widths, rest._head = self._measured_for, self._widths, self._head
        rest._key = self._key
        return rest

    def draw(self) -> None:
        self.paint(self.canv, self._drawn, self.height)

    def paint(self, canvas: Any, rows: Sequence[_Row], height: float) -> None:
        """Draw head and rows from the top down, on a canvas whose origin is the lower left corner."""
        tags = getattr(canvas, "tags", None)
        canvas.saveState()
        with artifact(canvas):
            self._paint_lines(canvas, rows, height)
        canvas.setFillColor(colors.black)
        top = height
        if self._head.height:
            # On the pages after the first the head repeats what has been read out.
            repeated = tags is not None and tags.has(self._key)
            with artifact(canvas) if repeated else nullcontext():
                self._paint_cells(canvas, self._head, top, None if repeated else tags, "TH")
            top -= self._head.height
        for row in rows:
            self._paint_cells(canvas, row, top, tags, "TD")
            top -= row.height
        canvas.restoreState()

    def _paint_lines(self, canvas: Any, rows: Sequence[_Row], height: float) -> None:
        total = sum(self._widths)
        if self._head.height:
            canvas.setFillColor(HEAD_FILL)
            canvas.rect(0, height - self._head.height, total, self._head.height, stroke=0, fill=1)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        top = height
        for row in (self._head, *rows) if self._head.height else rows:
            top -= row.height
            canvas.line(0, top, total, top)

    def _paint_cells(self, canvas: Any, row: _Row, top: float, tags: Tags | None, role: str) -> None:
        element = tags.row(self._key) if tags is not None else 0
        left = 0.0
        canvas.setFont(self._typesetter.fonts.regular, SIZE)
        for cell, width, column in zip(row.cells, self._widths, self._columns, strict=True):
            if tags is not None:
                tags.mark(role, element)
            if not isinstance(cell, str | _Lines):
                cell.drawOn(canvas, left + PADDING, top - PADDING - cell.height)
            else:
                for number, line in enumerate([cell] if isinstance(cell, str) else cell):
                    base = top - PADDING - SIZE - number * LEADING
                    if column.align == "right":
                        canvas.drawRightString(left + width - PADDING, base, line)
                    else:
                        # The space keeps words apart for whoever copies the cell or has it read out.
                        more = isinstance(cell, _Lines) and number < len(cell) - 1
                        canvas.drawString(left + PADDING, base, f"{line} " if more else line)
            if isinstance(cell, Link):
                area = (left, top - row.height, left + width, top)
                canvas.linkRect("", cell.anchor, area, relative=1, thickness=0)
            if tags is not None:
                tags.end()
            left += width

    def _measure(self, available_width: float) -> None:
        if self._measured_for == available_width:
            return
        self._measured_for = available_width
        self._widths = self._shared_out(available_width)
        if not any(column.title for column in self._columns):
            self._head = _Row([""] * len(self._columns), 0.0)
            return
        titles = [self._typesetter.markup(column.title, bold=True) for column in self._columns]
        self._head = self._laid_out(
            [
                self._typesetter.paragraph(title, self._styles[column.align])
                for title, column in zip(titles, self._columns, strict=True)
            ]
        )

    def _shared_out(self, available_width: float) -> list[float]:
        """Width of each column: its longest word, and its share of what is left."""
        least = [self._longest_word(place) for place in range(len(self._columns))]
        if (room := available_width - sum(least)) < 0:
            whole = sum(w for w, column in zip(least, self._columns, strict=True) if column.whole)
            scale = max(0.2, (available_width - whole) / (sum(least) - whole or 1))
            return [w if c.whole else w * scale for w, c in zip(least, self._columns, strict=True)]
        shares = [column.share for column in self._columns]
        wanted = [available_width * share / sum(shares) for share in shares]
        lacking = [max(0.0, wish - word) for wish, word in zip(wanted, least, strict=True)]
        scale = room / sum(lacking) if sum(lacking) else 0.0
        return [word + lack * scale for word, lack in zip(least, lacking, strict=True)]

    def _longest_word(self, place: int) -> float:
        sample = [row[place] for row in self._rows[:SAMPLED_ROWS]]
        words = [w[:UNBROKEN_LIMIT] for v in sample if v is not None for w in str(v)[: self._limit].split()]
        words += [NOT_KNOWN] if None in sample else []
        font = self._typesetter.fonts
        widest = max((self._typesetter.width(word, SIZE) for word in words), default=0.0)
        title = max(
            (stringWidth(word, font.bold, SIZE) for word in self._columns[place].title.split()), default=0.0
        )
        needed = max(widest, title) + 1
        return (needed if self._columns[place].whole else min(WORD_LIMIT, needed)) + 2 * PADDING

    def _next(self, position: int) -> _Row | None:
        if position >= len(self._rows):
            return None
        return self._laid_out(
            [
                self._cell(value, column, width)
                for value, column, width in zip(
                    self._rows[position], self._columns, self._widths, strict=True
                )
            ]
        )

    def _cell(self, value: object, column: TableColumn, width: float) -> Any:
        text = self._typesetter.plain(NOT_KNOWN if value is None else value, limit=self._limit)
        if self._typesetter.is_simple(text):
            inner = width - 2 * PADDING
            if stringWidth(text, self._typesetter.fonts.regular, SIZE) <= inner:
                return Link.to(value.anchor, text) if isinstance(value, Link) else text
            if lines := self._broken(text, inner):
                return lines
        return self._typesetter.paragraph(text, self._styles[column.align], limit=len(text))

    def _broken(self, text: str, width: float) -> _Lines | None:
        """Text in one font broken into lines between words; None where a word is too long for that."""
        font = self._typesetter.fonts.regular
        space = stringWidth(" ", font, SIZE)
        lines, line, used = _Lines(), "", 0.0
        for word in text.split():
            wide = stringWidth(word, font, SIZE)
            if wide > width:
                return None
            if line and used + space + wide > width:
                lines.append(line)
                line, used = word, wide
            else:
                line, used = (f"{line} {word}", used + space + wide) if line else (word, wide)
        return _Lines([*lines, line])

    def _laid_out(self, cells: list[Any]) -> _Row:
        """Wrap the paragraphs of a row; its height is that of the tallest."""
        tallest = LEADING
        for cell, width in zip(cells, self._widths, strict=True):
            if isinstance(cell, _Lines):
                tallest = max(tallest, len(cell) * LEADING)
            elif not isinstance(cell, str):
                tallest = max(tallest, cell.wrap(width - 2 * PADDING, 1e6)[1])
        return _Row(cells, tallest + 2 * PADDING)

    def _split_row(self, row: _Row, room: float) -> tuple[_Row, _Row] | None:
        """A tall row cut in two at `room` points: what stays, what goes on. None where too little fits."""
        inner = room - 2 * PADDING
        if inner < 3 * LEADING:
            return None
        first: list[Any] = []
        second: list[Any] = []
        for cell, width in zip(row.cells, self._widths, strict=True):
            if isinstance(cell, _Lines):
                room_for = int(inner // LEADING)
                first.append(_Lines(cell[:room_for]))
                second.append(_Lines(cell[room_for:]))
                continue
            parts = [] if isinstance(cell, str) else cell.split(width - 2 * PADDING, inner)
            fits = isinstance(cell, str) or cell.height <= inner
            first.append(cell if fits else parts[0])
            second.append("" if fits else parts[1])
        return self._laid_out(first), self._laid_out(second)


class _Part(Flowable):  # type: ignore[misc]
    """The rows of a table that stand on one page."""

    def __init__(self, table: StreamTable, rows: list[_Row]) -> None:
        super().__init__()
        self._table, self._part = table, rows
        self.width = sum(table._widths)
        self.height = table._head.height + sum(row.height for row in rows)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self._table.paint(self.canv, self._part, self.height)
        self._part = []


def _style(typesetter: Typesetter, align: str) -> ParagraphStyle:
    return ParagraphStyle(
        f"cell-{align}",
        fontName=typesetter.fonts.regular,
        fontSize=SIZE,
        leading=LEADING,
        alignment=TA_RIGHT if align == "right" else TA_LEFT,
        splitLongWords=1,
    )
