"""The items on controls: the catalogue of exception reports with what came of it, and how alerts were handled in time."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from surveil.reports.content import Chart, Heading, Listing, Text
from surveil.reports.exhibits import Exhibit, Value
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, number, text
from surveil.reports.sources import AlertFacts, Sources

DECIDED = "closed"
RAN = "run"
AGE_BANDS = ((8, "0 to 7 days"), (31, "8 to 30 days"), (91, "31 to 90 days"))
OLDEST = "over 90 days"
SEVERITIES = ("critical", "high", "medium", "low")
OUTCOMES = {
    "confirmed_unauthorized": "breach",
    "confirmed_unsuitable": "breach",
    "confirmed_out_of_competence": "breach",
    "policy_breach_other": "breach",
    "useful_no_breach": "no_breach",
    "false_positive_explained": "false_alarm",
    "false_positive_data_error": "false_alarm",
    "cannot_rule_out": "not_ruled_out",
    "duplicate": "other",
    "escalated": "other",
}


def controls(item: Item, sources: Sources) -> Content:
    """The detectors in force, what they raised and what was decided, and what they could not examine.

    Where the letter's specification names detectors, of those only.
    """
    sources = _only(item, sources)
    catalogue, statistics, coverage = (
        _catalogue(item, sources),
        _statistics(item, sources),
        _coverage(item, sources),
    )
    partly = [fact.detector for fact in sources.coverage if fact.state != RAN or fact.not_examined]
    gaps = []
    if sources.run.failed_detectors:
        gaps.append(f"The run is incomplete: {', '.join(sources.run.failed_detectors)} failed.")
    exhibits = (catalogue, statistics, coverage)
    return Content(
        found=len(catalogue.rows),
        gaps=tuple(gaps),
        figures=(
            figure(
                "Exception reports (detectors) in the catalogue",
                len(catalogue.rows),
                catalogue,
                "number of rows",
            ),
            figure("Alerts raised and kept", len(sources.alerts), statistics, "sum of alerts"),
            figure(
                "Alerts decided as a breach",
                _with_outcome(sources, "breach"),
                statistics,
                "sum of breach",
            ),
            figure(
                "Alerts decided as a false alarm",
                _with_outcome(sources, "false_alarm"),
                statistics,
                "sum of false_alarm",
            ),
            figure(
                "Detectors that did not run, or could not examine everything",
                len(set(partly)),
                coverage,
                "distinct detector where state is not run or not_examined is over 0",
            ),
        ),
        blocks=(
            *(
                [Chart(statistics.number, "Alerts by detector", "detector", "alerts")]
                if sources.alerts
                else []
            ),
            *(block for exhibit in exhibits for block in (Heading(exhibit.title), Listing(exhibit.number))),
        ),
        exhibits=exhibits,
        limits=(
            "The statistics cover all alerts kept up to the last event in the audit trail, also those of earlier runs.",
        ),
    )


def escalation(item: Item, sources: Sources) -> Content:
    """Ageing of undecided alerts, and the days decisions took."""
    as_of = sources.desk_day
    undecided = [alert for alert in sources.alerts if alert.status != DECIDED]
    decided = [alert for alert in sources.alerts if alert.decided_on is not None and alert.status == DECIDED]
    ageing = Exhibit(
        control_number(item, "A"),
        "ageing_of_undecided_alerts",
        "Undecided alerts by severity and age",
        "One row per severity and age in days from first seen to the day of the last event in the audit trail.",
        (
            text("severity", "Severity"),
            text("age", "Age", 1.4),
            number("alerts", "Alerts"),
            number("overdue", "Overdue"),
        ),
        tuple(
            (
                severity,
                band,
                len(matching),
                sum(alert.due_on is not None and alert.due_on < as_of for alert in matching),
            )
            for severity in SEVERITIES
            for band in [name for _, name in AGE_BANDS] + [OLDEST]
            if (matching := [a for a in undecided if a.severity == severity and _age(a, sources) == band])
        ),
    )
    timing = Exhibit(
        control_number(item, "B"),
        "days_to_decision",
        "Days from first seen to the decision, by severity",
        "One row per severity with a decided alert.",
        (
            text("severity", "Severity"),
            number("decided", "Decided"),
            number("median_days", "Median days"),
            number("longest_days", "Longest"),
        ),
        tuple(_timing(severity, decided) for severity in SEVERITIES if _of(severity, decided)),
    )
    escalated = sum(alert.disposition == "escalated" for alert in sources.alerts)
    overdue = sum(alert.due_on is not None and alert.due_on < as_of for alert in undecided)
    return Content(
        found=len(sources.alerts),
        figures=(
            figure("Undecided alerts", len(undecided), ageing, "sum of alerts"),
            figure("Of these overdue", overdue, ageing, "sum of overdue"),
            figure("Decided alerts", len(decided), timing, "sum of decided"),
        ),
        blocks=(
            Heading(ageing.title),
            Listing(ageing.number) if undecided else Text("No alert is undecided."),
            Heading(timing.title),
            Listing(timing.number) if decided else Text("No alert has been decided yet."),
            *([Text("Alerts were escalated; they go on in a case.")] if escalated else []),
        ),
        exhibits=(ageing, timing),
    )


def _catalogue(item: Item, sources: Sources) -> Exhibit:
    return Exhibit(
        control_number(item, "A"),
        "exception_reports",
        "Catalogue of exception reports",
        "One row per detector in force, with the parameters it ran with.",
        (
            text("detector", "Id", 0.5),
            text("name", "Name", 1.2),
            text("version", "Version", 0),
            text("family", "Family", 0),
            text("severity", "Severity", 0.6),
            text("finds", "What it finds", 3.4),
            text("parameters", "Parameters", 2.4),
        ),
        tuple(
            (d.id, d.name, d.version, d.family, d.severity, d.finds, "; ".join(d.parameters))
            for d in sources.detectors
        ),
    )


def _statistics(item: Item, sources: Sources) -> Exhibit:
    outcomes = ("breach", "no_breach", "false_alarm", "not_ruled_out", "other")
    detectors = sorted({alert.detector for alert in sources.alerts} | {d.id for d in sources.detectors})
    rows: list[tuple[Value, ...]] = []
    for detector in detectors:
        own = [alert for alert in sources.alerts if alert.detector == detector]
        decided = [OUTCOMES.get(alert.disposition or "", "") for alert in own]
        rows.append((detector, len(own), sum(not o for o in decided), *(decided.count(o) for o in outcomes)))
    return Exhibit(
        control_number(item, "B"),
        "alerts_and_dispositions",
        "Alerts and what was decided, by detector",
        "One row per detector; an alert without a decision that stands is counted as undecided.",
        (
            text("detector", "Detector"),
            number("alerts", "Alerts"),
            number("undecided", "Undecided"),
            number("breach", "Breach"),
            number("no_breach", "No breach"),
            number("false_alarm", "False alarm"),
            number("not_ruled_out", "Not ruled out"),
            number("other", "Other"),
        ),
        tuple(rows),
    )


def _coverage(item: Item, sources: Sources) -> Exhibit:
    return Exhibit(
        control_number(item, "C"),
        "coverage",
        "Coverage: what was examined, and what was not and why",
        "One row per detector and reason.",
        (
            text("detector", "Detector", 0.6),
            text("state", "State", 0.7),
            number("examined", "Examined", 0.7),
            number("not_examined", "Not examined", 0.8),
            text("reason", "Reason", 3),
        ),
        tuple((c.detector, c.state, c.examined, c.not_examined, c.reason) for c in sources.coverage),
    )


def _with_outcome(sources: Sources, outcome: str) -> int:
    return sum(OUTCOMES.get(alert.disposition or "") == outcome for alert in sources.alerts)


def _age(alert: AlertFacts, sources: Sources) -> str:
    days = (sources.desk_day - alert.first_seen).days
    return next((name for bound, name in AGE_BANDS if days < bound), OLDEST)


def _only(item: Item, sources: Sources) -> Sources:
    if not item.detectors:
        return sources
    wanted = set(item.detectors)
    return replace(
        sources,
        detectors=tuple(d for d in sources.detectors if d.id in wanted),
        coverage=tuple(c for c in sources.coverage if c.detector in wanted),
        alerts=tuple(a for a in sources.alerts if a.detector in wanted),
    )


def _of(severity: str, alerts: list[AlertFacts]) -> list[AlertFacts]:
    return [alert for alert in alerts if alert.severity == severity]


def _timing(severity: str, decided: list[AlertFacts]) -> tuple[str, int, int, int]:
    days = [(a.decided_on - a.first_seen).days for a in _of(severity, decided) if a.decided_on is not None]
    return severity, len(days), round(median(days)), max(days)
