"""
# RF01 Referral mill

## What it finds
Representatives whose referrals hardly ever come to anything, the more so where they make many of them.

## Why it matters
A fee for each referral invites referrals that nobody needs. The customer is bothered, the colleague's time is lost, and
numbers of referrals that mean nothing reach the management.

## How it decides
Referrals older than {mature_days} days are judged. What share of them should have been converted comes from colleagues'
referrals of the same family, corrected for how the receiver did with those of others in that month: a poor receiver is
not the giver's fault. It is compared over the whole time, and over the run of months that stands out most together with
another sign: how many of the customers who did not buy never came. The p-value allows for having looked at all runs. It
is joined with that of so many referrals a month at work (compared with colleagues of the same role) as a sum of normal
scores; the volume weighs {volume_weight} against 1 and counts up to z = {volume_cap} only, so that a busy giver whose
referrals convert as others' do is never remarkable, and few referrals are no excuse. Nobody is judged on fewer than
{least_referrals} referrals. The referrals that failed are listed of those with p up to {listed_p}.

## What it misses
Referrals of customers who would have bought anyway.

## Innocent explanations
- A teller at a busy counter refers whoever asks, on instruction of the branch.
- The receiver is away, or outcomes are not recorded for one partner: then his other referrals fail as well.
- A campaign in which every customer was to be referred.

## What to check
- Do the customers remember that they were referred?
- Were several referred in the same minute, or at the end of a goal period?
- What was paid for them?

## References
Regulation notes T20; science notes 1.4. Stouffer 1949. Scan over months in the manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.episodes import with_episodes
from surveil.detectors.rates import rate_cells, rate_tests
from surveil.statistics.aggravation import aggravated
from surveil.statistics.episodes import Sign
from surveil.statistics.rates import count_test


class Parameters(base.Parameters):
    """What may be set."""

    mature_days: int = param(
        60, unit="days", ge=7, le=365, citation="ours: a sale that comes from a referral comes within two months",
        meaning="age from which a referral should have led to something",
    )  # fmt: skip
    least_referrals: int = param(
        20, unit="referrals", ge=5, le=500, citation="regulation notes T20: n of 20",
        meaning="referrals below which nobody is judged",
    )  # fmt: skip
    volume_weight: float = param(
        0.5, unit="weight", ge=0.0, le=1.0, citation="ours: conversion is the evidence, volume only makes it worse",
        meaning="weight of the volume's z against that of the conversion",
    )  # fmt: skip
    volume_cap: float = param(
        2.0, unit="standard deviations", ge=0.0, le=5.0, citation="science notes 1.4: capped volume",
        meaning="highest z that the volume can bring in",
    )  # fmt: skip
    listed_p: float = param(
        0.01, unit="probability", ge=0.0001, le=0.2, citation="ours: a failed referral is nothing odd in itself",
        meaning="p-value up to which a representative's failed referrals are listed",
    )  # fmt: skip


class ReferralMill(Detector):
    """Referrals that fail too often for their kind and receiver, weighed with their number."""

    id = "RF01"
    slug = "referral_mill"
    name = "Referral mill"
    version = "3"
    family = Family.COMPETENCE
    typology = "T20"
    severity = Severity.MEDIUM
    needs = ("referrals", "referrals.outcome")
    models = ("referral_outcomes", "months_at_work")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["referral_outcomes"]
        known = rows["outcome"].notna()
        mature = (rows["age_days"] >= parameters.mature_days).astype(bool)
        judged = rows[known & mature]
        gaps = (
            Gap(
                int((known & ~mature).sum()),
                f"referred less than {parameters.mature_days} days ago: still open",
            ),
            Gap(int((~known).sum()), "what became of the referral is not on record"),
        )
        told = tuple(gap for gap in gaps if gap.count)
        if judged.empty:
            return Decision(gaps=told)
        tests = _tests(judged, rows, measured["months_at_work"], parameters)
        found = tests["subject_id"][(tests["p_value"] <= parameters.listed_p).fillna(False)]
        failed = judged[
            judged["rep_id"].isin(found) & judged["outcome"].isin(["no_show", "declined", "open"])
        ]
        return Decision(_items(failed), tests, len(judged), told)


def _tests(
    judged: pd.DataFrame, rows: pd.DataFrame, months: pd.DataFrame, parameters: Parameters
) -> pd.DataFrame:
    """Few conversions joined with many referrals, per giver."""
    # The receiver stands where other rates have the branch: his own luck with a family in a month is taken out.
    by_receiver = judged.assign(n=1, branch_id=judged["to_rep_id"])
    few = rate_tests(
        rate_cells(by_receiver, by_receiver["outcome"] == "converted", ("family",)),
        "referrals converted",
        side="low",
    )
    failed = by_receiver[by_receiver["outcome"].isin(["no_show", "declined"])]
    never_came = rate_tests(rate_cells(failed, failed["outcome"] == "no_show", ("family",)), "never came")
    others = [] if never_came.result is None else [Sign(never_came.result)]
    tests = with_episodes(few, side="low", others=others)
    made = rows.groupby(["rep_id", "month"]).size().rename("y").reset_index()
    exposed = months.merge(made, on=["rep_id", "month"], how="left")
    many = count_test(
        pd.DataFrame(
            {
                "rep": exposed["rep_id"].astype(str),
                "stratum": exposed["role"].astype(str),
                "branch": "",
                "month": exposed["month"].astype("int64"),
                "n": 1.0,
                "y": exposed["y"].fillna(0).astype("int64"),
            }
        )
    ).reps.set_index("rep")
    volume = tests["subject_id"].map(many["p_value"]).astype(float)
    p = aggravated(tests["p_value"].astype(float), volume, parameters.volume_weight, parameters.volume_cap)
    enough = tests["p_value"].notna() & (tests["n"] >= parameters.least_referrals)
    usual = tests["subject_id"].map(many["expected"]).astype(float)
    number = tests["subject_id"].map(many["observed"]).astype(float)
    reason = [
        f"{text}; {made_:.0f} referrals made, {usual_:.0f} expected"
        for text, made_, usual_ in zip(tests["reason"], number, usual, strict=True)
    ]
    return tests.assign(p_value=np.where(enough, p, np.nan), reason=reason)


def _items(rows: pd.DataFrame) -> pd.DataFrame:
    return base.frame(
        base.ITEM_COLUMNS,
        feed="referrals",
        key=rows["referral_id"],
        rep_id=rows["rep_id"],
        customer_id=rows["customer_id"],
        branch_id=rows["branch_id"],
        day=rows["day"],
        # Who never came was perhaps never asked; who declined was at least spoken with.
        score=rows["outcome"].map({"no_show": 0.7, "open": 0.5, "declined": 0.4}).astype(float),
        detail=base.details(rows, ["product_code", "to_rep_id", "outcome", "fee_cents", "age_days"]),
    )
