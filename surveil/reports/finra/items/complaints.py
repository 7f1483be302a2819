"""The items on complaints: those of customers and others, and those of employees, whose identity is protected."""

from __future__ import annotations

from typing import Any

from surveil.reports.content import Heading, Listing
from surveil.reports.exhibits import Exhibit, Field, Personal, count, money
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, iso, named, number, records, summed, text
from surveil.reports.sources import Sources

INSIDERS = {"employee", "whistleblower"}


def complaints(item: Item, sources: Sources) -> Content:
    """Every complaint of the period that is not from an employee, with status and resolution."""
    rows = [row for row in _complaints(sources) if row["source"] not in INSIDERS]
    listed = _list(item, rows)
    counts = _counts(item, rows)
    unknown = count(listed.column("source"), None)
    gaps = ["The source of some complaints is not known; they are listed here."] if unknown else []
    return Content(
        found=len(rows),
        gaps=tuple(gaps),
        figures=(
            figure("Complaints and actions", len(rows), listed, "number of rows"),
            figure("Open", count(listed.column("status"), "open"), listed, "rows where status is open"),
            figure(
                "Resolved",
                count(listed.column("status"), "resolved"),
                listed,
                "rows where status is resolved",
            ),
            figure("Source not known", unknown, listed, "rows where source is empty"),
        ),
        blocks=(
            Heading(counts.title),
            Listing(counts.number),
            Heading(listed.title),
            Listing(listed.number),
        ),
        exhibits=(listed, counts),
        limits=(
            "The feed does not say which complaints are about cross-selling. All complaints received in the period are "
            "listed, with the category the firm gave them.",
        ),
    )


def whistleblowers(item: Item, sources: Sources) -> Content:
    """Reports by employees. Who reported, about whom, where and in what words is left out of every copy."""
    rows = [row for row in _complaints(sources) if row["source"] in INSIDERS]
    exhibit = Exhibit(
        control_number(item, "A"),
        "employee_reports",
        "Whistle-blower, ethics and other employee reports",
        "One row per report, identity protected: no names, accounts, branches or words, and months in place of days.",
        (
            text("reference", "Reference"),
            text("received_in", "Received in"),
            text("source", "Source"),
            text("channel", "Channel"),
            text("category", "Category", 1.6),
            text("status", "Status"),
            text("settled_in", "Settled in"),
        ),
        tuple(
            (
                f"W-{place:04d}",
                _month(row["received_on_day"]),
                row["source"],
                row["channel"],
                row["category"],
                row["status"],
                _month(row["settled_on_day"]),
            )
            for place, row in enumerate(rows, 1)
        ),
    )
    return Content(
        found=len(rows),
        figures=(
            figure("Reports", len(rows), exhibit, "number of rows"),
            figure(
                "Of these by whistle-blowers",
                count(exhibit.column("source"), "whistleblower"),
                exhibit,
                "rows where source is whistleblower",
            ),
            figure("Oral", count(exhibit.column("channel"), "oral"), exhibit, "rows where channel is oral"),
            figure("Open", count(exhibit.column("status"), "open"), exhibit, "rows where status is open"),
        ),
        blocks=(Listing(exhibit.number),) if rows else (),
        exhibits=(exhibit,),
        limits=(
            "Identities are protected in every copy of this response. The reference counts the reports by day of receipt, "
            "then by the firm's own number, so that the firm can find each one.",
        ),
    )


def _complaints(sources: Sources) -> list[dict[str, Any]]:
    rows = records(sources.tables["finra_complaints"])
    return sorted(rows, key=lambda row: (row["received_on_day"], row["complaint_id"]))


def _list(item: Item, rows: list[dict[str, Any]]) -> Exhibit:
    return Exhibit(
        control_number(item, "A"),
        "complaints",
        "List of complaints and actions",
        "One row per complaint received in the period, in order of receipt.",
        (
            text("complaint_id", "Complaint", 0.9),
            text("received_on", "Received", 0.9),
            text("source", "Source", 0.8),
            text("channel", "Channel", 0.8),
            text("customer_id", "Customer", 0.8),
            Field("customer_name", "Name", 1.2, personal=Personal.NAME),
            Field("account_id", "Account", 0),
            text("rep_id", "Employee", 0.8),
            Field("product_code", "Product", 0),
            text("problem_code", "Problem", 0.7),
            text("category", "Category", 1),
            Field("narrative", "Narrative", 0, personal=Personal.NARRATIVE),
            text("status", "Status", 0.7),
            Field("resolution", "Resolution", 1.4, personal=Personal.NARRATIVE),
            text("settled_on", "Settled", 0.9),
            number("amount_paid", "Paid", 0.8),
        ),
        tuple(
            (
                *(row[name] for name in ("complaint_id",)),
                iso(row["received_on_day"]),
                *(row[name] for name in ("source", "channel", "customer_id", "customer_name", "account_id")),
                *(row[name] for name in ("rep_id", "product_code", "problem_code", "category", "narrative")),
                *(row[name] for name in ("status", "resolution")),
                "" if row["status"] == "open" else iso(row["settled_on_day"]),
                money(row["amount_paid_cents"]),
            )
            for row in rows
        ),
    )


def _counts(item: Item, rows: list[dict[str, Any]]) -> Exhibit:
    keyed = [
        {**row, **{name: row[name] or "" for name in ("category", "source", "status")}, "n": 1}
        for row in rows
    ]
    groups = summed(keyed, ["category", "source", "status"], ["n"])
    return Exhibit(
        control_number(item, "B"),
        "complaints_by_category",
        "Complaints by category, source and status",
        "One row per category, source and status.",
        (
            text("category", "Category", 2),
            text("source", "Source"),
            text("status", "Status"),
            number("complaints", "Complaints"),
        ),
        tuple((named(c), named(s), named(t), n) for (c, s, t), (n,) in groups),
    )


def _month(day: int | None) -> str | None:
    date = iso(day)
    return date[:7] if date else None
