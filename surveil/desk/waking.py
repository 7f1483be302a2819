"""What comes back by itself when its day is over: accepted risks and what a suppression held back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from surveil.alerts.alert import Status
from surveil.alerts.dispositions import Disposition
from surveil.alerts.model import Severity
from surveil.alerts.people import SYSTEM
from surveil.alerts.suppression import SuppressionState
from surveil.desk.access import touch
from surveil.desk.decisions import FINAL, WITHDRAWN, open_again, standing
from surveil.desk.suppressions import lift
from surveil.store import DeskSession, Store
from surveil.store.audit import record
from surveil.store.tables import AlertRow
from surveil.store.tables_controls import SuppressionRow


def wake(store: Store, now: datetime) -> tuple[str, ...]:
    """Open again what was accepted or held back until a day that is over; returns the alerts' ids.

    Every scan does this first, and the desk in the browser once a day, so that nothing stays away because nobody
    thought of it.
    """
    with store.write(SYSTEM) as session:
        return _accepted(store, session, now) + _suppressed(store, session, now)


def _accepted(store: Store, session: DeskSession, now: datetime) -> tuple[str, ...]:
    over = AlertRow.accepted_until < store.calendar.day(now)  # only a closed alert has such a day
    rows = session.scalars(select(AlertRow).where(over).order_by(AlertRow.alert_id)).all()
    for row in rows:
        standing(session, row.alert_id, FINAL).state = WITHDRAWN
        open_again(row)
        row.status, row.assignee = Status.OPEN.value, None
        row.due_on = store.calendar.take_up_due(Severity(row.severity), now)
        touch(row, now)
        record(
            session,
            at=now,
            action="alert.woken",
            object_type="alert",
            object_id=row.alert_id,
            reason="The day until which the risk was accepted is over.",
            details={"disposition": Disposition.ACCEPTED_RISK.value},
        )
    return tuple(row.alert_id for row in rows)


def _suppressed(store: Store, session: DeskSession, now: datetime) -> tuple[str, ...]:
    over = select(SuppressionRow).where(
        SuppressionRow.state == SuppressionState.ACTIVE.value,
        SuppressionRow.expires_on < store.calendar.day(now),
    )
    opened: tuple[str, ...] = ()
    for row in session.scalars(over.order_by(SuppressionRow.suppression_id)).all():
        row.state = SuppressionState.ENDED.value
        record(
            session,
            at=now,
            action="alert.suppression_ended",
            object_type="alert",
            object_id=row.alert_id,
            reason="Its last day is over.",
            details={"suppression_id": row.suppression_id},
        )
        opened += lift(store, session, row.suppression_id, now)
    return opened
