"""Take words out of lists (CSV) and plain text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from surveil.production.redaction.rules import MARK, Ground, Rule, flat, found

Grounds = Counter[Ground]
_PARAGRAPH = re.compile(r"(\n[ \t]*\n)")


def redact_cell(text: str, rules: Sequence[Rule]) -> tuple[str, Grounds]:
    """A value without what the rules find in it; where a rule takes the whole, nothing else of it stays."""
    plain = flat(text)
    places = found(plain, rules)
    grounds = Counter(rule.ground for _, _, rule in places)
    if not places:
        return text, grounds
    whole = next((rule for _, _, rule in places if rule.whole), None)
    if whole is not None:
        return MARK.format(whole.ground), grounds
    return _cut(plain, places), grounds


def _cut(text: str, places: Sequence[tuple[int, int, Rule]]) -> str:
    parts, end = [], 0
    for first, last, rule in sorted(places, key=lambda place: (place[0], -place[1])):
        if last <= end:
            continue
        parts += [text[end : max(first, end)], MARK.format(rule.ground)]
        end = last
    return "".join([*parts, text[end:]])


def redact_csv(content: bytes, rules: Sequence[Rule]) -> tuple[bytes, Grounds]:
    """A list cell by cell; one without a place found comes back as the same bytes.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    total: Grounds = Counter()
    text = content.decode("utf-8")
    if not found(flat(text), rules):
        return content, total
    rows = []
    for row in csv.reader(io.StringIO(text, newline="")):
        cells = [redact_cell(cell, rules) for cell in row]
        rows.append([cell for cell, _ in cells])
        for _, grounds in cells:
            total += grounds
    if not total:
        # A place that only the commas between cells made up.
        return content, total
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(rows)
    return target.getvalue().encode(), total


def redact_text(content: bytes, rules: Sequence[Rule]) -> tuple[bytes, Grounds]:
    """Plain text paragraph by paragraph.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    total: Grounds = Counter()
    text = content.decode("utf-8")
    if not found(flat(text), rules):
        return content, total
    parts = []
    for part in _PARAGRAPH.split(text.replace("\r\n", "\n")):
        kept, grounds = redact_cell(part, rules)
        parts.append(kept)
        total += grounds
    return "".join(parts).encode(), total
