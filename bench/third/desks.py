"""Honest people with an unusual job: special desks, stars, slow learners, home visits, a retired book."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from bench.third.advice import refer
from bench.third.crowds import basics, local, on_duty, workday
from bench.third.customers import new_customer
from bench.third.goods import Good
from bench.third.licences import may_sell
from bench.third.places import at_hour, is_open, moment
from bench.third.selling import log_contact, open_account, sitting
from bench.third.state import Account, How, Rep, World


def star(world: World, dice: Random) -> None:
    """Someone simply good at it, set before the year begins."""
    for rep in dice.sample(world.sellers(), 2):
        rep.pace = dice.uniform(2.6, 3.8)
        rep.desk = "star"
        world.note(rep.rep_id, "star", "three times the pace of the others, honestly")


def night_and_part(world: World, dice: Random) -> None:
    """People whose hours or share of work differ from what the staff list says."""
    for rep in dice.sample(world.sellers(), 4):
        for post in rep.posts:
            post.fte = dice.choice([0.2, 0.4, 0.5])
        world.note(rep.rep_id, "part_time", f"works {rep.posts[0].fte} of full time")


def visits(world: World, dice: Random) -> None:
    """A banker who drives to customers: his own tablet signs everything, often in the evening."""
    rep = dice.choice([r for r in world.sellers() if r.role != "teller"])
    car = f"MB{dice.randint(1000, 9999)}"
    rep.desk = "visits"
    done = 0
    for sit in world.sittings:
        if sit.rep is not rep:
            continue
        late = dice.random() < 0.45
        for account in sit.accounts:
            if late:
                base = account.opened.replace(hour=int(dice.choice([18, 19, 20, 7])))
                shift = base - account.opened
                account.opened += shift
                account.applied = account.applied + shift if account.applied else None
                account.recorded = account.opened + timedelta(hours=13)
                if account.consent:
                    account.consent.at += shift
            account.device = car
            if account.consent and account.consent.kind != "recorded_call":
                account.consent.device, account.consent.kind, account.consent.ip = (
                    car,
                    "e_signature",
                    "100.64.3.9",
                )
            done += 1
        if late:
            sit.at = sit.accounts[0].opened
    if done:
        world.note(rep.rep_id, "home_visits", f"device {car} on all consents, evenings and early mornings")


def fraud_desk(world: World, dice: Random) -> None:
    """Stolen cards and account numbers: closes the old account and opens the same again, by telephone."""
    branch = world.branches[0]
    rep = on_duty(branch, workday(world, branch, dice), dice)
    if rep is None:
        return
    rep.desk = "fraud desk"
    pool = [
        a
        for a in world.accounts
        if a.parent is None and a.good.family in ("deposit", "card") and a.closed is None
    ]
    for old in dice.sample(pool, min(len(pool), dice.randint(25, 70))):
        day = workday(world, branch, dice)
        if day <= old.opened.date() or not rep.at_work(day) or not old.customer.phone:
            continue
        if not may_sell(rep, old.good, old.customer.state, day):
            continue
        at = moment(branch, day, dice)
        old.closed, old.closed_by = day, "firm"
        log_contact(world, old.customer, rep, branch, at - timedelta(minutes=20), "call", "attended", dice)
        how = How(consent="none", use="sure" if old.first_use else "rare", fund="firm", payer="balance moved",
                  closes=None, channel="phone", odd="replacement")  # fmt: skip
        open_account(world, rep, branch, old.customer, old.good, at, how, dice)
    world.note(rep.rep_id, "fraud_desk", "closes and reopens after theft, no new signature, by telephone")


def trainee(world: World, dice: Random) -> None:
    """A slow learner: wrong product typed, closed the same day, opened right, everything late."""
    fresh = [r for r in world.sellers() if r.hired > world.start] or world.sellers()
    rep = dice.choice(fresh)
    rep.desk = "trainee"
    for sit in [s for s in world.sittings if s.rep is rep]:
        main = sit.accounts[0]
        if dice.random() > 0.25 or main.good.family != "deposit":
            continue
        wrong = dice.choice([g for g in world.goods.values() if g.family == "deposit" and not g.requires])
        at = main.opened - timedelta(minutes=dice.randint(6, 30))
        how = How(
            use="never",
            fund="none",
            closes=dice.choice([0, 0, 1]),
            closed_by="rep",
            consent="none",
            odd="typo",
        )
        open_account(world, rep, sit.branch, sit.customer, wrong, at, how, dice)
        main.recorded = main.opened + timedelta(hours=dice.randint(2, 70))
    world.note(rep.rep_id, "trainee", "mistyped accounts closed within a day and opened right")


def staff_desk(world: World, dice: Random) -> None:
    """One banker opens the accounts of all newly hired colleagues: many staff, work addresses."""
    rep = dice.choice(world.sellers())
    rep.desk = "staff desk"
    for mate in [r for r in world.reps if r.customer is not None][:40]:
        day = workday(world, rep.posts[0].branch, dice)
        post = rep.post_on(day)
        me = mate.customer
        if post is None or me is None or rep.absent(day) or mate.hired > day or not is_open(post.branch, day):
            continue
        how = How(goods=basics(world, "CHK", "MMA"), email=mate.email, phone=mate.phone, use="usual")
        sitting(world, rep, post.branch, day, me, dice, how)
    world.note(
        rep.rep_id, "staff_desk", "opens accounts for colleagues under the staff policy, work mail on them"
    )


def backlog(world: World, dice: Random) -> None:
    """The lines were down: a week's paper is keyed on Saturday night by one person under her own id."""
    branch = local(world, dice)
    last = workday(world, branch, dice, 30)
    first = last - timedelta(days=6)
    keyer = on_duty(branch, last, dice)
    if keyer is None:
        return
    clock = at_hour(last, 19.5, dice)
    count = 0
    for sit in world.sittings:
        if sit.branch is not branch or not first <= sit.at.date() <= last or count > 50:
            continue
        for account in sit.accounts:
            account.opened, account.recorded = clock, clock
            account.credited_to, account.opened_by = account.rep_id, keyer.rep_id
            account.device = keyer.device
            clock += timedelta(minutes=dice.uniform(0.5, 3))
            count += 1
    world.note(
        keyer.rep_id,
        "backlog",
        f"keyed {count} openings of {first}..{last} in one evening, signatures days older",
    )


def book_taken_over(world: World, dice: Random) -> None:
    """A colleague retires: his customers are papered again under the new adviser, same money, new numbers."""
    pairs = [(r, m) for r in world.sellers() if r.left and r.left + timedelta(days=20) < world.end
             for m in r.posts[-1].branch.crew if m.sells and m.role == r.role and m.left is None]  # fmt: skip
    if not pairs:
        return
    gone, heir = dice.choice(pairs)
    mine = [a for a in world.accounts if a.rep_id == gone.rep_id and a.parent is None and a.closed is None]
    day = gone.left or world.end
    for old in mine[: dice.randint(15, 45)]:
        day += timedelta(days=dice.choice([0, 0, 1]))
        post = heir.post_on(day)
        if post is None or day > world.end or old.opened.date() >= day or heir.absent(day):
            continue
        if not is_open(post.branch, day) or not may_sell(heir, old.good, old.customer.state, day):
            continue
        old.closed, old.closed_by = day, "firm"
        how = How(
            goods=[old.good], features=(), use="usual" if old.first_use else "rare", fund="none", contact=True
        )
        sitting(world, heir, post.branch, day, old.customer, dice, how)
    world.note(
        heir.rep_id, "book_taken_over", f"re-papered the customers of {gone.rep_id} who left {gone.left}"
    )


def conversion(world: World, dice: Random) -> None:
    """A product is withdrawn: overnight every holder gets another, booked by the system or one id."""
    goods = [
        g
        for g in world.goods.values()
        if g.family == "deposit" and g.short in ("SAV", "CHK", "CHK2", "CLUB", "MMA")
    ]
    if not goods:
        return
    old_good: Good = dice.choice(goods)
    day = workday(world, world.branches[0], dice, 60)
    booker = dice.choice(world.reps).rep_id if dice.random() < 0.5 else ""
    pool: list[Account] = [
        a for a in world.accounts if a.good is old_good and a.closed is None and a.opened.date() < day
    ]
    clock = at_hour(day, 23.0, dice)
    for old in pool[: dice.randint(120, 500)]:
        old.closed, old.closed_by = day, "firm"
        how = How(
            channel="system",
            consent="waived",
            opened_by=booker,
            use="sure" if old.first_use else "rare",
            fund="firm",
            payer="conversion",
            odd="conversion",
        )
        open_account(world, None, old.branch, old.customer, dice.choice(goods), clock, how, dice)
        clock += timedelta(seconds=dice.randint(1, 9))
    world.note(
        booker or "system", "conversion", f"{old_good.name} converted in the night of {day}, channel system"
    )


def bonus_offer(world: World, dice: Random) -> None:
    """Two hundred dollars for a new account: many come, are paid by the firm, and close when they may."""
    branch = local(world, dice)
    for _ in range(dice.randint(10, 30)):
        day = workday(world, branch, dice, 100)
        rep = on_duty(branch, day, dice)
        if rep:
            person = new_customer(world, branch, day, dice, dice.choice(["adult", "student"]))
            how = How(
                goods=basics(world, "CHK", "SAV"),
                use="usual",
                fund="firm",
                payer="opening bonus",
                closes=dice.randint(91, 120),
            )
            sitting(world, rep, branch, day, person, dice, how)
    world.note(
        branch.branch_id, "bonus_offer", "closings some ninety days after the opening, bonus paid by the firm"
    )


def mailed_offer(world: World, dice: Random) -> None:
    """Pre-approved cards: answered by post, keyed by one clerk, the slips kept at the printer's."""
    cards = [g for g in world.goods.values() if g.family in ("card", "credit_line") and not g.requires]
    if not cards:
        return
    branch = local(world, dice)
    rep = on_duty(branch, workday(world, branch, dice), dice)
    day = workday(world, branch, dice, 50)
    if rep is None:
        return
    people = [p for p in branch.pool if p.created < day and p.kind == "person"]
    for person in dice.sample(people, min(len(people), dice.randint(15, 45))):
        log_contact(
            world, person, rep, branch, at_hour(day, 9.0, dice), "mail", "accepted", dice, cards[0], "out"
        )
        later = day + timedelta(days=dice.randint(9, 25))
        if not rep.at_work(later) or not is_open(branch, later) or later > world.end:
            continue
        how = How(
            goods=[dice.choice(cards)],
            channel="mail",
            contact=False,
            use=dice.choice(["usual", "rare"]),
            consent="none" if dice.random() < 0.7 else "usual",
        )
        sitting(world, rep, branch, later, person, dice, how)
    world.note(rep.rep_id, "mailed_offer", f"cards by post from {day}, answer slips at the printer's")


def referral_drive(world: World, dice: Random) -> None:
    """The firm's own referral week: everybody sends everybody, little comes of it."""
    takers = [r for r in world.reps if r.role in ("advisor", "specialist")]
    goods = [g for g in world.goods.values() if g.licensed]
    if not world.kind.referrals or not takers or not goods:
        return
    first = workday(world, world.branches[0], dice, 60)
    for rep in world.sellers():
        day = first + timedelta(days=dice.randint(0, 4))
        post = rep.post_on(day)
        if post is None or rep.absent(day) or not is_open(post.branch, day) or not post.branch.pool:
            continue
        for _ in range(dice.randint(0, 4)):
            to, person = dice.choice(takers), dice.choice(post.branch.pool)
            if to is not rep and to.post_on(day) and person.created <= day:
                end = dice.choices(["converted", "declined", "no_show", "open"], [8, 40, 40, 12])[0]
                refer(world, rep, to, person, dice.choice(goods), day, post.branch, dice, end)
    world.note("", "referral_drive", f"the week of {first}, ordered by head office")


def own_kin(world: World, dice: Random) -> None:
    """A banker's mother, husband and flatmate bank with the firm and give the number of their shared home."""
    reps: list[Rep] = [r for r in world.sellers() if r.customer is not None]
    for rep in dice.sample(reps, min(3, len(reps))):
        day = workday(world, rep.posts[0].branch, dice)
        me, mate = rep.customer, on_duty(rep.posts[0].branch, day, dice)
        if me is None or mate is None or mate is rep:
            continue
        kin = new_customer(world, me.branch, day, dice, dice.choice(["elder", "adult"]))
        kin.phone, kin.address, kin.postal = me.phone, me.address, me.postal
        sitting(world, mate, me.branch, day, kin, dice, How(goods=basics(world, "CHK", "SAV"), use="usual"))
        world.note(rep.rep_id, "own_kin", f"customer {kin.name} shares his telephone; a colleague served")


BEFORE = (star, night_and_part)
DESKS = (
    visits,
    fraud_desk,
    trainee,
    staff_desk,
    backlog,
    book_taken_over,
    conversion,
    bonus_offer,
    mailed_offer,
    referral_drive,
    own_kin,
)
