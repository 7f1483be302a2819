"""The scans that alerts come from."""

from __future__ import annotations

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
    return [run_of(row) for row in session.scalars(_LAST_FIRST)]


def latest_run(session: DeskSession, user: User) -> RunRecord | None:
    """The scan recorded last; None when there is none yet."""
    session.narrow(user)
    demand(user, Action.READ)
    row = session.scalars(_LAST_FIRST.limit(1)).first()
    return run_of(row) if row else None


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
    return run_of(row)
