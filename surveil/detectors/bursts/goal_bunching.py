"""
# QB03 Results crowding on goals

## What it finds
Branches, roles or the whole firm where too many results lie on a goal or just above it, and where the accounts that brought
them there are worse than others.

## Why it matters
A goal with a reward bends results. Where many land on it by accounts made up for it, the goal is the fault, and the people
who set it: no look at a single representative shows that.

## How it decides
Every result of a goal that counts openings is set against its goal, in steps of one opening (for goals above
{finest_goal}, in steps of a part of it); goals are taken as in QB02, and one that a branch's people share is one result of
the branch. A branch: the share of its results on the goal or one step above, among those
within {reach} steps, is compared with other branches' results for goals of like size. A role and the firm: a smooth curve
is laid through the numbers of results away from the goal, and what exceeds it on the goal is tested; the same is done at
{placebos} made-up goals on either side, and the excess counts only so far as it exceeds what those show. In both cases
the accounts opened in the last {last_days} business days of goals that were just reached are compared with other accounts
of like kind, branch and month: how many are poor, that is, carry at least two of four signs, not of the papers alone
(never used in {quality_days} days or the product's own horizon, funded and emptied again; no consent within
{quality_grace_days} days, customer not met). The larger of the two p-values counts: people who work to reach a goal crowd
on it honestly.

A campaign, or the first {new_branch_days} days of a branch, in which at least {named_from} of the accounts listed were
opened is named; these accounts count like others, as what colleagues opened in it does.

## What it misses
Fewer than {least_results} results; goals of funded accounts, referrals or sums; results made up beyond the goal.

## Innocent explanations
- Honest effort for the goal by many: its accounts are as good as others.
- Goals that were set, or changed, when the result was nearly known.
- A cap on pay: who has reached the goal rests.

## What to check
- What does reaching the goal pay, and what did missing it cost?
- The accounts listed, and the representatives with most of them (see QB02).

## References
Pay that jumps at a goal: FCA, final notice to Lloyds TSB and Bank of Scotland, 2013. Chetty et al., Quarterly Journal
of Economics 2011.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from surveil.alerts.model import Family, Severity, SubjectType
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.bursts.goals import (
    MODELS,
    GoalParameters,
    by_people,
    goal_results,
    openings_of,
    team_results,
)
from surveil.detectors.bursts.occasions import MODEL as OCCASIONS
from surveil.detectors.bursts.occasions import OccasionParameters, occasions_of, with_occasions
from surveil.detectors.quality import STRATUM, QualityParameters
from surveil.detectors.rates import count_words, rate_cells, rate_tests
from surveil.statistics.bunching import bin_counts, bunching
from surveil.statistics.rates import RateSettings

FIRM = "whole firm"
_SMALLEST = 1e-300


class Parameters(GoalParameters, OccasionParameters, QualityParameters):
    """What may be set."""

    last_days: int = param(
        3, unit="business days", ge=1, le=5, citation="our judgement: the last three days",
        meaning="business days at the end of a goal period that count as its last days",
    )  # fmt: skip
    reach: int = param(
        12, unit="steps", ge=8, le=40, citation="our judgement: a curve of degree 4 needs a dozen points a side",
        meaning="steps on either side of the goal whose results are looked at",
    )  # fmt: skip
    placebos: int = param(
        4, unit="made-up goals", ge=2, le=8, citation="our judgement: goals nobody set must not stand out",
        meaning="made-up goals on either side with which the excess at the goal is compared",
    )  # fmt: skip
    finest_goal: int = param(
        50, unit="openings", ge=10, le=1000, citation="our judgement: one in fifty is as close as people aim",
        meaning="goals up to this are looked at opening by opening",
    )  # fmt: skip
    least_results: int = param(
        30, unit="results", ge=10, le=1000, citation="our judgement: fewer show no shape",
        meaning="results within reach of their goal below which a role or the firm is not tested",
    )  # fmt: skip


class GoalBunching(Detector):
    """Results on or just above a goal in a branch, a role or the firm, with poor accounts."""

    id = "QB03"
    slug = "goal_bunching"
    name = "Results crowding on goals"
    version = "21"
    family = Family.BURST
    typology = "T12"
    severity = Severity.HIGH
    subject = SubjectType.BRANCH
    needs = ("accounts.opened_by", "quotas")
    models = (*MODELS, "goal_roles", "last_mile_cells", "last_mile_items", "quality_cells", OCCASIONS)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        results = _results(measured, parameters)
        near = results[results["step"].abs() <= parameters.reach]
        if near.empty:
            return Decision()
        landed = _landed_by_people(near[near["landed"]], measured)
        part = openings_of(landed, measured["last_mile_cells"], parameters.last_days)
        known = part["poor"].notna()
        tests = [
            _both(_branches(near), _poor(part[known], "branch_id", measured)),
            _both(_shape(results, "role", parameters), _poor(part[known], "role", measured)),
            _both(
                _shape(results, "firm", parameters), _poor(part[known].assign(firm=FIRM), "firm", measured)
            ),
        ]
        rows = openings_of(landed, measured["last_mile_items"], parameters.last_days)
        rows = rows.drop_duplicates("account_id")
        rows = rows.assign(occasion=occasions_of(rows, measured[OCCASIONS], parameters.new_branch_days))
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["branch_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day", rep="opener_id"),
            score=0.5,
            detail=base.details(rows, ["quota_id", "product_code", "days_left", "occasion"]),
        )
        unknown = int(part["n"][~known].sum())
        gap = Gap(
            unknown,
            "accounts of reached goals of which it can't be seen yet, or at all, whether they are used",
        )
        told = with_occasions(
            pd.concat(tests, ignore_index=True), rows["branch_id"], rows["occasion"], parameters.named_from
        )
        return Decision(items, told, len(near), (gap,) if unknown else ())


def _results(measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> pd.DataFrame:
    """Results of goals with `step` (distance from the goal, 0 is on it), `landed`, role, branch and size of the goal.

    A goal that a branch's people share is the branch's, and nobody's role.
    """
    own = goal_results(measured, parameters.last_days, parameters.least_away)
    own = own.merge(measured["goal_roles"].astype(str), on="rep_id", how="inner")
    shared = team_results(measured, parameters.last_days)
    rows = pd.concat(
        [
            own.assign(role="role " + own["role"]),
            shared.assign(branch_id=shared["rep_id"], role=None, rep_id=None),
        ],
        ignore_index=True,
    )
    width = np.ceil(rows["target"] / parameters.finest_goal)
    step = np.floor((rows["before"] + rows["last"] - rows["target"]) / width)
    return rows.assign(
        step=step,
        landed=(step == 0) | (step == 1),
        size=np.floor(np.log2(rows["target"])).astype("int64"),
        firm=FIRM,
    )


def _landed_by_people(landed: pd.DataFrame, measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The goals that were just reached, one row for each of the people whose openings count toward them."""
    told = landed[["quota_id", "rep_id", "metric", "branch_id", "role"]]
    own, shared = told[told["rep_id"].notna()], told[told["rep_id"].isna()].drop(columns="rep_id")
    return pd.concat([own, by_people(shared, measured)], ignore_index=True)


def _branches(near: pd.DataFrame) -> pd.DataFrame:
    """Landings of each branch against other branches, of goals of like size in the same period."""
    rows = near.assign(n=1, month=near["start_day"], place=near["branch_id"], branch_id="")
    cells = rate_cells(rows, rows["landed"], ("metric", "size"), rep="place")
    return rate_tests(cells, "results near a goal lie on it or just above", peers="branches").tests


def _shape(results: pd.DataFrame, level: str, parameters: Parameters) -> pd.DataFrame:
    """The excess on the goal over a smooth curve, for each role or the firm."""
    made = []
    for name, rows in results.groupby(level, sort=True):
        near = rows[rows["step"].abs() <= parameters.reach]
        enough = len(near) >= parameters.least_results
        p, excess = _excess(rows["step"].to_numpy(dtype=float), parameters) if enough else (np.nan, np.nan)
        landed = int(near["landed"].sum())
        usual = (
            f"{count_words(landed - excess)} expected of a smooth curve"
            if excess > 0
            else "no more than expected"
        )
        reason = f"{landed} of {len(near)} results near a goal lie on it or one above; {usual}"
        made.append(
            (str(name), p, landed, len(near), landed - excess, reason if enough else "too few results")
        )
    columns = ["subject_id", "p_value", "observed", "n", "expected", "reason"]
    return base.frame(base.TEST_COLUMNS, **pd.DataFrame(made, columns=columns).to_dict("series"))


def _excess(steps: np.ndarray, parameters: Parameters) -> tuple[float, float]:
    """p-value of the excess at the goal, widened by what made-up goals show, and the excess."""

    def at(centre: int) -> tuple[float, float]:
        found = bunching(*bin_counts(steps, centre, 1, parameters.reach))
        return float(-ndtri(np.clip(found.p_value, _SMALLEST, 1 - 1e-16))), found.excess

    z, excess = at(0)
    away = [side * (5 + k) for k in range(parameters.placebos) for side in (-1, 1)]
    spread = float(np.sqrt(np.mean([at(centre)[0] ** 2 for centre in away])))
    return float(ndtr(-z / max(spread, 1.0))), excess


def _poor(part: pd.DataFrame, level: str, measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Poor accounts of reached goals, by branch, role or firm, against all accounts of like kind, branch and month."""
    usual = measured["quality_cells"]
    usual = usual.assign(who="others in " + usual["branch_id"].fillna("").astype(str))
    columns = ["who", *STRATUM, "branch_id", "month", "poor", "n"]
    rows = pd.concat([part.assign(who=part[level])[columns], usual[columns]], ignore_index=True)
    tests = rate_tests(
        rate_cells(rows, rows["poor"] == 1, STRATUM, rep="who"),
        "accounts that brought them there are poor",
        settings=RateSettings(min_peers=1, min_expected=0.0),
        peers="branches",
    ).tests
    return tests[tests["subject_id"].isin(set(part[level]))]


def _both(crowding: pd.DataFrame, poor: pd.DataFrame) -> pd.DataFrame:
    """Crowding counts with poor accounts: the larger of the two p-values, missing where either is."""
    second = poor.set_index("subject_id").reindex(crowding["subject_id"])
    told = second["reason"].fillna("what became of the accounts is not known")
    return crowding.assign(
        p_value=np.maximum(
            crowding["p_value"].to_numpy(dtype=float), second["p_value"].to_numpy(dtype=float)
        ),
        reason=[f"{one}; {two}" for one, two in zip(crowding["reason"], told, strict=True)],
    )
