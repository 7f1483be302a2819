"""The firm as it stands before anything is sold: branches, people, goals, campaigns, what is planted, how it is cut up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from surveil.simulate.branches import CALL_CENTRE, STUDENT, Branches, make_branches
from surveil.simulate.days import Calendar, make_calendar
from surveil.simulate.figures import GROUP_ACCOUNTS, PRESETS, REP
from surveil.simulate.people import Reps, interrupt, make_reps
from surveil.simulate.schemes.plan import Scheme, plan_schemes
from surveil.simulate.table import Array, Columns, Streams, only

START = dt.date(2023, 1, 1)
ACCOUNTS_PER_SITTING = 1.41
BUSY_DAYS = 22.5
"""Ordinary business days' worth of business in a month."""
ROWS_PER_ACCOUNT = 1.84
"""Account rows, with features, self-service and earlier accounts, for each account opened across a desk."""


@dataclass(frozen=True)
class Group:
    """A part of the firm that is made at once: some branches, and one of `rounds` equal parts of their business."""

    number: int
    branches: Array
    reps: Array
    rounds: int


@dataclass(frozen=True, eq=False)
class Firm:
    """Everything drawn once for the whole firm."""

    seed: int
    calendar: Calendar
    branches: Branches
    reps: Reps
    schemes: tuple[Scheme, ...]
    campaigns: Columns
    groups: tuple[Group, ...]
    expected_accounts: float


def make_firm(reps: int, months: int, seed: int, accounts: int | None, honest: bool, preset: str) -> Firm:
    """Draw a firm. `accounts` scales how much everybody sells."""
    streams = Streams(seed)
    calendar = make_calendar(START, months)
    branches = make_branches(streams, calendar, reps)
    people = make_reps(streams, calendar, branches, reps, REP.sittings_per_month)
    expected = float(base_rate(calendar, branches, people).sum()) * ACCOUNTS_PER_SITTING * ROWS_PER_ACCOUNT
    if accounts is not None:
        people = make_reps(streams, calendar, branches, reps, REP.sittings_per_month * accounts / expected)
        expected = float(accounts)
    schemes = () if honest else tuple(plan_schemes(streams, calendar, people, PRESETS[preset]))
    registrations = people.registrations
    for scheme in schemes:
        if scheme.kind == "lapsed_seller":
            status = "lapsed" if scheme.style < 0.6 else "ce_inactive"
            start, end = calendar.first + scheme.start, calendar.first + scheme.end
            registrations = interrupt(registrations, scheme.rep, ("S6", "S7"), start, end, status)
    people = replace(people, registrations=registrations)
    return Firm(
        seed=seed,
        calendar=calendar,
        branches=branches,
        reps=people,
        schemes=schemes,
        campaigns=_campaigns(streams, calendar, branches),
        groups=_groups(branches, people, expected),
        expected_accounts=expected,
    )


def base_rate(calendar: Calendar, branches: Branches, reps: Reps, rows: Array | None = None) -> Array:
    """Rep x day: expected sittings without campaigns and chance."""
    rows = np.arange(reps.count) if rows is None else rows
    day = np.arange(calendar.days)
    branch = reps.branch[rows]
    weight = np.broadcast_to(calendar.weight, branch.shape)
    phone = branches.kind[branch] == CALL_CENTRE
    weight = np.where(phone, np.maximum(weight, 0.4), weight)
    september = (branches.kind[branch] == STUDENT) & (_month_of_year(calendar)[None, :] == 9)
    weight = np.where(september, weight * 1.8, weight)
    open_ = branches.opened[branch] <= calendar.first + day[None, :]
    level = (reps.base * reps.fte)[rows][:, None] * reps.present[rows] * reps.ramp[rows] * open_
    return np.asarray(level * weight * branches.shock[branch, calendar.month[None, :]] / BUSY_DAYS)


def _month_of_year(calendar: Calendar) -> Array:
    return (START.month - 1 + calendar.month) % 12 + 1


def _campaigns(streams: Streams, calendar: Calendar, branches: Branches) -> Columns:
    """A few honest campaigns: for a branch, a region or all, each lifting one family for some weeks."""
    rng = streams("campaigns")
    count = max(1, calendar.months // 3)
    family = np.array(["deposit", "card", "mutual_fund", "credit_line"], dtype=object)[
        rng.integers(0, 4, count)
    ]
    scope = rng.integers(0, 3, count)
    branch = rng.integers(0, branches.count, count)
    start = calendar.first + (rng.random(count) * max(1, calendar.days - 45)).astype(np.int64)
    region = branches.table["region"][branch]
    title = np.array(
        ["Spring Start", "Summer Saver", "Harvest", "Home Again", "Fresh Page", "Open House"], dtype=object
    )
    return {
        "campaign_id": np.arange(count),
        "name": title[rng.integers(0, len(title), count)],
        "family": family,
        "region": only(scope == 1, region),
        "branch_id": np.where(scope == 2, branch, -1),
        "starts_on": start,
        "ends_on": start + rng.integers(14, 43, count),
    }


def _groups(branches: Branches, reps: Reps, expected: float) -> tuple[Group, ...]:
    """Branches in parts of about `GROUP_ACCOUNTS` accounts; a branch too large for that is made in rounds."""
    parts = max(1, round(expected / GROUP_ACCOUNTS))
    members = np.array_split(np.arange(branches.count), min(parts, max(1, branches.count // 2)))
    rounds = max(1, round(parts / len(members)))
    groups: list[Group] = []
    for branch in members:
        who = (
            np.flatnonzero(np.isin(reps.branch, branch).any(axis=1))
            if len(members) > 1
            else np.arange(reps.count)
        )
        groups += [Group(len(groups) + i, branch, who, rounds) for i in range(rounds)]
    return tuple(groups)
