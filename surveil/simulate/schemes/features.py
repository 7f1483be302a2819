"""Cards and enrolments added later to accounts that are there: asked for at a visit, or never asked for."""

from __future__ import annotations

import numpy as np

from surveil.simulate.days import office_hours
from surveil.simulate.openings import FEATURE_PARENTS
from surveil.simulate.products import CODE
from surveil.simulate.schemes.extra import LEAST, own_sittings, working_days
from surveil.simulate.schemes.profiles import PROFILE
from surveil.simulate.sittings import BRANCH_CHANNEL, Part
from surveil.simulate.table import DAY, NONE, Array, Columns, length, stack, take

FEATURES = np.array([CODE[code] for code in ("DEBIT", "ONLINE", "BILLPAY", "OVERDRAFT")])
HONEST_SHARE = 0.035
"""Of deposit accounts that get another feature later, at a visit."""


def later_features(part: Part, accounts: Columns, sittings: Columns) -> Columns:
    """Feature rows on existing deposit accounts, honest and of the schemes that enrol people unasked."""
    rng = part.streams("later features")
    parents = np.flatnonzero(
        FEATURE_PARENTS[accounts["product"]] & (rng.random(length(accounts)) < HONEST_SHARE)
    )
    start = np.maximum(accounts["day"][parents], 0)
    day = (
        start
        + 5
        + (rng.random(len(parents)) * np.maximum(1, part.firm.calendar.days - start - 6)).astype(np.int64)
    )
    known = day < part.firm.calendar.days
    parents, day = parents[known], day[known]
    rep = _somebody_there(part, rng, accounts["branch"][parents], day)
    there = rep >= 0
    pieces = [_rows(part, rng, accounts, parents[there], day[there], rep[there], -1)]
    for position, scheme in part.schemes:
        if scheme.kind == "feature_enroller":
            pieces.append(_unasked(part, accounts, sittings, position))
    table = stack(pieces)
    table["sitting"] = length(sittings) + np.arange(length(table))
    return table


def _somebody_there(part: Part, rng: np.random.Generator, branch: Array, day: Array) -> Array:
    """A representative at work in a branch on a day, -1 where the draw finds nobody."""
    reps = part.firm.reps
    rep = np.full(len(branch), -1)
    for _ in range(4):
        for place in np.unique(branch):
            staff = np.flatnonzero((reps.branch[:, 0] == place) & np.isin(reps.role, (0, 2)))
            rows = np.flatnonzero((branch == place) & (rep < 0))
            if len(staff):
                rep[rows] = staff[rng.integers(0, len(staff), len(rows))]
        here = (
            (reps.present[rep, day] == 1)
            & (reps.branch[rep, day] == branch)
            & part.firm.calendar.business[day]
        )
        rep = np.where(here, rep, -1)
    return rep


def _unasked(part: Part, accounts: Columns, sittings: Columns, position: int) -> Columns:
    """Features on accounts of the branch's customers, several at a time, by one who wants the credit."""
    scheme = part.firm.schemes[position]
    rng = part.streams(f"features {position}")
    days = working_days(part, scheme.rep, scheme.start, scheme.end)
    if not len(days):
        return {}
    volume = int(sittings["size"][own_sittings(sittings, scheme.rep, scheme)].sum())
    wanted = max(LEAST[scheme.strength], int(rng.poisson(scheme.share * volume)))
    branch = part.firm.reps.branch[scheme.rep, days[0]]
    pool = np.flatnonzero(
        FEATURE_PARENTS[accounts["product"]]
        & (accounts["branch"] == branch)
        & (accounts["day"] < scheme.start)
    )
    if not len(pool):
        return {}
    parents = pool[rng.integers(0, len(pool), wanted)]
    return _rows(
        part, rng, accounts, parents, rng.choice(days, wanted), np.full(wanted, scheme.rep), position
    )


def _rows(
    part: Part,
    rng: np.random.Generator,
    accounts: Columns,
    parents: Array,
    day: Array,
    rep: Array,
    position: int,
) -> Columns:
    size = len(parents)
    table = take(accounts, parents)
    table["parent"] = parents
    table["product"] = FEATURES[rng.choice(4, size, p=[0.3, 0.35, 0.25, 0.1])]
    table["rep"], table["credited"], table["day"] = rep, rep.copy(), day
    table["tod"] = office_hours(rng, size)
    table["channel"] = np.full(size, BRANCH_CHANNEL)
    table["scheme"] = np.full(size, position)
    table["profile"] = np.full(size, PROFILE["feature_enroller"] if position >= 0 else 0)
    for name in ("item", "held", "bulk"):
        table[name] = np.full(size, -1)
    table["opened"] = (part.start + day) * DAY + table["tod"]
    table["applied"] = np.where(rng.random(size) < 0.05, NONE, table["opened"] - rng.integers(60, 700, size))
    table["recorded"] = table["opened"] + rng.integers(5, 240, size)
    return table
