"""Openings moved or added around the end of a goal period: honest last-mile effort, padding, applications held back."""

from __future__ import annotations

import numpy as np

from surveil.simulate.figures import LATE
from surveil.simulate.goals import monthly_counts, targets
from surveil.simulate.schemes.extra import working_days
from surveil.simulate.schemes.plan import MILD, SEVERE, Scheme
from surveil.simulate.sittings import Part, make_sittings
from surveil.simulate.table import Array, Columns, stack

CLOSING_DAYS = 3
LATE_DAYS = 6
"""An application of the last so many business days may be held back."""
FIRST_DAYS = 3
REACH = {MILD: 4, SEVERE: 8}
HONEST_REACH = 3
FORGED_SHARE = 0.6
HOLDS = {MILD: 0.4, SEVERE: 0.7}
"""Share of late openings a gamer holds back in months he does not rescue."""


def hold_back(part: Part, sittings: Columns) -> None:
    """Sandbaggers keep late applications and open them on the first days of the next month; so do gamers.

    Only genuine openings move, in months that have reached their goal (or are out of a gamer's reach).
    """
    calendar = part.firm.calendar
    goal = targets(part.firm)
    counts = monthly_counts(part.firm, sittings) * part.group.rounds
    joined = np.isin(np.arange(len(sittings["twin"])), sittings["twin"]) | (sittings["twin"] >= 0)
    for position, scheme in part.schemes:
        if scheme.kind not in ("sandbagger", "gamer"):
            continue
        rng = part.streams(f"holding back {position}")
        share = scheme.share if scheme.kind == "sandbagger" else HOLDS[scheme.strength]
        own = (sittings["rep"] == scheme.rep) & (sittings["scheme"] < 0) & (sittings["bulk"] < 0)
        own &= (sittings["day"] >= scheme.start) & (sittings["day"] <= scheme.end) & ~joined
        month = calendar.month[sittings["day"]]
        short = goal[scheme.rep, month] - counts[scheme.rep, month]
        reached = (short <= 0) | ((scheme.kind == "gamer") & (short > REACH[scheme.strength]))
        late = (
            own & reached & (calendar.to_close[sittings["day"]] < LATE_DAYS) & (month < calendar.months - 1)
        )
        for row in np.flatnonzero(late & (rng.random(len(own)) < share)):
            first = int(calendar.month_start[month[row] + 1])
            days = working_days(part, scheme.rep, first, min(first + 12, calendar.days - 1))[:FIRST_DAYS]
            if len(days):
                sittings["held"][row] = sittings["day"][row]
                sittings["day"][row] = rng.choice(days)
                sittings["branch"][row] = part.firm.reps.branch[scheme.rep, sittings["day"][row]]
                sittings["item"][row] = position


def last_mile(part: Part, sittings: Columns) -> Columns:
    """Openings in the last three business days that rescue a month: honest effort by many, padding by gamers."""
    rng = part.streams("last mile")
    calendar = part.firm.calendar
    goal = targets(part.firm)
    shortfall = goal - monthly_counts(part.firm, sittings) * part.group.rounds
    gamers = {s.rep: (position, s) for position, s in enumerate(part.firm.schemes) if s.kind == "gamer"}
    rescued: dict[int, int] = {}
    draw = rng.random(shortfall.shape)
    pieces = []
    for rep, month in zip(
        *np.nonzero((goal > 0) & (shortfall >= 1) & (shortfall <= REACH[SEVERE])), strict=True
    ):
        first, last = int(calendar.month_start[month]), int(calendar.month_start[month + 1]) - 1
        days = working_days(part, int(rep), first, last)
        days = days[calendar.to_close[days] < CLOSING_DAYS]
        missing = int(shortfall[rep, month])
        position, scheme = gamers.get(int(rep), (-1, None))
        if not len(days):
            continue
        if scheme is not None and _plays(
            scheme, first, last, missing, draw[rep, month], rescued.get(int(rep), 0)
        ):
            rescued[int(rep)] = rescued.get(int(rep), 0) + 1
            pieces.append(_fill(part, rng, int(rep), days, missing, position))
        elif missing <= HONEST_REACH and draw[rep, month] < LATE.last_mile_effort:
            pieces.append(_fill(part, rng, int(rep), days, missing, -1))
    return stack(pieces)


def _plays(scheme: Scheme, first: int, last: int, missing: int, draw: float, before: int) -> bool:
    """Whether a gamer rescues this month; nobody who games does so never."""
    inside = scheme.start <= first and last <= scheme.end
    return inside and missing <= REACH[scheme.strength] and (draw < scheme.share or not before)


def _fill(
    part: Part, rng: np.random.Generator, rep: int, days: Array, missing: int, position: int
) -> Columns:
    many = missing + int(rng.integers(0, 2))
    day = rng.choice(days, many)
    forged = (rng.random(many) < FORGED_SHARE) & (position >= 0)
    forged[0] |= position >= 0
    return make_sittings(
        np.full(many, rep),
        day,
        part.firm.reps.branch[rep, day],
        scheme=np.where(forged, position, -1),
        existing=np.where(forged & (rng.random(many) < 0.8), 1, -1),
    )
