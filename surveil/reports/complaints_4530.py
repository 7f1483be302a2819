"""The report `complaints-4530`: written complaints of a quarter, what FINRA Rule 4530(d) asks of each, and the deadline."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import holidays

from surveil.errors import UsageError
from surveil.reports.content import Block, Chart, Heading, Listing, Text
from surveil.reports.document import Document, Section, build
from surveil.reports.exhibits import Exhibit, Field, Personal, Value
from surveil.reports.gather import Wanted
from surveil.reports.making import Request, sources_for
from surveil.reports.rows import figure, iso, named, number, records, text
from surveil.reports.sources import Period, Sources
from surveil.scan import results

NAME = "complaints-4530"
WANTED = Wanted(models=("review_complaints", "review_seats"))
DUE_DAY = 15
EVENT_DAYS = 30
WRITTEN = frozenset({"written", "electronic"})
# Rule 4530 product codes that follow from a product's family alone (list of 1 October 2014); of other families the code
# depends on what the feeds do not say.
PRODUCT_CODES = {"mutual_fund": "09", "uit": "11", "life": "08", "health": "08", "pc_insurance": "08"}
# Complaints that allege these are events of their own under Rule 4530(a)(1)(B), to be reported within 30 calendar days.
_EVENT = re.compile(r"forg(?:e|ed|ery|ing)|theft|stole|steal|misappropriat|embezzl", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)
MISSING = ("problem_code", "product_code", "account_id", "branch_id")
"""What a filing needs and the feeds may have: a complaint without it cannot be filed as it stands."""


def quarter_of(name: str) -> Period:
    """The days of a calendar quarter such as 2024Q2.

    Raises:
        UsageError: that names none.
    """
    match = _QUARTER.fullmatch(name.strip())
    if not match:
        raise UsageError(f"{name!r} is no quarter; write it as 2024Q2.")
    year, part = int(match[1]), int(match[2])
    return _quarter(year, part)


def _quarter(year: int, part: int) -> Period:
    following = dt.date(year + part // 4, part % 4 * 3 + 1, 1)
    return Period(dt.date(year, part * 3 - 2, 1), following - dt.timedelta(days=1))


def last_quarter(as_of: dt.date) -> Period:
    """The last quarter that was over by the end of a day."""
    tomorrow = as_of + dt.timedelta(days=1)
    index = tomorrow.year * 4 + (tomorrow.month - 1) // 3 - 1
    return _quarter(index // 4, index % 4 + 1)


def due_on(quarter: Period, country: str = "US") -> dt.date:
    """The 15th of the month after the quarter; the next business day where that is a weekend or holiday."""
    day = (quarter.last + dt.timedelta(days=1)).replace(day=DUE_DAY)
    off = holidays.country_holidays(country)
    while day.weekday() >= 5 or day in off:
        day += dt.timedelta(days=1)
    return day


def files(request: Request) -> Mapping[str, bytes]:
    """The files of the report by their path."""
    run = results.manifest(request.workspace, request.run_id)
    named_quarter = request.options.quarter
    quarter = (
        quarter_of(named_quarter) if named_quarter else last_quarter(dt.date.fromisoformat(run["as_of"]))
    )
    sources = sources_for(request, NAME, WANTED, quarter)
    return build(document(sources, request.workspace.settings.holidays), sources, request)


def document(sources: Sources, country: str) -> Document:
    """The filing's rows, what is not filed and why, events of their own, and the statistics."""
    rows = [row for row in records(sources.tables["review_complaints"]) if row["source"] != "whistleblower"]
    filed = [row for row in rows if row["source"] in (None, "customer") and row["channel"] in WRITTEN]
    unknown = [row for row in rows if row["source"] in (None, "customer") and row["channel"] is None]
    due = due_on(sources.period, country)
    quarter = f"{sources.period.first.year}Q{(sources.period.first.month + 2) // 3}"
    absent = sources.absent("complaints")
    return Document(
        name=NAME,
        title=f"Statistical complaint report under Rule 4530(d), {quarter}",
        lead="Written complaints of customers in the quarter, with what a filing asks of each, and what is not known.",
        facts=(
            ("Due", f"{due.isoformat()} (the 15th of the month after the quarter, or the next business day)"),
            (
                "Filing",
                None if absent else ("due" if filed else "none due: no written complaint of a customer"),
            ),
        ),
        sections=(
            Section("1. Complaints to file", (Text("Not known: the feed complaints was not provided."),))
            if absent
            else _filing(sources, filed, unknown),
            _events(filed),
            _statistics(filed),
            _others(rows, filed, unknown),
        ),
        method=(
            "Counted are complaints of customers in writing, electronic ones too, by the day they were "
            "received. A complaint that "
            "names several associated persons is filed once for each; the feed names one.",
            "Product codes are set where the product's family alone decides them; problem codes are those of "
            "the feed. Complaints of "
            "whistle-blowers are in none of the lists.",
            "A complaint alleging theft, misappropriation or forgery is found by these words in its category or "
            "text, in English only; "
            "it has to be assessed as an event under Rule 4530(a)(1)(B), whatever the quarter.",
        ),
        statement="The complaints listed are all written complaints of customers received in the quarter.",
        people=(("Prepared by", ""), ("Reviewed by (principal)", "")),
    )


def _filing(
    sources: Sources, filed: Sequence[Mapping[str, Any]], unknown: Sequence[Mapping[str, Any]]
) -> Section:
    seats = {row["rep_id"]: row["supervisor_id"] for row in records(sources.tables["review_seats"])}
    exhibit = Exhibit(
        "EX-01A",
        "to_file",
        "Complaints to file",
        "One row per complaint; disputed amount and security symbol are not in the feeds.",
        (
            text("complaint_id", "Complaint", 0.9),
            text("received_on", "Received", 0.8),
            text("family", "Family", 0.8),
            text("product_code", "Product code", 0.6),
            text("problem_code", "Problem code", 0.6),
            text("branch_id", "Branch", 0.6),
            text("account_id", "Account", 0.9),
            Field("customer_name", "Customer", 1.1, personal=Personal.NAME),
            text("rep_id", "Representative", 0.8),
            Field("crd_number", "CRD no.", 0),
            Field("supervisor_id", "Supervisor", 0),
            Field("activity_from", "Activity from", 0),
            text("disputed_amount", "Disputed amount", 0),
            text("symbol", "Symbol", 0),
            text("lacks", "Lacks", 1.3),
        ),
        tuple(_filed(row, seats) for row in filed),
    )
    lacking = sum(value != "" for value in exhibit.column("lacks"))
    limits = [
        "Disputed amount, activity period and security symbol are the firm's to add: the feeds do not have them.",
        "The rule is about people with whom the member has engaged in securities activities. Whether a complaint about a "
        "product of the bank alone falls under it is the firm's to decide; the family of each is given.",
    ]
    if unknown:
        limits.append(
            f"Of {len(unknown):,} complaints it is not known whether they were in writing; see section 4."
        )
    return Section(
        "1. Complaints to file",
        (
            Listing(exhibit.number)
            if filed
            else Text("There is none in the quarter; a firm without complaints does not file."),
        ),
        (
            figure("Complaints to file", len(filed), exhibit, "number of rows"),
            figure(
                "Of these lacking something the feeds may have",
                lacking,
                exhibit,
                "rows where lacks is not empty",
            ),
        ),
        tuple(limits),
        (exhibit,),
    )


def _code(row: Mapping[str, Any]) -> str | None:
    return PRODUCT_CODES.get(row["family"] or "")


def _filed(row: Mapping[str, Any], seats: Mapping[str, str | None]) -> tuple[Value, ...]:
    known = {**row, "product_code": _code(row)}
    lacks = [name.removesuffix("_id").replace("_", " ") for name in MISSING if known[name] is None]
    if row["rep_id"] is not None and row["crd_number"] is None and row["registered"] != 0:
        lacks.append("CRD number")
    return (
        row["complaint_id"],
        iso(row["received_on_day"]),
        row["family"],
        known["product_code"],
        row["problem_code"],
        row["branch_id"],
        row["account_id"],
        row["customer_name"],
        row["rep_id"] or "",
        "not applicable" if row["rep_id"] is None or row["registered"] == 0 else row["crd_number"],
        seats.get(row["rep_id"]) if row["rep_id"] else "",
        iso(row["opened_on_day"]),
        None,
        None,
        ", ".join(lacks),
    )


def _events(filed: Sequence[Mapping[str, Any]]) -> Section:
    found = [r for r in filed if _EVENT.search(f"{r['category'] or ''} {r['narrative'] or ''}")]
    exhibit = Exhibit(
        "EX-02A",
        "events_to_assess",
        "To be assessed as events of their own",
        "One row per complaint to file that speaks of theft, misappropriation or forgery.",
        (
            text("complaint_id", "Complaint"),
            text("received_on", "Received"),
            text("report_by", "Report by"),
            text("rep_id", "Representative"),
            text("category", "Category", 1.5),
            Field("narrative", "Text", 3, personal=Personal.NARRATIVE),
        ),
        tuple(
            (
                r["complaint_id"],
                iso(r["received_on_day"]),
                iso(r["received_on_day"] + EVENT_DAYS),
                r["rep_id"],
                r["category"],
                r["narrative"],
            )
            for r in found
        ),
    )
    shown = (
        Listing(exhibit.number)
        if found
        else Text("No complaint to file speaks of theft, misappropriation or forgery.")
    )
    return Section(
        "2. Events of their own",
        (shown,),
        (figure("Complaints to assess", len(found), exhibit, "number of rows"),),
        (f"Report by: {EVENT_DAYS} calendar days after it was received, if it is such an event.",),
        (exhibit,),
        same_page=True,
    )


def _statistics(filed: Sequence[Mapping[str, Any]]) -> Section:
    kinds = (
        ("problem code", "problem_code"),
        ("product family", "family"),
        ("branch", "branch_id"),
        ("representative", "rep_id"),
    )
    rows = [
        (kind, named(value or ""), n)
        for kind, name in kinds
        for value, n in sorted(
            Counter(r[name] for r in filed).items(), key=lambda pair: (-pair[1], str(pair[0]))
        )
    ]
    exhibit = Exhibit(
        "EX-03A",
        "statistics",
        "Counts of the complaints to file",
        "One row per problem code, product family, branch and representative.",
        (text("by", "By"), text("value", "Value", 2), number("complaints", "Complaints")),
        tuple(rows),
    )
    families = Exhibit(
        "EX-03B",
        "by_family",
        "Complaints to file by product family",
        "One row per product family.",
        (text("family", "Family", 2), number("complaints", "Complaints")),
        tuple((value, n) for kind, value, n in rows if kind == "product family"),
    )
    blocks: tuple[Block, ...] = (Text("There is nothing to count."),)
    if filed:
        blocks = (
            Chart(families.number, "By product family", "family", "complaints"),
            Listing(exhibit.number),
        )
    return Section("3. Statistics", blocks, (), (), (exhibit, families))


def _others(
    rows: Sequence[Mapping[str, Any]],
    filed: Sequence[Mapping[str, Any]],
    unknown: Sequence[Mapping[str, Any]],
) -> Section:
    """What was received and is not filed, with the reason."""
    to_file, unclear = {r["complaint_id"] for r in filed}, {r["complaint_id"] for r in unknown}

    def why(row: Mapping[str, Any]) -> str:
        if row["complaint_id"] in unclear:
            return "not known whether in writing"
        return (
            "oral"
            if row["source"] in (None, "customer")
            else f"from {row['source'].replace('_', ' ')}, not a customer"
        )

    listed = [row for row in rows if row["complaint_id"] not in to_file]
    exhibit = Exhibit(
        "EX-04A",
        "not_filed",
        "Received in the quarter and not among those to file",
        "One row per complaint.",
        (
            text("complaint_id", "Complaint"),
            text("received_on", "Received"),
            text("source", "From"),
            text("channel", "How"),
            text("why", "Why not filed", 2),
        ),
        tuple(
            (r["complaint_id"], iso(r["received_on_day"]), r["source"], r["channel"], why(r)) for r in listed
        ),
    )
    oral = exhibit.column("why").count("oral")
    return Section(
        "4. Not filed, and why",
        (Heading(exhibit.title), Listing(exhibit.number) if listed else Text("There is none.")),
        (
            figure("Not filed", len(listed), exhibit, "number of rows"),
            figure("Of these oral", oral, exhibit, "rows where why is oral"),
        ),
        (
            "Oral complaints are outside this statistic, not outside supervision: they are in the review of "
            "representatives.",
        ),
        (exhibit,),
        same_page=True,
    )
