"""Internal tables become the columns of the feeds, one function a feed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from surveil.simulate import activity, contacts, goals, names, openings, paperwork
from surveil.simulate.branches import PLACES
from surveil.simulate.customers import format_phone
from surveil.simulate.days import ZONES, Calendar
from surveil.simulate.firm import Firm
from surveil.simulate.numbering import PREFIX
from surveil.simulate.products import CODES, PRODUCTS
from surveil.simulate.sittings import CHANNELS, Part
from surveil.simulate.table import DAY, NONE, Array, Columns, only
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
PAYOUT_KINDS = ("bonus", "commission", "contest", "referral_fee", "non_monetary")


def key(feed: str, numbers: Array) -> pa.Array:
    """Ids of a feed."""
    return ids(*PREFIX[feed], numbers)


def refer(numbers: Array, position: Array) -> Array:
    """Numbers of rows given by position; -1 stays -1."""
    return np.where(position >= 0, numbers[np.maximum(position, 0)], -1) if len(numbers) else position


def branches(firm: Firm, numbers: Array) -> Feed:
    table = firm.branches.table
    return {
        "branch_id": key("branches", numbers),
        **{name: texts(table[name]) for name in ("name", "kind", "district", "region", "state")},
        "timezone": codes(table["zone"], ZONES),
        "opened_on": dates(table["opened_on"]),
        "closed_on": dates(np.full(len(numbers), NONE)),
    }


def reps(firm: Firm, numbers: Array, customer: Array, address: Array, postal: Array) -> Feed:
    """`customer`: the customer number of each representative, -1 where he has none; his address as in that record."""
    people, table = firm.reps, firm.reps.table
    some = np.arange(people.count)
    registered = np.array([bool(r) for r in people.may_sell[:, CODES.index("FUND")]])
    return {
        "rep_id": key("reps", numbers),
        "name": texts(table["name"]),
        "crd_number": texts(only(registered, (4_100_000 + some * 37 % 900_000).astype(str))),
        "nmls_id": texts(
            only(people.may_sell[:, CODES.index("MORTGAGE")], (510_000 + some * 91).astype(str))
        ),
        "npn": texts(only(people.may_sell[:, CODES.index("LIFE")], (8_800_000 + some * 53).astype(str))),
        "role": texts(table["role"]),
        "employer": texts(table["employer"]),
        "registered": flags(registered.astype(np.int64)),
        "hired_on": dates(table["hired_on"]),
        "terminated_on": dates(table["terminated_on"]),
        "termination_reason": texts(table["termination_reason"]),
        "email": texts(people.email),
        "phone": texts(format_phone(people.phone, some % 4)),
        "address_line": texts(address),
        "postal_code": texts(postal),
        "customer_id": key("customers", customer),
    }


def assignments(firm: Firm, rep: Array, branch: Array) -> Feed:
    table = firm.reps.assignments
    return {
        "rep_id": key("reps", rep[table["rep_id"]]),
        "start_on": dates(table["start_on"]),
        "end_on": dates(table["end_on"]),
        "branch_id": key("branches", branch[table["branch_id"]]),
        "supervisor_id": key("reps", refer(rep, table["supervisor_id"])),
        "role": texts(table["role"]),
        "fte": pa.array(table["fte"]),
    }


def absences(firm: Firm, rep: Array) -> Feed:
    table = firm.reps.absences
    return {
        "rep_id": key("reps", rep[table["rep_id"]]),
        "start_on": dates(table["start_on"]),
        "end_on": dates(table["end_on"]),
        "kind": texts(table["kind"]),
    }


def registrations(firm: Firm, rep: Array) -> Feed:
    table = firm.reps.registrations
    return {
        "rep_id": key("reps", rep[table["rep_id"]]),
        "qualification": texts(table["qualification"]),
        "jurisdiction": texts(table["jurisdiction"]),
        **{name: dates(table[name]) for name in ("granted_on", "ended_on")},
        "status": texts(table["status"]),
        "recorded_on": dates(table["recorded_on"]),
    }


def products() -> Feed:
    def optional(values: list[int | None]) -> pa.Array:
        return pa.array(values, pa.int64())

    scoped = [
        any(t in p.requires for t in ("S63", "S66", "S65", "LIFE", "HEALTH", "PC", "MLO")) for p in PRODUCTS
    ]
    return {
        "product_code": pa.array(CODES),
        "name": pa.array([p.name for p in PRODUCTS]),
        "family": pa.array([p.family for p in PRODUCTS]),
        "risk_level": optional([p.risk for p in PRODUCTS]),
        "complexity": optional([p.complexity for p in PRODUCTS]),
        "is_credit": pa.array([p.credit for p in PRODUCTS]),
        "lockup_months": optional([p.lockup for p in PRODUCTS]),
        "requires": pa.array([p.requires or None for p in PRODUCTS], pa.string()),
        "state_scope": pa.array(
            [flag if p.requires else None for flag, p in zip(scoped, PRODUCTS, strict=True)]
        ),
        "unused_after_days": optional([p.horizon for p in PRODUCTS]),
    }


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


def quotas(firm: Firm, rep: Array, branch: Array) -> Feed:
    table = goals.quotas(firm)
    return {
        "quota_id": key("quotas", np.arange(1, len(table["rep"]) + 1)),
        "rep_id": key("reps", refer(rep, table["rep"])),
        "branch_id": key("branches", refer(branch, table["branch"])),
        "role": texts(table["role"]),
        "metric": codes(table["metric"], goals.METRICS),
        "period_start": dates(table["start"]),
        "period_end": dates(table["end"]),
        "target": whole(table["target"]),
        "incentive": money(table["incentive"]),
        "funded_amount": money(table["funded"]),
        "funded_within_days": whole(table["within"]),
    }


def payouts(table: Columns, rep: Array) -> Feed:
    programs = ("Growth Bonus", "Commission Grid", "Spring Contest", "Referral Thanks", "Recognition")
    return {
        "payout_id": key("payouts", np.arange(1, len(table["rep"]) + 1)),
        "rep_id": key("reps", rep[table["rep"]]),
        "program": codes(table["kind"], programs),
        "metric": codes(
            np.where(table["kind"] == 0, 0, np.where(table["kind"] == 1, 1, -1)),
            ("accounts_opened", "sales_amount"),
        ),
        "period_start": dates(table["start"]),
        "period_end": dates(table["end"]),
        "amount": money(table["cents"]),
        "kind": codes(table["kind"], PAYOUT_KINDS),
        "paid_on": dates(table["paid"]),
    }


def campaigns(firm: Firm, branch: Array) -> Feed:
    table = firm.campaigns
    return {
        "campaign_id": key("campaigns", table["campaign_id"]),
        "name": texts(table["name"]),
        "family": texts(table["family"]),
        "region": texts(table["region"]),
        "branch_id": key("branches", refer(branch, table["branch_id"])),
        "starts_on": dates(table["starts_on"]),
        "ends_on": dates(table["ends_on"]),
    }


def discipline(firm: Firm, rep: Array) -> Feed:
    table = goals.discipline(firm)
    reasons = ("Goals missed in two quarters", "Sales practice concern", "Attendance")
    return {
        "action_id": key("discipline", np.arange(1, len(table["rep"]) + 1)),
        "rep_id": key("reps", rep[table["rep"]]),
        "action": codes(table["action"], ("warning", "suspension", "clawback", "termination")),
        "action_on": dates(table["on"]),
        "reason_code": codes(table["reason"], ("goal_missed", "cross_selling", "other")),
        "reason": codes(table["reason"], reasons),
        "u5_filed_on": dates(np.full(len(table["rep"]), NONE)),
    }


def coverage(firm: Firm, branch: Array) -> Feed:
    """What the extract covers; one branch's older consents were never scanned."""
    feeds = ["transactions", "contacts", "consents", "referrals", "sales", "complaints", "profile_changes"]
    start = np.full(len(feeds), firm.calendar.first)
    scopes: list[str | None] = [None] * len(feeds)
    late = np.flatnonzero(firm.branches.no_consents_before > firm.calendar.first)
    for place in late:
        feeds.append("consents")
        scopes.append(f"B{branch[place]:04d}")
        start = np.r_[start, firm.branches.no_consents_before[place]]
    return {
        "feed": pa.array(feeds),
        "scope": pa.array(scopes, pa.string()),
        "covers_from": dates(start),
        "covers_to": dates(np.full(len(feeds), firm.calendar.last)),
    }


def profile_changes(part: Part, table: Columns, numbers: Array, customer: Array, rep: Array) -> Feed:
    zone = part.firm.branches.zone[table["branch"]]
    by = key("reps", refer(rep, table["by"]))
    return {
        "change_id": key("profile_changes", numbers),
        "customer_id": key("customers", customer[table["customer"]]),
        "field": codes(table["field"], ("email", "phone", "address_line", "risk_tolerance", "employer")),
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
