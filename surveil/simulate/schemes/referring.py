"""Referrals made for their fee: mills that hardly convert, rings of colleagues, fees above or against the rule."""

from __future__ import annotations

import numpy as np

from surveil.simulate.contacts import CONVERTED, OPEN, REF_DECLINED, REF_NO_SHOW, Visitors, referral_rows
from surveil.simulate.products import CODE
from surveil.simulate.schemes.extra import working_days
from surveil.simulate.schemes.plan import MILD, SEVERE, Scheme
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, Array, Columns, choose, length, stack

MILL_GROWTH = {MILD: 1.3, SEVERE: 2.2}
MILL_CONVERSION = 0.06
LEAST = 4
TO_COLLEAGUES = tuple(CODE[code] for code in ("BUSINESS", "CARD"))


def planted_referrals(part: Part, visitors: Visitors, honest: Columns) -> Columns:
    """Referrals of mills and rings. Called before outcomes are turned into sales."""
    pieces = []
    for position, scheme in part.schemes:
        if scheme.kind not in ("referral_miller", "referral_ring"):
            continue
        rng = part.streams(f"scheme {position}")
        days = working_days(part, scheme.rep, scheme.start, scheme.end)
        if not len(days):
            continue
        day = honest["at"] // DAY - part.start
        usual = int(((honest["giver"] == scheme.rep) & (day >= scheme.start) & (day <= scheme.end)).sum())
        if scheme.kind == "referral_miller":
            pieces.append(_mill(part, rng, visitors, position, scheme, days, usual))
        else:
            pieces.append(_ring(part, rng, visitors, position, scheme, days, usual))
    return stack(pieces)


def next_in_ring(scheme: Scheme) -> int:
    """The member of the ring to whom this one sends his referrals."""
    return scheme.allies[(scheme.allies.index(scheme.rep) + 1) % len(scheme.allies)]


def _mill(
    part: Part,
    rng: np.random.Generator,
    visitors: Visitors,
    position: int,
    scheme: Scheme,
    days: Array,
    usual: int,
) -> Columns:
    many = max(LEAST, round(usual * MILL_GROWTH[scheme.strength] * scheme.share / (1.2 - scheme.share)))
    day = rng.choice(days, many)
    product = np.array([CODE[c] for c in ("FUND", "MORTGAGE", "LIFE", "ADVISORY")])[rng.integers(0, 4, many)]
    table = _refer(part, rng, visitors, position, scheme.rep, day, product)
    size = length(table)
    late = table["outcome"] == OPEN
    drawn = choose(rng, np.array([0.30, 0.32, 0.32, MILL_CONVERSION]), size)
    table["outcome"] = np.where(
        late & (rng.random(size) < 0.5), OPEN, np.array([OPEN, REF_NO_SHOW, REF_DECLINED, CONVERTED])[drawn]
    )
    beyond = table["decided"] // DAY > part.firm.calendar.last
    table["outcome"] = np.where(beyond, OPEN, table["outcome"])
    return table


def _ring(
    part: Part,
    rng: np.random.Generator,
    visitors: Visitors,
    position: int,
    scheme: Scheme,
    days: Array,
    usual: int,
) -> Columns:
    many = max(LEAST, int(rng.poisson(max(usual, 8) * scheme.share / (1 - scheme.share))))
    to = next_in_ring(scheme)
    day = rng.choice(days, many)
    there = (part.firm.reps.employed[to, day] == 1) & (to != scheme.rep)
    day = day[there]
    product = np.array(TO_COLLEAGUES)[rng.integers(0, len(TO_COLLEAGUES), len(day))]
    table = _refer(part, rng, visitors, position, scheme.rep, day, product)
    table["taker"] = np.full(length(table), to)
    return table


def _refer(
    part: Part,
    rng: np.random.Generator,
    visitors: Visitors,
    position: int,
    rep: int,
    day: Array,
    product: Array,
) -> Columns:
    customer = visitors.draw(rng, part.firm.reps.branch[rep, day], day)
    keep = customer >= 0
    giver = np.full(int(keep.sum()), rep)
    return referral_rows(part, rng, giver, day[keep], product[keep], customer[keep], scheme=position)


def break_fees(part: Part, referrals: Columns) -> None:
    """Fees far above nominal, or on condition of a sale, to people who are not registered."""
    day = referrals["at"] // DAY - part.start
    for position, scheme in part.schemes:
        if scheme.kind != "fee_breaker":
            continue
        rng = part.streams(f"scheme {position}")
        own = np.flatnonzero(
            (referrals["giver"] == scheme.rep)
            & (day >= scheme.start)
            & (day <= scheme.end)
            & np.isin(referrals["outcome"], (CONVERTED, REF_DECLINED))
            & (referrals["scheme"] < 0)
        )
        if not len(own):
            continue
        wanted = min(len(own), max(LEAST - 1, round(scheme.share * len(own))))
        chosen = rng.choice(own, wanted, replace=False)
        high = rng.random(wanted) < 0.6
        won = referrals["outcome"][chosen] == CONVERTED
        high |= ~won
        referrals["fee"][chosen] = np.where(
            high, rng.integers(3, 13, wanted) * 2500, referrals["fee"][chosen]
        )
        referrals["basis"][chosen] = np.where(~high, 2, referrals["basis"][chosen])
        referrals["fee_due"][chosen] = True
        referrals["scheme"][chosen] = position
