"""The samples of a lookback: drawn by strata from flagged and unflagged accounts, and what their review shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from surveil.reports.content import Heading, Listing, Text
from surveil.reports.document import Section
from surveil.reports.exhibits import Exhibit, Value
from surveil.reports.lookback.classes import Result
from surveil.reports.lookback.criteria import Criteria, Sample
from surveil.reports.lookback.sampling import (
    Interval,
    Stratum,
    allocation,
    draw,
    exact,
    needed_to_rule_out,
    stratified,
)
from surveil.reports.rows import figure, named, number, text

FLAGGED, UNFLAGGED = "flagged", "unflagged"
SHARES = (0.05, 0.01, 0.005)


@dataclass(frozen=True)
class Drawn:
    """A sample: the size of every stratum, how many were drawn of it, and the accounts, each with its stratum.

    A stratum is `flagged` or `unflagged` followed by the account's values of what was stratified by.
    """

    sizes: Mapping[Stratum, int]
    drawn: Mapping[Stratum, int]
    members: tuple[tuple[str, Stratum], ...]


def draw_sample(population: pd.DataFrame, flagged: Collection[str], sample: Sample) -> Drawn:
    """Draw from flagged and unflagged accounts apart; the order of the rows does not matter."""
    strata: dict[Stratum, list[str]] = {}
    keys = [_key(population, name) for name in sample.stratify_by]
    for account, *values in zip(population["account_id"], *keys, strict=True):
        group = FLAGGED if account in flagged else UNFLAGGED
        strata.setdefault((group, *values), []).append(account)
    drawn: dict[Stratum, int] = {}
    for group, wanted in ((FLAGGED, sample.flagged), (UNFLAGGED, sample.unflagged)):
        drawn |= allocation({name: len(m) for name, m in strata.items() if name[0] == group}, wanted)
    members = tuple(
        (account, name) for name in sorted(strata) for account in draw(strata[name], sample.seed, drawn[name])
    )
    return Drawn({name: len(m) for name, m in sorted(strata.items())}, drawn, members)


def _key(population: pd.DataFrame, name: str) -> Sequence[str]:
    if name == "quarter":
        return [f"{m // 12}Q{m % 12 // 3 + 1}" for m in population["month"]]
    return [named(value) for value in population[{"branch": "branch_id"}.get(name, name)].fillna("")]


def sample_section(
    population: pd.DataFrame, drawn: Drawn, results: Mapping[str, Result], criteria: Criteria
) -> Section:
    """What was drawn, what reviewers found, and what that shows of all accounts."""
    strata, members = _strata(drawn, results, criteria), _members(drawn, results)
    estimates = _estimates(drawn, results, criteria)
    sizes = ", ".join(
        f"{needed_to_rule_out(share, criteria.sample.confidence)} for fewer than {share * 100:g} %"
        for share in SHARES
    )
    reviewed = sum(account in results for account, _ in drawn.members)
    limits = (
        f"If nothing is found, these many have to be looked at to show it with {criteria.sample.confidence * 100:g} % "
        f"confidence: {sizes}.",
        "An account of which the reviewer cannot tell is counted as unauthorized in the second estimate of each pair.",
        "The file sample/to_review.csv is a form: filled in and put into the workspace as "
        f"lookbacks/{criteria.name}-results.csv, it is counted here.",
    )
    exhibits = (estimates, strata, members)
    blocks = (
        Heading(estimates.title),
        Listing(estimates.number),
        *(
            ()
            if reviewed
            else (Text("Nobody has looked at the sample yet: what it would show is not known."),)
        ),
        Heading(strata.title),
        Listing(strata.number),
        Heading(members.title),
        Listing(members.number) if members.rows else Text("Nothing was drawn."),
    )
    figures = (
        figure("Accounts drawn", len(drawn.members), members, "number of rows"),
        figure("Of these reviewed", reviewed, members, "rows where result is not empty"),
    )
    return Section("6. Samples", blocks, figures, limits, exhibits)


def _seen(
    drawn: Drawn, results: Mapping[str, Result], bad: Collection[str]
) -> dict[Stratum, tuple[int, int]]:
    """(found, looked at) of each stratum, where results in `bad` are found."""
    looked: Counter[Stratum] = Counter()
    found: Counter[Stratum] = Counter()
    for account, name in drawn.members:
        if account in results:
            looked[name] += 1
            found[name] += results[account].result in bad
    return {name: (found[name], looked[name]) for name in drawn.sizes}


def percent(value: float | None) -> str | None:
    """A share in print."""
    return None if value is None else f"{100 * value:.2f} %"


def _bounds(interval: Interval) -> tuple[Value, Value, Value]:
    return percent(interval.share), percent(interval.low), percent(interval.high)


def _estimates(drawn: Drawn, results: Mapping[str, Result], criteria: Criteria) -> Exhibit:
    rows: list[tuple[Value, ...]] = []
    confidence = criteria.sample.confidence
    for group in (FLAGGED, UNFLAGGED):
        sizes = {name: size for name, size in drawn.sizes.items() if name[0] == group}
        for told, bad in (
            ("unauthorized", {"unauthorized"}),
            ("unauthorized, or cannot be told", {"unauthorized", "cannot_tell"}),
        ):
            seen = {n: v for n, v in _seen(drawn, results, bad).items() if n in sizes}
            over = stratified(sizes, seen, confidence)
            looked, found = sum(v[1] for v in seen.values()), sum(v[0] for v in seen.values())
            total = sum(sizes.values())
            rows.append(
                (
                    group,
                    told,
                    total,
                    looked,
                    found,
                    *_bounds(over),
                    round(over.low * total),
                    round(over.high * total),
                )
            )
    return Exhibit(
        "EX-06A",
        "estimates",
        f"What the samples show, with {confidence * 100:g} % confidence",
        "One row per group and meaning of found; shares and bounds are over all strata of the group.",
        (
            text("group", "Group", 0.8),
            text("found_as", "Found as", 1.4),
            number("accounts", "Accounts"),
            number("looked_at", "Looked at"),
            number("found", "Found"),
            number("share", "Share"),
            number("low", "At least"),
            number("high", "At most"),
            number("accounts_low", "Accounts, at least", 0.8),
            number("accounts_high", "Accounts, at most", 0.8),
        ),
        tuple(rows),
    )


def _strata(drawn: Drawn, results: Mapping[str, Result], criteria: Criteria) -> Exhibit:
    seen = _seen(drawn, results, {"unauthorized"})
    return Exhibit(
        "EX-06B",
        "strata",
        "Strata: their size, what was drawn and found",
        "One row per stratum, with the exact interval of the share found unauthorized in it alone.",
        (
            text("group", "Group", 0.8),
            text("stratum", "Stratum", 1.6),
            number("accounts", "Accounts"),
            number("drawn", "Drawn"),
            number("looked_at", "Looked at"),
            number("found", "Unauthorized"),
            number("share", "Share"),
            number("low", "At least"),
            number("high", "At most"),
        ),
        tuple(
            (
                name[0],
                ", ".join(name[1:]) or "all",
                size,
                drawn.drawn[name],
                seen[name][1],
                seen[name][0],
                *_bounds(exact(*seen[name], criteria.sample.confidence)),
            )
            for name, size in drawn.sizes.items()
        ),
    )


def _members(drawn: Drawn, results: Mapping[str, Result]) -> Exhibit:
    rows: list[tuple[Value, ...]] = []
    for account, name in sorted(drawn.members, key=lambda member: (member[1], member[0])):
        known = results.get(account)
        told = (
            (known.result.replace("_", " "), known.reviewer, known.reviewed_on.isoformat())
            if known
            else ("", "", "")
        )
        rows.append((account, name[0], ", ".join(name[1:]) or "all", *told))
    return Exhibit(
        "EX-06C",
        "sample",
        "The accounts drawn",
        "One row per account drawn; an empty result: nobody has looked at it yet.",
        (
            text("account_id", "Account or feature"),
            text("group", "Group", 0.8),
            text("stratum", "Stratum", 1.4),
            text("result", "Result"),
            text("reviewer", "Reviewer"),
            text("reviewed_on", "Reviewed on"),
        ),
        tuple(rows),
    )
