"""What people complain about: mostly everyday grievances, now and then the truth, or a mistake."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bench.third.state import Account, Customer, World

_DAILY = (
    ("fees", "charged twice for the same month", 30),
    ("service", "waited an hour and nobody knew anything", 24),
    ("card", "card arrived late", 14),
    ("online", "cannot sign in since the update", 14),
    ("disclosure", "rate is lower than promised", 9),
    ("account", "I got a statement for something I do not remember", 5),
    ("account", "my husband opened this, not me", 4),
)
_TRUE = (
    "I never asked for this account",
    "a card came in the post, I had said no",
    "why do I have two savings accounts now",
    "someone changed my telephone number",
    "I was told I had to take it with the other one",
    "",
)
_PRESS = (
    "they make us open accounts for anyone",
    "numbers at our branch are not real",
    "my manager wants ten a day",
)


def _write(
    world: World,
    person: Customer,
    day: date,
    what: str,
    text: str,
    dice: Random,
    account: Account | None,
    rep: str,
    source: str = "customer",
) -> None:
    """One complaint, with the gaps such records have."""
    if day > world.end or day < world.start:
        return
    settled = day + timedelta(days=dice.randint(2, 60))
    done = settled <= world.end
    world.add(
        "complaints",
        world.habits.home,
        customer_id=person.n,
        received_on=day,
        account_id=account.n if account and dice.random() < 0.75 else None,
        rep_id=rep if dice.random() < 0.55 else "",
        product_code=account.good.code if account else "",
        problem_code=what[:3].upper() + str(dice.randint(1, 4)),
        category=what,
        channel=dice.choice(["written", "electronic", "oral"]),
        narrative=text,
        status="resolved" if done else "open",
        resolution=dice.choice(["explained", "fee refunded", "apology"]) if done else "",
        settled_on=settled if done else None,
        amount_paid=dice.choice([12.0, 25.0, 35.0]) if done and dice.random() < 0.3 else None,
        source=source,
    )


def write_complaints(world: World) -> None:
    """Everyday complaints over all staff, and a few about the wrongs, late and not always with a name."""
    dice = world.dice("complaints")
    recent = [a for a in world.accounts if not a.old and a.customer.kind == "person"]
    weights = [w for _, _, w in _DAILY]
    for account in dice.sample(recent, len(recent) // 150):
        what, text, _ = dice.choices(_DAILY, weights)[0]
        day = account.opened.date() + timedelta(days=dice.randint(2, 150))
        _write(world, account.customer, day, what, text, dice, account, account.rep_id)
    for account in recent:
        if account.bad and account.parent is None and dice.random() < world.habits.complaint_share:
            day = account.opened.date() + timedelta(days=dice.randint(12, 160))
            _write(world, account.customer, day, "account", dice.choice(_TRUE), dice, account, account.rep_id)
    _whistles(world, dice)


def _whistles(world: World, dice: Random) -> None:
    """A word from inside: true about a pressed branch at times, mere envy about a star at others."""
    for guilt in world.guilt:
        if guilt["typology"] == "pressing_manager" and dice.random() < 0.5:
            boss = next(r for r in world.reps if r.rep_id == guilt["rep_id"])
            if boss.posts[-1].branch.pool:
                day = guilt["start_on"] + timedelta(days=dice.randint(30, 120))
                _write(
                    world,
                    boss.posts[-1].branch.pool[0],
                    day,
                    "sales practice",
                    dice.choice(_PRESS),
                    dice,
                    None,
                    boss.rep_id,
                    dice.choice(["employee", "whistleblower"]),
                )
    for rep in world.reps:
        if rep.desk == "star" and dice.random() < 0.4 and rep.posts[0].branch.pool:
            day = world.start + timedelta(days=dice.randint(60, 300))
            _write(
                world,
                rep.posts[0].branch.pool[0],
                day,
                "sales practice",
                "nobody can sell that much honestly",
                dice,
                None,
                rep.rep_id,
                "employee",
            )
            world.note(rep.rep_id, "envied_star", "accused by a colleague, wrongly")
