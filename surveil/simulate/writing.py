"""The rows of a group are numbered, put in order of time, written, and named in the answer key where they were planted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from surveil.simulate import activity, emit
from surveil.simulate.answers import Answers
from surveil.simulate.checks import Findings
from surveil.simulate.devices import device_names
from surveil.simulate.figures import OPENING
from surveil.simulate.firm import Firm
from surveil.simulate.making import Tables
from surveil.simulate.numbering import Numbering, text_of
from surveil.simulate.products import CODE
from surveil.simulate.table import DAY, Array, length, only
from surveil.simulate.writer import Writer


@dataclass
class Output:
    """Where rows go, and what is kept of them until the last group is written."""

    firm: Firm
    writer: Writer
    numbering: Numbering
    rep: Array
    """Numbers of representatives."""
    branch: Array
    staff: Array
    """Customer number of each representative's own record, -1 where he has none."""
    address: Array
    postal: Array
    commission: Array
    """Rep x month, cents."""
    unauthorized: Array
    """Rep x month: accounts without authority for which he was credited."""
    answers: Answers = field(default_factory=Answers)
    findings: Findings = field(default_factory=Findings)


def open_output(firm: Firm, writer: Writer) -> Output:
    """Numbers for people and branches, nothing written yet."""
    numbering = Numbering(firm.seed)
    return Output(
        firm,
        writer,
        numbering,
        numbering.shuffled("reps", firm.reps.count),
        numbering.shuffled("branches", firm.branches.count),
        np.full(firm.reps.count, -1),
        np.full(firm.reps.count, None, dtype=object),
        np.full(firm.reps.count, None, dtype=object),
        np.zeros((firm.reps.count, firm.calendar.months), dtype=np.int64),
        np.zeros((firm.reps.count, firm.calendar.months), dtype=np.int64),
    )


def write_group(out: Output, tables: Tables) -> None:
    """Number, sort and write the rows of a group."""
    part, numbering = tables.part, out.numbering
    no = {
        "accounts": numbering.in_time("accounts", tables.accounts["recorded"]),
        "customers": numbering.in_time("customers", tables.customers["created"]),
        "sales": numbering.in_time("sales", tables.sales["at"]),
        "consents": numbering.in_time("consents", tables.consents["captured"]),
        "transactions": numbering.in_time("transactions", tables.transactions["at"]),
        "referrals": numbering.in_time("referrals", tables.referrals["at"]),
        "contacts": numbering.in_time("contacts", tables.contacts["at"]),
        "profile_changes": numbering.in_time("profile_changes", tables.changes["at"]),
        "complaints": numbering.in_time("complaints", tables.complaints["on"]),
    }
    tables.accounts["co_owners"] = _co_owners(tables, no["customers"])
    login = tables.transactions["kind"] == activity.LOGIN
    devices = device_names(part, tables.accounts)
    tables.transactions["device_name"] = only(login, devices[tables.transactions["account"]])
    for feed, columns in _columns(out, tables, no).items():
        order = np.argsort(no[feed], kind="stable")
        ordered = {name: column.take(order) for name, column in columns.items()}
        out.writer.write(feed, ordered, part.group.number)
    known = tables.staff >= 0
    out.staff[known] = no["customers"][tables.staff[known]]
    out.address[known] = tables.customers["address"][tables.staff[known]]
    out.postal[known] = tables.customers["postal"][tables.staff[known]]
    month = out.firm.calendar.month[out.firm.calendar.position(tables.sales["at"] // DAY)]
    np.add.at(out.commission, (tables.sales["rep"], month), tables.sales["commission"])
    out.findings.look_at(tables.accounts, no["accounts"], len(out.firm.groups))
    for feed, table, names in (
        ("transactions", tables.transactions, ("kind", "tender", "by", "desk")),
        ("contacts", tables.contacts, ("kind", "out", "outcome", "product")),
        ("sales", tables.sales, ("product", "matures", "solicited", "recommended")),
        ("referrals", tables.referrals, ("product", "outcome", "basis")),
        ("profile_changes", tables.changes, ("field",)),
    ):
        out.findings.look_at_rows(feed, table, names)
    _note(out, tables, no)


def _columns(out: Output, tables: Tables, no: dict[str, Array]) -> dict[str, emit.Feed]:
    part, rep, branch = tables.part, out.rep, out.branch
    account, customer = no["accounts"], no["customers"]
    place = tables.customers["place"]
    return {
        "customers": emit.customers(tables.customers, customer, branch),
        "accounts": emit.accounts(part, tables.accounts, account, customer, rep, branch),
        "consents": emit.consents(part, tables.consents, no["consents"], account, rep),
        "transactions": emit.transactions(
            part, tables.transactions, no["transactions"], account, tables.accounts["branch"], rep, branch
        ),
        "sales": emit.sales(part, tables.sales, no["sales"], account, customer, rep, place),
        "referrals": emit.referrals(part, tables.referrals, no["referrals"], customer, no["sales"], rep),
        "contacts": emit.contact_log(
            part, tables.contacts, no["contacts"], customer, rep, branch, out.writer.parquet
        ),
        "profile_changes": emit.profile_changes(part, tables.changes, no["profile_changes"], customer, rep),
        "complaints": emit.complaints(tables.complaints, no["complaints"], customer, account, rep),
    }


def _note(out: Output, tables: Tables, no: dict[str, Array]) -> None:
    """Enter what was planted into the answer key."""
    schemes, accounts = out.firm.schemes, tables.accounts
    bad = np.flatnonzero(accounts["scheme"] >= 0)
    out.answers.add_accounts(schemes, no["accounts"][bad], accounts["scheme"][bad])
    month = out.firm.calendar.month[out.firm.calendar.position(accounts["opened"][bad] // DAY)]
    np.add.at(out.unauthorized, (accounts["credited"][bad], month), 1)
    guilty = [scheme.rep for scheme in schemes]
    lent = bad[~np.isin(accounts["rep"][bad], guilty)]
    out.answers.lent |= set(
        zip(accounts["rep"][lent].tolist(), accounts["scheme"][lent].tolist(), strict=True)
    )
    for feed, table, column in (
        ("accounts", accounts, "item"),
        ("consents", tables.consents, "forged"),
        ("transactions", tables.transactions, "scheme"),
        ("sales", tables.sales, "scheme"),
        ("contacts", tables.contacts, "scheme"),
        ("referrals", tables.referrals, "scheme"),
        ("profile_changes", tables.changes, "scheme"),
        ("complaints", tables.complaints, "scheme"),
    ):
        planted = np.flatnonzero(table[column] >= 0)
        out.answers.add_items(feed, schemes, no[feed][planted], table[column][planted])


def _co_owners(tables: Tables, numbers: Array) -> Array:
    """A second owner from the household on part of the deposit accounts; children always have an adult."""
    accounts, customers = tables.accounts, tables.customers
    rng = tables.part.streams("owners")
    size = length(accounts)
    head = customers["household"][accounts["customer"]]
    joint = (rng.random(size) < OPENING.joint * 2) & activity.IS_DEPOSIT[accounts["product"]]
    joint |= accounts["product"] == CODE["YOUTH"]
    rows = np.flatnonzero(joint & (head != accounts["customer"]))
    out = np.full(size, None, dtype=object)
    out[rows] = text_of("customers", numbers[head[rows]])
    return out
