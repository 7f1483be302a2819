"""A matter: a regulator's letter the firm has received, with its due dates and what the firm answers to each item."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, field_validator

from surveil.reports.finra.firm_file import FirmFile, ItemEntry
from surveil.reports.finra.letter import Letter, LetterPeriod, Part

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
PREFIX_PATTERN = r"^[A-Z][A-Z0-9-]{0,11}$"


class Extension(Part):
    """More time, granted by the regulator (`by`) on a day, for a reason; `due_on` is the new due date."""

    granted_on: dt.date
    due_on: dt.date
    by: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class Matter(Part):
    """A letter as received, frozen with the matter, and all that the firm says to it.

    `reference` is the regulator's own number. `period` is the one the firm answers for; by default that of the run reported.
    """

    id: str = Field(pattern=ID_PATTERN)
    letter: Letter
    received_on: dt.date
    due_on: dt.date
    extensions: tuple[Extension, ...] = ()
    reference: str = ""
    preparer: str = ""
    principal: str = ""
    control_prefix: str = Field(default="SURVEIL", pattern=PREFIX_PATTERN)
    period: LetterPeriod | None = None
    items: dict[str, ItemEntry] = Field(default_factory=dict)

    @field_validator("items", mode="after")
    @classmethod
    def _as_read(cls, items: dict[str, ItemEntry]) -> dict[str, ItemEntry]:
        return dict(sorted(items.items()))

    @property
    def due(self) -> dt.date:
        """The due date in force: that of the last extension, or the letter's."""
        return self.extensions[-1].due_on if self.extensions else self.due_on

    def entry(self, number: str) -> ItemEntry:
        """What the firm has said to an item so far."""
        return self.items.get(number, ItemEntry())

    def state_of(self, number: str) -> str:
        """The state the firm has put an item in; `told` where it has only given its account or documents, `open` where it
        has said nothing (the data may answer it all the same).
        """
        return self.entry(number).stands

    def with_entry(self, number: str, entry: ItemEntry) -> Matter:
        """The matter with another entry for an item."""
        return self.model_copy(update={"items": dict(sorted({**self.items, number: entry}.items()))})

    def firm_file(self) -> FirmFile:
        """The firm's part as an answer is composed from."""
        return FirmFile(
            matter=self.reference or self.id,
            preparer=self.preparer,
            principal=self.principal,
            control_prefix=self.control_prefix,
            period=self.period,
            items=self.items,
            dated=True,
        )
