"""Schemes with accounts nobody asked for: how they are opened, dressed up and left behind."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from bench.third.casting import Job, grey
from bench.third.goods import Good
from bench.third.places import at_hour, hours, moment, month_end, months, new_phone
from bench.third.selling import log_contact, open_account, sitting
from bench.third.state import Account, Customer, How


def cheap(job: Job, *families: str) -> list[Good]:
    """Products that take no money and no licence to open."""
    wide = families or ("deposit", "card", "credit_line")
    out = [
        g
        for g in job.world.goods.values()
        if g.family in wide
        and not g.requires
        and g.who in ("any", "adult")
        and g.short not in ("CD", "SHARE", "TRUST", "MMA", "AGL")
        and g.weight > 0
    ]
    return out or [g for g in job.world.goods.values() if g.family in ("deposit", "card") and not g.requires]


def signature(job: Job, person: Customer, how: How) -> None:
    """What stands in for the customer's yes: nothing, a copy of an old page, or a tick on his own screen."""
    weights = (0.2, 0.3, 0.3, 0.2) if job.careful else (0.6, 0.15, 0.2, 0.05)
    way = job.dice.choices(["none", "copy", "own screen", "forged"], weights)[0]
    if way == "none":
        how.consent = "none"
    elif way == "copy":
        pages = [a.consent.paper for a in person.accounts if a.consent]
        how.consent, how.paper = (
            "forged",
            job.dice.choice(pages) if pages else f"{job.rep.rep_id:0>8}".encode().hex(),
        )
    elif way == "own screen":
        how.consent, how.device = "seller", job.rep.device
    else:
        how.consent = "forged"


def fate(job: Job, how: How) -> None:
    """Mostly never used; some are found by the customer, who shrugs and uses them; some are tidied away."""
    how.use = job.dice.choices(["never", "shrug", "usual"], [0.8, 0.12, 0.08])[0]
    if how.use == "never" and job.dice.random() < 0.3:
        how.closes = job.dice.randint(20, 210)
        how.closed_by = job.dice.choice(["rep", "customer", "customer", "firm"])
    how.fund = "usual" if how.use == "usual" else how.fund


def plant(job: Job, day: date, person: Customer, goods: list[Good], how: How) -> int:
    """Open it like a sitting; careful people log a visit that never was."""
    how.goods, how.bad = goods, job.typology
    if how.contact is None:
        how.contact = job.dice.random() < (0.55 if job.careful else 0.12)
    if how.consent == "usual":
        signature(job, person, how)
    if how.at is not None and how.at.date() > job.world.end:
        return 0
    return len(sitting(job.world, job.rep, job.branch(day), day, person, job.dice, how))


def ghosts(job: Job, taste: str = "any", late: bool = False) -> int:
    """Accounts on the names of customers who were not there."""
    done = 0
    for day in job.pick_days(late):
        person = job.victim(day, job.dice.choice(["own", "any"]) if taste == "any" else taste)
        if person is None or done >= job.count:
            continue
        how = How(fund="none")
        fate(job, how)
        done += plant(job, day, person, [job.dice.choice(cheap(job))], how)
    return done


def weak_targets(job: Job) -> int:
    """Elders and people who read no English sign what they are shown, or nothing."""
    return ghosts(job, "weak")


def after_hours(job: Job) -> int:
    """Typed before the doors open or when the blinds are down."""
    done = 0
    for day in job.pick_days():
        person = job.victim(day)
        if person is None or done >= job.count:
            continue
        opens, closes = hours(job.branch(day), day)
        hour = (
            closes + job.dice.uniform(0.2, 1.6)
            if job.dice.random() < 0.75
            else opens - job.dice.uniform(0.2, 0.9)
        )
        how = How(at=at_hour(day, hour, job.dice), fund="none")
        fate(job, how)
        done += plant(job, day, person, [job.dice.choice(cheap(job))], how)
    return done


def own_contact(job: Job) -> int:
    """The seller's own, a cousin's or an invented mailbox and number, so that no letter reaches anybody."""
    dice, done = job.dice, 0
    side = f"{job.rep.name.split()[0].lower()}{dice.randint(10, 99)}@webmail.example"
    burner = new_phone(job.branch(job.days()[0]).area, dice) if job.days() else ""
    for day in job.pick_days():
        person = job.victim(day)
        if person is None or done >= job.count:
            continue
        tail = person.phone[-7:] or str(person.n)
        made_up = [f"{tail}@mailbox.example", f"noname{dice.randint(1, 40)}@post.example", side]
        email = job.rep.email if not job.careful and dice.random() < 0.5 else dice.choice(made_up)
        phone = burner if dice.random() < 0.5 else (job.rep.phone if not job.careful else person.phone)
        how = How(email=email, phone=phone, fund="none")
        fate(job, how)
        done += plant(job, day, person, [dice.choice(cheap(job))], how)
        if dice.random() < 0.4:
            _mute(job, person, day, phone if phone != person.phone else new_phone(job.branch(day).area, dice))
    return done


def _mute(job: Job, person: Customer, day: date, number: str) -> None:
    """Change the telephone in the record just before the survey would call, and sometimes change it back."""
    world, zone = job.world, job.branch(day).zone
    at = moment(job.branch(day), day, job.dice)
    row = world.add("profile_changes", zone, customer_id=person.n, field="phone", old_value=person.phone,
                    new_value=number, changed_at=at, changed_by=job.rep.rep_id)  # fmt: skip
    world.items.append(("profile_changes", row["_n"], job.typology))
    if job.dice.random() < 0.6:
        again = at + timedelta(days=job.dice.randint(10, 40))
        if again.date() <= world.end and job.rep.at_work(again.date()):
            world.add("profile_changes", zone, customer_id=person.n, field="phone", old_value=number,
                      new_value=person.phone, changed_at=again, changed_by=job.rep.rep_id)  # fmt: skip


def token(job: Job) -> int:
    """A dollar or five from his own pocket makes the account count as funded."""
    purse = (
        next((a for a in job.rep.customer.accounts if a.good.family == "deposit"), None)
        if job.rep.customer
        else None
    )
    done = 0
    for day in job.pick_days(late=True):
        person = job.victim(day)
        if person is None or done >= job.count:
            continue
        use_purse = purse is not None and job.dice.random() < (0.2 if job.careful else 0.7)
        how = How(fund="token", source=purse if use_purse else None)
        fate(job, how)
        how.fund = "token"
        done += plant(job, day, person, [job.dice.choice(cheap(job, "deposit"))], how)
    return done


def shuffle(job: Job) -> int:
    """The customer's own money goes over and comes back."""
    done = 0
    for day in job.pick_days(late=True):
        for _ in range(8):
            person = job.victim(day)
            rich = (
                [
                    a
                    for a in person.accounts
                    if a.good.family == "deposit"
                    and a.first_use
                    and a.closed is None
                    and a.parent is None
                    and a.opened.date() < day
                ]
                if person
                else []
            )
            if person and rich:
                how = How()
                fate(job, how)
                how.fund, how.source = "shuffle", job.dice.choice(rich)
                done += plant(job, day, person, [job.dice.choice(cheap(job, "deposit"))], how)
                break
        if done >= job.count:
            break
    return done


def stuffing(job: Job) -> int:
    """A genuine customer asked for one thing and went home with five."""
    world, dice, done = job.world, job.dice, 0
    mine = [s for s in world.sittings if s.rep is job.rep and job.start <= s.at.date() <= job.end
            and s.accounts[0].good.family == "deposit" and not s.accounts[0].bad]  # fmt: skip
    dice.shuffle(mine)
    cards = cheap(job, "card")
    for sit in mine:
        main = sit.accounts[0]
        have = {a.good.short for a in sit.accounts}
        extra = [world.goods[f] for f in ("BPAY", "ODP", "OLB", "DBT") if f in world.goods and f not in have]
        if job.world.habits.feature_mode == "unrecorded":
            extra = []
        picked = dice.sample(extra, min(len(extra), dice.randint(1, 2))) + (
            dice.sample(cards, 1) if dice.random() < 0.3 else []
        )
        for good in picked:
            how = How(
                consent="none" if dice.random() < (0.4 if job.careful else 0.75) else "forged",
                use="never",
                bad=job.typology,
                parent=main if good.family == "feature" else None,
                fund="none",
            )
            if main.credited_to:
                how.opened_by, how.credited_to = main.opened_by, main.credited_to
            how.use = dice.choices(["never", "shrug", "usual"], [0.78, 0.1, 0.12])[0]
            paper = main.consent.paper if main.consent else ""
            at = sit.accounts[-1].opened + timedelta(seconds=dice.randint(30, 400))
            sit.accounts.append(
                open_account(world, job.rep, main.branch, sit.customer, good, at, how, dice, paper)
            )
            done += 1
        if done >= job.count:
            return done
    return done


def refused_card(job: Job) -> int:
    """No, thank you, said the customer; the card came anyway."""
    done = 0
    goods = cheap(job, "card", "credit_line")
    for day in job.pick_days():
        person = job.victim(day)
        if person is None or not goods or done >= job.count:
            continue
        good = job.dice.choice(goods)
        asked = day - timedelta(days=job.dice.randint(0, 12))
        if job.rep.at_work(asked) and asked >= job.world.start:
            log_contact(job.world, person, job.rep, job.branch(day), moment(job.branch(day), asked, job.dice),
                        job.dice.choice(["visit", "call"]), "declined", job.dice, good, "out")  # fmt: skip
        how = How(contact=False, at=at_hour(day, hours(job.branch(day), day)[1] - 0.6, job.dice))
        fate(job, how)
        done += plant(job, day, person, [good], how)
    return done


def counts(job: Job) -> Counter[date]:
    """His own month counts so far."""
    world = job.world
    return Counter(
        a.opened.date().replace(day=1)
        for a in world.accounts
        if a.rep_id == job.rep.rep_id and a.parent is None and not a.old
    )


def period_end(job: Job) -> int:
    """Short of the goal on the last days, he makes up the rest."""
    done, have = 0, counts(job)
    limit = 4 if job.strength == "mild" else 8
    for first in months(job.start, job.end):
        short = job.world.targets.get((job.rep.rep_id, first), 0) - have[first]
        last = month_end(first)
        days = [d for d in job.days() if 0 <= (last - d).days <= 3 and d.month == first.month]
        if not 0 < short <= limit or not days:
            continue
        for _ in range(short):
            day = job.dice.choice(days)
            person = job.victim(day)
            if person is not None:
                how = How(fund="token" if job.world.habits.fund_rule and job.dice.random() < 0.5 else "none")
                fate(job, how)
                done += plant(job, day, person, [job.dice.choice(cheap(job, "deposit"))], how)
    return done


def sandbag(job: Job) -> int:
    """The goal is met: what customers sign now is opened in the new month."""
    done, have = 0, counts(job)
    moved: list[Account] = []
    for first in months(job.start, job.end):
        target = job.world.targets.get((job.rep.rep_id, first), 0)
        last = month_end(first)
        if not target or have[first] < target:
            continue
        for sit in job.world.sittings:
            away = (last - sit.at.date()).days
            if (
                sit.rep is not job.rep
                or not 0 <= away <= 4
                or sit.at.date().month != first.month
                or sit.accounts[0].bad
            ):
                continue
            days = [d for d in job.days() if 0 < (d - last).days <= 4]
            if days and job.dice.random() < 0.8:
                shift = timedelta(days=(job.dice.choice(days) - sit.at.date()).days)
                for account in sit.accounts:
                    account.opened += shift
                    account.recorded = account.opened
                    moved.append(account)
    for account in moved:
        if account.parent is None:
            job.world.items.append(("accounts", account.n, job.typology))
            done += 1
    return done


def reopen(job: Job) -> int:
    """Close it, open it again: every round counts as new."""
    done = 0
    days = job.days()
    for _ in range(max(1, job.count // 3)):
        if len(days) < 40:
            return done
        day = job.dice.choice(days[: len(days) // 2])
        person = job.victim(day, "own")
        goods = cheap(job, "deposit")
        if person is None or not goods:
            continue
        good = job.dice.choice(goods)
        for _ in range(job.dice.randint(2, 4)):
            gap = job.dice.randint(12, 55)
            how = How(
                goods=[good],
                features=(),
                fund=job.dice.choice(["token", "none"]),
                use="never",
                closes=gap,
                closed_by=job.dice.choice(["rep", "customer"]),
            )
            done += plant(job, day, person, [good], how)
            later = [d for d in days if d >= day + timedelta(days=gap + job.dice.randint(1, 20))]
            if not later:
                break
            day = later[0]
    return done


def borrowed_id(job: Job) -> int:
    """In a colleague's session while the colleague is away: the name is hers, the machine is his."""
    world, done = job.world, 0
    mates = [r for r in job.branch(job.days()[0]).crew if r is not job.rep and r.sells] if job.days() else []
    guilty = {g["rep_id"] for g in world.guilt}
    for mate in [m for m in mates if m.rep_id not in guilty]:
        away = [
            d for d in job.days() if mate.absent(d) and (p := mate.post_on(d)) and p.branch is job.branch(d)
        ]
        if len(away) < 3:
            continue
        for _ in range(job.count):
            day = job.dice.choice(away)
            person = job.victim(day)
            if person is None:
                continue
            how = How(
                device=job.rep.device,
                fund="none",
                opened_by=mate.rep_id,
                credited_to=job.rep.rep_id,
                contact=False,
            )
            if job.dice.random() < 0.4:
                how.credited_to = None
            fate(job, how)
            done += plant(job, day, person, [job.dice.choice(cheap(job))], how)
        grey(world, mate, "lent_password", job.start, job.end)
        return done
    return ghosts(job)
