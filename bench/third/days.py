"""The firm's ordinary days: season, pay-days, ramp of new staff, honest effort near a goal, self-service."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bench.third.customers import new_customer, relative
from bench.third.places import at_hour, is_open, moment, month_end
from bench.third.selling import log_contact, open_account, sitting, wanted
from bench.third.state import Branch, Customer, How, Rep, World


class Calendar:
    """How busy each day is, drawn once for the firm."""

    def __init__(self, world: World, dice: Random) -> None:
        self.season = [dice.lognormvariate(0, 0.09) for _ in range(12)]
        self.season[0] *= dice.uniform(1.0, 1.35)
        self.season[8] *= dice.uniform(1.0, 1.3)
        self.week = [1.05, 0.95, 0.95, 1.0, 1.2, 0.7, 0.6]
        self.payday = dice.uniform(1.0, 1.2)
        self.last = dice.uniform(1.0, 1.3)

    def factor(self, day: date, branch: Branch) -> float:
        """Footfall of the day against the mean."""
        f = self.season[day.month - 1] * self.week[day.weekday()]
        if day.day in (1, 15) or (branch.kind == "payroll" and day.weekday() == 4):
            f *= self.payday
        if (month_end(day) - day).days < 3:
            f *= self.last
        if branch.kind == "student":
            f *= 2.2 if day.month in (8, 9, 1) else 0.75
        return f


def pick_customer(world: World, branch: Branch, day: date, dice: Random) -> Customer:
    """Someone who walks in: new to the firm, a relative of a customer, or a customer already."""
    if not branch.pool or dice.random() < world.kind.new:
        if branch.pool and dice.random() < 0.16:
            kin = dice.choice(branch.pool)
            if kin.kind == "person" and kin.created <= day:
                return relative(world, kin, day, dice, dice.choice(["adult", "adult", "child"]))
        return new_customer(world, branch, day, dice)
    for _ in range(6):
        person = dice.choice(branch.pool)
        if person.created <= day and not (person.deceased and person.deceased <= day):
            return person
    return new_customer(world, branch, day, dice)


def _ramp(rep: Rep, day: date) -> float:
    weeks = (day - rep.hired).days / 7
    return min(1.0, 0.25 + weeks / 14)


def poisson(mean: float, dice: Random) -> int:
    """A count with the given mean (small means only, by the waiting times between events)."""
    n, left = 0, dice.expovariate(1.0)
    while left < mean:
        n += 1
        left += dice.expovariate(1.0)
    return n


def _idle_contact(world: World, rep: Rep, branch: Branch, day: date, dice: Random) -> None:
    """A conversation that opens nothing, now and then a plain refusal of something offered."""
    person = dice.choice(branch.pool) if branch.pool else None
    if person is None or person.created > day or person.quiet:
        return
    good = wanted(world, person, dice)
    kind = dice.choice(["call", "mail", "email", "visit", "visit"])
    direction = "out" if kind != "visit" else "in"
    outcome = dice.choices(["no_answer", "declined", "attended", "bounced", "opted_out"], [35, 38, 22, 3, 2])[
        0
    ]
    if outcome in ("bounced", "no_answer") and kind == "visit":
        outcome = "attended"
    at = moment(branch, day, dice, rep.night)
    log_contact(world, person, rep, branch, at, kind, outcome, dice, good, direction)
    if outcome == "declined" and good and not good.requires and dice.random() < 0.04:
        # Some people come back by themselves, weeks after a no.
        later = day + timedelta(days=dice.randint(3, 75))
        if later <= world.end and rep.at_work(later) and is_open(branch, later):
            log_contact(
                world,
                person,
                rep,
                branch,
                at_hour(later, branch.opens + 0.2, dice),
                "call",
                "accepted",
                dice,
                good,
                "in",
            )
            sitting(world, rep, branch, later, person, dice, How(goods=[good], contact=True))


def _self_service(world: World, count: int, day: date, dice: Random) -> None:
    """What customers open by themselves, with nobody's name on it."""
    for _ in range(count):
        branch = dice.choice(world.branches)
        person = pick_customer(world, branch, day, dice)
        good = wanted(world, person, dice)
        if good is None or good.requires or good.who == "business":
            continue
        at = at_hour(day, dice.choice([0.5, 7, 12, 18, 20, 21, 22]) + dice.uniform(0, 1.4), dice)
        open_account(
            world, None, None, person, good, at, How(channel=dice.choice(["online", "mobile"])), dice
        )


def _effort(world: World, rep: Rep, done: dict[tuple[str, date], int], day: date, dice: Random) -> int:
    """Near the end of the month somebody just short of his goal works the phones, honestly."""
    left = (month_end(day) - day).days
    target = world.targets.get((rep.rep_id, day.replace(day=1)), 0)
    short = target - done.get((rep.rep_id, day.replace(day=1)), 0)
    if left > 2 or not 0 < short <= 3:
        return 0
    return int(dice.random() < world.habits.push)


def live(world: World) -> None:
    """Run every ordinary day of the window."""
    dice = world.dice("days")
    calendar = Calendar(world, dice)
    sellers = [r for r in world.reps if r.sells]
    days = (world.end - world.start).days
    mean = 1.9 if world.habits.feature_mode != "unrecorded" and world.kind.name != "broker_dealer" else 1.3
    rate = world.habits.openings / mean / days / sum(r.pace for r in sellers) / 0.52
    done: dict[tuple[str, date], int] = {}
    for offset in range(days + 1):
        day = world.start + timedelta(days=offset)
        for rep in sellers:
            post = rep.post_on(day)
            if post is None or not is_open(post.branch, day) or rep.absent(day):
                continue
            if dice.random() > (5 / world.kind.weekdays if world.kind.weekdays > 5 else 1.0):
                continue
            busy = rate * rep.pace * post.fte * calendar.factor(day, post.branch) * _ramp(rep, day)
            busy *= 1.3 if post.branch.opened_on else 1.0
            count = poisson(busy, dice) + _effort(world, rep, done, day, dice)
            for _ in range(count):
                person = pick_customer(world, post.branch, day, dice)
                got = sitting(world, rep, post.branch, day, person, dice)
                key = (rep.rep_id, day.replace(day=1))
                done[key] = done.get(key, 0) + sum(a.parent is None for a in got)
            for _ in range(poisson(busy * 0.8, dice)):
                _idle_contact(world, rep, post.branch, day, dice)
        _self_service(world, poisson(world.habits.openings / days / mean * 0.07, dice), day, dice)
