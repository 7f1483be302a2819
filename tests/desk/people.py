"""The people of the desk's tests."""

from __future__ import annotations

from surveil import desk
from surveil.alerts.alert import Alert
from surveil.alerts.people import Role, User
from surveil.store import Store

ANN = User("ann", Role.OFFICER)
BOB = User("bob", Role.OFFICER)
SUE = User("sue", Role.SUPERVISOR, branches=frozenset({"B1"}))
AUDITOR = User("aud", Role.AUDITOR)
ADMINISTRATOR = User("adm", Role.ADMINISTRATOR)
NOTE = "The customer confirmed it on the phone."


def look(store: Store, alert_id: str, user: User = ANN) -> Alert:
    """The alert as it stands now."""
    with store.read() as session:
        return desk.alert_view(session, user, alert_id).alert


def version(store: Store, alert_id: str) -> int:
    return look(store, alert_id).row_version
