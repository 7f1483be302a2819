"""`surveil doctor`: what is looked at, and how far a long look is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from surveil import desk
from surveil.alerts.people import SYSTEM, Role
from surveil.config import Workspace
from surveil.doctor import examine
from surveil.store import verification


def test_how_far_the_reading_of_a_long_trail_is_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace.init(tmp_path / "workspace")
    desk.prepare_desk(workspace)
    store = desk.open_desk(workspace)
    for name in ("ann", "bob", "cem"):
        desk.create_user(store, SYSTEM, name, Role.OFFICER, datetime(2026, 3, 4, tzinfo=UTC))
    store.close()
    said: list[str] = []
    monkeypatch.setattr(verification, "TOLD_EVERY", 2)
    checks = {check.what: check for check in examine(workspace, said.append)}
    assert (checks["audit trail"].ok, checks["audit trail"].told) == (True, "3 events, whole")
    assert said == ["audit trail: 2 of 3 events read"]


def test_a_database_that_was_emptied_beside_its_runs_is_told(tmp_path: Path) -> None:
    workspace = Workspace.init(tmp_path / "workspace")
    desk.prepare_desk(workspace)
    (workspace.runs_dir / "R-0123456789ab").mkdir(parents=True)
    (found,) = (check for check in examine(workspace) if check.what == "runs")
    assert not found.ok
    assert "R-0123456789ab" in found.told
