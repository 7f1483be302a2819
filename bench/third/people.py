"""The staff: who sits where under whom, their pace, tidiness, absences, comings and goings."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bench.third.licences import give_licences
from bench.third.names import person_name, street
from bench.third.places import new_phone
from bench.third.state import Branch, Post, Rep, World


def rep_id_for(world: World, number: int, dice: Random) -> str:
    """A staff number in the firm's own style."""
    style = world.habits.id_style["reps"]
    return {
        "zero": f"{number * 13 + 417:07d}",
        "prefix": f"E{number * 7 + 2001}",
        "plain": str(number * 11 + 50123),
        "dash": f"U-{dice.randint(10, 99)}{number:03d}",
    }[style]


def _make(world: World, number: int, role: str, branch: Branch, dice: Random) -> Rep:
    name = person_name(dice)
    first, last = name.split(" ", 1)
    line, postal = street(dice, branch.state)
    hired = world.start - timedelta(days=int(dice.expovariate(1 / 1100)) + 30)
    handle = f"{first}.{last}".lower().replace(" ", "")
    private = dice.random() < 0.3
    return Rep(
        rep_id=rep_id_for(world, number, dice),
        name=name,
        role=role,
        sells=role not in ("operations",),
        hired=hired,
        left=None,
        reason="",
        pace=dice.lognormvariate(0, world.habits.spread) * (0.45 if role == "teller" else 1.0),
        paper=dice.lognormvariate(0, 0.5),
        logs=dice.choice([1.0, 1.0, 0.97, 0.9, 0.75]),
        idle=dice.gauss(0, 0.25),
        # Some directories hold a private address next to, or instead of, the one at work.
        email=f"{handle}{dice.randint(1, 99)}@post.example" if private else f"{handle}@firm.example",
        phone=new_phone(branch.area, dice),
        address=line,
        postal=postal,
        device=f"WS{dice.randint(10000, 99999)}",
        crd=str(dice.randint(1_200_000, 7_900_000)),
    )


def _career(world: World, rep: Rep, branch: Branch, dice: Random) -> None:
    """Hiring in the window, leaving, moving between branches and part-time work."""
    span = (world.end - world.start).days
    churn = 0.35 if world.kind.name in ("instore", "direct") else 0.15
    if dice.random() < churn and rep.role != "manager":
        rep.hired = world.start + timedelta(days=dice.randint(10, int(span * 0.75)))
    if dice.random() < churn * 0.8:
        rep.left = max(rep.hired, world.start) + timedelta(days=dice.randint(70, span))
        rep.reason = dice.choice(
            ["resigned", "resigned", "moved away", "end of contract", "retired", "goal missed"]
        )
        if rep.left > world.end:
            rep.left, rep.reason = None, ""
    fte = dice.choice([1.0] * 7 + [0.5, 0.6, 0.8])
    first = max(rep.hired, world.start - timedelta(days=400))
    posts = [Post(first, None, branch, "", fte)]
    near = [b for b in world.branches if b is not branch and b.district == branch.district]
    if near and dice.random() < 0.08 and rep.role != "manager":
        move = max(rep.hired, world.start) + timedelta(days=dice.randint(60, int(span * 0.8)))
        posts[0].end = move - timedelta(days=1)
        posts.append(Post(move, None, dice.choice(near), "", fte))
    rep.posts = posts


def _absences(world: World, rep: Rep, dice: Random) -> None:
    """Holidays in blocks, short sickness, now and then a long leave."""
    day = world.start + timedelta(days=dice.randint(5, 120))
    while day < world.end:
        length, kind = dice.choice(
            [(4, "holiday"), (11, "holiday"), (1, "sick"), (2, "sick"), (1, "training")]
        )
        if dice.random() < 0.03:
            length, kind = dice.randint(30, 110), "leave"
        if day >= rep.hired and (rep.left is None or day < rep.left):
            rep.away.append((day, day + timedelta(days=length), kind))
        day += timedelta(days=length + dice.randint(40, 130))


def _bosses(world: World) -> None:
    """Everyone at a branch reports to its manager; managers to the manager of the district's first branch."""
    chief: dict[str, str] = {}
    head: dict[str, str] = {}
    for rep in world.reps:
        if rep.role == "manager":
            home = rep.posts[0].branch
            chief.setdefault(home.branch_id, rep.rep_id)
            head.setdefault(home.district, rep.rep_id)
    for rep in world.reps:
        for post in rep.posts:
            boss = (
                chief.get(post.branch.branch_id) if rep.role != "manager" else head.get(post.branch.district)
            )
            post.boss = boss if boss and boss != rep.rep_id else ""


def _roles(world: World, dice: Random) -> list[tuple[str, Branch]]:
    """One manager a branch, keyers at the head office, and sellers spread unevenly over branches."""
    out = [("manager", b) for b in world.branches]
    if world.kind.keyed:
        out += [("operations", world.branches[0])] * dice.randint(9, 16)
    sizes = [dice.lognormvariate(0, 0.45) for _ in world.branches]
    if world.kind.remote:
        # A telephone bank keeps a token branch or two.
        sizes = [s if b.kind == "call_centre" else 0.12 for s, b in zip(sizes, world.branches, strict=True)]
    roles = world.kind.roles
    picked = dice.choices(list(roles), list(roles.values()), k=world.habits.sellers)
    places = world.branches + dice.choices(world.branches, sizes, k=world.habits.sellers)
    for role, branch in zip(picked, places, strict=False):
        out.append(("banker" if role == "call_centre" and branch.kind != "call_centre" else role, branch))
    return out


def make_people(world: World) -> None:
    """All staff with posts, absences and licences."""
    dice = world.dice("people")
    world.departed = [rep_id_for(world, 900 + n, dice) for n in range(25)]
    for number, (role, branch) in enumerate(_roles(world, dice)):
        rep = _make(world, number, role, branch, dice)
        if role == "manager":
            rep.pace *= 0.15
        _career(world, rep, branch, dice)
        if branch.opened_on and rep.posts[0].start < branch.opened_on:
            _lend(world, rep, branch)
        _absences(world, rep, dice)
        rep.night = branch.kind == "call_centre" and branch.zone != "Asia/Manila" and dice.random() < 0.12
        world.reps.append(rep)
    _bosses(world)
    for rep in world.reps:
        for post in rep.posts:
            post.branch.crew.append(rep)
    give_licences(world)


def _lend(world: World, rep: Rep, branch: Branch) -> None:
    """Before a new branch opens its staff learn the work at the first branch."""
    opening: date = branch.opened_on or world.start
    if rep.hired >= opening:
        return
    second = rep.posts[-1]
    rep.posts = [Post(rep.posts[0].start, opening - timedelta(days=1), world.branches[0], "", second.fte)]
    rep.posts.append(Post(opening, None, branch, "", second.fte))
