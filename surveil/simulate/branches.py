"""The branches of the firm: where they are, what kind they are, and what disturbed them in which month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveil.simulate.days import Calendar
from surveil.simulate.figures import BRANCH
from surveil.simulate.names import STREETS
from surveil.simulate.table import Array, Columns, Streams

KINDS = ("standard", "student", "payroll", "retirement", "new", "call_centre")
STUDENT, PAYROLL, RETIREMENT, NEW, CALL_CENTRE = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Place:
    """A town with a branch; `zone` is a position in `days.ZONES`."""

    city: str
    state: str
    region: str
    zone: int
    postal: str
    areas: tuple[int, ...]


PLACES = (
    Place("Hartwell", "NY", "East", 0, "120", (212, 315, 516, 518, 585)),
    Place("Pine Harbor", "NJ", "East", 0, "076", (201, 609, 732, 856, 973)),
    Place("Marlow", "PA", "East", 0, "171", (215, 412, 484, 570, 717)),
    Place("Cedar Point", "FL", "South", 0, "327", (305, 352, 407, 561, 813)),
    Place("Ashford", "GA", "South", 0, "303", (404, 478, 678, 706, 770)),
    Place("Lindale", "TX", "South", 1, "757", (210, 214, 254, 281, 512)),
    Place("Elk Grove Falls", "IL", "Central", 1, "601", (217, 309, 312, 618, 630)),
    Place("St. Anselm", "MN", "Central", 1, "554", (218, 320, 507, 612, 651)),
    Place("Granite Peak", "CO", "West", 2, "802", (303, 719, 720, 970, 983)),
    Place("Mesa Verde Heights", "AZ", "West", 3, "852", (480, 520, 602, 623, 928)),
    Place("San Almo", "CA", "West", 4, "900", (213, 310, 323, 408, 415)),
    Place("Port Alder", "WA", "West", 4, "981", (206, 253, 360, 425, 509)),
)


@dataclass(frozen=True)
class Branches:
    """Branch by branch; matrices are branch x month."""

    table: Columns
    place: Array
    kind: Array
    zone: Array
    opened: Array
    """Day number; before the window for all but new branches."""
    shock: Array
    consent_outage: Array
    contact_outage: Array
    no_consents_before: Array
    """First day the consents of a branch are covered by the extract."""

    @property
    def count(self) -> int:
        return len(self.place)


def make_branches(streams: Streams, calendar: Calendar, reps: int) -> Branches:
    """Branches enough for so many representatives, one of them a call centre where there are at least four."""
    rng = streams("branches")
    count = max(2, round(reps / BRANCH.reps_per_branch))
    kind = _kinds(rng, count)
    place = _places(rng, count)
    opened = calendar.first - rng.integers(900, 12_000, count)
    new = kind == NEW
    months = calendar.months
    late = np.clip(rng.integers(3, 8, count), 1, max(1, months // 2))
    opened = np.where(new, calendar.first + calendar.month_start[late] + rng.integers(0, 12, count), opened)
    street = rng.integers(0, len(STREETS), count)
    table: Columns = {
        "branch_id": np.arange(count),
        "name": np.array(
            [f"{PLACES[p].city} {STREETS[s]}" for p, s in zip(place, street, strict=True)], dtype=object
        ),
        "kind": np.array(["standard" if k == NEW else KINDS[k] for k in kind], dtype=object),
        "district": np.array([f"{PLACES[p].state}-{1 + i % 3}" for i, p in enumerate(place)], dtype=object),
        "region": np.array([PLACES[p].region for p in place], dtype=object),
        "state": np.array([PLACES[p].state for p in place], dtype=object),
        "zone": np.array([PLACES[p].zone for p in place]),
        "opened_on": opened,
    }
    covered = np.full(count, calendar.first - 20_000)
    if count >= 8 and months >= 6:
        covered[rng.choice(np.flatnonzero(~new))] = calendar.first + calendar.month_start[2]
    consent_out = rng.random((count, months)) < BRANCH.consent_outages
    contact_out = rng.random((count, months)) < BRANCH.contact_outages
    if months * count >= 40:
        consent_out[rng.integers(count), rng.integers(months)] = True
        contact_out[rng.integers(count), rng.integers(months)] = True
    return Branches(
        table=table,
        place=place,
        kind=kind,
        zone=table["zone"],
        opened=opened,
        shock=np.exp(rng.normal(0, BRANCH.month_shock_sd, (count, months))),
        consent_outage=np.where(consent_out, BRANCH.consent_outage, 0.0),
        contact_outage=np.where(contact_out, BRANCH.contact_outage, 0.0),
        no_consents_before=covered,
    )


def _kinds(rng: np.random.Generator, count: int) -> Array:
    shares = np.array(list(BRANCH.kinds.values()))
    exact = shares / shares.sum() * count
    numbers = np.floor(exact).astype(int)
    for i in np.argsort(numbers - exact, kind="stable")[: count - numbers.sum()]:
        numbers[i] += 1
    kind = rng.permutation(np.repeat(np.arange(len(numbers)), numbers))
    if count >= 4:
        centres = max(1, round(BRANCH.call_centre_share * count * 0.5))
        kind[rng.choice(np.flatnonzero(kind == 0), centres, replace=False)] = CALL_CENTRE
    return kind


def _places(rng: np.random.Generator, count: int) -> Array:
    """Towns in order, so that neighbouring numbers share a state and groups of branches stay together."""
    used = min(len(PLACES), max(2, count // 3))
    towns = np.sort(rng.choice(len(PLACES), used, replace=False))
    return towns[np.arange(count) * used // count]
