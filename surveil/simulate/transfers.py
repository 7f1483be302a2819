"""Money moved between accounts of one customer: saving, and round trips that make a new account look funded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveil.simulate.activity import BY_CUSTOMER, BY_REP, IN, INTERNAL, IS_DEPOSIT, OUT, rows
from surveil.simulate.days import leisure_hours, office_hours
from surveil.simulate.figures import OPENING
from surveil.simulate.schemes.profiles import chance
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, NONE, Array, Columns, stack, take

SUMS = (2500, 5000, 10_000, 15_000, 30_000, 50_000)
LEAST = 2000
"""Cents; less is not worth moving."""
OLD_BALANCE = 10**9
"""What an account from before the window holds is not known; it is taken to be enough."""


def transfers(part: Part, accounts: Columns, deposits: Columns) -> Columns:
    """All transfers of a group; each is two rows, one a leg, each naming the other account."""
    means = _Means.of(accounts, deposits)
    return stack([_round_trips(part, accounts, means), _savings(part, accounts, means)])


@dataclass(frozen=True)
class _Means:
    """What an account can give, and from when on: half of its opening deposit."""

    held: Array
    since: Array

    @classmethod
    def of(cls, accounts: Columns, deposits: Columns) -> _Means:
        held = np.where(accounts["day"] < 0, OLD_BALANCE, 0)
        held[deposits["account"]] = np.maximum(held[deposits["account"]], deposits["cents"] // 2)
        since = np.zeros(len(held), dtype=np.int64)
        since[deposits["account"]] = deposits["at"]
        return cls(held, since)

    def limit(self, source: Array, at: Array, wish: Array) -> Array:
        """The wish cut to what the source has at that time, 0 where that is next to nothing."""
        amount = np.minimum(wish, self.held[source] // 100 * 100)
        return np.where((amount >= LEAST) & (self.since[source] < at) & (source >= 0), amount, 0)


def earlier_account(accounts: Columns, chosen: Array) -> Array:
    """For each chosen account, another deposit account its customer had open before; -1 where there is none."""
    deposits = np.flatnonzero(IS_DEPOSIT[accounts["product"]])
    order = deposits[np.lexsort((accounts["opened"][deposits], accounts["customer"][deposits]))]
    customer = accounts["customer"][order]
    previous = np.full(len(accounts["product"]), -1)
    same = np.r_[False, customer[1:] == customer[:-1]] if len(order) else np.zeros(0, bool)
    previous[order] = np.where(same, np.r_[-1, order[:-1]] if len(order) else order, -1)
    source = previous[chosen]
    ended = (source >= 0) & (accounts["closed"][np.maximum(source, 0)] != NONE)
    return np.where(ended, -1, source)


def _wishes(rng: np.random.Generator, size: int) -> Array:
    sums = rng.choice(SUMS, size) * rng.uniform(0.8, 1.6, size)
    return np.asarray((sums // 100 * 100).astype(np.int64))


def _open_at(part: Part, accounts: Columns, chosen: Array, at: Array) -> Array:
    closed = accounts["closed"][chosen]
    inside = at < (part.firm.calendar.last + 1) * DAY
    return np.asarray(inside & ((closed == NONE) | (at < closed * DAY)))


def _round_trips(part: Part, accounts: Columns, means: _Means) -> Columns:
    """Into a new account within days and most of it back within a month: four rows each, honest ones too."""
    rng = part.streams("round trips")
    bad = accounts["scheme"] >= 0
    odds = np.where(bad, chance("round_trip", accounts["profile"]), OPENING.round_trip)
    new = IS_DEPOSIT[accounts["product"]] & (accounts["day"] >= 0) & (accounts["rep"] >= 0)
    chosen = np.flatnonzero(new & (rng.random(len(bad)) < odds))
    size = len(chosen)
    opened, scheme = accounts["opened"][chosen], accounts["scheme"][chosen]
    there = np.maximum(
        opened + 300, (opened // DAY + rng.integers(0, 5, size)) * DAY + office_hours(rng, size)
    )
    back = (there // DAY + rng.integers(2, 29, size)) * DAY + office_hours(rng, size)
    source = earlier_account(accounts, chosen)
    amount = means.limit(source, there, _wishes(rng, size))
    part_of_it = (amount * rng.uniform(0.9, 1.0, size)).astype(np.int64)
    returned = np.where(rng.random(size) < 0.75, amount, part_of_it)
    by = np.where(rng.random(size) < np.where(scheme >= 0, 0.6, 0.15), BY_REP, BY_CUSTOMER)
    rep = np.where(by == BY_REP, accounts["rep"][chosen], -1)
    legs = {
        "new": chosen,
        "old": source,
        "there": there,
        "back": back,
        "amount": amount,
        "returned": returned,
    }
    legs |= {"by": by, "rep": rep, "scheme": scheme}
    legs = take(legs, np.flatnonzero((amount > 0) & _open_at(part, accounts, chosen, back)))
    return stack(
        [
            _pair(legs["old"], legs["new"], legs["there"], legs["amount"], legs),
            _pair(legs["new"], legs["old"], legs["back"], legs["returned"], legs),
        ]
    )


def _savings(part: Part, accounts: Columns, means: _Means) -> Columns:
    """Customers who put money aside in another account of theirs, and leave it there."""
    rng = part.streams("savings")
    used = IS_DEPOSIT[accounts["product"]] & (accounts["first_use"] != NONE)
    chosen = np.flatnonzero(used & (rng.random(len(used)) < OPENING.saves))
    source = earlier_account(accounts, chosen)
    later = rng.integers(0, 120, len(chosen)) * DAY
    at = (accounts["first_use"][chosen] + later) // DAY * DAY + leisure_hours(rng, len(chosen))
    at = np.maximum(at, accounts["first_use"][chosen])
    amount = means.limit(source, at, _wishes(rng, len(chosen)))
    none = np.full(len(chosen), -1)
    legs = {"new": chosen, "old": source, "at": at, "amount": amount, "rep": none, "scheme": none}
    legs["by"] = np.full(len(chosen), BY_CUSTOMER)
    legs = take(legs, np.flatnonzero((amount > 0) & _open_at(part, accounts, chosen, at)))
    return _pair(legs["old"], legs["new"], legs["at"], legs["amount"], legs)


def _pair(source: Array, target: Array, at: Array, amount: Array, legs: Columns) -> Columns:
    """The two legs of a transfer; what staff start is done at a desk."""
    common: dict[str, Array | int] = {
        "tender": INTERNAL,
        **{name: legs[name] for name in ("by", "rep", "scheme")},
    }
    common["desk"] = (legs["by"] == BY_REP).astype(np.int64)
    return stack(
        [
            rows(source, at, OUT, -amount, other=target, **common),
            rows(target, at, IN, amount, other=source, **common),
        ]
    )
