"""The item on customers who were compensated: on complaints, and from the ledger of compensation, tied to item 6."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from surveil.remediation.compute import dollars
from surveil.remediation.ledger import Entry
from surveil.reports.content import Heading, Listing
from surveil.reports.exhibits import Exhibit, Field, Personal, count, money, total
from surveil.reports.finra.items.accounts import unauthorized
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, iso, number, records, text
from surveil.reports.sources import Sources

NO_LEDGER = (
    "Only payments recorded with a complaint are in the feeds, and the ledger of compensation is empty. Refunds of fees, "
    "credit repair and goodwill paid otherwise are not known here."
)


def compensation(item: Item, sources: Sources) -> Content:
    """What customers were paid, and which confirmed accounts nobody has been paid for."""
    listed = unauthorized(item, sources).exhibits[0]
    confirmed = set(listed.column("account_id"))
    rows = [row for row in records(sources.tables["finra_complaints"]) if (row["amount_paid_cents"] or 0) > 0]
    settled = _complaints(item, rows, confirmed)
    ledger = _ledger(item, sources, confirmed)
    unpaid = _unpaid(item, listed, {*settled.column("account_id"), *ledger.column("account_id")})
    return Content(
        found=len(settled.rows) + len(ledger.rows),
        gaps=() if ledger.rows else (NO_LEDGER,),
        figures=(
            figure("Complaints with money paid", len(settled.rows), settled, "number of rows"),
            figure(
                "Customers paid on a complaint",
                len(set(settled.column("customer_id"))),
                settled,
                "distinct customer_id",
            ),
            figure(
                "Amount paid on complaints",
                total(settled.column("amount_paid")),
                settled,
                "sum of amount_paid",
            ),
            figure("Payments of the ledger", len(ledger.rows), ledger, "number of rows"),
            figure(
                "Customers paid from the ledger",
                len(set(ledger.column("customer_id"))),
                ledger,
                "distinct customer_id",
            ),
            figure("Amount paid from the ledger", total(ledger.column("total")), ledger, "sum of total"),
            figure(
                "Of this: on accounts confirmed in item 6",
                _on_confirmed(ledger),
                ledger,
                "sum of total where confirmed_account is yes",
            ),
            figure(
                "Payments on complaints about accounts that are not confirmed",
                count(settled.column("confirmed_account"), "no"),
                settled,
                "rows where confirmed_account is no",
            ),
            figure(
                "Confirmed accounts or features without a payment", len(unpaid.rows), unpaid, "number of rows"
            ),
        ),
        blocks=tuple(
            block
            for made in (settled, ledger, unpaid)
            if made.rows
            for block in (Heading(made.title), Listing(made.number))
        ),
        exhibits=(settled, ledger, unpaid),
        limits=(
            "A payment on a complaint is not by itself an admission, nor always about cross-selling.",
            "The ledger has every payment entered in surveil, also on accounts opened outside the period; each was "
            "proposed by one person and approved by another. The firm may have paid others in other ways.",
        ),
    )


def _complaints(item: Item, rows: list[dict[str, Any]], confirmed: Collection[object]) -> Exhibit:
    return Exhibit(
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
            for row in rows
        ),
    )


def _ledger(item: Item, sources: Sources, confirmed: Collection[object]) -> Exhibit:
    names = {row["account_id"]: row["customer_name"] for row in records(sources.tables["finra_accounts"])}
    return Exhibit(
        control_number(item, "B"),
        "compensation_ledger",
        "Customers paid from the ledger of compensation",
        "One row per payment: one customer and account. Fees, knock-on charges, interest, credit and goodwill add up to it.",
        (
            text("payment_id", "Payment", 1.1),
            text("paid_on", "Paid", 0.9),
            text("customer_id", "Customer", 0.9),
            Field("customer_name", "Name", 1.2, personal=Personal.NAME),
            text("account_id", "Account", 0.9),
            number("fees", "Fees", 0.7),
            number("knock_on", "Knock-on", 0.7),
            number("interest", "Interest", 0.7),
            number("credit", "Credit", 0.7),
            number("goodwill", "Goodwill", 0.7),
            number("total", "Total", 0.8),
            text("confirmed_account", "Confirmed account", 0.8),
            Field("account_class", "Class when proposed", 0),
            Field("proposed_by", "Proposed by", 0),
            Field("approved_by", "Approved by", 0),
            Field("method", "Method", 0),
            Field("reference", "Reference", 0),
            Field("remark", "Remark", 0),
        ),
        tuple(_row(entry, names, confirmed) for entry in sources.payments),
    )


def _row(entry: Entry, names: dict[str, Any], confirmed: Collection[object]) -> tuple[Any, ...]:
    payment, batch = entry.payment, entry.batch
    cents = (
        payment.fees_cents,
        payment.knock_on_cents,
        payment.interest_cents,
        payment.credit_cents,
        payment.goodwill_cents,
        payment.total_cents,
    )
    return (
        payment.payment_id,
        payment.paid_on.isoformat(),
        payment.customer_id,
        names.get(payment.account_id),
        payment.account_id,
        *map(dollars, cents),
        "yes" if payment.account_id in confirmed else "no",
        payment.account_class,
        batch.proposed_by,
        batch.approved_by,
        payment.method,
        batch.reference,
        payment.remark,
    )


def _unpaid(item: Item, listed: Exhibit, paid: Collection[object]) -> Exhibit:
    places = [
        [field.name for field in listed.fields].index(name)
        for name in ("customer_id", "account_id", "fees_charged")
    ]
    return Exhibit(
        control_number(item, "C"),
        "confirmed_without_payment",
        "Confirmed accounts and features without a payment",
        "One row per account or feature of the list of item 6 that no payment known here is for.",
        (
            text("customer_id", "Customer"),
            text("account_id", "Account or feature"),
            number("fees_charged", "Fees charged"),
        ),
        tuple(tuple(row[place] for place in places) for row in listed.rows if row[places[1]] not in paid),
    )


def _on_confirmed(ledger: Exhibit) -> Any:
    pairs = zip(ledger.column("total"), ledger.column("confirmed_account"), strict=True)
    return total(amount for amount, on in pairs if on == "yes")
