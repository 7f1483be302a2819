"""Honest faults of the records: lost papers, silent systems, merged branches, fillers, wrong clocks."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from bench.third.crowds import local, workday
from bench.third.customers import change
from bench.third.names import mail_for
from bench.third.state import Branch, Post, World


def before(world: World) -> None:
    """Faults that stand before the year begins: a branch without e-mail, a merger on its way."""
    dice = world.dice("records before")
    if dice.random() < 0.7:
        branch = local(world, dice)
        branch.emails = False
        world.note(branch.branch_id, "no_emails", "the branch never asks for e-mail addresses")
    if dice.random() < 0.6 and not world.kind.remote:
        merge(world, dice)


def merge(world: World, dice: Random) -> None:
    """Two branches become one in the middle: staff and customers go over."""
    gone = local(world, dice)
    others = [b for b in world.branches if b is not gone and b.opened_on is None and b.state == gone.state]
    if not others or gone is world.branches[0]:
        return
    into: Branch = dice.choice(others)
    day = workday(world, gone, dice, 120)
    gone.closed_on = day
    for rep in list(gone.crew):
        post = rep.posts[-1]
        if post.branch is not gone or post.start >= day:
            continue
        post.end = day - timedelta(days=1)
        rep.posts.append(Post(day, None, into, post.boss, post.fte))
        into.crew.append(rep)
    world.note(gone.branch_id, "merged_branch", f"closed {day}, staff and customers went to {into.branch_id}")


def pour_over(world: World) -> None:
    """Staff hired for a branch that has closed meanwhile sit where its customers went."""
    for rep in world.reps:
        for post in rep.posts:
            end = post.branch.closed_on
            if end is not None and post.start >= end:
                post.branch = next(b for b in world.branches if b.closed_on is None)
                post.branch.crew.append(rep)


def lost_papers(world: World, dice: Random) -> None:
    """A flood, a vendor's lost boxes: the consents of some branches and months are not in the extract."""
    for _ in range(dice.randint(1, 4)):
        branch = local(world, dice)
        first = workday(world, branch, dice, 60)
        last = first + timedelta(days=dice.randint(20, 100))
        world.lost.append(("consents", branch.branch_id, first, last))
        world.note(branch.branch_id, "lost_papers", f"consents of {first}..{last} lost by flood or vendor")


def late_system(world: World, dice: Random) -> None:
    """Before a migration consents lived in another system, for the whole firm or for one district."""
    cut = world.start + timedelta(days=dice.randint(40, 150))
    district = dice.choice(world.branches).district
    for branch in world.branches:
        if branch.district == district or len(world.branches) < 8:
            world.lost.append(("consents", branch.branch_id, world.start, cut))
    world.note(district, "late_system", f"consents before {cut} sit in the old imaging system")


def silent_log(world: World, dice: Random) -> None:
    """The visitor log was down."""
    for _ in range(dice.randint(1, 4)):
        branch = local(world, dice)
        first = workday(world, branch, dice, 60)
        last = first + timedelta(days=dice.randint(14, 80))
        world.lost.append(("contacts", branch.branch_id, first, last))
        world.note(branch.branch_id, "silent_log", f"no contacts kept {first}..{last}")


def placeholder(world: World, dice: Random) -> None:
    """Staff of one branch were told to type a filler where a customer has no mailbox."""
    branch = local(world, dice)
    filler = dice.choice(["none@firm.example", "noemail@noemail.example", "na@na.example"])
    for account in world.accounts:
        if account.branch is branch and not account.email and not account.bad:
            account.email = filler
    for person in branch.pool:
        person.email = person.email or filler
    world.note(branch.branch_id, "placeholder", f"'{filler}' stands for no e-mail, typed by everyone there")


def cleaning(world: World, dice: Random) -> None:
    """A clerk clears bad addresses for weeks: hundreds of edits under one id, none to her gain."""
    crew = [r for r in world.reps if r.role in ("operations", "manager", "teller", "banker")]
    if not crew:
        return
    clerk = dice.choice(crew)
    first = workday(world, clerk.posts[0].branch, dice, 60)
    for person in dice.sample(world.customers, min(len(world.customers), dice.randint(80, 220))):
        day = first + timedelta(days=dice.randint(0, 30))
        if person.created < day and clerk.at_work(day):
            new = mail_for(person.name, dice)
            change(world, person, "email", new, day, clerk.rep_id, dice, person.email)
            person.email = new
    world.note(clerk.rep_id, "cleaning", f"bulk edits of e-mails from {first}, a data-quality project")


def wrong_clock(world: World, dice: Random) -> None:
    """An e-sign vendor stamps one branch's consents in universal time and nobody noticed."""
    branch = local(world, dice)
    first = workday(world, branch, dice, 90)
    last = first + timedelta(days=dice.randint(20, 60))
    for account in world.accounts:
        hit = account.branch is branch and first <= account.opened.date() <= last and not account.old
        if hit and account.consent and account.consent.kind == "e_signature":
            account.consent.at += timedelta(hours=5)
    world.note(branch.branch_id, "wrong_clock", f"e-sign stamps five hours late {first}..{last}")


def passing(world: World, dice: Random) -> None:
    """Customers die; estates are opened by executors under the old number; some accounts lie untouched."""
    elders = [p for p in world.customers if p.who == "elder" and p.created < world.start]
    for person in dice.sample(elders, min(len(elders), dice.randint(5, 20))):
        last = max((a.opened.date() for a in person.accounts), default=person.created)
        day = max(last, world.start) + timedelta(days=dice.randint(20, 200))
        if day >= world.end:
            continue
        person.deceased = day
        for account in person.accounts:
            if account.closed is None or account.closed > day:
                account.closed, account.closed_by = day + timedelta(days=dice.randint(1, 40)), "firm"
            if account.closed > world.end:
                account.closed, account.closed_by = world.end, "firm"
    if elders:
        world.note("", "passing", "some elders died in the window")


AFTER = (lost_papers, late_system, silent_log, placeholder, cleaning, wrong_clock, passing)


def after(world: World) -> None:
    """Most of the faults, each firm its own handful."""
    dice = world.dice("records after")
    for fault in AFTER:
        if dice.random() < 0.55:
            fault(world, world.dice(f"fault {fault.__name__}"))
