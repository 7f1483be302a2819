"""Items on incentives: what was paid to whom, and the goals and how far they were reached."""

from __future__ import annotations

from typing import Any

from surveil.reports.content import Chart, Heading, Listing
from surveil.reports.exhibits import Exhibit, count, money, total
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, named, number, records, summed, text
from surveil.reports.sources import Sources

TOP_EARNERS = 25
# Reached in percent of the target: upper bound (excluded) and name of each band.
BANDS = ((50, "under 50 %"), (80, "50 to 79 %"), (100, "80 to 99 %"), (120, "100 to 119 %"))
LAST_BAND = "120 % or more"
UNKNOWN = "not known"
ALL_BANDS = (*(name for _, name in BANDS), LAST_BAND, UNKNOWN)
COUNTED = {
    "rep": {"accounts_opened", "referrals", "sales_amount"},
    "role": {"accounts_opened", "referrals", "sales_amount"},
    "branch": {"accounts_opened"},
}
NOT_COUNTED = {"accounts_funded"}
FEED_OF_METRIC = {"referrals": "referrals", "sales_amount": "sales"}


def benefits(item: Item, sources: Sources) -> Content:
    """Payouts by program, role and year; non-monetary benefits; the highest paid."""
    paid = records(sources.tables["finra_payouts"])
    ledger, top = _ledger(item, paid), _top_earners(item, paid)
    non_monetary = [row for row in paid if row["kind"] == "non_monetary"]
    unknown = sum(row["n"] for row in paid if not row["kind"])
    figures = (
        figure("Payouts", sum(row["n"] for row in paid), ledger, "sum of payouts"),
        figure("Amount paid or granted", total(ledger.column("amount")), ledger, "sum of amount"),
        figure(
            "Of these: non-monetary benefits",
            sum(row["n"] for row in non_monetary),
            ledger,
            "sum of payouts where kind is non_monetary",
        ),
        figure(
            "Payouts of a kind that is not known", unknown, ledger, "sum of payouts where kind is not known"
        ),
    )
    gaps = ["Some payouts have no kind: whether they are monetary is not known."] if unknown else []
    return Content(
        found=len(paid),
        gaps=tuple(gaps),
        figures=figures,
        blocks=(
            Chart(ledger.number, "Amount by program", "program", "amount"),
            Heading(ledger.title),
            Listing(ledger.number),
            Heading(top.title),
            Listing(top.number),
        ),
        exhibits=(ledger, top),
        limits=("A payout belongs to the year it was paid in, not to the year it was earned in.",),
    )


def _ledger(item: Item, paid: list[dict[str, Any]]) -> Exhibit:
    keys = ["program", "kind", "role", "month"]
    people: dict[tuple[Any, ...], set[str]] = {}
    for row in paid:
        key = (row["program"], row["kind"], row["role"], row["month"] // 12)
        people.setdefault(key, set()).add(row["rep_id"])
    return Exhibit(
        control_number(item, "A"),
        "payouts",
        "Payouts by program, kind, role and year",
        "One row per program, kind, role and year. The role is the employee's as of the extract.",
        (
            text("program", "Program", 1.6),
            text("kind", "Kind"),
            text("role", "Role"),
            text("year", "Year", 0.6),
            number("payouts", "Payouts"),
            number("employees", "Employees", 0.8),
            number("amount", "Amount", 1.1),
        ),
        tuple(
            (
                program,
                named(kind),
                named(role),
                str(year),
                n,
                len(people[program, kind, role, year]),
                money(cents),
            )
            for (program, kind, role, year), (n, cents) in summed(paid, keys, ["n", "amount_cents"])
        ),
    )


def _top_earners(item: Item, paid: list[dict[str, Any]]) -> Exhibit:
    by_rep = summed(paid, ["rep_id", "role"], ["n", "amount_cents"])
    highest = sorted(by_rep, key=lambda group: (-group[1][1], group[0]))[:TOP_EARNERS]
    return Exhibit(
        control_number(item, "B"),
        "highest_paid",
        f"The {TOP_EARNERS} employees with the highest payouts",
        "One row per employee, highest first; all programs of the period together.",
        (
            number("rank", "Rank", 0.4),
            text("rep_id", "Employee"),
            text("role", "Role"),
            number("payouts", "Payouts"),
            number("amount", "Amount", 1.1),
        ),
        tuple(
            (place, rep, named(role), n, money(cents))
            for place, ((rep, role), (n, cents)) in enumerate(highest, 1)
        ),
    )


def goals(item: Item, sources: Sources) -> Content:
    """Goals by metric, and how far they were reached, counted again from openings, referrals and sales."""
    rows = [{**row, "band": _band(row, sources)} for row in records(sources.tables["finra_goal_attainment"])]
    exhibit = Exhibit(
        control_number(item, "A"),
        "goal_attainment",
        "Goals by metric, year and share reached",
        "One row per metric, kind of goal, year and band; a goal of a role counts once for each employee in it.",
        (
            text("metric", "Metric", 1.3),
            text("goal_of", "Goal of"),
            text("year", "Year", 0.6),
            text("reached", "Reached", 1.1),
            number("goals", "Goals"),
        ),
        tuple(
            (metric, scope, str(year), band, n)
            for (metric, scope, year, band), (n,) in sorted(
                summed([{**row, "n": 1} for row in rows], ["metric", "scope", "month", "band"], ["n"]),
                key=lambda group: ([str(part) for part in group[0][:3]], ALL_BANDS.index(group[0][3])),
            )
        ),
    )
    bands = [row["band"] for row in rows]
    reached = count(bands, "100 to 119 %") + count(bands, LAST_BAND)
    unknown = count(bands, UNKNOWN)
    known = len(rows) - unknown
    figures = (
        figure("Goals that ended in the period", len(rows), exhibit, "sum of goals"),
        figure("Goals whose result can be counted", known, exhibit, "sum of goals where reached is known"),
        figure("Goals reached", reached, exhibit, "sum of goals where reached is 100 % or more"),
        figure(
            "Goals whose result is not known", unknown, exhibit, "sum of goals where reached is not known"
        ),
    )
    gaps = (
        ["For some goals the result is not known: their metric cannot be counted from the feeds provided."]
        if unknown
        else []
    )
    return Content(
        found=len(rows),
        gaps=tuple(gaps),
        figures=figures,
        blocks=(
            Chart(exhibit.number, "Goals by share reached", "reached", "goals", order=ALL_BANDS),
            Listing(exhibit.number),
        ),
        exhibits=(exhibit,),
        limits=(
            "Results are counted from the feeds by the employee credited; the firm's own goal system may have counted "
            "otherwise. Ratings and promotions are not in the feeds.",
        ),
    )


def _band(goal: dict[str, Any], sources: Sources) -> str:
    """The band of the share reached, in whole numbers; `UNKNOWN` where the metric cannot be counted."""
    metric, target = goal["metric"], goal["target"]
    families = metric not in COUNTED["rep"] and metric not in NOT_COUNTED
    countable = metric in COUNTED[goal["scope"]] or families
    feed = FEED_OF_METRIC.get(metric)
    if not countable or not target or target <= 0 or (feed is not None and sources.absent(feed)):
        return UNKNOWN
    for percent, name in BANDS:
        if goal["reached"] * 100 < target * percent:
            return name
    return LAST_BAND
