"""
# UA12 Duplicate accounts

## What it finds
Accounts that staff opened for customers who held enough of the same already: {many_held} or more of one product opened
within the last {held_days} days and still open, or fewer while the new one was never used. And representatives to whose
customers this happens more often than to colleagues'.

## Why it matters
The easiest account to make up is one more of what the customer has: name, address and papers are there. One customer
was given six checking accounts, each with its fee.

## How it decides
Judged is every opening for a customer who holds something already. Two rates are compared with colleagues' openings of
the same product for the same kind of customers who hold as many, at the same kind of branch, corrected for the branch and
its month: how often {many_held} or more of the same were held already, and how often it is another of the same that nobody
uses (judged once the product's horizon has passed; not where less than {still_percent} % of {still_openings} openings of the
product or more are used at all, as of safe deposit boxes). So nobody is blamed for serving customers who come often, nor for
products of which people have several. One into which the customer brought {money_cents} cents or more that stayed
{money_days} days is none too many (a ladder of certificates, a tenant's deposit, a reserve); money that staff moved over
does not count. Of an opener's duplicates for one customer and product only the first counts; all are listed. Both rates are
joined into one p-value. The accounts of a cash management, which are there to be empty, are left out and counted (UA03 says
how they are known).

## What it misses
Duplicates under a second customer record, in the name of another member of the household, or of a similar product with
another code. Accounts that were opened before the extract begins.

## Innocent explanations
- Businesses, trustees and savers who keep an account for each purpose: they are compared with customers of the same
  kind.
- Cash management whose sweeps are not told apart in the transactions, or that is younger than they need to show.
- Parents who open one account for each child, or joint owners who want one each.
- A new account after a theft or a breach whose old one is closed some days later.
- A campaign for a second savings account.

## What to check
- Does the customer use both? Where did the money of the second one come from?
- Was there a visit and a consent for the second one?
- Who earned a credit for it, and was it closed again?

## References
Los Angeles City Attorney against Wells Fargo, complaint of 2015 (one customer with six checking accounts). Joined
p-values: Liu and Xie, JASA 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rates import Rates, peer_chance, rate_cells, rate_tests
from surveil.detectors.signs import strongest
from surveil.detectors.unused.horizons import HorizonParameters

STRATUM = ("product_code", "holds", "customer_kind", "branch_kind")
#: Customers who hold more than this are compared with each other.
HOLDS_MOST = 3


class Parameters(HorizonParameters):
    """The horizons, and what makes a duplicate."""

    many_held: int = param(
        2, unit="accounts", ge=1, le=50, citation="our judgement: three of one kind in a year are too many",
        meaning="accounts of the same product held already from which one more is too many, used or not",
    )  # fmt: skip
    held_days: int = param(
        365, unit="days", ge=30, le=3650, measured=True,
        citation="our judgement: three of one kind in a year are too many",
        meaning="days after its opening for which an account that is still open counts as held",
    )  # fmt: skip
    money_cents: int = param(
        20_000, unit="cents", ge=1, le=10_000_000, citation="our judgement: more than staff would lend for so long",
        meaning="money left in a further account of the same product from which it is none too many",
    )  # fmt: skip
    money_days: int = param(
        60, unit="days", ge=7, le=365, measured=True, citation="our judgement: simulated funding goes back sooner",
        meaning="days after the opening for which that money must have stayed",
    )  # fmt: skip
    still_openings: int = param(
        20, unit="openings", ge=1, le=10_000, citation="our judgement: fewer may be one opener's doing",
        meaning="openings of a product from which it can be told whether its customers do anything with it",
    )  # fmt: skip
    still_percent: int = param(
        5, unit="percent of openings", ge=0, le=100, citation="our judgement: a rented safe has no movements",
        meaning="share of a product's openings that are used below which lying still says nothing",
    )  # fmt: skip


class DuplicateAccounts(Detector):
    """One more account of a product the customer holds already."""

    id = "UA12"
    slug = "duplicate_accounts"
    name = "Duplicate accounts"
    version = "18"
    family = Family.UNAUTHORIZED
    typology = "T15"
    severity = Severity.HIGH
    needs = ("accounts.opened_by",)
    in_parts = True
    models = ("repeat_openings", "product_use", "cash_management_counts")
    undivided = ("product_use",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["repeat_openings"]
        rows = rows.assign(holds=rows["held"].clip(upper=HOLDS_MOST), n=1)
        grown = (rows["seen_days"] >= parameters.horizons(rows)).fillna(False).astype(bool)
        telling = ~rows["product_code"].isin(_unused_products(measured["product_use"], parameters))
        mature = grown & telling
        wanted = (rows["money_cents"] >= parameters.money_cents).fillna(False).astype(bool)
        many = (rows["same_held"] >= parameters.many_held) & ~wanted
        idle = (rows["same_held"] > 0) & mature & rows["first_use_days"].isna() & ~wanted
        by_many = _judged(rows, many, "openings for customers who held several of the same")
        by_idle = _judged(
            rows[mature], idle[mature], "openings gave a customer another of the same that nobody uses"
        )
        listed = many | idle
        found = rows[listed]
        chance = np.where(many[listed], peer_chance(by_many, found, STRATUM), 1.0)
        chance = chance * np.where(idle[listed], peer_chance(by_idle, found, STRATUM), 1.0)
        found = found.assign(score=1 - chance, never_used=idle[listed].astype("int64").where(mature[listed]))
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(found, "accounts", key="account_id", day="opened_day"),
            score=found["score"],
            detail=base.details(
                found, ["product_code", "channel", "same_held", "held", "never_used", "seen_days"]
            ),
        )
        gaps = (
            Gap(
                int((~grown).sum()),
                "whether it is used is not known: not covered, younger than its horizon, or closed before it",
            ),
            Gap(
                int((grown & ~telling).sum()),
                "of products that hardly any customer of the firm does anything with: lying still says nothing there",
            ),
            Gap(
                int((wanted & (rows["same_held"] > 0)).sum()),
                "further accounts of the same in which their customer's money lies",
            ),
            Gap(
                int(measured["cash_management_counts"]["n"].sum()),
                "sub-accounts of a cash management, which the system sweeps",
            ),
        )
        tests = strongest([by_many.tests, by_idle.tests])
        return Decision(items, tests, len(rows), tuple(gap for gap in gaps if gap.count))


def _unused_products(use: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Products such as safe deposit boxes, of which the feeds show no use."""
    enough = use["n"] >= parameters.still_openings
    still = use["used"] * 100 < parameters.still_percent * use["n"]
    return use["product_code"][enough & still]


def _judged(rows: pd.DataFrame, happened: pd.Series, what: str) -> Rates:
    """The test of a rate in which an opener's duplicates for one customer and product count once."""
    again = happened & rows[happened].duplicated(["rep_id", "customer_id", "product_code"]).reindex(
        rows.index, fill_value=False
    )
    counted = rows[~again]
    return rate_tests(rate_cells(counted, happened[~again].astype("int64"), STRATUM), what)
