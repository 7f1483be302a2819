"""Where and when a firm serves customers: branches, hours, shifts, holidays and the moments in between."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from bench.third.kinds import ZONES
from bench.third.names import words
from bench.third.state import Branch, World

_AREAS = {
    "NY": "212 718 845", "NJ": "201 609", "PA": "215 412", "OH": "216 614", "FL": "305 813", "GA": "404 912",
    "IL": "312 217", "MN": "612 218", "TX": "214 512", "KS": "316 785", "CO": "303 970", "AZ": "602 520",
    "CA": "213 619 916", "WA": "206 509", "HI": "808", "": "800",
}  # fmt: skip
_TOWNS = words(
    "Ashford Barlow Cedarton Dunmore Eastlake Fairmont Glenview Harwick Inverness Jasper Kingsley Larkin "
    "Milbrook Norwell Oakhurst Pinedale Quincy Ridgeway Stanton Tilden Upton Vernon Westbrook Yardley "
    "Zelton Alden Briar Colby Dover Elkton Foley Grafton Hollis Ivywood Juniper Kendall Lowell Marlow "
    "Newbury Orwell"
)


@cache
def holidays(year: int) -> frozenset[date]:
    """The federal holidays of a year, moved off weekends as banks keep them."""

    def nth(month: int, weekday: int, n: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

    last_may = date(year, 5, 31)
    fixed = [date(year, m, d) for m, d in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
    moved = [d + timedelta(days=1) if d.weekday() == 6 else d for d in fixed]
    floating = [nth(1, 0, 3), nth(2, 0, 3), nth(9, 0, 1), nth(10, 0, 2), nth(11, 3, 4)]
    return frozenset([*moved, *floating, last_may - timedelta(days=last_may.weekday())])


def is_open(branch: Branch, day: date) -> bool:
    """Whether the branch serves customers on the day; call centres and shops open on holidays too."""
    if branch.opened_on and day < branch.opened_on:
        return False
    if branch.closed_on and day >= branch.closed_on:
        return False
    if day.weekday() not in branch.weekdays:
        return False
    rests = branch.kind not in ("call_centre", "instore")
    return not (rests and day in holidays(day.year)) and (day.month, day.day) != (12, 25)


def hours(branch: Branch, day: date) -> tuple[float, float]:
    """Opening and closing hour of the day; Saturdays are short in branches."""
    if day.weekday() >= 5 and branch.kind not in ("call_centre", "instore"):
        return branch.opens, min(branch.closes, 13.0)
    return branch.opens, branch.closes


def at_hour(day: date, hour: float, dice: Random) -> datetime:
    """A moment of the day, second by second; hours past midnight fall on the next day."""
    seconds = int(hour * 3600) + dice.randint(0, 59)
    return datetime.combine(day, time()) + timedelta(seconds=seconds)


def moment(branch: Branch, day: date, dice: Random, night: bool = False) -> datetime:
    """A moment when a customer would be served; the night shift of a call centre works 20:00 to 04:00."""
    if night:
        return at_hour(day, dice.uniform(20.0, 28.0), dice)
    opens, closes = hours(branch, day)
    # Two humps, around late morning and before closing, rather than an even day.
    spot = dice.betavariate(2.2, 3.0) if dice.random() < 0.6 else dice.betavariate(3.5, 1.8)
    return at_hour(day, opens + 0.05 + spot * (closes - opens - 0.35), dice)


def month_end(day: date) -> date:
    """The last day of the month of the day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def months(start: date, end: date) -> list[date]:
    """The first day of every month touched from start to end."""
    out = []
    day = start.replace(day=1)
    while day <= end:
        out.append(day)
        day = month_end(day) + timedelta(days=1)
    return out


def new_phone(area: str, dice: Random) -> str:
    """A ten-digit number that looks like one."""
    return f"{area}{dice.randint(220, 989)}{dice.randint(0, 9999):04d}"


def _branch_kind(world: World, number: int, dice: Random) -> str:
    if world.kind.remote:
        return "call_centre" if number < world.habits.branches - 1 else "standard"
    if world.kind.name == "instore":
        return "instore"
    weights = {"standard": 0.7, "student": 0.07, "payroll": 0.08, "retirement": 0.09, "commuter": 0.06}
    return dice.choices(list(weights), list(weights.values()))[0]


def _branch(world: World, number: int, dice: Random) -> Branch:
    kind = _branch_kind(world, number, dice)
    state = dice.choice(world.habits.states) if number else world.habits.states[0]
    zone = ZONES[state]
    opens, closes = world.kind.hours
    shift = dice.choice([0, 0, 0, -0.5, 0.5, 1.0])
    style = world.habits.id_style["branches"]
    branch_id = {"zero": f"{number * 3 + 7:04d}", "prefix": f"B{number + 101}", "plain": str(number + 11),
                 "dash": f"{state}-{number + 1:02d}"}[style]  # fmt: skip
    town = _TOWNS[number % len(_TOWNS)] + ("" if number < len(_TOWNS) else " South")
    idle = {"student": 0.7, "retirement": 0.35, "payroll": -0.1}.get(kind, 0.0) + dice.gauss(0, 0.35)
    return Branch(
        branch_id=branch_id,
        name=f"{town} {'Centre' if kind == 'call_centre' else 'Branch'}",
        kind=kind,
        state=state,
        zone=zone,
        district=f"D{number // 5 + 1}",
        region=f"R{number // 15 + 1}",
        opens=opens + shift,
        closes=closes + shift,
        weekdays=frozenset(range(world.kind.weekdays)),
        opened_on=None,
        closed_on=None,
        idle=idle,
        gap=max(0.2, dice.lognormvariate(0, 0.6)),
        logs=dice.choice([1.0, 1.0, 1.0, 0.85, 0.6]),
        area=dice.choice(_AREAS[state].split()),
        town=town,
        ip=f"10.{dice.randint(10, 250)}.{number}.",
        tablets=[f"TB{dice.randint(100000, 999999)}" for _ in dice.choice(["", "a", "ab", "ab"])],
    )


def make_branches(world: World) -> None:
    """All branches; one call centre of a telephone bank may sit on the far side of the world."""
    dice = world.dice("branches")
    world.branches = [_branch(world, n, dice) for n in range(world.habits.branches)]
    span = (world.end - world.start).days
    for branch in world.branches[2:]:
        if not world.kind.remote and dice.random() < 0.07:
            branch.opened_on = world.start + timedelta(days=dice.randint(40, span // 2))
    if world.kind.remote and dice.random() < 0.7:
        far = world.branches[1]
        far.zone, far.state, far.name = "Asia/Manila", "", "Cebu Centre"
        # Customers sleep and wake in America: the far centre works through its own night.
        far.opens, far.closes = 20.0, 29.0
        world.note(far.branch_id, "far_call_centre", "staff in another zone work through their night")
