"""One sitting: what a customer opens with a seller, how the yes is kept and what will become of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import exp, log
from random import Random

from bench.third.goods import FEATURES, Good
from bench.third.licences import may_sell
from bench.third.places import moment
from bench.third.state import Account, Branch, Consent, Customer, How, Rep, Sitting, World


def wanted(world: World, person: Customer, dice: Random) -> Good | None:
    """What this customer would ask for today."""
    shelf = world.goods.values()
    have = {a.good.short for a in person.accounts if a.closed is None}
    weights = []
    for good in shelf:
        w = good.weight if good.who in ("any", person.who) else 0.0
        if good.who == "adult" and person.who in ("adult", "elder", "farm"):
            w = good.weight * (1.0 if person.liquid > 8000 or good.family in ("life", "health") else 0.25)
        if person.who == "child":
            w = good.weight if good.short in ("KID", "SAV", "SHARE") else 0.0
        if person.kind == "business" and good.who != "business":
            w = good.weight * (0.3 if good.short in ("SAV", "MMA", "CC", "LOC") else 0.0)
        if person.who in ("student", "farm") and good.who == person.who:
            w *= 9
        if good.short in have:
            w *= 0.12 if good.family == "deposit" else 0.04
        if good.credit:
            w *= 1.7 if person.need else 0.6
        weights.append(w)
    if sum(weights) <= 0:
        return None
    return dice.choices(list(shelf), weights)[0]


def _consent(world: World, account: Account, rep: Rep, how: How, paper: str, dice: Random) -> Consent | None:
    """The record of the yes, by the firm's usual means for the channel."""
    if how.consent == "none" or (how.consent == "usual" and _slips(world, account, rep, dice)):
        return None
    at = account.applied or account.opened
    if account.channel in ("online", "mobile"):
        device, ip = (
            f"CU{account.customer.n * 31 % 999983:06d}",
            f"73.{account.customer.n % 251}.{dice.randint(1, 250)}.9",
        )
        return Consent("online_application", at - timedelta(minutes=2), "customer", paper, device, ip)
    kinds = world.kind.consent
    kind = dice.choices(list(kinds), list(kinds.values()))[0]
    if account.branch and account.branch.kind != "call_centre" and kind == "recorded_call":
        kind = "e_signature"
    by, device, ip = rep.rep_id, "", ""
    if kind == "e_signature" or how.consent == "seller":
        kind = "e_signature"
        tablets = account.branch.tablets if account.branch else []
        device = _pad(world, account, rep, tablets, dice)
        ip = f"{account.branch.ip}{dice.randint(2, 60)}" if account.branch and tablets else ""
        by = "customer" if dice.random() < 0.5 else by
    if how.consent == "seller":
        device, by = how.device or rep.device, dice.choice(["customer", rep.rep_id])
    lag = timedelta(minutes=dice.randint(0, 9))
    # Paper is scanned later in the day or the next morning; the stamp is the scanner's.
    if kind == "wet_signature" and how.bad == "" and dice.random() < 0.25:
        lag = timedelta(hours=dice.uniform(0.2, 20))
    return Consent(kind, at + lag, by, how.paper or paper, device, ip)


def _pad(world: World, account: Account, rep: Rep, tablets: list[str], dice: Random) -> str:
    """What a customer signs on: the branch's tablet, a pad at the banker's desk, or his own telephone."""
    if world.kind.remote or account.branch is None or dice.random() < 0.12:
        return f"CU{account.customer.n * 31 % 999983:06d}"
    return dice.choice(tablets) if tablets else rep.device


def _slips(world: World, account: Account, rep: Rep, dice: Random) -> bool:
    gap = world.habits.consent_gap * rep.paper * (account.branch.gap if account.branch else 1.0)
    return dice.random() < gap


def plan_use(world: World, account: Account, rep: Rep | None, how: How, dice: Random) -> None:
    """When the customer will first use it and how often, or never."""
    good, opened = account.good, account.opened.date()
    if how.use == "never":
        return
    p = min(0.97, max(0.01, good.idle))
    lift = (account.branch.idle if account.branch else 0.0) + (rep.idle if rep else 0.0)
    lift += 0.5 if account.customer.who == "elder" and good.family in ("feature", "card") else 0.0
    p = 1 / (1 + exp(-(log(p / (1 - p)) + lift)))
    if {"sure": False, "rare": True, "late": False}.get(how.use, dice.random() < p):
        return
    delay = {"late": dice.uniform(25, 80), "shrug": dice.uniform(35, 200)}.get(how.use)
    if delay is None:
        delay = min(300.0, dice.lognormvariate(2.1 if good.pace > 1 else 2.9, 0.9))
    account.first_use = opened + timedelta(days=int(delay))
    account.pace = good.pace * dice.lognormvariate(0, 0.5) * (0.4 if how.use == "shrug" else 1)


def _close(world: World, account: Account, how: How, dice: Random) -> None:
    """Closings: as ordered, or the honest trickle of people who change their mind or move away."""
    opened = account.opened.date()
    if how.closes is not None:
        account.closed, account.closed_by = opened + timedelta(days=how.closes), how.closed_by
    elif dice.random() < (0.025 if account.good.family == "feature" else 0.06):
        early = dice.random() < 0.25
        days = dice.randint(3, 60) if early else dice.randint(60, 500)
        account.closed = opened + timedelta(days=days)
        account.closed_by = dice.choices(["customer", "firm", "rep"], [0.75, 0.17, 0.08])[0]
    if account.closed and account.closed > world.end:
        account.closed, account.closed_by = None, ""


def open_account(
    world: World,
    rep: Rep | None,
    branch: Branch | None,
    person: Customer,
    good: Good,
    at: datetime,
    how: How,
    dice: Random,
    paper: str = "",
) -> Account:
    """One account or feature on the books, with its consent, its use and its end."""
    channel = how.channel or ("phone" if branch and branch.kind == "call_centre" else "branch")
    by = how.opened_by if how.opened_by is not None else (rep.rep_id if rep else "")
    zone = branch.zone if branch else world.habits.home
    account = Account(
        n=world.number(), customer=person, good=good, opened=at, zone=zone, branch=branch, channel=channel,
        opened_by=by, credited_to=how.credited_to or "", parent=how.parent, campaign=how.campaign,
        email=person.email if how.email is None else how.email,
        phone=person.phone if how.phone is None else how.phone,
        device=how.device or (rep.device if rep else f"CU{person.n * 31 % 999983:06d}"),
        fund=how.fund, source=how.source, payer=how.payer, bad=how.bad, odd=how.odd,
    )  # fmt: skip
    account.applied = at - timedelta(minutes=dice.randint(2, 25))
    late = dice.random() < 0.04
    account.recorded = at + (
        timedelta(days=dice.randint(1, 3)) if late else timedelta(minutes=dice.randint(0, 4))
    )
    if good.credit:
        account.pulled = account.applied + timedelta(minutes=1)
    if rep and how.consent != "waived":
        account.consent = _consent(world, account, rep, how, paper or _hash(dice), dice)
    elif not rep and channel in ("online", "mobile"):
        account.consent = Consent("online_application", at, "customer", _hash(dice), account.device, "")
    plan_use(world, account, rep, how, dice)
    _close(world, account, how, dice)
    person.accounts.append(account)
    world.accounts.append(account)
    return account


def _hash(dice: Random) -> str:
    return f"{dice.getrandbits(96):024x}"


def _card(world: World, person: Customer) -> str:
    """Where one membership card covers all later accounts, its page number; else nothing."""
    if not world.habits.master_card:
        return ""
    return next((a.consent.paper for a in person.accounts if a.consent), "")


def _keyed(world: World, rep: Rep, how: How, at: datetime, dice: Random) -> None:
    """At a telephone bank a keyer opens what the seller sold."""
    if not world.kind.keyed or how.opened_by is not None:
        return
    keyers = [r for r in world.reps if r.role == "operations" and r.at_work(at.date())]
    if keyers and dice.random() < 0.9:
        how.opened_by, how.credited_to = dice.choice(keyers).rep_id, rep.rep_id


def _feature_names(world: World, main: Account, how: How, dice: Random) -> list[str]:
    """Which features this customer takes with the account."""
    if main.good.family != "deposit" or world.habits.feature_mode == "unrecorded":
        return []
    names = how.features
    if names is None:
        odds = {"DBT": 0.66, "OLB": 0.5, "BPAY": 0.14, "ODP": 0.22}
        slow = main.good.pace < 1.5 or main.customer.who == "child"
        names = tuple(f for f in FEATURES if dice.random() < odds[f] * (0.25 if slow else 1))
    return [n for n in names if n in world.goods]


def _extras(world: World, main: Account, rep: Rep, how: How, paper: str, dice: Random) -> list[Account]:
    """Features that come with an account, in the firm's own way of recording them."""
    out = []
    for name in _feature_names(world, main, how, dice):
        step = replace(how, parent=main, at=None, goods=None, fund="usual", source=None, campaign=None)
        at = main.opened + timedelta(seconds=dice.randint(20, 240))
        seller: Rep | None = rep
        if world.habits.feature_mode == "later" and not how.bad and dice.random() < 0.5:
            # The customer switches it on at home, days or weeks later.
            at += timedelta(days=dice.randint(1, 30))
            step.channel, step.opened_by, step.credited_to, seller = "online", "", "", None
        branch = main.branch if seller else None
        if at.date() > world.end:
            continue
        extra = open_account(world, seller, branch, main.customer, world.goods[name], at, step, dice, paper)
        extra.zone = main.zone
        out.append(extra)
    return out


def log_contact(
    world: World,
    person: Customer,
    rep: Rep,
    branch: Branch,
    at: datetime,
    kind: str,
    outcome: str,
    dice: Random,
    good: Good | None = None,
    direction: str = "in",
) -> None:
    """Write one contact between a customer and the firm."""
    world.add(
        "contacts", branch.zone, customer_id=person.n, rep_id=rep.rep_id, branch_id=branch.branch_id, at=at,
        kind=kind, direction=direction, product_code=good.code if good else "", outcome=outcome,
        note=dice.choice(["", "", "", "walk-in", "asked about fees", "by appointment", "brought papers"]),
    )  # fmt: skip


def sitting(
    world: World, rep: Rep, branch: Branch, day: date, person: Customer, dice: Random, how: How | None = None
) -> list[Account]:
    """Serve one customer once; returns the accounts opened, features included."""
    how = how or How()
    at = how.at or moment(branch, day, dice, rep.night)
    goods = how.goods
    if goods is None:
        count = dice.choices([1, 2, 3], [0.74, 0.21, 0.05])[0]
        picked = [wanted(world, person, dice) for _ in range(count)]
        goods = [g for g in dict.fromkeys(picked) if g and may_sell(rep, g, person.state, day)]
    if how.contact or (
        how.contact is None and dice.random() < world.habits.contact_logged * branch.logs * rep.logs
    ):
        kind = (
            "call"
            if branch.kind == "call_centre"
            else dice.choice(["visit", "visit", "visit", "appointment"])
        )
        outcome = ("accepted" if dice.random() < 0.7 else "attended") if goods else "declined"
        came = at - timedelta(minutes=dice.randint(4, 35))
        log_contact(world, person, rep, branch, came, kind, outcome, dice, goods[0] if goods else None)
    _keyed(world, rep, how, at, dice)
    if not any(a.good.short == "SHARE" for a in person.accounts) and "SHARE" in world.goods and not how.bad:
        goods = [world.goods["SHARE"], *goods] if goods else []
    paper = _card(world, person) or _hash(dice)
    opened: list[Account] = []
    for good in goods:
        main = open_account(world, rep, branch, person, good, at, how, dice, paper)
        opened += [main, *_extras(world, main, rep, how, paper, dice)]
        at += timedelta(minutes=dice.randint(1, 6))
    if opened:
        world.sittings.append(Sitting(rep, branch, person, opened[0].opened, opened))
    return opened
