"""The feeds that belong to the whole firm, one function a feed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from surveil.simulate import goals
from surveil.simulate.customers import format_phone
from surveil.simulate.days import ZONES
from surveil.simulate.emit import Feed, key, refer
from surveil.simulate.firm import Firm
from surveil.simulate.products import CODES, PRODUCTS
from surveil.simulate.table import NONE, Array, Columns, only
from surveil.simulate.writer import codes, dates, flags, money, texts, whole

PAYOUT_KINDS = ("bonus", "commission", "contest", "referral_fee", "non_monetary")


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
