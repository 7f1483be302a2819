"""
# OL01 Unusual representative

## What it finds
Up to {listed} representatives whose openings are least like anybody else's: combinations of traits that no other detector
looks for.

## Why it matters
Every scheme is new once. A list of who differs most, with what sets him apart, is where a curious supervisor starts.

## How it decides
For each trait, such as openings late in the day, customers known before or accounts without a telephone, a
representative's share is compared with colleagues' openings of the same product, channel and kind of branch, corrected
for the branch and its month; only more than usual counts. The distance to the {neighbours} most similar of {reference_size}
ordinary mixtures of traits, made up once and for all from chance alone, orders the list, so that nobody's score depends on
who else is in the file. It is an order, not a test: it has no p-value, flags nobody and raises no
alert. With fewer than {least_subjects} representatives, or where the library PyOD is not installed, nothing is ranked.

## What it misses
What is usual in the whole firm, and traits that the feeds do not hold.

## Innocent explanations
- A special task: night counter, a campus, a desk for newcomers.
- Somebody's first months, or a system used differently.

## What to check
- Does what sets him apart have a reason that his supervisor knows?
- Look at the accounts with several of the traits at once.

## References
Ramaswamy, Rastogi and Shim, SIGMOD 2000 (distance to nearest neighbours); PyOD, JMLR 2019.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors.base import Decision, RankedInParts
from surveil.detectors.outliers.traits import OutlierParameters, items, most_unusual, unusual


class Parameters(OutlierParameters):
    """Only those of the ranking."""


class RepOutlier(RankedInParts):
    """Representatives whose openings are least like others'."""

    id = "OL01"
    slug = "rep_outlier"
    name = "Unusual representative"
    version = "21"
    family = Family.OUTLIER
    typology = "T02"
    severity = Severity.LOW
    needs = ("accounts.opened_by",)
    models = ("opening_traits",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        found = unusual(measured["opening_traits"], "rep_id", parameters)
        return Decision(items(found, "reps"), examined=found.subjects, gaps=found.gaps)

    def together(self, decisions: Sequence[Decision], parameters: Parameters) -> Decision:
        return most_unusual(decisions, parameters)
