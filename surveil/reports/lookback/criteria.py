"""The criteria of a lookback as the firm adopted them, version by version, from `lookbacks/NAME.yml` in the workspace.

Example::

    period: {first: 2023-01-01, last: 2024-06-30}
    why_this_period: Goals were introduced in January 2023.
    versions:
      - {version: "1", adopted_on: 2024-07-01, approved_by: R. Roe, detectors: [UA01, UA02]}
      - {version: "2", adopted_on: 2024-08-01, approved_by: R. Roe, reason: below-the-line test,
         detectors: [UA01, UA02, UA04], account_score: 0.5}
    control_totals:
      - {source: core banking, what: accounts opened in the period, count: 92935}
    sample: {seed: 20240630, flagged: 59, unflagged: 299, stratify_by: [family]}
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

from pydantic import Field, field_validator

from surveil.alerts.model import Family
from surveil.config import Workspace
from surveil.detectors import registry
from surveil.errors import UsageError
from surveil.reports.finra.letter import LetterPeriod, Part, checked, read_yaml

FOLDER = "lookbacks"
DEFAULT_VERSION = "surveil's own, not adopted by the firm"
Stratum = Literal["family", "branch", "channel", "quarter"]


class Version(Part):
    """What flags an account: an item of one of the detectors, or a place high enough among accounts.

    Attributes:
        detectors: whose items flag an account; those not named do not.
        minimum_score: of an item, 0 to 1.
        behind_alerts: only items that stand behind an alert flag an account.
        account_score: from which score in the ranking of accounts an account is flagged too; None: it flags none.
    """

    version: str = Field(min_length=1)
    adopted_on: dt.date | None = None
    approved_by: str = ""
    reason: str = ""
    detectors: tuple[str, ...]
    minimum_score: float = Field(default=0.0, ge=0, le=1)
    behind_alerts: bool = False
    account_score: float | None = Field(default=None, gt=0, le=1)

    @field_validator("detectors")
    @classmethod
    def _known(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(ids) - set(registry.detectors())):
            raise ValueError(f"there is no detector {', '.join(unknown)}")
        return tuple(sorted(set(ids)))

    @property
    def told(self) -> str:
        """The criteria in a sentence."""
        items = f"an item of {', '.join(self.detectors)}" if self.detectors else ""
        if items and self.minimum_score:
            items += f" with a score of at least {self.minimum_score:g}"
        if items and self.behind_alerts:
            items += " that stands behind an alert"
        score = (
            "" if self.account_score is None else f"a score among accounts of at least {self.account_score:g}"
        )
        return ", or ".join(filter(None, (items, score))) or "nothing"


class ControlTotal(Part):
    """A count of the population from elsewhere (core banking, general ledger): what the population is proved against."""

    source: str = Field(min_length=1)
    what: str = Field(min_length=1)
    count: int = Field(ge=0)


class Sample(Part):
    """How many flagged and unflagged accounts are looked at one by one, and how they are drawn.

    The defaults would show with 95 % confidence, if nothing is found, that fewer than 5 % of the flagged and 1 % of the
    unflagged are unauthorized.
    """

    seed: int = 1
    flagged: int = Field(default=59, ge=0)
    unflagged: int = Field(default=299, ge=0)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    stratify_by: tuple[Stratum, ...] = ("family",)


class Criteria(Part):
    """All of a lookback's criteria; the last version is in force."""

    name: str = ""
    period: LetterPeriod | None = None
    why_this_period: str = ""
    versions: tuple[Version, ...] = Field(min_length=1)
    control_totals: tuple[ControlTotal, ...] = ()
    sample: Sample = Sample()

    @field_validator("versions")
    @classmethod
    def _each_once(cls, versions: tuple[Version, ...]) -> tuple[Version, ...]:
        names = [version.version for version in versions]
        if len(set(names)) != len(names):
            raise ValueError("two versions have the same name")
        return versions

    @property
    def in_force(self) -> Version:
        """The version by which accounts are classed."""
        return self.versions[-1]


def read_criteria(workspace: Workspace, name: str | None) -> Criteria:
    """The criteria of a lookback; without a name, surveil's own, which say so.

    Raises:
        UsageError: there are none of this name, or a field is wrong.
    """
    if name is None:
        own = sorted(d.id for d in registry.detectors().values() if d.family is Family.UNAUTHORIZED)
        version = Version(
            version=DEFAULT_VERSION, detectors=tuple(own), behind_alerts=True, account_score=0.5
        )
        return Criteria(name="default", versions=(version,))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", name):
        raise UsageError(f"{name!r} is no name for criteria: letters, digits, dots, dashes, underscores.")
    file = workspace.path / FOLDER / f"{name}.yml"
    if not file.is_file():
        raise UsageError(f"There are no criteria {name!r}: no file {file}.")
    return checked(Criteria, {**(read_yaml(file) or {}), "name": name}, file)
