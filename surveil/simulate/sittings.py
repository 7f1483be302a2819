"""Sittings: a representative, a customer and a moment at which one or more accounts are opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from surveil.simulate.branches import CALL_CENTRE, PAYROLL
from surveil.simulate.days import call_hours, leisure_hours, office_hours
from surveil.simulate.figures import BRANCH, OPENING, REP
from surveil.simulate.firm import Firm, Group, base_rate
from surveil.simulate.schemes.plan import Scheme
from surveil.simulate.table import Array, Columns, Streams, length, spread, stack

BRANCH_CHANNEL, PHONE_CHANNEL, ONLINE, MOBILE, MAIL, SYSTEM = range(6)
CHANNELS = ("branch", "phone", "online", "mobile", "mail", "system")
HONEST = -1


@dataclass(frozen=True)
class Part:
    """A group of the firm being made, with its random streams."""

    firm: Firm
    group: Group
    streams: Streams

    @property
    def start(self) -> int:
        return self.firm.calendar.first

    @cached_property
    def schemes(self) -> tuple[tuple[int, Scheme], ...]:
        """Position and plan of each scheme that somebody who works at this group's branches takes part in.

        A firm of ten thousand branches has thousands of schemes; hardly any concerns one group.
        """
        reps = self.firm.reps
        here = np.isin(np.arange(reps.count), self.group.reps)
        homes = set(reps.home[here].tolist())
        return tuple(
            (position, scheme)
            for position, scheme in enumerate(self.firm.schemes)
            if here[scheme.rep] or (scheme.kind == "branch_pressure" and reps.home[scheme.rep] in homes)
        )


def make_sittings(rep: Array, day: Array, branch: Array, **others: Array | int) -> Columns:
    """A table of sittings; what is not given is ordinary: honest, one account, a customer drawn later.

    `scheme`: position of the scheme that opened without authority; `item`: of a scheme that did something else wrong
    with a genuine opening; `twin`: position of an earlier sitting with the same customer; `held`: day the application
    was signed where it was kept back. All are -1 where they do not apply.
    """
    size = len(rep)
    table: Columns = {
        "rep": rep.astype(np.int64),
        "credited": rep.astype(np.int64),
        "day": day.astype(np.int64),
        "branch": branch.astype(np.int64),
        "tod": np.full(size, -1),
        "channel": np.zeros(size, dtype=np.int64),
        "size": np.ones(size, dtype=np.int64),
        "bulk": np.full(size, -1),
        "existing": np.full(size, -1),
        "scheme": np.full(size, HONEST),
        "item": np.full(size, -1),
        "twin": np.full(size, -1),
        "held": np.full(size, -1),
        "product": np.full(size, -1),
    }
    for name, value in others.items():
        table[name] = np.broadcast_to(np.asarray(value), size).astype(np.int64)
    return table


def rate(part: Part) -> Array:
    """Rep of the group x day: expected sittings in the group's branches."""
    firm, group = part.firm, part.group
    expected = base_rate(firm.calendar, firm.branches, firm.reps, group.reps) / group.rounds
    here = np.isin(firm.reps.branch[group.reps], group.branches)
    expected *= here
    for branch, family, start, end in zip(
        firm.campaigns["branch_id"],
        firm.campaigns["family"],
        firm.campaigns["starts_on"] - part.start,
        firm.campaigns["ends_on"] - part.start,
        strict=True,
    ):
        lift = 1.35 if branch >= 0 else 1.08
        touched = (firm.reps.branch[group.reps] == branch) if branch >= 0 else here
        expected[:, start : end + 1] *= np.where(
            touched[:, start : end + 1], lift if family != "mutual_fund" else 1.02, 1.0
        )
    return expected


def honest_sittings(part: Part) -> Columns:
    """What representatives and customers do of themselves: desk and phone sittings, pay-roll days, self-service."""
    rng = part.streams("sittings")
    calendar = part.firm.calendar
    expected = rate(part)
    week = np.arange(calendar.days) // 7
    noise = rng.gamma(REP.week_shock_shape, 1 / REP.week_shock_shape, (len(expected), int(week[-1]) + 1))
    counts = rng.poisson(expected * noise[:, week])
    cell, _ = spread(counts.ravel())
    rep, day = part.group.reps[cell // calendar.days], cell % calendar.days
    branch = part.firm.reps.branch[rep, day]
    sizes = np.searchsorted(np.cumsum(OPENING.sizes), rng.random(len(rep)), side="right") + 1
    by_phone = (part.firm.branches.kind[branch] == CALL_CENTRE) | (rng.random(len(rep)) < OPENING.by_phone)
    desk = make_sittings(
        rep, day, branch, size=np.minimum(sizes, 4), channel=np.where(by_phone, PHONE_CHANNEL, 0)
    )
    return stack([desk, _payroll(part, rng), _self_service(part, rng, desk)])


def _payroll(part: Part, rng: np.random.Generator) -> Columns:
    """Days on which an employer's people are signed up one after the other by one representative."""
    calendar, branches, reps = part.firm.calendar, part.firm.branches, part.firm.reps
    here = part.group.branches[branches.kind[part.group.branches] == PAYROLL]
    pieces = []
    for branch in here:
        for day in np.flatnonzero(
            calendar.business & (rng.random(calendar.days) < BRANCH.payroll_days_per_month / 21)
        ):
            staff = np.flatnonzero(
                (reps.branch[:, day] == branch) & (reps.present[:, day] == 1) & (reps.role == 0)
            )
            if not len(staff) or branches.opened[branch] > part.start + day:
                continue
            many = int(rng.integers(BRANCH.payroll_bulk[0], BRANCH.payroll_bulk[1] + 1))
            rep = np.full(many, rng.choice(staff))
            begin = int(rng.integers(9 * 3600, 14 * 3600))
            tod = begin + np.cumsum(rng.integers(240, 1100, many))
            employer = int(rng.integers(0, 64))
            pieces.append(
                make_sittings(
                    rep,
                    np.full(many, day),
                    np.full(many, branch),
                    tod=tod,
                    bulk=employer,
                    existing=0,
                    product=0,
                )
            )
    return stack(pieces)


def _self_service(part: Part, rng: np.random.Generator, desk: Columns) -> Columns:
    """Openings by customers themselves, online or on a phone; nobody's sale."""
    calendar = part.firm.calendar
    many = rng.poisson(OPENING.self_service * length(desk))
    day = rng.integers(0, calendar.days, many)
    branch = rng.choice(part.group.branches, many)
    channel = np.where(rng.random(many) < 0.45, MOBILE, ONLINE)
    nobody = np.full(many, -1)
    return make_sittings(nobody, day, branch, channel=channel)


def fill_times(part: Part, sittings: Columns) -> None:
    """Give every sitting that has none a time of day that suits its channel."""
    rng = part.streams("times")
    size = length(sittings)
    office, call, leisure = office_hours(rng, size), call_hours(rng, size), leisure_hours(rng, size)
    by_channel = np.select(
        [sittings["channel"] == BRANCH_CHANNEL, sittings["channel"] == PHONE_CHANNEL], [office, call], leisure
    )
    evening = rng.random(size) < OPENING.odd_hours
    by_channel = np.where(evening, rng.integers(20 * 3600, 23 * 3600, size), by_channel)
    sittings["tod"] = np.where(sittings["tod"] >= 0, sittings["tod"], by_channel)
