"""Word lists, one file a language, by which a complaint is read: what its language is, and whether it alleges misconduct.

A file has `language`, the words `common` in any text of it (or the `script` that gives it away) and the phrases `alleged`.
A phrase is a row of words; `|` stands between alternatives, `*` for any ending, `_` for a space inside an alternative,
`...3` for up to three words. A language without a file can't be read, which is said, not guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

_BETWEEN = r"[^\w']+"
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_SCRIPTS = {"han": _HAN}
#: Apostrophes there are several of, and letters whose stroke is no accent to Unicode.
_PLAIN = str.maketrans({"\u2019": "'", "\u02bc": "'", "ł": "l", "ø": "o", "đ": "d"})
#: A text is in a language when at least this share of its words is common there, and so many of them; in a text of a
#: few words one will do, where no other language has any.
_LEAST_SHARE, _LEAST_WORDS, _FEW = 0.15, 2, 8


@dataclass(frozen=True)
class Lexicon:
    """A language's common words or script, and its phrases: as written in the file, with what matches each."""

    language: str
    common: frozenset[str]
    script: re.Pattern[str] | None
    alleged: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def lexicons() -> Mapping[str, Lexicon]:
    """Lexicons by the code of their language."""
    found = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda path: path.name):
        if file.name.endswith(".yml"):
            raw = yaml.safe_load(file.read_text(encoding="utf-8"))
            script = _SCRIPTS.get(raw.get("script", ""))
            phrases = tuple((text, _pattern(text, script is None)) for text in raw["alleged"])
            common = frozenset(normal(raw.get("common", "")).split())
            found[file.name.removesuffix(".yml")] = Lexicon(raw["language"], common, script, phrases)
    return found


def normal(text: str) -> str:
    """Text as it is compared: one form of each letter, small, without its accents, with straight apostrophes.

    Without accents, as many leave them out: "não", "nao".
    """
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    bare = (mark for mark in unicodedata.normalize("NFD", plain) if not unicodedata.combining(mark))
    return unicodedata.normalize("NFC", "".join(bare))


def language_of(text: str) -> str | None:
    """The code of the language of a text; None where there is no lexicon for it, or too few words to tell."""
    plain = normal(text)
    letters = len(_LETTER.findall(plain))
    for code, lexicon in lexicons().items():
        if lexicon.script and letters and len(lexicon.script.findall(plain)) >= 0.5 * letters:
            return code
    words = re.findall(r"[\w']+", plain)
    hits = {code: sum(word in lexicon.common for word in words) for code, lexicon in lexicons().items()}
    best = max(hits, key=lambda code: hits[code])
    alone = len(words) <= _FEW and hits[best] == sum(hits.values())
    enough = hits[best] >= (1 if alone else _LEAST_WORDS) and hits[best] >= _LEAST_SHARE * len(words)
    return best if words and enough else None


def allegation(text: str, code: str) -> str | None:
    """The first phrase of a language's lexicon that a text contains, as written in the lexicon; None where none is."""
    plain = normal(text)
    return next((phrase for phrase, pattern in lexicons()[code].alleged if pattern.search(plain)), None)


def _pattern(phrase: str, words: bool) -> re.Pattern[str]:
    """What matches a phrase; in a script without spaces the phrase itself."""
    if not words:
        return re.compile(re.escape(normal(phrase)))
    made = ""
    for slot in normal(phrase).split():
        if slot.startswith("..."):
            made += rf"(?:{_BETWEEN}[\w']+){{0,{int(slot[3:])}}}"
            continue
        options = "|".join(
            re.escape(o).replace(r"\*", r"[\w']*").replace("_", _BETWEEN) for o in slot.split("|")
        )
        made += f"{_BETWEEN if made else ''}(?:{options})"
    return re.compile(rf"(?<![\w']){made}(?![\w'])")
