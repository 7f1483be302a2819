"""
# UN04 Fees on unused accounts

## What it finds
Fees and overdraft charges on accounts that staff opened and whose customer never used them, and charges on the
customer's other account within {knock_on_days} days after money was moved from it to such an account.

## Why it matters
This is what the customer lost, in money: the sum to be paid back. Of two million doubtful accounts at one bank, a
hundred and thirty thousand had fees, refunded with some three million dollars.

## How it decides
An account is in question when its customer did nothing with it up to its product's horizon (as in UN01), or until it
was closed. Every charge is an item with what was charged and what was refunded on that account since; its score is the
share that was not given back, and half of it for charges on the other account, where the link is only likely. It lists
items; who opens too many unused accounts is told by UN02, whose alerts they stand behind.

## What it misses
Interest, lost bonuses and a worse credit score; money lost over more than one other account.

## Innocent explanations
- A service fee that the customer agreed to and forgot, on an account he wanted.
- An overdraft on the other account that had nothing to do with the transfer.
- Fees waived or refunded in a way that the extract does not show as a refund.

## What to check
- Does the customer want the account? If not, refund the charges and what followed from them.
- Were other customers of the same opener charged alike?

## References
Wells Fargo's analysis of accounts, 2016 and 2017: 130,000 of 2.1 million accounts had fees, 190,000 of 3.5 million in
the wider one. Refunds: CFPB consent order 2016-CFPB-0015.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.unused.horizons import HorizonParameters


class Parameters(HorizonParameters):
    """The horizons, and how far a charge may follow a transfer."""

    knock_on_days: int = param(
        10, unit="days", ge=0, le=60, measured=True, citation="our judgement: an overdraft shows within two weeks",
        meaning="days after money was moved away within which a charge on that account is a consequence",
    )  # fmt: skip


class FeesOnUnused(Detector):
    """Charges on accounts nobody used, and what followed from them."""

    id = "UN04"
    slug = "fees_on_unused"
    name = "Fees on unused accounts"
    version = "14"
    family = Family.UNUSED
    typology = "T02"
    severity = Severity.MEDIUM
    supports = "UN02"
    needs = ("accounts.opened_by", "transactions", "transactions.amount")
    in_parts = True
    models = ("charges_on_unused",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        every = measured["charges_on_unused"]
        horizon = parameters.horizons(every)
        due = (every["seen_days"] >= horizon) | ((every["closed_in_sight"] == 1) & horizon.notna())
        due = due.fillna(False).astype(bool)
        rows = every[due]
        kept = (1 - rows["refunded_cents"] / rows["charged_cents"]).astype(float).clip(lower=0)
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "transactions", key="transaction_id", day="posted_day"),
            score=kept * (1 - 0.5 * rows["knock_on"].astype(float)),
            detail=base.details(
                rows, ["product_code", "cents", "charged_account_id", "charged_cents", "refunded_cents", "knock_on",
                       "seen_days"],
            ),
        )  # fmt: skip
        early = int((~due).sum())
        gap = Gap(
            early, "charges on accounts younger than their horizon, or of a kind that is not meant to be used"
        )
        return Decision(items, examined=len(rows), gaps=(gap,) if early else ())
