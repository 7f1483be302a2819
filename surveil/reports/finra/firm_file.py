"""What the firm says itself: narratives, attachments and states of items, from `responses/<letter>.yml` in the workspace.

Example::

    matter: "20160512345"
    preparer: J. Doe, Compliance
    principal: R. Roe, General Securities Principal
    control_prefix: EXB
    period: {first: 2023-01-01, last: 2024-06-30}
    items:
      "2":
        narrative: Employees were told about the programs at the weekly branch meeting.
        attachments:
          - {title: Memo of 3 May 2023, file: attachments/memo.pdf}
      "15":
        state: no_responsive_material
        searched: {by: Internal Audit, what: the register of reviews, date: 2024-06-28}
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from surveil.errors import UsageError
from surveil.reports.finra.letter import Letter, LetterPeriod, Part, WithheldDocument, checked, read_yaml
from surveil.reports.finra.response import Attachment, State

STATES = {
    "answered": State.ANSWERED,
    "answered_partial": State.ANSWERED_PARTIAL,
    "no_responsive_material": State.NO_RESPONSIVE_MATERIAL,
    "objection": State.OBJECTION,
    "privileged": State.PRIVILEGED,
}
WITHHELD = frozenset({"objection", "privileged"})
OPEN, TOLD = "open", "told"


class Searched(Part):
    """Who searched what, and when, before the firm says that there is nothing."""

    by: str = Field(min_length=1)
    what: str = Field(min_length=1)
    date: dt.date


class AttachmentEntry(Part):
    """A document of the firm. `sha256` holds the file to what it was when it was put in; empty: not held."""

    title: str = Field(min_length=1)
    file: str = Field(min_length=1)
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")


class ItemEntry(Part):
    """The firm's part in one item. Without `state`, a narrative completes what the data answer.

    `expected_on` is when the rest of a partial answer follows; `owner` answers for the item within the firm until `due_on`.
    """

    state: (
        Literal["answered", "answered_partial", "no_responsive_material", "objection", "privileged"] | None
    ) = None
    narrative: str = ""
    reason: str = ""
    expected_on: dt.date | None = None
    searched: Searched | None = None
    attachments: tuple[AttachmentEntry, ...] = ()
    withheld: tuple[WithheldDocument, ...] = ()
    owner: str = ""
    due_on: dt.date | None = None

    @property
    def stands(self) -> str:
        """Its state; `told` where the firm has only given its account or documents, `open` where it has said nothing."""
        return self.state or (TOLD if self.narrative.strip() or self.attachments else OPEN)

    @model_validator(mode="after")
    def _explained(self) -> ItemEntry:
        if self.state in {"answered_partial", "objection", "privileged"} and not self.reason.strip():
            raise ValueError(f"state {self.state} needs a reason")
        if self.state in WITHHELD and (self.narrative.strip() or self.attachments):
            raise ValueError(
                f"an item that is {self.state} has a reason only: nothing else of it is produced"
            )
        if self.state == "no_responsive_material" and self.searched is None:
            raise ValueError("state no_responsive_material needs searched: by, what, date")
        if self.state == "answered" and not (self.narrative.strip() or self.attachments):
            raise ValueError("state answered needs a narrative or an attachment")
        return self


class FirmFile(Part):
    """The whole file; every part is optional.

    `dated` asks that a partial answer says by when the rest follows, as an answer to a matter must. `first_number` is the
    control number of the first page, where a production continues an earlier one.
    """

    matter: str = ""
    preparer: str = ""
    principal: str = ""
    control_prefix: str = Field(default="SURVEIL", pattern=r"^[A-Z][A-Z0-9-]{0,11}$")
    period: LetterPeriod | None = None
    items: dict[str, ItemEntry] = Field(default_factory=dict)
    dated: bool = False
    first_number: int = Field(default=1, ge=1)

    @field_validator("items", mode="before")
    @classmethod
    def _numbers_as_text(cls, items: object) -> object:
        return {str(key): value for key, value in items.items()} if isinstance(items, dict) else items


def read_firm_file(folder: Path, letter: Letter) -> FirmFile:
    """The firm's file for a letter, or an empty one where there is none.

    Args:
        folder: the workspace's `responses` folder.

    Raises:
        UsageError: a field is wrong, or an item is not one of the letter's.
    """
    file = folder / f"{letter.id}.yml"
    if not file.is_file():
        return FirmFile()
    content = checked(FirmFile, read_yaml(file) or {}, file)
    unknown = sorted(set(content.items) - {item.number for item in letter.items})
    if unknown:
        raise UsageError(f"{file}: the letter has no item {', '.join(unknown)}")
    return content


def read_attachments(folder: Path, item: str, entries: tuple[AttachmentEntry, ...]) -> tuple[Attachment, ...]:
    """The attachments of one item with their content; names in the response are control-numbered.

    Raises:
        UsageError: a file is missing, lies outside the folder, or was changed since it was put in.
    """
    attachments = []
    for number, entry in enumerate(entries, 1):
        source = (folder / entry.file).resolve()
        if not source.is_relative_to(folder.resolve()) or not source.is_file():
            raise UsageError(f"Item {item}: the attachment {entry.file!r} is not a file in {folder}")
        content = source.read_bytes()
        if entry.sha256 and hashlib.sha256(content).hexdigest() != entry.sha256:
            raise UsageError(
                f"Item {item}: the attachment {entry.file!r} is not the one that was put in. Put it in again, or restore it."
            )
        name = f"attachments/AT-{item.zfill(2)}-{number:02d}{_suffix(source)}"
        attachments.append(Attachment(item, entry.title, name, content))
    return tuple(attachments)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return suffix if suffix[1:].isalnum() and suffix.isascii() else ""
