"""The scans that alerts come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from surveil.alerts.alert import Action
from surveil.alerts.errors import NotFound
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.alerts.runs import RunRecord
from surveil.store import DeskSession
from surveil.store.mapping import run_of
from surveil.store.tables import RunRow

_LAST_FIRST = select(RunRow).order_by(RunRow.recorded_at.desc(), RunRow.run_id)


def runs(session: DeskSession, user: User) -> list[RunRecord]:
    """All recorded scans, the last recorded first."""
    session.narrow(user)
    demand(user, Action.READ)
    return [run_for(user, row) for row in session.scalars(_LAST_FIRST)]


def latest_run(session: DeskSession, user: User) -> RunRecord | None:
    """The scan recorded last; None when there is none yet."""
    session.narrow(user)
    demand(user, Action.READ)
    row = session.scalars(_LAST_FIRST.limit(1)).first()
    return run_for(user, row) if row else None


def find_run(session: DeskSession, user: User, run_id: str) -> RunRecord:
    """One scan.

    Raises:
        NotFound: it is not recorded.
    """
    session.narrow(user)
    demand(user, Action.READ)
    row = session.get(RunRow, run_id)
    if row is None:
        raise NotFound(f"There is no run {run_id}.")
    return run_for(user, row)


def run_for(user: User, row: RunRow) -> RunRecord:
    """The scan in a row as this user may know it: with whom a gap lies is told to those who see everybody's alerts, and to
    nobody of himself.
    """
    run = run_of(row)
    lines = [
        {**line, "gaps": [_for(user, gap) for gap in line.get("gaps", ())]}
        for line in run.coverage.get("detectors", ())
    ]
    return replace(run, coverage={**run.coverage, "detectors": lines})


def _for(user: User, gap: Mapping[str, Any]) -> Mapping[str, Any]:
    told = [one for one in gap.get("people", ()) if user.sees_every_branch and one not in user.own_reps]
    return {**gap, "people": told}
