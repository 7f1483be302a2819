"""One group of the firm from sittings to written feeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveil.simulate import activity, complaints, contacts, edits, emit, goals, openings, paperwork, sales
from surveil.simulate.answers import Answers
from surveil.simulate.customers import assign_customers, describe_customers
from surveil.simulate.devices import device_names, signing_names
from surveil.simulate.figures import OPENING
from surveil.simulate.firm import Firm, Group
from surveil.simulate.numbering import Numbering, text_of
from surveil.simulate.products import CODE
from surveil.simulate.schemes import extra, unlicensed
from surveil.simulate.schemes.profiles import chance
from surveil.simulate.sittings import Part, fill_times, honest_sittings
from surveil.simulate.table import DAY, NONE, Array, Columns, Streams, length, stack
from surveil.simulate.writer import Writer


@dataclass
class Tables:
    """The rows of one group, before they are numbered."""

    accounts: Columns
    customers: Columns
    consents: Columns
    transactions: Columns
    sales: Columns
    referrals: Columns
    contacts: Columns
    changes: Columns
    complaints: Columns


@dataclass
class Totals:
    """What the feeds of the whole firm need from the groups."""

    counts: Array
    commission: Array
    employee: Array
    """Customer number of each representative's own record, -1 until known."""


def make_group(firm: Firm, group: Group) -> tuple[Tables, Array]:
    """All rows of a group, and accounts credited by representative and month."""
    part = Part(firm, group, Streams(firm.seed, group.number))
    sittings = honest_sittings(part)
    sittings = stack([sittings, extra.extra_sittings(part, sittings)])
    sittings = stack([sittings, extra.last_mile(part, sittings)])
    fill_times(part, sittings)
    product = openings.first_products(part, sittings)
    customer, bare = assign_customers(part, sittings)
    first = np.maximum(bare["first"], 0)
    child = (bare["first"] >= 0) & (product[first] == CODE["YOUTH"])
    bulk = np.where(bare["first"] >= 0, sittings["bulk"][first], -1)
    customers = describe_customers(part, bare, child, bulk)
    profile = extra.profiles_of(part, sittings["scheme"])
    accounts = openings.open_accounts(part, sittings, product, customer, profile)
    accounts = stack([accounts, openings.earlier_accounts(part, customers)])
    _keep_window(part, accounts)
    openings.live(part, accounts)
    _details(part, accounts, customers)
    return _follow(part, accounts, customers), goals.monthly_counts(firm, sittings)


def _keep_window(part: Part, accounts: Columns) -> None:
    """Nothing is opened or applied for after the last day; what would be recorded later is not in the extract."""
    end = (part.firm.calendar.last + 1) * DAY - 1
    for name in ("opened", "recorded"):
        accounts[name] = np.minimum(accounts[name], end)


def _details(part: Part, accounts: Columns, customers: Columns) -> None:
    rng = part.streams("details")
    size = length(accounts)
    customers["deceased"] = np.full(length(customers), NONE)
    customers["employee"] = np.where(rng.random(length(customers)) < 0.05, NONE, 0)
    paperwork.contact_data(part, accounts, customers)
    accounts["device"] = device_names(part, accounts)
    credit = np.isin(
        accounts["product"], [CODE[c] for c in ("CARD", "CARDRES", "LINE", "HOMELINE", "LOAN", "MORTGAGE")]
    )
    pulled = np.where(accounts["applied"] == NONE, accounts["opened"], accounts["applied"]) + rng.integers(
        30, 400, size
    )
    accounts["pulled"] = np.where(credit & (accounts["day"] >= 0) & (rng.random(size) < 0.97), pulled, NONE)
    campaign = np.full(size, -1)
    for row in range(length(part.firm.campaigns)):
        inside = openings.campaign_rows(part, row, accounts["branch"], accounts["day"])
        campaign[inside[rng.random(len(inside)) < 0.25]] = row
    accounts["campaign"] = campaign


def _follow(part: Part, accounts: Columns, customers: Columns) -> Tables:
    """Everything that hangs on accounts and customers."""
    bad = accounts["scheme"] >= 0
    rng = part.streams("round trip choice")
    odds = np.where(bad, chance("round_trip", accounts["profile"]), OPENING.round_trip)
    tripping = np.flatnonzero(
        activity.IS_DEPOSIT[accounts["product"]]
        & (accounts["day"] >= 0)
        & (accounts["rep"] >= 0)
        & (rng.random(len(bad)) < odds)
    )
    trips = activity.round_trips(part, accounts, tripping, "round trips", accounts["scheme"][tripping])
    transactions = stack([activity.ordinary(part, accounts), trips])
    made = sales.account_sales(part, accounts)
    made = stack(
        [made, sales.later_sales(part, accounts, made), unlicensed.sales_without_licence(part, customers)]
    )
    handed = contacts.referrals(part, customers)
    handed, made = _convert(part, handed, made)
    sales.suit_profiles(part, made, customers)
    made = sales.finish(part, made)
    offers = contacts.offers(part, customers)
    usual = np.full(length(offers), 0.04)
    again = contacts.repeats(part, offers, usual, "repeats", np.full(length(offers), -1))
    log = stack([paperwork.opening_contacts(part, accounts), offers, again, contacts.surveys(part, accounts)])
    signed = paperwork.consents(part, accounts)
    signing_names(part, signed)
    return Tables(
        accounts,
        customers,
        signed,
        transactions,
        made,
        handed,
        log,
        edits.edits(part, accounts, customers),
        complaints.complaints(part, accounts),
    )


def _convert(part: Part, handed: Columns, made: Columns) -> tuple[Columns, Columns]:
    """Converted referrals become sales of the receiver; fees are paid for them and for meetings."""
    rng = part.streams("conversions")
    won = contacts.converted_sales(part, handed)
    lost = np.setdiff1d(np.flatnonzero(handed["outcome"] == contacts.CONVERTED), won)
    handed["outcome"][lost] = contacts.REF_DECLINED
    sold = sales.sale_rows(
        np.full(len(won), -1),
        handed["customer"][won],
        handed["product"][won],
        handed["taker"][won],
        handed["decided"][won],
        sales.amounts(rng, handed["product"][won]),
    )
    handed["sale"] = np.full(length(handed), -1)
    handed["sale"][won] = length(made) + np.arange(len(won))
    met = np.isin(handed["outcome"], (contacts.CONVERTED, contacts.REF_DECLINED))
    handed["fee_due"] = met & (rng.random(length(handed)) < 0.9)
    return handed, stack([made, sold])


def write_group(
    firm: Firm,
    group: Group,
    tables: Tables,
    writer: Writer,
    numbering: Numbering,
    answers: Answers,
    rep: Array,
    branch: Array,
) -> Array:
    """Number, sort and write the rows of a group. Returns commission in cents by representative and month."""
    part = Part(firm, group, Streams(firm.seed, group.number))
    n = group.number
    accounts, customers = tables.accounts, tables.customers
    account_no = numbering.in_time("accounts", accounts["recorded"])
    customer_no = numbering.in_time("customers", customers["created"])
    sale_no = numbering.in_time("sales", tables.sales["at"])
    accounts["co_owners"] = _co_owners(part, accounts, customers, customer_no)

    def ordered(feed: emit.Feed, numbers: Array) -> emit.Feed:
        order = np.argsort(numbers, kind="stable")
        return {name: column.take(order) for name, column in feed.items()}

    writer.write("customers", ordered(emit.customers(part, customers, customer_no, branch), customer_no), n)
    writer.write(
        "accounts",
        ordered(emit.accounts(part, accounts, account_no, customer_no, rep, branch), account_no),
        n,
    )
    writer.write(
        "sales",
        ordered(
            emit.sales(part, tables.sales, sale_no, account_no, customer_no, rep, customers["place"]), sale_no
        ),
        n,
    )
    no = numbering.in_time("consents", tables.consents["captured"])
    writer.write("consents", ordered(emit.consents(part, tables.consents, no, account_no, rep), no), n)
    no = numbering.in_time("transactions", tables.transactions["at"])
    tables.transactions["device_name"] = device_names(part, accounts)[tables.transactions["account"]]
    tables.transactions["device_name"] = np.where(
        np.isin(tables.transactions["kind"], (activity.LOGIN,)), tables.transactions["device_name"], None
    )
    feed = emit.transactions(part, tables.transactions, no, account_no, accounts["branch"], rep, branch)
    writer.write("transactions", ordered(feed, no), n)
    referral_no = numbering.in_time("referrals", tables.referrals["at"])
    feed = emit.referrals(part, tables.referrals, referral_no, customer_no, sale_no, rep)
    writer.write("referrals", ordered(feed, referral_no), n)
    contact_no = numbering.in_time("contacts", tables.contacts["at"])
    feed = emit.contact_log(part, tables.contacts, contact_no, customer_no, rep, branch, writer.parquet)
    writer.write("contacts", ordered(feed, contact_no), n)
    change_no = numbering.in_time("profile_changes", tables.changes["at"])
    writer.write(
        "profile_changes",
        ordered(emit.profile_changes(part, tables.changes, change_no, customer_no, rep), change_no),
        n,
    )
    no = numbering.in_time("complaints", tables.complaints["on"])
    writer.write(
        "complaints", ordered(emit.complaints(tables.complaints, no, customer_no, account_no, rep), no), n
    )

    bad = np.flatnonzero(accounts["scheme"] >= 0)
    answers.add_accounts(firm.schemes, account_no[bad], accounts["scheme"][bad])
    for name, table, numbers in (
        ("sales", tables.sales, sale_no),
        ("contacts", tables.contacts, contact_no),
        ("referrals", tables.referrals, referral_no),
        ("profile_changes", tables.changes, change_no),
    ):
        planted = np.flatnonzero(table["scheme"] >= 0)
        kinds = [firm.schemes[s].kind for s in table["scheme"][planted]]
        answers.add_items(name, text_of(name, numbers[planted]), kinds, table["scheme"][planted])
    commission = np.zeros((firm.reps.count, firm.calendar.months), dtype=np.int64)
    np.add.at(
        commission,
        (tables.sales["rep"], firm.calendar.month[firm.calendar.position(tables.sales["at"] // DAY)]),
        tables.sales["commission"],
    )
    return commission


def _co_owners(part: Part, accounts: Columns, customers: Columns, numbers: Array) -> Array:
    """A second owner from the household on part of the deposit accounts; children always have an adult."""
    rng = part.streams("owners")
    size = length(accounts)
    head = customers["household"][accounts["customer"]]
    joint = (rng.random(size) < OPENING.joint * 2) & activity.IS_DEPOSIT[accounts["product"]]
    joint |= accounts["product"] == CODE["YOUTH"]
    rows = np.flatnonzero(joint & (head != accounts["customer"]))
    out = np.full(size, None, dtype=object)
    out[rows] = text_of("customers", numbers[head[rows]])
    return out
