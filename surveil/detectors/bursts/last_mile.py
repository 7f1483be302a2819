"""
# QB02 Months rescued in the last days

## What it finds
Representatives who, short of their goal {last_days} business days before its end, land on it (or at most {landing} above)
more often than their pace allows, with accounts from those days that are used less than their like.

## Why it matters
Who must reach a number by a date, and is some accounts short, is tempted to make those accounts up. The rest of his
business may be spotless, so that only this place shows it.

## How it decides
For every goal that was open {last_days} business days before its end, the chances to miss it, to land on it and to
overshoot it follow from the representative's own pace, the firm's business in those days and how far he was short; they
are weighed so that the firm's totals of each are met: an effort for the goal that everybody makes is expected of
everybody. The goals he landed on are compared with the sum of these chances. The accounts of the last days of those goals
are compared with colleagues' accounts of like kind, branch and month: how many are poor, that is, carry at least two of
four signs, not of the papers alone (never used in {quality_days} days or the product's own horizon, funded and emptied
again; no consent within {quality_grace_days} days, customer not met). Both p-values are joined by Fisher's method;
hitting goals alone is diligence, so its p-value counts as no smaller than {least_effort_p}. Where the transactions can't
show what became of anybody's accounts, hitting goals alone is tested, and the sentence says so.

## What it misses
Goals of funded accounts, referrals or sums of money; padding that goes well beyond the goal; goals made up all month long.

## Innocent explanations
- Honest effort for the goal: customers who were going to come are called in time; they use their accounts.
- A campaign or pay-day that regularly falls on the last days of the month.
- Applications of the month entered together at its end: compare the dates of application.
- Goals that are set afterwards, or adjusted to what was reached.

## What to check
- The accounts listed: did their customers come by, do they know of them?
- Who approved them, and do the branch's other representatives rescue their goals as well?

## References
Pay that jumps at a goal: FCA, final notice to Lloyds TSB and Bank of Scotland, 2013. Fisher, Statistical Methods for
Research Workers, 1932.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.bursts.goals import MODELS, goal_results
from surveil.detectors.quality import STRATUM, QualityParameters, part_tests, usual_quality, with_quality
from surveil.detectors.rates import as_tests, peer_chance
from surveil.statistics.lastmile import LANDED, last_mile_test


class Parameters(QualityParameters):
    """What may be set."""

    last_days: int = param(
        3, unit="business days", ge=1, le=5, citation="our judgement: the last three days",
        meaning="business days at the end of a goal period that count as its last days",
    )  # fmt: skip
    landing: int = param(
        1, unit="openings", ge=0, le=5, citation="our judgement: who fills up stops on the goal or one above",
        meaning="openings above the goal up to which a result has landed on it",
    )  # fmt: skip
    least_effort_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=1,
        citation="our judgement: honest effort alone must not flag anybody among a hundred",
        meaning="the p-value of reaching goals in the last days counts as no smaller than this",
    )  # fmt: skip


class LastMile(Detector):
    """Goals reached in the last days more often than chance, with poor accounts."""

    id = "QB02"
    slug = "last_mile"
    name = "Months rescued in the last days"
    version = "5"
    family = Family.BURST
    typology = "T12"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "quotas")
    models = (*MODELS, "last_mile_cells", "last_mile_items", "quality_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        goals = goal_results(measured, parameters.last_days)
        short = goals[goals["before"] < goals["target"]].reset_index(drop=True)
        if short.empty:
            return Decision()
        months = pd.DataFrame(
            {
                "rep": short["rep_id"],
                "shortfall": short["target"] - short["before"],
                "sold": short["last"],
                "mean": short["mean"],
            }
        )
        result = last_mile_test(months, landing=parameters.landing)
        landed = short.loc[result.months["outcome"].to_numpy() == LANDED, ["quota_id", "rep_id"]]
        cells = _of(landed, measured["last_mile_cells"], parameters.last_days)
        known = cells["poor"].notna()
        usual = usual_quality(measured)
        after = part_tests(usual, cells[known], "accounts of those days")
        told = as_tests(result.reps, "goals that were still open shortly before their end were just reached")
        tests = with_quality(told, after, parameters.least_effort_p) if known.any() else told
        rows = _of(landed, measured["last_mile_items"], parameters.last_days).drop_duplicates("account_id")
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["rep_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day", rep="opener_id"),
            score=1 - peer_chance(usual, rows, STRATUM),
            detail=base.details(rows, ["quota_id", "product_code", "days_left"]),
        )
        unknown = int(cells["n"][~known].sum())
        gap = Gap(
            unknown,
            "accounts of rescued goals of which it can't be seen yet, or at all, whether they are used",
        )
        return Decision(items, tests, len(short), (gap,) if unknown else ())


def _of(goals: pd.DataFrame, rows: pd.DataFrame, last_days: int) -> pd.DataFrame:
    """The rows of the last days of these goals."""
    late = rows[rows["days_left"] < last_days]
    late = late.assign(quota_id=late["quota_id"].astype(str), rep_id=late["rep_id"].astype(str))
    return late.merge(goals, on=["quota_id", "rep_id"], how="inner")
