"""
# QB05 Sandbagging

## What it finds
Representatives who hold back applications signed in the last {held_days} business days of a goal period and open them only
after it has turned; and those who, having reached a goal, start the next period suspiciously well.

## Why it matters
Who has made his goal saves the next sales for the next one. Customers wait for their accounts, and the figures of both
periods are wrong; where a goal pays, it is paid for twice.

## How it decides
Of the applications signed in the last {held_days} business days of a goal period, those opened in a later period and at
least {least_lag_days} business days after they were signed are compared with colleagues' applications for the same
family of products, by the same channel and as close to the period's end (of what one customer got on one day
{customer_day_counted} count), over the whole time and over the months that
stand out most (from his own others, too); a backlog of the branch's month is taken out. And after periods in which he
reached his goal, the share of his openings in the first {first_days} business days of the next is compared with that of
colleagues who had reached theirs. Both are joined into one p-value; a rich start has many honest reasons, so its own
counts as no smaller than {least_start_p}. Periods that ended less than {settle_days} days ago are left out: what was
held back in them may not be opened yet. Goal periods are those of the quotas, else calendar months; goals are taken as in
QB02, a role's in proportion where somebody was away for {least_away} of the period or more.

## What it misses
Applications whose date is written down only at the opening, and paper that never reached a system.

## Innocent explanations
- Products whose approval takes days, such as credit: compared with the same family.
- The customer asked for a later date, or brought missing papers after the weekend.
- The back office was behind at the end of the month: then colleagues of the branch show it too.

## What to check
- Was there a reason on file for each wait? Ask the customer when he signed and what he was told.
- Had the goal been reached when the applications were signed?

## References
Wells Fargo's board, Sales Practices Investigation Report, 2017 (openings of December held back to January). Los Angeles
City Attorney against Wells Fargo, complaint of 2015. Joined p-values: Liu and Xie, JASA 2020. Scan over months in the
manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, param
from surveil.detectors.bursts.goals import MODELS, GoalParameters, goal_results
from surveil.detectors.episodes import with_episodes
from surveil.detectors.rates import peer_chance, rate_cells, rate_tests
from surveil.detectors.signs import strongest

# Not by kind of branch: with so few applications a kind the rates would be guesses, and a branch's months are known anyway.
STRATUM = ("family", "channel", "applied_left")
START_STRATUM = ("month", "branch_kind")


class Parameters(GoalParameters):
    """What may be set."""

    held_days: int = param(
        5, unit="business days", ge=1, le=5,
        citation="our judgement: a customer is not kept waiting much longer than a week",
        meaning="business days at the end of a goal period in whose applications holding back is looked for",
    )  # fmt: skip
    least_lag_days: int = param(
        2, unit="business days", ge=1, le=5, citation="our judgement: longer than one day is not the post",
        meaning="business days from application to opening from which the opening may have been held back",
    )  # fmt: skip
    customer_day_counted: int = param(
        3, unit="openings", ge=1, le=100, measured=True, citation="our judgement: a fleet's cards are one delay",
        meaning="openings of one family for one customer on one day that count",
    )  # fmt: skip
    first_days: int = param(
        3, unit="business days", ge=1, le=5, citation="our judgement: the first three days",
        meaning="business days at the start of a period that are its first days",
    )  # fmt: skip
    least_start_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=1,
        citation="our judgement: pay-days and students' days fall on first days, too",
        meaning="the p-value of a rich start after a reached goal counts as no smaller than this",
    )  # fmt: skip
    settle_days: int = param(
        14, unit="days", ge=0, le=60, measured=True, citation="our judgement: most openings follow within two weeks",
        meaning="days after the end of a period from which its applications are judged",
    )  # fmt: skip


class Sandbagging(Detector):
    """Applications held back over the turn of a goal period."""

    id = "QB05"
    slug = "sandbagging"
    name = "Openings held back for the next period"
    version = "22"
    family = Family.BURST
    typology = "T09"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by", "accounts.applied_at")
    models = ("sandbagging_cells", "sandbagging_items", "goal_starts", *MODELS)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["sandbagging_cells"]
        cells = cells[cells["applied_left"] < parameters.held_days]
        held = (cells["crossed"] == 1) & (cells["lag"] >= parameters.least_lag_days)
        waiting = rate_tests(
            rate_cells(cells, held, STRATUM),
            "applications signed at the end of a goal period were opened after it",
        )
        starts = _after_reached(measured, parameters)
        rich = rate_tests(
            rate_cells(starts, starts["days_in"] < parameters.first_days, START_STRATUM),
            f"openings in the first {parameters.first_days} business days after a period whose goal was reached",
        )
        rows = measured["sandbagging_items"]
        rows = rows[
            (rows["applied_left"] < parameters.held_days) & (rows["lag"] >= parameters.least_lag_days)
        ]
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["rep_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day", rep="opener_id"),
            score=1 - peer_chance(waiting, rows, STRATUM),
            detail=base.details(rows, ["product_code", "applied_day", "applied_left", "lag"]),
        )
        start = rich.tests.assign(
            p_value=rich.tests["p_value"].astype(float).clip(lower=parameters.least_start_p)
        )
        return Decision(items, strongest([with_episodes(waiting), start]), int(cells["n"].sum()))


def _after_reached(measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> pd.DataFrame:
    """The rows of `goal_starts` whose representative had reached his goal of the period just before."""
    starts = measured["goal_starts"]
    starts = starts.assign(
        rep_id=starts["rep_id"].astype(str),
        quota_id=starts["quota_id"].astype(str),
        month=starts["start_day"],
    )
    goals = goal_results(measured, parameters.first_days, parameters.least_away)
    reached = goals[goals["before"] + goals["last"] >= goals["target"]]
    before = (
        reached[["rep_id", "metric", "end_day"]]
        .assign(start_day=reached["end_day"] + 1)
        .drop(columns="end_day")
    )
    after = goals.merge(before.drop_duplicates(), on=["rep_id", "metric", "start_day"], how="inner")
    return starts.merge(after[["quota_id", "rep_id"]], on=["quota_id", "rep_id"], how="inner")
