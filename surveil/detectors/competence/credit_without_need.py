"""
# CS06 Credit without need

## What it finds
Cards, lines and loans opened by staff for customers with high liquid means who have said that they need no credit, and who
then do not use it; and representatives to whose customers this happens more often than to colleagues'.

## Why it matters
The best customers are the easiest to sell credit to and the last to need it. They pay for it, and their credit record shows
it.

## How it decides
A customer has no need when his liquid net worth is {liquid_cents} cents or more and his record says that he needs no
credit; both must be known. Of the customers without need for whom a representative opened anything, those who got credit
are counted. What is to be expected comes from colleagues' customers without need at the same kind of branch, corrected
for the branch and its month, and from how often his own other customers got credit: so neither wealthy customers nor a
job in which credit is sold make anybody remarkable. That is done over the whole time and over the months that stand out
most (from his own others, too); both p-values are joined (Cauchy). The result is made worse, with a weight of
{unused_weight} and up to z = {unused_cap}, by how many of them make no use of it within the product's horizon
({unused_days} days where it states none), compared with colleagues; an opening whose horizon has not passed is not
judged for that. Listed is the credit that such customers do not use. Such customers also want cards, so that no single
opening is an alert.

## What it misses
Customers whose means are with other firms, and needs that were written down to fit; a firm that opens nothing but credit; a
representative who presses credit on everybody alike.

## Innocent explanations
- The customer wanted the card for its rewards, for travel, or as a reserve, and asked for it.
- A mortgage or a line on good terms, taken although he could have paid: leverage is his choice.
- A branch in a wealthy place: compare with its like.

## What to check
- Who began the talk, and what was said of the need?
- Was a credit report pulled, and is the credit still open and unused?

## References
Credit pressed on customers: Massachusetts Securities Division and Morgan Stanley, 2017 (a contest for securities-backed
loans). That a customer with high balances has no need of credit is our judgement. Scan over months in the manner of
Kulldorff 1997. Joined p-values: Liu and Xie, JASA 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.clusters import customer_cells
from surveil.detectors.episodes import with_episodes
from surveil.detectors.rates import STRATUM, controlled_tests, rate_cells, rate_tests, stratum_of
from surveil.statistics.aggravation import aggravated


class Parameters(base.Parameters):
    """What may be set."""

    liquid_cents: int = param(
        10_000_000, unit="cents", ge=100_000, le=10_000_000_000, measured=True,
        citation="our judgement: mass affluent households begin at about 100,000 dollars",
        meaning="liquid net worth from which means are high",
    )  # fmt: skip
    unused_days: int = param(
        120, unit="days", ge=30, le=730, citation="our judgement: three months, with a month more for lines",
        meaning="horizon of use of a product that states none",
    )  # fmt: skip
    unused_weight: float = param(
        0.5, unit="weight", ge=0.0, le=1.0,
        citation="our judgement: to press credit is the fault, that it lies idle makes it worse",
        meaning="weight of credit left unused against that of whom it was given",
    )  # fmt: skip
    unused_cap: float = param(
        2.0, unit="standard deviations", ge=0.0, le=5.0, citation="our judgement: as for the volume of referrals",
        meaning="the most that credit left unused counts",
    )  # fmt: skip


class CreditWithoutNeed(Detector):
    """Credit opened for customers with high means and no need."""

    id = "CS06"
    slug = "credit_without_need"
    name = "Credit without need"
    version = "20"
    family = Family.COMPETENCE
    typology = "T23 T24"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by", "customers.liquid_net_worth", "customers.credit_need", "transactions")
    in_parts = True
    models = ("credit_openings", "credit_customers")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["credit_openings"]
        horizon = rows["unused_after_days"].astype("Int64").fillna(parameters.unused_days)
        used = (rows["first_use_days"] <= horizon).fillna(False)
        seen = used | (rows["seen_days"] >= horizon).fillna(False)
        on_record = (rows["credit_need"].notna() & rows["liquid_cents"].notna()).astype(bool)
        known = on_record & seen.astype(bool)
        needless = (rows["credit_need"] == 0) & (rows["liquid_cents"] >= parameters.liquid_cents)
        needless = on_record & needless.fillna(False).astype(bool)
        bad = (known & needless & ~used).astype(bool)
        judged = known & needless
        idle = customer_cells(rows[judged], bad[judged], STRATUM, "opened_day")
        tests = _tests(measured["credit_customers"], idle, parameters)
        chosen = rows[bad]
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(chosen, "accounts", key="account_id", day="opened_day"),
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
        return Decision(items, tests, int(known.sum()), tuple(gap for gap in gaps if gap.count))


def _tests(served: pd.DataFrame, idle: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Customers without need who got credit, his other customers being his control; made worse by credit left unused."""
    cells = rate_cells(served, served["got_credit"], ("branch_kind", "no_need"))
    asked = cells["stratum"].isin(stratum_of(served[served["no_need"] == 1], ("branch_kind", "no_need")))
    pressed = with_episodes(
        controlled_tests(
            cells,
            asked,
            "customers with high means and no need were given credit",
            "colleagues and by his other customers",
        )
    )
    unused = rate_tests(idle, "do not use it").tests.set_index("subject_id").reindex(pressed["subject_id"])
    p = aggravated(
        pressed["p_value"].astype(float),
        unused["p_value"].astype(float),
        parameters.unused_weight,
        parameters.unused_cap,
    )
    return pressed.assign(p_value=p)


def _score(rows: pd.DataFrame, limit: int) -> pd.Series:
    """One half at the limit of means, more the further above."""
    means = rows["liquid_cents"].astype(float)
    return means / (means + limit)
