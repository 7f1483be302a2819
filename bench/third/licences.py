"""Who may sell what where: spells of registrations, licences and the firm's own training."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bench.third.goods import Good
from bench.third.state import Licence, Rep, World

LOCAL = frozenset({"S63", "S65", "S66", "IAR", "LIFE", "HEALTH", "VARIABLE", "PC", "MLO"})


def holds(rep: Rep, name: str, where: str, day: date) -> bool:
    """Whether an active spell of the qualification covers the day there."""
    return any(
        x.name == name and x.where == where and x.status == "active" and x.granted <= day
        and (x.ended is None or day < x.ended)
        for x in rep.licences
    )  # fmt: skip


def may_sell(rep: Rep, good: Good, state: str, day: date) -> bool:
    """Whether every term of the product's requirement is held on the day."""
    for term in good.requires.split(";") if good.requires else []:
        names = term.split("|")
        if not any(holds(rep, n, state if good.by_state and n in LOCAL else "US", day) for n in names):
            return False
    return True


def _grant(world: World, rep: Rep, name: str, where: str, dice: Random) -> None:
    """One qualification, as a single spell or as yearly renewals that meet without a gap."""
    granted = rep.hired - timedelta(days=dice.randint(0, 1500))
    late = timedelta(days=dice.choice([0, 1, 2, 3, 5, 9]))
    yearly = name in ("LIFE", "HEALTH", "VARIABLE", "PC", "MLO")
    if not yearly:
        rep.licences.append(Licence(name, where, granted, None, "active", granted + late))
        return
    turn = (
        date(world.start.year - 1, 12, 31)
        if name == "MLO"
        else granted.replace(day=1, year=world.start.year - 1)
    )
    first = min(granted, turn)
    while turn <= world.end:
        after = turn.replace(year=turn.year + 1)
        # Renewals are often typed in after the fact: a late record, not a gap.
        typed = first + timedelta(days=dice.choice([0, 0, 3, 12, 25]))
        rep.licences.append(Licence(name, where, first, after, "active", typed))
        first = turn = after


def _states(world: World, rep: Rep, dice: Random, wide: bool) -> list[str]:
    home = rep.posts[0].branch.state or world.habits.states[0]
    others = [s for s in world.habits.states if s != home]
    return [home, *(s for s in others if wide or dice.random() < 0.35)]


def _advisor(world: World, rep: Rep, dice: Random) -> None:
    """An adviser's set: the full series or the narrow one, and the insurance lines the firm sells."""
    families = {g.family for g in world.goods.values()}
    if families & {"mutual_fund", "equity", "advisory", "annuity"}:
        narrow = "equity" not in families or dice.random() < 0.3
        rep.registered = True
        for name in ("SIE", "S6" if narrow else "S7"):
            _grant(world, rep, name, "US", dice)
        law = "S63" if narrow else dice.choice(["S66", "S63"])
        for state in _states(world, rep, dice, wide=dice.random() < 0.6):
            _grant(world, rep, law, state, dice)
            if law == "S63" and dice.random() < 0.4:
                _grant(world, rep, "S65", state, dice)
    lines = [
        n
        for f, n in (("life", "LIFE"), ("health", "HEALTH"), ("pc_insurance", "PC"), ("annuity", "VARIABLE"))
        if f in families
    ]
    for state in _states(world, rep, dice, wide=dice.random() < 0.5):
        for name in lines:
            if name in ("LIFE", "HEALTH") or dice.random() < 0.7:
                _grant(world, rep, name, state, dice)


def _lapse(world: World, rep: Rep, dice: Random) -> None:
    """A pause in one qualification, later made good; honest staff do not sell under it meanwhile."""
    spells = [x for x in rep.licences if x.status == "active" and (x.ended is None or x.ended > world.start)]
    if not spells:
        return
    spell = dice.choice(spells)
    span = (world.end - world.start).days
    off = max(world.start, spell.granted) + timedelta(days=dice.randint(30, span // 2))
    on = off + timedelta(days=dice.randint(15, 90))
    if spell.ended is not None and on >= spell.ended:
        return
    status = "ce_inactive" if spell.name.startswith("S") else dice.choice(["lapsed", "suspended"])
    rep.licences.append(Licence(spell.name, spell.where, off, on, status, off))
    again = Licence(
        spell.name, spell.where, on, spell.ended, "active", on + timedelta(days=dice.randint(0, 20))
    )
    rep.licences.append(again)
    spell.ended = off
    world.note(
        rep.rep_id, "reinstated", f"{spell.name} {spell.where} {status} {off} to {on}, did not sell it then"
    )


def _late_record(world: World, rep: Rep, dice: Random) -> None:
    """A new state was granted long before somebody typed it in."""
    spare = [s for s in world.habits.states if not any(x.where == s for x in rep.licences)]
    if not spare or not rep.licences:
        return
    model = dice.choice(rep.licences)
    granted = world.start + timedelta(days=dice.randint(20, 150))
    for name in sorted({x.name for x in rep.licences if x.where == model.where and x.where != "US"}):
        typed = granted + timedelta(days=dice.randint(30, 120))
        rep.licences.append(Licence(name, spare[0], granted, None, "active", typed))
    world.note(rep.rep_id, "late_record", f"{spare[0]} granted {granted}, recorded months later")


def give_licences(world: World) -> None:
    """Licences for advisers, mortgage registrations and house training for the rest, with honest mishaps."""
    dice = world.dice("licences")
    loans = any(g.requires == "MLO" for g in world.goods.values())
    for rep in world.reps:
        rep.registered = False if dice.random() < 0.9 else None
        if rep.role == "advisor" or (rep.role == "manager" and dice.random() < 0.15):
            _advisor(world, rep, dice)
        if loans and rep.role in ("banker", "specialist", "call_centre") and dice.random() < 0.3:
            _grant(world, rep, "MLO", "US", dice)
        for good in world.goods.values():
            if good.requires.startswith("TRN") and rep.sells and dice.random() < 0.8:
                passed = max(rep.hired, world.start - timedelta(days=900)) + timedelta(
                    days=dice.randint(3, 60)
                )
                rep.licences.append(Licence(good.requires, "US", passed, None, "active", passed))
        if rep.licences and dice.random() < 0.08:
            _lapse(world, rep, dice)
        if rep.role == "advisor" and dice.random() < 0.1:
            _late_record(world, rep, dice)
