"""Sales that should not have been made: without licence or training, or not fit for the customer."""

from __future__ import annotations

import numpy as np

from surveil.simulate.contacts import Visitors
from surveil.simulate.days import office_hours
from surveil.simulate.firm import Firm
from surveil.simulate.people import specialty_of
from surveil.simulate.products import CODE, IS_SALE, PRODUCTS, in_family
from surveil.simulate.sales import LOCKUP, RISK, amounts, sale_rows
from surveil.simulate.schemes.extra import working_days
from surveil.simulate.schemes.plan import Scheme
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, NONE, Array, Columns, length, stack

FORBIDDEN = {
    "unlicensed_seller": ("FUND", "FUNDGRO", "LIFE", "MORTGAGE"),
    "untrained_seller": ("LOAN",),
    "lapsed_seller": ("FUND", "FUNDGRO", "UIT"),
}
NATIONAL_SERIES = ("S6", "S7")
RISKY = ("FUNDGRO", "NOTE", "VARANN", "ALTFUND", "EQUITY")
SWITCHED = ("UIT", "VARANN", "NOTE")
LEAST = 2
TRIES = 40
"""Customers looked at to find one that a scheme can harm."""


def planted_sales(part: Part, customers: Columns, visitors: Visitors, honest: Columns) -> Columns:
    """All planted sales of a group. Called after the records were drawn to fit the honest sales."""
    pieces = []
    for position, scheme in part.schemes:
        days = working_days(part, scheme.rep, scheme.start, scheme.end)
        if not len(days):
            continue
        if scheme.kind in FORBIDDEN:
            pieces.append(_without_licence(part, visitors, position, scheme, days))
        elif scheme.kind in ("profile_mismatch", "over_concentrator"):
            pieces.append(_unsuitable(part, customers, visitors, honest, position, scheme, days))
        elif scheme.kind == "outside_experience":
            pieces.append(_outside(part, visitors, honest, position, scheme, days))
    return stack(pieces)


def forbidden_products(firm: Firm, rep: int, kind: str) -> list[int]:
    """The products a representative could be tempted to sell and may not (any more)."""
    lapsed = kind == "lapsed_seller"
    return [CODE[code] for code in FORBIDDEN[kind] if lapsed or not firm.reps.may_sell[rep, CODE[code]]]


def mark_lapsed(part: Part, made: Columns) -> None:
    """All that was sold while the licence for it had lapsed is a breach, what was sold in good faith too."""
    day = made["at"] // DAY - part.start
    needs = np.array([any(term in product.requires for term in NATIONAL_SERIES) for product in PRODUCTS])
    for position, scheme in enumerate(part.firm.schemes):
        if scheme.kind == "lapsed_seller":
            own = (
                (made["rep"] == scheme.rep)
                & (day >= scheme.start)
                & (day <= scheme.end)
                & needs[made["product"]]
            )
            made["scheme"] = np.where(own, position, made["scheme"])


def _without_licence(part: Part, visitors: Visitors, position: int, scheme: Scheme, days: Array) -> Columns:
    rng = part.streams(f"scheme {position}")
    products = forbidden_products(part.firm, scheme.rep, scheme.kind)
    if not products:
        return {}
    many = max(LEAST, int(rng.poisson(scheme.share * (scheme.end - scheme.start + 1) / 30)))
    day = rng.choice(days, many)
    product = np.array(products)[rng.integers(0, len(products), many)]
    customer = _anybody(part, rng, visitors, scheme.rep, day)
    return _sell(rng, part, position, scheme.rep, day, product, customer, amounts(rng, product))


def _unsuitable(
    part: Part,
    customers: Columns,
    visitors: Visitors,
    honest: Columns,
    position: int,
    scheme: Scheme,
    days: Array,
) -> Columns:
    """Risky or complex products for cautious or old people; or most of what somebody has in one of them."""
    rng = part.streams(f"scheme {position}")
    many = max(LEAST + 1, int(rng.poisson(scheme.share * _volume(honest, scheme, part))))
    licensed = [CODE[code] for code in RISKY if part.firm.reps.may_sell[scheme.rep, CODE[code]]]
    if not licensed:
        return {}
    day = rng.choice(days, many)
    product = np.array(licensed)[rng.integers(0, len(licensed), many)]
    mismatch = scheme.kind == "profile_mismatch"
    customer = np.full(many, -1)
    for _ in range(TRIES):
        drawn = _anybody(part, rng, visitors, scheme.rep, day)
        risk, liquid = customers["risk"][drawn], customers["liquid"][drawn]
        if mismatch:
            short = customers["horizon"][drawn] < LOCKUP[product]
            fits = (risk != NONE) & (
                (risk <= RISK[product] - 2) | short | (customers["experience"][drawn] < 1)
            )
        else:
            fits = (liquid != NONE) & (liquid > 1_500_000)
        customer = np.where((customer < 0) & fits & (drawn >= 0), drawn, customer)
    cents = amounts(rng, product)
    liquid = np.maximum(customers["liquid"][customer], 0)
    share = rng.uniform(0.08, 0.22, many) if mismatch else rng.uniform(0.55, 0.95, many)
    part_of_wealth = (liquid * share // 5000 * 5000).astype(np.int64) + 5000
    cents = np.where(liquid > 0, np.minimum(cents, part_of_wealth) if mismatch else part_of_wealth, cents)
    return _sell(rng, part, position, scheme.rep, day, product, customer, cents)


def _outside(
    part: Part, visitors: Visitors, honest: Columns, position: int, scheme: Scheme, days: Array
) -> Columns:
    """The family a representative knows least of all he may sell, pushed for some months, with many reversals."""
    rng = part.streams(f"scheme {position}")
    many = max(LEAST + 2, int(rng.poisson(scheme.share * _volume(honest, scheme, part))))
    able = np.flatnonzero(part.firm.reps.may_sell[scheme.rep] & IS_SALE & ~in_family("loan"))
    product = np.full(
        many, able[np.argmin(specialty_of(part.firm.seed, part.firm.reps.count)[scheme.rep, able])]
    )
    day = rng.choice(days, many)
    customer = _anybody(part, rng, visitors, scheme.rep, day)
    table = _sell(rng, part, position, scheme.rep, day, product, customer, amounts(rng, product))
    undone = table["at"] // DAY + rng.integers(4, 40, length(table))
    undone = np.where((rng.random(length(table)) < 0.3) & (undone <= part.firm.calendar.last), undone, NONE)
    return table | {"reversed": undone}


def replacements(part: Part, honest: Columns) -> Columns:
    """Trusts, annuities and notes sold and replaced by others: near their end by many, long before it by schemes.

    `replaces` is the position in `honest` of the sale that is given up.
    """
    rng = part.streams("replacements")
    calendar = part.firm.calendar
    switched = np.isin(honest["product"], [CODE[code] for code in SWITCHED])
    kinds = {s.rep: (p, s) for p, s in enumerate(part.firm.schemes) if s.kind == "early_replacer"}
    sold = honest["at"] // DAY
    end = sold + LOCKUP[honest["product"]] * 30
    due = end - rng.integers(0, 40, len(sold))
    usual = switched & (due <= calendar.last) & (rng.random(len(sold)) < 0.5)
    pieces = [_replace(part, rng, honest, np.flatnonzero(usual), due[usual], -1)]
    for rep, (position, scheme) in kinds.items():
        mine = np.flatnonzero(
            switched & (honest["rep"] == rep) & (sold + 60 <= part.start + scheme.end) & ~usual
        )
        wanted = max(LEAST + 1, int(rng.poisson(scheme.share * (scheme.end - scheme.start) / 30)))
        chosen = rng.permutation(mine)[:wanted]
        earliest = np.maximum(sold[chosen] + 60, part.start + scheme.start)
        room = np.maximum(np.minimum(part.start + scheme.end, end[chosen] - 110) - earliest, 1)
        day = earliest + (rng.random(len(chosen)) * room).astype(np.int64)
        days = working_days(part, rep, scheme.start, scheme.end)
        if len(days):
            day = part.start + days[np.minimum(np.searchsorted(days, day - part.start), len(days) - 1)]
            pieces.append(_replace(part, rng, honest, chosen, day, position))
    return stack(pieces)


def _replace(
    part: Part, rng: np.random.Generator, honest: Columns, chosen: Array, day: Array, position: int
) -> Columns:
    rep = honest["rep"][chosen]
    there = part.firm.reps.present[rep, part.firm.calendar.position(day)] == 1
    chosen, day, rep = chosen[there], day[there], rep[there]
    size = len(chosen)
    return sale_rows(
        np.full(size, -1),
        honest["customer"][chosen],
        honest["product"][chosen],
        rep,
        day * DAY + office_hours(rng, size),
        honest["cents"][chosen] * rng.integers(88, 104, size) // 100,
        replaces=chosen,
        scheme=np.full(size, position),
    )


def _sell(
    rng: np.random.Generator,
    part: Part,
    position: int,
    rep: int,
    day: Array,
    product: Array,
    customer: Array,
    cents: Array,
) -> Columns:
    keep = customer >= 0
    day, product, customer, cents = day[keep], product[keep], customer[keep], cents[keep]
    size = len(day)
    at = (part.start + day) * DAY + office_hours(rng, size)
    table = sale_rows(np.full(size, -1), customer, product, np.full(size, rep), at, cents)
    return table | {"scheme": np.full(size, position)}


def _anybody(part: Part, rng: np.random.Generator, visitors: Visitors, rep: int, day: Array) -> Array:
    return visitors.draw(rng, part.firm.reps.branch[rep, day], day)


def _volume(honest: Columns, scheme: Scheme, part: Part) -> int:
    day = honest["at"] // DAY - part.start
    return int(((honest["rep"] == scheme.rep) & (day >= scheme.start) & (day <= scheme.end)).sum())
