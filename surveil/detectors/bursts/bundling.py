"""
# QB06 Bundling

## What it finds
Representatives who, more often than colleagues, open {least_products} or more products for one customer on one day, with
more unused ones among them than in colleagues' such sittings. Listed are the unused products of such sittings, where
{least_unused} or more are.

## Why it matters
Customers who come for one account are told that others belong to it, or are not told at all. Each product counts as a
sale; those nobody wanted cost the customer fees.

## How it decides
All that one representative opens for one customer on one day, cards and enrolments included, is a sitting. The share of
his sittings with {least_products} or more products is compared with that of colleagues' sittings with new or known
customers, through the same channel, at the same kind of branch, corrected for the branch and its month. And the products of
these sittings are compared with the same products of colleagues' such sittings: how many had no action of the customer
within the product's horizon, else {quality_days} days. Both are looked at over the whole time and over the months that
stand out most (from his own others, too). The two p-values are joined by Fisher's method; selling several products at
once may serve the customer, so its p-value counts as no smaller than {least_effort_p}.

## What it misses
Products spread over several days, and unwanted ones that somebody uses for show.

## Innocent explanations
- A welcome package that the bank itself puts together: everybody opens it, and the rate is everybody's.
- A family or a new business that sets up all it may need at once.
- Products of the package that are meant to lie still, such as an overdraft line: give them their own horizon.

## What to check
- Do the same products come together again and again, in the same minutes?
- Was each product's consent given on its own? What did the customer come for?

## References
Los Angeles City Attorney against Wells Fargo, complaint of 2015 (products said to come only as a package). Bank Holding
Company Act, section 106 (tying). Scan over months in the manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.episodes import with_episodes
from surveil.detectors.quality import QualityParameters, with_quality
from surveil.detectors.rates import peer_chance, rate_cells, rate_tests

STRATUM = ("is_new", "channel", "branch_kind")
USE_STRATUM = ("product_code", "channel", "branch_kind")


class Parameters(QualityParameters):
    """What may be set."""

    least_products: int = param(
        4, unit="products", ge=2, le=6, citation="our judgement: four in one session are seldom asked for",
        meaning="products opened for one customer on one day from which they may be a bundle",
    )  # fmt: skip
    least_unused: int = param(
        2, unit="products", ge=1, le=6, citation="our judgement: one unused of four is nothing odd",
        meaning="never used products in one sitting from which they are listed",
    )  # fmt: skip
    least_effort_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=1,
        citation="our judgement: selling well must not flag anybody among a hundred",
        meaning="the p-value of opening several products at once counts as no smaller than this",
    )  # fmt: skip


class Bundling(Detector):
    """Sittings with several products, part of them never used."""

    id = "QB06"
    slug = "bundling"
    name = "Bundles of unused products"
    version = "20"
    family = Family.BURST
    typology = "T10"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by", "transactions")
    in_parts = True
    models = ("bundling_cells", "bundling_uses", "bundling_items")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells, uses = measured["bundling_cells"], measured["bundling_uses"]
        often = rate_tests(
            rate_cells(cells, cells["products"] >= parameters.least_products, STRATUM),
            f"sittings had {parameters.least_products} or more products",
        )
        known = uses["unused"].notna()
        judged = uses[known]
        bundled = judged[judged["products"] >= parameters.least_products]
        idle = rate_tests(
            rate_cells(bundled, bundled["unused"] == 1, USE_STRATUM), "products opened in these are unused"
        )
        rows = measured["bundling_items"]
        rows = rows[
            (rows["products"] >= parameters.least_products)
            & (rows["unused_together"] >= parameters.least_unused)
        ]
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["rep_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day", rep="opener_id"),
            score=1 - peer_chance(idle, rows, USE_STRATUM),
            detail=base.details(rows, ["product_code", "products", "unused_together"]),
        )
        unknown = int(uses["n"][~known].sum())
        gap = Gap(unknown, "products too young to be called unused, or not covered by the transactions")
        tests = with_quality(with_episodes(often), with_episodes(idle), parameters.least_effort_p)
        return Decision(items, tests, int(judged["n"].sum()), (gap,) if unknown else ())
