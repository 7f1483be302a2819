"""Text for the page: the one way from a value to ReportLab's markup; no value is ever read as markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import escape
from importlib import import_module
from itertools import groupby

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph

from surveil.reports.pdf.fonts import FontSet
from surveil.reports.pdf.tags import TaggedParagraph

CELL_LIMIT = 2_000
NARRATIVE_LIMIT = 200_000
UNBROKEN_LIMIT = 120
_UNBROKEN = re.compile(rf"\S{{{UNBROKEN_LIMIT + 1},}}")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


class Markup(str):
    """Text in ReportLab's paragraph markup. Only `Typesetter` makes it; every `Paragraph` takes one."""

    __slots__ = ()


class Typesetter:
    """Turns values into drawable text and remembers the characters no font had a glyph for.

    Args:
        fonts: what can be drawn.

    Attributes:
        missing: the characters without a glyph that were met.
        reordered: whether right-to-left text was met.
    """

    def __init__(self, fonts: FontSet) -> None:
        self.fonts = fonts
        self.missing: set[str] = set()
        self.reordered = False
        self.bidi = bidi_algorithm()

    def plain(self, value: object, *, limit: int = CELL_LIMIT) -> str:
        """The value as one string of drawable characters: everything else is made visible.

        Control and format characters (bidirectional overrides, zero-width joiners …) show as `\\u{202E}`,
        characters without a glyph as `[U+738B]`. What is longer than `limit` characters is cut, and the cut
        says so. Line ends stay.
        """
        source = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n")
        text = source[:limit]
        if not (text.isascii() and text.isprintable()):
            text = "".join(map(self._visible, text))
        if len(source) > limit:
            text += f" […cut here: {limit:,} of {len(source):,} characters shown]"
        return text

    def markup(self, value: object, *, limit: int = CELL_LIMIT, bold: bool = False) -> Markup:
        """The value escaped, with a font for each run of characters; right-to-left text in visual order."""
        lines = self.plain(value, limit=limit).split("\n")
        return Markup("<br/>".join(self._line(self._visual(line), bold) for line in lines))

    def sentence(self, template: str, **values: object) -> Markup:
        """A sentence of ours with values put in: `sentence("{rep} opened {n} accounts", rep=…, n=…)`."""
        return Markup(template.format_map({name: self.markup(value) for name, value in values.items()}))

    def paragraph(self, value: object, style: object, *, limit: int = NARRATIVE_LIMIT) -> Paragraph:
        """A value (or `Markup`) as a flowable; right-to-left text is broken into lines, then reordered."""
        if isinstance(value, Markup):
            return TaggedParagraph(value, style)
        text = self.plain(value, limit=limit)
        if self.bidi is not None and is_right_to_left(text):
            self.reordered = True
            return _RightToLeftParagraph(self, text, style)
        return TaggedParagraph(
            Markup("<br/>".join(self._line(line, False) for line in text.split("\n"))), style
        )

    def is_simple(self, text: str) -> bool:
        """Whether `plain` text is one line, left to right, in the regular font: drawable without markup."""
        covered = self.fonts.covered
        return all(ord(c) in covered and c != "\n" for c in text) and not is_right_to_left(text)

    def width(self, text: str, size: float) -> float:
        """Width in points of `plain` text on one line."""
        runs = groupby(text, key=self.fonts.font_for)
        widths = (stringWidth("".join(run), font or self.fonts.regular, size) for font, run in runs)
        return float(sum(widths))

    def _visible(self, character: str) -> str:
        if character == "\n" or character == "\u00a0":
            return character
        if character == "\t":
            return " "
        category = unicodedata.category(character)
        if category[0] == "C" or category in {"Zl", "Zp"}:
            return f"\\u{{{ord(character):04X}}}"
        if self.fonts.font_for(character) is None:
            self.missing.add(character)
            return f"[U+{ord(character):04X}]"
        return character

    def _visual(self, line: str) -> str:
        if self.bidi is None or not is_right_to_left(line):
            return line
        self.reordered = True
        return self.bidi(line)

    def _line(self, line: str, bold: bool) -> str:
        """Escaped markup of one line. A word too long to break in reasonable time is broken here."""
        pieces = _UNBROKEN.sub(lambda match: _chunked(match.group()), line).split("\n")
        return "<br/>".join("".join(self._runs(piece, bold)) for piece in pieces)

    def _runs(self, text: str, bold: bool) -> list[str]:
        base = self.fonts.bold if bold else self.fonts.regular
        runs = []
        for font, run in groupby(text, key=lambda c: self.fonts.font_for(c, bold=bold) or base):
            escaped = escape("".join(run), quote=True)
            runs.append(f'<font name="{font}">{escaped}</font>' if bold or font != base else escaped)
        return runs


class _RightToLeftParagraph(TaggedParagraph):
    """A paragraph whose lines are filled in reading order and then reordered, each by itself, for the eye."""

    def __init__(self, typesetter: Typesetter, text: str, style: object) -> None:
        self._typesetter, self._text = typesetter, text
        super().__init__(typesetter.markup(text, limit=NARRATIVE_LIMIT), style)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        room = available_width - self.style.leftIndent - self.style.rightIndent
        lines = (part for line in self._text.split("\n") for part in self._filled(line, room))
        markup = "<br/>".join(self._typesetter.markup(line, limit=NARRATIVE_LIMIT) for line in lines)
        Paragraph.__init__(self, Markup(markup), self.style)
        width, height = super().wrap(available_width, available_height)
        return float(width), float(height)

    def split(self, available_width: float, available_height: float) -> list[Paragraph]:
        settled = TaggedParagraph(self.text, self.style)
        settled.wrap(available_width, available_height)
        return list(settled.split(available_width, available_height))

    def _filled(self, line: str, room: float) -> list[str]:
        lines, current = [], ""
        for word in line.split(" "):
            longer = f"{current} {word}" if current else word
            if current and self._typesetter.width(longer, self.style.fontSize) > room:
                lines.append(current)
                current = word
            else:
                current = longer
        return [*lines, current]


def is_right_to_left(text: str) -> bool:
    """Whether a text has Hebrew, Arabic or other right-to-left letters."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text)


def bidi_algorithm() -> Callable[[str], str] | None:
    """Letters joined and put in visual order (Unicode Annex 9), where the libraries for it are installed."""
    try:
        bidi, reshaper = import_module("bidi"), import_module("arabic_reshaper")
    except ImportError:
        return None
    return lambda line: str(bidi.get_display(reshaper.reshape(line)))


def _chunked(word: str) -> str:
    return "\n".join(word[i : i + UNBROKEN_LIMIT] for i in range(0, len(word), UNBROKEN_LIMIT))
