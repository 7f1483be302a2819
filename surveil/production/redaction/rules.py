"""What is withheld and on what ground: rules that find words in text, however it is broken or written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MARK = "[withheld: {}]"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_ESCAPED = r"(?:\\u\{[0-9A-F]{4,6}\})*"
_BROKEN = _ESCAPED + r"(?:[-\u00ad]?[ \t]*[\r\n]+[ \t]*|[-\u00ad])?" + _ESCAPED
"""What may stand between two letters of a word: a hyphen, a line's end, and signs that paper makes visible."""
_NO_SPACES = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "KHMER", "LAO", "MYANMAR", "THAI")
_LAST_SIMPLE = 0x2FF
"""Characters after it may be missing from the fonts at hand, and are then printed as a code, such as [U+738B]."""


class Ground(StrEnum):
    """Why something is withheld, as it is printed. The first must not tell more than that."""

    LAW = "by law"
    IDENTITY = "identity protected"
    PERSONAL = "personal data"


@dataclass(frozen=True)
class Rule:
    """Words to find. `whole` withholds what stands around them too: the cell, the paragraph, the page."""

    ground: Ground
    pattern: re.Pattern[str]
    whole: bool = False


SUSPICIOUS_ACTIVITY = tuple(
    Rule(Ground.LAW, re.compile(pattern, flags), whole=True)
    for pattern, flags in (
        (r"(?<![A-Za-z])SARs?(?![A-Za-z])", 0),
        (r"suspicious[\s-]+activit(?:y|ies)[\s-]+(?:report|filing|form|narrative)", re.IGNORECASE),
        (r"fincen[\s-]+(?:form[\s-]+)?(?:111|109|101|sar)\b", re.IGNORECASE),
        (r"\bBSA[\s-]+(?:e-?filing|identifier|id\b)", re.IGNORECASE),
        (r"\b5318\s*\(\s*g\s*\)", 0),
        (r"\b31\s+C\.?F\.?R\.?\s+(?:§\s*)?10(?:20|22|23|26)\.320", re.IGNORECASE),
    )
)
"""Words that reveal that a suspicious-activity report exists or does not (31 U.S.C. 5318(g)(2)). The report's
abbreviation is taken in capitals only; a customer of that name is withheld too, which the index shows."""


def person(terms: Sequence[str], ground: Ground = Ground.IDENTITY) -> tuple[Rule, ...]:
    """Rules for names, numbers and addresses that would tell who somebody is, in any case, width and line break.

    Raises:
        ValueError: a term has fewer than two letters or digits, and would withhold half of everything.
    """
    rules: list[Rule] = []
    for term in terms:
        words = re.findall(r"[^\W_]+", flat(term))
        if sum(map(len, words)) < 2:
            raise ValueError(f"the term {term!r} is too short to be searched for")
        rules.append(Rule(ground, _pattern(words)))
        if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in term):
            # Paper holds right-to-left text as it is drawn; readers turn back the letters, the words, or both.
            drawn = [word[::-1] for word in words]
            rules += [Rule(ground, _pattern(order)) for order in (words[::-1], drawn, drawn[::-1])]
    return tuple(rules)


def flat(text: str) -> str:
    """Text in which nothing invisible stands between letters: compatibility forms resolved, format characters gone."""
    composed = unicodedata.normalize("NFKC", text)
    if composed.isascii():
        return composed
    return "".join(c for c in composed if unicodedata.category(c) != "Cf" or c == "\u00ad")


def found(text: str, rules: Sequence[Rule]) -> list[tuple[int, int, Rule]]:
    """Where rules find something in `flat` text: start, end and rule of each place."""
    return [(match.start(), match.end(), rule) for rule in rules for match in rule.pattern.finditer(text)]


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """The words in a row with anything but letters between them, each perhaps broken at a line's end."""
    spelled = [_BROKEN.join(map(_character, word)) for word in words]
    before = "" if _runs_on(words[0][0]) else r"(?<![^\W_])"
    after = "" if _runs_on(words[-1][-1]) else r"(?![^\W_])"
    return re.compile(before + r"[\W_]+".join(spelled) + after, re.IGNORECASE)


def _character(character: str) -> str:
    if ord(character) <= _LAST_SIMPLE:
        return re.escape(character)
    code = _BROKEN.join(map(re.escape, f"[U+{ord(character):04X}]"))
    return f"(?:{re.escape(character)}|{code})"


def _runs_on(character: str) -> bool:
    """Whether words of the character's script stand next to each other without a gap."""
    return unicodedata.name(character, "").startswith(_NO_SPACES)
