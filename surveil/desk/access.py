"""Find an alert for somebody, and hold him to what he saw of it."""

from __future__ import annotations

from datetime import datetime

from surveil.alerts.alert import Action
from surveil.alerts.errors import Conflict, NotFound
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.store import DeskSession
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow


def find_alert(session: DeskSession, user: User, alert_id: str) -> AlertRow:
    """The alert's row, if it exists for this user.

    Raises:
        NotAllowed: the user may not look at alerts at all.
        NotFound: there is none, or it is out of his scope.
    """
    session.narrow(user)
    demand(user, Action.READ)
    row = session.get(AlertRow, alert_id)
    if row is None:
        raise NotFound(f"There is no alert {alert_id}.")
    return row


def find_for(
    session: DeskSession,
    user: User,
    action: Action,
    alert_id: str,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> AlertRow:
    """The alert's row, if the user may do this to it as it stands, and it stands as he saw it; with `now`, also
    if nobody else has it locked.

    Raises:
        NotFound, NotAllowed: as `find_alert`, or the action is refused.
        Conflict: it was changed since the version he saw.
    """
    row = find_alert(session, user, alert_id)
    if expected_version is not None and row.row_version != expected_version:
        raise Conflict(
            f"Alert {alert_id} was changed since you opened it (on {row.updated_at:%Y-%m-%d at %H:%M} UTC). "
            "Nothing was saved; look at it again."
        )
    demand(user, action, alert_of(row), now)
    return row


def unlock(row: AlertRow) -> None:
    """Let others at the alert again."""
    row.locked_by = row.locked_until = None


def touch(row: AlertRow, now: datetime) -> None:
    """Mark the row as changed, so that nobody can overwrite it from an older page."""
    row.updated_at = now
    row.row_version += 1
