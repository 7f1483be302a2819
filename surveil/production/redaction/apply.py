"""Apply the rules to the documents of a production, each by its kind; what cannot be searched is never let through."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from surveil.errors import InputRefused, UsageError
from surveil.production.redaction import office
from surveil.production.redaction.pdf import Label, redact_pdf
from surveil.production.redaction.rules import Ground, Rule
from surveil.production.redaction.tables import redact_csv, redact_text
from surveil.production.volume import Document, Redaction

LISTS = frozenset({".csv"})
TEXTS = frozenset({".md", ".txt"})
"""Mails and web pages are not among them: their encodings can hide words."""
Slip = Callable[[Document], bytes]


@dataclass(frozen=True)
class Redacted:
    """A document as it may go out, and sentences on it for the list of exceptions (`{}` is its control number)."""

    document: Document
    notes: tuple[str, ...] = ()


def apply(
    document: Document, rules: Sequence[Rule], released: frozenset[str], slip: Slip, label: Label
) -> Redacted:
    """The document without what the rules find.

    Args:
        released: SHA-256 of files that somebody has looked through in person and lets go as they are.
        slip: a page to produce in place of a document that is withheld as a whole.
        label: what stands on a page that is withheld, by its place in the document.

    Raises:
        UsageError: the file is of a kind that cannot be searched, and nobody has released it.
    """
    ending = document.suffix
    try:
        if ending == ".pdf":
            return _pdf(document, rules, label, scans=_released(document, released))
        if ending in LISTS or ending in TEXTS:
            redact = redact_csv if ending in LISTS else redact_text
            content, grounds = redact(document.content, rules)
            return Redacted(_in_part(document, content, grounds), _list_notes(grounds))
        if ending in office.ENDINGS:
            hits = office.matches(document.content, rules)
            if hits:
                return withhold(document, Counter(rule.ground for rule in hits), slip)
            return Redacted(document)
    except UnicodeDecodeError:
        pass
    except InputRefused as error:
        if not _released(document, released):
            raise UsageError(f"{document.name}: {error} {_how(document)}") from error
    if not _released(document, released):
        raise UsageError(f"{document.name} can't be searched for what must be withheld. {_how(document)}")
    return Redacted(
        document, ("{} was not searched by the program; the firm has looked through it in person.",)
    )


def withhold(document: Document, grounds: Counter[Ground], slip: Slip) -> Redacted:
    """A page that says so in place of a whole document."""
    made = replace(
        document,
        content=slip(document),
        rows=None,
        redaction=Redaction.WITHHELD,
        grounds=_sorted(grounds),
    )
    return Redacted(made, ("{} is a page in place of a document that is withheld as a whole.",))


def _pdf(document: Document, rules: Sequence[Rule], label: Label, scans: bool) -> Redacted:
    redacted = redact_pdf(document.content, rules, label, scans=scans)
    if not redacted.touched:
        return Redacted(document)
    notes = [
        "{}: what is beside the pages (bookmarks, comments, properties, tags, embedded files) was dropped."
    ]
    if redacted.replaced:
        notes.append(f"{{}}: withheld as whole pages: {_pages(redacted.replaced)} of the document.")
    if redacted.unsearched:
        notes.append(
            f"{{}}: pages without text can't be searched and are withheld until the firm releases them: "
            f"{_pages(redacted.unsearched)} of the document."
        )
    if redacted.pictured:
        notes.append(
            f"{{}}: pictures beside text can't be searched and are painted over until the firm releases the file: page "
            f"{_pages(redacted.pictured)} of the document."
        )
    return Redacted(_in_part(document, redacted.content, redacted.grounds), tuple(notes))


def _pages(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _in_part(document: Document, content: bytes, grounds: Counter[Ground]) -> Document:
    if content == document.content:
        return document
    return replace(document, content=content, redaction=Redaction.IN_PART, grounds=_sorted(grounds))


def _list_notes(grounds: Counter[Ground]) -> tuple[str, ...]:
    if not grounds:
        return ()
    return (
        f"{{}}: places withheld: {grounds.total()}. Its hash therefore differs from the one the response prints.",
    )


def _sorted(grounds: Counter[Ground]) -> tuple[tuple[str, int], ...]:
    return tuple((ground.value, grounds[ground]) for ground in Ground if grounds[ground])


def _released(document: Document, released: frozenset[str]) -> bool:
    return hashlib.sha256(document.content).hexdigest() in released


def _how(document: Document) -> str:
    digest = hashlib.sha256(document.content).hexdigest()
    return (
        "Look through it in person; if it may go out as it is, enter its SHA-256 under 'released' in the matter's "
        f"redactions.yml: {digest}"
    )
