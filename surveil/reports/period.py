"""The report `period` for management: what was raised, decided and left, with trends by month and by individual."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from surveil.alerts.dispositions import Outcome
from surveil.errors import UsageError
from surveil.reports.complaints_4530 import last_quarter, quarter_of
from surveil.reports.content import Chart, Heading, Listing, Text
from surveil.reports.document import Document, Section, build
from surveil.reports.exhibits import Exhibit, Field, Value
from surveil.reports.gather import Wanted
from surveil.reports.making import Request, sources_for
from surveil.reports.rep_review import outcome
from surveil.reports.rows import EPOCH, figure, number, records, text
from surveil.reports.sources import AlertFacts, Period, Sources
from surveil.scan import results

NAME = "period"
WANTED = Wanted(models=("finra_openings", "review_complaints", "finra_discipline"))
FAMILIES = ("unauthorized", "burst", "unused", "competence", "outlier", "control")
SEVERITIES = ("critical", "high", "medium", "low")


def files(request: Request) -> Mapping[str, bytes]:
    """The files of the report by their path.

    Raises:
        UsageError: the period is not of whole months, or lies outside the run's window.
    """
    run = results.manifest(request.workspace, request.run_id)
    named = request.options.quarter
    period = request.period or (
        quarter_of(named) if named else last_quarter(dt.date.fromisoformat(run["as_of"]))
    )
    window = Period(dt.date.fromisoformat(run["from"]), dt.date.fromisoformat(run["as_of"]))
    _check(period, window)
    # The months before the period are what it is compared with: the sources reach over the whole window of the run.
    sources = sources_for(request, NAME, WANTED, Period(min(window.first, period.first), period.last))
    folder = results.run_folder(request.workspace, sources.run.run_id)
    items = pd.read_parquet(folder / "findings.parquet", columns=["alert_id", "rep_id", "at"])
    return build(document(sources, period, items[items["alert_id"].notna()]), sources, request)


def _check(period: Period, window: Period) -> None:
    whole = period.first.day == 1 and (period.last + dt.timedelta(days=1)).day == 1
    if not whole:
        raise UsageError(f"The period report is of whole months; {period} is not.")
    if period.last > window.last:
        raise UsageError(f"The data are as of {window.last.isoformat()}; {period} is not over by then.")


def month_of(day: dt.date) -> int:
    """Months since year 0: year * 12 + month - 1."""
    return day.year * 12 + day.month - 1


def shown_month(month: int) -> str:
    """A month as 2024-06."""
    return f"{month // 12}-{month % 12 + 1:02d}"


def before(period: Period) -> Period:
    """The period of as many months just before."""
    months = month_of(period.last) - month_of(period.first) + 1
    first = month_of(period.first) - months
    return Period(dt.date(first // 12, first % 12 + 1, 1), period.first - dt.timedelta(days=1))


def document(sources: Sources, period: Period, items: pd.DataFrame) -> Document:
    """Alerts and decisions, trends by month, individuals, complaints and actions, coverage."""
    return Document(
        name=NAME,
        title=f"Sales practices, {period}",
        lead="What surveillance raised in the period, what was decided, what is overdue, and where the trends point.",
        period=period,
        facts=(("Compared with", str(before(period))),),
        sections=(
            _alerts(sources, period),
            _months(sources, period, items),
            _people(period, items),
            _actions(sources, period),
            _coverage(sources),
        ),
        method=(
            "An alert belongs to the period by the day it was first seen, an item behind an alert by the day it "
            "happened. Items are "
            "those of the run named; they are indications, not findings.",
            "An individual's trend is the items behind alerts about him in the period against those of as many "
            "months before. "
            "Counts as small as these go up and down by chance: a trend is a question, not an answer.",
        ),
        statement="The report was presented to senior management.",
        people=(("Prepared by", ""), ("Presented to", "")),
    )


def _alerts(sources: Sources, period: Period) -> Section:
    raised = [a for a in sources.alerts if a.first_seen in period]
    decided = [a for a in sources.alerts if a.decided_on is not None and a.decided_on in period]
    still = [a for a in sources.alerts if a.status != "closed"]
    overdue = [a for a in still if a.due_on is not None and a.due_on < sources.desk_day]
    table = Exhibit(
        "EX-01A",
        "alerts",
        "Alerts by family and severity",
        "One row per family and severity; overdue is as of the last event of the audit trail.",
        (
            text("family", "Family"),
            text("severity", "Severity"),
            number("raised", "Raised in the period", 0.9),
            number("decided", "Decided in the period", 0.9),
            number("undecided", "Undecided now", 0.8),
            number("overdue", "Overdue now", 0.8),
        ),
        tuple(
            (family, severity, *counts)
            for family in FAMILIES
            for severity in SEVERITIES
            if any(counts := [_of(family, severity, listed) for listed in (raised, decided, still, overdue)])
        ),
    )
    results_of = Exhibit(
        "EX-01B",
        "decisions",
        "Decisions of the period that stand",
        "One row per outcome.",
        (text("outcome", "Outcome", 2), number("alerts", "Alerts")),
        tuple((o.value.replace("_", " "), sum(outcome(a) is o for a in decided)) for o in Outcome),
    )
    limits = []
    if not raised and sources.alerts:
        limits.append(
            "No alert was first seen in the period: the scans on record were made later. What they found in the "
            "period is in "
            "section 2."
        )
    return Section(
        "1. Alerts and decisions",
        (
            Chart(table.number, "Undecided now, by family", "family", "undecided"),
            Heading(table.title),
            Listing(table.number),
            Heading(results_of.title),
            Listing(results_of.number),
        ),
        (
            figure("Raised in the period", len(raised), table, "sum of raised"),
            figure("Decided in the period", len(decided), table, "sum of decided"),
            figure("Undecided now", len(still), table, "sum of undecided"),
            figure("Overdue now", len(overdue), table, "sum of overdue"),
        ),
        tuple(limits),
        (table, results_of),
    )


def _of(family: str, severity: str, alerts: Sequence[AlertFacts]) -> int:
    return sum(a.family == family and a.severity == severity for a in alerts)


def _months(sources: Sources, period: Period, items: pd.DataFrame) -> Section:
    opened = Counter[int]()
    for row in records(sources.tables["finra_openings"]):
        opened[row["month"]] += row["n"] * row["by_employee"]
    happened = Counter(_months_of(items))
    received = Counter(
        month_of(EPOCH + dt.timedelta(days=row["received_on_day"]))
        for row in records(sources.tables["review_complaints"])
        if row["source"] != "whistleblower"
    )
    first, last = month_of(before(period).first), month_of(period.last)
    rows: list[tuple[Value, ...]] = []
    for month in range(first, last + 1):
        rate = f"{1000 * happened[month] / opened[month]:.1f}" if opened[month] else None
        complaints = None if sources.absent("complaints") else received[month]
        inside = "yes" if month >= month_of(period.first) else "no"
        rows.append((shown_month(month), inside, opened[month], happened[month], rate, complaints))
    exhibit = Exhibit(
        "EX-02A",
        "months",
        "By month: openings, items behind alerts, complaints",
        "One row per month of the period and of as many before.",
        (
            text("month", "Month"),
            text("in_period", "In the period", 0.7),
            number("opened", "Opened by staff"),
            number("items", "Items behind alerts"),
            number("rate", "Items per 1,000 openings", 1.2),
            number("complaints", "Complaints"),
        ),
        tuple(rows),
    )
    now = [row for row in rows if row[1] == "yes"]
    return Section(
        "2. By month",
        (
            Chart(exhibit.number, "Items behind alerts by month", "month", "items", in_order=True),
            Listing(exhibit.number),
        ),
        (
            figure(
                "Opened by staff in the period", _sum(now, 2), exhibit, "sum of opened where in_period is yes"
            ),
            figure(
                "Items behind alerts in the period",
                _sum(now, 3),
                exhibit,
                "sum of items where in_period is yes",
            ),
        ),
        (),
        (exhibit,),
        same_page=True,
    )


def _sum(rows: Sequence[tuple[Value, ...]], place: int) -> int:
    return sum(row[place] for row in rows if isinstance(row[place], int))  # type: ignore[misc]


def _months_of(items: pd.DataFrame) -> list[int]:
    return [month_of(dt.date.fromisoformat(str(at)[:10])) for at in items["at"] if isinstance(at, str)]


def _people(period: Period, items: pd.DataFrame) -> Section:
    known = items[items["rep_id"].notna() & items["at"].notna()]
    now, earlier = Counter[str](), Counter[str]()
    for rep, at in zip(known["rep_id"], known["at"], strict=True):
        day = dt.date.fromisoformat(str(at)[:10])
        if day in period:
            now[rep] += 1
        elif day in before(period):
            earlier[rep] += 1
    order = sorted({*now, *earlier}, key=lambda rep: (-(now[rep] - earlier[rep]), -now[rep], rep))
    table = Exhibit(
        "EX-03A",
        "individuals",
        "By individual: items behind alerts, now and before",
        "One row per representative with an item in either period, the largest increase on top.",
        (
            text("rep_id", "Representative"),
            number("now", "In the period"),
            number("before", "Before"),
            number("change", "Change"),
        ),
        tuple((rep, now[rep], earlier[rep], now[rep] - earlier[rep]) for rep in order),
    )
    return Section(
        "3. By individual",
        (
            Listing(table.number)
            if table.rows
            else Text("No item behind an alert names a representative in either period."),
        ),
        (
            figure("Representatives with an item in the period", len(now), table, "rows where now is over 0"),
            figure(
                "Of these with more than before",
                sum(now[r] > earlier[r] for r in now),
                table,
                "rows where change is over 0",
            ),
        ),
        ("Potential, not confirmed: what stands behind alerts, whatever was decided of them.",),
        (table,),
        same_page=True,
    )


def _actions(sources: Sources, period: Period) -> Section:
    rows = [
        row
        for row in records(sources.tables["finra_discipline"])
        if EPOCH + dt.timedelta(days=row["action_on_day"]) in period
    ]
    table = Exhibit(
        "EX-04A",
        "actions",
        "Actions on employees",
        "One row per action and reason.",
        (text("action", "Action"), text("reason_code", "Reason", 1.5), number("actions", "Actions")),
        tuple(
            (action, reason, n)
            for (action, reason), n in sorted(
                Counter((row["action"], row["reason_code"] or "not classified") for row in rows).items()
            )
        ),
    )
    if sources.absent("discipline"):
        return Section("4. Actions on employees", (Text("Not known: the feed discipline was not provided."),))
    return Section(
        "4. Actions on employees",
        (Listing(table.number) if rows else Text("There was none in the period."),),
        (figure("Actions", len(rows), table, "sum of actions"),),
        (),
        (table,),
        same_page=True,
    )


def _coverage(sources: Sources) -> Section:
    gaps: list[Any] = [c for c in sources.coverage if c.state != "run" or c.not_examined]
    table = Exhibit(
        "EX-05A",
        "not_examined",
        "What was not examined, and why",
        "One row per detector and reason.",
        (
            text("detector", "Id", 0.6),
            text("state", "State", 0.7),
            number("not_examined", "Not examined", 0.8),
            Field("examined", "Examined", 0, "right"),
            text("reason", "Reason", 3),
        ),
        tuple((c.detector, c.state, c.not_examined, c.examined, c.reason) for c in gaps),
    )
    shown = Listing(table.number) if gaps else Text("Every detector examined everything.")
    return Section("5. What was not examined", (shown,), (), (), (table,), same_page=True)
