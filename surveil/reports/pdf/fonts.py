"""The typefaces of a report, all part of this package: DejaVu Sans, and Droid Sans Fallback for East Asian text."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "SurveilSans"
BOLD = "SurveilSans-Bold"
EAST_ASIAN = "SurveilSans-EastAsian"
BUNDLED = Path(__file__).parents[1] / "fonts"

# Ideographs with their radicals and punctuation, kana, bopomofo, hangul; compatibility, vertical and full-width forms:
# scripts that stand without shaping. Others would come out of the fallback wrong, unseen.
EAST_ASIAN_CODES = (
    (0x2E80, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x2FA1F),
)
# Arabic letters as they are joined on paper (presentation forms).
_JOINED = ((0xFB50, 0xFDFF), (0xFE70, 0xFEFF))


@dataclass(frozen=True)
class FontSet:
    """Registered ReportLab font names, and what `regular` and `bold` can draw; `fallback` is None where it is left out.

    The fallback is read when the first East Asian character is met: it is large, and most reports need none of it.
    """

    regular: str
    bold: str
    covered: frozenset[int]
    fallback: str | None
    fallback_title: str | None

    def font_for(self, character: str, *, bold: bool = False) -> str | None:
        """The registered font that has a glyph for the character, or None."""
        code = ord(character)
        if code in self.covered:
            return self.bold if bold else self.regular
        if self.fallback is not None and _is_east_asian(code) and code in _register_east_asian():
            return self.fallback
        return None


def load(*, east_asian: bool = True) -> FontSet:
    """Register the fonts and say what they cover; `east_asian` takes in the fallback."""
    covered = _register()
    if not east_asian:
        return FontSet(REGULAR, BOLD, covered, None, None)
    return FontSet(REGULAR, BOLD, covered, EAST_ASIAN, "Droid Sans Fallback")


@functools.cache
def _register() -> frozenset[int]:
    ttfonts.makeToUnicodeCMap = to_unicode
    regular = TTFont(REGULAR, str(BUNDLED / "DejaVuSans.ttf"))
    bold = TTFont(BOLD, str(BUNDLED / "DejaVuSans-Bold.ttf"))
    pdfmetrics.registerFont(regular)
    pdfmetrics.registerFont(bold)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return _drawable(regular) & _drawable(bold)


@functools.cache
def _register_east_asian() -> frozenset[int]:
    font = TTFont(EAST_ASIAN, str(BUNDLED / "DroidSansFallback.ttf"))
    pdfmetrics.registerFont(font)
    return _drawable(font)


def _is_east_asian(code: int) -> bool:
    return code >= 0x2E80 and any(first <= code <= last for first, last in EAST_ASIAN_CODES)


def _drawable(font: TTFont) -> frozenset[int]:
    return frozenset(code for code, glyph in font.face.charToGlyph.items() if glyph)


def to_unicode(font_name: str, subset: Sequence[int]) -> str:
    """Which text each glyph of a subset stands for (ISO 32000-1, 9.10.3), so that it can be searched and copied.

    In the place of the library's own, which writes codes beyond U+FFFF wrongly. Joined Arabic letters stand for the letters
    themselves, which is what somebody who searches types.
    """
    lines = [
        f"<{place:02X}> <{_text_of(code).encode('utf-16-be').hex().upper()}>"
        for place, code in enumerate(subset)
    ]
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap "
        f"/CIDSystemInfo <</Registry ({font_name}) /Ordering ({font_name}) /Supplement 0>> def "
        f"/CMapName /{font_name} def /CMapType 2 def 1 begincodespacerange <00> <{len(subset) - 1:02X}> endcodespacerange"
    )
    # A block has at most a hundred lines.
    blocks = [lines[first : first + 100] for first in range(0, len(lines), 100)]
    body = [line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")]
    return "\n".join([head, *body, "endcmap CMapName currentdict /CMap defineresource pop end end"])


def _text_of(code: int) -> str:
    character = chr(code)
    if any(first <= code <= last for first, last in _JOINED):
        return unicodedata.normalize("NFKC", character)
    return "\ufffd" if unicodedata.category(character) == "Cs" else character
