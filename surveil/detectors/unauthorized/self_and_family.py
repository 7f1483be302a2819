"""
# UA14 Sales to oneself, family and colleagues

## What it finds
Openings and sales in which the customer is the representative himself (also as a joint owner), belongs to his household
or lives at his address, or works for the firm; and representatives with more days of such business than expected.

## Why it matters
Who is short of his goal turns to those who can't say no. One manager's family held eighty accounts; an adviser sold to
himself, his wife and a colleague so as not to be demoted.

## How it decides
Counted are days with such business among all days with business, so that a family that comes in together is one event.
Two rates are compared with colleagues' days in the same branch and month, and with ordinary rates: the own circle
({circle_rate} of days) and other people of the firm ({colleague_rate}). Ordinary rates differ from one to the next by
{families_differ} of the mean: few have a large family that banks with the firm. Somebody has to serve the staff, so the
p-value of business with other people of the firm counts as no smaller than {least_colleague_p}; so does that of accounts
which relatives (not he himself) are known to use: they had asked for them, and what is left is a matter of the firm's
policy. What relatives do not use, and sales to them, are judged without these. The rates are joined into one.
An item weighs the more the nearer the customer is. A household that is not on record is not known, and no surname is ever
compared.

## What it misses
Friends, relatives who live elsewhere, and colleagues who open for each other's families.

## Innocent explanations
- Staff accounts under the firm's own policy, opened by the colleague who handles them for the branch.
- A family that banks where one of them works, and has not come to use its accounts yet; a move or a birth that takes
  several accounts at once.
- People in one house without flat numbers on record.

## What to check
- Does the policy allow it, and did a second person approve?
- Do the relatives know of the accounts, and do they use them?
- Did the openings fall into the last days before a goal?

## References
Wells Fargo's board, Sales Practices Investigation Report, 2017 (one manager's family held 24, 18, 21, 14 and 4
accounts). FCA, final notice to Lloyds TSB and Bank of Scotland, 2013 (sales to oneself). Joined p-values: Liu and Xie,
JASA 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells
from surveil.detectors.signs import strongest

CELL = ["rep_id", "branch_id", "month"]
#: How near the customer is, how it reads, and how much an item of it says.
CIRCLE = {3: "himself", 2: "his household", 1: "his address", 0: "somebody of the firm"}
SCORES = {3: 0.9, 2: 0.7, 1: 0.5, 0: 0.2}


class Parameters(base.Parameters):
    """What may be set."""

    circle_rate: float = param(
        0.005, unit="share of days with business", ge=0.0001, le=0.2, citation="our judgement: about once a year",
        meaning="how often honest staff serve themselves or their family, where the policy allows it",
    )  # fmt: skip
    families_differ: float = param(
        0.5, unit="coefficient of variation", ge=0.0, le=2.0,
        citation="our judgement: few have a large family that banks with the firm, many have nobody",
        meaning="how much the rates of honest staff differ from each other",
    )  # fmt: skip
    least_colleague_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=1,
        citation="our judgement: somebody has to serve the staff, and they can speak for themselves",
        meaning="the p-value of business with others of the firm, and of accounts that relatives use, is no smaller",
    )  # fmt: skip
    colleague_rate: float = param(
        0.03, unit="share of days with business", ge=0.0001, le=0.5,
        citation="our judgement: staff bank with their firm",
        meaning="how often honest staff serve others who work for the firm",
    )  # fmt: skip


class SelfAndFamily(Detector):
    """Business with oneself, one's household and colleagues."""

    id = "UA14"
    slug = "self_and_family"
    name = "Sales to oneself, family or colleagues"
    version = "19"
    family = Family.UNAUTHORIZED
    typology = "T13"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by", "reps.customer_id")
    in_parts = True
    models = ("circle_deals", "deal_day_counts", "known_staff")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows, days = measured["circle_deals"], measured["deal_day_counts"]
        own, differ = rows["near"] > 0, parameters.families_differ
        in_use = own & (rows["near"] < 3) & (rows["used"] == 1)
        circle, relatives, colleagues = (
            _tests(days, rows[near], what, ordinary, differ)
            for near, what, ordinary in (
                (own & ~in_use, "days had business with himself or his family", parameters.circle_rate),
                (in_use, "days had business with relatives, who use their accounts", parameters.circle_rate),
                (~own, "days had business with others of the firm", parameters.colleague_rate),
            )
        )
        # The staff, and a family, are served by somebody, who has them all: that alone must not flag him.
        for tests in (relatives, colleagues):
            tests["p_value"] = tests["p_value"].astype(float).clip(lower=parameters.least_colleague_p)
        items = base.frame(
            base.ITEM_COLUMNS,
            feed=rows["feed"],
            key=rows["deal_id"],
            rep_id=rows["rep_id"],
            customer_id=rows["customer_id"],
            account_id=rows["account_id"],
            branch_id=rows["branch_id"],
            day=rows["day"],
            score=rows["near"].map(SCORES).astype(float),
            detail=base.details(rows.assign(customer=rows["near"].map(CIRCLE)), ["product_code", "customer"]),
        )
        staff = measured["known_staff"]
        unknown = int((staff["reps"] - staff["known"]).sum())
        gap = Gap(unknown, "representatives of whom neither an own customer record nor an address is known")
        return Decision(
            items, strongest([circle, relatives, colleagues]), int(days["n"].sum()), (gap,) if unknown else ()
        )


def _tests(
    days: pd.DataFrame, found: pd.DataFrame, what: str, ordinary: float, differ: float
) -> pd.DataFrame:
    once = found.sort_values(["day", "feed", "deal_id"]).drop_duplicates(["rep_id", "day"])
    done = once.groupby(CELL, as_index=False).size()
    cells = days.merge(done, on=CELL, how="left").assign(stratum=what)
    happened = cells["size"].fillna(0).astype("int64")
    # A test of somebody with no such day says nothing; it would only blunt the other.
    tests = rare_tests(rate_cells(cells, happened, ("stratum",)), what, ordinary, differ)
    return tests.query("observed > 0")
