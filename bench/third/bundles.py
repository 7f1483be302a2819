"""Honest bundles: one business, guardian or family with many accounts."""

from __future__ import annotations

from random import Random

from bench.third.crowds import basics, local, on_duty, workday
from bench.third.customers import birth_for, new_customer
from bench.third.selling import sitting
from bench.third.state import How, World


def sub_accounts(world: World, dice: Random) -> None:
    """A property manager or a parish opens one account a house, most of them idle for months."""
    good = world.goods.get("SUB") or world.goods.get("BIZ")
    if good is None:
        return
    branch = local(world, dice)
    for _ in range(dice.randint(1, 3)):
        day = workday(world, branch, dice)
        rep = on_duty(branch, day, dice)
        if rep:
            person = new_customer(world, branch, day, dice, "business")
            count = dice.randint(8, 30)
            sitting(
                world,
                rep,
                branch,
                day,
                person,
                dice,
                How(goods=[good] * count, features=(), use="usual", fund="none"),
            )
            world.note(rep.rep_id, "sub_accounts", f"{count} accounts of one business on {day}")


def trustee(world: World, dice: Random) -> None:
    """A guardian or court trustee: many wards, one mailbox, restricted money nobody touches."""
    if "TRUST" not in world.goods and "SAV" not in world.goods:
        return
    branch = local(world, dice)
    lawyer = new_customer(world, branch, world.start, dice, "adult")
    regular = None
    for _ in range(dice.randint(8, 22)):
        day = workday(world, branch, dice)
        rep = regular = on_duty(branch, day, dice, regular)
        if rep is None:
            return
        ward = new_customer(world, branch, day, dice, dice.choice(["elder", "child", "adult"]))
        ward.email, ward.phone, ward.vulnerable = lawyer.email, lawyer.phone, True
        how = How(
            goods=basics(world, "TRUST", "SAV"), features=(), use=dice.choice(["rare", "rare", "usual"])
        )
        sitting(world, rep, branch, day, ward, dice, how)
    if regular:
        world.note(regular.rep_id, "trustee", f"wards of one trustee, mail {lawyer.email}")


def big_family(world: World, dice: Random) -> None:
    """Five children and the grandparents: one parent's mailbox, savings that wait for birthdays; twins."""
    for _ in range(dice.randint(4, 10)):
        branch = local(world, dice)
        day = workday(world, branch, dice)
        rep = on_duty(branch, day, dice)
        if rep is None or not branch.pool:
            continue
        parent = new_customer(world, branch, day, dice, "adult")
        born = birth_for("child", day, dice)
        for number in range(dice.randint(3, 6)):
            child = new_customer(world, branch, day, dice, "child")
            child.name = f"{child.name.split(' ', 1)[0]} {parent.name.split(' ', 1)[1]}"
            child.birth = born if number < 2 else birth_for("child", day, dice)
            child.email, child.phone, child.address = parent.email, parent.phone, parent.address
            child.postal, child.household = parent.postal, f"H{parent.n}"
            parent.household = child.household
            for account in sitting(
                world, rep, branch, day, child, dice, How(goods=basics(world, "KID", "SAV"), features=())
            ):
                account.owners = [parent]
        world.note(rep.rep_id, "big_family", f"children of {parent.name} on {day}, twins born {born}")


BUNDLES = (sub_accounts, trustee, big_family)
