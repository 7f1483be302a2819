"""Items on what was sold: the programs with their volumes, and the revenue."""

from __future__ import annotations

from surveil.reports.content import Chart, Figure, Heading, Listing
from surveil.reports.exhibits import Exhibit, Value, money, total
from surveil.reports.finra.items.base import Content, control_number
from surveil.reports.finra.letter import Item
from surveil.reports.rows import figure, iso, named, number, records, summed, text
from surveil.reports.sources import Sources


def programs(item: Item, sources: Sources) -> Content:
    """Openings, campaigns, sales and referrals by program, product family and year."""
    openings, campaigns = _openings(item, sources), _campaigns(item, sources)
    sales, referrals = _sales_by_family(item, sources), _referrals(item, sources)
    figures = [
        figure(
            "Accounts opened",
            _kind_total(openings, "account"),
            openings,
            "sum of opened where kind is account",
        ),
        figure(
            "Features added",
            _kind_total(openings, "feature"),
            openings,
            "sum of opened where kind is feature",
        ),
    ]
    gaps, shown = [], [openings]
    for exhibit, feed, label, column in (
        (campaigns, "campaigns", "Campaigns in force", None),
        (sales, "sales", "Sales (reversed ones left out)", "sales"),
        (referrals, "referrals", "Referrals", "referrals"),
    ):
        if sources.absent(feed):
            gaps.append(f"Not known: {label.lower()}. The feed {feed} was not provided.")
            continue
        shown.append(exhibit)
        value = len(exhibit.rows) if column is None else _whole(exhibit.column(column))
        how = "number of rows" if column is None else f"sum of {column}"
        figures.append(figure(label, value, exhibit, how))
    blocks = [Chart(openings.number, "Accounts and features opened, by product family", "family", "opened")]
    tables = [part for exhibit in shown for part in (Heading(exhibit.title), Listing(exhibit.number))]
    return Content(
        found=len(openings.rows),
        gaps=tuple(gaps),
        figures=tuple(figures),
        blocks=(*blocks, *tables),
        exhibits=tuple(shown),
        limits=(
            "A program is recognised by the campaign an account was counted to. Programs that are not recorded as "
            "campaigns show under 'no campaign'.",
        ),
    )


def revenue(item: Item, sources: Sources) -> Content:
    """Sales, amounts and commissions by product and year."""
    rows = summed(
        records(sources.tables["finra_sales"]),
        ["family", "product_code", "product_name", "month"],
        ["n", "amount_cents", "commission_cents", "n_commission_unknown", "n_reversed"],
    )
    exhibit = Exhibit(
        control_number(item, "A"),
        "revenue_by_product",
        "Sales and commissions by product and year",
        "One row per product and year. Reversed sales are counted in their own column only.",
        (
            text("family", "Family"),
            text("product_code", "Product"),
            text("product_name", "Name", 2),
            text("year", "Year", 0.6),
            number("sales", "Sales"),
            number("amount", "Amount sold", 1.2),
            number("commission", "Commission", 1.2),
            number("commission_not_known", "Commission not known", 1.1),
            number("reversed", "Reversed"),
        ),
        tuple(
            (named(family), code, name, str(year), n, money(amount), money(commission), unknown, reversed_)
            for (family, code, name, year), (n, amount, commission, unknown, reversed_) in rows
        ),
    )
    unknown = _whole(exhibit.column("commission_not_known"))
    gaps = (
        ["The commission of some sales is not known; the sum of commissions is a lower bound."]
        if unknown
        else []
    )
    figures: list[Figure] = [
        figure("Sales", _whole(exhibit.column("sales")), exhibit, "sum of sales"),
        figure("Amount sold", total(exhibit.column("amount")), exhibit, "sum of amount"),
        figure("Commissions", total(exhibit.column("commission")), exhibit, "sum of commission"),
        figure("Sales whose commission is not known", unknown, exhibit, "sum of commission_not_known"),
        figure("Reversed sales", _whole(exhibit.column("reversed")), exhibit, "sum of reversed"),
    ]
    return Content(
        found=len(exhibit.rows),
        gaps=tuple(gaps),
        figures=tuple(figures),
        blocks=(
            Chart(exhibit.number, "Sales by product family (number)", "family", "sales"),
            Listing(exhibit.number),
        ),
        exhibits=(exhibit,),
        limits=(
            "Amounts and commissions are those of the sales feed. Which products are the affiliate's, and revenue shared "
            "with it, is not in the feeds.",
        ),
    )


def _openings(item: Item, sources: Sources) -> Exhibit:
    rows = summed(
        records(sources.tables["finra_openings"]),
        ["campaign_id", "family", "is_feature", "by_employee", "month"],
        ["n"],
    )
    return Exhibit(
        control_number(item, "A"),
        "openings",
        "Accounts and features opened, by campaign, product family and year",
        "One row per campaign, product family, kind, kind of opener and year.",
        (
            text("campaign_id", "Campaign", 1.2),
            text("family", "Family"),
            text("kind", "Kind"),
            text("opened_by", "Opened by", 1.4),
            text("year", "Year", 0.6),
            number("opened", "Opened"),
        ),
        tuple(
            (
                campaign or "no campaign",
                named(family),
                "feature" if feature else "account",
                "employee" if employee else "self-service or system",
                str(year),
                n,
            )
            for (campaign, family, feature, employee, year), (n,) in rows
        ),
    )


def _campaigns(item: Item, sources: Sources) -> Exhibit:
    rows = records(sources.tables["finra_campaigns"])
    return Exhibit(
        control_number(item, "B"),
        "campaigns",
        "Campaigns in force in the period",
        "One row per campaign.",
        (
            text("campaign_id", "Campaign"),
            text("name", "Name", 2),
            text("family", "Family"),
            text("region", "Region"),
            text("branch_id", "Branch"),
            text("starts_on", "From"),
            text("ends_on", "To"),
        ),
        tuple(
            (
                row["campaign_id"],
                row["name"],
                row["family"],
                row["region"],
                row["branch_id"],
                iso(row["starts_on_day"]),
                iso(row["ends_on_day"]),
            )
            for row in rows
        ),
    )


def _sales_by_family(item: Item, sources: Sources) -> Exhibit:
    rows = summed(records(sources.tables["finra_sales"]), ["family", "month"], ["n", "amount_cents"])
    return Exhibit(
        control_number(item, "C"),
        "sales",
        "Sales by product family and year",
        "One row per product family and year; reversed sales are left out.",
        (
            text("family", "Family"),
            text("year", "Year", 0.6),
            number("sales", "Sales"),
            number("amount", "Amount sold", 1.2),
        ),
        tuple((named(family), str(year), n, money(cents)) for (family, year), (n, cents) in rows),
    )


def _referrals(item: Item, sources: Sources) -> Exhibit:
    rows = summed(
        records(sources.tables["finra_referrals"]), ["family", "outcome", "month"], ["n", "fee_cents"]
    )
    return Exhibit(
        control_number(item, "D"),
        "referrals",
        "Referrals by product family, outcome and year",
        "One row per product family, outcome and year, with the fees paid for the referrals.",
        (
            text("family", "Family"),
            text("outcome", "Outcome"),
            text("year", "Year", 0.6),
            number("referrals", "Referrals"),
            number("fees_paid", "Fees paid", 1.2),
        ),
        tuple((named(f), named(o), str(y), n, money(cents)) for (f, o, y), (n, cents) in rows),
    )


def _kind_total(exhibit: Exhibit, kind: str) -> int:
    pairs = zip(exhibit.column("kind"), exhibit.column("opened"), strict=True)
    return _whole([opened for found, opened in pairs if found == kind])


def _whole(values: list[Value]) -> int:
    return sum(value for value in values if isinstance(value, int))
