"""
# CS02 Sale without the firm's own training

## What it finds
Sales, and openings without a sale record, of a product for which the firm requires its own training, by a representative
who had it not in force on that day: never taken, run out, suspended, or taken only later.

## Why it matters
An adviser must know what he sells. A firm that made a training its own condition and lets it be sold without has a
gap in supervision.

## How it decides
A rule. A clause of the product's requirement is training when none of its alternatives is a public registration or licence.
It must be met by a spell in force on the day of the sale. A sale that lacks a registration as well is one item of CS01, not
of this. Not known is not a breach: a training that nobody in the firm has on file is not in the extract; a representative
without any record (unless marked as not registered) is counted as not examined; training recorded after the sale with
an earlier date is a late record. The representative's rate among all sales that need training is tested beside it.
One such sale among twenty or more that were in order, or one in a hundred, is a slip to be put right: an alert of low
severity.

## What it misses
Training that was signed for but not followed, and requirements that the product list does not name.

## Innocent explanations
- The training's record is late, or it was taken under an older code.
- The training was made a condition after the sale: the product list holds only today's requirement.
- A trained colleague sat beside him and the sale was booked under his number.

## What to check
- The training system's own record of that day, and since when the product requires it.
- Who explained the product to the customer?

## References
The firm's own procedures, which FINRA Rule 3110 asks for. A seller must understand what he recommends: Regulation Best
Interest, 17 CFR 240.15l-1 (care).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.competence.breaches import breach_items, breach_tests

#: Why a training is not in force, the clearest reason first, and how it reads.
REASONS = {
    "inactive": "training suspended, lapsed or inactive on that day",
    "ended": "training had run out by that day",
    "later": "training taken only after that day",
}
NEVER = "no such training on file"


class Parameters(base.Parameters):
    """What may be set."""

    ordinary_rate: float = param(
        0.002, unit="share of sales that need training", ge=0.0001, le=0.05,
        citation="our judgement: as for registrations (CS01)",
        meaning="share of sales that honest errors of record make look like breaches",
    )  # fmt: skip


class UntrainedSale(Detector):
    """Sales without the firm's own training that the product requires, as of the day of the sale."""

    id = "CS02"
    slug = "untrained_sale"
    name = "Sale without the firm's training"
    version = "9"
    family = Family.COMPETENCE
    typology = "T19"
    severity = Severity.MEDIUM
    rule = True
    needs = ("registrations", "products.requires")
    in_parts = True
    models = ("untrained_sale_items", "training_sale_counts")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["untrained_sale_items"]
        rows = rows[(rows["unregistered"] == 0).astype(bool)]
        missing = (rows["unmet"] > 0).astype(bool)
        recorded = (rows["recorded"] == 1).astype(bool)
        known = (rows["known"] == 1).astype(bool)
        unclear = (rows["unclear"] > 0).astype(bool)
        breaches = rows[missing & recorded & known]
        counts = measured["training_sale_counts"]
        what = "sales without the training"
        gaps = (
            Gap(
                int((missing & ~recorded).sum()),
                "nobody has the training on file: the extract does not hold it",
            ),
            Gap(
                int((missing & recorded & ~known).sum()),
                "sales by representatives with no registrations or training on file: not known",
            ),
            Gap(
                int((~missing & unclear).sum()),
                "trained, but with a status of which it is not known whether it counts",
            ),
            Gap(
                int((~missing & ~unclear).sum()),
                "met by training recorded after the sale (late record, not a breach)",
            ),
        )
        return Decision(
            breach_items(breaches, REASONS, NEVER, []),
            breach_tests(breaches, counts, what, parameters.ordinary_rate),
            int(counts["n"].sum()),
            tuple(gap for gap in gaps if gap.count),
        )
