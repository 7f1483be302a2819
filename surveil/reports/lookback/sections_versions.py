"""What changes when the criteria change: from version to version, and without each detector of the one in force."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.reports.content import Heading, Listing, Text
from surveil.reports.document import Section
from surveil.reports.exhibits import Exhibit, Value
from surveil.reports.lookback.classes import Flags
from surveil.reports.lookback.criteria import Criteria
from surveil.reports.rows import figure, number, text


def versions_section(
    population: pd.DataFrame, criteria: Criteria, flags: Mapping[str, Flags], without: Mapping[str, Flags]
) -> Section:
    """Counts of every version with what came and went, each account that did, and the part of every detector."""
    versions, moved, parts = (
        _versions(criteria, flags),
        _moved(criteria, flags),
        _parts(criteria, flags, without),
    )
    force = flags[criteria.in_force.version]
    blocks = (
        Heading(versions.title),
        Listing(versions.number),
        Heading(moved.title),
        Listing(moved.number)
        if moved.rows
        else Text("No account came or went from one version to the next."),
        Heading(parts.title),
        Listing(parts.number),
    )
    return Section(
        "7. What changes when the criteria change",
        blocks,
        (
            figure(
                "Flagged by the version in force", len(force.accounts), versions, "flagged of the last row"
            ),
        ),
        (
            "All versions were applied to the same run and the same data: differences are those of the method alone.",
            "An account that several detectors flag is lost by leaving out one of them only where no other flags it.",
        ),
        (versions, moved, parts),
    )


def _pairs(criteria: Criteria) -> list[tuple[str | None, str]]:
    names = [version.version for version in criteria.versions]
    return list(zip([None, *names], names, strict=False))


def _versions(criteria: Criteria, flags: Mapping[str, Flags]) -> Exhibit:
    rows: list[tuple[Value, ...]] = []
    for before, name in _pairs(criteria):
        own = flags[name].accounts
        if before is None:
            rows.append((name, len(own), "", "", "", ""))
            continue
        old = flags[before].accounts
        change = f"{100 * (len(own) - len(old)) / len(old):+.1f} %" if old else None
        rows.append((name, len(own), len(own - old), len(old - own), len(own) - len(old), change))
    return Exhibit(
        "EX-07A",
        "versions",
        "Flagged by each version of the criteria",
        "One row per version, with what changed against the version before.",
        (
            text("version", "Version", 1.5),
            number("flagged", "Flagged"),
            number("came", "Came"),
            number("went", "Went"),
            number("net", "Net"),
            number("change", "Change"),
        ),
        tuple(rows),
    )


def _moved(criteria: Criteria, flags: Mapping[str, Flags]) -> Exhibit:
    rows: list[tuple[Value, ...]] = []
    for before, name in _pairs(criteria):
        if before is None:
            continue
        old, own = flags[before], flags[name]
        rows += [
            (a, before, name, "came", ", ".join(own.reasons[a])) for a in sorted(own.accounts - old.accounts)
        ]
        rows += [
            (a, before, name, "went", ", ".join(old.reasons[a])) for a in sorted(old.accounts - own.accounts)
        ]
    return Exhibit(
        "EX-07B",
        "moved",
        "Accounts that came or went",
        "One row per account and change of version.",
        (
            text("account_id", "Account or feature"),
            text("from_version", "From version"),
            text("to_version", "To version"),
            text("change", "Change", 0.6),
            text("flagged_by", "Flagged by", 2),
        ),
        tuple(rows),
    )


def _parts(criteria: Criteria, flags: Mapping[str, Flags], without: Mapping[str, Flags]) -> Exhibit:
    force = flags[criteria.in_force.version]
    rows: list[tuple[Value, ...]] = []
    for detector, rest in without.items():
        own = sum(detector in reasons for reasons in force.reasons.values())
        rows.append((detector, own, len(force.accounts - rest.accounts), len(rest.accounts)))
    return Exhibit(
        "EX-07C",
        "without_each_detector",
        "The part of each detector in the version in force",
        "One row per detector: what it flags, what it alone flags, and what would be flagged without it.",
        (
            text("detector", "Detector"),
            number("flags", "Flags"),
            number("alone", "Flags alone"),
            number("without", "Flagged without it"),
        ),
        tuple(rows),
    )
