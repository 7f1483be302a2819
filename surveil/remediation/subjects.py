"""Which accounts are made good: those behind alerts that reviewers decided, each in its class."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import pyarrow.compute as pc
import pyarrow.dataset as ds

from surveil import desk
from surveil.alerts.dispositions import Disposition
from surveil.alerts.people import SYSTEM
from surveil.config import Workspace
from surveil.desk.evidence import FINDINGS_FILE
from surveil.errors import UsageError
from surveil.store import Store


class Class(StrEnum):
    """How sure it is that an account was not authorized."""

    CONFIRMED = "confirmed"
    CANNOT_RULE_OUT = "cannot rule out"


_OF = {
    Disposition.CONFIRMED_UNAUTHORIZED: Class.CONFIRMED,
    Disposition.CANNOT_RULE_OUT: Class.CANNOT_RULE_OUT,
}


def accounts(workspace: Workspace, store: Store) -> Mapping[str, Class]:
    """Accounts behind decisions that stand, by id; one that is confirmed by any alert is confirmed.

    Raises:
        UsageError: the findings behind an alert are not in the workspace any more.
    """
    with store.read() as session:
        decided = {
            alert.alert_id: (alert.run_id, _OF[alert.disposition])
            for alert in desk.alerts(session, SYSTEM)
            if alert.disposition in _OF
        }
    by_run: dict[str, list[str]] = {}
    for alert_id, (run_id, _) in sorted(decided.items()):
        if run_id is not None:
            by_run.setdefault(run_id, []).append(alert_id)
    found: dict[str, Class] = {}
    for run_id, alert_ids in sorted(by_run.items()):
        for alert_id, account in _behind(workspace, run_id, alert_ids):
            kind = decided[alert_id][1]
            found[account] = Class.CONFIRMED if found.get(account) is Class.CONFIRMED else kind
    return dict(sorted(found.items()))


def _behind(workspace: Workspace, run_id: str, alert_ids: list[str]) -> list[tuple[str, str]]:
    file = workspace.runs_dir / run_id / FINDINGS_FILE
    if not file.is_file():
        raise UsageError(f"The findings of run {run_id} are not in this workspace any more.")
    chosen = pc.field("alert_id").isin(alert_ids) & ~pc.field("account_id").is_null()
    table = ds.dataset(file, format="parquet").to_table(columns=["alert_id", "account_id"], filter=chosen)
    return sorted({(row["alert_id"], row["account_id"]) for row in table.to_pylist()})
