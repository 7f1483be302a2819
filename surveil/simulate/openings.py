"""Accounts: what each sitting opened, for whom, when it was written down, and how the account was then lived with."""

from __future__ import annotations

import numpy as np

from surveil.simulate.branches import PAYROLL, STUDENT
from surveil.simulate.days import office_hours
from surveil.simulate.figures import BRANCH, OPENING
from surveil.simulate.people import DESK_OF_ROLE, specialty_of
from surveil.simulate.products import (
    CODE,
    IS_SALE,
    NEED,
    NEEDS_LICENCE,
    PRODUCTS,
    in_family,
)
from surveil.simulate.schemes.profiles import chance
from surveil.simulate.sittings import BRANCH_CHANNEL, MAIL, PHONE_CHANNEL, SYSTEM, Part
from surveil.simulate.table import (
    DAY,
    NONE,
    Array,
    Columns,
    choose,
    choose_rows,
    length,
    spread,
    stack,
    take,
)

CUSTOMER, FIRM, REP = range(3)
CLOSED_BY = ("customer", "firm", "rep")
APPLICATION_NOT_FILED = 0.03
PULLED_WITHOUT_APPLICATION = 0.75
FEATURE_PARENTS = in_family("deposit")
UNUSED = np.array([product.unused for product in PRODUCTS])
DELAY = np.array([product.delay for product in PRODUCTS])
SIMPLE = np.array(
    [product.family in ("deposit", "card", "credit_line") and not product.requires for product in PRODUCTS]
)


def first_products(part: Part, sittings: Columns) -> Array:
    """The product each sitting is about, among those its representative may open that day."""
    rng = part.streams("products")
    reps = part.firm.reps
    rep = sittings["rep"]
    desk = np.where(rep < 0, 3, DESK_OF_ROLE[reps.role[rep]])
    weights = NEED[desk] * _lifts(part, sittings)
    at = part.start + sittings["day"]
    licensed = reps.may_sell[rep] & (at >= reps.licensed_from[rep])[:, None]
    weights = np.where(NEEDS_LICENCE[None, :] & ~licensed & (rep >= 0)[:, None], 0.0, weights)
    weights = np.where(
        (sittings["channel"] == PHONE_CHANNEL)[:, None] & IS_SALE[None, :], weights * 0.3, weights
    )
    liking = specialty_of(part.firm.seed, reps.count)[rep]
    weights = np.where(IS_SALE[None, :] & (rep >= 0)[:, None], weights * liking, weights)
    bad = sittings["scheme"] >= 0
    weights = np.where(bad[:, None] & ~SIMPLE[None, :], weights * 0.15, weights)
    drawn = choose_rows(rng, weights)
    drawn = np.where(sittings["product"] >= 0, sittings["product"], drawn)
    same = np.array([scheme.kind in ("duplicator", "churner") for scheme in part.firm.schemes] + [False])
    repeats = np.flatnonzero(same[sittings["scheme"]] & (sittings["twin"] >= 0))
    drawn[repeats] = drawn[sittings["twin"][repeats]]
    return drawn


def _lifts(part: Part, sittings: Columns) -> Array:
    """Sitting x product: demand changed by the kind of branch and by campaigns."""
    lift = np.ones((length(sittings), len(PRODUCTS)))
    student = part.firm.branches.kind[sittings["branch"]] == STUDENT
    lift[np.ix_(student, np.flatnonzero(in_family("mortgage") | in_family("credit_line")))] = 0.1
    campaigns = part.firm.campaigns
    for row in range(length(campaigns)):
        family = in_family(str(campaigns["family"][row]))
        lift[
            np.ix_(campaign_rows(part, row, sittings["branch"], sittings["day"]), np.flatnonzero(family))
        ] *= 1.5
    return lift


def campaign_rows(part: Part, row: int, branch: Array, day: Array) -> Array:
    """Positions of the rows that lie in a campaign's time and place."""
    campaigns = part.firm.campaigns
    at = part.start + day
    inside = (at >= campaigns["starts_on"][row]) & (at <= campaigns["ends_on"][row])
    if campaigns["branch_id"][row] >= 0:
        inside &= branch == campaigns["branch_id"][row]
    elif campaigns["region"][row] is not None:
        inside &= (part.firm.branches.table["region"] == campaigns["region"][row])[branch]
    return np.flatnonzero(inside)


def open_accounts(part: Part, sittings: Columns, product: Array, customer: Array, profile: Array) -> Columns:
    """A row for each account and feature opened in the window; `parent` is the position of a feature's account."""
    rng = part.streams("accounts")
    sitting, nth = spread(sittings["size"])
    chosen = np.where(nth == 0, product[sitting], _companions(part, rng, sittings, product, sitting))
    tod = sittings["tod"][sitting] + nth * rng.integers(150, 700, len(sitting))
    table: Columns = {
        "sitting": sitting,
        "product": chosen,
        "customer": customer[sitting],
        "tod": np.minimum(tod, DAY - 60),
        "parent": np.full(len(sitting), -1),
    }
    for name in ("rep", "credited", "branch", "channel", "scheme", "item", "held", "day", "bulk"):
        table[name] = sittings[name][sitting]
    table["profile"] = profile[sitting]
    table = stack([table, _features(part, rng, table)])
    _write_times(part, rng, table)
    return table


def _companions(
    part: Part, rng: np.random.Generator, sittings: Columns, product: Array, sitting: Array
) -> Array:
    """Second and later products of a sitting: something simple, seldom the same again."""
    weights = np.array([NEED[0][i] if SIMPLE[i] else 0.0 for i in range(len(PRODUCTS))])
    other = choose(rng, weights, len(sitting))
    again = other == product[sitting]
    return np.where(again, CODE["SAVINGS"], other)


def _features(part: Part, rng: np.random.Generator, accounts: Columns) -> Columns:
    """Cards, enrolments and overdraft lines that come with deposit accounts, minutes after them."""
    pieces = []
    eligible = FEATURE_PARENTS[accounts["product"]]
    for code, share in OPENING.feature_share.items():
        bad = accounts["scheme"] >= 0
        odds = share * np.where(bad, chance("features", accounts["profile"]), 1.0)
        parents = np.flatnonzero(eligible & (rng.random(len(eligible)) < odds))
        piece = take(accounts, parents)
        piece["parent"] = parents
        piece["product"] = np.full(len(parents), CODE[code])
        piece["tod"] = np.minimum(piece["tod"] + rng.integers(60, 900, len(parents)), DAY - 1)
        pieces.append(piece)
    return stack(pieces)


def _write_times(part: Part, rng: np.random.Generator, table: Columns) -> None:
    """`applied`, `opened`, `recorded` in branch-local seconds; some are written down days later (backdated)."""
    size = length(table)
    opened = (part.start + table["day"]) * DAY + table["tod"]
    slow = IS_SALE[table["product"]] & (rng.random(size) < 0.5) | (rng.random(size) < 0.04)
    back = np.where(
        slow, rng.integers(1, 7, size) * DAY + rng.integers(-7200, 7200, size), rng.integers(120, 1500, size)
    )
    late = rng.random(size) < OPENING.backdated
    wait = np.where(late, rng.integers(2, 8, size) * DAY, rng.integers(5, 240, size))
    table["opened"] = opened
    pulling = np.array([scheme.kind == "credit_puller" for scheme in part.firm.schemes] + [False])
    unfiled = np.where(pulling[table["scheme"]], PULLED_WITHOUT_APPLICATION, APPLICATION_NOT_FILED)
    table["applied"] = np.where(rng.random(size) < unfiled, NONE, opened - back)
    table["recorded"] = opened + wait
    signed = (part.start + table["held"]) * DAY + table["tod"]
    table["applied"] = np.where(table["held"] >= 0, signed, table["applied"])
    feature = table["parent"] >= 0
    for name in ("applied", "recorded"):
        own = table[name][np.maximum(table["parent"], 0)] + rng.integers(30, 240, size)
        table[name] = np.where(feature & (own > 0), own, table[name])
    table["applied"] = np.where(table["applied"] > opened, opened - 60, table["applied"])
    other = (rng.random(size) < OPENING.other_opener_credit) & (table["rep"] >= 0)
    table["credited"] = np.where(other, _neighbours(part)[table["credited"]], table["credited"])


def _neighbours(part: Part) -> Array:
    """For each representative the next one of the same branch, in a circle."""
    home = part.firm.reps.home
    order = np.argsort(home, kind="stable")
    following = np.roll(order, -1)
    size = np.bincount(home, minlength=part.firm.branches.count)
    start = np.cumsum(size) - size
    last = home[order] != home[following]
    following = np.where(last, order[start[home[order]]], following)
    neighbours = np.empty_like(order)
    neighbours[order] = following
    return neighbours


def earlier_accounts(part: Part, customers: Columns) -> Columns:
    """Accounts from before the window, one or two for each earlier customer; part of them came over in one migration."""
    rng = part.streams("earlier")
    holders = np.flatnonzero(customers["first"] < 0)
    owner = np.r_[holders, holders[rng.random(len(holders)) < 0.25]]
    size = len(owner)
    product = choose(rng, np.where(in_family("deposit"), NEED[0], 0.0), size)
    created = customers["created"][owner]
    opened = created + np.where(
        np.arange(size) < len(holders), rng.integers(300, 2400, size), rng.integers(30, 180, size) * DAY
    )
    opened = np.minimum(opened, (part.start - 8) * DAY + office_hours(rng, size))
    migrated = rng.random(size) < 0.12
    moving_day = (
        part.firm.calendar.first + part.firm.calendar.month_start[min(2, part.firm.calendar.months - 1)] + 10
    )
    opened = np.where(migrated, moving_day * DAY + 2 * 3600 + rng.integers(0, 5400, size), opened)
    reps = part.firm.reps
    branch = customers["branch"][owner]
    settled = part.group.reps[(reps.hired[part.group.reps] < part.start - 900)]
    opener = settled[rng.integers(0, len(settled), size)] if len(settled) else np.full(size, -1)
    at_work = (opener >= 0) & (reps.hired[opener] * DAY < opened) & (rng.random(size) < 0.5) & ~migrated
    none = np.full(size, -1)
    return {
        "sitting": none,
        "product": product,
        "customer": owner,
        "tod": opened % DAY,
        "parent": none,
        "rep": np.where(at_work, opener, -1),
        "credited": np.where(at_work, opener, -1),
        "branch": branch,
        "channel": np.where(migrated, SYSTEM, np.where(rng.random(size) < 0.05, MAIL, BRANCH_CHANNEL)),
        "scheme": none,
        "item": none,
        "held": none,
        "day": opened // DAY - part.start,
        "bulk": none,
        "profile": np.zeros(size, dtype=np.int64),
        "opened": opened,
        "applied": np.where(migrated, NONE, opened - rng.integers(200, 2000, size)),
        "recorded": np.where(migrated, opened + 30, opened + rng.integers(5, 240, size)),
    }


def live(part: Part, accounts: Columns) -> None:
    """Whether and when each account comes to life (`first_use`, NONE if never) and when it ends (`closed`, day number)."""
    rng = part.streams("life")
    size = length(accounts)
    bad = accounts["scheme"] >= 0
    rep = accounts["rep"]
    end = (part.firm.calendar.last + 1) * DAY
    quality = np.where(rep >= 0, part.firm.reps.quality[rep], 0.0)
    kind = part.firm.branches.kind[accounts["branch"]]
    odds = UNUSED[accounts["product"]]
    logit = np.log(odds / (1 - odds)) + quality + np.where(kind == STUDENT, BRANCH.student_unused, 0.0)
    unused = np.where(bad, chance("unused", accounts["profile"]), 1 / (1 + np.exp(-logit)))
    never = rng.random(size) < unused
    wait = np.exp(rng.normal(0, 0.85, size)) * DELAY[accounts["product"]]
    payroll = (accounts["bulk"] >= 0) | ((kind == PAYROLL) & (rng.random(size) < 0.3))
    wait = np.where(payroll, rng.uniform(14, 45, size), wait)
    later = accounts["opened"] + (wait * DAY).astype(np.int64)
    hour = np.clip(rng.normal(14, 4, size), 0.2, 23.8)
    settled = accounts["day"] < 0
    resumed = (part.start + rng.integers(0, 150, size)) * DAY
    later = np.where(settled, np.maximum(later, resumed), later)
    use = np.maximum(later // DAY * DAY + (hour * 3600).astype(np.int64), accounts["opened"] + 600)
    accounts["first_use"] = np.where(never | (use >= end), NONE, use)
    accounts["never"] = never
    _close(part, rng, accounts, bad, never)


def _close(part: Part, rng: np.random.Generator, accounts: Columns, bad: Array, never: Array) -> None:
    size = length(accounts)
    last = part.firm.calendar.last
    opened = accounts["opened"] // DAY
    quick = rng.random(size) < np.where(bad, chance("quick_close", accounts["profile"]), OPENING.quick_close)
    slow = rng.random(size) < OPENING.later_close * np.where(never, 2.5, 1.0)
    start = np.maximum(opened, part.start)
    closed = np.where(quick, start + rng.integers(9, 90, size), start + rng.integers(90, 500, size))
    closed = np.where((quick | slow) & (closed <= last), closed, NONE)
    parent = accounts["parent"]
    closed = np.where(
        (parent >= 0) & (closed[np.maximum(parent, 0)] != NONE), closed[np.maximum(parent, 0)], closed
    )
    accounts["closed"] = closed
    by = np.where(never & (rng.random(size) < 0.4), FIRM, CUSTOMER)
    by = np.where(bad & (rng.random(size) < 0.15), REP, by)
    by = np.where(rng.random(size) < 0.03, REP, by)
    accounts["closed_by"] = np.where(closed == NONE, -1, by)
    gone = (closed != NONE) & (accounts["first_use"] // DAY >= closed)
    accounts["first_use"] = np.where(gone, NONE, accounts["first_use"])
