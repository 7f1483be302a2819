"""Edits of customers' records: moves and corrections by customers, clerks' updates, and tampering around openings."""

from __future__ import annotations

import numpy as np

from surveil.simulate import names
from surveil.simulate.customers import format_phone
from surveil.simulate.days import leisure_hours, office_hours
from surveil.simulate.schemes.profiles import chance
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, Array, Columns, length, objects, stack, take

FIELDS = ("email", "phone", "address_line")
EMAIL, PHONE, ADDRESS = range(3)
MOVES_A_YEAR = 0.05
CORRECTED_AT_OPENING = 0.014


def change_rows(
    customer: Array, field: Array, old: Array, new: Array, at: Array, by: Array, branch: Array, scheme: Array
) -> Columns:
    return {
        "customer": customer,
        "field": field,
        "old": old,
        "new": new,
        "at": at,
        "by": by,
        "branch": branch,
        "scheme": scheme,
    }


def edits(part: Part, accounts: Columns, customers: Columns) -> Columns:
    """All edits of a group; `at` in branch-local seconds."""
    table = stack(
        [
            _own_edits(part, customers),
            _clerks_edits(part, accounts, customers),
            _tampering(part, accounts, customers),
        ]
    )
    keep = (table["at"] >= part.start * DAY) & (table["at"] < (part.firm.calendar.last + 1) * DAY)
    return take(table, np.flatnonzero(keep))


def _own_edits(part: Part, customers: Columns) -> Columns:
    """Customers who move house, or change their number or address themselves."""
    rng = part.streams("own edits")
    years = part.firm.calendar.days / 365
    who = np.flatnonzero(rng.random(length(customers)) < MOVES_A_YEAR * years)
    size = len(who)
    field = rng.choice([EMAIL, PHONE, ADDRESS], size, p=[0.25, 0.3, 0.45])
    at = (part.start + rng.integers(0, part.firm.calendar.days, size)) * DAY + leisure_hours(rng, size)
    at = np.maximum(at, customers["created"][who] + DAY)
    current = current_values(customers, who, field)
    branch = customers["branch"][who]
    return change_rows(
        who, field, _former_values(rng, field), current, at, np.full(size, -1), branch, np.full(size, -1)
    )


def _clerks_edits(part: Part, accounts: Columns, customers: Columns) -> Columns:
    """A known customer gives a new number or address while opening something, and the opener writes it down."""
    rng = part.streams("clerk edits")
    chosen = np.flatnonzero(
        (accounts["rep"] >= 0)
        & (accounts["day"] >= 0)
        & (accounts["scheme"] < 0)
        & (rng.random(length(accounts)) < CORRECTED_AT_OPENING)
    )
    who = accounts["customer"][chosen]
    chosen = chosen[customers["created"][who] < accounts["opened"][chosen] - 3 * DAY]
    who = accounts["customer"][chosen]
    field = rng.choice([EMAIL, PHONE, ADDRESS], len(who), p=[0.35, 0.4, 0.25])
    at = accounts["opened"][chosen] - rng.integers(60, 900, len(who))
    return change_rows(
        who,
        field,
        _former_values(rng, field),
        current_values(customers, who, field),
        at,
        accounts["rep"][chosen],
        accounts["branch"][chosen],
        np.full(len(who), -1),
    )


def _tampering(part: Part, accounts: Columns, customers: Columns) -> Columns:
    """The opener changes phone or e-mail near the opening, so that no notice arrives; most are changed back later."""
    rng = part.streams("tampering")
    bad = accounts["scheme"] >= 0
    chosen = np.flatnonzero(
        bad & (rng.random(length(accounts)) < np.where(bad, chance("tampered", accounts["profile"]), 0))
    )
    who, first = np.unique(accounts["customer"][chosen], return_index=True)
    chosen = chosen[first]
    size = len(who)
    field = rng.choice([EMAIL, PHONE], size, p=[0.55, 0.45])
    true = current_values(customers, who, field)
    false = _former_values(rng, field)
    scheme = accounts["scheme"][chosen]
    for row in np.flatnonzero((field == EMAIL) & (rng.random(size) < 0.4)):
        false[row] = ("noname@", "none@", "customer@")[row % 3] + names.BANK_DOMAIN
    near = rng.integers(-3, 4, size) * DAY
    at = accounts["opened"][chosen] // DAY * DAY + near + office_hours(rng, size)
    rep, branch = accounts["rep"][chosen], accounts["branch"][chosen]
    change = change_rows(who, field, true, false, at, rep, branch, scheme)
    back = np.flatnonzero(rng.random(size) < 0.75)
    later = at[back] + rng.integers(6, 40, len(back)) * DAY
    by = np.where(rng.random(len(back)) < 0.6, rep[back], -1)
    undo = change_rows(who[back], field[back], false[back], true[back], later, by, branch[back], scheme[back])
    lasting = np.setdiff1d(np.arange(size), back)
    for row in lasting[field[lasting] == EMAIL]:
        customers["email"][who[row]] = false[row]
    return stack([change, undo])


def current_values(customers: Columns, who: Array, field: Array) -> Array:
    """What the record says now."""
    phone = format_phone(customers["phone"][who], customers["style"][who])
    return np.select(
        [field == EMAIL, field == PHONE], [customers["email"][who], phone], customers["address"][who]
    )


def _former_values(rng: np.random.Generator, field: Array) -> Array:
    """Plausible values that are nobody's in particular."""
    size = len(field)
    number = rng.integers(0, 10_000, size)
    area = rng.choice([212, 305, 404, 512, 617, 718, 813, 916], size)
    phone = format_phone(area * 10_000_000 + 555_0000 + number, rng.integers(0, 4, size))
    street = rng.integers(0, len(names.STREETS), size)
    domain = rng.integers(0, len(names.MAIL_DOMAINS), size)
    email = objects(
        [
            f"user{n}.{names.STREETS[s].lower()}@{names.MAIL_DOMAINS[d]}"
            for n, s, d in zip(number, street, domain, strict=True)
        ]
    )
    line = objects([f"{n % 4000 + 1} {names.STREETS[s]} St" for n, s in zip(number, street, strict=True)])
    return np.select([field == EMAIL, field == PHONE], [email, phone], line)
