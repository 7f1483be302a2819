"""The typefaces of a report: DejaVu Sans from this package, and a font of the machine for East Asian text."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

REGULAR = "SurveilSans"
BOLD = "SurveilSans-Bold"
BUNDLED = Path(__file__).parents[1] / "fonts"

# Fonts with TrueType outlines (ReportLab embeds no other), best first: file name in lower case, its title.
EAST_ASIAN_FONTS = {
    "wqy-microhei.ttc": "WenQuanYi Micro Hei",
    "wqy-zenhei.ttc": "WenQuanYi Zen Hei",
    "droidsansfallbackfull.ttf": "Droid Sans Fallback",
    "droidsansfallback.ttf": "Droid Sans Fallback",
    "msyh.ttc": "Microsoft YaHei",
    "simsun.ttc": "SimSun",
    "arial unicode.ttf": "Arial Unicode",
    "uming.ttc": "AR PL UMing",
    "ukai.ttc": "AR PL UKai",
}

# Ideographs with their radicals and punctuation, kana, bopomofo, hangul; compatibility, vertical and full-width forms.
EAST_ASIAN = (
    (0x2E80, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
)


@dataclass(frozen=True)
class FontSet:
    """Registered ReportLab font names, and what each can draw. `fallback` is None where none was found."""

    regular: str
    bold: str
    covered: frozenset[int]
    fallback: str | None
    fallback_title: str | None
    fallback_covered: frozenset[int]

    def font_for(self, character: str, *, bold: bool = False) -> str | None:
        """The registered font that has a glyph for the character, or None.

        Characters beyond U+FFFF have none: ReportLab writes a wrong text layer for them, so that what is read
        on the page would not be what is copied or searched.
        """
        code = ord(character)
        if code in self.covered:
            return self.bold if bold else self.regular
        if self.fallback is not None and code in self.fallback_covered:
            return self.fallback
        return None


def load(folders: Sequence[Path] | None = None) -> FontSet:
    """Register the fonts and say what they cover; `folders` (default: the system's) may hold a fallback."""
    covered = _register_bundled()
    found = _find_fallback(tuple(system_folders() if folders is None else folders))
    if found is None:
        return FontSet(REGULAR, BOLD, covered, None, None, frozenset())
    name, title, fallback_covered = found
    return FontSet(REGULAR, BOLD, covered, name, title, fallback_covered)


def system_folders() -> list[Path]:
    """Where operating systems keep their fonts."""
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path.home() / "Library/Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]


@functools.cache
def _register_bundled() -> frozenset[int]:
    regular = TTFont(REGULAR, str(BUNDLED / "DejaVuSans.ttf"))
    bold = TTFont(BOLD, str(BUNDLED / "DejaVuSans-Bold.ttf"))
    pdfmetrics.registerFont(regular)
    pdfmetrics.registerFont(bold)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return _drawable(regular) & _drawable(bold)


@functools.cache
def _find_fallback(folders: tuple[Path, ...]) -> tuple[str, str, frozenset[int]] | None:
    """The first font of the list that is here and can be embedded: its name, title and characters."""
    present: dict[str, list[Path]] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.name.lower() in EAST_ASIAN_FONTS:
                present.setdefault(path.name.lower(), []).append(path)
    for file_name, title in EAST_ASIAN_FONTS.items():
        for path in sorted(present.get(file_name, [])):
            name = f"Fallback-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
            try:
                font = TTFont(name, str(path), subfontIndex=0)
            except (TTFError, OSError):
                continue
            pdfmetrics.registerFont(font)
            return name, title, frozenset(filter(_is_east_asian, _drawable(font)))
    return None


def _is_east_asian(code: int) -> bool:
    """Whether a fallback may draw it: scripts that stand without shaping. Others would come out wrong, unseen."""
    return any(first <= code <= last for first, last in EAST_ASIAN)


def _drawable(font: TTFont) -> frozenset[int]:
    return frozenset(code for code, glyph in font.face.charToGlyph.items() if glyph and code <= 0xFFFF)
