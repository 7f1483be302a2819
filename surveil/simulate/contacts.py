"""Offers, refusals, surveys and calls that do not belong to an opening, and referrals from one colleague to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveil.simulate.days import call_hours, office_hours
from surveil.simulate.figures import LATE
from surveil.simulate.people import ADVISOR, BANKER, TELLER
from surveil.simulate.products import CODE, CODES, NEED
from surveil.simulate.sittings import Part, rate
from surveil.simulate.table import DAY, Array, Columns, choose, length, spread

KINDS = ("visit", "call", "mail", "email", "appointment", "survey")
VISIT, CALL, MAIL, EMAIL, APPOINTMENT, SURVEY = range(6)
OUTCOMES = ("accepted", "declined", "no_answer", "attended", "no_show", "bounced", "opted_out")
ACCEPTED, DECLINED, NO_ANSWER, ATTENDED, NO_SHOW, BOUNCED, OPTED_OUT = range(7)
REFERABLE = tuple(CODE[code] for code in LATE.conversion)
CONVERSION = np.array([LATE.conversion.get(code, 0.0) for code in CODES])
LONGEST = 50_000
"""More days than any window has."""
OPEN, REF_NO_SHOW, REF_DECLINED, CONVERTED = range(4)
REFERRAL_OUTCOMES = ("open", "no_show", "declined", "converted")


def contact_rows(
    part: Part, customer: Array, rep: Array, at: Array, kind: Array | int, **others: Array | int
) -> Columns:
    """Contacts. `at` is in the seconds of the representative's branch of that day, whose `zone` is kept."""
    size = len(customer)
    position = part.firm.calendar.position(at // DAY)
    branch = part.firm.reps.branch[np.maximum(rep, 0), position]
    table: Columns = {
        "customer": customer,
        "rep": rep,
        "branch": branch,
        "zone": part.firm.branches.zone[branch],
        "at": at,
        "kind": np.broadcast_to(np.asarray(kind), size),
        "out": np.ones(size, dtype=np.int64),
        "product": np.full(size, -1),
        "outcome": np.full(size, -1),
        "note": np.full(size, -1),
        "scheme": np.full(size, -1),
    }
    return table | {name: np.broadcast_to(np.asarray(value), size) for name, value in others.items()}


@dataclass(frozen=True)
class Visitors:
    """The customers of a group by branch and by the day they came, to draw from."""

    order: Array
    key: Array

    @classmethod
    def of(cls, part: Part, customers: Columns) -> Visitors:
        """Index the customers of a group."""
        order = np.lexsort((customers["created"], customers["branch"]))
        day = np.clip(customers["created"][order] // DAY - part.start, -1, LONGEST)
        return cls(order, customers["branch"][order] * (LONGEST * 2) + day)

    def draw(self, rng: np.random.Generator, branch: Array, day: Array) -> Array:
        """A customer of the branch for each row, of those who were there before that day; -1 where nobody was."""
        low = np.searchsorted(self.key, branch * (LONGEST * 2) - 1)
        high = np.searchsorted(self.key, branch * (LONGEST * 2) + day)
        pick = low + (rng.random(len(branch)) * (high - low)).astype(np.int64)
        return np.where(high > low, self.order[np.minimum(pick, len(self.order) - 1)], -1)


def offers(part: Part, customers: Columns, visitors: Visitors) -> Columns:
    """Offers by call, mail and e-mail in proportion to what a representative sells; about half the answers are no."""
    rng = part.streams("offers")
    expected = rate(part)
    exposure = np.exp(rng.normal(0, 0.8, len(expected)))
    callers = [scheme.rep for scheme in part.firm.schemes if scheme.kind == "reseller_after_refusal"]
    exposure = np.where(np.isin(part.group.reps, callers), np.maximum(exposure, 1.0), exposure)[:, None]
    counts = rng.poisson(expected * LATE.offers_per_sitting * exposure)
    cell, _ = spread(counts.ravel())
    days = part.firm.calendar.days
    rep, day = part.group.reps[cell // days], cell % days
    customer = visitors.draw(rng, part.firm.reps.branch[rep, day], day)
    some = (customer >= 0) & (
        (customers["do_not_contact"][customer] == 0) | (rng.random(len(customer)) < 0.04)
    )
    rep, day, customer = rep[some], day[some], customer[some]
    size = len(rep)
    kind = rng.choice([CALL, MAIL, EMAIL, APPOINTMENT], size, p=[0.55, 0.12, 0.23, 0.10])
    answered = rng.choice([ACCEPTED, DECLINED, NO_ANSWER], size, p=[0.15, LATE.refusal_share, 0.40])
    written = rng.choice(
        [ACCEPTED, DECLINED, NO_ANSWER, BOUNCED, OPTED_OUT], size, p=[0.04, 0.08, 0.83, 0.04, 0.01]
    )
    met = rng.choice([ATTENDED, NO_SHOW], size, p=[0.8, 0.2])
    outcome = np.select([kind == CALL, kind == APPOINTMENT], [answered, met], written)
    product = choose(rng, NEED[1] + NEED[0], size)
    at = (part.start + day) * DAY + np.where(kind == CALL, call_hours(rng, size), office_hours(rng, size))
    return contact_rows(part, customer, rep, at, kind, product=product, outcome=outcome)


def repeats(part: Part, refused: Columns, share: Array, purpose: str, scheme: Array) -> Columns:
    """A second offer of a refused product within the cooling period, for a share of the refusals (one chance a row)."""
    rng = part.streams(purpose)
    chosen = np.flatnonzero((rng.random(length(refused)) < share) & (refused["outcome"] == DECLINED))
    size = len(chosen)
    day = refused["at"][chosen] // DAY + rng.integers(1, LATE.cooling_days, size)
    outcome = rng.choice([ACCEPTED, DECLINED, NO_ANSWER], size, p=[0.2, 0.5, 0.3])
    table = contact_rows(
        part,
        refused["customer"][chosen],
        refused["rep"][chosen],
        day * DAY + call_hours(rng, size),
        CALL,
        product=refused["product"][chosen],
        outcome=outcome,
        scheme=scheme[chosen],
    )
    keep = day <= part.firm.calendar.last
    return {name: column[keep] for name, column in table.items()}


def surveys(part: Part, accounts: Columns) -> Columns:
    """A survey some days after part of the openings."""
    rng = part.streams("surveys")
    chosen = np.flatnonzero((accounts["parent"] < 0) & (accounts["rep"] >= 0) & (accounts["day"] >= 0))
    chosen = chosen[rng.random(len(chosen)) < 0.07]
    day = accounts["opened"][chosen] // DAY + rng.integers(5, 15, len(chosen))
    outcome = rng.choice([ATTENDED, NO_ANSWER, BOUNCED], len(chosen), p=[0.3, 0.65, 0.05])
    table = contact_rows(
        part,
        accounts["customer"][chosen],
        np.full(len(chosen), -1),
        day * DAY + 10 * 3600,
        SURVEY,
        outcome=outcome,
    )
    return {name: column[day <= part.firm.calendar.last] for name, column in table.items()}


def referrals(part: Part, visitors: Visitors) -> Columns:
    """Referrals of bankers and tellers to colleagues who sell funds, mortgages, insurance or advice."""
    rng = part.streams("referrals")
    reps, days = part.firm.reps, part.firm.calendar.days
    volume = np.exp(rng.normal(0, LATE.referral_sd, len(part.group.reps)))
    role = reps.role[part.group.reps]
    eager = np.where(np.isin(role, (BANKER, TELLER)), np.where(role == TELLER, 2.2, 1.0), 0.08)
    expected = rate(part)
    level = LATE.referrals_per_month / 22.5 * (eager * volume)[:, None]
    weight = part.firm.calendar.weight[None, :]
    counts = rng.poisson(
        np.where(expected > 0, level * weight * reps.ramp[part.group.reps] / part.group.rounds, 0)
    )
    cell, _ = spread(counts.ravel())
    giver, day = part.group.reps[cell // days], cell % days
    product = np.array(REFERABLE)[rng.integers(0, len(REFERABLE), len(giver))]
    customer = visitors.draw(rng, reps.branch[giver, day], day)
    keep = customer >= 0
    return referral_rows(part, rng, giver[keep], day[keep], product[keep], customer[keep])


def referral_rows(
    part: Part,
    rng: np.random.Generator,
    giver: Array,
    day: Array,
    product: Array,
    customer: Array,
    **others: Array | int,
) -> Columns:
    """Referrals with a receiver who may sell the product, and an outcome at the usual rates."""
    size = len(giver)
    at = (part.start + day) * DAY + office_hours(rng, size)
    converts = CONVERSION[product] * np.exp(rng.normal(0, 0.1, size))
    draw = rng.random(size)
    outcome = np.select(
        [draw < converts, draw < converts + 0.15, draw < converts + 0.5],
        [CONVERTED, REF_NO_SHOW, REF_DECLINED],
        OPEN,
    )
    decided = at // DAY * DAY + rng.integers(2, 30, size) * DAY + office_hours(rng, size)
    late = decided // DAY > part.firm.calendar.last
    table: Columns = {
        "customer": customer,
        "giver": giver,
        "taker": _takers(part, rng, giver, product),
        "product": product,
        "at": at,
        "outcome": np.where(late, OPEN, outcome),
        "decided": decided,
        **_fees(part, rng, giver),
        "scheme": np.full(size, -1),
    }
    return table | {name: np.broadcast_to(np.asarray(value), size) for name, value in others.items()}


def _fees(part: Part, rng: np.random.Generator, giver: Array) -> Columns:
    """Nominal and for the meeting, but for registered givers, who may be paid more and for the sale."""
    size = len(giver)
    registered = part.firm.reps.may_sell[giver, CODE["FUND"]]
    large = registered & (rng.random(size) < 0.4)
    usual = np.where(rng.random(size) < 0.9, LATE.nominal_fee, LATE.nominal_fee // 2)
    basis = rng.choice([0, 1], size, p=[0.85, 0.15])
    return {
        "fee": np.where(large, 10_000, usual),
        "basis": np.where(large & (rng.random(size) < 0.5), 2, basis),
    }


def _takers(part: Part, rng: np.random.Generator, giver: Array, product: Array) -> Array:
    """Somebody of the branch who may sell it, a preferred colleague for part; else somebody of the state; else -1."""
    reps = part.firm.reps
    place = part.firm.branches.place[reps.home]
    taker = np.full(len(giver), -1)
    for code, town in np.unique(np.stack([product, place[giver]]), axis=1).T.tolist():
        able = reps.may_sell[:, code] & np.isin(reps.role, (BANKER, ADVISOR)) & (reps.hired < part.start)
        order = np.flatnonzero(able & (place == town))
        if not len(order):
            continue
        order = order[np.argsort(reps.home[order], kind="stable")]
        rows = np.flatnonzero((product == code) & (place[giver] == town))
        low = np.searchsorted(reps.home[order], reps.home[giver[rows]])
        high = np.searchsorted(reps.home[order], reps.home[giver[rows]], side="right")
        draw = rng.random(len(rows))
        favourite = (giver[rows] * 7 % 97) / 97
        draw = np.where(rng.random(len(rows)) < LATE.preferred_colleague, favourite, draw)
        local = order[np.minimum(low + (draw * (high - low)).astype(np.int64), len(order) - 1)]
        anywhere = order[(draw * len(order)).astype(np.int64)]
        taker[rows] = np.where((high > low) & (rng.random(len(rows)) < 0.8), local, anywhere)
    return np.where(taker == giver, -1, taker)


def converted_sales(part: Part, referrals: Columns) -> Array:
    """Positions of the referrals that became a sale by the receiver."""
    ok = (referrals["outcome"] == CONVERTED) & (referrals["taker"] >= 0)
    taker = np.maximum(referrals["taker"], 0)
    ok &= part.firm.reps.may_sell[taker, referrals["product"]]
    ok &= referrals["decided"] // DAY >= part.firm.reps.licensed_from[taker]
    ok &= part.firm.reps.present[taker, part.firm.calendar.position(referrals["decided"] // DAY)] == 1
    return np.flatnonzero(ok)
