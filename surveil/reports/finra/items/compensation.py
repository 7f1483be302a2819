"""The item on customers who were compensated, as far as the complaints show it."""

from __future__ import annotations

from surveil.reports.content import Listing
from surveil.reports.exhibits import Exhibit, Field, Personal, count, money, total
from surveil.reports.finra.items.accounts import unauthorized
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, iso, number, records, text
from surveil.reports.sources import Sources


def compensation(item: Item, sources: Sources) -> Content:
    """Complaints with money paid, tied to the confirmed accounts of item 6."""
    confirmed = set(unauthorized(item, sources).exhibits[0].column("account_id"))
    rows = records(sources.tables["finra_complaints"])
    paid = [row for row in rows if (row["amount_paid_cents"] or 0) > 0]
    exhibit = Exhibit(
        control_number(item, "A"),
        "compensation",
        "Customers paid on a complaint",
        "One row per complaint received in the period on which money was paid.",
        (
            text("complaint_id", "Complaint"),
            text("customer_id", "Customer"),
            Field("customer_name", "Name", 1.6, personal=Personal.NAME),
            text("account_id", "Account"),
            text("product_code", "Product"),
            text("received_on", "Received"),
            text("settled_on", "Settled"),
            number("amount_paid", "Amount paid", 0.9),
            text("confirmed_account", "Confirmed account", 0.9),
        ),
        tuple(
            (
                row["complaint_id"],
                row["customer_id"],
                row["customer_name"],
                row["account_id"],
                row["product_code"],
                iso(row["received_on_day"]),
                iso(row["settled_on_day"]),
                money(row["amount_paid_cents"]),
                "yes" if row["account_id"] in confirmed else "no",
            )
            for row in paid
        ),
    )
    compensated = {row["account_id"] for row in paid} & confirmed
    return Content(
        found=len(paid),
        gaps=(
            "Only payments recorded with a complaint are in the feeds. Refunds of fees, credit repair and goodwill paid "
            "otherwise are not linked to a customer's matter and are not known here.",
        ),
        figures=(
            figure("Complaints with money paid", len(paid), exhibit, "number of rows"),
            figure(
                "Customers paid", len({row["customer_id"] for row in paid}), exhibit, "distinct customer_id"
            ),
            figure("Amount paid", total(exhibit.column("amount_paid")), exhibit, "sum of amount_paid"),
            figure(
                "Confirmed accounts or features with a payment",
                len(compensated),
                exhibit,
                "distinct account_id where confirmed_account is yes",
            ),
            figure(
                "Payments on accounts that are not confirmed",
                count(exhibit.column("confirmed_account"), "no"),
                exhibit,
                "rows where confirmed_account is no",
            ),
        ),
        blocks=(Listing(exhibit.number),) if paid else (),
        exhibits=(exhibit,),
        limits=("A payment on a complaint is not by itself an admission, nor always about cross-selling.",),
    )
