"""Rows of a group become the columns of their feeds, one function a feed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from surveil.simulate import activity, contacts, edits, names, openings, paperwork
from surveil.simulate.branches import PLACES
from surveil.simulate.customers import format_phone
from surveil.simulate.days import Calendar
from surveil.simulate.numbering import PREFIX
from surveil.simulate.products import CODES
from surveil.simulate.sittings import CHANNELS, Part
from surveil.simulate.table import DAY, NONE, Array, Columns
from surveil.simulate.writer import (
    codes,
    dates,
    flags,
    ids,
    moments,
    moments_with_offset,
    money,
    texts,
    whole,
)

Feed = dict[str, pa.Array]
OBJECTIVES = ("preservation", "income", "balanced", "growth", "speculation")
EXPERIENCE = ("none", "limited", "good", "extensive")


def key(feed: str, numbers: Array) -> pa.Array:
    """Ids of a feed."""
    return ids(*PREFIX[feed], numbers)


def refer(numbers: Array, position: Array) -> Array:
    """Numbers of rows given by position; -1 stays -1."""
    return np.where(position >= 0, numbers[np.maximum(position, 0)], -1) if len(numbers) else position


def customers(table: Columns, numbers: Array, branch: Array) -> Feed:
    alone = table["alone"] | ~table["household_known"]
    household = np.where(alone, -1, numbers[table["household"]])
    return {
        "customer_id": key("customers", numbers),
        "kind": texts(table["kind"]),
        "name": texts(table["name"]),
        "birth_on": dates(table["birth"]),
        "deceased_on": dates(table["deceased"]),
        "email": texts(table["email"]),
        "phone": texts(format_phone(table["phone"], table["style"])),
        "address_line": texts(table["address"]),
        "city": codes(table["place"], [p.city for p in PLACES]),
        "state": codes(table["place"], [p.state for p in PLACES]),
        "postal_code": texts(table["postal"]),
        "household_id": ids("J", 9, household),
        "employer": codes(table["employer"], names.EMPLOYERS),
        "home_branch_id": key("branches", branch[table["branch"]]),
        "language": texts(table["language"]),
        "vulnerable": flags(table["vulnerable"]),
        "created_on": dates(table["created"] // DAY),
        "is_employee": flags(table["employee"]),
        "do_not_contact": flags(table["do_not_contact"]),
        "annual_income": money(table["income"]),
        "net_worth": money(table["worth"]),
        "liquid_net_worth": money(table["liquid"]),
        "risk_tolerance": whole(table["risk"]),
        "objective": codes(table["objective"], OBJECTIVES),
        "horizon_months": whole(table["horizon"]),
        "experience": codes(table["experience"], EXPERIENCE),
        "credit_need": flags(table["need_credit"]),
    }


def accounts(part: Part, table: Columns, numbers: Array, customer: Array, rep: Array, branch: Array) -> Feed:
    last = part.firm.calendar.last
    closed = table["closed"]
    status = np.where(
        closed != NONE, 1, np.where(table["never"] & (table["opened"] // DAY < last - 365), 2, 0)
    )
    return {
        "account_id": key("accounts", numbers),
        "customer_id": key("customers", customer[table["customer"]]),
        "co_owners": texts(table["co_owners"]),
        "product_code": codes(table["product"], CODES),
        "applied_at": moments(table["applied"]),
        "opened_at": moments(table["opened"]),
        "recorded_at": moments(table["recorded"]),
        "opened_by": key("reps", refer(rep, table["rep"])),
        "credited_to": key(
            "reps", refer(rep, np.where(table["credited"] != table["rep"], table["credited"], -1))
        ),
        "branch_id": key("branches", branch[table["branch"]]),
        "channel": codes(table["channel"], CHANNELS),
        "status": codes(status, ("open", "closed", "dormant")),
        "closed_on": dates(closed),
        "closed_by": codes(table["closed_by"], openings.CLOSED_BY),
        "email": texts(table["email"]),
        "phone": texts(format_phone(table["phone"], table["style"])),
        "device_id": texts(table["device"]),
        "credit_pulled_at": moments(table["pulled"]),
        "parent_account_id": key("accounts", refer(numbers, table["parent"])),
        "campaign_id": key("campaigns", table["campaign"]),
    }


def consents(part: Part, table: Columns, numbers: Array, account: Array, rep: Array) -> Feed:
    calendar = part.firm.calendar
    zone = part.firm.branches.zone[table["branch"]]
    by = key("reps", refer(rep, table["by"]))
    return {
        "consent_id": key("consents", numbers),
        "account_id": key("accounts", account[table["account"]]),
        "kind": codes(table["kind"], paperwork.CONSENT_KINDS),
        "captured_at": moments(calendar.to_firm(table["captured"], zone)),
        "captured_by": pa.compute.if_else(pa.array(table["by"] < 0), "customer", by),
        "document_hash": texts(table["hash"]),
        "device_id": texts(table["device_name"]),
        "ip_address": texts(table["ip"]),
    }


def transactions(
    part: Part, table: Columns, numbers: Array, account: Array, opened_in: Array, rep: Array, branch: Array
) -> Feed:
    """`opened_in`: the branch of each account."""
    place = opened_in[table["account"]]
    desk = table["desk"] == 1
    at = np.where(desk, table["at"], part.firm.calendar.to_firm(table["at"], part.firm.branches.zone[place]))
    return {
        "transaction_id": key("transactions", numbers),
        "account_id": key("accounts", account[table["account"]]),
        "posted_at": moments(at),
        "kind": codes(table["kind"], activity.KINDS),
        "amount": money(table["cents"]),
        "counterparty_account_id": key("accounts", refer(account, table["other"])),
        "counterparty": codes(table["party"], activity.COUNTERPARTIES),
        "tender": codes(table["tender"], activity.TENDERS),
        "initiated_by": codes(table["by"], activity.BY),
        "rep_id": key("reps", refer(rep, table["rep"])),
        "branch_id": key("branches", np.where(desk, branch[place], -1)),
        "device_id": texts(table["device_name"]),
    }


def sales(
    part: Part, table: Columns, numbers: Array, account: Array, customer: Array, rep: Array, state: Array
) -> Feed:
    """`state`: position in `PLACES` of each customer."""
    position = part.firm.calendar.position(table["at"] // DAY)
    zone = part.firm.branches.zone[part.firm.reps.branch[table["rep"], position]]
    return {
        "sale_id": key("sales", numbers),
        "customer_id": key("customers", customer[table["customer"]]),
        "account_id": key("accounts", refer(account, table["account"])),
        "product_code": codes(table["product"], CODES),
        "rep_id": key("reps", rep[table["rep"]]),
        "rep2_id": key("reps", refer(rep, table["rep2"])),
        "split": pa.array(table["split"] / 100, mask=table["split"] == NONE),
        "sold_at": moments(part.firm.calendar.to_firm(table["at"], zone)),
        "amount": money(table["cents"]),
        "commission": money(table["commission"]),
        "solicited": flags(table["solicited"]),
        "recommended": flags(table["recommended"]),
        "state": codes(state[table["customer"]], [p.state for p in PLACES]),
        "replaces_sale_id": key("sales", refer(numbers, table["replaces"])),
        "matures_on": dates(table["matures"]),
        "reversed_on": dates(table["reversed"]),
    }


def referrals(part: Part, table: Columns, numbers: Array, customer: Array, sale: Array, rep: Array) -> Feed:
    calendar = part.firm.calendar
    position = calendar.position(table["at"] // DAY)
    zone = part.firm.branches.zone[part.firm.reps.branch[table["giver"], position]]
    paid = np.where(table["fee_due"], table["fee"], NONE)
    decided = np.where(table["outcome"] == contacts.OPEN, NONE, calendar.to_firm(table["decided"], zone))
    return {
        "referral_id": key("referrals", numbers),
        "customer_id": key("customers", customer[table["customer"]]),
        "from_rep_id": key("reps", rep[table["giver"]]),
        "to_rep_id": key("reps", refer(rep, table["taker"])),
        "product_code": codes(table["product"], CODES),
        "referred_at": moments(calendar.to_firm(table["at"], zone)),
        "outcome": codes(table["outcome"], contacts.REFERRAL_OUTCOMES),
        "outcome_at": moments(decided),
        "fee_paid": money(paid),
        "fee_basis": codes(
            np.where(paid == NONE, -1, table["basis"]), ("appointment", "account_opened", "sale")
        ),
        "account_id": key("accounts", np.full(len(numbers), -1)),
        "sale_id": key("sales", refer(sale, table["sale"])),
    }


def contact_log(
    part: Part, table: Columns, numbers: Array, customer: Array, rep: Array, branch: Array, plain: bool
) -> Feed:
    """Visits are written in the branch's time, calls with an offset (unless `plain`), the rest in the firm's own time."""
    calendar: Calendar = part.firm.calendar
    visit = np.isin(table["kind"], (contacts.VISIT, contacts.APPOINTMENT)) & (table["rep"] >= 0)
    call = (table["kind"] == contacts.CALL) & (not plain)
    at = np.where(visit | call, table["at"], calendar.to_firm(table["at"], table["zone"]))
    offset = calendar.offset[table["zone"], calendar.position(table["at"] // DAY)]
    return {
        "contact_id": key("contacts", numbers),
        "customer_id": key("customers", customer[table["customer"]]),
        "rep_id": key("reps", refer(rep, table["rep"])),
        "branch_id": key("branches", np.where(visit, branch[table["branch"]], -1)),
        "at": moments(at) if plain else moments_with_offset(at, offset, call),
        "kind": codes(table["kind"], contacts.KINDS),
        "direction": codes(np.where(table["kind"] == contacts.VISIT, 0, table["out"]), ("in", "out")),
        "product_code": codes(table["product"], CODES),
        "outcome": codes(table["outcome"], contacts.OUTCOMES),
        "note": codes(
            table["note"], ("asked to be left alone", "came with a relative", "will think about it")
        ),
    }


def profile_changes(part: Part, table: Columns, numbers: Array, customer: Array, rep: Array) -> Feed:
    zone = part.firm.branches.zone[table["branch"]]
    by = key("reps", refer(rep, table["by"]))
    return {
        "change_id": key("profile_changes", numbers),
        "customer_id": key("customers", customer[table["customer"]]),
        "field": codes(table["field"], edits.FIELDS),
        "old_value": texts(table["old"]),
        "new_value": texts(table["new"]),
        "changed_at": moments(part.firm.calendar.to_firm(table["at"], zone)),
        "changed_by": pa.compute.if_else(pa.array(table["by"] < 0), "customer", by),
    }


def complaints(table: Columns, numbers: Array, customer: Array, account: Array, rep: Array) -> Feed:
    return {
        "complaint_id": key("complaints", numbers),
        "customer_id": key("customers", customer[table["customer"]]),
        "received_on": dates(table["on"]),
        "account_id": key("accounts", refer(account, table["account"])),
        "rep_id": key("reps", refer(rep, table["rep"])),
        "product_code": codes(table["product"], CODES),
        **{
            name: texts(table[name])
            for name in ("problem_code", "category", "channel", "narrative", "status", "resolution")
        },
        "settled_on": dates(table["settled"]),
        "amount_paid": money(table["paid"]),
        "source": texts(table["source"]),
    }
