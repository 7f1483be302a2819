"""The report `detector-documentation`: a chapter for each detector for those who answer for models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from surveil.alerts.dispositions import Disposition, Outcome
from surveil.config import Workspace
from surveil.detectors import registry
from surveil.detectors.base import HEADINGS, Detector
from surveil.reports.content import Block, Bullets, Heading, Listing, Text
from surveil.reports.desk_facts import desk_facts
from surveil.reports.document import Document, Section, build
from surveil.reports.exhibits import Exhibit, Value
from surveil.reports.gather import Wanted
from surveil.reports.lookback.sampling import exact
from surveil.reports.lookback.sections_sample import percent
from surveil.reports.making import Request, sources_for
from surveil.reports.rows import figure, number, text
from surveil.reports.run_history import Ran, changes_exhibit, history
from surveil.reports.sources import AlertFacts, Sources

NAME = "detector-documentation"
CONFIDENCE = 0.95
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def files(request: Request) -> Mapping[str, bytes]:
    """The files of the report by their path."""
    sources = sources_for(request, NAME, Wanted(), request.period)
    workspace = desk_facts(request.workspace).workspace
    return build(document(sources, workspace, history(workspace)), sources, request)


def document(sources: Sources, workspace: Workspace, runs: list[Ran]) -> Document:
    """Inventory, outcomes, changes, then a chapter for each detector."""
    detectors = registry.detectors()
    settings = workspace.settings.detectors
    parameters = _parameters(detectors, settings)
    return Document(
        name=NAME,
        title="Detectors: purpose, method, limits and measured outcomes",
        lead="For each detector what it is for, how it decides, what it assumes and misses, with its settings "
        "and what came of it.",
        sections=(
            _inventory(sources, detectors),
            _outcomes(sources),
            _changes(runs),
            _settings(parameters),
            *(_chapter(d, settings) for d in detectors.values()),
        ),
        method=(
            "The text of each chapter is the detector's manual page with the values in force; it is part of the "
            "program that ran.",
            "The share of alerts that were worth raising is that of decided alerts whose outcome is a breach or a useful "
            "observation, with its exact 95 % interval (Clopper-Pearson). What is undecided, or could not be "
            "determined, counts for "
            "neither side. It says nothing of what was not found: for that, see the samples of the lookback.",
            "Measured accuracy on simulated firms with an answer key is in the project's documentation "
            "(docs/accuracy.md), with "
            "what it does not show.",
        ),
        people=(("Owner of the models", ""), ("Validated independently by", ""), ("Approved by", "")),
        statement="Purpose, assumptions, limits and settings were reviewed, and the detectors are fit for the "
        "use described.",
    )


def _inventory(sources: Sources, detectors: Mapping[str, Detector]) -> Section:
    ran = {d.id for d in sources.detectors}
    exhibit = Exhibit(
        "EX-01A",
        "inventory",
        "Inventory of detectors",
        "One row per detector of the program.",
        (
            text("detector", "Id", 0.5),
            text("name", "Name", 1.6),
            text("version", "Version", 0.6),
            text("status", "Status", 0.8),
            text("family", "Family", 0.9),
            text("kind", "Kind", 0.6),
            text("severity", "Severity", 0.6),
            text("typology", "Typologies", 0.9),
            text("ran", "In the run", 0.6),
            text("needs", "Needs", 0),
        ),
        tuple(
            (
                d.id,
                d.name,
                d.version,
                d.status,
                d.family.value,
                d.kind,
                d.severity.value,
                d.typology,
                "yes" if d.id in ran else "no",
                "; ".join(d.needs),
            )
            for d in detectors.values()
        ),
    )
    return Section(
        "Inventory",
        (Listing(exhibit.number),),
        (figure("Detectors", len(detectors), exhibit, "number of rows"),),
        (
            "Kind: a rule lists single breaches, a rate compares representatives, an item supports another's rate.",
        ),
        (exhibit,),
    )


def worth(alerts: list[AlertFacts]) -> tuple[int, int]:
    """(worth raising, decided one way or the other) among alerts with a decision that stands."""
    outcomes = [Disposition(a.disposition).outcome for a in alerts if a.disposition]
    good = sum(o in (Outcome.BREACH, Outcome.USEFUL) for o in outcomes)
    return good, good + outcomes.count(Outcome.FALSE_ALARM)


def _outcomes(sources: Sources) -> Section:
    rows: list[tuple[Value, ...]] = []
    for d in sources.detectors:
        own = [a for a in sources.alerts if a.detector == d.id]
        good, decided = worth(own)
        interval = exact(good, decided, CONFIDENCE)
        shown = map(percent, (interval.share, interval.low, interval.high))
        rows.append((d.id, d.name, len(own), decided, good, *shown))
    exhibit = Exhibit(
        "EX-02A",
        "outcomes",
        "Outcomes: how many alerts were worth raising",
        "One row per detector of the run.",
        (
            text("detector", "Id", 0.5),
            text("name", "Name", 1.8),
            number("alerts", "Alerts"),
            number("decided", "Decided either way", 0.9),
            number("worth", "Worth raising", 0.9),
            number("share", "Share"),
            number("low", "At least"),
            number("high", "At most"),
        ),
        tuple(rows),
    )
    good, decided = worth(list(sources.alerts))
    return Section(
        "Outcomes",
        (Listing(exhibit.number),),
        (
            figure("Alerts decided either way", decided, exhibit, "sum of decided"),
            figure("Of these worth raising", good, exhibit, "sum of worth"),
        ),
        ("A share of few decisions is hardly known: look at the interval.",),
        (exhibit,),
    )


def _changes(runs: list[Ran]) -> Section:
    exhibit = changes_exhibit("EX-03A", "Changes of versions and parameters from run to run", runs)
    shown = (
        Listing(exhibit.number)
        if exhibit.rows
        else Text("Nothing was changed from one run on record to the next.")
    )
    return Section("Changes", (shown,), (), (), (exhibit,), same_page=True)


def _settings(exhibit: Exhibit) -> Section:
    changed = exhibit.column("changed").count("yes")
    return Section(
        "Parameters",
        (Listing(exhibit.number),),
        (
            figure("Parameters", len(exhibit.rows), exhibit, "number of rows"),
            figure("Set otherwise than by default", changed, exhibit, "rows where changed is yes"),
        ),
        (),
        (exhibit,),
        wide=True,
    )


def _parameters(detectors: Mapping[str, Detector], settings: Mapping[str, Mapping[str, Any]]) -> Exhibit:
    rows: list[tuple[Value, ...]] = []
    for d in detectors.values():
        values = d.parameters(settings.get(d.id, {}))
        for name, info in type(values).model_fields.items():
            extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
            value = getattr(values, name)
            told = (str(extra.get("unit", "")), info.description or "", str(extra.get("citation", "")))
            rows.append(
                (d.id, name, str(value), str(info.default), "no" if value == info.default else "yes", *told)
            )
    return Exhibit(
        "EX-04A",
        "parameters",
        "Parameters in force, with the source of each default",
        "One row per detector and parameter.",
        (
            text("detector", "Id", 0.5),
            text("parameter", "Parameter", 1.2),
            text("value", "Value", 0.6),
            text("default", "Default", 0.6),
            text("changed", "Changed", 0.5),
            text("unit", "Unit", 0.8),
            text("meaning", "Meaning", 2.2),
            text("source", "Source of the default", 2),
        ),
        tuple(rows),
    )


def _chapter(detector: Detector, settings: Mapping[str, Mapping[str, Any]]) -> Section:
    page = detector.manual(detector.parameters(settings.get(detector.id, {})))
    parts = _HEADING.split(page)
    said = dict(zip(parts[1::2], parts[2::2], strict=True))
    blocks: list[Block] = []
    for heading in HEADINGS:
        blocks += [Heading(heading, listed=False), *_paragraphs(said.get(heading, ""))]
    return Section(f"{detector.id} {detector.name}, version {detector.version}", tuple(blocks))


def _paragraphs(written: str) -> list[Block]:
    """Paragraphs and lists of a manual page, the line ends within them taken out."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", written.strip()):
        points = [" ".join(point.split()) for point in re.split(r"(?:^|\n)- ", part)]
        if points[0]:
            found.append(Text(points[0]))
        if points[1:]:
            found.append(Bullets(tuple(points[1:])))
    return found
