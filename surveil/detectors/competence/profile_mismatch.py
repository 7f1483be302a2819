"""
# CS04 Sale that does not fit the customer

## What it finds
Sales whose risk, complexity or lock-up does not fit what is on record of the customer: tolerance, objective, experience,
horizon and age; and representatives who make such sales more often than colleagues with the same products.

## Why it matters
A recommendation must be in the customer's best interest. Money that is locked up for longer than he can wait, or at risk
that he did not want, is the commonest harm in sales of investments.

## How it decides
A sale does not fit when the product's risk is {risk_gap} or more above the tolerance; when its lock-up outlasts the
horizon, or would end after the customer's {age_limit}th birthday; when its complexity is above {complexity_none} for a
customer without experience, or above {complexity_limited} for one with limited experience; or when its risk is above
{risk_preservation} for preservation, {risk_income} for income, {risk_balanced} for a balanced objective. The profile is
that of the day of the sale, by the log of changes. A profile that the seller himself changed in the {edit_days} days
before is read as it was before as well. What is not on record says nothing. The share of his customers with such a sale
is compared with that of colleagues who sold the same family, in the same kind of branch, on advice or not. No single
mismatch is an alert.

## What it misses
Profiles written to fit the sale from the start, and a series of sales each of which fits.

## Innocent explanations
- The customer asked for it himself (each item says whether it was
  recommended), or it is a small part of what he has.
- The profile on record is old, or belongs to another account of the household.
- A younger joint owner or heir stands behind a long lock-up.

## What to check
- The reasons recorded for the recommendation, and the customer's own words.
- When was the profile taken, by whom, and was it changed near the sale?

## References
FINRA Rule 2111; Regulation Best Interest, 17 CFR 240.15l-1.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.clusters import SPARSE, customer_cells
from surveil.detectors.competence.profiles import with_values
from surveil.detectors.rates import rate_tests

DAYS_A_YEAR = 365.25
STRATUM = ("family", "advice", "branch_kind")


class Parameters(base.Parameters):
    """What may be set."""

    risk_gap: int = param(
        2, unit="steps of five", ge=1, le=4, citation="our judgement: one step is a matter of judgement",
        meaning="steps of risk above the customer's tolerance from which a product does not fit",
    )  # fmt: skip
    complexity_none: int = param(
        2, unit="steps of five", ge=1, le=5, citation="our judgement: a plain fund is for everybody",
        meaning="highest complexity for a customer without experience",
    )  # fmt: skip
    complexity_limited: int = param(
        3, unit="steps of five", ge=1, le=5, citation="our judgement: one step more than for no experience",
        meaning="highest complexity for a customer with limited experience",
    )  # fmt: skip
    risk_preservation: int = param(
        2, unit="steps of five", ge=1, le=5, citation="our judgement",
        meaning="highest risk for a customer who wants to preserve what he has",
    )  # fmt: skip
    risk_income: int = param(
        3, unit="steps of five", ge=1, le=5,
        citation="our judgement", meaning="highest risk for a customer who wants income",
    )  # fmt: skip
    risk_balanced: int = param(
        4, unit="steps of five", ge=1, le=5, citation="our judgement", meaning="highest risk for a balanced objective",
    )  # fmt: skip
    age_limit: int = param(
        90, unit="years", ge=60, le=120, citation="our judgement: issuers of annuities end at about this age",
        meaning="age by which a lock-up should have ended",
    )  # fmt: skip
    edit_days: int = param(
        30, unit="days", ge=0, le=365, measured=True, citation="our judgement: the time in which a sale is prepared",
        meaning="days before the sale in which the seller's change of the profile is looked behind",
    )  # fmt: skip


class ProfileMismatch(Detector):
    """Sales that do not fit the customer's profile on the day of the sale."""

    id = "CS04"
    slug = "profile_mismatch"
    name = "Sale that does not fit the customer"
    version = "9"
    family = Family.COMPETENCE
    typology = "T30"
    severity = Severity.HIGH
    needs = ("sales", "products")
    in_parts = True
    models = ("advised_sales", "profile_then", "profile_before_edit")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        sales = measured["advised_sales"]
        then = with_values(sales, measured["profile_then"])
        signs = mismatches(then, parameters)
        edited = mismatches(with_values(then, measured["profile_before_edit"]), parameters)
        signs["profile changed by the seller just before, to fit"] = edited.any(axis=1) & ~signs.any(axis=1)
        # A condition is known where both sides of the comparison are; one known condition is enough to judge a sale.
        known = signs.iloc[:, :-1].notna().any(axis=1) | edited.notna().any(axis=1)
        bad = signs.fillna(False).any(axis=1) & known
        cells = customer_cells(sales[known], bad[known], STRATUM, "day")
        tests = rate_tests(
            cells, "customers sold something that does not fit their profile", settings=SPARSE
        ).tests
        unknown = Gap(
            int((~known).sum()), "neither side of any comparison of customer and product is on record"
        )
        return Decision(
            _items(then[bad], signs[bad].fillna(False)),
            tests,
            int(known.sum()),
            (unknown,) if unknown.count else (),
        )


def mismatches(sales: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Per sale and condition whether it is broken; missing where one of its sides is not known."""
    risk, complexity = sales["risk_level"].astype("Float64"), sales["complexity"].astype("Float64")
    lockup = sales["lockup_months"].astype("Float64")
    most_complex = sales["experience"].map(
        {
            "none": parameters.complexity_none,
            "limited": parameters.complexity_limited,
            "good": complexity.max(),
            "extensive": complexity.max(),
        }
    )
    most_risk = sales["objective"].map(
        {
            "preservation": parameters.risk_preservation,
            "income": parameters.risk_income,
            "balanced": parameters.risk_balanced,
            "growth": risk.max(),
            "speculation": risk.max(),
        }
    )
    age = (sales["day"] - sales["birth_day"]).astype("Float64") / DAYS_A_YEAR
    locked = lockup.where(lockup > 0)
    made = pd.DataFrame(
        {
            "riskier than the customer's tolerance": risk - sales["risk_tolerance"].astype("Float64")
            >= parameters.risk_gap,
            "locked up for longer than the customer's horizon": locked
            > sales["horizon_months"].astype("Float64"),
            "locked up until a very high age": age + locked / 12 > parameters.age_limit,
            "too complex for the customer's experience": complexity > most_complex.astype("Float64"),
            "riskier than the customer's objective": risk > most_risk.astype("Float64"),
        }
    )
    return made.astype("boolean")


def _items(rows: pd.DataFrame, signs: pd.DataFrame) -> pd.DataFrame:
    told = list(signs.columns)
    why = ["; ".join(t for t, there in zip(told, row, strict=True) if there) for row in signs.to_numpy()]
    count = signs.sum(axis=1).astype(float)
    shown = ["product_code", "why", "advice", "amount_cents", "risk_level", "risk_tolerance", "complexity", "experience",
             "lockup_months", "horizon_months", "objective"]  # fmt: skip
    return base.frame(
        base.ITEM_COLUMNS,
        **base.about(rows, "sales", key="sale_id", day="day"),
        score=count / (count + 1),
        detail=base.details(rows.assign(why=why), shown),
    )
