"""Contacts that should not have been: again after a refusal, again and again, or refused and opened all the same."""

from __future__ import annotations

import numpy as np

from surveil.simulate import contacts
from surveil.simulate.days import call_hours
from surveil.simulate.figures import LATE
from surveil.simulate.products import NEED
from surveil.simulate.schemes.extra import working_days
from surveil.simulate.schemes.plan import SEVERE
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, Array, Columns, choose, length, spread, stack, take

SPREAD_SD = 0.35
"""Of honest representatives' habit of calling again, on the log scale."""
LEAST = 3
TIMES = (5, 9)


def calls_again(part: Part, offers: Columns) -> Columns:
    """Second offers after a refusal: a few by everybody, more by those who make it a habit."""
    rng = part.streams("habits")
    habit = LATE.resale_after_refusal * np.exp(rng.normal(0, SPREAD_SD, part.firm.reps.count))
    scheme = np.full(length(offers), -1)
    share = habit[offers["rep"]]
    day = offers["at"] // DAY - part.start
    forced = np.zeros(length(offers), dtype=bool)
    for position, plan in part.schemes:
        if plan.kind != "reseller_after_refusal":
            continue
        own = (offers["rep"] == plan.rep) & (day >= plan.start) & (day <= plan.end - LATE.cooling_days)
        share = np.where(own, plan.share, share)
        scheme = np.where(own, position, scheme)
        refused = np.flatnonzero(own & (offers["outcome"] == contacts.DECLINED))
        forced[rng.permutation(refused)[:LEAST]] = True
    return contacts.repeats(part, offers, np.where(forced, 1.0, share), "repeats", scheme)


def pestering(part: Part, visitors: contacts.Visitors) -> Columns:
    """One customer called many times in a few weeks about one family; some have asked not to be called at all."""
    pieces = []
    for position, scheme in part.schemes:
        if scheme.kind != "pesterer":
            continue
        rng = part.streams(f"scheme {position}")
        days = working_days(part, scheme.rep, scheme.start, scheme.end)
        if len(days) < TIMES[1]:
            continue
        victims = max(LEAST, int(rng.poisson(scheme.share * (scheme.end - scheme.start) / 30)))
        begin = rng.integers(0, max(1, len(days) - TIMES[1] * 2), victims)
        branch = part.firm.reps.branch[scheme.rep, days[begin]]
        customer = visitors.draw(rng, branch, days[begin])
        times = rng.integers(TIMES[0], TIMES[1] + (scheme.strength == SEVERE) * 3, victims)
        which, _ = spread(np.where(customer >= 0, times, 0))
        step = np.sort(rng.integers(0, 18, len(which)))
        day = days[np.minimum(begin[which] + step, len(days) - 1)]
        product = choose(rng, NEED[1] + NEED[0], victims)[which]
        size = len(which)
        outcome = rng.choice(
            [contacts.DECLINED, contacts.NO_ANSWER, contacts.ACCEPTED], size, p=[0.35, 0.55, 0.1]
        )
        kind = rng.choice([contacts.CALL, contacts.EMAIL], size, p=[0.8, 0.2])
        at = (part.start + day) * DAY + call_hours(rng, size)
        pieces.append(
            contacts.contact_rows(
                part,
                customer[which],
                np.full(size, scheme.rep),
                at,
                kind,
                product=product,
                outcome=outcome,
                scheme=position,
            )
        )
    return stack(pieces)


def refusals_before(part: Part, accounts: Columns) -> Columns:
    """The refusal that came some days before an opening without authority, and honest ones followed by a yes."""
    rng = part.streams("refusals before")
    kinds = np.array([scheme.kind == "refused_then_opened" for scheme in part.firm.schemes] + [False])
    top = (accounts["parent"] < 0) & (accounts["rep"] >= 0) & (accounts["day"] >= LATE.cooling_days)
    forced = np.flatnonzero(kinds[accounts["scheme"]] & top)
    honest = np.flatnonzero(
        (accounts["scheme"] < 0) & top & (accounts["bulk"] < 0) & (rng.random(len(top)) < 0.004)
    )
    refused = _before(part, rng, accounts, np.r_[forced, honest], contacts.DECLINED, 1, LATE.cooling_days)
    agreed = _before(part, rng, accounts, honest, contacts.ACCEPTED, 0, 1)
    return stack([refused, agreed])


def _before(
    part: Part,
    rng: np.random.Generator,
    accounts: Columns,
    chosen: Array,
    outcome: int,
    least: int,
    most: int,
) -> Columns:
    size = len(chosen)
    opened = accounts["opened"][chosen]
    day = opened // DAY - rng.integers(least, most, size)
    at = day * DAY + call_hours(rng, size)
    at = np.where(day == opened // DAY, opened - rng.integers(900, 5400, size), at)
    table = contacts.contact_rows(
        part,
        accounts["customer"][chosen],
        accounts["rep"][chosen],
        at,
        contacts.CALL,
        product=accounts["product"][chosen],
        outcome=outcome,
    )
    there = part.firm.reps.present[table["rep"], part.firm.calendar.position(at // DAY)] == 1
    known = at > 0
    return take(table, np.flatnonzero(there & known))
