"""
# RF02 Referral ring

## What it finds
Three to {longest} representatives of three branches or more who refer customers round in a circle, more than chance and
the usual ties of colleagues explain.

## Why it matters
A circle in which everybody refers to the next pays everybody a fee without a customer's need.

## How it decides
What each gives to each is compared with what is expected from all that the one gives, all that the other gets, and
how often referrals stay within a branch, go to another of the same place, or elsewhere (a degree-corrected block
model, by family of products, with negative-binomial tails). Pairs with {least} referrals or more and a tail up to p =
{hot_p} are hot. A ring is a closed loop of hot pairs through three branches or more; one pair of it may sit in one
branch and need not be hot. Its p-value is the share of representatives who are in a loop as strong when the receivers
of referrals between branches are exchanged by chance, {rewirings} times (with the fixed seed {seed}; among more than
ten thousand givers fewer times, as two million shares are enough); the ring's own members are added to them, because
so many exchanges can't tell a smaller share from none. A ring stronger than all of these is less probable still, by
as much as the strength of hot pairs in this firm makes it (a gamma tail), down to {least_p}. Two who refer to each
other, or two branches that do, are no ring: that is what colleagues do. The referrals along a ring with p up to
{listed_p} are listed.

## What it misses
Rings within one or two branches, and rings that use somebody outside the firm.

## Innocent explanations
- Specialists who complement each other: one knows funds, one mortgages, one insurance.
- A partnership of branches that the firm arranged itself.
- Former colleagues who were transferred to different branches.

## What to check
- Did the referred customers know of it, and did anything come of it?
- Do the referrals of the members follow each other, or the ends of goal periods?
- Fees paid to each member.

## References
Regulation R, 12 CFR 218.700 (referral fees). Karrer and Newman, Physical Review E 2011 (degree-corrected block models).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.competence.referral_graph import (
    FEWEST_REWIRINGS,
    Loop,
    LoopSettings,
    best_loops,
    beyond,
    edges,
    null_scores,
    ring_p,
)
from surveil.detectors.rates import count_words


class Parameters(base.Parameters):
    """What may be set."""

    hot_p: float = param(
        0.01, unit="probability", ge=0.0001, le=0.2,
        citation="our judgement: one pair in a hundred, to be joined with others",
        meaning="tail of a pair from which it may be part of a ring",
    )  # fmt: skip
    least: int = param(
        3, unit="referrals", ge=2, le=100, citation="our judgement: two may be an accident",
        meaning="referrals that a pair must have",
    )  # fmt: skip
    longest: int = param(
        5, unit="representatives", ge=3, le=6, citation="our judgement: longer circles are chance in a large firm",
        meaning="members of the longest ring looked for",
    )  # fmt: skip
    strongest: int = param(
        8, unit="pairs", ge=1, le=50, citation="our judgement: bounds the search where somebody refers to everybody",
        meaning="hot pairs of one giver that are looked at",
    )  # fmt: skip
    rewirings: int = param(
        199, unit="times", ge=FEWEST_REWIRINGS, le=9999, citation="our judgement: with fewer, p would be too coarse",
        meaning="how often receivers are exchanged by chance",
    )  # fmt: skip
    least_p: float = param(
        1e-5, unit="probability", ge=1e-9, le=0.01,
        citation="our judgement: friends close circles oftener than chance does",
        meaning="smallest p-value that being stronger than all that the exchanges closed can lead to",
    )  # fmt: skip
    seed: int = param(
        2011,
        unit="number",
        citation="our judgement: any, but always the same",
        meaning="seed of the exchange",
    )
    listed_p: float = param(
        0.01, unit="probability", ge=0.0001, le=0.2,
        citation="our judgement: a referral to a colleague is nothing odd in itself",
        meaning="p-value up to which the referrals along a ring are listed",
    )  # fmt: skip


class ReferralRing(Detector):
    """Closed loops of referrals across branches that chance would hardly close."""

    id = "RF02"
    slug = "referral_ring"
    name = "Referral ring"
    version = "17"
    family = Family.COMPETENCE
    typology = "T20"
    severity = Severity.HIGH
    needs = ("referrals.to_rep_id", "branches")
    models = ("referral_edges", "referral_outcomes")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        counted = measured["referral_edges"]
        rows = measured["referral_outcomes"]
        unnamed = Gap(int((rows["to_rep_id"] == "").sum()), "referrals that do not name a receiver")
        homeless = int(counted["n"][(counted["from_branch"] == "") | (counted["to_branch"] == "")].sum())
        nowhere = Gap(homeless, "the branch of giver or receiver is not known")
        gaps = tuple(gap for gap in (unnamed, nowhere) if gap.count)
        located = counted[(counted["from_branch"] != "") & (counted["to_branch"] != "")]
        if located.empty:
            return Decision(gaps=gaps)
        settings = LoopSettings(
            parameters.hot_p,
            parameters.least,
            parameters.longest,
            parameters.strongest,
            parameters.rewirings,
            parameters.seed,
        )
        made = edges(located)
        loops = best_loops(made, settings)
        tests = _tests(made, located, loops, settings, parameters.least_p)
        ringed = tests["subject_id"][(tests["p_value"] <= parameters.listed_p).fillna(False)]
        return Decision(
            _items(rows, [loops[rep] for rep in ringed if rep in loops]),
            tests,
            int(located["n"].sum()),
            gaps,
        )


def _tests(
    made: pd.DataFrame,
    counted: pd.DataFrame,
    loops: Mapping[str, Loop],
    settings: LoopSettings,
    least_p: float,
) -> pd.DataFrame:
    """One test per giver: whether he is in a stronger loop than chance would close around anybody."""
    from scipy import stats

    reps = sorted(set(made["rep_id"]))
    home = counted.drop_duplicates("rep_id").set_index("rep_id")["from_place"]
    null = null_scores(made, made["rep_id"].map(home), len(reps), settings)
    p_of = {loop: _p(loop, null, made, settings, least_p) for loop in {None, *loops.values()}}
    sent = made.groupby("rep_id")["n"].sum()
    along = made.set_index(["rep_id", "to_rep_id"])[["n", "expected"]]
    observed, expected, reason = [], [], []
    for rep in reps:
        loop = loops.get(rep)
        if loop is None:
            observed.append(0.0)
            expected.append(0.0)
            reason.append("in no closed loop of referrals")
            continue
        step = along.loc[(rep, _next(loop, rep))]
        observed.append(float(step["n"]))
        expected.append(float(step["expected"]))
        reason.append(
            f"refers in a ring of {len(loop.members)} across branches: {observed[-1]:.0f} of his {sent[rep]} referrals go to"
            f" the next member, {count_words(expected[-1])} expected; the whole ring sent"
            f" {_total(along['n'], loop):.0f} round, {count_words(_total(along['expected'], loop))} expected"
        )
    low, high = stats.poisson.interval(0.95, np.maximum(expected, 1e-9))
    return base.frame(
        base.TEST_COLUMNS,
        subject_id=reps,
        p_value=[p_of[loops.get(rep)] for rep in reps],
        observed=observed,
        expected=expected,
        low=low,
        high=high,
        n=[int(sent[rep]) for rep in reps],
        peers=len(reps) - 1,
        peer_items=[int(sent.sum() - sent[rep]) for rep in reps],
        reason=reason,
    )


def _p(
    loop: Loop | None, null: np.ndarray, made: pd.DataFrame, settings: LoopSettings, least_p: float
) -> float:
    if loop is None:
        return ring_p(0.0, 0, null)
    counted = ring_p(loop.score, len(loop.members), null)
    further = counted * beyond(loop, float(null.max(initial=0.0)), made, settings)
    return max(further, min(counted, least_p))


def _next(loop: Loop, rep: str) -> str:
    place = loop.members.index(rep)
    return loop.members[(place + 1) % len(loop.members)]


def _total(along: pd.Series, loop: Loop) -> float:
    return float(sum(along.loc[(rep, _next(loop, rep))] for rep in loop.members))


def _items(rows: pd.DataFrame, loops: list[Loop]) -> pd.DataFrame:
    """The referrals along the loops."""
    steps = sorted({(rep, _next(loop, rep), len(loop.members)) for loop in loops for rep in loop.members})
    ring = pd.DataFrame(steps, columns=["rep_id", "to_rep_id", "members"], dtype=object)
    ring = ring.drop_duplicates(["rep_id", "to_rep_id"])
    found = rows.merge(ring.astype({"rep_id": "string", "to_rep_id": "string"}), on=["rep_id", "to_rep_id"])
    return base.frame(
        base.ITEM_COLUMNS,
        feed="referrals",
        key=found["referral_id"],
        rep_id=found["rep_id"],
        customer_id=found["customer_id"],
        branch_id=found["branch_id"],
        day=found["day"],
        score=0.7,
        detail=base.details(found, ["product_code", "to_rep_id", "members", "outcome", "fee_cents"]),
    )
