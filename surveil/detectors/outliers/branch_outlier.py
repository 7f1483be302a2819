"""
# OL02 Unusual branch

## What it finds
Up to {listed} branches whose openings are least like other branches': combinations of traits that no other detector looks
for.

## Why it matters
What a manager asks for shows in all his people a little, and in nobody enough. A list of which branches differ most, with
what sets each apart, is where a look from outside starts.

## How it decides
For each trait, such as openings late in the day, customers known before or accounts without a telephone, a branch's share
is compared with other branches' openings of the same product, channel, kind of branch and month; only more than usual
counts. The distance to the {neighbours} most similar of {reference_size} ordinary mixtures of traits, made up once and for
all from chance alone, orders the list, in which only those with a trait {least_z} deviations above the usual stand. It is
an order, not a test: it has no p-value, flags nothing and raises no alert. With fewer than {least_subjects} branches, or
where the library PyOD is not installed, nothing is ranked.

## What it misses
What is usual in the whole firm, and traits that the feeds do not hold.

## Innocent explanations
- A place unlike others: an airport, a campus, a border town.
- A new branch, or one that took over another's customers.
- A system that fails, or is used differently, there.

## What to check
- Does what sets it apart have a reason that the region knows?
- Do all its representatives share it, or one (see OL01)?

## References
Ramaswamy, Rastogi and Shim, SIGMOD 2000 (distance to nearest neighbours); PyOD, JMLR 2019.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from surveil.alerts.model import Family, Severity, SubjectType
from surveil.detectors.base import Decision, RankedInParts, param
from surveil.detectors.outliers.traits import OutlierParameters, items, most_unusual, unusual


class Parameters(OutlierParameters):
    """Those of the ranking; a firm has fewer branches than people."""

    neighbours: int = param(
        5, unit="branches", ge=3, le=50, citation="our judgement: a firm has fewer branches than people",
        meaning="how many of the most similar ordinary branches one is compared with",
    )  # fmt: skip
    least_subjects: int = param(
        12, unit="branches", ge=10, le=1000, citation="our judgement: fewer have no neighbourhood",
        meaning="branches below which nothing is ranked",
    )  # fmt: skip
    listed: int = param(
        10, unit="branches", ge=1, le=1000, citation="our judgement: a list to look at, which proves nothing",
        meaning="branches listed, the most unusual first",
    )  # fmt: skip


class BranchOutlier(RankedInParts):
    """Branches whose openings are least like others'."""

    id = "OL02"
    slug = "branch_outlier"
    name = "Unusual branch"
    version = "19"
    family = Family.OUTLIER
    typology = "T23"
    severity = Severity.LOW
    subject = SubjectType.BRANCH
    needs = ("accounts.opened_by", "accounts.branch_id")
    models = ("branch_traits",)
    by_branch = ("branch_traits",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        found = unusual(measured["branch_traits"], "branch_id", parameters)
        return Decision(items(found, "branches"), examined=found.subjects, gaps=found.gaps)

    def together(self, decisions: Sequence[Decision], parameters: Parameters) -> Decision:
        return most_unusual(decisions, parameters)
