"""What reports are made of: the facts of one run, its feeds, alerts and trail, gathered once and never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from surveil.remediation.ledger import Entry


@dataclass(frozen=True)
class Period:
    """First and last day, both inclusive."""

    first: dt.date
    last: dt.date

    def __str__(self) -> str:
        return f"{self.first.isoformat()} to {self.last.isoformat()}"

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class FirmFacts:
    name: str
    crd_number: str = ""
    signer: str = ""
    timezone: str = "America/New_York"


@dataclass(frozen=True)
class RunFacts:
    """One scan. `searched_on` is when it was made, as recorded; empty where the run does not say."""

    run_id: str
    as_of: dt.date
    window: Period
    version: str
    config_hash: str
    snapshot_id: str
    failed_detectors: tuple[str, ...] = ()
    searched_on: str = ""

    @property
    def complete(self) -> bool:
        return not self.failed_detectors


@dataclass(frozen=True)
class FileFacts:
    """One file a firm handed in: its name, the hash of its bytes, its records, and the load that took it in."""

    name: str
    sha256: str
    rows: int
    load_number: int


@dataclass(frozen=True)
class FeedFacts:
    """One feed of the contract. `covered` are the spans its extract covers; `declared` says the firm stated them."""

    name: str
    present: bool
    rows: int = 0
    columns: frozenset[str] = frozenset()
    files: tuple[FileFacts, ...] = ()
    covered: tuple[Period, ...] = ()
    declared: bool = False

    def covers(self, period: Period) -> bool:
        """Whether one span reaches over the whole period."""
        return any(span.first <= period.first and period.last <= span.last for span in self.covered)

    @property
    def spans(self) -> str:
        """The spans for print; empty where none is known."""
        return "; ".join(map(str, self.covered))


@dataclass(frozen=True)
class DetectorFacts:
    """One detector of the catalogue. `parameters` is name, value and unit of each, ready to print."""

    id: str
    name: str
    version: str
    family: str
    severity: str
    finds: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class CoverageFacts:
    """What a detector of the run did: `state` is run, not run or failed, and what it could not examine and why."""

    detector: str
    state: str
    examined: int | None
    not_examined: int | None
    reason: str


@dataclass(frozen=True)
class AlertFacts:
    """One alert as the desk shows it. `disposition` is set only where a decision stands (is not pending)."""

    alert_id: str
    detector: str
    family: str
    severity: str
    status: str
    subject_type: str
    subject_id: str
    rep_id: str | None
    reason: str
    item_count: int
    first_seen: dt.date
    run_id: str | None = None
    due_on: dt.date | None = None
    disposition: str | None = None
    decided_on: dt.date | None = None
    decided_by: str | None = None
    explanations: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrailFacts:
    """The audit trail at the last event that changed what is reported: its length, hash and time (UTC, ISO)."""

    events: int
    head: str
    at: str = ""


@dataclass(frozen=True)
class Sources:
    """All that a report reads.

    Attributes:
        feeds: every feed of the contract, by name.
        tables: result of each of the report's SQL models, by the model's name (`surveil/reports/**/*.sql`).
        findings: items behind alerts; columns `alert_id`, `detector`, `feed`, `key`, `account_id`.
        subjects: whom the report is about, by kind (`rep`, `customer`, `account`); empty: the whole firm.
        payments: the ledger of compensation, every payment made so far.
    """

    firm: FirmFacts
    run: RunFacts
    period: Period
    feeds: Mapping[str, FeedFacts]
    detectors: tuple[DetectorFacts, ...]
    coverage: tuple[CoverageFacts, ...]
    alerts: tuple[AlertFacts, ...]
    trail: TrailFacts
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    findings: pd.DataFrame = field(default_factory=pd.DataFrame)
    subjects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    payments: tuple[Entry, ...] = ()

    @property
    def desk_day(self) -> dt.date:
        """The day the alerts and decisions are as of: of the last event in the trail, or of the data."""
        return dt.date.fromisoformat(self.trail.at[:10]) if self.trail.at else self.run.as_of

    def absent(self, *names: str) -> list[str]:
        """The feeds among `names` that were not provided."""
        return [name for name in names if not self.feeds[name].present]

    def lacks(self, feed: str, *columns: str) -> list[str]:
        """The columns among `columns` that no file of the feed has."""
        return [column for column in columns if column not in self.feeds[feed].columns]
