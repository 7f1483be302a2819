"""A volume: the numbered documents of one production, before and after they are laid out in a folder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from surveil.errors import UsageError

DIGITS = 7
_PREFIX = re.compile(r"[A-Z][A-Z0-9-]{0,11}")


class Kind(StrEnum):
    """What a document is in the production."""

    RESPONSE = "response"
    """The answer itself, a PDF whose pages carry control numbers."""
    NATIVE = "native"
    """A file as it is, under one control number."""


class Redaction(StrEnum):
    """How much of a document the receiver does not get."""

    NONE = "none"
    IN_PART = "in part"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Document:
    """One document to be produced.

    Attributes:
        name: what it is called in the firm's response, such as `exhibits/EX-05A_list.csv`.
        items: numbers of the letter's items it belongs to.
        pages: pages that carry a control number of their own; 1 for a native.
        rows: rows of a list, where it is one.
        own: whether it is one of the firm's own documents and not made from its data.
        grounds: why parts are withheld, by ground: how many places.
        text: what it says in plain text, for load files.
    """

    name: str
    content: bytes
    kind: Kind
    title: str
    items: tuple[str, ...] = ()
    pages: int = 1
    rows: int | None = None
    own: bool = False
    redaction: Redaction = Redaction.NONE
    grounds: tuple[tuple[str, int], ...] = ()
    text: str | None = None

    @property
    def suffix(self) -> str:
        """The ending of the file, lower case; that of the page in its place; empty where it has none that is plain."""
        if self.redaction is Redaction.WITHHELD:
            return ".pdf"
        suffix = PurePosixPath(self.name).suffix.lower()
        return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


@dataclass(frozen=True)
class Numbered:
    """A document with its control numbers and its place in the volume; `number` is the first one as a number."""

    document: Document
    number: int
    first: str
    last: str
    path: str


@dataclass(frozen=True)
class PrivilegeEntry:
    """One line of the privilege log. `control` is the number that stands for the document where it was withheld."""

    item: str
    ground: str
    description: str
    dated: dt.date | None = None
    kind: str = ""
    author: str = ""
    recipients: str = ""
    copies: str = ""
    subject: str = ""
    custodian: str = ""
    pages: int | None = None

    def changed(self, edit: Callable[[str], str]) -> PrivilegeEntry:
        """The same line with each of its words changed."""
        words: dict[str, Any] = {
            name: edit(value) for name, value in vars(self).items() if isinstance(value, str)
        }
        return replace(self, **words)


@dataclass(frozen=True)
class Facts:
    """What is said of a volume as a whole; `run`, `data` and `settings` name the scan, its data and its settings."""

    firm: str
    crd_number: str
    regulator: str
    matter: str
    reference: str
    letter: str
    prefix: str
    number: int
    run: str
    data: str
    settings: str
    as_of: dt.date
    version: str
    timezone: str
    receiver: str

    @property
    def name(self) -> str:
        """Name of the volume and its folder: plain ASCII, without anybody's name."""
        return f"{self.prefix}-{self.matter}-VOL{self.number:03d}"


@dataclass(frozen=True)
class Volume:
    """All of one production. `first` is the number of its first page or native."""

    facts: Facts
    documents: tuple[Document, ...]
    privileged: tuple[PrivilegeEntry, ...] = ()
    exceptions: tuple[str, ...] = ()
    first: int = 1
    numbered: tuple[Numbered, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.facts.prefix):
            raise UsageError(
                f"The control prefix {self.facts.prefix!r} cannot be used: write up to twelve capital letters, digits and "
                "hyphens, beginning with a letter."
            )
        object.__setattr__(self, "numbered", tuple(_number(self.facts.prefix, self.documents, self.first)))

    @property
    def last(self) -> int:
        """The last control number used."""
        return self.first + sum(document.pages for document in self.documents) - 1


def control(prefix: str, number: int) -> str:
    """A control (Bates) number, such as `EXB0000012`."""
    return f"{prefix}{number:0{DIGITS}d}"


def _number(prefix: str, documents: Sequence[Document], first: int) -> list[Numbered]:
    numbered = []
    for document in documents:
        begin, end = control(prefix, first), control(prefix, first + document.pages - 1)
        folder = "PDF" if document.kind is Kind.RESPONSE else "NATIVES"
        numbered.append(Numbered(document, first, begin, end, f"{folder}/{begin}{document.suffix}"))
        first += document.pages
    return numbered
