"""Schemes with kin, invented people, policies, children's savings, and whole branches under pressure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bench.third.advice import sell
from bench.third.casting import Job, grey
from bench.third.customers import birth_for, new_customer
from bench.third.licences import may_sell
from bench.third.names import relative_name
from bench.third.places import is_open, moment
from bench.third.state import How, Rep
from bench.third.wrongs import cheap, fate, ghosts, period_end, plant


def family(job: Job) -> int:
    """Aunts, cousins and a nephew in another town: the list of relatives fills the list of goals."""
    done, kin = 0, []
    days = job.pick_days()
    if not days:
        return 0
    for _ in range(max(2, job.count // 4)):
        person = new_customer(
            job.world, job.branch(days[0]), max(job.world.start, days[0]), job.dice, "adult"
        )
        person.name = relative_name(job.rep.name, job.dice)
        if job.dice.random() < 0.6:
            person.phone = job.rep.phone
        if job.dice.random() < 0.5:
            person.address, person.postal = job.rep.address, job.rep.postal
        kin.append(person)
    for day in days:
        how = How(fund=job.dice.choice(["token", "none"]))
        fate(job, how)
        done += plant(job, day, job.dice.choice(kin), [job.dice.choice(cheap(job))], how)
        if done >= job.count:
            break
    return done


def invented(job: Job) -> int:
    """Customers who do not exist: a dog, a name from a grave, the branch's own street."""
    done = 0
    for day in job.pick_days():
        person = new_customer(job.world, job.branch(day), day, job.dice, "adult")
        person.name = job.dice.choice(["Rex", "Bella", "Milo", "Jo", "Sam"]) + " " + job.rep.name.split()[-1]
        person.birth = job.dice.choice(
            [date(1970, 1, 1), date(1980, 1, 1), birth_for("adult", day, job.dice)]
        )
        if job.dice.random() < 0.5:
            person.phone = job.rep.phone if not job.careful else person.phone
        how = How(fund=job.dice.choice(["token", "none"]), use="never", contact=None)
        done += plant(job, day, person, [job.dice.choice(cheap(job))], how)
        if done >= job.count:
            break
    return done


def policy_mill(job: Job) -> int:
    """Covers nobody wanted: the seller pays the first premium, after the chargeback date they lapse."""
    world, done = job.world, 0
    goods = [g for g in world.goods.values() if g.family in ("life", "health", "pc_insurance")]
    for day in job.pick_days(late=True):
        person = job.victim(day)
        fit = [g for g in goods if person and may_sell(job.rep, g, person.state, day)]
        if person is None or not fit or done >= job.count:
            continue
        good = job.dice.choice(fit)
        how = How(use="never", fund="none", closes=job.dice.randint(62, 110), closed_by="firm")
        before = len(person.accounts)
        done += plant(job, day, person, [good], how)
        for account in person.accounts[before:]:
            sell(world, job.rep, account, person, good, day, job.dice, job.branch(day))
            at = account.opened + timedelta(minutes=30)
            payer = {"rep_id": job.rep.rep_id} if not job.careful else {}
            world.add(
                "transactions",
                account.zone,
                account_id=account.n,
                posted_at=at,
                kind="payment",
                amount=good.fund,
                tender="cash",
                initiated_by=job.dice.choice(["customer", "rep"]),
                **payer,
            )
    return done


def coins(job: Job) -> int:
    """Sleeping children's accounts are woken with small change on the last day that counts."""
    world, done = job.world, 0
    kids = [
        a
        for a in world.accounts
        if a.good.short in ("KID", "SAV", "CLUB")
        and a.first_use is None
        and not a.bad
        and a.closed is None
        and a.parent is None
    ]
    for day in job.pick_days(late=True):
        mine = [a for a in kids if a.branch is job.branch(day) and 8 <= (day - a.opened.date()).days <= 160]
        for account in job.dice.sample(mine, min(len(mine), job.dice.randint(2, 6))):
            at = moment(job.branch(day), day, job.dice)
            row = world.add(
                "transactions",
                account.zone,
                account_id=account.n,
                posted_at=at,
                kind="deposit",
                tender="cash",
                amount=job.dice.choice([0.05, 0.1, 0.5, 1.0, 1.0, 2.0]),
                rep_id=job.rep.rep_id,
                branch_id=job.branch(day).branch_id,
                initiated_by=job.dice.choice(["customer", "rep"]),
            )
            world.items.append(("transactions", row["_n"], job.typology))
            kids.remove(account)
            done += 1
        if done >= job.count:
            break
    return done


def copied_day(job: Job) -> int:
    """On a quiet day the customers of the week before get one more account each, in a row."""
    world, dice, done = job.world, job.dice, 0
    for day in job.days()[:: max(1, len(job.days()) // 4)]:
        week = [s.customer for s in world.sittings if s.rep is job.rep and 1 <= (day - s.at.date()).days <= 9]
        at = moment(job.branch(day), day, dice)
        for person in list(dict.fromkeys(week))[: dice.randint(3, 7)]:
            how = How(at=at, fund="none", contact=False)
            fate(job, how)
            done += plant(job, day, person, [dice.choice(cheap(job))], how)
            at += timedelta(minutes=dice.uniform(1.5, 4))
            if done >= job.count:
                return done
    return done


def pressure(job: Job) -> int:
    """A manager presses a branch: several give in a little, at the end of bad months or now and then."""
    world, dice = job.world, job.dice
    branch = job.rep.posts[-1].branch
    crew: list[Rep] = [r for r in branch.crew if r.sells and r.role != "manager"]
    taken = {g["rep_id"] for g in world.guilt}
    total = 0
    free = [r for r in crew if r.rep_id not in taken]
    # In a big house he presses his own team, not the floor.
    for rep in dice.sample(free, min(len(free), dice.randint(4, 7))):
        days = [d for d in replace(job, rep=rep).days() if is_open(branch, d)]
        if len(days) < 40 or dice.random() < 0.25:
            continue
        # Most give in a little; one or two make a habit of it.
        count, hard = (
            (dice.randint(12, 24), "severe") if dice.random() < 0.2 else (dice.randint(2, 7), "mild")
        )
        part = replace(job, rep=rep, count=count, strength=hard, careful=dice.random() < 0.3)
        done = period_end(part) if world.targets and dice.random() < 0.5 else 0
        done = done or ghosts(part, late=True)
        if done:
            world.guilt.append(
                {
                    "rep_id": rep.rep_id,
                    "typology": job.typology,
                    "strength": ("severe" if done >= 10 else "mild") if done > 2 else "grey",
                    "start_on": job.start,
                    "end_on": job.end,
                    "_done": done,
                }
            )
            total += done
    for boss in [r for r in branch.crew if r.role == "manager"][:1]:
        grey(world, boss, "pressing_manager", job.start, job.end)
    return total
