"""Goals, pay, campaigns and discipline: what staff are pressed with, paid for and punished for."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from bench.third.places import month_end, months
from bench.third.state import Rep, World


def _base(world: World, rep: Rep) -> float:
    """Openings a month this person would make at his usual pace."""
    sellers = [r for r in world.reps if r.sells]
    mean = 1.9 if world.habits.feature_mode != "unrecorded" and world.kind.name != "broker_dealer" else 1.3
    total = world.habits.openings / mean / ((world.end - world.start).days / 30.4)
    return total * rep.pace / sum(r.pace for r in sellers) * 1.25


def set_goals(world: World) -> None:
    """Goals for each person, each role or each branch, with the usual mistakes about part-timers."""
    dice = world.dice("goals")
    habits = world.habits
    if "quotas" in habits.missing_feeds:
        return
    pressure = dice.uniform(0.85, 1.15)
    bonus = dice.choice([100, 150, 250, 400])
    roles = sorted({r.role for r in world.sellers()})
    for first in months(world.start, world.end):
        last = month_end(first)
        common = {"metric": habits.metric, "period_start": first, "period_end": last, "incentive": bonus}
        if habits.fund_rule:
            common |= {"funded_amount": 25, "funded_within_days": habits.fund_rule}
        if habits.quota_style == "rep":
            for rep in world.sellers():
                if rep.post_on(last) is None:
                    continue
                target = max(2, round(_base(world, rep) * pressure * dice.choice([0.9, 1.0, 1.0, 1.1])))
                world.targets[(rep.rep_id, first)] = target
                world.add("quotas", habits.home, rep_id=rep.rep_id, target=target, **common)
        elif habits.quota_style == "role":
            for role in roles:
                crew = [r for r in world.sellers() if r.role == role]
                target = max(2, round(sum(_base(world, r) for r in crew) / len(crew) * pressure))
                for rep in crew:
                    world.targets[(rep.rep_id, first)] = target
                world.add("quotas", habits.home, role=role, target=target, **common)
        else:
            for branch in world.branches:
                crew = [r for r in world.sellers() if (p := r.post_on(last)) and p.branch is branch]
                if crew:
                    target = max(3, round(sum(_base(world, r) for r in crew) * pressure))
                    for rep in crew:
                        world.targets[(rep.rep_id, first)] = max(2, round(target / len(crew)))
                    world.add("quotas", habits.home, branch_id=branch.branch_id, target=target, **common)


def _counts(world: World) -> Counter[tuple[str, date]]:
    """Accounts credited to each person in each month, by the firm's metric."""
    out: Counter[tuple[str, date]] = Counter()
    for account in world.accounts:
        if account.parent is None and not account.old and account.rep_id:
            if world.habits.metric == "deposit" and account.good.family != "deposit":
                continue
            out[(account.rep_id, account.opened.date().replace(day=1))] += 1
    return out


def _earned(world: World) -> list[tuple[tuple[str, str, date], float]]:
    """Commissions with their splits, and referral fees, by person and month."""
    sums: Counter[tuple[str, str, date]] = Counter()
    for row in world.rows.get("sales", []):
        share = 1.0 if row["split"] is None else row["split"]
        month = row["_day"].replace(day=1)
        sums[("commission", row["rep_id"], month)] += row["commission"] * share
        if row["rep2_id"]:
            sums[("commission", row["rep2_id"], month)] += row["commission"] * (1 - share)
    for row in world.rows.get("referrals", []):
        if row["fee_paid"]:
            month = row["referred_at"].date().replace(day=1)
            sums[("referral_fee", row["from_rep_id"], month)] += row["fee_paid"]
    return sorted(sums.items(), key=lambda x: x[0])


def _pay(world: World, rep_id: str, kind: str, program: str, month: date, amount: float, after: int) -> None:
    last = month_end(month)
    world.add(
        "payouts", world.habits.home, rep_id=rep_id, program=program, period_start=month, period_end=last,
        metric=world.habits.metric if kind == "bonus" else "", amount=round(amount, 2), kind=kind,
        paid_on=last + timedelta(days=after),
    )  # fmt: skip


def write_pay(world: World) -> None:
    """Bonuses for goals reached, commissions, referral fees and the yearly trip."""
    dice = world.dice("pay")
    counts = _counts(world)
    paid = {r["period_start"]: r["incentive"] for r in world.rows.get("quotas", [])}
    for (rep_id, first), target in world.targets.items():
        if counts[(rep_id, first)] >= target and first in paid:
            _pay(world, rep_id, "bonus", "monthly goal", first, paid[first], 15)
    for (kind, rep_id, month), amount in _earned(world):
        _pay(world, rep_id, kind, kind.replace("_", " "), month, amount, 20)
    best = sorted(counts.items(), key=lambda x: (-x[1], x[0]))[:3]
    for (rep_id, month), _ in best:
        _pay(world, rep_id, "non_monetary", "trip to the coast", month, 900, dice.randint(30, 60))


def campaigns(world: World) -> None:
    """A few firm-wide or local campaigns; openings in them mostly carry their id."""
    dice = world.dice("campaigns")
    families = sorted({g.family for g in world.goods.values() if g.weight > 0 and g.family != "feature"})
    for number in range(dice.randint(2, 5)):
        day = world.start + timedelta(days=dice.randint(10, 330))
        last = day + timedelta(days=dice.randint(14, 60))
        family = dice.choice(families)
        branch = dice.choice(world.branches) if dice.random() < 0.3 else None
        row = world.add(
            "campaigns",
            world.habits.home,
            name=f"{family.replace('_', ' ').title()} days {number + 1}",
            family=family,
            region="" if branch else dice.choice(["", world.branches[0].region]),
            branch_id=branch.branch_id if branch else "",
            starts_on=day,
            ends_on=last,
        )
        for account in world.accounts:
            hit = (
                account.good.family == family
                and day <= account.opened.date() <= last
                and account.campaign is None
            )
            near = branch is None or account.branch is branch
            near = near and (
                not row["region"] or (account.branch is not None and account.branch.region == row["region"])
            )
            if hit and near and dice.random() < 0.6:
                account.campaign = row["_n"]


def discipline(world: World) -> None:
    """Warnings for goals missed, terminations, and a few wrongdoers who were caught late."""
    dice = world.dice("discipline")
    for rep in world.sellers():
        if rep.reason == "goal missed" and rep.left and rep.left <= world.end:
            _act(world, rep, "termination", rep.left, "goal_missed", "did not reach goals", dice)
        elif dice.random() < 0.03:
            day = world.start + timedelta(days=dice.randint(20, (world.end - world.start).days))
            if rep.post_on(day):
                code, text = dice.choice(
                    [
                        ("goal_missed", "below plan for three months"),
                        ("other", "late for work"),
                        ("other", "till difference"),
                        ("cross_selling", "wrong fee sheet used"),
                    ]
                )
                _act(world, rep, "warning", day, code, text, dice)
    by_id = {r.rep_id: r for r in world.reps}
    for guilt in world.guilt:
        rep = by_id[guilt["rep_id"]]
        late = guilt["end_on"] + timedelta(days=dice.randint(25, 80))
        if guilt["strength"] == "severe" and dice.random() < 0.2 and late <= world.end and rep.left is None:
            _act(
                world,
                rep,
                dice.choice(["warning", "suspension"]),
                late,
                "cross_selling",
                "sales practice review",
                dice,
            )


def _act(world: World, rep: Rep, action: str, day: date, code: str, text: str, dice: Random) -> None:
    filed = day + timedelta(days=dice.randint(5, 29)) if action == "termination" and rep.registered else None
    world.add(
        "discipline",
        world.habits.home,
        rep_id=rep.rep_id,
        action=action,
        action_on=day,
        reason_code=code,
        reason=text,
        u5_filed_on=filed,
    )
