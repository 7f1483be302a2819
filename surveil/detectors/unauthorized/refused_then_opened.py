"""
# UA09 Refused, then opened

## What it finds
Products that staff opened for a customer who had declined that very product within the {cooling_days} days before, with
no yes of his on record since. And representatives to whom this happens more often than expected.

## Why it matters
A customer who has said no is one of whom it is known that he did not ask. An account of his that appears some days later
needs a better reason than a goal.

## How it decides
A refusal is a contact of any kind about the product that the customer declined, or after which he opted out; of several
the last one counts. A contact that he accepted, about the product or about nothing in particular, takes it back, up to
the day of the opening. A visit or call of his own about the product does not, but lowers the item's score to a share of
{came_back_weight}, and is not held against the representative. Each customer is held against him once, however much was
opened at once. The rate among all openings whose {cooling_days} days before the contacts' extract covers is compared with
colleagues' openings of the same product, channel and kind of branch, and held against a missing note in {slip_rate} of
them.

## What it misses
Refusals that nobody wrote down, and a yes that was written down for him.

## Innocent explanations
- The customer thought it over and came back, and nobody noted the yes.
- A spouse declined on the phone what the other one then asked for.
- The refusal was of one offer of the product (a rate, a limit), not of the product.
- He declined the call, not the product.

## What to check
- Who called whom after the refusal, and is there a recording?
- Is there a consent, and has the customer used the account?
- Was it the same representative who had been refused?

## References
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016): accounts that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells


class Parameters(base.Parameters):
    """What may be set."""

    cooling_days: int = param(
        30, unit="days", ge=1, le=365, measured=True,
        citation="our judgement: a month; a firm's own cooling period goes first",
        meaning="days after a refusal within which an opening needs a later yes",
    )  # fmt: skip
    slip_rate: float = param(
        0.002, unit="share of openings", ge=0.0001, le=0.1,
        citation="our judgement: one forgotten note in five hundred",
        meaning="how often an opening after a refusal is an ordinary slip of the log",
    )  # fmt: skip
    came_back_weight: float = param(
        0.5, unit="share", ge=0, le=1, citation="our judgement: a visit about the product is half an answer",
        meaning="what an item's score is worth where the customer asked about the product since",
    )  # fmt: skip


class RefusedThenOpened(Detector):
    """Openings of what the customer had declined."""

    id = "UA09"
    slug = "refused_then_opened"
    name = "Opened after a refusal"
    version = "15"
    family = Family.UNAUTHORIZED
    typology = "T02"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "contacts", "contacts.outcome", "contacts.product_code")
    in_parts = True
    models = ("refused_then_opened_items", "refused_then_opened_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["refused_then_opened_cells"]
        known = cells[cells["known"] == 1]
        counted = rate_cells(known, known["refused"] == 1)
        what = "openings were of what the customer had just declined (each customer once)"
        tests = rare_tests(counted, what, parameters.slip_rate)
        rows = measured["refused_then_opened_items"]
        # The sooner after the no, the less time there was for a change of mind.
        sooner = 1 - rows["days_after_refusal"].astype(float) / (2 * parameters.cooling_days)
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            score=sooner * np.where(rows["came_back"] == 1, parameters.came_back_weight, 1.0),
            detail=base.details(
                rows, ["product_code", "channel", "days_after_refusal", "refused_to_opener", "came_back"]
            ),
        )
        uncovered = int(cells["n"][cells["known"] == 0].sum())
        gap = Gap(
            uncovered,
            f"the contacts' extract does not cover the {parameters.cooling_days} days before the opening",
        )
        return Decision(items, tests, int(known["n"].sum()), (gap,) if uncovered else ())
