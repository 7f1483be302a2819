"""Who receives a production, and what each kind of receiver gets: roles as data, and the matter's own redactions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from surveil.errors import UsageError
from surveil.production.redaction.rules import SUSPICIOUS_ACTIVITY, Ground, Rule, person

REDACTIONS = "redactions.yml"


class Receiver(StrEnum):
    """The role of whoever gets the production."""

    REGULATOR = "regulator"
    COUNSEL = "counsel"
    CONSULTANT = "consultant"
    TRIAL = "trial"
    """Nobody: a copy made without saying who makes it."""


@dataclass(frozen=True)
class Profile:
    """What a role gets. Suspicious-activity information goes to nobody, whatever stands here."""

    personal_data: bool
    attachments: bool
    told: str


PROFILES = {
    Receiver.REGULATOR: Profile(True, True, "a regulator who may see personal data"),
    Receiver.COUNSEL: Profile(True, True, "counsel bound to secrecy"),
    Receiver.CONSULTANT: Profile(
        False,
        False,
        "a consultant: names masked, the firm's own documents and reviewers' words withheld",
    ),
    Receiver.TRIAL: Profile(False, False, "nobody, to try out: masked like a consultant's"),
}


class Redactions(BaseModel):
    """`redactions.yml` in a matter's folder.

    Attributes:
        terms: words to withhold from everybody, such as the name of somebody who is no part of the matter.
        whistle_blowers: names, numbers and addresses that would tell who reported; used on request.
        released: SHA-256 of files that can't be searched, and that somebody has looked through in person.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    terms: tuple[str, ...] = ()
    whistle_blowers: tuple[str, ...] = ()
    released: frozenset[str] = Field(default=frozenset())


def read_redactions(folder: Path) -> Redactions:
    """The matter's redactions, or none where it has no such file.

    Raises:
        UsageError: the file is not as it should be.
    """
    file = folder / REDACTIONS
    if not file.is_file():
        return Redactions()
    try:
        return Redactions.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{file} can't be read as YAML: {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UsageError(f"{file}: {problems}") from error


def rules(redactions: Redactions, protect_whistle_blowers: bool) -> tuple[Rule, ...]:
    """All that is searched for and withheld in a production.

    Raises:
        UsageError: protection is asked for and nobody is named, or a term is too short.
    """
    if protect_whistle_blowers and not redactions.whistle_blowers:
        raise UsageError(
            f"Whistle-blowers are to be protected, but none is named: list under 'whistle_blowers' in {REDACTIONS} what "
            "would tell who they are (names, numbers, addresses)."
        )
    hidden = redactions.whistle_blowers if protect_whistle_blowers else ()
    try:
        return (*SUSPICIOUS_ACTIVITY, *person(redactions.terms, Ground.PERSONAL), *person(hidden))
    except ValueError as error:
        raise UsageError(f"{REDACTIONS}: {error}.") from error
