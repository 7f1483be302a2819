"""One synthetic firm, told from its seed and written as feeds with an answer key."""

from __future__ import annotations

from pathlib import Path
from random import Random

from bench.third import (
    advice,
    bundles,
    complaints,
    crowds,
    customers,
    days,
    desks,
    pay,
    people,
    places,
    plot,
    records,
    use,
)
from bench.third.answers import write_answers
from bench.third.feeds import Writer
from bench.third.goods import shelf
from bench.third.kinds import draw_habits, kind_of, shelf_weights
from bench.third.state import World


class Firm:
    """A firm; with `honest` the same kind of firm with the same oddities and nobody doing wrong.

    Attributes:
        kind: the name of its kind.
        zone: the time zone its extracts are in where they do not say so.
    """

    def __init__(self, seed: int, *, honest: bool = False) -> None:
        self.seed = seed
        self.honest = honest
        self._kind = kind_of(seed)
        self._habits = draw_habits(self._kind, Random(f"{seed}/habits"))
        self.kind, self.zone = self._kind.name, self._habits.home

    def write(self, folder: Path) -> None:
        """Write every feed and `answers/` into the folder, the same bytes for the same seed."""
        folder.mkdir(parents=True, exist_ok=True)
        world = self._tell()
        writer = Writer(world, folder)
        writer.write()
        write_answers(world, writer, folder / "answers")

    def _open(self) -> World:
        """The firm on the day the window opens: places, staff, goals and the customers it already has."""
        kind, habits = self._kind, self._habits
        goods = shelf(shelf_weights(kind), habits.trained, habits.idle_clock, Random(f"{self.seed}/goods"))
        world = World(self.seed, kind, habits, goods)
        places.make_branches(world)
        people.make_people(world)
        records.before(world)
        records.pour_over(world)
        for oddity in desks.BEFORE:
            oddity(world, world.dice(f"before {oddity.__name__}"))
        pay.set_goals(world)
        customers.first_customers(world)
        customers.staff_customers(world)
        use.old_accounts(world)
        if habits.master_card:
            world.note("", "master_card", "one membership card covers every later account of a member")
        return world

    @staticmethod
    def _oddities(world: World) -> None:
        """Most of the honest oddities, each with chance of its own."""
        dice = world.dice("oddities")
        for oddity in (*crowds.CROWDS, *bundles.BUNDLES, *desks.DESKS):
            if dice.random() < 0.72:
                oddity(world, world.dice(f"odd {oddity.__name__}"))

    def _tell(self) -> World:
        """The whole story, from the founding to the last complaint."""
        world = self._open()
        days.live(world)
        advice.refer_days(world)
        self._oddities(world)
        customers.moves(world)
        if not self.honest:
            plot.corrupt_accounts(world)
        if "campaigns" not in world.habits.missing_feeds:
            pay.campaigns(world)
        advice.write_sales(world)
        if not self.honest:
            plot.corrupt_advice(world)
        advice.tie_sales(world)
        records.after(world)
        use.write_use(world)
        complaints.write_complaints(world)
        pay.write_pay(world)
        pay.discipline(world)
        return world
