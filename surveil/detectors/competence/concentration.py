"""
# CS05 Too much of the customer's money in one place

## What it finds
Sales that put a large part of the customer's liquid net worth into one product, or with which one family of products comes
to hold a large part of it; and representatives who do so more often than colleagues.

## Why it matters
Who has most of his ready money in one investment cannot bear its loss, nor get at it when he needs it.

## How it decides
A sale counts when its amount, or all that the customer was sold of the family so far, is {share_percent} percent or more
of his liquid net worth; {complex_percent} percent for products of complexity {complex_from} or more. What was reversed or
replaced is not counted; shares are traded, so that only the single sale counts there; managed portfolios, insurance and
credit are left out. The net worth is that of the day of the sale, by the log of changes. Where it is not on record, or
recorded as nothing, the sale is not judged. The share of his customers with such a sale is compared with that of
colleagues who sold the same family, complex or not, on advice or not, to customers of like means (fifths of the firm's
sales by liquid net worth, as an ordinary sale is a large part of little), over the whole time and over the months that
stand out most (from his own others, too); both p-values are joined (Cauchy). No single sale is an alert.

## What it misses
What the customer holds elsewhere, and net worth that was written up to fit.

## Innocent explanations
- The net worth on record is old: an inheritance or the sale of a house came in between.
- An annuity was bought with money from a retirement plan, which liquid net worth leaves out.
- The customer asked for it himself (each item says whether it was
  recommended), or holds much more with another firm.

## What to check
- Where did the money come from, and what is left?
- The source and the date of the net worth on record.

## References
FINRA Rule 2111; Regulation Best Interest, 17 CFR 240.15l-1. What share is too much is our judgement.
Scan over months in the manner of Kulldorff 1997. Joined p-values: Liu and Xie, JASA 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.clusters import SPARSE, customer_cells
from surveil.detectors.competence.profiles import with_values
from surveil.detectors.episodes import with_episodes
from surveil.detectors.rates import rate_tests

STRATUM = ("family", "advice", "complex", "means")
#: Customers are compared with those of like means: the less somebody has, the larger a part of it an ordinary sale is.
MEANS = 5


class Parameters(base.Parameters):
    """What may be set."""

    share_percent: int = param(
        50, unit="percent of liquid net worth", ge=5, le=100,
        citation="our judgement: most of what is quickly available",
        meaning="share in one sale or family from which it is too much",
    )  # fmt: skip
    complex_percent: int = param(
        30, unit="percent of liquid net worth", ge=5, le=100,
        citation="our judgement: issuers and states limit illiquid products to shares between 10 and 50 percent",
        meaning="the same for complex products",
    )  # fmt: skip
    complex_from: int = param(
        4, unit="steps of five", ge=1, le=5,
        citation="our judgement", meaning="complexity from which a product is complex",
    )  # fmt: skip


class Concentration(Detector):
    """Sales that put too much of a customer's liquid net worth in one product or family."""

    id = "CS05"
    slug = "concentration"
    name = "Too much in one place"
    version = "11"
    family = Family.COMPETENCE
    typology = "T30"
    severity = Severity.HIGH
    needs = ("sales", "customers.liquid_net_worth")
    in_parts = True
    models = ("invested_sales", "profile_then")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = with_values(measured["invested_sales"], measured["profile_then"])
        worth = rows["liquid_net_worth"].astype("Float64")
        known = (worth > 0).fillna(False).astype(bool)
        rows = rows[known]
        limit = limits(rows, parameters.share_percent, parameters.complex_percent, parameters.complex_from)
        percent = percent_of_worth(rows)
        much = percent >= limit
        worth = rows["liquid_net_worth"].astype(float)
        alike = rows.assign(
            means=np.ceil(MEANS * worth.rank() / max(len(rows), 1)).astype("int64"),
            complex=is_complex(rows, parameters.complex_from),
        )
        tests = with_episodes(
            rate_tests(
                customer_cells(alike, much, STRATUM, "day"),
                "customers with too much of their liquid net worth in one place",
                settings=SPARSE,
            )
        )
        unknown = Gap(
            int((~known).sum()), "the customer's liquid net worth is not on record, or recorded as nothing"
        )
        return Decision(
            _items(rows[much], percent[much], limit[much]),
            tests,
            len(rows),
            (unknown,) if unknown.count else (),
        )


def percent_of_worth(rows: pd.DataFrame) -> pd.Series:
    """What was put in one place, by the sale or with what was held, in percent of liquid net worth (above zero)."""
    total = rows[["amount_cents", "held_cents"]].max(axis=1).astype(float)
    return 100 * total / rows["liquid_net_worth"].astype(float)


def limits(rows: pd.DataFrame, share_percent: int, complex_percent: int, complex_from: int) -> pd.Series:
    """The percentage that is too much, by the complexity of what was sold."""
    usual = pd.Series(float(share_percent), index=rows.index)
    return usual.mask(is_complex(rows, complex_from), float(complex_percent))


def is_complex(rows: pd.DataFrame, complex_from: int) -> pd.Series:
    """Whether what was sold is complex; not where its complexity is not on record."""
    return (rows["complexity"] >= complex_from).fillna(False).astype(bool)


def _items(rows: pd.DataFrame, percent: pd.Series, limit: pd.Series) -> pd.DataFrame:
    told = rows.assign(percent_of_liquid_net_worth=percent.round(1), limit_percent=limit)
    shown = ["product_code", "advice", "amount_cents", "held_cents", "liquid_net_worth",
             "percent_of_liquid_net_worth", "limit_percent"]  # fmt: skip
    return base.frame(
        base.ITEM_COLUMNS,
        **base.about(rows, "sales", key="sale_id", day="day"),
        score=percent / (percent + limit),
        detail=base.details(told, shown),
    )
