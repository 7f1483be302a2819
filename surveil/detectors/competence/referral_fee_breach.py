"""
# RF03 Referral fee against the rule

## What it finds
Fees for referrals of securities, insurance, advice or mortgages paid to somebody who is not registered for them: more than a
nominal amount, or on condition that something is sold.

## Why it matters
An unregistered person may be paid a small fixed fee for a referral, whatever comes of it. More than that makes him a
seller without a licence, and gives him a reason to press.

## How it decides
A list and two tests, for products that require a registration; what a firm pays its staff for referring a card or a
deposit is its own affair. A fee above {nominal_cents} cents, or one whose basis is a sale, is listed when its giver held
none of the registrations the product requires on that day and is not marked as registered. Customers with a net worth of
{exempt_cents} cents or more are exempt from the limit and counted apart. So is what the firm's own schedule pays: an
amount that most fees for that product on that basis come to, paid to {schedule_givers} people or more, is the firm's
breach, if it is one. A fee, a customer or a registration that is not on record is not a breach.

Breaches beyond the {ordinary_rate} of fees that are entered wrongly, and beyond colleagues' share, are tested, so that
who did it often ranks before who did it once. Where what the fee is paid for is not on record, a practice is looked for
instead: of those paid for converted referrals, who gets nothing for the referrals that were declined after a meeting,
more often than colleagues? That is no list.

## What it misses
Fees paid in kind, through payroll, or to somebody else for him.

## Innocent explanations
- A registration whose record is late or missing.
- Several referrals paid in one sum, or a correction of earlier fees.
- A fee for an institutional customer, for whom larger fees are allowed.

## What to check
- The fee schedule of that time, and who approved the exception.
- Referral fees among the payouts of the same weeks.

## References
Regulation R, 12 CFR 218.700 and 218.701 (17 CFR 247.700 and 247.701): a nominal fee of a fixed amount, not contingent
on a sale; more for customers of high net worth, under conditions.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells, rate_tests
from surveil.detectors.signs import strongest


class Parameters(base.Parameters):
    """What may be set."""

    nominal_cents: int = param(
        2_500, unit="cents", ge=0, le=100_000, citation="Regulation R names no figure; 25 dollars is the usual cap",
        meaning="highest fee that is nominal",
    )  # fmt: skip
    exempt_cents: int = param(
        500_000_000, unit="cents", ge=1_000_000, citation="Regulation R, 12 CFR 218.701: 5 million dollars",
        meaning="net worth from which a customer's referral may be paid more",
    )  # fmt: skip
    schedule_givers: int = param(
        10, unit="representatives", ge=2, le=1000, citation="our judgement: so many are not paid alike by chance",
        meaning="representatives paid the same amount, as most are, from which it is the firm's own fee schedule",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.01, unit="share of fees", ge=0.0001, le=0.1,
        citation="our judgement: one fee in a hundred is entered wrongly",
        meaning="share of fees that are against the rule by mistake",
    )  # fmt: skip


class ReferralFeeBreach(Detector):
    """Referral fees to the unregistered that are too high, or depend on a sale."""

    id = "RF03"
    slug = "referral_fee_breach"
    name = "Referral fee against the rule"
    version = "13"
    family = Family.COMPETENCE
    typology = "T20"
    severity = Severity.MEDIUM
    needs = ("referrals.fee_paid", "products.requires", "reps")
    in_parts = True
    models = ("paid_referrals",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["paid_referrals"]
        paid = _true(rows["fee_cents"] > 0)
        unregistered = _true(rows["registered"] == 0)
        high = _true(rows["fee_cents"] > parameters.nominal_cents)
        on_sale = paid & _true(rows["fee_basis"] == "sale")
        exempt = _true(rows["net_worth_cents"] >= parameters.exempt_cents)
        odd = unregistered & (high | on_sale)
        against = odd & ~exempt
        scheduled = against & _by_schedule(rows, paid & unregistered, parameters.schedule_givers)
        breach = against & ~scheduled
        fee_known, status_known = rows["fee_cents"].notna(), rows["registered"].notna()
        no_basis = rows[unregistered & fee_known & rows["fee_basis"].isna()]
        gaps = (
            Gap(int((odd & exempt).sum()), "customers of high net worth, for whom larger fees are allowed"),
            Gap(
                int(scheduled.sum()),
                "against the rule by the firm's own fee schedule, which pays most people the same: not held against who is "
                "paid, but a question for the firm",
            ),
            Gap(
                int((paid & ~status_known).sum()),
                "paid to representatives of whom it is not known whether they are registered",
            ),
            Gap(int((~fee_known).sum()), "the fee is not on record"),
        )
        return Decision(
            _items(rows[breach], high[breach], on_sale[breach]),
            strongest(
                [
                    _breach_tests(rows[unregistered & paid & ~exempt & ~scheduled], breach, parameters),
                    _unpaid_tests(no_basis),
                ]
            ),
            int((fee_known & status_known).sum()),
            tuple(gap for gap in gaps if gap.count),
        )


def _true(condition: pd.Series) -> pd.Series:
    """What is not known does not hold."""
    return condition.fillna(False).astype(bool)


def _by_schedule(rows: pd.DataFrame, compared: pd.Series, givers: int) -> pd.Series:
    """Of the fees `compared`, those of the amount that most are paid for that product on that basis, and so many people."""
    paid = rows[compared].fillna({"fee_basis": ""})
    kind = ["product_code", "fee_basis"]
    alike = paid.groupby([*kind, "fee_cents"])["rep_id"]
    most = alike.transform("size") * 2 > paid.groupby(kind)["rep_id"].transform("size")
    return (most & (alike.transform("nunique") >= givers)).reindex(rows.index, fill_value=False)


def _breach_tests(paid: pd.DataFrame, breach: pd.Series, parameters: Parameters) -> pd.DataFrame:
    """Of the fees paid to somebody unregistered, the share against the rule: how much more than a mistake it is."""
    cells = rate_cells(paid.assign(n=1), breach[paid.index], ("family",))
    return rare_tests(cells, "fees were against the rule", parameters.ordinary_rate)


def _unpaid_tests(rows: pd.DataFrame) -> pd.DataFrame:
    """Of those paid for conversions, the share of declined referrals that were paid nothing."""
    winners = rows["rep_id"][(rows["outcome"] == "converted") & (rows["fee_cents"] > 0)]
    declined = rows[(rows["outcome"] == "declined") & rows["rep_id"].isin(winners)]
    cells = rate_cells(declined.assign(n=1), (declined["fee_cents"] == 0).astype(bool), ("family",))
    return rate_tests(cells, "declined referrals for which nothing was paid").tests


def _items(rows: pd.DataFrame, high: pd.Series, on_sale: pd.Series) -> pd.DataFrame:
    why = np.select(
        [high & on_sale, high],
        ["more than nominal, and on condition of a sale", "more than a nominal fee"],
        "on condition of a sale",
    )
    return base.frame(
        base.ITEM_COLUMNS,
        feed="referrals",
        key=rows["referral_id"],
        rep_id=rows["rep_id"],
        customer_id=rows["customer_id"],
        branch_id=rows["branch_id"],
        day=rows["day"],
        score=1.0,
        detail=base.details(
            rows.assign(why=why), ["product_code", "to_rep_id", "why", "fee_cents", "fee_basis", "outcome"]
        ),
    )
