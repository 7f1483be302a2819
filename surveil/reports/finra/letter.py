"""A regulator's letter as data: its items, period and definitions, read from a specification file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from surveil.errors import UsageError

CROSS_SELLING = Path(__file__).parent / "letter_2016_10.yml"
Model = TypeVar("Model", bound=BaseModel)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Definition(Part):
    term: str
    meaning: str


class LetterPeriod(Part):
    first: dt.date
    last: dt.date


class Item(Part):
    """One item of a letter.

    `answer` names what computes it (`surveil.reports.finra.items`); `feeds` must have been provided for a full answer,
    those in `also` add to it. `narrative` says what the firm has to tell in its own words, where the item asks for it.
    `verification` says how sure we are of the item's text.
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


class Letter(Part):
    """A letter. `period` is the one it asks about; a response states the period it covers beside it."""

    id: str
    title: str
    regulator: str
    dated: str
    period: LetterPeriod
    definitions: tuple[Definition, ...] = ()
    items: tuple[Item, ...]

    @field_validator("items")
    @classmethod
    def _numbered_once(cls, items: tuple[Item, ...]) -> tuple[Item, ...]:
        numbers = [item.number for item in items]
        if len(set(numbers)) != len(numbers):
            raise ValueError("two items have the same number")
        return items


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
