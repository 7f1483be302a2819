"""A goal's last day ends at midnight where the branch is, not at the firm's head office."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from surveil.detectors.registry import measured_parameters
from surveil.engine import days, open_engine
from surveil.feeds.snapshots import current
from tests.feeds.firms import ACCOUNTS, MINIMAL, Firm


@pytest.mark.parametrize(
    ("branch", "opened_at", "left"),
    [
        ("LA", "2024-03-29 23:30:00", 0),
        ("LA", "2024-03-30T06:30:00Z", 0),  # half past eleven on Friday there, Saturday in New York
        ("NY", "2024-03-30T03:30:00Z", 0),
        ("NY", "2024-03-29T03:30:00Z", 1),
        ("LA", "2024-04-01T06:59:00Z", 0),  # the last minute of Easter Sunday
        ("LA", "2024-04-01T07:00:00Z", None),
        ("NY", "2024-04-01T04:00:00Z", None),
    ],
)
def test_a_late_opening_counts_for_the_day_of_its_branch(
    tmp_path: Path, branch: str, opened_at: str, left: int | None
) -> None:
    firm = Firm(tmp_path)
    header = ACCOUNTS.strip() + ",branch_id\n"
    firm.load(
        {
            **MINIMAL,
            "accounts.csv": f"{header}A1,C1,CHK,2024-03-01 10:00:00,R1,branch,NY\n"
            f"A2,C1,CHK,{opened_at},R1,branch,{branch}\n",
            "branches.csv": "branch_id,name,timezone\nLA,West,America/Los_Angeles\nNY,East,America/New_York\n",
            "quotas.csv": "quota_id,role,metric,period_start,period_end,target\n"
            "Q1,banker,accounts_opened,2024-03-01,2024-03-31,5\n",
        }
    )
    last, parameters = days.to_day(dt.date(2024, 5, 1)), measured_parameters({})
    with open_engine(firm.workspace, current(firm.workspace), last, parameters=parameters) as engine:
        counted = engine.fetch("goal_openings").set_index("account_id")["days_left"]
    assert counted.get("A2") == left
