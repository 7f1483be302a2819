"""Write the letters of a batch: customers' names are read from the data, which is entered in the trail first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from surveil.alerts.alert import Action
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.config import Workspace
from surveil.engine import days, open_engine
from surveil.errors import UsageError
from surveil.feeds import snapshots
from surveil.production.customer_letters import Wording, letters
from surveil.remediation.batches import BATCH, FOLDER, State, find, payments
from surveil.remediation.files import LINES, read_lines
from surveil.scan import results
from surveil.store import Store
from surveil.store.audit import record


def write_letters(
    workspace: Workspace,
    store: Store,
    user: User,
    batch_id: str,
    wording: Wording,
    out: Path,
    now: dt.datetime,
) -> list[Path]:
    """One PDF for each customer of an approved or paid batch.

    Raises:
        UsageError: the batch is not approved, or the folder can't be written.
        NotAllowed: the user may not see customers' names.
    """
    demand(user, Action.REVEAL)
    batch = find(store, batch_id)
    if batch.state not in {State.APPROVED, State.PAID}:
        raise UsageError(f"Batch {batch_id} is {batch.state.value}; letters are written when it is approved.")
    made_of = payments(workspace.path, batch)
    lines = read_lines(workspace.path / FOLDER / batch_id / LINES)
    with store.write(user) as session:
        record(
            session, at=now, action="remediation.letters", object_type=BATCH, object_id=batch_id,
            reason="letters with customers' names", details={"letters": len({p.customer_id for p in made_of})},
        )  # fmt: skip
    names = _names(workspace, batch.run_id, {payment.customer_id for payment in made_of})
    files = letters(batch, made_of, lines, names, workspace.settings.firm.name, wording)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    except OSError as error:
        raise UsageError(f"The letters can't be written to {out}: {error.strerror or error}.") from error
    return [out / name for name in sorted(files)]


def _names(workspace: Workspace, run_id: str, customers: Iterable[str]) -> dict[str, str]:
    """Customers' names in the data of the run that the batch was computed from."""
    manifest = results.manifest(workspace, run_id)
    wanted = pd.DataFrame({"customer_id": pd.Series(sorted(set(customers)), dtype="string")})
    snapshot = snapshots.at(workspace, manifest["snapshot"]["load"])
    with open_engine(workspace, snapshot, days.to_day(dt.date.fromisoformat(manifest["as_of"]))) as engine:
        engine.stage("addressed", wanted)
        people = engine.fetch("addressees")
    return {row.customer_id: row.name for row in people.itertuples(index=False)}
