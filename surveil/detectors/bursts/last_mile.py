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

Goals are taken as they were set for each. A role's goal counts in proportion to somebody's part of full time and, where he
was absent or not yet hired for {least_away} of the period or more, to the rest of it; a goal of his own for the same thing
and days stands for it. Of several goals for one thing and period (steps of a bonus, a goal that was changed) the next one
open counts. A goal that a branch's people share is tested for the branch, and a p-value of one of them is the larger of
the branch's and that of his own accounts: a colleague's padding is not his. An account that rescued several goals at once
is counted once.

A campaign, or the first {new_branch_days} days of a branch, in which at least {named_from} of the accounts listed were
opened is named; these accounts count like others, as what colleagues opened in it does.

## What it misses
Goals of funded accounts, referrals or sums of money; padding that goes well beyond the goal; goals made up all month long.

## Innocent explanations
- Honest effort for the goal: customers who were going to come are called in time; they use their accounts.
- A campaign or pay-day that regularly falls on the last days of the month.
- A goal that was changed, or lowered for a leave, otherwise than is assumed here: the item says what it was taken for.
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

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.bursts.goals import (
    MODELS,
    GoalParameters,
    by_people,
    goal_notes,
    goal_results,
    openings_of,
    team_results,
)
from surveil.detectors.bursts.occasions import MODEL as OCCASIONS
from surveil.detectors.bursts.occasions import OccasionParameters, occasions_of, with_occasions
from surveil.detectors.quality import STRATUM, QualityParameters, part_tests, usual_quality, with_quality
from surveil.detectors.rates import Rates, as_tests, peer_chance
from surveil.detectors.signs import strongest
from surveil.statistics.lastmile import LANDED, last_mile_test

_RESCUED = "that were still open shortly before their end were just reached"


class Parameters(GoalParameters, OccasionParameters, QualityParameters):
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
    version = "21"
    family = Family.BURST
    typology = "T12"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "quotas")
    models = (*MODELS, "uncounted_goals", "last_mile_cells", "last_mile_items", "quality_cells", OCCASIONS)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        own = _short(goal_results(measured, parameters.last_days, parameters.least_away))
        shared = _short(team_results(measured, parameters.last_days))
        usual = usual_quality(measured)
        tests, landed = [], []
        if len(own):
            told, reached = _rescued(own, f"goals {_RESCUED}", parameters)
            cells = openings_of(reached, measured["last_mile_cells"], parameters.last_days)
            known = cells[cells["poor"].notna()]
            after = part_tests(usual, known, "accounts of those days")
            tests.append(with_quality(told, after, parameters.least_effort_p) if len(known) else told)
            landed.append(reached)
        if len(shared):
            told, reached = _rescued(shared, f"goals of his branch {_RESCUED}", parameters)
            teams = reached.rename(columns={"rep_id": "team"}).assign(goal_note="a goal of the branch")
            reached = by_people(teams, measured)
            cells = openings_of(reached, measured["last_mile_cells"], parameters.last_days)
            tests.append(_in_teams(told, cells, usual))
            landed.append(reached)
        gaps = _gaps(measured["uncounted_goals"])
        if not tests:
            return Decision(gaps=gaps)
        goals = pd.concat(landed, ignore_index=True)
        rows = openings_of(goals, measured["last_mile_items"], parameters.last_days)
        rows = rows.drop_duplicates("account_id")
        rows = rows.assign(occasion=occasions_of(rows, measured[OCCASIONS], parameters.new_branch_days))
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["rep_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day", rep="opener_id"),
            score=1 - peer_chance(usual, rows, STRATUM),
            detail=base.details(
                rows, ["quota_id", "product_code", "days_left", "goal", "result", "goal_note", "occasion"]
            ),
        )
        cells = openings_of(goals, measured["last_mile_cells"], parameters.last_days)
        unknown = Gap(
            int(cells["n"][cells["poor"].isna()].sum()),
            "accounts of rescued goals of which it can't be seen yet, or at all, whether they are used",
        )
        joined = strongest(tests) if len(tests) > 1 else tests[0]
        joined = with_occasions(joined, rows["rep_id"], rows["occasion"], parameters.named_from)
        return Decision(
            items, joined, len(own) + len(shared), (*((unknown,) if unknown.count else ()), *gaps)
        )


def _short(goals: pd.DataFrame) -> pd.DataFrame:
    """The goals that were open when their last days began."""
    return goals[goals["before"] < goals["target"]].reset_index(drop=True)


def _rescued(short: pd.DataFrame, what: str, parameters: Parameters) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The test of whoever the goals are for, and the goals that were just reached, with what an item says of them."""
    months = pd.DataFrame(
        {
            "rep": short["rep_id"],
            "shortfall": short["target"] - short["before"],
            "sold": short["last"],
            "mean": short["mean"],
        }
    )
    result = last_mile_test(months, landing=parameters.landing)
    reached = short[result.months["outcome"].to_numpy() == LANDED]
    told = reached.assign(
        goal=reached["target"].astype("int64"),
        result=(reached["before"] + reached["last"]).astype("int64"),
        goal_note=goal_notes(reached),
    )
    return as_tests(result.reps, what), told[["quota_id", "rep_id", "metric", "goal", "result", "goal_note"]]


def _in_teams(told: pd.DataFrame, cells: pd.DataFrame, usual: Rates) -> pd.DataFrame:
    """Tests of people whose branch rescued its goals: the larger of two p-values, the branch's and that of his own accounts.

    A colleague's padding is not his: without poor accounts of his own from those days nobody is suspected.
    """
    known = cells[cells["poor"].notna()]
    after = part_tests(usual, known, "accounts of his of those days")
    teams = known[["rep_id", "team"]].drop_duplicates().merge(told, left_on="team", right_on="subject_id")
    # Whoever sold at several branches is judged by the one that speaks least against him.
    teams = teams.sort_values(["rep_id", "p_value", "team"], kind="stable").drop_duplicates(
        "rep_id", keep="last"
    )
    first = teams.set_index("rep_id").reindex(after["subject_id"])
    both = np.maximum(first["p_value"].to_numpy(dtype=float), after["p_value"].to_numpy(dtype=float))
    reason = [f"{one}; {two}" for one, two in zip(first["reason"], after["reason"], strict=True)]
    return after.assign(p_value=both, reason=reason)


def _gaps(uncounted: pd.DataFrame) -> tuple[Gap, ...]:
    """Goals that were handed in and are not looked at."""
    count = int(uncounted["n"].sum())
    reason = "goals of funded accounts, referrals or sums of money, which are not counted day by day"
    return (Gap(count, reason),) if count else ()
