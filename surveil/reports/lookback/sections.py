"""Sections of the lookback: the population counted down, the criteria, the three classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from surveil.reports.content import Block, Chart, Heading, Listing, Text, lists
from surveil.reports.document import Section
from surveil.reports.exhibits import Exhibit, Value
from surveil.reports.lookback.classes import Class, Classed
from surveil.reports.lookback.criteria import Criteria
from surveil.reports.rows import figure, iso, named, number, records, text
from surveil.reports.sources import Sources

CUSTOMERS = "Customers of the population"


def population_section(
    sources: Sources, population: pd.DataFrame, loaded: Mapping[str, int], criteria: Criteria
) -> Section:
    """The population counted down from the rows handed over, and against the firm's control totals."""
    steps = _steps(sources, population, loaded)
    count_down = Exhibit(
        "EX-01A",
        "population",
        "The population, counted down from the rows handed over",
        "One row per step; a step with a sum ties to the steps before it.",
        (text("step", "Step", 3), number("count", "Count"), text("ties", "Ties", 2)),
        tuple(steps),
    )
    totals = _control_totals(population, criteria)
    strata = _by_family(population)
    exhibits = (count_down, totals, strata)
    blocks: list[Block] = [Heading(count_down.title), Listing(count_down.number), Heading(totals.title)]
    blocks.append(
        Listing(totals.number)
        if totals.rows
        else Text(
            "The firm has given no count from another system (core banking, general ledger). Whether the rows handed over "
            "are all there are is not known."
        )
    )
    blocks += [Heading(strata.title), Listing(strata.number)]
    if criteria.why_this_period:
        blocks = [Heading("Why this period"), Text(criteria.why_this_period, firm=True), *blocks]
    broken = [row for row in steps if str(row[2]).startswith("NO")]
    limits = [f"Does not tie: {row[0]}." for row in broken]
    return Section(
        "1. Population",
        tuple(blocks),
        (
            figure(
                "Accounts and features opened by staff in the period",
                len(population),
                strata,
                "sum of opened",
            ),
            figure(
                "Customers",
                int(population["customer_id"].nunique()),
                count_down,
                f"sum of count where step is {CUSTOMERS}",
            ),
        ),
        tuple(limits),
        exhibits,
    )


def _steps(sources: Sources, population: pd.DataFrame, loaded: Mapping[str, int]) -> list[tuple[Value, ...]]:
    seen = Counter[tuple[str, int]]()
    for row in records(sources.tables["lookback_rows"]):
        seen[row["place"], row["by_staff"]] += row["n"]
    current = sources.feeds["accounts"].rows
    visible, inside = sum(seen.values()), seen["in", 0] + seen["in", 1]
    before, after = seen["before", 0] + seen["before", 1], seen["after", 0] + seen["after", 1]

    def ties(parts: int, whole: int, told: str) -> str:
        return f"yes: {told}" if parts == whole else f"NO: {told}"

    return [
        ("Rows read from the files", loaded["read"], ""),
        ("of these rejected (kept with the reason)", loaded["rejected"], ""),
        ("of these replaced within their load", loaded["superseded"], ""),
        (
            "of these accepted",
            loaded["accepted"],
            ties(
                loaded["accepted"] + loaded["rejected"] + loaded["superseded"],
                loaded["read"],
                "accepted + rejected + replaced = read",
            ),
        ),
        ("replaced by a later load", loaded["accepted"] - current, ""),
        ("Current rows of the snapshot", current, "accepted - replaced by a later load, by definition"),
        ("opened after the day the data are as of", current - visible, ""),
        ("Rows as of that day", visible, "current - opened after it, by definition"),
        ("of these opened before the period", before, ""),
        ("of these opened after the period", after, ""),
        (
            "of these opened in the period",
            inside,
            ties(before + after + inside, visible, "before + after + in = rows as of that day"),
        ),
        ("of these by nobody at the firm (self-service, migration)", seen["in", 0], ""),
        (
            "Population: opened by staff in the period",
            len(population),
            ties(seen["in", 0] + len(population), inside, "by staff + by nobody = in the period"),
        ),
        (CUSTOMERS, int(population["customer_id"].nunique()), "each counted once, by definition"),
    ]


def _control_totals(population: pd.DataFrame, criteria: Criteria) -> Exhibit:
    return Exhibit(
        "EX-01B",
        "control_totals",
        "Control totals of the firm",
        "One row per count the firm gave from another system.",
        (
            text("source", "Source", 1.5),
            text("what", "What it counts", 2.5),
            number("count", "Its count"),
            number("population", "Population"),
            number("difference", "Difference"),
        ),
        tuple(
            (total.source, total.what, total.count, len(population), len(population) - total.count)
            for total in criteria.control_totals
        ),
    )


def _by_family(population: pd.DataFrame) -> Exhibit:
    grouped = population.assign(year=population["month"] // 12).groupby(["family", "year"], dropna=False)
    counts = grouped.agg(
        opened=("account_id", "size"), reps=("rep_id", "nunique"), branches=("branch_id", "nunique")
    )
    return Exhibit(
        "EX-01C",
        "population_by_family",
        "The population by product family and year",
        "One row per product family and year.",
        (
            text("family", "Family"),
            text("year", "Year", 0.6),
            number("opened", "Opened"),
            number("representatives", "Representatives"),
            number("branches", "Branches"),
        ),
        tuple(
            (named(str(family)), str(year), int(row.opened), int(row.reps), int(row.branches))
            for (family, year), row in zip(counts.index, counts.itertuples(), strict=True)
        ),
    )


def criteria_section(sources: Sources, criteria: Criteria) -> Section:
    """What each version of the criteria flags, and the detectors of the one in force with versions and parameters."""
    versions = Exhibit(
        "EX-02A",
        "criteria",
        "Criteria, version by version",
        "One row per version; the last is in force.",
        (
            text("version", "Version", 1.2),
            text("adopted_on", "Adopted on", 0.8),
            text("approved_by", "Approved by"),
            text("flags", "Flags an account that has", 3.5),
            text("reason", "Reason for the version", 2),
        ),
        tuple(
            (
                v.version,
                v.adopted_on.isoformat() if v.adopted_on else None,
                v.approved_by or None,
                v.told,
                v.reason or None,
            )
            for v in criteria.versions
        ),
    )
    used = set(criteria.in_force.detectors)
    detectors = Exhibit(
        "EX-02B",
        "detectors",
        "Detectors of the version in force",
        "One row per detector, with the version and parameters it ran with.",
        (
            text("detector", "Id", 0.5),
            text("name", "Name", 1.4),
            text("version", "Version", 0.6),
            text("finds", "What it finds", 3),
            text("parameters", "Parameters", 2.4),
        ),
        tuple(
            (d.id, d.name, d.version, d.finds, "; ".join(d.parameters))
            for d in sources.detectors
            if d.id in used
        ),
    )
    coverage = Exhibit(
        "EX-02C",
        "not_examined",
        "What these detectors could not examine",
        "One row per detector and reason.",
        (
            text("detector", "Detector", 0.6),
            text("state", "State", 0.7),
            number("not_examined", "Not examined", 0.8),
            text("reason", "Reason", 3),
        ),
        tuple(
            (c.detector, c.state, c.not_examined, c.reason)
            for c in sources.coverage
            if c.detector in used and (c.state != "run" or c.not_examined)
        ),
    )
    missing = sorted(used - {d.id for d in sources.detectors})
    limits = [f"Not part of the run, so nothing is flagged by: {', '.join(missing)}."] if missing else []
    limits.append(
        "What was not examined was not flagged; it is not known, not clean. Criteria err towards the customer: they flag "
        "more than is wrong."
    )
    exhibits = (versions, detectors, coverage)
    return Section("2. Criteria", lists(exhibits, "None."), (), tuple(limits), exhibits)


TITLES = {
    Class.CONFIRMED: ("A", "confirmed", "3. Confirmed"),
    Class.CANNOT_RULE_OUT: ("B", "cannot_be_ruled_out", "4. Cannot be ruled out"),
    Class.EXCLUDED: ("C", "excluded", "5. Excluded, with the reason"),
}
TOLD = {
    Class.CONFIRMED: "A person decided that these were opened without the customer's authority, and the decision stands.",
    Class.CANNOT_RULE_OUT: (
        "The criteria flag these and nobody has confirmed or ruled out that they were opened without authority. They are "
        "not findings. Fees on them may be refunded without a confirmation."
    ),
    Class.EXCLUDED: "The criteria flag these, and a person has decided that they were authorized, with the ground given.",
}


def classes_section(
    sources: Sources, population: pd.DataFrame, classed: Sequence[Classed]
) -> tuple[Section, ...]:
    """A section for each class; they are never in one list."""
    facts = {row["account_id"]: row for row in _rows(population, {c.account_id for c in classed})}
    summary = _summary(population, classed)
    sections = []
    for of_class, (letter, slug, title) in TITLES.items():
        listed = [c for c in classed if c.of_class is of_class]
        exhibit = _listed(letter, slug, title, listed, facts)
        figures = [figure(f"Accounts and features: {of_class.value}", len(listed), exhibit, "number of rows")]
        exhibits: tuple[Exhibit, ...] = (exhibit,)
        blocks: list[Block] = [Text(TOLD[of_class])]
        if of_class is Class.CONFIRMED:
            exhibits = (summary, exhibit)
            blocks = [Heading(summary.title), Listing(summary.number), Heading("Confirmed"), *blocks]
            figures.insert(
                0, figure("Accounts and features flagged", len(classed), summary, "sum of flagged")
            )
        shown: Block = Listing(exhibit.number) if listed else Text("There is none.")
        if listed:
            blocks.append(
                Chart(exhibit.number, f"{title.split('. ')[1]}: by product family", "family", "one")
            )
        sections.append(Section(title, (*blocks, shown), tuple(figures), (), exhibits))
    return tuple(sections)


def _summary(population: pd.DataFrame, classed: Sequence[Classed]) -> Exhibit:
    family = dict(zip(population["account_id"], population["family"], strict=True))
    sizes = Counter(population["family"])
    cells = Counter((family[c.account_id], c.of_class) for c in classed)
    return Exhibit(
        "EX-03S",
        "classes_by_family",
        "The three classes by product family",
        "One row per product family; flagged is the sum of the three classes.",
        (
            text("family", "Family"),
            number("population", "Population"),
            number("flagged", "Flagged"),
            number("confirmed", "Confirmed"),
            number("cannot_be_ruled_out", "Cannot be ruled out"),
            number("excluded", "Excluded"),
            number("not_flagged", "Not flagged"),
        ),
        tuple(_cells(name, sizes[name], cells) for name in sorted(sizes)),
    )


def _cells(name: str, size: int, cells: Mapping[tuple[str, Class], int]) -> tuple[Value, ...]:
    parts = [cells[name, of_class] for of_class in Class]
    return named(name), size, sum(parts), *parts, size - sum(parts)


def _listed(
    letter: str, slug: str, title: str, listed: Iterable[Classed], facts: Mapping[str, Mapping[str, Any]]
) -> Exhibit:
    rows: list[tuple[Value, ...]] = []
    for c in listed:
        fact = facts[c.account_id]
        rows.append(
            (
                c.account_id,
                fact["customer_id"],
                named(fact["family"]),
                iso(fact["opened_on_day"]),
                fact["rep_id"],
                fact["branch_id"] or None,
                ", ".join(c.flagged_by),
                c.ground,
                "; ".join(c.alerts),
                1,
            )
        )
    return Exhibit(
        f"EX-{title[0].zfill(2)}{letter}",
        slug,
        f"{title.split('. ')[1]}: accounts and features",
        "One row per account or feature.",
        (
            text("account_id", "Account or feature"),
            text("customer_id", "Customer"),
            text("family", "Family", 0.8),
            text("opened_on", "Opened on", 0.8),
            text("rep_id", "Opened by", 0.8),
            text("branch_id", "Branch", 0.7),
            text("flagged_by", "Flagged by", 1.1),
            text("ground", "Ground of the class", 2.6),
            text("alert_ids", "Alerts", 0),
            number("one", "Count", 0),
        ),
        tuple(rows),
    )


def _rows(population: pd.DataFrame, accounts: set[str]) -> list[dict[str, Any]]:
    return records(population[population["account_id"].isin(accounts)])
