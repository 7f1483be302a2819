"""A regulator's letter as data: its items, period and definitions, read from a specification file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS, ColumnType

LETTERS = Path(__file__).parent / "letters"
CROSS_SELLING = LETTERS / "finra-cross-selling.yml"
FOLDER = "letters"
"""In the workspace: the firm's own specifications, one file a letter, named by its id."""
Model = TypeVar("Model", bound=BaseModel)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Definition(Part):
    term: str
    meaning: str


class LetterPeriod(Part):
    first: dt.date
    last: dt.date


class Records(Part):
    """Rows of one feed, listed as they are: those of the period by `day`, of the letter's subjects, with these values.

    `subjects` says which column names a subject of each kind (`rep: opened_by`); `columns` is all of the feed's by default.
    """

    feed: str
    day: str
    columns: tuple[str, ...] = ()
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    subjects: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_the_contract(self) -> Records:
        if self.feed not in FEEDS:
            raise ValueError(f"there is no feed {self.feed!r}")
        known = {column.name for column in FEEDS[self.feed].columns}
        used = {self.day, *self.columns, *self.where, *self.subjects.values()}
        if unknown := sorted(used - known):
            raise ValueError(f"the feed {self.feed} has no column {', '.join(unknown)}")
        if FEEDS[self.feed].column(self.day).type not in {ColumnType.DATE, ColumnType.TIMESTAMP}:
            raise ValueError(f"{self.feed}.{self.day} is no date")
        for name in (*self.where, *self.subjects.values()):
            if FEEDS[self.feed].column(name).type is not ColumnType.TEXT:
                raise ValueError(f"{self.feed}.{name} is no text; where and subjects compare texts")
        return self


class Item(Part):
    """One item of a letter.

    `answer` names what computes it (`surveil.reports.finra.items`); `feeds` must have been provided for a full answer,
    those in `also` add to it. `narrative` says what the firm has to tell in its own words, where the item asks for it.
    `verification` says how sure we are of the item's text. `records` and `detectors` tell the answers of those names what to
    list.
    """

    number: str
    title: str
    request: str
    type: Literal["data", "hybrid", "narrative"]
    verification: str
    answer: str
    feeds: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    narrative: str = ""
    attachments: bool = False
    records: Records | None = None
    detectors: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Item:
        if (self.answer == "records") != (self.records is not None):
            raise ValueError("the answer records, and it alone, needs the field records")
        return self


class WithheldDocument(Part):
    """A document that is not produced: one line of the privilege log. Nothing of its content is told."""

    date: dt.date | None = None
    kind: str = Field(min_length=1)
    author: str = Field(min_length=1)
    recipients: str = ""
    copies: str = ""
    subject: str = ""
    description: str = Field(min_length=1)
    privilege: str = Field(min_length=1)
    custodian: str = ""
    pages: int | None = Field(default=None, ge=1)


class Letter(Part):
    """A letter. `period` is the one it asks about; a response states the period it covers beside it.

    `due` is the day the letter itself sets; `subjects` are whom it is about, by kind: `{rep: [R001]}`.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    title: str
    regulator: str
    dated: str
    period: LetterPeriod | None = None
    due: dt.date | None = None
    subjects: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    definitions: tuple[Definition, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)

    @field_validator("dated", mode="before")
    @classmethod
    def _date_as_text(cls, dated: object) -> object:
        return dated.isoformat() if isinstance(dated, dt.date) else dated

    @field_validator("items")
    @classmethod
    def _numbered_once(cls, items: tuple[Item, ...]) -> tuple[Item, ...]:
        numbers = [item.number for item in items]
        if len(set(numbers)) != len(numbers):
            raise ValueError("two items have the same number")
        return items


def shipped() -> dict[str, Path]:
    """The specifications that come with surveil, by the letters' ids."""
    return {file.stem: file for file in sorted(LETTERS.glob("*.yml"))}


def letters(workspace: Workspace | None = None) -> dict[str, Path]:
    """Every letter there is a specification of, by id: those shipped and the workspace's own (`letters/*.yml`).

    Raises:
        UsageError: the firm's file has the name of a shipped one.
    """
    found = shipped()
    own = sorted((workspace.path / FOLDER).glob("*.yml")) if workspace else []
    for file in own:
        if file.stem in found:
            raise UsageError(
                f"{file}: a letter of this name comes with surveil; give yours another name and id."
            )
        found[file.stem] = file
    return found


def find_letter(name: str, workspace: Workspace | None = None) -> Letter:
    """A letter by its id.

    Raises:
        UsageError: there is none, its file is wrong, or the id in the file is not the file's name.
    """
    files = letters(workspace)
    if name not in files:
        raise UsageError(f"There is no letter {name!r}. Letters: {', '.join(sorted(files))}")
    letter = read_letter(files[name])
    if letter.id != name:
        raise UsageError(
            f"{files[name]}: the id in the file is {letter.id!r}; it must be the file's name, {name!r}."
        )
    return letter


def read_letter(file: Path = CROSS_SELLING) -> Letter:
    """Read a specification file.

    Raises:
        UsageError: it is not a letter; the message names the file and each field.
    """
    return checked(Letter, read_yaml(file), file)


def read_yaml(file: Path) -> Any:
    """The content of a YAML file.

    Raises:
        UsageError: it cannot be read or is not YAML.
    """
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{file} cannot be read as YAML: {error}") from error


def checked(model: type[Model], content: Any, file: Path) -> Model:
    """The content as a typed object.

    Raises:
        UsageError: a field is missing, unknown or of the wrong kind.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()
        )
        raise UsageError(f"{file}: {problems}") from error
