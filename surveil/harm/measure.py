"""From accounts in question to the customer's harm: measured by SQL models, put together by a pure function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from surveil.engine import Engine
from surveil.harm.charges import REFUND_COLUMNS, charges
from surveil.harm.held import held

MODELS = ("harm_accounts", "harm_moves", "harm_postings")


@dataclass(frozen=True)
class Rules:
    """How far a consequence reaches: `knock_on_days` as in UN04; `usual_days`: a quarter's usual fees and some days;
    `end_days`: so many days the extract of transactions may lack at the end without a word: feeds are cut at other hours.
    """

    knock_on_days: int = 10
    usual_days: int = 100
    end_days: int = 3


@dataclass(frozen=True)
class Harm:
    """What accounts in question cost their customers, in cents; the basis of remediation, not the payment.

    Attributes:
        charges: one row per charge (`surveil.harm.CHARGE_COLUMNS`).
        held: one row per spell of the customer's money away from his own account (`surveil.harm.HELD_COLUMNS`).
        by_account: one row per account in question in the data: `account_id`, `customer_id`, `rep_id`, `fee_cents`,
            `interest_cents`, `knock_on_cents` (usual ones left out), `refunded_cents`, `outstanding_cents`, `cent_days`.
        by_customer: the same sums by `customer_id`, with `accounts`.
        not_known: account -> why its harm may be more than is shown.
        refunds: one row per part of a charge that was given back (`surveil.harm.REFUND_COLUMNS`).
    """

    charges: pd.DataFrame
    held: pd.DataFrame
    by_account: pd.DataFrame
    by_customer: pd.DataFrame
    not_known: Mapping[str, str]
    refunds: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(REFUND_COLUMNS)))


def measure(engine: Engine, accounts: Iterable[str], rules: Rules | None = None) -> Harm:
    """The harm done by these accounts, up to the engine's last day.

    Args:
        engine: an open engine that has not measured harm yet (each opened engine measures one list of accounts).
        accounts: ids of the accounts in question; unknown ones are told in `not_known`.
    """
    wanted = sorted(set(accounts))
    engine.stage("questioned", pd.DataFrame({"account_id": pd.Series(wanted, dtype="string")}))
    measured = {name: engine.fetch(name) for name in MODELS}
    return assess(wanted, measured, engine.window.as_of_day, rules or Rules())


def assess(wanted: Iterable[str], measured: Mapping[str, pd.DataFrame], as_of_day: int, rules: Rules) -> Harm:
    """Put the measurements together. Pure: the same measurements and rules give the same harm."""
    accounts, moves, postings = (measured[name] for name in MODELS)
    found, refunds = charges(accounts, moves, postings, rules.knock_on_days, rules.usual_days)
    spells = held(accounts, moves, as_of_day)
    by_account = _sums(accounts, found, spells)
    numbers = [name for name in by_account if name.endswith(("_cents", "_days"))]
    grouped = by_account.groupby("customer_id", as_index=False, sort=True)
    by_customer = grouped[numbers].sum().merge(grouped.size().rename(columns={"size": "accounts"}))
    not_known = _not_known(wanted, accounts, as_of_day - rules.end_days)
    return Harm(found, spells, by_account, by_customer, not_known, refunds)


def _sums(accounts: pd.DataFrame, found: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    counted = found[~found["usual"].astype(bool)]
    sums = {
        f"{kind}_cents": counted[counted["kind"] == kind].groupby("account_id")["cents"].sum()
        for kind in ("fee", "interest", "knock_on")
    }
    for name in ("refunded_cents", "outstanding_cents"):
        sums[name] = counted.groupby("account_id")[name].sum()
    sums["cent_days"] = spells.groupby("account_id")["cent_days"].sum()
    whom = accounts[["account_id", "customer_id", "rep_id"]].sort_values("account_id", ignore_index=True)
    columns = {name: whom["account_id"].map(s).fillna(0).astype("int64") for name, s in sums.items()}
    return whom.assign(**columns)


def _not_known(wanted: Iterable[str], accounts: pd.DataFrame, last_day: int) -> dict[str, str]:
    reasons = dict.fromkeys(wanted, "the account is not in the data")
    for row in accounts.itertuples():
        last = last_day if pd.isna(row.closed_day) else min(last_day, int(row.closed_day) - 1)
        del reasons[row.account_id]
        if pd.isna(row.covered_from):
            reasons[row.account_id] = "the transactions' extract does not cover the account"
        elif row.covered_from > row.opened_day or row.covered_to < last:
            reasons[row.account_id] = "the transactions' extract covers only part of the account's life"
    return reasons
