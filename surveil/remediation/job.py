"""Propose what is owed: from decisions that stand and the data of the last run to a batch that waits for approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace

import pandas as pd

from surveil import harm
from surveil.alerts.people import User
from surveil.config import Workspace
from surveil.engine import days, open_engine
from surveil.errors import UsageError
from surveil.feeds import snapshots
from surveil.remediation.batches import Batch, propose, settled
from surveil.remediation.compute import Owed, owed
from surveil.remediation.credit import CreditHarm, read_register
from surveil.remediation.method import read_method
from surveil.remediation.subjects import Class, accounts
from surveil.scan import results
from surveil.store import Store


def propose_batch(
    workspace: Workspace,
    store: Store,
    user: User,
    paid_on: dt.date,
    classes: Collection[Class],
    now: dt.datetime,
    run_id: str | None = None,
) -> tuple[Batch, Owed]:
    """Compute what is owed on a day to the customers of accounts in these classes, and keep it as a batch.

    Raises:
        UsageError: there is no method, no run, or the day of payment lies before the data's last day.
        Unacceptable: nothing is owed that is not part of a payment already.
    """
    method = read_method(workspace.path)
    manifest = results.manifest(workspace, run_id)
    window_end = dt.date.fromisoformat(manifest["as_of"])
    if paid_on < window_end:
        raise UsageError(f"The day of payment {paid_on} lies before the last day of the data, {window_end}.")
    known = accounts(workspace, store)
    wanted = {account: kind for account, kind in known.items() if kind in classes}
    snapshot = snapshots.at(workspace, manifest["snapshot"]["load"])
    with open_engine(workspace, snapshot, days.to_day(window_end)) as engine:
        measured = harm.measure(engine, wanted)
        pulled = engine.fetch("credit_inquiries")
    credit = [entry for entry in read_register(workspace.path) if entry.account_id in wanted]
    told = {**measured.not_known}
    for account, reason in uncorrected(pulled, credit, paid_on).items():
        told[account] = f"{told[account]}; {reason}" if account in told else reason
    measured = replace(measured, not_known=told)
    found = owed(measured, method, paid_on, credit=credit, settled=settled(workspace.path, store))
    batch = propose(workspace.path, store, user, found, method, manifest["run_id"], wanted, now)
    return batch, found


def uncorrected(pulled: pd.DataFrame, credit: Iterable[CreditHarm], on: dt.date) -> dict[str, str]:
    """Accounts for which a credit report was pulled and that the register does not show as corrected, with the reason.

    Args:
        pulled: rows of the model `credit_inquiries`.
        on: the day it is asked about.
    """
    corrected = {
        e.account_id for e in credit if e.correction_confirmed_on and e.correction_confirmed_on <= on
    }
    listed = {entry.account_id for entry in credit}
    reasons = {}
    for row in pulled.itertuples(index=False):
        if row.account_id not in corrected:
            day = dt.date(1970, 1, 1) + dt.timedelta(days=int(row.pulled_day))
            state = (
                "its correction is not confirmed"
                if row.account_id in listed
                else "the register of credit harm has none"
            )
            reasons[row.account_id] = f"a credit report was pulled on {day.isoformat()}, and {state}"
    return reasons
