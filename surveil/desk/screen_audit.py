"""The audit trail as a screen shows it: whether it holds, its latest events, and a checkpoint to keep elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from surveil.alerts.alert import Action
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import Role, User
from surveil.alerts.policy import may
from surveil.store import DeskSession, Store
from surveil.store.audit import audit_event
from surveil.store.checkpoint import Checkpoint, load_key, make_checkpoint
from surveil.store.tables import AlertRow
from surveil.store.trail import Wanted as Wanted
from surveil.store.trail import conditions
from surveil.store.verification import Verification, events_read, verify

EVENTS_SHOWN = 100
EVERYTHING = Wanted()
#: How often a page is looked further for events that its user may know of, before he is asked whether to go on.
_LOOKS = 50


@dataclass(frozen=True)
class TrailEvent:
    """Who did what to which object, without the values: those stand on the object's own page."""

    seq: int
    at: str
    actor: str
    action: str
    object_type: str
    object_id: str


@dataclass(frozen=True)
class TrailPage:
    """Some events, newest first, and the number to ask for what is `older`; None where there is nothing older."""

    events: tuple[TrailEvent, ...]
    older: int | None


def check_trail(
    store: Store,
    user: User,
    checkpoint: str | None = None,
    progress: Callable[[float, str], None] = lambda _share, _words: None,
) -> Verification:
    """Read the whole trail and check it, with a checkpoint's text also against what that one signed.

    Args:
        progress: of a long trail is told which share of it was read, and that in words.

    Raises:
        NotAllowed: the user has no business with the trail.
        VerificationFailed: the checkpoint is none, or its signature does not fit.
    """
    _demand(user)
    kept = Checkpoint.from_json(checkpoint) if checkpoint else None
    return verify(store.engine, kept, progress=lambda read, of: progress(read / of, events_read(read, of)))


def sign_checkpoint(store: Store, user: User, workspace: Path, now: datetime) -> Checkpoint:
    """Sign how far the trail has come, to be kept where the database's owner can't change it.

    Raises:
        UsageError: the workspace has no signing key.
    """
    _demand(user)
    return make_checkpoint(store.engine, load_key(workspace), now)


def trail(
    session: DeskSession,
    user: User,
    wanted: Wanted = EVERYTHING,
    before: int | None = None,
    size: int = EVENTS_SHOWN,
) -> TrailPage:
    """Events the user may know of, newest first: none about alerts that do not exist for him.

    Args:
        before: only events with a lower number: `older` of the page before.
    """
    _demand(user)
    session.narrow(user)
    event = audit_event.c
    asked = conditions(session.connection(), wanted)
    query = select(*(event[name] for name in TrailEvent.__dataclass_fields__)).where(*asked)
    shown: list[TrailEvent] = []
    for _ in range(_LOOKS):
        below = [event.seq < before] if before is not None else []
        rows = session.connection().execute(query.where(*below).order_by(event.seq.desc()).limit(size + 1))
        found = [TrailEvent(*row) for row in rows]
        more, found = len(found) > size, found[:size]
        known = _visible(session, sorted({told.object_id for told in found if told.object_type == "alert"}))
        shown += [told for told in found if _may_know(user, told, known)]
        if len(shown) > size or (more and len(shown) == size):
            return TrailPage(tuple(shown[:size]), shown[size - 1].seq)
        if not more:
            return TrailPage(tuple(shown), None)
        before = found[-1].seq
    return TrailPage(tuple(shown), before)


def _may_know(user: User, event: TrailEvent, alerts: frozenset[str]) -> bool:
    if event.object_type == "alert":
        return event.object_id in alerts
    if event.object_type == "user":
        return user.sees_every_branch or user.role is Role.ADMINISTRATOR
    return user.sees_every_branch or event.object_type == "run"


def _visible(session: DeskSession, alert_ids: Sequence[str]) -> frozenset[str]:
    return frozenset(session.scalars(select(AlertRow.alert_id).where(AlertRow.alert_id.in_(alert_ids))))


def _demand(user: User) -> None:
    """Whoever reads alerts or keeps the users may know whether the trail holds."""
    if not (may(user, Action.READ) or may(user, Action.MANAGE_USERS)):
        raise NotAllowed("The audit trail is shown to people of the review desk only.")
