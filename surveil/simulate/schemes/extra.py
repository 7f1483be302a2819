"""Openings without authority, added to a representative's honest ones: how many, on which days, at what hours."""

from __future__ import annotations

import numpy as np

from surveil.simulate.figures import OPENING
from surveil.simulate.goals import monthly_counts, targets
from surveil.simulate.schemes.plan import MILD, Scheme
from surveil.simulate.schemes.profiles import PROFILES, profile_of
from surveil.simulate.sittings import PHONE_CHANNEL, Part, make_sittings
from surveil.simulate.table import Array, Columns, choose, length, stack

CLOSING_DAYS = 3
SPECIAL = frozenset(
    {"gamer", "bundler", "refused_then_opened", "churner", "feature_enroller", "credit_puller"}
)
LEAST = {MILD: 3, "severe": 6, "grey": 1}
GAMER_REACH = {MILD: 4, "severe": 8}
UNAUTHORIZED_SHARE_OF_FILL = 0.6


def extra_sittings(part: Part, honest: Columns) -> Columns:
    """Sittings of the schemes that add openings of their own, one table for all."""
    pieces = []
    for position, scheme in enumerate(part.firm.schemes):
        if scheme.kind in PROFILES and scheme.kind not in SPECIAL:
            pieces.append(_of_scheme(part, honest, position, scheme))
    return stack(pieces)


def hosts(part: Part, scheme: Scheme) -> Array:
    """Under whose name a scheme runs: one's own; a manager's runs under all of his branch."""
    if scheme.kind != "branch_pressure":
        return np.array([scheme.rep])
    home = part.firm.reps.home[scheme.rep]
    return np.flatnonzero(part.firm.reps.home == home)


def working_days(part: Part, rep: int, start: int, end: int) -> Array:
    """Positions of days in a span on which somebody works at a branch of this group."""
    reps = part.firm.reps
    days = np.arange(start, end + 1)
    here = np.isin(reps.branch[rep, days], part.group.branches) & (reps.present[rep, days] == 1)
    trading = part.firm.branches.opened[reps.branch[rep, days]] <= part.start + days
    return days[here & trading & part.firm.calendar.business[days]]


def _of_scheme(part: Part, honest: Columns, position: int, scheme: Scheme) -> Columns:
    pieces = []
    for rep in hosts(part, scheme):
        rng = part.streams(f"scheme {position} {rep}")
        days = working_days(part, int(rep), scheme.start, scheme.end)
        own = (honest["rep"] == rep) & (honest["day"] >= scheme.start) & (honest["day"] <= scheme.end)
        volume = int(honest["size"][own].sum())
        wanted = int(rng.poisson(scheme.share * volume))
        wanted = max(wanted, LEAST[scheme.strength]) if rep == scheme.rep else wanted
        if len(days) and wanted:
            pieces.append(_place(part, rng, position, scheme, int(rep), days, wanted))
    return stack(pieces)


def _place(
    part: Part, rng: np.random.Generator, position: int, scheme: Scheme, rep: int, days: Array, wanted: int
) -> Columns:
    """Days by how busy they are; some schemes crowd into few days or hours."""
    calendar = part.firm.calendar
    weight = calendar.weight[days] * np.where(calendar.to_close[days] < CLOSING_DAYS, 1.0 + scheme.style, 1.0)
    day = days[choose(rng, weight, wanted)]
    tod = np.full(wanted, -1)
    if scheme.kind == "mass_opener":
        rounds = max(1, wanted // 7)
        lot = rng.integers(0, rounds, wanted)
        day = days[choose(rng, weight, rounds)][lot]
        tod = rng.integers(9 * 3600, 16 * 3600, rounds)[lot] + rng.integers(0, 3000, wanted)
    profile = PROFILES.get(scheme.kind, PROFILES["forger"])
    odd = rng.random(wanted) < profile.odd_hours
    tod = np.where(odd, rng.integers(20 * 3600, 23 * 3600, wanted), tod)
    existing = (rng.random(wanted) < profile.existing).astype(np.int64)
    phone = rng.random(wanted) < OPENING.by_phone
    table = make_sittings(
        np.full(wanted, rep),
        day,
        part.firm.reps.branch[rep, day],
        tod=tod,
        existing=existing,
        scheme=position,
        channel=np.where(phone | (part.firm.reps.role[rep] == 3), PHONE_CHANNEL, 0),
    )
    if scheme.kind == "forger" and scheme.severe and scheme.style > 0.6:
        _borrow_identity(part, rng, table, rep)
    return table


def _borrow_identity(part: Part, rng: np.random.Generator, table: Columns, rep: int) -> None:
    """A severe forger may enter part of his openings under a colleague's name; the colleague is labelled grey."""
    reps = part.firm.reps
    colleague = colleague_of(part, rep)
    if colleague < 0:
        return
    at_work = reps.present[colleague, table["day"]] == 1
    lent = (rng.random(length(table)) < 0.15) & at_work
    table["rep"] = np.where(lent, colleague, table["rep"])
    table["credited"] = np.where(lent, rep, table["credited"])


def colleague_of(part: Part, rep: int) -> int:
    """A colleague of the same branch and role who is in no scheme, -1 where there is none."""
    reps = part.firm.reps
    taken = np.isin(np.arange(reps.count), [scheme.rep for scheme in part.firm.schemes])
    near = np.flatnonzero((reps.home == reps.home[rep]) & (reps.role == reps.role[rep]) & ~taken)
    return int(near[0]) if len(near) else -1


def last_mile(part: Part, sittings: Columns) -> Columns:
    """Openings in the last three business days that rescue a month: honest effort by many, padding by gamers."""
    rng = part.streams("last mile")
    calendar = part.firm.calendar
    goal = targets(part.firm)
    counts = monthly_counts(part.firm, sittings)
    shortfall = goal - counts * part.group.rounds
    pieces = []
    gamers = {
        scheme.rep: (position, scheme)
        for position, scheme in enumerate(part.firm.schemes)
        if scheme.kind == "gamer"
    }
    draw = rng.random(shortfall.shape)
    for rep, month in zip(*np.nonzero((goal > 0) & (shortfall >= 1) & (shortfall <= 8)), strict=True):
        first, last = int(calendar.month_start[month]), int(calendar.month_start[month + 1]) - 1
        days = working_days(part, int(rep), first, last)
        days = days[calendar.to_close[days] < CLOSING_DAYS]
        missing = int(shortfall[rep, month])
        position, scheme = gamers.get(int(rep), (-1, None))
        playing = scheme is not None and scheme.start <= first and last <= scheme.end
        if not len(days):
            continue
        if (
            scheme is not None
            and playing
            and missing <= GAMER_REACH[scheme.strength]
            and draw[rep, month] < scheme.share
        ):
            pieces.append(_fill(part, rng, int(rep), days, missing, position))
        elif missing <= 3 and draw[rep, month] < 0.30:
            pieces.append(_fill(part, rng, int(rep), days, missing, -1))
    return stack(pieces)


def _fill(
    part: Part, rng: np.random.Generator, rep: int, days: Array, missing: int, position: int
) -> Columns:
    many = missing + int(rng.integers(0, 2))
    day = rng.choice(days, many)
    forged = (rng.random(many) < UNAUTHORIZED_SHARE_OF_FILL) & (position >= 0)
    if position >= 0 and not forged.any():
        forged[0] = True
    return make_sittings(
        np.full(many, rep),
        day,
        part.firm.reps.branch[rep, day],
        scheme=np.where(forged, position, -1),
        existing=np.where(forged & (rng.random(many) < 0.8), 1, -1),
    )


def profiles_of(part: Part, scheme: Array) -> Array:
    """The profile of each scheme position; 0 (unused) where honest."""
    table = np.array([profile_of(s.kind, s.severe) for s in part.firm.schemes] + [0])
    return table[scheme]
