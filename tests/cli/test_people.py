"""The commands about people change what the desk lets them do, and leave the trail whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from surveil import desk
from surveil.alerts.dispositions import Disposition
from surveil.alerts.people import Role, User
from surveil.cli import app
from surveil.config import Workspace
from surveil.errors import SurveilError
from tests.store.support import NOW, draft
from tests.store.support import run as scan

PASSWORD = "a long enough password\n"


def run(folder: Path, *arguments: str, typed: str = "") -> str:
    """Standard output of a command that must succeed."""
    done = CliRunner().invoke(app, [*arguments, "--workspace", str(folder / "ws")], input=typed)
    if isinstance(done.exception, SurveilError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def test_people_are_let_in_moved_stood_in_for_and_let_out(tmp_path: Path) -> None:
    run(tmp_path, "init")
    for name, role in (("ann", "officer"), ("bob", "officer"), ("sue", "supervisor")):
        run(tmp_path, "user", "add", name, "--role", role, typed=PASSWORD * 2)
    run(tmp_path, "user", "scope", "sue", "--branch", "B1", "--reports-to", "R9")
    leave = ("--from", "2026-10-01", "--to", "2026-10-09", "--reason", "On leave until Monday week.")
    with pytest.raises(SurveilError, match="not all past"):
        run(tmp_path, "user", "delegate", "ann", "bob", *leave[:3], "2020-01-01", *leave[4:])
    later = ("--from", "2999-10-01", "--to", "2999-10-09", "--reason", "On leave until Monday week.")
    run(tmp_path, "user", "delegate", "ann", "bob", *later)
    assert "2999-10-09" in run(tmp_path, "user", "delegations", "--format", "csv")
    with pytest.raises(SurveilError, match="An officer is stood in for"):
        run(tmp_path, "user", "delegate", "ann", "sue", *later)
    run(tmp_path, "user", "role", "bob", "auditor", "--reason", "Moved to internal audit.")
    assert "bob,auditor" in run(tmp_path, "user", "list", "--format", "csv")
    run(tmp_path, "user", "password", "bob", typed="another long password\n" * 2)
    run(tmp_path, "user", "close", "bob", "--reason", "Left the firm.")
    assert "whole" in run(tmp_path, "audit", "verify")
    exported = run(tmp_path, "audit", "export", "--record", "user:bob")
    assert "Moved to internal audit." in exported
    assert "another long password" not in exported


def test_a_role_that_is_none_is_refused(tmp_path: Path) -> None:
    run(tmp_path, "init")
    with pytest.raises(SurveilError, match="there is no role"):
        run(tmp_path, "user", "role", "ann", "chief", "--reason", "No reason at all.")


def test_an_accepted_risk_whose_day_is_over_is_woken_by_its_command(tmp_path: Path) -> None:
    run(tmp_path, "init")
    store = desk.open_desk(Workspace.open(tmp_path / "ws"))
    (alert_id,) = desk.record_scan(store, scan(1), [draft(1)], NOW).values()
    risk, note = Disposition.ACCEPTED_RISK, "Known to the branch manager, who watches it."
    ann, bob = (User(name, Role.OFFICER) for name in ("ann", "bob"))
    waiting = desk.decide(
        store, ann, alert_id, risk, note, NOW, 1, accepted_until=NOW.date() + timedelta(days=9)
    )
    desk.approve(store, bob, alert_id, NOW, waiting.row_version)
    store.close()
    assert run(tmp_path, "wake") == f"{alert_id}\n"
    assert run(tmp_path, "wake") == ""
    assert '"status": "open"' in run(tmp_path, "alerts", "--format", "jsonl")
