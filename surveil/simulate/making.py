"""One group of the firm from sittings to written feeds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from surveil.simulate import activity, complaints, contacts, edits, goals, openings, paperwork, sales
from surveil.simulate.customers import assign_customers, describe_customers
from surveil.simulate.devices import device_names, signing_names
from surveil.simulate.firm import Firm, Group
from surveil.simulate.products import CODE
from surveil.simulate.schemes import (
    afterlife,
    contacting,
    extra,
    features,
    referring,
    selling,
    timing,
    victims,
)
from surveil.simulate.sittings import Part, fill_times, honest_sittings
from surveil.simulate.table import DAY, NONE, Array, Columns, Streams, length, stack
from surveil.simulate.transfers import transfers


@dataclass
class Tables:
    """The rows of one group, before they are numbered. `staff`: each representative's own record as a customer, or -1."""

    part: Part
    staff: Array

    accounts: Columns
    customers: Columns
    consents: Columns
    transactions: Columns
    sales: Columns
    referrals: Columns
    contacts: Columns
    changes: Columns
    complaints: Columns


def make_group(firm: Firm, group: Group) -> tuple[Tables, Array]:
    """All rows of a group, and accounts credited by representative and month."""
    part = Part(firm, group, Streams(firm.seed, group.number))
    sittings = honest_sittings(part)
    sittings = stack([sittings, extra.extra_sittings(part, sittings)])
    timing.hold_back(part, sittings)
    sittings = stack([sittings, timing.last_mile(part, sittings)])
    fill_times(part, sittings)
    product = openings.first_products(part, sittings)
    accounts, customers, staff = _open(part, sittings, product)
    _keep_window(part, accounts)
    openings.live(part, accounts)
    afterlife.churn(part, accounts, sittings)
    afterlife.leave_unused(part, accounts)
    _details(part, accounts, customers)
    return _follow(part, accounts, customers, staff), goals.monthly_counts(firm, sittings)


def _open(part: Part, sittings: Columns, product: Array) -> tuple[Columns, Columns, Array]:
    """Customers for the sittings, and the accounts opened at them, before them and after them."""
    customer, bare = assign_customers(part, sittings)
    own, family = victims.staff_records(part, bare)
    victims.redirect(part, sittings, customer, own, family)
    first = np.maximum(bare["first"], 0)
    child = (bare["first"] >= 0) & (product[first] == CODE["YOUTH"])
    bulk = np.where(bare["first"] >= 0, sittings["bulk"][first], -1)
    customers = describe_customers(part, bare, child, bulk, own, family)
    victims.name_staff(part, customers, own)
    victims.bury_and_invent(part, sittings, customer, customers)
    victims.well_off(part, sittings, customer, customers)
    profile = extra.profiles_of(part, sittings["scheme"])
    accounts = openings.open_accounts(part, sittings, product, customer, profile)
    accounts = stack([accounts, openings.earlier_accounts(part, customers)])
    return stack([accounts, features.later_features(part, accounts, sittings)]), customers, own


def _keep_window(part: Part, accounts: Columns) -> None:
    """Nothing is opened or applied for after the last day; what would be recorded later is not in the extract."""
    end = (part.firm.calendar.last + 1) * DAY - 1
    for name in ("opened", "recorded"):
        accounts[name] = np.minimum(accounts[name], end)


def _details(part: Part, accounts: Columns, customers: Columns) -> None:
    rng = part.streams("details")
    size = length(accounts)
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


def _follow(part: Part, accounts: Columns, customers: Columns, staff: Array) -> Tables:
    """Everything that hangs on accounts and customers."""
    transactions = activity.history(part, accounts, partial(transfers, part))
    transactions = stack([transactions, afterlife.coins(part, accounts, transactions)])
    visitors = contacts.Visitors.of(part, customers)
    made, handed = _sell(part, accounts, customers, visitors)
    offers = contacts.offers(part, customers, visitors)
    log = stack(
        [
            paperwork.opening_contacts(part, accounts),
            offers,
            contacting.calls_again(part, offers),
            contacting.pestering(part, visitors),
            contacting.refusals_before(part, accounts),
            contacts.surveys(part, accounts),
        ]
    )
    signed = paperwork.consents(part, accounts)
    signing_names(part, signed)
    return Tables(
        part,
        staff,
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


def _sell(
    part: Part, accounts: Columns, customers: Columns, visitors: contacts.Visitors
) -> tuple[Columns, Columns]:
    """All sales and referrals: honest ones first, records drawn to fit them, then what is planted."""
    made = sales.account_sales(part, accounts)
    made = stack([made, sales.later_sales(part, accounts, made)])
    made = stack([made, selling.replacements(part, made)])
    handed = contacts.referrals(part, visitors)
    handed = stack([handed, referring.planted_referrals(part, visitors, handed)])
    handed, made = _convert(part, handed, made)
    referring.break_fees(part, handed)
    sales.suit_profiles(part, made, customers)
    made = stack([made, selling.planted_sales(part, customers, visitors, made)])
    selling.mark_lapsed(part, made)
    return sales.finish(part, made), handed


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
