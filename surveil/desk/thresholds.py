"""Change a detector's parameters: proposed by one officer, approved by another, with what it would do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from surveil.alerts.alert import Action
from surveil.alerts.dispositions import checked_note
from surveil.alerts.errors import NotFound, Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import demand, demand_second_person
from surveil.config import Workspace
from surveil.detectors.registry import detectors
from surveil.errors import UsageError
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.tables_controls import ThresholdRow

PROPOSED, APPROVED, REJECTED, REPLACED = "proposed", "approved", "rejected", "replaced"


@dataclass(frozen=True)
class ThresholdChange:
    """A change of one parameter. `effect` says what a trial showed: alerts gained and lost. `state` is proposed,
    approved, rejected, or replaced (by a later approved one).
    """

    change_id: str
    detector: str
    parameter: str
    old_value: Any
    new_value: Any
    reason: str
    effect: str
    state: str
    proposed_by: str
    proposed_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None


def propose_threshold(
    store: Store,
    user: User,
    workspace: Workspace,
    detector: str,
    parameter: str,
    value: Any,
    reason: str,
    effect: str,
    now: datetime,
) -> str:
    """Ask for another value of a detector's parameter; returns the change's id. Scans keep the old one until a
    second officer has approved.

    Raises:
        Unacceptable: there is no such parameter, the value is out of its bounds or the same as now, or reason
            or effect says too little.
    """
    why, shown = checked_note(reason, "reason"), checked_note(effect, "effect")
    demand(user, Action.TUNE)
    with store.write(user) as session:
        now_in_force = _checked(session, workspace, detector, {})
        if parameter not in now_in_force:
            raise Unacceptable(f"Detector {detector} has no parameter {parameter}.")
        wanted = _checked(session, workspace, detector, {parameter: value})
        if wanted[parameter] == now_in_force[parameter]:
            raise Unacceptable(f"{parameter} is {now_in_force[parameter]} already.")
        row = ThresholdRow(
            change_id=f"T-{next_number(session)}",
            detector=detector,
            parameter=parameter,
            old_value=json.dumps(now_in_force[parameter]),
            new_value=json.dumps(wanted[parameter]),
            reason=why,
            effect=shown,
            state=PROPOSED,
            proposed_by=user.name,
            proposed_for=user.on_behalf_of,
            proposed_at=now,
        )
        session.add(row)
        _record(session, now, "threshold.proposed", row, why)
        return row.change_id


def approve_threshold(store: Store, user: User, change_id: str, note: str, now: datetime) -> None:
    """Approve another officer's proposal; the next scan uses the new value."""
    why = checked_note(note)
    with store.write(user) as session:
        row = _pending(session, user, change_id)
        for earlier in _approved(session, row.detector, row.parameter):
            earlier.state = REPLACED
        _review(row, user, APPROVED, why, now)
        _record(session, now, "threshold.approved", row, why)


def reject_threshold(store: Store, user: User, change_id: str, reason: str, now: datetime) -> None:
    """Turn another officer's proposal down, with a reason."""
    why = checked_note(reason, "reason")
    with store.write(user) as session:
        row = _pending(session, user, change_id)
        _review(row, user, REJECTED, why, now)
        _record(session, now, "threshold.rejected", row, why)


def threshold_changes(session: DeskSession, user: User) -> tuple[ThresholdChange, ...]:
    """All changes that were ever asked for, the newest first."""
    session.narrow(user)
    demand(user, Action.READ)
    rows = session.scalars(
        select(ThresholdRow).order_by(ThresholdRow.proposed_at.desc(), ThresholdRow.change_id)
    )
    return tuple(_told(row) for row in rows)


def in_force(session: DeskSession, workspace: Workspace) -> Workspace:
    """The workspace with the approved values over those of its settings file, as scans must use it."""
    overrides = {name: dict(values) for name, values in workspace.settings.detectors.items()}
    for row in _approved(session):
        overrides.setdefault(row.detector, {})[row.parameter] = json.loads(row.new_value)
    settings = workspace.settings.model_copy(update={"detectors": overrides})
    return replace(workspace, settings=settings)


def unapproved(session: DeskSession, user: User, workspace: Workspace) -> tuple[str, ...]:
    """Parameters (`UA01.grace_days`) that the settings file sets to other than the default and nobody approved."""
    session.narrow(user)
    demand(user, Action.READ)
    approved = {(row.detector, row.parameter) for row in _approved(session)}
    found = []
    for name, values in sorted(workspace.settings.detectors.items()):
        known = detectors().get(name)
        defaults = known.parameters({}).model_dump(mode="json") if known else {}
        found += [
            f"{name}.{parameter}"
            for parameter, value in sorted(values.items())
            if (name, parameter) not in approved and defaults.get(parameter) != value
        ]
    return tuple(found)


@dataclass(frozen=True)
class Overtaken:
    """A parameter that was changed at the desk and whose default a newer version changed too: the value before anybody
    changed it, the one in force here, and the new default.
    """

    detector: str
    parameter: str
    base: Any
    mine: Any
    theirs: Any


def overtaken(session: DeskSession, user: User, workspace: Workspace) -> tuple[Overtaken, ...]:
    """What to look at again after an upgrade; the value approved here stays in force until somebody changes it."""
    session.narrow(user)
    demand(user, Action.READ)
    found = []
    for row in _approved(session):
        known = detectors().get(row.detector)
        defaults = known.parameters({}).model_dump(mode="json") if known else {}
        in_file = workspace.settings.detectors.get(row.detector, {}).get(row.parameter)
        base, mine = json.loads(_first(session, row).old_value), json.loads(row.new_value)
        theirs = defaults.get(row.parameter)
        if theirs not in (base, mine) and base != in_file:
            found.append(Overtaken(row.detector, row.parameter, base, mine, theirs))
    return tuple(found)


def _first(session: DeskSession, change: ThresholdRow) -> ThresholdRow:
    """The first approved change of the same parameter."""
    query = select(ThresholdRow).where(
        ThresholdRow.detector == change.detector,
        ThresholdRow.parameter == change.parameter,
        ThresholdRow.state.in_([APPROVED, REPLACED]),
    )
    return session.scalars(query.order_by(ThresholdRow.reviewed_at, ThresholdRow.change_id)).all()[0]


def _checked(
    session: DeskSession, workspace: Workspace, detector: str, changed: Mapping[str, Any]
) -> dict[str, Any]:
    """All parameters of a detector as scans use them, with these changed."""
    if detector not in detectors():
        raise Unacceptable(f"There is no detector {detector}.")
    values = in_force(session, workspace).settings.detectors.get(detector, {})
    try:
        made: dict[str, Any] = detectors()[detector].parameters({**values, **changed}).model_dump(mode="json")
    except UsageError as error:
        raise Unacceptable(str(error)) from error
    return made


def _approved(session: DeskSession, detector: str = "", parameter: str = "") -> list[ThresholdRow]:
    query = select(ThresholdRow).where(ThresholdRow.state == APPROVED)
    if detector:
        query = query.where(ThresholdRow.detector == detector, ThresholdRow.parameter == parameter)
    return list(session.scalars(query.order_by(ThresholdRow.detector, ThresholdRow.parameter)))


def _pending(session: DeskSession, user: User, change_id: str) -> ThresholdRow:
    demand(user, Action.TUNE)
    row = session.get(ThresholdRow, change_id)
    if row is None:
        raise NotFound(f"There is no change {change_id}.")
    if row.state != PROPOSED:
        raise Unacceptable(f"Change {change_id} is {row.state} already.")
    demand_second_person(user, row.proposed_by, row.proposed_for)
    return row


def _review(row: ThresholdRow, user: User, state: str, why: str, now: datetime) -> None:
    row.state = state
    row.reviewed_by, row.reviewed_at, row.review_note = user.name, now, why


def _record(session: DeskSession, now: datetime, action: str, row: ThresholdRow, reason: str) -> None:
    name = f"{row.detector}.{row.parameter}"
    details = {"change_id": row.change_id}
    record(
        session,
        at=now,
        action=action,
        object_type="threshold",
        object_id=name,
        reason=reason,
        details=details,
    )


def _told(row: ThresholdRow) -> ThresholdChange:
    return ThresholdChange(
        change_id=row.change_id,
        detector=row.detector,
        parameter=row.parameter,
        old_value=json.loads(row.old_value),
        new_value=json.loads(row.new_value),
        reason=row.reason,
        effect=row.effect,
        state=row.state,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        review_note=row.review_note,
    )
