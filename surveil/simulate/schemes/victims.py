"""Customers who are not just anybody: staff and their families, people who cannot be customers, the rich without need."""

from __future__ import annotations

import datetime as dt

import numpy as np

from surveil.simulate.days import number
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, NONE, Array, Columns, length

FAMILY_SIZE = 3
PLACEHOLDER_NAMES = ("Test Customer", "Rex Rover", "A A", "Unknown Unknown", "New Client", "Mittens Cat")
FIRST_BIRTH = -25_567
"""1900-01-01, what a form shows when nobody fills it in."""


def staff_records(part: Part, bare: Columns) -> tuple[Array, Array]:
    """Earlier customers who are representatives of the group.

    Returns a customer's position for each representative of the firm (-1: no record in this group), and for each
    customer the position of the staff member whose household he belongs to (-1: none).
    """
    rng = part.streams("staff records")
    own = np.full(part.firm.reps.count, -1)
    family = np.full(length(bare), -1)
    first_home = np.isin(part.firm.reps.home, part.group.branches)
    sharing = [g.number for g in part.firm.groups if np.array_equal(g.branches, part.group.branches)]
    if part.group.number != sharing[0]:
        return own, family
    insiders = {scheme.rep for scheme in part.firm.schemes if scheme.kind == "self_and_family"}
    for branch in part.group.branches:
        pool = np.flatnonzero((bare["branch"] == branch) & (bare["first"] < 0))
        pool = rng.permutation(pool)
        for rep in np.flatnonzero(first_home & (part.firm.reps.home == branch)).tolist():
            wanted = 1 + (FAMILY_SIZE if rep in insiders or rng.random() < 0.15 else 0)
            if len(pool) < wanted:
                break
            members, pool = pool[:wanted], pool[wanted:]
            own[rep] = members.min()
            family[members] = members.min()
    return own, family


def redirect(part: Part, sittings: Columns, customer: Array, own: Array, family: Array) -> None:
    """Send the sittings of schemes that need certain customers to them; twins go to the customer of their sitting."""
    rng = part.streams("victims")
    for position, scheme in enumerate(part.firm.schemes):
        if scheme.kind != "self_and_family" or own[scheme.rep] < 0:
            continue
        members = np.flatnonzero(family == own[scheme.rep])
        rows = np.flatnonzero(sittings["scheme"] == position)
        customer[rows] = members[rng.integers(0, len(members), len(rows))]
    twins = np.flatnonzero(sittings["twin"] >= 0)
    customer[twins] = customer[sittings["twin"][twins]]


def well_off(part: Part, sittings: Columns, customer: Array, customers: Columns) -> None:
    """Make the customers of credit pushers people with money who have said they need no credit."""
    pushed = np.array([scheme.kind == "credit_pusher" for scheme in part.firm.schemes] + [False])
    rows = np.flatnonzero(pushed[sittings["item"]])
    rng = part.streams("well off")
    who = np.unique(customer[rows])
    liquid = (np.exp(rng.normal(11.9, 0.5, len(who))) // 100 * 10_000).astype(np.int64)
    customers["liquid"][who] = np.maximum(customers["liquid"][who], liquid)
    customers["worth"][who] = np.maximum(customers["worth"][who], customers["liquid"][who] + liquid // 2)
    customers["need_credit"][who] = np.where(rng.random(len(who)) < 0.85, 0, customers["need_credit"][who])


def name_staff(part: Part, customers: Columns, own: Array) -> None:
    """The records of staff carry their names."""
    reps = part.firm.reps
    customers["employee"] = np.where(part.streams("staff flags").random(length(customers)) < 0.05, NONE, 0)
    for rep in np.flatnonzero(own >= 0).tolist():
        customers["name"][own[rep]] = reps.table["name"][rep]
        customers["kind"][own[rep]] = "person"
        customers["employee"][own[rep]] = 1
        customers["birth"][own[rep]] = reps.hired[rep] - 365 * (22 + rep * 7 % 19)


def bury_and_invent(part: Part, sittings: Columns, customer: Array, customers: Columns) -> None:
    """Deaths, and the impossible customers of whoever invents them: dead, unborn, unnamed, all born on one day."""
    rng = part.streams("improbable")
    size = length(customers)
    customers["deceased"] = np.full(size, NONE)
    at = (part.start + sittings["day"]) * DAY
    last_seen = np.zeros(size, dtype=np.int64)
    np.maximum.at(last_seen, customer, at // DAY)
    old = (customers["birth"] != NONE) & (customers["birth"] < part.start - 70 * 365) & (last_seen == 0)
    died = part.start + (rng.random(size) * part.firm.calendar.days).astype(np.int64)
    customers["deceased"] = np.where(old & (rng.random(size) < 0.05), died, NONE)
    for position, scheme in enumerate(part.firm.schemes):
        if scheme.kind != "improbable_customers":
            continue
        born = number_of_birth(part, scheme.rep)
        for who in np.unique(customer[sittings["scheme"] == position]).tolist():
            match int(rng.choice(5, p=[0.35, 0.2, 0.15, 0.15, 0.15])):
                case 0:
                    customers["birth"][who] = born
                case 1:
                    customers["birth"][who] = FIRST_BIRTH
                case 2:
                    customers["name"][who] = PLACEHOLDER_NAMES[int(rng.integers(len(PLACEHOLDER_NAMES)))]
                case 3:
                    customers["birth"][who] = customers["created"][who] // DAY + int(rng.integers(5, 200))
                case _:
                    customers["deceased"][who] = customers["created"][who] // DAY - int(rng.integers(20, 500))


def number_of_birth(part: Part, rep: int) -> int:
    """The one birth date somebody types again and again."""
    return number(dt.date(1980, 1, 1)) + (rep * 37 + part.firm.seed) % 28
