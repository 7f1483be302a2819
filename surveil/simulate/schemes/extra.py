"""Openings without authority, added to a representative's honest ones: how many, on which days, at what hours."""

from __future__ import annotations

import numpy as np

from surveil.simulate.figures import OPENING
from surveil.simulate.people import PHONE
from surveil.simulate.products import CODE
from surveil.simulate.schemes.plan import GREY, MILD, SEVERE, Scheme
from surveil.simulate.schemes.profiles import PROFILES, profile_of
from surveil.simulate.sittings import PHONE_CHANNEL, Part, make_sittings
from surveil.simulate.table import Array, Columns, choose, length, stack, take

ELSEWHERE = frozenset({"gamer", "feature_enroller"})
"""Kinds whose accounts are made in other modules."""
TWINS = frozenset({"bundler", "duplicator", "churner"})
"""Kinds that open more for somebody who was served before."""
CREDIT = (CODE["CARD"], CODE["CARDRES"], CODE["LINE"])
LEAST = {MILD: 3, SEVERE: 6, GREY: 1}
CLOSING_DAYS = 3
LENT_SHARE = 0.15


def extra_sittings(part: Part, honest: Columns) -> Columns:
    """Sittings of the schemes that add openings of their own, one table for all; `twin` points into `honest`."""
    pieces = []
    for position, scheme in part.schemes:
        if scheme.kind in PROFILES and scheme.kind not in ELSEWHERE:
            pieces.append(_of_scheme(part, honest, position, scheme))
        elif scheme.kind == "credit_pusher":
            pieces.append(_pushed_credit(part, honest, position, scheme))
    return stack(pieces)


def hosts(part: Part, scheme: Scheme) -> Array:
    """Under whose name a scheme runs: one's own; a manager's runs under all of his branch."""
    if scheme.kind != "branch_pressure":
        return np.array([scheme.rep])
    return np.flatnonzero(part.firm.reps.home == part.firm.reps.home[scheme.rep])


def working_days(part: Part, rep: int, start: int, end: int) -> Array:
    """Positions of business days in a span on which somebody works at a branch of this group."""
    reps = part.firm.reps
    days = np.arange(start, end + 1)
    here = np.isin(reps.branch[rep, days], part.group.branches) & (reps.present[rep, days] == 1)
    trading = part.firm.branches.opened[reps.branch[rep, days]] <= part.start + days
    found: Array = days[here & trading & part.firm.calendar.business[days]]
    return found


def own_sittings(honest: Columns, rep: int, scheme: Scheme) -> Array:
    """Positions of somebody's honest sittings in the time of a scheme."""
    within = (honest["day"] >= scheme.start) & (honest["day"] <= scheme.end)
    return np.flatnonzero((honest["rep"] == rep) & within)


def _of_scheme(part: Part, honest: Columns, position: int, scheme: Scheme) -> Columns:
    pieces = []
    for rep in hosts(part, scheme).tolist():
        rng = part.streams(f"scheme {position} {rep}")
        days = working_days(part, rep, scheme.start, scheme.end)
        own = own_sittings(honest, rep, scheme)
        wanted = int(rng.poisson(scheme.share * int(honest["size"][own].sum())))
        wanted = max(wanted, LEAST[scheme.strength]) if rep == scheme.rep else wanted
        if not len(days) or not wanted:
            continue
        if scheme.kind in TWINS and len(own):
            pieces.append(_for_known(part, rng, honest, own, position, scheme, wanted))
        else:
            pieces.append(_place(part, rng, position, scheme, rep, days, wanted))
    return stack(pieces)


def _place(
    part: Part, rng: np.random.Generator, position: int, scheme: Scheme, rep: int, days: Array, wanted: int
) -> Columns:
    """Days by how busy they are; some schemes crowd into few days or hours, a few openings fall on days of absence."""
    calendar, reps = part.firm.calendar, part.firm.reps
    weight = calendar.weight[days] * np.where(calendar.to_close[days] < CLOSING_DAYS, 1.0 + scheme.style, 1.0)
    day = days[choose(rng, weight, wanted)]
    tod = np.full(wanted, -1)
    profile = PROFILES.get(scheme.kind, PROFILES["forger"])
    if scheme.kind == "mass_opener":
        lots = max(1, wanted // 7)
        lot = rng.integers(0, lots, wanted)
        day = days[choose(rng, weight, lots)][lot]
        tod = rng.integers(9 * 3600, 16 * 3600, lots)[lot] + rng.integers(0, 3000, wanted)
    else:
        odd = rng.random(wanted) < profile.odd_hours
        tod = np.where(odd, rng.integers(20 * 3600, 23 * 3600, wanted), tod)
        away = scheme.start + np.flatnonzero(
            (reps.present[rep, scheme.start : scheme.end + 1] == 0)
            & (reps.employed[rep, scheme.start : scheme.end + 1] == 1)
            & calendar.business[scheme.start : scheme.end + 1]
            & np.isin(reps.branch[rep, scheme.start : scheme.end + 1], part.group.branches)
        )
        if len(away):
            day = np.where(
                rng.random(wanted) < profile.odd_hours, away[rng.integers(0, len(away), wanted)], day
            )
    phone = (rng.random(wanted) < OPENING.by_phone) | (reps.role[rep] == PHONE)
    table = make_sittings(
        np.full(wanted, rep),
        day,
        reps.branch[rep, day],
        tod=tod,
        existing=(rng.random(wanted) < profile.existing).astype(np.int64),
        scheme=position,
        channel=np.where(phone, PHONE_CHANNEL, 0),
    )
    if scheme.kind == "credit_puller":
        table["product"] = np.array(CREDIT)[rng.integers(0, len(CREDIT), wanted)]
    if scheme.kind == "forger" and scheme.severe and scheme.style > 0.6:
        _borrow_identity(part, rng, table, rep)
    return table


def _for_known(
    part: Part,
    rng: np.random.Generator,
    honest: Columns,
    own: Array,
    position: int,
    scheme: Scheme,
    wanted: int,
) -> Columns:
    """More accounts for people served before: in the same sitting (bundler), or some time later."""
    victims = rng.choice(own, max(1, wanted // 3)) if scheme.kind == "duplicator" else rng.choice(own, wanted)
    twin = np.resize(victims, wanted)
    if scheme.kind == "bundler":
        twin = np.repeat(victims, 2)[:wanted]
        table = take(honest, twin)
        table["size"] = np.ones(wanted, dtype=np.int64)
        table["bulk"] = np.full(wanted, -1)
        table["product"] = np.full(wanted, -1)
    else:
        gap = rng.integers(25, 80, wanted) if scheme.kind == "churner" else rng.integers(3, 60, wanted)
        rep = int(honest["rep"][own[0]])
        days = working_days(part, rep, scheme.start, part.firm.calendar.days - 1)
        at = np.minimum(np.searchsorted(days, honest["day"][twin] + gap), len(days) - 1)
        table = make_sittings(np.full(wanted, rep), days[at], part.firm.reps.branch[rep, days[at]])
    table["twin"], table["existing"] = twin, np.ones(wanted, dtype=np.int64)
    table["scheme"] = np.full(wanted, position)
    return table


def _pushed_credit(part: Part, honest: Columns, position: int, scheme: Scheme) -> Columns:
    """Cards and lines talked into customers who have money and no need: genuine consent, so not unauthorized."""
    rng = part.streams(f"scheme {position}")
    days = working_days(part, scheme.rep, scheme.start, scheme.end)
    wanted = max(4, int(rng.poisson(scheme.share * len(own_sittings(honest, scheme.rep, scheme)))))
    if not len(days):
        return {}
    day = rng.choice(days, wanted)
    product = np.array(CREDIT)[rng.integers(0, len(CREDIT), wanted)]
    branch = part.firm.reps.branch[scheme.rep, day]
    return make_sittings(np.full(wanted, scheme.rep), day, branch, product=product, existing=1, item=position)


def _borrow_identity(part: Part, rng: np.random.Generator, table: Columns, rep: int) -> None:
    """A severe forger may enter part of his openings under a colleague's name; the colleague is labelled grey."""
    reps = part.firm.reps
    colleague = colleague_of(part, rep)
    if colleague < 0:
        return
    at_work = (reps.present[colleague, table["day"]] == 1) & (
        reps.branch[colleague, table["day"]] == table["branch"]
    )
    lent = (rng.random(length(table)) < LENT_SHARE) & at_work
    table["rep"] = np.where(lent, colleague, table["rep"])
    table["credited"] = np.where(lent, rep, table["credited"])


def colleague_of(part: Part, rep: int) -> int:
    """A colleague of the same branch and role who is in no scheme, -1 where there is none."""
    reps = part.firm.reps
    taken = np.isin(np.arange(reps.count), [scheme.rep for scheme in part.firm.schemes])
    near = np.flatnonzero((reps.home == reps.home[rep]) & (reps.role == reps.role[rep]) & ~taken)
    return int(near[0]) if len(near) else -1


def profiles_of(part: Part, scheme: Array) -> Array:
    """The profile of each scheme position; 0 (unused) where honest."""
    table = np.array([profile_of(s.kind, s.severe) for s in part.firm.schemes] + [0])
    return np.asarray(table[scheme])
