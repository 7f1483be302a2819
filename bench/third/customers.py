"""The customers: persons, households, students, children, businesses, farms, and people who move."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bench.third.names import EMPLOYERS, business_name, mail_for, person_name, relative_name, street
from bench.third.places import moment, new_phone
from bench.third.state import Branch, Customer, World

_MIX = {
    "standard": {"adult": 0.74, "elder": 0.13, "student": 0.04, "business": 0.07, "child": 0.02},
    "student": {"adult": 0.3, "elder": 0.03, "student": 0.63, "business": 0.04},
    "retirement": {"adult": 0.37, "elder": 0.58, "business": 0.03, "child": 0.02},
    "payroll": {"adult": 0.9, "elder": 0.03, "student": 0.04, "business": 0.03},
    "commuter": {"adult": 0.83, "elder": 0.04, "student": 0.07, "business": 0.06},
    "call_centre": {"adult": 0.83, "elder": 0.1, "student": 0.07},
    "instore": {"adult": 0.78, "elder": 0.07, "student": 0.14, "business": 0.01},
}
_AGES = {"adult": (22, 66), "elder": (67, 94), "student": (17, 25), "child": (0, 15), "farm": (28, 75)}


def birth_for(who: str, day: date, dice: Random) -> date:
    """A birthday that fits the sort of person."""
    low, high = _AGES.get(who, (22, 70))
    return day - timedelta(days=dice.randint(low * 366, high * 365 + 364))


def _wealth(person: Customer, day: date, dice: Random) -> None:
    """Income, worth and the investment profile; better-off people take more risk, older ones less."""
    age = (day - person.birth).days / 365 if person.birth else 45
    person.income = round(dice.lognormvariate(10.7, 0.6), -2) * (0.3 if person.who == "student" else 1)
    person.worth = round(person.income * dice.lognormvariate(0.2, 0.9) * max(0.2, (age - 18) / 25), -2)
    person.liquid = round(person.worth * dice.uniform(0.05, 0.6), -2)
    person.risk = min(5, max(1, round(dice.gauss(3.3 - max(0, age - 45) / 22, 0.9))))
    person.objective = ["preservation", "income", "balanced", "growth", "speculation"][person.risk - 1]
    if dice.random() < 0.25:
        person.objective = dice.choice(["income", "balanced", "growth"])
    person.horizon = max(6, int(dice.gauss(max(24, (72 - age) * 8), 30)))
    person.experience = dice.choice(["none", "limited", "limited", "good", "extensive"][: 2 + person.risk])
    person.need = dice.random() < (0.3 if person.liquid < 15000 else 0.1)


def new_customer(world: World, branch: Branch, day: date, dice: Random, who: str = "") -> Customer:
    """Somebody nobody at the firm knew before that day."""
    if not who:
        mix = _MIX.get(branch.kind, _MIX["standard"])
        who = dice.choices(list(mix), list(mix.values()))[0]
        if world.kind.name == "community" and who == "adult" and dice.random() < 0.18:
            who = "farm"
    state = branch.state if not world.kind.remote else dice.choice(world.habits.states)
    line, postal = street(dice, state)
    business = who == "business"
    name = business_name(dice) if business else person_name(dice)
    birth = None if business else birth_for(who, day, dice)
    # The telephone bank's customers live anywhere; a branch's live around it.
    area = branch.area if dice.random() < 0.85 else str(dice.randint(201, 989))
    person = Customer(
        n=world.number(), kind="business" if business else "person", name=name, birth=birth,
        email=mail_for(name, dice), phone=new_phone(area, dice), address=line, town=branch.town, state=state,
        postal=postal, branch=branch, created=day, who=who,
    )  # fmt: skip
    if who == "elder" and dice.random() < 0.5:
        person.email = ""
    if not branch.emails:
        person.email = ""
    person.language = dice.choices(["en", "es", "zh", "vi", "uk", "tl"], [80, 13, 2, 2, 1, 2])[0]
    person.vulnerable = dice.random() < (0.12 if who == "elder" else 0.01)
    person.quiet = dice.random() < 0.06
    person.employer = dice.choice(EMPLOYERS) if who == "adult" and dice.random() < 0.4 else ""
    if not business:
        _wealth(person, day, dice)
    return enrol(world, person)


def enrol(world: World, person: Customer) -> Customer:
    """Put a customer on the firm's books and in his branch's clientele."""
    world.customers.append(person)
    person.branch.pool.append(person)
    return person


def relative(world: World, kin: Customer, day: date, dice: Random, who: str = "adult") -> Customer:
    """A member of an existing customer's household: same door, often the same telephone or mailbox."""
    person = new_customer(world, kin.branch, day, dice, who)
    person.name = relative_name(kin.name, dice) if dice.random() < 0.8 else person.name
    person.address, person.postal, person.state = kin.address, kin.postal, kin.state
    kin.household = person.household = kin.household or f"H{kin.n}"
    if dice.random() < (0.9 if who == "child" else 0.35):
        person.phone = kin.phone
    if dice.random() < (0.9 if who == "child" else 0.2):
        person.email = kin.email
    person.language = kin.language
    return person


def first_customers(world: World) -> None:
    """The clientele from before the window, with households and the odd double record of one person."""
    dice = world.dice("customers")
    count = int(world.habits.openings * 0.13) + 800
    sizes = [max(0.2, sum(r.pace for r in b.crew)) for b in world.branches]
    for branch in dice.choices(world.branches, sizes, k=count):
        if branch.opened_on:
            continue
        day = world.start - timedelta(days=dice.randint(20, 3200))
        if branch.pool and dice.random() < 0.18:
            relative(world, dice.choice(branch.pool), day, dice)
        elif branch.pool and dice.random() < 0.012:
            _double(world, dice.choice(branch.pool), day, dice)
        else:
            new_customer(world, branch, day, dice)


def _double(world: World, person: Customer, day: date, dice: Random) -> None:
    """One person entered twice, the second time with a slip of the pen."""
    twin = new_customer(world, person.branch, day, dice, person.who)
    twin.name = person.name.replace("e", "", 1) if dice.random() < 0.5 else person.name.upper()
    twin.birth, twin.phone, twin.email = person.birth, person.phone, person.email
    twin.address, twin.postal, twin.state, twin.kind = (
        person.address,
        person.postal,
        person.state,
        person.kind,
    )


def staff_customers(world: World) -> None:
    """Most staff bank where they work, and some live with people who do too."""
    dice = world.dice("staff")
    for rep in world.reps:
        if dice.random() > 0.7:
            continue
        branch = rep.posts[0].branch
        day = max(rep.hired, world.start - timedelta(days=900))
        if day >= world.end or (branch.opened_on and day < branch.opened_on):
            continue
        me = new_customer(world, branch, min(day, world.start), dice, "adult")
        me.name, me.phone, me.address, me.postal = rep.name, rep.phone, rep.address, rep.postal
        me.email = rep.email if dice.random() < 0.5 else me.email
        me.staff, rep.customer = True, me
        if dice.random() < 0.35:
            relative(world, me, me.created, dice, dice.choice(["adult", "adult", "child", "elder"]))


def moves(world: World) -> None:
    """Honest changes of contact data and address, made by customers and typed by staff."""
    dice = world.dice("moves")
    count = int(len(world.customers) * 0.07)
    for person in dice.sample(world.customers, min(count, len(world.customers))):
        day = world.start + timedelta(days=dice.randint(5, (world.end - world.start).days))
        if day <= person.created or day > world.end:
            continue
        crew = [r for r in person.branch.crew if r.at_work(day)]
        by = dice.choice(crew).rep_id if crew and dice.random() < 0.45 else "customer"
        what = dice.choice(["email", "phone", "address_line", "address_line"])
        old = {"email": person.email, "phone": person.phone, "address_line": person.address}[what]
        line, _ = street(dice, person.state)
        new = {"email": mail_for(person.name, dice), "phone": new_phone(person.branch.area, dice),
               "address_line": line}[what]  # fmt: skip
        change(world, person, what, new, day, by, dice, old)
        if what == "email":
            person.email = new
        elif what == "phone":
            person.phone = new
        else:
            person.address = new


def change(
    world: World, person: Customer, what: str, new: str, day: date, by: str, dice: Random, old: str
) -> None:
    """Write one edit of a customer's record."""
    world.add(
        "profile_changes", person.branch.zone, customer_id=person.n, field=what, old_value=old, new_value=new,
        changed_at=moment(person.branch, day, dice), changed_by=by,
    )  # fmt: skip
