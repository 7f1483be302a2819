"""Goals and pay: quotas a month, and what was paid for reaching them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from surveil.simulate.figures import LATE
from surveil.simulate.firm import ACCOUNTS_PER_SITTING, Firm, base_rate
from surveil.simulate.people import ADVISOR, BANKER, MANAGER, PHONE
from surveil.simulate.table import NONE, Array, Columns, Streams, stack

BAD_ACCOUNTS_A_MONTH = 3
"""Accounts without authority in a month from which on its bonus counts as paid despite bad quality."""
METRICS = ("accounts_opened", "accounts_funded", "referrals", "sales_amount")


@lru_cache(maxsize=2)
def targets(firm: Firm) -> Array:
    """Rep x month: accounts to open, in proportion to days at work (leave counts); 0 where there is no goal."""
    expected = base_rate(firm.calendar, firm.branches, firm.reps) * ACCOUNTS_PER_SITTING
    by_month = np.add.reduceat(expected, firm.calendar.month_start[:-1], axis=1)
    rng = Streams(firm.seed)("goals")
    stretch = LATE.goal_stretch * np.exp(rng.normal(0, 0.06, (firm.reps.count, 1)))
    goal = np.round(by_month * stretch).astype(np.int64)
    with_goal = np.isin(firm.reps.role, (BANKER, PHONE))[:, None] & (goal >= 4)
    return np.where(with_goal, goal, 0)


def monthly_counts(firm: Firm, sittings: Columns) -> Array:
    """Rep x month: accounts opened at sittings, by who is credited; features do not count."""
    counts = np.zeros((firm.reps.count, firm.calendar.months), dtype=np.int64)
    own = sittings["credited"] >= 0
    month = firm.calendar.month[sittings["day"][own]]
    np.add.at(counts, (sittings["credited"][own], month), sittings["size"][own])
    return counts


def quotas(firm: Firm) -> Columns:
    """A goal for each banker and month, a funded goal for each branch and quarter, a referral goal for tellers."""
    goal = targets(firm)
    rep, month = np.nonzero(goal)
    own = _rows(firm, month, month, goal[rep, month], rep=rep)
    own["incentive"] = incentives(firm)[rep]
    first = np.arange(0, firm.calendar.months - 2, 3)
    branch = np.repeat(np.arange(firm.branches.count), len(first))
    quarter = np.tile(first, firm.branches.count)
    home_total = np.zeros((firm.branches.count, firm.calendar.months))
    np.add.at(home_total, firm.reps.home, goal)
    amount = sum(home_total[branch, quarter + i] for i in range(3)) if len(first) else np.zeros(0)
    shared = _rows(
        firm, quarter, quarter + 2, np.round(np.asarray(amount) * 0.7).astype(np.int64), branch=branch
    )
    shared["metric"] = np.full(len(branch), 1)
    shared["funded"] = np.full(len(branch), 2500)
    shared["within"] = np.full(len(branch), 30)
    shared = {name: column[shared["target"] > 0] for name, column in shared.items()}
    every = np.arange(firm.calendar.months)
    role = _rows(firm, every, every, np.full(len(every), 4), role="teller")
    role["metric"] = np.full(len(every), 2)
    return stack([own, shared, role])


def incentives(firm: Firm) -> Array:
    """What reaching a month's goal is worth to each representative, in cents."""
    return Streams(firm.seed)("incentives").integers(3, 9, firm.reps.count) * 5000


def _rows(
    firm: Firm,
    first: Array,
    last: Array,
    target: Array,
    rep: Array | None = None,
    branch: Array | None = None,
    role: str = "",
) -> Columns:
    size = len(first)
    start = firm.calendar.first + firm.calendar.month_start[first]
    end = firm.calendar.first + firm.calendar.month_start[last + 1] - 1
    return {
        "rep": np.full(size, -1) if rep is None else rep,
        "branch": np.full(size, -1) if branch is None else branch,
        "role": np.full(size, role or None, dtype=object),
        "metric": np.zeros(size, dtype=np.int64),
        "start": start,
        "end": end,
        "target": target,
        "incentive": np.full(size, NONE),
        "funded": np.full(size, NONE),
        "within": np.full(size, NONE),
    }


def payouts(firm: Firm, counts: Array, commission: Array) -> Columns:
    """Bonuses for months on goal, commissions a month to advisors, a contest prize now and then.

    `counts`: rep x month, accounts; `commission`: rep x month, cents.
    """
    rng = Streams(firm.seed)("payouts")
    goal = targets(firm)
    rep, month = np.nonzero((goal > 0) & (counts >= goal))
    bonus = _payments(firm, rep, month, incentives(firm)[rep], 0)
    rep, month = np.nonzero(commission > 0)
    paid = _payments(firm, rep, month, commission[rep, month] * 4 // 10, 1)
    sellers = np.flatnonzero(np.isin(firm.reps.role, (BANKER, ADVISOR)))
    last = np.full(min(len(sellers), firm.calendar.months), firm.calendar.months - 1)
    prize = _payments(
        firm,
        rng.choice(sellers, len(last)),
        rng.integers(0, firm.calendar.months, len(last)),
        last * 0 + 25_000,
        2,
    )
    return stack([bonus, paid, prize])


def _payments(firm: Firm, rep: Array, month: Array, cents: Array, kind: int) -> Columns:
    start = firm.calendar.first + firm.calendar.month_start[month]
    end = firm.calendar.first + firm.calendar.month_start[month + 1] - 1
    paid = end + 15
    keep = (paid <= firm.calendar.last) & (cents > 0)
    return {
        name: column[keep]
        for name, column in {
            "rep": rep,
            "kind": np.full(len(rep), kind),
            "start": start,
            "end": end,
            "cents": cents,
            "paid": paid,
        }.items()
    }


def undeserved(firm: Firm, paid: Columns, unauthorized: Array) -> Array:
    """Positions of bonuses paid for months in which a good part of what counted was opened without authority."""
    month = firm.calendar.month[firm.calendar.position(paid["start"])]
    return np.flatnonzero((paid["kind"] == 0) & (unauthorized[paid["rep"], month] >= BAD_ACCOUNTS_A_MONTH))


def discipline(firm: Firm) -> Columns:
    """A few warnings, mostly for missed goals; it says little about who misbehaved. Some of the worst are let go late."""
    rng = Streams(firm.seed)("discipline")
    sellers = np.flatnonzero(firm.reps.role != MANAGER)
    rep = rng.choice(sellers, max(1, len(sellers) // 25), replace=False)
    caught = [
        s.rep for s in firm.schemes if s.severe and rng.random() < 0.08 and s.rep not in set(rep.tolist())
    ]
    who = np.r_[rep, np.array(caught, dtype=np.int64)]
    wrong = np.r_[np.zeros(len(rep), dtype=bool), np.ones(len(caught), dtype=bool)] | (
        rng.random(len(who)) < 0.15
    )
    spare = max(1, firm.calendar.days - 30)
    on = np.maximum(firm.calendar.first + 20 + rng.integers(0, spare, len(who)), firm.reps.hired[who] + 10)
    keep = (on <= firm.calendar.last) & ((firm.reps.left[who] == NONE) | (on < firm.reps.left[who]))
    action = np.where(wrong & (rng.random(len(who)) < 0.4), 1, 0)
    reason = np.where(wrong, 1, np.where(rng.random(len(who)) < 0.7, 0, 2))
    table: Columns = {"rep": who, "action": action, "on": on, "reason": reason}
    return {name: column[keep] for name, column in table.items()}
