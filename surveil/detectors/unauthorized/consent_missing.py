"""
# UA01 Consent missing

## What it finds
Accounts and features that staff opened with no consent of the customer on record {grace_days} days later, and
representatives to whom this happens more often than to colleagues with the same products, channels and branches.

## Why it matters
Opening without consent was the core of the cases of 2016. A firm that can't prove consent has a finding even
where the customer agreed.

## How it decides
An opening counts when no consent was captured by the end of day {grace_days} after it. Only openings are judged whose
grace period the consents' extract covers; where it has not one consent for a whole channel, or for a branch over
{gap_openings} openings or more by several people, though {gap_used_percent} percent of those watched are used, it lacks
them: that is not known, and told. The rate is compared with what is expected of openings of the same product, channel and
kind of branch by other representatives, corrected for how the branch did in that month; the p-value is exact and allows
for the spread that paperwork has among honest people. Whoever lacks papers too often (p up to {habit_p}) of what his
customers use, too, is careless with papers: then what is not used is judged against his own that is, where that is the
larger p-value. Where colleagues lack next to none, slips in {slip_rate} of openings are taken as ordinary. Accounts and
features are two rates, joined into one p-value: they have papers of their own, and who is careless with one kind need not
be with the other. Features count only as far as accounts and features together are remarkable, too: of few nobody can
tell how much honest people differ. An item's score is how unusual a missing consent is among its peers.

## What it misses
A forged or copied consent (see UA02), and consent that was captured but given without understanding.

## Innocent explanations
- A scanner or the archive failed in the branch that month: the branch-by-month factor takes it out.
- Paper consents that are scanned late: counted as late, not as none, once they arrive.
- A representative with careless paperwork, of whose accounts hardly any are used yet.

## What to check
- Ask the archive for the paper form; look for a recorded call or an electronic envelope.
- Did the customer use the account? Was there a visit or a call that day?
- Call the customer on contact data from before the opening.

## References
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016); cards: Regulation Z, 12 CFR 1026.12(a). OCC's review of sales
practices at over forty banks, 2016 and 2017 (accounts without proof of consent). Funnel and overdispersion after
Spiegelhalter, Statistics in Medicine 2005, 24:1185. Joined p-values: Liu and Xie, JASA 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.habit import HabitParameters, unless_habit
from surveil.detectors.quality import ConsentGapParameters
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import STRATUM, Rates, peer_chance, rate_cells, rate_tests
from surveil.detectors.signs import strongest


class Parameters(ConsentGapParameters, HabitParameters):
    """What may be set."""

    grace_days: int = param(
        5, unit="days", ge=0, le=60, citation="our judgement: papers are filed within a week",
        meaning="days after the opening by which a consent must be on record",
    )  # fmt: skip
    slip_rate: float = param(
        0.02, unit="share of openings", ge=0.0001, le=0.2, citation="our judgement: one paper in fifty is lost anywhere",
        meaning="share of openings without papers by mistake, where colleagues lack next to none to compare with",
    )  # fmt: skip


class ConsentMissing(Detector):
    """Openings without a consent on record after a grace period."""

    id = "UA01"
    slug = "consent_missing"
    name = "No consent on record"
    version = "19"
    family = Family.UNAUTHORIZED
    typology = "T02 T03 T08"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "consents")
    in_parts = True
    models = ("consent_missing_items", "consent_missing_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["consent_missing_cells"]
        mature = (cells["covered_days"] >= parameters.grace_days).fillna(False)
        missing = cells["lag_days"] > parameters.grace_days
        feature = cells["is_feature"] == 1
        # Habits differ: whoever files an account's papers late need not do so with its features'.
        accounts, features, together = (
            _judged(cells[which], missing[which], what, parameters)
            for which, what in (
                (mature & ~feature, "openings"),
                (mature & feature, "features"),
                (mature, "openings and features"),
            )
        )
        rows = measured["consent_missing_items"]
        due = rows["covered_days"] >= parameters.grace_days
        late = rows["lag_days"].isna() | (rows["lag_days"] > parameters.grace_days)
        rows = rows[due & late]
        usual = np.where(rows["is_feature"] == 1, peer_chance(features, rows), peer_chance(accounts, rows))
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            score=1 - usual,
            detail=base.details(rows, ["product_code", "channel", "lag_days", "covered_days"]),
        )
        not_covered = int(cells["n"][cells["covered_days"].isna()].sum())
        too_young = int(cells["n"][(cells["covered_days"] < parameters.grace_days).fillna(False)].sum())
        gaps = (
            Gap(
                not_covered,
                "the consents' extract does not cover the day of the opening, or has not one of the branch at that time, or "
                "of the channel",
            ),
            Gap(
                too_young, f"opened less than {parameters.grace_days} days before the consents' extract ends"
            ),
        )
        return Decision(
            items,
            strongest([accounts.tests, _less_remarkable(features.tests, together.tests)]),
            int(cells["n"][mature].sum()),
            tuple(g for g in gaps if g.count),
        )


def _judged(counted: pd.DataFrame, missing: pd.Series, what: str, parameters: Parameters) -> Rates:
    """Every opener's rate against colleagues', or, where they show too little to compare with, against ordinary slips; of
    whoever lacks papers of what is used, too, against his own."""
    cells, told = rate_cells(counted, missing), f"{what} with no consent on record"
    rates = rate_tests(cells, told)
    tests = unless_habit(
        rates.tests, counted, missing, STRATUM, f"unused {told}", parameters.slip_rate, parameters.habit_p
    )
    untold = tests["subject_id"][tests["p_value"].isna()]
    if untold.empty:
        return Rates(tests, rates.result)
    slips = rare_tests(cells, told, parameters.slip_rate).query("observed > 0")
    slips = slips[slips["subject_id"].isin(untold)]
    others = tests[~tests["subject_id"].isin(slips["subject_id"])]
    return Rates(pd.concat([others, slips], ignore_index=True), rates.result)


def _less_remarkable(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Of two tests of each subject that both know, that with the larger p-value; a missing p-value decides nothing."""
    both = pd.concat([one, other[other["subject_id"].isin(one["subject_id"])]], ignore_index=True)
    order = both.assign(p=both["p_value"].astype(float)).sort_values(
        ["subject_id", "p"], ascending=[True, False], kind="stable", na_position="last"
    )
    return order.drop(columns="p").drop_duplicates("subject_id", ignore_index=True)
