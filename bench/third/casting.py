"""Who does wrong in this firm, what, how much and when: the draw of culprits and their manners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.third.places import is_open
from bench.third.state import Branch, Customer, Rep, World


@dataclass
class Job:
    """One culprit's scheme: its spell, its size and whether he takes care to hide it."""

    world: World
    rep: Rep
    strength: str
    start: date
    end: date
    count: int
    careful: bool
    dice: Random
    typology: str = ""

    def days(self) -> list[date]:
        """The days of the spell on which he is at work and his branch is open."""
        span = (self.end - self.start).days
        all_days = [self.start + timedelta(days=n) for n in range(span + 1)]
        return [
            d
            for d in all_days
            if (p := self.rep.post_on(d)) and is_open(p.branch, d) and not self.rep.absent(d)
        ]

    def pick_days(self, late: bool = False) -> list[date]:
        """One day for every deed; people under a goal lean to the end of the month and to busy days."""
        days = self.days()
        if not days:
            return []
        weights = [
            1.0 + (1.8 if d.day > 20 and late else 0.0) + (0.5 if d.weekday() in (4, 5) else 0.0)
            for d in days
        ]
        # Wrongs come in runs: a bad week, then nothing for a while.
        mood = [0.2 if self.dice.random() < 0.5 else 1.6 for _ in range(len(days) // 7 + 1)]
        weights = [w * mood[n // 7] for n, w in enumerate(weights)]
        return sorted(self.dice.choices(days, weights, k=self.count))

    def branch(self, day: date) -> Branch:
        """Where he sits that day."""
        post = self.rep.post_on(day)
        assert post is not None
        return post.branch

    def victim(self, day: date, taste: str = "any") -> Customer | None:
        """A customer he knows of: his own sittings first, then anyone on the branch's books."""
        branch = self.branch(day)
        mine = (
            [s.customer for s in self.world.sittings if s.rep is self.rep and s.at.date() < day]
            if taste == "own"
            else []
        )
        pool = mine or branch.pool
        fits: list[Callable[[Customer], bool]] = [
            lambda p: p.created < day and p.kind == "person" and not p.staff
        ]
        if taste == "weak":
            fits.append(lambda p: p.who == "elder" or p.vulnerable or p.language != "en")
        for _ in range(60):
            person = self.dice.choice(pool) if pool else None
            alive = person is not None and (
                person.deceased is None or person.deceased > day or not self.careful
            )
            if person is not None and alive and all(f(person) for f in fits):
                return person
        return None


Scheme = Callable[[Job], int]


def volume(world: World) -> Counter[str]:
    """Openings of each person in the window, features included."""
    return Counter(a.rep_id for a in world.accounts if not a.old and a.rep_id)


def spell(world: World, rep: Rep, strength: str, dice: Random) -> tuple[date, date]:
    """Often starting midway; mild ones may last a few weeks only."""
    first = max(world.start + timedelta(days=15), rep.hired + timedelta(days=25))
    last = min(world.end - timedelta(days=10), (rep.left or world.end) - timedelta(days=3))
    room = max(30, (last - first).days)
    length = (
        dice.randint(int(room * 0.5), room) if strength == "severe" else dice.randint(min(60, room - 1), room)
    )
    if strength == "mild" and dice.random() < 0.35:
        length = dice.randint(25, min(90, max(26, room)))
    start = first + timedelta(days=dice.randint(0, max(0, room - length)))
    return start, min(last, start + timedelta(days=length))


def hire_job(world: World, rep: Rep, strength: str, dice: Random) -> Job:
    """The size of a scheme: mild 3 to 8 % of his openings in the spell, severe up to a third."""
    start, end = spell(world, rep, strength, dice)
    mine = sum(
        1 for a in world.accounts if a.rep_id == rep.rep_id and start <= a.opened.date() <= end and not a.old
    )
    share = dice.uniform(0.03, 0.08) if strength == "mild" else dice.uniform(0.1, 0.32)
    low = 4 if strength == "mild" else 12
    return Job(world, rep, strength, start, end, max(low, round(share * mine)), dice.random() < 0.4, dice)


def candidates(world: World) -> list[Rep]:
    """Those with enough honest work that a wrong could hide in it."""
    count = volume(world)
    floor = 12 if world.kind.name == "broker_dealer" else 35
    taken = {g["rep_id"] for g in world.guilt}
    return [r for r in world.sellers() if count[r.rep_id] >= floor and r.rep_id not in taken and not r.desk]


def convict(world: World, job: Job, typology: str, done: int) -> None:
    """Write the answer for one culprit, if he really did something."""
    if done:
        # What was meant to be large and came to little is judged by what it came to.
        strength = "mild" if done < 7 else job.strength
        world.guilt.append({"rep_id": job.rep.rep_id, "typology": typology, "strength": strength,
                            "start_on": job.start, "end_on": job.end, "_done": done})  # fmt: skip


def grey(world: World, rep: Rep, typology: str, start: date, end: date) -> None:
    """Someone who counts neither way: a manager who only pressed, a colleague careless with his password."""
    world.guilt.append({"rep_id": rep.rep_id, "typology": typology, "strength": "grey", "start_on": start,
                        "end_on": end, "_done": 0})  # fmt: skip
