"""Make a report: what was asked for, who may have it, the sources it reads, the trail of copies that reveal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from surveil import desk
from surveil.alerts.alert import Action
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import SYSTEM, User
from surveil.alerts.policy import demand
from surveil.config import Workspace
from surveil.desk.masking import mask_name
from surveil.errors import UsageError
from surveil.reports.gather import REPORT, Wanted, gather
from surveil.reports.sources import Period, Sources
from surveil.store import Store
from surveil.store.audit import record

AuditHook = Callable[[str, str, str], None]
"""Enters a copy with personal data shown into the audit trail before it is made: (actor, report, run)."""


@dataclass(frozen=True)
class Options:
    """What a report may be told besides its name; each report takes some of them.

    Attributes:
        matter: the matter a letter is answered for.
        first, last: the period, both days inclusive.
        quarter: a calendar quarter, such as `2024Q2`.
        reps: representatives, by their numbers.
        criteria: name of the lookback's criteria (`lookbacks/NAME.yml` in the workspace).
    """

    matter: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    quarter: str | None = None
    reps: tuple[str, ...] = ()
    criteria: str | None = None

    def given(self) -> set[str]:
        """The names of what was told."""
        return {name for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Request:
    """One report asked for; see `surveil.reports.write` for the fields."""

    workspace: Workspace
    run_id: str | None = None
    reveal: bool = False
    actor: str | User = SYSTEM.name
    audit: AuditHook | None = None
    options: Options = field(default_factory=Options)

    @property
    def masking(self) -> Callable[[str], str] | None:
        """How names are masked; None in a copy that reveals."""
        return None if self.reveal else mask_name

    @property
    def period(self) -> Period | None:
        """The period told; None where it is left to the report.

        Raises:
            UsageError: only one of its ends was told.
        """
        first, last = self.options.first, self.options.last
        if first is None and last is None:
            return None
        if first is None or last is None:
            raise UsageError("A period has both ends: give --from and --to.")
        return Period(first, last)


def sources_for(request: Request, report: str, wanted: Wanted, period: Period | None) -> Sources:
    """What the report reads, for somebody who may have it; a copy that reveals is entered in the trail first.

    Raises:
        UsageError: as `surveil.reports.write`.
    """
    store = desk.open_desk(request.workspace)
    try:
        user = permitted(store, request.actor, request.reveal)
        sources = gather(request.workspace, store, request.run_id, period, wanted)
        if request.reveal:
            enter = request.audit or (lambda _, name, run: _record(store, user, name, run))
            enter(user.name, report, sources.run.run_id)
    finally:
        store.close()
    return sources


def permitted(store: Store, actor: str | User, reveal: bool = False) -> User:
    """The user, given or of this name, if he may have a report of the whole firm.

    Raises:
        NotAllowed: he may not.
    """
    user = find_actor(store, actor)
    whole_firm(user, Action.REVEAL if reveal else Action.READ)
    return user


def whole_firm(user: User, action: Action = Action.READ) -> None:
    """Make sure that somebody may do this to what covers the whole firm.

    Raises:
        NotAllowed: he may not, or sees only a part of the firm, or is watched himself.
    """
    demand(user, Action.READ)
    demand(user, action)
    if not user.sees_every_branch or user.own_reps:
        raise NotAllowed(
            "A report covers the whole firm. It is made by an officer or auditor who is not a representative himself."
        )


def find_actor(store: Store, actor: str | User) -> User:
    """The person of this name, or the program itself; whoever has signed in is known already."""
    if isinstance(actor, User):
        return actor
    if actor == SYSTEM.name:
        return SYSTEM
    with store.read() as session:
        session.narrow(SYSTEM)
        return desk.find_user(session, actor)


def _record(store: Store, user: User, report: str, run_id: str) -> None:
    with store.write(user) as session:
        record(
            session,
            at=dt.datetime.now(dt.UTC),
            action="report.revealed",
            object_type=REPORT,
            object_id=report,
            reason="copy with personal data shown",
            details={"run_id": run_id},
        )
