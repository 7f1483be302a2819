"""Who a supervisor's people are, by the firm's own data, with their licences that end soon and their complaints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from surveil.alerts.people import User
from surveil.config import Workspace
from surveil.desk.firm_rows import FirmRows
from surveil.errors import UsageError

LAPSE_WITHIN_DAYS = 90
COMPLAINTS_OVER_DAYS = 365
STALE_DAYS = 31
"""Data that end longer ago than this are said to."""


@dataclass(frozen=True)
class Lapsing:
    """A licence that ends, or has ended while the person still sells."""

    qualification: str
    jurisdiction: str
    ends_on: date


@dataclass(frozen=True)
class TeamRows:
    """`people` is rep_id → branch; `complaints` None without that feed. `unknown` says what could not be told."""

    people: Mapping[str, str | None]
    roles: Mapping[str, str | None]
    lapsing: Mapping[str, list[Lapsing]] | None = field(default_factory=dict)
    complaints: Mapping[str, int] | None = None
    unknown: tuple[str, ...] = ()


def team_rows(workspace: Workspace, user: User, today: date, branch_id: str = "") -> TeamRows:
    """What the firm's data say of the people below a supervisor, or of one branch for who sees all."""
    try:
        rows = FirmRows(workspace)
    except UsageError as error:
        return TeamRows(dict.fromkeys(sorted(user.reps)), {}, unknown=(str(error),))
    everybody = {row["rep_id"]: row for row in rows.every("reps")}
    roles = {rep: row["role"] for rep, row in everybody.items()}
    unknown: list[str] = []
    people = _people(rows, user, today, branch_id, unknown)
    gone = {rep for rep, row in everybody.items() if row["terminated_on"] and row["terminated_on"] <= today}
    people = {rep: branch for rep, branch in people.items() if rep not in gone and rep not in user.own_reps}
    ends = rows.covered_to("accounts")
    if ends is not None and today - ends > timedelta(days=STALE_DAYS):
        unknown.append(f"What came after {ends}, where the data end: moves, renewed licences, complaints.")
    lapsing = _lapsing(rows, people, today, unknown)
    return TeamRows(people, roles, lapsing, _complaints(rows, people, today, unknown), tuple(unknown))


def _people(
    rows: FirmRows, user: User, today: date, branch_id: str, unknown: list[str]
) -> dict[str, str | None]:
    wanted = {branch_id} if branch_id else set(user.branches)
    if not user.sees_every_branch:
        wanted &= user.branches
    own = set() if branch_id or user.sees_every_branch else set(user.reps)
    if not rows.present("assignments"):
        unknown.append(
            "Who works in which branch was not handed over (assignments): only people named are listed."
        )
        return dict.fromkeys(sorted(own))
    found: dict[str, str | None] = dict.fromkeys(sorted(own))
    sittings = [*rows.find("assignments", "branch_id", wanted), *rows.find("assignments", "rep_id", own)]
    for row in sorted(sittings, key=lambda row: (row["rep_id"], row["start_on"])):
        if row["start_on"] <= today and (row["end_on"] is None or row["end_on"] >= today):
            found[row["rep_id"]] = row["branch_id"]
    return found


def _lapsing(
    rows: FirmRows, people: Mapping[str, str | None], today: date, unknown: list[str]
) -> dict[str, list[Lapsing]] | None:
    """Spells of registrations that end within `LAPSE_WITHIN_DAYS`, if none of the same kind goes on after them; None:
    not known.
    """
    if not rows.present("registrations"):
        unknown.append("Licences were not handed over (registrations): whether any lapse is not known.")
        return None
    last: dict[tuple[str, str, str], date | None] = {}
    for row in rows.find("registrations", "rep_id", people):
        if row["status"] not in (None, "active"):
            continue
        key = (row["rep_id"], row["qualification"], row["jurisdiction"])
        ends = row["ended_on"]
        last[key] = (
            None if ends is None or (key in last and last[key] is None) else max(last.get(key) or ends, ends)
        )
    found: dict[str, list[Lapsing]] = defaultdict(list)
    for (rep, qualification, jurisdiction), ends in sorted(last.items(), key=lambda item: item[0]):
        near = timedelta(days=LAPSE_WITHIN_DAYS)
        if ends is not None and today - near <= ends <= today + near:
            found[rep].append(Lapsing(qualification, jurisdiction, ends))
    return found


def _complaints(
    rows: FirmRows, people: Mapping[str, str | None], today: date, unknown: list[str]
) -> Mapping[str, int] | None:
    if not rows.present("complaints"):
        unknown.append("Complaints were not handed over: how many there are is not known.")
        return None
    # Of days that the extract does not cover nothing is known: no complaint in it is not no complaint.
    last = min(today, rows.covered_to("complaints") or today)
    since = last - timedelta(days=COMPLAINTS_OVER_DAYS)
    found = rows.find("complaints", "rep_id", people)
    return Counter(
        row["rep_id"] for row in found if row["received_on"] and since < row["received_on"] <= last
    )
