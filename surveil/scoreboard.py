"""Score the last scan of a workspace: its promised outputs against an answer key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from surveil.alerts.people import SYSTEM
from surveil.config import Workspace
from surveil.desk.listing import export_alerts
from surveil.desk.opening import open_desk
from surveil.scan import results

if TYPE_CHECKING:
    from surveil.evaluate.scoreboard import Scoreboard


def scoreboard(workspace: Workspace, answers: Path) -> Scoreboard:
    """The scoreboard of the last scan.

    Where the answers lie in a firm's folder (as `surveil simulate` writes them), the feeds beside them tell who the
    innocent lookalikes are.

    Raises:
        UsageError: nothing was scanned.
        InputRefused: the key is not as promised.
    """
    from surveil.evaluate.outputs import Outputs
    from surveil.evaluate.scoring import score

    run = results.manifest(workspace)
    store = open_desk(workspace)
    try:
        with store.read() as session:
            alerts = [row for row in export_alerts(session, SYSTEM) if row["run_id"] == run["run_id"]]
    finally:
        store.close()
    has_accounts = (results.run_folder(workspace) / "rank_accounts.parquet").is_file()
    outputs = Outputs.of(
        results.last_ranking(workspace, "reps"),
        results.last_ranking(workspace, "accounts") if has_accounts else None,
        results.last_findings(workspace, {}),
        pd.DataFrame(alerts) if alerts else None,
    )
    firm = answers.parent
    feeds_beside = any(firm.glob("accounts*.csv")) or any(firm.glob("accounts*.parquet"))
    return score(outputs, answers, firm if feeds_beside else None, q=workspace.settings.fdr)
