"""Schemes with sales and referrals: mills, rings, split fees, no licence, unfit products, churning."""

from __future__ import annotations

from datetime import date, timedelta

from bench.third.advice import SOLD, fits, refer, sell
from bench.third.casting import Job, convict, grey
from bench.third.goods import Good
from bench.third.licences import may_sell
from bench.third.selling import sitting
from bench.third.state import Customer, How, Rep, Row


def _goods(job: Job) -> list[Good]:
    return [g for g in job.world.goods.values() if g.family in SOLD]


def _sell(job: Job, person: Customer, good: Good, day: date, replaces: int | None = None) -> Row:
    """A sale with an account of its own, both as they would stand in the books."""
    opened = sitting(
        job.world, job.rep, job.branch(day), day, person, job.dice, How(goods=[good], features=())
    )
    account = next((a for a in opened if a.good is good), None)
    return sell(job.world, job.rep, account, person, good, day, job.dice, job.branch(day), replaces)


def _book(job: Job, row: Row, to: Rep, good: Good) -> None:
    """When a false referral does come off, the taker's sale stands in the books like any other."""
    account = next((a for a in reversed(job.world.accounts) if a.n == row["account_id"]), None)
    if account is not None and account.branch is not None and good.family in SOLD:
        day = account.opened.date()
        row["sale_id"] = sell(job.world, to, account, account.customer, good, day, job.dice, account.branch)[
            "_n"
        ]


def _mark(job: Job, feed: str, row: Row) -> None:
    job.world.items.append((feed, row["_n"], job.typology))


def referral_mill(job: Job) -> int:
    """Anyone who stands at the counter is referred; the fee comes for the appointment nobody keeps."""
    world, done = job.world, 0
    takers = [r for r in world.reps if r.role in ("advisor", "specialist") and r is not job.rep]
    goods = _goods(job)
    if not takers or not goods:
        return 0
    to = job.dice.sample(takers, min(2, len(takers)))
    for day in job.pick_days(late=True):
        for _ in range(job.dice.randint(1, 4)):
            person = job.victim(day)
            if person is None:
                continue
            end = job.dice.choices(["converted", "declined", "no_show", "open"], [4, 34, 50, 12])[0]
            taker, good = job.dice.choice(to), job.dice.choice(goods)
            row = refer(world, job.rep, taker, person, good, day, job.branch(day), job.dice, end)
            _book(job, row, taker, good)
            if row["outcome"] in ("no_show", "open") and job.dice.random() < 0.6:
                row["fee_paid"], row["fee_basis"] = 25.0, "appointment"
            if row["outcome"] != "converted":
                _mark(job, "referrals", row)
                done += 1
    return done


def referral_ring(job: Job) -> int:
    """Three or four colleagues in different branches pass the same people round and share what it pays."""
    world, dice = job.world, job.dice
    taken = {g["rep_id"] for g in world.guilt} | {job.rep.rep_id}
    pool = [r for r in world.sellers() if r.rep_id not in taken and r.posts[0].start < job.start
            and (r.left is None or r.left > job.end)]  # fmt: skip
    goods = [g for g in _goods(job) if not g.by_state] + [
        g for g in world.goods.values() if g.family == "loan"
    ] or _goods(job)
    if len(pool) < 3 or not goods:
        return 0
    ring: list[Rep] = [job.rep, *dice.sample(pool, dice.choice([2, 3]))]
    done = 0
    for day in job.pick_days() + job.pick_days():
        place = dice.randrange(len(ring))
        giver, taker = ring[place], ring[(place + 1) % len(ring)]
        post = giver.post_on(day)
        if post is None or giver.absent(day) or not taker.post_on(day) or not post.branch.pool:
            continue
        person = dice.choice(post.branch.pool)
        if person.created > day:
            continue
        end = dice.choices(["converted", "declined", "no_show"], [25, 45, 30])[0]
        good = dice.choice(goods)
        row = refer(world, giver, taker, person, good, day, post.branch, dice, end)
        _book(job, row, taker, good)
        row["fee_paid"], row["fee_basis"] = row["fee_paid"] or 25.0, row["fee_basis"] or "appointment"
        _mark(job, "referrals", row)
        done += 1
    for mate in ring[1:]:
        job_for = Job(world, mate, job.strength, job.start, job.end, 0, False, dice)
        convict(world, job_for, job.typology, done)
    return done


def split_fee(job: Job) -> int:
    """Half of the commission goes to a friend who never saw the customer; sometimes half comes back."""
    world, dice, done = job.world, job.dice, 0
    mine = [
        s
        for s in world.rows.get("sales", [])
        if s["rep_id"] == job.rep.rep_id and job.start <= s["_day"] <= job.end
    ]
    friends = [
        r
        for r in world.sellers()
        if r is not job.rep and r.posts[0].branch is not job.rep.posts[0].branch and r.role != "advisor"
    ]
    if not friends or not mine:
        return 0
    friend = dice.choice(friends)
    for row in dice.sample(mine, min(len(mine), job.count)):
        if friend.post_on(row["_day"]):
            row["rep2_id"], row["split"] = friend.rep_id, 0.5
            _mark(job, "sales", row)
            done += 1
    if done:
        grey(world, friend, job.typology, job.start, job.end)
    return done


def unlicensed(job: Job) -> int:
    """Sells what he may not: the wrong series, the wrong state, a lapsed spell, no training."""
    done = 0
    for day in job.pick_days():
        person = job.victim(day)
        if person is None or done >= job.count:
            continue
        fit = [g for g in _goods(job) if not may_sell(job.rep, g, person.state, day)]
        if not fit or (not job.rep.licences and job.rep.registered is not False):
            continue
        good = job.dice.choice(fit[:3])
        row = _sell(job, person, good, day)
        _mark(job, "sales", row)
        done += 1
    return done


def unfit(job: Job) -> int:
    """Long, hard, risky products before old or cautious people."""
    done = 0
    for day in job.pick_days():
        for _ in range(12):
            person = job.victim(day, "weak" if job.dice.random() < 0.6 else "any")
            bad = [
                g
                for g in _goods(job)
                if person and not fits(person, g) and may_sell(job.rep, g, person.state, day)
            ]
            if person is None or not bad:
                continue
            row = _sell(job, person, job.dice.choice(bad), day)
            row["recommended"], row["solicited"] = job.dice.random() < 0.85, job.dice.random() < 0.85
            row["amount"] = round(max(row["amount"], person.liquid * job.dice.uniform(0.3, 0.8)), 2)
            _mark(job, "sales", row)
            done += 1
            break
        if done >= job.count:
            break
    return done


def churning(job: Job) -> int:
    """The old contract is young and good; a new one pays again."""
    world, done = job.world, 0
    mine = [
        s
        for s in world.rows.get("sales", [])
        if s["rep_id"] == job.rep.rep_id
        and s["_day"] >= world.start
        and s["_good"].family in ("annuity", "life", "uit", "structured_note", "mutual_fund")
    ]
    job.dice.shuffle(mine)
    for row in mine:
        day = row["_day"] + timedelta(days=job.dice.randint(35, 200))
        days = [d for d in job.days() if d >= day]
        person, good = row["_person"], row["_good"]
        old = row
        for _ in range(job.dice.choice([1, 1, 2])):
            days = [d for d in days if d > old["_day"] + timedelta(days=30)]
            if not days or not may_sell(job.rep, good, person.state, days[0]):
                break
            new = _sell(job, person, good, days[0], old["_n"] if job.dice.random() < 0.7 else None)
            _mark(job, "sales", new)
            old, done = new, done + 1
        if done >= job.count:
            break
    return done
