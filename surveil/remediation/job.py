"""Propose what is owed: from decisions that stand and the data of the last run to a batch that waits for approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from surveil import harm
from surveil.alerts.people import User
from surveil.config import Workspace
from surveil.engine import days, open_engine
from surveil.errors import UsageError
from surveil.feeds import snapshots
from surveil.remediation.batches import Batch, propose, settled
from surveil.remediation.compute import Owed, owed
from surveil.remediation.credit import read_register
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
    credit = [entry for entry in read_register(workspace.path) if entry.account_id in wanted]
    found = owed(measured, method, paid_on, credit=credit, settled=settled(workspace.path, store))
    batch = propose(workspace.path, store, user, found, method, manifest["run_id"], wanted, now)
    return batch, found
