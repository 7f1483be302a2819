"""Sales of securities and insurance, and referrals between colleagues, as honest people do them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from bench.third.days import poisson
from bench.third.goods import Good
from bench.third.licences import may_sell
from bench.third.places import is_open, moment
from bench.third.selling import sitting
from bench.third.state import Account, Branch, Customer, How, Rep, Row, World

SOLD = frozenset(
    [
        "mutual_fund",
        "uit",
        "equity",
        "bond",
        "structured_note",
        "annuity",
        "life",
        "health",
        "pc_insurance",
        "advisory",
        "alternative",
    ]
)
_RATE = {
    "annuity": 0.05,
    "structured_note": 0.03,
    "uit": 0.025,
    "mutual_fund": 0.02,
    "equity": 0.008,
    "life": 5.0,
    "health": 2.0,
    "pc_insurance": 1.2,
    "alternative": 0.06,
    "advisory": 0.01,
    "bond": 0.01,
}


def fits(person: Customer, good: Good) -> bool:
    """Whether an honest adviser would put this product before this customer."""
    if good.risk is None or good.family in ("life", "health", "pc_insurance"):
        return True
    if person.objective == "preservation" and good.risk > 2:
        return False
    if good.lockup and person.horizon < good.lockup:
        return False
    return good.risk <= person.risk + 1


def _second(
    rep: Rep, good: Good, person: Customer, branch: Branch, day: date, dice: Random
) -> tuple[str, float | None]:
    """Now and then a colleague with the same licence worked on it too and gets the usual share."""
    if dice.random() < 0.12:
        mates = [r for r in branch.crew if r is not rep and r.at_work(day)]
        mates = [r for r in mates if may_sell(r, good, person.state, day)]
        if mates:
            return dice.choice(mates).rep_id, dice.choice([0.5, 0.6, 0.7, 0.8])
    return "", None


def sell(
    world: World, rep: Rep, account: Account | None, person: Customer, good: Good, day: date, dice: Random,
    branch: Branch, replaces: int | None = None,
) -> Row:  # fmt: skip
    """Write one sale row, as large as the customer's means and the product make likely."""
    amount = round(good.fund * dice.lognormvariate(0.2, 0.7), 2)
    if good.family not in ("life", "health", "pc_insurance"):
        amount = min(amount, max(500.0, person.liquid * dice.uniform(0.05, 0.3)))
    at = account.opened + timedelta(minutes=20) if account else moment(branch, day, dice)
    second, share = _second(rep, good, person, branch, day, dice)
    ends = day + timedelta(days=int(30.4 * good.lockup)) if good.lockup else None
    if good.family == "uit":
        ends = day + timedelta(days=dice.randint(380, 760))
    back = day + timedelta(days=dice.randint(5, 60)) if dice.random() < 0.02 else None
    return world.add(
        "sales", branch.zone, customer_id=person.n, account_id=account.n if account else None,
        product_code=good.code, rep_id=rep.rep_id, rep2_id=second, split=share, sold_at=at,
        amount=round(amount, 2), commission=round(amount * _RATE.get(good.family, 0.01), 2),
        solicited=dice.random() < 0.6, recommended=dice.random() < 0.8, state=person.state,
        replaces_sale_id=replaces, matures_on=ends, reversed_on=back if back and back <= world.end else None,
        _day=day, _good=good, _person=person,
    )  # fmt: skip


def write_sales(world: World) -> None:
    """A sale for every honest opening of a sold product, and later purchases in the same account."""
    dice = world.dice("sales")
    reps = {r.rep_id: r for r in world.reps}
    for account in list(world.accounts):
        rep = reps.get(account.rep_id)
        if (
            account.good.family not in SOLD
            or account.old
            or rep is None
            or account.branch is None
            or account.bad
        ):
            continue
        person, good, day = account.customer, account.good, account.opened.date()
        row = sell(world, rep, account, person, good, day, dice, account.branch)
        if not fits(person, good):
            # The customer asked for it himself and signed that he did.
            row["solicited"], row["recommended"] = False, False
        if good.family in ("life", "health", "pc_insurance"):
            continue
        for _ in range(poisson(0.8, dice)):
            later = day + timedelta(days=dice.randint(20, 400))
            ok = later <= world.end and rep.at_work(later) and is_open(account.branch, later)
            if ok and may_sell(rep, good, person.state, later) and fits(person, good):
                more = sell(world, rep, None, person, good, later, dice, account.branch)
                more["account_id"] = account.n
                rolls = (
                    good.family in ("uit", "structured_note")
                    and row["matures_on"]
                    and later >= row["matures_on"]
                )
                more["replaces_sale_id"] = row["_n"] if rolls else None


def _fee(world: World, basis: str, good: Good, outcome: str, dice: Random) -> float | None:
    """Fixed and small for securities, as the rule asks; a little more for loans and covers."""
    if basis == "appointment":
        return 25.0 if outcome in ("converted", "declined") else 0.0
    if outcome != "converted":
        return 0.0
    return dice.choice([15.0, 20.0, 25.0]) if good.family in SOLD else dice.choice([25.0, 50.0])


def refer(
    world: World, rep: Rep, to: Rep, person: Customer, good: Good, day: date, branch: Branch, dice: Random,
    outcome: str = "",
) -> Row:  # fmt: skip
    """Pass a customer on to a colleague; when it comes off the colleague opens the product himself."""
    if not outcome:
        outcome = dice.choices(["converted", "declined", "no_show", "open"], [27, 33, 26, 14])[0]
    when = day + timedelta(days=dice.randint(1, 25))
    post = to.post_on(when)
    able = bool(post) and when <= world.end and not to.absent(when) and may_sell(to, good, person.state, when)
    opened: list[Account] = []
    if outcome == "converted":
        if able and post and is_open(post.branch, when):
            opened = sitting(world, to, post.branch, when, person, dice, How(goods=[good], features=()))
        outcome = "converted" if opened else "open"
    if when > world.end:
        outcome = "open"
    basis = (
        "appointment"
        if good.family in SOLD - {"life", "health", "pc_insurance"}
        else dice.choice(world.kind.fee_basis)
    )
    fee = _fee(world, basis, good, outcome, dice)
    return world.add(
        "referrals",
        branch.zone,
        customer_id=person.n,
        from_rep_id=rep.rep_id,
        to_rep_id=to.rep_id,
        product_code=good.code,
        referred_at=moment(branch, day, dice),
        outcome=outcome,
        outcome_at=moment(branch, when, dice) if outcome != "open" and when <= world.end else None,
        fee_paid=fee,
        fee_basis=basis if fee else "",
        account_id=opened[0].n if opened else None,
        sale_id=None,
        _to=to,
    )


def refer_days(world: World) -> None:
    """Bankers send customers on, mostly to the adviser or lender they know best."""
    if not world.kind.referrals:
        return
    dice = world.dice("referrals")
    goods = [g for g in world.goods.values() if g.family in SOLD or g.family in ("mortgage", "loan")]
    takers = [
        r for r in world.reps if r.role in ("advisor", "specialist") or (r.role == "banker" and r.licences)
    ]
    if not goods or not takers:
        return
    for rep in world.sellers():
        near = [
            t for t in takers if t is not rep and t.posts[0].branch.district == rep.posts[0].branch.district
        ] or takers
        friends = dice.sample(near, min(len(near), 3))
        span = range(0, (world.end - world.start).days, 7)
        rate = 0.22 * dice.lognormvariate(0, 0.7)
        for week in span:
            day = world.start + timedelta(days=week + dice.randint(0, 5))
            post = rep.post_on(day)
            if day > world.end or post is None or rep.absent(day) or not is_open(post.branch, day):
                continue
            for _ in range(poisson(rate, dice)):
                pool = [p for p in post.branch.pool[-400:] if p.created <= day and p.kind == "person"]
                to = dice.choice(friends) if dice.random() < 0.75 else dice.choice(takers)
                if pool and to is not rep and to.post_on(day):
                    good = dice.choice(goods)
                    person = dice.choice(pool)
                    refer(world, rep, to, person, good, day, post.branch, dice)


def tie_sales(world: World) -> None:
    """Put the sale that followed into the referral's row."""
    by_account: dict[int, int] = {}
    for row in world.rows.get("sales", []):
        if row.get("account_id"):
            by_account.setdefault(row["account_id"], row["_n"])
    for row in world.rows.get("referrals", []):
        row["sale_id"] = by_account.get(row["account_id"]) if row.get("account_id") else None
