"""Honest crowds: many customers of one sort at once or through one door, each looking odd to a stranger."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bench.third.customers import birth_for, new_customer
from bench.third.goods import Good
from bench.third.names import EMPLOYERS, mail_for, street
from bench.third.places import at_hour, is_open, new_phone
from bench.third.selling import sitting
from bench.third.state import Branch, Customer, How, Rep, World


def workday(world: World, branch: Branch, dice: Random, margin: int = 20) -> date:
    """A day on which the branch is open, not too near the ends of the window."""
    span = (world.end - world.start).days - margin
    day = world.start + timedelta(days=dice.randint(5, span))
    while not is_open(branch, day) and day < world.end:
        day += timedelta(days=1)
    return day


def on_duty(branch: Branch, day: date, dice: Random, prefer: Rep | None = None) -> Rep | None:
    """Somebody who sells and is there that day."""
    if prefer is not None and prefer.at_work(day):
        return prefer
    crew = [
        r
        for r in branch.crew
        if r.sells and (p := r.post_on(day)) and p.branch is branch and not r.absent(day)
    ]
    return dice.choice(crew) if crew else None


def local(world: World, dice: Random, kind: str = "") -> Branch:
    """A branch that was there all the time, of the wanted sort if there is one."""
    fit = [b for b in world.branches if b.opened_on is None and b.closed_on is None and b.crew]
    fit = [b for b in fit if b.kind != "call_centre"] or fit
    return dice.choice([b for b in fit if b.kind == kind] or fit)


def basics(world: World, *shorts: str) -> list[Good]:
    """Those of the products the firm carries; else its most asked-for plain product."""
    found = [world.goods[s] for s in shorts if s in world.goods]
    plain = [g for g in world.goods.values() if not g.requires and g.family != "feature"]
    return found[:1] or [max(plain, key=lambda g: g.weight)]


def event_tablet(branch: Branch, dice: Random) -> str:
    """What is taken along to an event: a tablet of the branch or one on loan."""
    return dice.choice(branch.tablets) if branch.tablets else f"EV{dice.randint(1000, 9999)}"


def _serve_all(
    world: World,
    rep: Rep,
    branch: Branch,
    day: date,
    people: list[Customer],
    hows: list[How],
    dice: Random,
) -> None:
    """One after the other, a few minutes each."""
    clock = at_hour(day, branch.opens + dice.uniform(0.3, 1.5), dice)
    for person, how in zip(people, hows, strict=True):
        how.at = clock
        sitting(world, rep, branch, day, person, dice, how)
        clock += timedelta(minutes=dice.uniform(4, 13))
        if clock.hour >= int(min(branch.closes, 23.0)):
            return


def payroll_day(world: World, dice: Random) -> None:
    """An employer's staff are signed up at the works; used from the first pay-day."""
    branch = local(world, dice, "payroll")
    employer = dice.choice(EMPLOYERS)
    for _ in range(dice.randint(1, 4)):
        day = workday(world, branch, dice, 60)
        rep = on_duty(branch, day, dice)
        if rep is None:
            continue
        tablet = event_tablet(branch, dice)
        people = [new_customer(world, branch, day, dice, "adult") for _ in range(dice.randint(9, 26))]
        for person in people:
            person.employer = employer
        goods = basics(world, "CHK", "HSA", "SAV")
        use = ["late", "late", "late", "rare", "usual"]
        _serve_all(
            world,
            rep,
            branch,
            day,
            people,
            [
                How(
                    goods=list(goods),
                    contact=dice.random() < 0.15,
                    device=tablet,
                    use=dice.choice(use),
                    fund="none",
                )
                for _ in people
            ],
            dice,
        )
        world.note(
            rep.rep_id,
            "payroll_day",
            f"{len(people)} of {employer} on {day}, tablet {tablet}, no contact log",
        )


def campus_day(world: World, dice: Random) -> None:
    """A tent on the campus: students, one tablet, nothing happens until term or ever."""
    branch = local(world, dice, "student")
    for _ in range(dice.randint(1, 3)):
        day = workday(world, branch, dice, 40)
        rep = on_duty(branch, day, dice)
        if rep is None:
            continue
        people = [new_customer(world, branch, day, dice, "student") for _ in range(dice.randint(10, 30))]
        for person in people:
            person.email = mail_for(person.name, dice).split("@")[0] + "@campus.example"
            person.address = f"{dice.randint(1, 9)} College Hall Rm {dice.randint(100, 480)}"
        goods, tablet = basics(world, "STU", "CHK"), event_tablet(branch, dice)
        _serve_all(
            world,
            rep,
            branch,
            day,
            people,
            [
                How(
                    goods=list(goods),
                    device=tablet,
                    contact=False,
                    use=dice.choice(["late", "rare", "usual"]),
                    fund=dice.choice(["firm", "none"]),
                    payer="welcome bonus",
                )
                for _ in people
            ],
            dice,
        )
        world.note(rep.rep_id, "campus_day", f"{len(people)} students on {day} with one tablet")


def _institution(
    world: World,
    dice: Random,
    who: str,
    count: int,
    odd: str,
    use: list[str],
    mail: str,
    shorts: tuple[str, ...],
) -> None:
    """Residents of one house, served by the same banker on regular visits: one door, one telephone."""
    branch = local(world, dice, "retirement" if who == "elder" else "")
    line, postal = street(dice, branch.state)
    phone = new_phone(branch.area, dice)
    regular = on_duty(branch, workday(world, branch, dice), dice)
    if regular is None:
        return
    left = count
    while left > 0:
        day = workday(world, branch, dice)
        rep = on_duty(branch, day, dice, regular)
        group = min(left, dice.randint(2, 6))
        left -= group
        if rep is None:
            continue
        people = [new_customer(world, branch, day, dice, who) for _ in range(group)]
        for person in people:
            person.address, person.postal, person.phone, person.email = line, postal, phone, mail
            person.vulnerable = person.vulnerable or dice.random() < 0.3
        extras = None if who == "adult" else ()
        hows = [How(goods=basics(world, *shorts), use=dice.choice(use), features=extras) for _ in people]
        _serve_all(world, rep, branch, day, people, hows, dice)
    world.note(regular.rep_id, odd, f"{count} residents at {line}, one phone {phone}, mail '{mail}'")


def care_home(world: World, dice: Random) -> None:
    """Elders in one home; the office handles their mail, most spend little."""
    _institution(world, dice, "elder", dice.randint(12, 34), "care_home", ["rare", "usual", "usual", "late"],
                 dice.choice(["", "office@willowhome.example"]), ("SAV", "CHK"))  # fmt: skip


def shelter(world: World, dice: Random) -> None:
    """People without a home give the shelter's door and number; many move on and never use the account."""
    _institution(
        world, dice, "adult", dice.randint(10, 30), "shelter", ["rare", "rare", "usual"], "", ("CHK", "SAV")
    )


def prison(world: World, dice: Random) -> None:
    """Release accounts: the firm visits the facility; used weeks later, if at all."""
    _institution(world, dice, "adult", dice.randint(8, 20), "prison", ["late", "late", "rare"],
                 "reentry@county.example", ("SAV", "CHK"))  # fmt: skip


def newcomers(world: World, dice: Random) -> None:
    """Refugees: one hostel, an interpreter's telephone, birthdays on the first of January, agency money."""
    branch = local(world, dice)
    line, postal = street(dice, branch.state)
    phone, tongue = new_phone(branch.area, dice), dice.choice(["uk", "vi", "es"])
    day = workday(world, branch, dice, 90)
    rep = on_duty(branch, day, dice)
    if rep is None:
        return
    for _ in range(dice.randint(2, 4)):
        server = on_duty(branch, day, dice, rep)
        if server is not None and is_open(branch, day):
            people = [new_customer(world, branch, day, dice, "adult") for _ in range(dice.randint(6, 14))]
            for person in people:
                person.birth = date(birth_for("adult", day, dice).year, 1, 1)
                person.address, person.postal, person.phone, person.language = line, postal, phone, tongue
                person.email, person.employer = "", ""
            _serve_all(
                world,
                server,
                branch,
                day,
                people,
                [
                    How(
                        goods=basics(world, "CHK", "SAV"),
                        fund="agency",
                        payer="Resettlement Agency",
                        use="usual",
                    )
                    for _ in people
                ],
                dice,
            )
        day += timedelta(days=dice.randint(5, 14))
    world.note(rep.rep_id, "newcomers", f"arrivals at {line}, interpreter {phone}, agency pays in")


def season_crew(world: World, dice: Random) -> None:
    """Harvest hands: accounts in spring, closed in autumn, the foreman's telephone."""
    branch = local(world, dice)
    day = date(world.start.year, 5, dice.randint(1, 20))
    day = day if day > world.start + timedelta(days=5) else day.replace(year=day.year + 1)
    while not is_open(branch, day):
        day += timedelta(days=1)
    rep = on_duty(branch, day, dice)
    if rep is None or day + timedelta(days=30) > world.end:
        return
    phone, (line, postal) = new_phone(branch.area, dice), street(dice, branch.state)
    people = [new_customer(world, branch, day, dice, "adult") for _ in range(dice.randint(10, 24))]
    for person in people:
        person.phone, person.address, person.postal = phone, f"{line} Bunkhouse", postal
        person.language, person.employer, person.email = "es", "Crown Poultry", ""
    _serve_all(
        world,
        rep,
        branch,
        day,
        people,
        [How(goods=basics(world, "CHK", "SAV"), use="sure", closes=dice.randint(120, 170)) for _ in people],
        dice,
    )
    world.note(rep.rep_id, "season_crew", f"{len(people)} hands on {day}, all closed in autumn, one phone")


def school_day(world: World, dice: Random) -> None:
    """Savings taught in class: a teller opens a class at a time, slips signed by parents weeks before."""
    if "KID" not in world.goods:
        return
    branch = local(world, dice)
    for _ in range(dice.randint(2, 6)):
        day = workday(world, branch, dice)
        rep = on_duty(branch, day, dice)
        if rep is None or day.weekday() > 4:
            continue
        people = [new_customer(world, branch, day, dice, "child") for _ in range(dice.randint(12, 24))]
        use = ["rare", "rare", "usual", "late"]
        _serve_all(
            world,
            rep,
            branch,
            day,
            people,
            [
                How(
                    goods=[world.goods["KID"]],
                    features=(),
                    contact=False,
                    use=dice.choice(use),
                    channel="mail",
                )
                for _ in people
            ],
            dice,
        )
        world.note(rep.rep_id, "school_day", f"a class of {len(people)} on {day}")


def storm(world: World, dice: Random) -> None:
    """After a flood: emergency accounts, no telephones, papers signed later, relief paid in."""
    branch = local(world, dice)
    first = workday(world, branch, dice, 40)
    for offset in range(10):
        day = first + timedelta(days=offset)
        rep = on_duty(branch, day, dice)
        if rep is None or not is_open(branch, day):
            continue
        people = [new_customer(world, branch, day, dice, "adult") for _ in range(dice.randint(2, 6))]
        for person in people:
            person.phone, person.email = ("", "") if dice.random() < 0.6 else (person.phone, person.email)
        _serve_all(
            world,
            rep,
            branch,
            day,
            people,
            [
                How(
                    goods=basics(world, "CHK", "PLN", "SAV"),
                    fund="agency",
                    payer="Relief Fund",
                    contact=dice.random() < 0.3,
                    consent="none" if dice.random() < 0.3 else "usual",
                )
                for _ in people
            ],
            dice,
        )
    world.note(branch.branch_id, "storm", f"relief accounts from {first}, power out, some papers never found")


CROWDS = (
    payroll_day, campus_day, care_home, shelter, prison, newcomers, season_crew, school_day, storm,
)  # fmt: skip
