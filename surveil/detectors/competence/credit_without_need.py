"""
# CS06 Credit without need

## What it finds
Cards, lines and loans opened by staff for customers with high liquid means who have said that they need no credit, and who
then do not use it; and representatives to whose customers this happens more often than to colleagues'.

## Why it matters
The best customers are the easiest to sell credit to and the last to need it. They pay for it, and their credit record shows
it.

## How it decides
An opening counts when the customer's liquid net worth is {liquid_cents} cents or more, his record says that he needs no
credit, and he made no use of it within the product's horizon ({unused_days} days where it states none). All three must be
known: an opening whose horizon has not passed is not judged. The share of a representative's customers with such an
opening is compared with colleagues' of the same product, by the same channel, in the same kind of branch. Such customers
also want cards, so that no single opening is an alert.

## What it misses
Customers whose means are with other firms, and needs that were written down to fit.

## Innocent explanations
- The customer wanted the card for its rewards, for travel, or as a reserve, and asked for it.
- A mortgage or a line on good terms, taken although he could have paid: leverage is his choice.
- A branch in a wealthy place: compare with its like.

## What to check
- Who began the talk, and what was said of the need?
- Was a credit report pulled, and is the credit still open and unused?

## References
Regulation notes T23, T24; seven rules of cross-selling (seeds): no credit for customers with high balances and no need.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.clusters import SPARSE, customer_cells
from surveil.detectors.rates import STRATUM, rate_tests


class Parameters(base.Parameters):
    """What may be set."""

    liquid_cents: int = param(
        10_000_000, unit="cents", ge=100_000, le=10_000_000_000,
        citation="ours: mass affluent households begin at about 100,000 dollars",
        meaning="liquid net worth from which means are high",
    )  # fmt: skip
    unused_days: int = param(
        120, unit="days", ge=30, le=730, citation="regulation notes T03, with a month more for lines",
        meaning="horizon of use of a product that states none",
    )  # fmt: skip


class CreditWithoutNeed(Detector):
    """Credit opened for customers with high means and no need."""

    id = "CS06"
    slug = "credit_without_need"
    name = "Credit without need"
    version = "1"
    family = Family.COMPETENCE
    typology = "T23 T24"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by", "customers.liquid_net_worth", "customers.credit_need", "transactions")
    models = ("credit_openings",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["credit_openings"]
        horizon = rows["unused_after_days"].astype("Int64").fillna(parameters.unused_days)
        used = (rows["first_use_days"] <= horizon).fillna(False)
        seen = used | (rows["seen_days"] >= horizon).fillna(False)
        known = (rows["credit_need"].notna() & rows["liquid_cents"].notna() & seen).astype(bool)
        bad = known & (rows["credit_need"] == 0) & (rows["liquid_cents"] >= parameters.liquid_cents) & ~used
        bad = bad.fillna(False).astype(bool)
        cells = customer_cells(rows[known], bad[known], STRATUM, "opened_day")
        what = "customers with high means and no need, given credit that they do not use"
        result = rate_tests(cells, what, settings=SPARSE)
        chosen = rows[bad]
        items = base.frame(
            base.ITEM_COLUMNS,
            feed="accounts",
            key=chosen["account_id"],
            rep_id=chosen["rep_id"],
            customer_id=chosen["customer_id"],
            account_id=chosen["account_id"],
            branch_id=chosen["branch_id"],
            day=chosen["opened_day"],
            score=_score(chosen, parameters.liquid_cents),
            detail=base.details(
                chosen, ["product_code", "channel", "credit_need", "liquid_cents", "first_use_days"]
            ),
        )
        record = int((rows["credit_need"].isna() | rows["liquid_cents"].isna()).sum())
        gaps = (
            Gap(record, "the customer's means, or his need of credit, are not on record"),
            Gap(
                len(rows) - int(known.sum()) - record,
                "use of the credit can't be judged yet, or is not covered",
            ),
        )
        return Decision(items, result.tests, int(known.sum()), tuple(gap for gap in gaps if gap.count))


def _score(rows: pd.DataFrame, limit: int) -> pd.Series:
    """One half at the limit of means, more the further above."""
    means = rows["liquid_cents"].astype(float)
    return means / (means + limit)
