"""The report `finra-cross-selling`: gather, answer, build; who may make it, and the trail of copies that reveal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from surveil import __version__, desk
from surveil.alerts.alert import Action
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import SYSTEM, User
from surveil.alerts.policy import demand
from surveil.config import Workspace
from surveil.desk.masking import mask_name
from surveil.reports import AuditHook
from surveil.reports.finra.build import build
from surveil.reports.finra.firm_file import FirmFile, read_firm_file
from surveil.reports.finra.letter import read_letter
from surveil.reports.gather import REPORT, gather
from surveil.reports.sources import Period
from surveil.store import Store
from surveil.store.audit import record

RESPONSES = "responses"


def files(
    workspace: Workspace, run_id: str | None, reveal: bool, actor: str, audit: AuditHook | None
) -> Mapping[str, bytes]:
    """The files of the response by their path.

    Raises:
        UsageError: as `surveil.reports.write`.
    """
    letter = read_letter()
    folder = workspace.path / RESPONSES
    firm_file = read_firm_file(folder, letter)
    store = desk.open_desk(workspace)
    try:
        user = _permitted(store, actor, reveal)
        sources = gather(workspace, store, run_id, _period(firm_file))
        if reveal:
            enter = audit or (lambda _, report, run: _record(store, user, report, run))
            enter(actor, letter.id, sources.run.run_id)
    finally:
        store.close()
    masking = None if reveal else mask_name
    return build(letter, sources, firm_file, folder, mask_name=masking, code_version=__version__)


def _period(firm_file: FirmFile) -> Period | None:
    return Period(firm_file.period.first, firm_file.period.last) if firm_file.period else None


def _permitted(store: Store, actor: str, reveal: bool) -> User:
    """The user, if he may make a response.

    Raises:
        NotAllowed: he may not.
    """
    if actor == SYSTEM.name:
        user = SYSTEM
    else:
        with store.read() as session:
            session.narrow(SYSTEM)
            user = desk.find_user(session, actor)
    demand(user, Action.READ)
    if not user.sees_every_branch or user.rep_id is not None:
        raise NotAllowed(
            "A response covers the whole firm. It is made by an officer or auditor who is not a representative himself."
        )
    if reveal:
        demand(user, Action.REVEAL)
    return user


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
