"""Which accounts the criteria flag, and the class of each: confirmed, cannot be ruled out, excluded with the reason."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.reports.finra.letter import Part, checked
from surveil.reports.lookback.criteria import FOLDER, Criteria, Version
from surveil.reports.sources import AlertFacts

CONFIRMED = "confirmed_unauthorized"
INNOCENT = frozenset({"false_positive_explained", "false_positive_data_error"})


class Class(Enum):
    """What is known of a flagged account."""

    CONFIRMED = "confirmed"
    CANNOT_RULE_OUT = "cannot be ruled out"
    EXCLUDED = "excluded"


class Result(Part):
    """What somebody found who looked at one account of a sample."""

    account_id: str = Field(min_length=1)
    result: Literal["authorized", "unauthorized", "cannot_tell"]
    reviewer: str = Field(min_length=1)
    reviewed_on: dt.date
    note: str = ""


@dataclass(frozen=True)
class Flags:
    """What flagged each account under one version of the criteria: its detectors (`score` for the ranking), sorted."""

    reasons: Mapping[str, tuple[str, ...]]
    alerts: Mapping[str, tuple[str, ...]]
    """The alerts behind which the account stands, by an item of the criteria's detectors."""
    unalerted: frozenset[str]
    """Accounts flagged by something that stands behind no alert."""

    @property
    def accounts(self) -> frozenset[str]:
        return frozenset(self.reasons)


@dataclass(frozen=True)
class Classed:
    """A flagged account with its class and the ground for it."""

    account_id: str
    of_class: Class
    ground: str
    flagged_by: tuple[str, ...]
    alerts: tuple[str, ...]


def flag(
    version: Version, findings: pd.DataFrame, scores: pd.DataFrame, population: Collection[str]
) -> Flags:
    """The accounts of the population that a version of the criteria flags.

    Args:
        findings: items of the run; columns `detector`, `account_id`, `alert_id`, `score`.
        scores: ranking of accounts; columns `account_id`, `score`.
    """
    items = findings[
        findings["detector"].isin(version.detectors)
        & (findings["score"].astype(float) >= version.minimum_score)
        & findings["account_id"].isin(population)
    ]
    if version.behind_alerts:
        items = items[items["alert_id"].notna()]
    reasons: dict[str, set[str]] = {}
    alerts: dict[str, set[str]] = {}
    unalerted: set[str] = set()
    columns = (items["account_id"], items["detector"], items["alert_id"])
    for account, detector, alert in zip(*columns, strict=True):
        reasons.setdefault(account, set()).add(detector)
        if pd.isna(alert):
            unalerted.add(account)
        else:
            alerts.setdefault(account, set()).add(alert)
    if version.account_score is not None:
        high = scores[scores["score"].astype(float) >= version.account_score]["account_id"]
        for account in high[high.isin(population)]:
            reasons.setdefault(account, set()).add("score")
            unalerted.add(account)
    return Flags(
        {account: tuple(sorted(found)) for account, found in sorted(reasons.items())},
        {account: tuple(sorted(found)) for account, found in alerts.items()},
        frozenset(unalerted),
    )


def classify(flags: Flags, alerts: Mapping[str, AlertFacts], results: Mapping[str, Result]) -> list[Classed]:
    """The class of every flagged account, in the order of their numbers; in doubt for the customer.

    Confirmed: an alert behind which it stands was decided so, or a reviewer found so of this account. Excluded: the
    reviewer of this account found it authorized, or everything that flagged it stands behind alerts that were all decided
    as false alarms. All others cannot be ruled out.
    """
    return [_classed(account, flags, alerts, results.get(account)) for account in sorted(flags.reasons)]


def _classed(account: str, flags: Flags, alerts: Mapping[str, AlertFacts], result: Result | None) -> Classed:
    behind = [alerts[name] for name in flags.alerts.get(account, ()) if name in alerts]

    def classed(of_class: Class, ground: str) -> Classed:
        return Classed(account, of_class, ground, flags.reasons[account], flags.alerts.get(account, ()))

    if decided := [a for a in behind if a.disposition == CONFIRMED]:
        return classed(Class.CONFIRMED, _decision(decided[0]))
    if result is not None and result.result == "unauthorized":
        return classed(Class.CONFIRMED, _looked_at(result))
    if result is not None and result.result == "authorized":
        return classed(Class.EXCLUDED, _looked_at(result))
    if behind and account not in flags.unalerted and all(a.disposition in INNOCENT for a in behind):
        return classed(Class.EXCLUDED, "; ".join(map(_decision, behind)))
    if result is not None:
        return classed(Class.CANNOT_RULE_OUT, _looked_at(result))
    undecided = [a.alert_id for a in behind if a.disposition is None]
    if undecided:
        return classed(Class.CANNOT_RULE_OUT, f"undecided: {', '.join(undecided)}")
    return classed(Class.CANNOT_RULE_OUT, "; ".join(map(_decision, behind)) or "flagged, not reviewed")


def _decision(alert: AlertFacts) -> str:
    told = (alert.disposition or "undecided").replace("_", " ")
    return f"alert {alert.alert_id}: {told}, {alert.decided_by or 'not known'} on {alert.decided_on or 'not known'}"


def _looked_at(result: Result) -> str:
    return f"account reviewed: {result.result.replace('_', ' ')}, {result.reviewer} on {result.reviewed_on.isoformat()}"


def read_results(workspace: Workspace, criteria: Criteria) -> dict[str, Result]:
    """What reviewers found of single accounts: `lookbacks/NAME-results.csv`, if there is one.

    Raises:
        UsageError: a line is wrong, or an account is in it twice.
    """
    file = workspace.path / FOLDER / f"{criteria.name}-results.csv"
    if not file.is_file():
        return {}
    found: dict[str, Result] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            for line, row in enumerate(csv.DictReader(text), 2):
                filled = {name: value for name, value in row.items() if name and value}
                result = checked(Result, filled, Path(f"{file}, line {line}"))
                if result.account_id in found:
                    raise UsageError(f"{file}, line {line}: account {result.account_id} is there twice.")
                found[result.account_id] = result
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{file} cannot be read as CSV: {error}") from error
    return found
