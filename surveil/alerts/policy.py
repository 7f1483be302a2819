"""Who may do what: the one place that decides it, for the screen and the command line alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import Disposition, Outcome
from surveil.alerts.errors import NotAllowed
from surveil.alerts.model import Severity
from surveil.alerts.people import Role, User


@dataclass(frozen=True)
class Allowed:
    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class Refused:
    """False in a condition; `reason` is a sentence for the person who asked."""

    reason: str

    def __bool__(self) -> bool:
        return False


_REVIEW: Final = frozenset(
    {
        Action.READ,
        Action.ASSIGN,
        Action.TAKE,
        Action.RELEASE,
        Action.SET_ASIDE,
        Action.NOTE,
        Action.DECIDE,
        Action.APPROVE,
        Action.REJECT,
        Action.REOPEN,
        Action.SUPPRESS,
        Action.REVEAL,
        Action.LINK_CASE,
        Action.RAISE,
    }
)
_RIGHTS: Final[dict[Role, frozenset[Action]]] = {
    Role.OFFICER: _REVIEW | {Action.TUNE, Action.SAMPLE, Action.ANSWER},
    Role.SUPERVISOR: _REVIEW,
    Role.AUDITOR: frozenset({Action.READ, Action.REVEAL}),
    Role.ADMINISTRATOR: frozenset({Action.MANAGE_USERS}),
    Role.SYSTEM: frozenset({Action.READ, Action.MANAGE_USERS}),
}
_REFUSAL: Final[dict[Role, str]] = {
    Role.OFFICER: "Officers review alerts; users and settings are the administrator's.",
    Role.SUPERVISOR: "Supervisors review alerts; thresholds are the officers', users the administrator's.",
    Role.AUDITOR: "Auditors read everything and change nothing.",
    Role.ADMINISTRATOR: "Administrators keep users and settings; they do not see or decide alerts.",
    Role.SYSTEM: "The program itself decides nothing; sign in as a person.",
}
_UNDER_REVIEW: Final = frozenset({Status.OPEN, Status.IN_REVIEW})
_POSSIBLE: Final[dict[Action, frozenset[Status]]] = {
    Action.ASSIGN: _UNDER_REVIEW,
    Action.TAKE: _UNDER_REVIEW,
    Action.RELEASE: _UNDER_REVIEW,
    Action.SET_ASIDE: _UNDER_REVIEW,
    Action.SUPPRESS: _UNDER_REVIEW,
    Action.DECIDE: _UNDER_REVIEW,
    Action.APPROVE: frozenset({Status.PENDING_APPROVAL}),
    Action.REJECT: frozenset({Status.PENDING_APPROVAL}),
    Action.REOPEN: frozenset({Status.CLOSED}),
}
_EXCLUSIVE: Final = frozenset({Action.ASSIGN, Action.TAKE, Action.SET_ASIDE, Action.DECIDE, Action.SUPPRESS})
"""What nobody does to an alert while somebody else has it locked."""
_STANDS: Final[dict[Status, str]] = {
    Status.OPEN: "The alert has not been decided yet.",
    Status.IN_REVIEW: "The alert is in review and has not been decided yet.",
    Status.PENDING_APPROVAL: "The alert has been decided and waits for a second person's approval.",
    Status.CLOSED: "The alert is closed; reopen it first.",
    Status.SUPPRESSED: "The alert is held back by a suppression; end that first.",
}


def may(
    user: User, action: Action, alert: Alert | None = None, now: datetime | None = None
) -> Allowed | Refused:
    """Whether this person may do this (to this alert, as it stands now).

    Without `now` it is not asked whether somebody else has the alert locked.
    """
    if not user.active:
        return Refused("This user is no longer active.")
    if action not in _RIGHTS[user.role]:
        return Refused(_REFUSAL[user.role])
    if alert is None:
        return Allowed()
    if not sees(user, alert):
        return Refused("There is no such alert.")
    if alert.status not in _POSSIBLE.get(action, frozenset(Status)):
        return Refused(_STANDS[alert.status])
    if action in (Action.READ, Action.REVEAL):
        return Allowed()
    if user.reports_to & alert.people:
        return Refused("The alert is about somebody you report to; somebody else has to deal with it.")
    if action in (Action.APPROVE, Action.REJECT):
        return _second_person(user, alert)
    if action is Action.RELEASE and alert.assignee not in (user.name, user.on_behalf_of or user.name):
        return Refused("The alert is not yours; only who has taken it can put it back.")
    if now is not None and action in _EXCLUSIVE and alert.held_by_another(user.name, now):
        return Refused(f"{alert.locked_by} is working on this alert until {alert.locked_until:%H:%M} UTC.")
    return Allowed()


def demand(user: User, action: Action, alert: Alert | None = None, now: datetime | None = None) -> None:
    """Like `may`, for code that cannot go on without.

    Raises:
        NotAllowed: with the sentence of the refusal.
    """
    answer = may(user, action, alert, now)
    if isinstance(answer, Refused):
        raise NotAllowed(answer.reason)


def sees(user: User, alert: Alert) -> bool:
    """Whether the alert exists for this person. Nobody sees an alert about himself: it would tip him off."""
    if user.own_reps & alert.people:
        return False
    if user.sees_every_branch:
        return True
    return user.role is Role.SUPERVISOR and (
        alert.branch_id in user.branches or bool(alert.people & user.reps)
    )


def needs_second_person(alert: Alert, disposition: Disposition) -> bool:
    """Four eyes: high and critical alerts, an accepted risk, and calling a false alarm what has come back after a
    closing.
    """
    if disposition is Disposition.ACCEPTED_RISK:
        return True
    if alert.severity.rank >= Severity.HIGH.rank:
        return True
    return disposition.outcome is Outcome.FALSE_ALARM and alert.previous_alert_id is not None


def demand_second_person(user: User, made_by: str, made_for: str | None) -> None:
    """Make sure that who approves something is neither who proposed it nor acts for him, nor the other way round.

    Raises:
        NotAllowed: it is the same person.
    """
    if _same_hands(user, made_by, made_for):
        raise NotAllowed("You proposed this, or it was proposed for you or by whom you stand in for.")


def _same_hands(user: User, made_by: str | None, made_for: str | None) -> bool:
    return bool(({user.name, user.on_behalf_of} - {None}) & ({made_by, made_for} - {None}))


def _second_person(user: User, alert: Alert) -> Allowed | Refused:
    if _same_hands(user, alert.decided_by, alert.decided_for):
        return Refused(
            "You decided this alert, or it was decided for you or by whom you stand in for; a second person has to "
            "approve or reject it."
        )
    if user.role is Role.SUPERVISOR and alert.decided_by_role is Role.SUPERVISOR:
        return Refused("A supervisor decided this alert; a compliance officer has to approve or reject it.")
    return Allowed()
