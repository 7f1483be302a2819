"""The representatives: careers, absences, licences, and how each differs from the next without being dishonest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from surveil.simulate import names
from surveil.simulate.branches import CALL_CENTRE, NEW, PLACES, Branches
from surveil.simulate.days import Calendar
from surveil.simulate.figures import BRANCH, REP
from surveil.simulate.products import PRODUCTS, STATE_TERMS, qualifies
from surveil.simulate.table import NONE, Array, Columns, Streams, only, stack, take

ROLES = ("banker", "advisor", "teller", "call_centre", "manager")
BANKER, ADVISOR, TELLER, PHONE, MANAGER = range(5)
DESK_OF_ROLE = np.array([0, 1, 2, 2, 0])
"""Row of `products.NEED` for each role."""


@dataclass(frozen=True)
class Reps:
    """Representative by representative: sellers, then a manager a branch. Matrices are rep x day or product."""

    table: Columns
    role: Array
    base: Array
    """Sittings in an ordinary full month."""
    fte: Array
    hired: Array
    left: Array
    home: Array
    """Branch at the start."""
    branch: Array
    """Rep x day: branch on that day."""
    present: Array
    """Rep x day: 1 at work, 0 away or not employed."""
    employed: Array
    ramp: Array
    quality: Array
    paperwork: Array
    star: Array
    may_sell: Array
    """Rep x product, once his licences are granted."""
    licensed_from: Array
    assignments: Columns
    absences: Columns
    registrations: Columns
    phone: Array
    email: Array

    @property
    def count(self) -> int:
        return len(self.role)


def make_reps(streams: Streams, calendar: Calendar, branches: Branches, reps: int, volume: float) -> Reps:
    """`reps` sellers spread over the branches, and a manager for each branch."""
    rng = streams("reps")
    total = reps + branches.count
    home = np.r_[rng.permutation(np.arange(reps) % branches.count), np.arange(branches.count)]
    role = _roles(rng, reps, home[:reps], branches)
    base, star = _volumes(rng, role, home, branches, volume)
    hired, left = _careers(rng, calendar, branches, home, role)
    fte = np.where((rng.random(total) < REP.part_time) & (role != MANAGER), 0.5, 1.0)
    moves = _transfers(rng, calendar, branches, home, role, hired, left)
    branch = np.repeat(home[:, None], calendar.days, axis=1)
    for rep, day, to in moves:
        branch[rep, day:] = to
    absences = _absences(rng, calendar, total, hired, left)
    employed = _between(calendar, hired, left)
    present = employed.copy()
    taken = take(absences, rng.random(len(absences["rep_id"])) >= REP.absence_not_taken)
    for rep, start, end in zip(taken["rep_id"], taken["start_on"], taken["end_on"], strict=True):
        present[rep, max(0, start - calendar.first) : max(0, end - calendar.first + 1)] = 0
    tenure = calendar.first + np.arange(calendar.days)[None, :] - hired[:, None]
    ramp = np.clip(0.25 + 0.75 * tenure / REP.ramp_days, 0.25, 1.0)
    held, licensed_from = _licences(rng, calendar, role, hired)
    registrations = _registrations(rng, calendar, held, licensed_from, branch, branches, hired, left)
    registrations = _on_leave(absences, registrations)
    phone, email, table = _identities(rng, calendar, role, home, branches, hired, left)
    may_sell = np.array([[qualifies(product.requires, terms) for product in PRODUCTS] for terms in held])
    return Reps(
        table=table,
        role=role,
        base=base,
        fte=fte,
        hired=hired,
        left=left,
        home=home,
        branch=branch,
        present=present,
        employed=employed,
        ramp=ramp,
        quality=rng.normal(0, REP.quality_sd, total),
        paperwork=rng.normal(0, REP.paperwork_sd, total),
        star=star,
        may_sell=may_sell,
        licensed_from=licensed_from,
        assignments=_assignments(calendar, home, role, fte, hired, left, moves, branches.count),
        absences=absences,
        registrations=registrations,
        phone=phone,
        email=email,
    )


def _roles(rng: np.random.Generator, reps: int, home: Array, branches: Branches) -> Array:
    drawn = rng.choice(3, reps, p=np.array(list(REP.roles.values())))
    drawn = np.where(branches.kind[home] == CALL_CENTRE, PHONE, drawn)
    return np.asarray(np.r_[drawn, np.full(branches.count, MANAGER)])


def _volumes(
    rng: np.random.Generator, role: Array, home: Array, branches: Branches, volume: float
) -> tuple[Array, Array]:
    base = volume * np.array([REP.role_volume[name] for name in ROLES])[role]
    base = base * np.exp(rng.normal(0, REP.volume_sd, len(role)))
    base = base * np.where(branches.kind[home] == NEW, BRANCH.new_volume, 1.0)
    star = np.zeros(len(role), dtype=bool)
    bankers = np.flatnonzero(role == BANKER)
    star[rng.choice(bankers, max(1, round(REP.stars * len(bankers))), replace=False)] = True
    return np.where(star, base * REP.star_volume, base), star


def _careers(
    rng: np.random.Generator, calendar: Calendar, branches: Branches, home: Array, role: Array
) -> tuple[Array, Array]:
    total = len(role)
    hired = calendar.first - rng.integers(60, 5000, total)
    fresh = (rng.random(total) < REP.hired_in_window) & (role != MANAGER)
    hired = np.where(
        fresh, calendar.first + rng.integers(10, max(11, int(calendar.days * 0.7)), total), hired
    )
    opening = branches.opened[home]
    hired = np.where(opening > calendar.first, np.maximum(hired, opening - rng.integers(3, 30, total)), hired)
    leaves = (rng.random(total) < REP.left_in_window) & ~fresh & (role != MANAGER)
    left = calendar.first + rng.integers(max(1, calendar.days // 3), calendar.days, total)
    return hired, np.where(leaves & (left > hired + 60), left, NONE)


def _between(calendar: Calendar, hired: Array, left: Array) -> Array:
    day = calendar.first + np.arange(calendar.days)[None, :]
    gone = np.where(left == NONE, 2**40, left)[:, None]
    return ((day >= hired[:, None]) & (day < gone)).astype(np.int8)


def _transfers(
    rng: np.random.Generator,
    calendar: Calendar,
    branches: Branches,
    home: Array,
    role: Array,
    hired: Array,
    left: Array,
) -> list[tuple[int, int, int]]:
    """Moves to another branch of the same state where there is one: (rep, position of the day, branch)."""
    settled = (hired < calendar.first) & (left == NONE) & np.isin(role, (BANKER, ADVISOR, TELLER))
    movers = np.flatnonzero(settled & (rng.random(len(role)) < REP.transferred))
    moves = []
    for rep in movers:
        near = np.flatnonzero(
            (branches.place == branches.place[home[rep]])
            & (branches.kind != CALL_CENTRE)
            & (branches.opened < calendar.first)
            & (np.arange(branches.count) != home[rep])
        )
        day = int(rng.integers(calendar.days // 4, max(calendar.days // 4 + 1, calendar.days * 3 // 4)))
        if len(near):
            moves.append((int(rep), day, int(rng.choice(near))))
    return moves


def _absences(rng: np.random.Generator, calendar: Calendar, total: int, hired: Array, left: Array) -> Columns:
    """Long leave for some, three weeks of holiday a year and a few days of illness for all."""
    long = np.flatnonzero(rng.random(total) < REP.on_leave)
    years = calendar.days / 365
    holidays = np.repeat(np.arange(total), rng.poisson(2.2 * years, total))
    sick = np.repeat(np.arange(total), rng.poisson(1.6 * years, total))
    training = np.repeat(np.arange(total), rng.poisson(0.5 * years, total))
    rep = np.r_[long, holidays, sick, training]
    kind = np.repeat([0, 1, 2, 3], [len(long), len(holidays), len(sick), len(training)])
    low = np.array([REP.leave_days[0], 4, 1, 1])[kind]
    high = np.array([REP.leave_days[1], 14, 4, 3])[kind]
    start = calendar.first + (rng.random(len(rep)) * calendar.days).astype(np.int64)
    end = np.minimum(
        start + (low + rng.random(len(rep)) * (high - low + 1)).astype(np.int64) - 1, calendar.last
    )
    order = np.lexsort((start, rep))
    rep, kind, start, end = rep[order], kind[order], start[order], end[order]
    previous_end = np.r_[NONE, np.where(rep[1:] == rep[:-1], end[:-1], NONE)]
    keep = (start > previous_end) & (start >= hired[rep]) & ((left[rep] == NONE) | (end < left[rep]))
    names_of = np.array(["leave", "holiday", "sick", "training"], dtype=object)
    return {"rep_id": rep[keep], "start_on": start[keep], "end_on": end[keep], "kind": names_of[kind[keep]]}


def _licences(
    rng: np.random.Generator, calendar: Calendar, role: Array, hired: Array
) -> tuple[list[set[str]], Array]:
    """What each representative is qualified for, and the day from which."""
    total = len(role)
    draw = rng.random((total, 6))
    held: list[set[str]] = []
    for rep in range(total):
        terms = {"TRN-LEND"} if role[rep] != TELLER else set()
        if role[rep] == ADVISOR:
            terms |= {"SIE", "S7", "S66", "LIFE", "TRN-ANN"}
            terms |= {"VARIABLE"} if draw[rep, 0] < 0.8 else set()
            terms |= {"IAR"} if draw[rep, 1] < 0.75 else set()
            terms |= {"HEALTH"} if draw[rep, 2] < 0.6 else set()
        elif role[rep] == BANKER:
            terms |= {"SIE", "S6", "S63", "LIFE"} if draw[rep, 0] < REP.funds_licence else set()
            terms |= {"TRN-ANN"} if draw[rep, 1] < 0.5 and "LIFE" in terms else set()
            terms |= {"MLO"} if draw[rep, 2] < REP.mortgage_licence else set()
            terms |= {"PC"} if draw[rep, 3] < REP.property_licence else set()
        elif role[rep] == MANAGER:
            terms |= {"SIE", "S24"} if draw[rep, 0] < 0.5 else set()
        held.append(terms)
    fresh = hired >= calendar.first - 60
    return held, np.where(fresh, hired + rng.integers(15, 80, total), hired - 1)


def _registrations(
    rng: np.random.Generator,
    calendar: Calendar,
    held: list[set[str]],
    licensed_from: Array,
    branch: Array,
    branches: Branches,
    hired: Array,
    left: Array,
) -> Columns:
    """One row a spell; a few records came in late, a few spells ended and were renewed at once."""
    rows: list[tuple[int, str, str, int, int, str, int]] = []
    for rep, terms in enumerate(held):
        states = sorted({PLACES[branches.place[b]].state for b in np.unique(branch[rep])})
        late = int(rng.integers(20, 120)) if rng.random() < REP.late_record else 0
        end = int(left[rep]) if left[rep] != NONE else NONE
        for term in sorted(terms):
            for state in states if term in STATE_TERMS else ["US"]:
                before = int(rng.integers(0, 900)) if licensed_from[rep] < hired[rep] else 0
                granted = int(licensed_from[rep]) - before
                recorded = granted + int(rng.integers(0, 4)) + late
                renewal = granted + 365 * 2
                if term == "LIFE" and renewal < calendar.last and rng.random() < 0.5:
                    rows.append((rep, term, state, granted, renewal, "active", recorded))
                    rows.append((rep, term, state, renewal, end, "active", renewal + int(rng.integers(0, 5))))
                else:
                    rows.append((rep, term, state, granted, end, "active", recorded))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    return {
        "rep_id": np.array(columns[0], dtype=np.int64),
        "qualification": np.array(columns[1], dtype=object),
        "jurisdiction": np.array(columns[2], dtype=object),
        "granted_on": np.array(columns[3], dtype=np.int64),
        "ended_on": np.array(columns[4], dtype=np.int64),
        "status": np.array(columns[5], dtype=object),
        "recorded_on": np.array(columns[6], dtype=np.int64),
    }


def _on_leave(absences: Columns, registrations: Columns) -> Columns:
    """On long leave some miss their continuing education; nobody sells in that time."""
    for row in np.flatnonzero(absences["kind"] == "leave").tolist():
        rep, start, end = (int(absences[name][row]) for name in ("rep_id", "start_on", "end_on"))
        if rep % 3 == 0:
            registrations = interrupt(registrations, rep, ("S6", "S7"), start + 3, end - 1, "ce_inactive")
    return registrations


def _identities(
    rng: np.random.Generator,
    calendar: Calendar,
    role: Array,
    home: Array,
    branches: Branches,
    hired: Array,
    left: Array,
) -> tuple[Array, Array, Columns]:
    """Names and work contacts. Numbers of representatives are shuffled, so that they say nothing about anybody."""
    total = len(role)
    script, family = names.draw_scripts(rng, total)
    who = names.people(rng, script, family)
    area = np.array([place.areas[0] for place in PLACES])[branches.place[home]]
    phone = area * 10_000_000 + 990_0000 + rng.permutation(total) % 10_000
    taken: dict[str, int] = {}
    email = np.empty(total, dtype=object)
    for rep, local in enumerate(who.local):
        taken[local] = taken.get(local, 0) + 1
        email[rep] = f"{local}{taken[local] if taken[local] > 1 else ''}@{names.BANK_DOMAIN}"
    licensed = np.isin(role, (ADVISOR,))
    reason = np.array(["voluntary", "retired", "other employer"], dtype=object)[rng.integers(0, 3, total)]
    table: Columns = {
        "rep_id": np.arange(total),
        "name": who.name,
        "family": family,
        "script": script,
        "role": np.array(ROLES, dtype=object)[role],
        "employer": np.where(licensed, "broker_dealer", "bank").astype(object),
        "hired_on": hired,
        "terminated_on": left,
        "termination_reason": only(left != NONE, reason),
    }
    return phone, email, table


def _assignments(
    calendar: Calendar,
    home: Array,
    role: Array,
    fte: Array,
    hired: Array,
    left: Array,
    moves: list[tuple[int, int, int]],
    branches: int,
) -> Columns:
    """A row for each stay at a branch, under that branch's manager."""
    total = len(home)
    moved = {rep: (calendar.first + day, to) for rep, day, to in moves}
    spells = []
    for who in range(total):
        end = left[who] - 1 if left[who] != NONE else NONE
        if who in moved:
            day, to = moved[who]
            spells += [(who, hired[who], day - 1, home[who]), (who, day, end, to)]
        else:
            spells.append((who, hired[who], end, home[who]))
    rep, start, stop, branch = (np.array(column, dtype=np.int64) for column in zip(*spells, strict=True))
    manager = total - branches + branch
    return {
        "rep_id": rep,
        "start_on": start,
        "end_on": stop,
        "branch_id": branch,
        "supervisor_id": np.where(manager == rep, NONE, manager),
        "role": np.array(ROLES, dtype=object)[role[rep]],
        "fte": fte[rep],
    }


@lru_cache(maxsize=2)
def specialty_of(seed: int, count: int) -> Array:
    """Rep x product: how much more or less somebody sells of a thing than others in his role."""
    return np.exp(Streams(seed)("specialties").normal(0, REP.specialty_sd, (count, len(PRODUCTS))))


def interrupt(
    registrations: Columns, rep: int, terms: tuple[str, ...], start: int, end: int, status: str
) -> Columns:
    """Registrations with the active spells of somebody's terms interrupted from `start` to `end` (day numbers)."""
    cut = (registrations["rep_id"] == rep) & np.isin(registrations["qualification"].astype(str), terms)
    cut &= (registrations["granted_on"] < start) & (registrations["ended_on"] == NONE)
    gap, after = take(registrations, cut), take(registrations, cut)
    size = int(cut.sum())
    gap["granted_on"], gap["ended_on"] = np.full(size, start), np.full(size, end + 1)
    gap["status"], gap["recorded_on"] = np.full(size, status, dtype=object), np.full(size, start + 2)
    after["granted_on"], after["recorded_on"] = np.full(size, end + 1), np.full(size, end + 3)
    registrations["ended_on"] = np.where(cut, start, registrations["ended_on"])
    return stack([registrations, gap, after])
