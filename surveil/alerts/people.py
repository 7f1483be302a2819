"""The people at the desk: their roles, and whom and what each may see."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What kind of work a person does here."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    """Scans and the command line of whoever holds the workspace; never given to a person."""


@dataclass(frozen=True)
class User:
    """A person at the desk.

    `rep_id` is his own number in the feeds if he is a representative too, `reports_to` those of the people
    above him. `branches` and `reps` are what a supervisor is responsible for; the other roles ignore them.
    While he stands in for an absent colleague, `on_behalf_of` is that one's name and `also` that one's rep_id.
    """

    name: str
    role: Role
    display_name: str = ""
    rep_id: str | None = None
    reports_to: frozenset[str] = frozenset()
    branches: frozenset[str] = frozenset()
    reps: frozenset[str] = frozenset()
    active: bool = True
    on_behalf_of: str | None = None
    also: frozenset[str] = frozenset()

    @property
    def own_reps(self) -> frozenset[str]:
        """Numbers under which this person, or whoever he stands in for, is a representative himself."""
        return self.also | ({self.rep_id} if self.rep_id is not None else frozenset())

    @property
    def sees_every_branch(self) -> bool:
        return self.role in (Role.OFFICER, Role.AUDITOR, Role.SYSTEM)


SYSTEM = User("system", Role.SYSTEM, "surveil")
