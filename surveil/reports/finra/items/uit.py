"""The items on unit trusts: representatives ranked by early rollovers, and the blotter and accounts of the first ten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from surveil.reports.content import Figure, lists
from surveil.reports.exhibits import Exhibit, Field, Personal, Value, money
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, iso, number, records, text, yes_no
from surveil.reports.sources import Sources

EARLY_DAYS = 100
"""From how many days before the portfolio's end a sale is early: the letter's own definition."""
RANKED, LOOKED_INTO = 25, 10
RANKINGS_MODELS = ("uit_sales", "uit_given_up", "review_seats")
BLOTTER_MODELS = (*RANKINGS_MODELS, "uit_blotter", "uit_accounts")

RANK_FIELDS = (
    number("rank", "Rank", 0.4),
    text("rep_id", "Representative", 0.9),
    Field("rep_name", "Name", 1.4, personal=Personal.NAME),
    Field("crd_number", "CRD no.", 0),
    text("location", "Location", 1.6),
    number("early_revenue", "Early rollover revenue", 1),
    number("total_revenue", "Total UIT revenue", 1),
    number("early_rollovers", "Early rollovers", 0.7),
    number("rollovers", "UIT rollovers", 0.7),
)


@dataclass(frozen=True)
class Seller:
    """What one representative did with unit trusts in the period. Amounts in cents."""

    rep_id: str
    name: str | None
    crd_number: str | None
    early_cents: int
    total_cents: int
    early: int
    rollovers: int


def is_early(sold_on: int, end: int | None) -> bool | None:
    """Whether a trust was sold 100 days or more before it ends; None where its end is not known. Days as day numbers."""
    return None if end is None else end - sold_on >= EARLY_DAYS


def sellers(sales: Sequence[dict[str, Any]]) -> list[Seller]:
    """Everybody who sold a unit trust, in the order of their numbers."""
    found = []
    for rep_id in sorted({row["rep_id"] for row in sales}):
        own = [row for row in sales if row["rep_id"] == rep_id]
        rolled = [row for row in own if row["replaces_uit"]]
        early = [row for row in rolled if is_early(row["sold_on_day"], row["end_day"])]
        found.append(
            Seller(
                rep_id,
                own[0]["rep_name"],
                own[0]["crd_number"],
                sum(row["commission_cents"] or 0 for row in early),
                sum(row["commission_cents"] or 0 for row in own),
                len(early),
                len(rolled),
            )
        )
    return found


def highest(
    listed: Sequence[Seller], measure: Callable[[Seller], int], places: int
) -> list[tuple[int, Seller]]:
    """The highest by a measure with their ranks, equals sharing one; all who are equal at the last place are in.

    Nobody without an early rollover is listed.
    """
    ordered = sorted((s for s in listed if s.early), key=lambda s: (-measure(s), s.rep_id))
    ranks = [1 + sum(measure(other) > measure(seller) for other in ordered) for seller in ordered]
    return [(rank, seller) for rank, seller in zip(ranks, ordered, strict=True) if rank <= places]


def uit_rankings(item: Item, sources: Sources) -> Content:
    """The two lists, and every early rollover they rest on."""
    sales = records(sources.tables["uit_sales"])
    everyone = sellers(sales)
    by_revenue = _ranking(item, sources, "A", "revenue", highest(everyone, _revenue, RANKED))
    by_number = _ranking(item, sources, "B", "number", highest(everyone, _number, RANKED))
    rollovers = _rollovers(item, sales)
    made = (by_revenue, by_number, rollovers)
    return Content(
        found=len(rollovers.rows),
        gaps=tuple(_gaps(sources, sales)),
        figures=_figures(everyone, rollovers),
        blocks=lists(made, "There is none in the period."),
        exhibits=made,
        limits=(
            f"A rollover is early {EARLY_DAYS} days or more before the trust ends; on exactly the {EARLY_DAYS}th day it is.",
            "Sales that replace a trust by something else than a trust are no rollovers and are not counted: "
            f"{len(sources.tables['uit_given_up']):,} in the period.",
            "A sale counts for the representative on record as its seller (rep_id), not for a second one who shared it.",
            "Representatives who are equal share a rank, and all who are equal at the last place are listed.",
        ),
    )


def uit_blotter(item: Item, sources: Sources) -> Content:
    """Blotter and customer accounts of the ten highest of each list."""
    everyone = sellers(records(sources.tables["uit_sales"]))
    first = {seller.rep_id for _, seller in highest(everyone, _revenue, LOOKED_INTO)}
    first |= {seller.rep_id for _, seller in highest(everyone, _number, LOOKED_INTO)}
    blotter, accounts = _blotter(item, sources, first), _accounts(item, sources, first)
    nobody = "No representative had an early rollover in the period."
    return Content(
        found=len(blotter.rows),
        gaps=tuple(_gaps(sources, records(sources.tables["uit_sales"]))),
        figures=(
            figure("Representatives of both lists", len(first), blotter, "distinct rep_id"),
            figure("Sales in the blotter", len(blotter.rows), blotter, "number of rows"),
            figure(
                "Customer accounts", len(set(accounts.column("account_id"))), accounts, "distinct account_id"
            ),
        ),
        blocks=lists((blotter, accounts), nobody),
        exhibits=(blotter, accounts),
        limits=(
            "The blotter has the sales of the feed sales; a redemption is known only where a sale names what it replaces.",
            "The accounts are those of customers to whom the representative sold something in the period.",
        ),
    )


def _revenue(seller: Seller) -> int:
    return seller.early_cents


def _number(seller: Seller) -> int:
    return seller.early


def _ranking(
    item: Item, sources: Sources, letter: str, measure: str, ranked: Sequence[tuple[int, Seller]]
) -> Exhibit:
    seats = {row["rep_id"]: row for row in records(sources.tables["review_seats"])}
    rows: list[tuple[Value, ...]] = []
    for rank, seller in ranked:
        seat = seats.get(seller.rep_id, {})
        place = ", ".join(str(seat[name]) for name in ("branch_id", "branch_name", "state") if seat.get(name))
        rows.append(
            (
                rank,
                seller.rep_id,
                seller.name,
                seller.crd_number,
                place or None,
                money(seller.early_cents),
                money(seller.total_cents),
                seller.early,
                seller.rollovers,
            )
        )
    subject = "early rollover revenue" if measure == "revenue" else "number of early rollovers"
    return Exhibit(
        control_number(item, letter),
        f"highest_by_{measure}",
        f"The {RANKED} highest by {subject}",
        "One row per representative; the location is that of his last assignment begun in or before the period.",
        RANK_FIELDS,
        tuple(rows),
    )


def _rollovers(item: Item, sales: Sequence[dict[str, Any]]) -> Exhibit:
    """Every rollover with the days left, so that each count can be checked."""
    return Exhibit(
        control_number(item, "C"),
        "rollovers",
        "Rollovers of unit trusts, with the days each trust had left",
        "One row per rollover; early is empty where the end of the trust is not on record.",
        (
            text("sale_id", "Sale", 0.9),
            text("rep_id", "Representative", 0.9),
            text("customer_id", "Customer"),
            Field("account_id", "Account", 0),
            text("sold_on", "On", 0.8),
            text("replaced_sale_id", "Replaces", 0.9),
            text("replaced_product", "Trust given up"),
            text("ends_on", "It ends on", 0.8),
            number("days_left", "Days left", 0.6),
            text("early", "Early", 0.5),
            number("commission", "Commission", 0.8),
        ),
        tuple(
            (
                row["sale_id"],
                row["rep_id"],
                row["customer_id"],
                row["account_id"],
                iso(row["sold_on_day"]),
                row["replaces_sale_id"],
                row["replaced_product"],
                iso(row["end_day"]),
                None if row["end_day"] is None else row["end_day"] - row["sold_on_day"],
                yes_no(is_early(row["sold_on_day"], row["end_day"])),
                money(row["commission_cents"]),
            )
            for row in sorted(sales, key=lambda row: str(row["sale_id"]))
            if row["replaces_uit"]
        ),
    )


def _figures(everyone: Sequence[Seller], rollovers: Exhibit) -> tuple[Figure, ...]:
    early = Counter(rollovers.column("early"))
    return (
        figure("Rollovers of unit trusts", len(rollovers.rows), rollovers, "number of rows"),
        figure("Early rollovers", early["yes"], rollovers, "rows where early is yes"),
        figure(
            "Rollovers of which it is not known whether early",
            early[None],
            rollovers,
            "rows where early is empty",
        ),
        figure(
            "Early rollover revenue",
            money(sum(seller.early_cents for seller in everyone)),
            rollovers,
            "sum of commission where early is yes",
        ),
    )


def _gaps(sources: Sources, sales: Sequence[dict[str, Any]]) -> list[str]:
    gaps = []
    if missing := sources.lacks("sales", "replaces_sale_id", "matures_on", "commission"):
        gaps.append(f"Not known: the feed sales has no column {', '.join(missing)}.")
    rolled = [row for row in sales if row["replaces_uit"]]
    if endless := sum(row["end_day"] is None for row in rolled):
        gaps.append(
            f"Of {endless:,} rollovers the end of the trust is not on record: whether they were early is not known."
        )
    if unknown := sum(row["replaced_unknown"] for row in sales):
        gaps.append(
            f"{unknown:,} sales name a replaced sale that is not in the data: whether that was a trust is not known."
        )
    if unpaid := sum(row["commission_cents"] is None for row in sales):
        gaps.append(
            f"Of {unpaid:,} sales of trusts the commission is not on record; it is missing from the revenue."
        )
    return gaps


def _blotter(item: Item, sources: Sources, reps: set[str]) -> Exhibit:
    rows = [row for row in records(sources.tables["uit_blotter"]) if row["rep_id"] in reps]
    return Exhibit(
        control_number(item, "A"),
        "blotter",
        "Purchase and sales blotter",
        "One row per sale of the period by one of these representatives.",
        (
            text("rep_id", "Representative", 0.9),
            text("sale_id", "Sale", 0.9),
            text("sold_on", "On", 0.8),
            text("customer_id", "Customer"),
            text("account_id", "Account"),
            text("product_code", "Product", 0.8),
            Field("family", "Family", 0),
            number("amount", "Amount", 1),
            number("commission", "Commission", 0.8),
            Field("solicited", "Solicited", 0),
            Field("recommended", "Recommended", 0),
            text("replaces_sale_id", "Replaces", 0.9),
            Field("matures_on", "Ends on", 0),
            Field("reversed_on", "Reversed on", 0),
        ),
        tuple(
            (
                row["rep_id"],
                row["sale_id"],
                iso(row["sold_on_day"]),
                row["customer_id"],
                row["account_id"],
                row["product_code"],
                row["family"],
                money(row["amount_cents"]),
                money(row["commission_cents"]),
                yes_no(row["solicited"]),
                yes_no(row["recommended"]),
                row["replaces_sale_id"] or "",
                iso(row["matures_on_day"]),
                iso(row["reversed_on_day"]) or "",
            )
            for row in sorted(rows, key=lambda row: (row["rep_id"], row["sold_on_day"], row["sale_id"]))
        ),
    )


def _accounts(item: Item, sources: Sources, reps: set[str]) -> Exhibit:
    rows = [row for row in records(sources.tables["uit_accounts"]) if row["rep_id"] in reps]
    return Exhibit(
        control_number(item, "B"),
        "customer_accounts",
        "Customer accounts",
        "One row per representative and account; a customer of two of them is listed with each.",
        (
            text("rep_id", "Representative", 0.9),
            text("customer_id", "Customer"),
            Field("customer_name", "Name", 1.4, personal=Personal.NAME),
            text("account_id", "Account"),
            text("product_code", "Product", 0.8),
            text("opened_on", "Opened on", 0.9),
            text("status", "Status", 0.7),
            text("closed_on", "Closed on", 0.9),
        ),
        tuple(
            (
                row["rep_id"],
                row["customer_id"],
                row["customer_name"],
                row["account_id"],
                row["product_code"],
                iso(row["opened_on_day"]),
                row["status"],
                iso(row["closed_on_day"]) or ("" if row["status"] == "open" else None),
            )
            for row in sorted(rows, key=lambda row: (row["rep_id"], row["account_id"]))
        ),
    )
