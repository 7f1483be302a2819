"""The plot of a firm: which schemes fit it, and which of its people fall for them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.third import wrongs, wrongs_advice, wrongs_more
from bench.third.advice import SOLD
from bench.third.casting import Scheme, candidates, convict, hire_job
from bench.third.state import Rep, World

ACCOUNTS: dict[str, Scheme] = {
    "ghost_account": wrongs.ghosts,
    "weak_targets": wrongs.weak_targets,
    "after_hours": wrongs.after_hours,
    "own_contact": wrongs.own_contact,
    "token_funding": wrongs.token,
    "shuffled_money": wrongs.shuffle,
    "feature_stuffing": wrongs.stuffing,
    "card_after_refusal": wrongs.refused_card,
    "period_end_padding": wrongs.period_end,
    "sandbagging": wrongs.sandbag,
    "reopening": wrongs.reopen,
    "borrowed_id": wrongs.borrowed_id,
    "family_accounts": wrongs_more.family,
    "invented_people": wrongs_more.invented,
    "policy_mill": wrongs_more.policy_mill,
    "coin_activation": wrongs_more.coins,
    "copied_day": wrongs_more.copied_day,
    "branch_pressure": wrongs_more.pressure,
}
ADVICE: dict[str, Scheme] = {
    "referral_mill": wrongs_advice.referral_mill,
    "referral_ring": wrongs_advice.referral_ring,
    "split_fee": wrongs_advice.split_fee,
    "unlicensed_sale": wrongs_advice.unlicensed,
    "unfit_sale": wrongs_advice.unfit,
    "churning": wrongs_advice.churning,
}


def _fits(world: World) -> dict[str, Callable[[Rep], bool]]:
    """For each scheme, who could be drawn to it in this firm at all."""
    families = {g.family for g in world.goods.values()}
    sold = bool(families & SOLD)
    cards = bool(families & {"card", "credit_line"})
    goals = bool(world.targets)

    def counter(rep: Rep) -> bool:
        return rep.role != "advisor" or world.kind.name in ("broker_dealer", "worksite")

    def adviser(rep: Rep) -> bool:
        return any(x.name in ("S6", "S7", "LIFE") for x in rep.licences)

    def one(flag: bool, test: Callable[[Rep], bool]) -> Callable[[Rep], bool]:
        return test if flag else lambda rep: False

    out = {name: one(True, counter) for name in ACCOUNTS}
    out["feature_stuffing"] = one(world.habits.feature_mode != "unrecorded", counter)
    out["card_after_refusal"] = one(cards and "contacts" not in world.habits.missing_feeds, counter)
    out["period_end_padding"] = out["sandbagging"] = one(goals, counter)
    out["policy_mill"] = one(bool(families & {"life", "health", "pc_insurance"}), adviser)
    out["coin_activation"] = one("KID" in world.goods, counter)
    out["borrowed_id"] = one("absences" not in world.habits.missing_feeds, counter)
    out["branch_pressure"] = one(not world.kind.remote and world.kind.name != "broker_dealer", counter)
    out["referral_mill"] = out["referral_ring"] = one(
        world.kind.referrals and sold, lambda r: r.role != "advisor"
    )
    out["split_fee"] = out["churning"] = out["unfit_sale"] = one(sold, adviser)
    licensed = sold and "registrations" not in world.habits.missing_feeds
    out["unlicensed_sale"] = one(licensed, lambda r: r.registered is False or adviser(r))
    return out


def _commit(world: World, name: str, scheme: Scheme, test: Callable[[Rep], bool], dice: Random) -> bool:
    """Find somebody for the scheme and let it happen; false when nobody could or did."""
    able = [r for r in candidates(world) if test(r)]
    if not able:
        return False
    rep = dice.choice(able)
    strength = "mild" if dice.random() < 0.42 else "severe"
    job = hire_job(world, rep, strength, dice)
    job.typology = name
    done = scheme(job)
    if name != "branch_pressure":
        convict(world, job, name, done)
    return done > 0


def _second_sin(world: World, dice: Random) -> None:
    """Now and then a culprit does a second thing as well."""
    for guilt in [g for g in world.guilt if g["strength"] != "grey"]:
        rep = next(r for r in world.reps if r.rep_id == guilt["rep_id"])
        if dice.random() < 0.2 and guilt["typology"] in ACCOUNTS and guilt["typology"] != "branch_pressure":
            job = hire_job(world, rep, "mild", dice)
            job.typology = "ghost_account" if guilt["typology"] != "ghost_account" else "after_hours"
            convict(world, job, job.typology, ACCOUNTS[job.typology](job))


def corrupt_accounts(world: World) -> None:
    """The wrongs with accounts; most firms have a handful of culprits, mixed into a lot of honest work."""
    dice = world.dice("wrongs")
    tests = _fits(world)
    heavy = world.kind.name == "broker_dealer"
    wanted = dice.randint(1, 4) if heavy else dice.randint(3, 8)
    names = list(ACCOUNTS)
    dice.shuffle(names)
    for name in names:
        if wanted <= 0:
            break
        if name == "branch_pressure" and dice.random() < 0.4:
            continue
        wanted -= _commit(world, name, ACCOUNTS[name], tests[name], dice)
    _second_sin(world, dice)


def corrupt_advice(world: World) -> None:
    """The wrongs with sales and referrals, where the firm has such business."""
    dice = world.dice("wrongs advice")
    tests = _fits(world)
    names = list(ADVICE)
    dice.shuffle(names)
    many = world.kind.name in ("broker_dealer", "bancassurance")
    wanted = dice.randint(3, 5) if many else dice.randint(0, 2)
    for name in names:
        if wanted <= 0:
            break
        wanted -= _commit(world, name, ADVICE[name], tests[name], dice)
