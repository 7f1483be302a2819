"""The item on employees terminated or disciplined for missed goals or for improper cross-selling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from surveil.reports.content import lists
from surveil.reports.exhibits import Exhibit, Field, Personal, Value, count
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, iso, number, records, text, yes_no
from surveil.reports.sources import Sources

# Form U5 is due 30 days after a termination (FINRA By-Laws, Article V, Section 3).
U5_DAYS = 30

FIELDS = (
    text("action_id", "Action", 0.9),
    text("rep_id", "Employee", 0.8),
    Field("rep_name", "Name", 1.4, personal=Personal.NAME),
    text("crd_number", "CRD no.", 0.7),
    text("registered", "Registered", 0.8),
    text("role", "Role", 0.8),
    text("branch_id", "Branch", 0.7),
    text("supervisor_id", "Supervisor", 0.9),
    text("action", "Action taken", 0.9),
    text("action_on", "On", 0.9),
    Field("reason", "Reason as recorded", 1.8, personal=Personal.NARRATIVE),
    text("u5_filed_on", "Form U5 filed", 0.9),
    number("u5_days", "Days to U5", 0.6),
)


def discipline(item: Item, sources: Sources) -> Content:
    """The exact list, split into (a) goal missed and (b) cross-selling; what has no reason code stands apart."""
    rows = records(sources.tables["finra_discipline"])
    made = (
        _list(item, "A", "goal_missed", "(a) Production goals not met", rows),
        _list(item, "B", "cross_selling", "(b) Improper cross-selling activity", rows),
        _list(item, "C", None, "Actions whose reason is not classified", rows),
    )
    missed, improper, unclassified = made
    late = [exhibit.column("u5_days") for exhibit in (missed, improper)]
    late_filed = sum(days > U5_DAYS for column in late for days in column if isinstance(days, int))
    gaps = []
    if unclassified.rows:
        gaps.append(
            "Some actions have no reason code, so that it is not known whether they fall under (a) or (b). They are listed "
            f"apart in exhibit {unclassified.number} for the firm to classify."
        )
    return Content(
        found=len(missed.rows) + len(improper.rows),
        gaps=tuple(gaps),
        figures=(
            figure("(a) Actions for goals not met", len(missed.rows), missed, "number of rows"),
            figure("(b) Actions for improper cross-selling", len(improper.rows), improper, "number of rows"),
            *_by_registration(missed, "(a)"),
            *_by_registration(improper, "(b)"),
            figure("Actions not classified", len(unclassified.rows), unclassified, "number of rows"),
            figure(
                f"Under (a) and (b): Form U5 filed after more than {U5_DAYS} days",
                late_filed,
                missed,
                f"rows with u5_days over {U5_DAYS}, here and in {improper.number}",
            ),
        ),
        blocks=lists(made, "No action of this kind in the period."),
        exhibits=made,
        limits=(
            "Branch and supervisor are those of the employee's last assignment begun on or before the action.",
        ),
    )


def _list(item: Item, letter: str, code: str | None, title: str, rows: Sequence[dict[str, Any]]) -> Exhibit:
    return Exhibit(
        control_number(item, letter),
        {"goal_missed": "goal_missed", "cross_selling": "cross_selling"}.get(
            code or "", "reason_not_classified"
        ),
        title,
        "One row per action; an employee with several actions has several rows.",
        FIELDS,
        tuple(_row(row) for row in rows if row["reason_code"] == code),
    )


def _row(row: dict[str, Any]) -> tuple[Value, ...]:
    filed, acted = row["u5_filed_on_day"], row["action_on_day"]
    # Form U5 is for registered people who leave; whether somebody was registered may itself be not known.
    expected = row["action"] == "termination" and row["registered"] != 0
    return (
        row["action_id"],
        row["rep_id"],
        row["rep_name"],
        "not applicable" if row["registered"] == 0 and row["crd_number"] is None else row["crd_number"],
        yes_no(row["registered"]),
        row["role"],
        row["branch_id"],
        row["supervisor_id"],
        row["action"],
        iso(acted),
        row["reason"],
        iso(filed) if expected else "not applicable",
        (None if filed is None else filed - acted) if expected else "",
    )


def _by_registration(exhibit: Exhibit, limb: str) -> list[Any]:
    registered = exhibit.column("registered")
    return [
        figure(
            f"{limb} {label}",
            count(registered, value),
            exhibit,
            f"rows where registered is {value or 'empty'}",
        )
        for label, value in (
            ("registered", "yes"),
            ("not registered", "no"),
            ("registration not known", None),
        )
    ]
