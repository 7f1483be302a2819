"""
# UN01 Never used

## What it finds
Accounts and features, opened by staff or by the customer himself, with which their customer has done nothing since, and
which are older than the horizon of their product (where it states none: {deposit_days} days for deposits, {card_days}
for cards, {credit_line_days} for credit lines, {feature_days} for features; for what binds its customer for a time that time
and a quarter of a year).

## Why it matters
An account nobody uses is the trace that most unauthorized accounts leave. It is also a cost without a profit.

## How it decides
Use is what the customer starts. Interest, fees, system postings, the opening deposit (money put in within
{opening_deposit_days} days), tokens of up to {token_cents} cents, the two legs of simulated funding, and money that one
source lent to several unrelated customers of an opener and took back are not use. An account is judged only when the
transactions' extract covers its whole life up to the horizon; a younger one is *not yet known*, one opened before the
extract begins is *not known*. It lists items; who opens too many of them is UN02.

## What it misses
Accounts used once by somebody else, and logins that the extract does not hold.

## Innocent explanations
- Products that are meant to lie still: emergency savings, back-up cards, term deposits of which the extract does not say for
  how long they bind. Give them their own horizon.
- Student and payroll accounts are often used late: compare with their like (UN02), not with all.
- The customer moved, fell ill or died.

## What to check
- Does the customer know of the account? Ask on contact data from before the opening.
- Was there a consent, a visit, an application?

## References
Children's savings at Commonwealth Bank of Australia (The Guardian, 19 May 2018). CFPB consent order on U.S. Bank, 2022,
after which the bank pays its people only for accounts that customers use.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector
from surveil.detectors.unused.horizons import HorizonParameters, UseParameters, gaps


class Parameters(UseParameters):
    """Those of the model it reads."""


class NeverUsed(Detector):
    """Accounts without any action of the customer within the product's horizon."""

    id = "UN01"
    slug = "never_used"
    name = "Never used"
    version = "15"
    family = Family.UNUSED
    typology = "T16 T18"
    severity = Severity.LOW
    supports = "UN02"
    needs = ("transactions",)
    in_parts = True
    models = ("never_used_items", "use_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["never_used_items"]
        horizon = parameters.horizons(rows)
        due = (rows["seen_days"] >= horizon).fillna(False)
        rows, horizon = rows[due], horizon[due].astype("int64")
        seen = rows["seen_days"].astype("int64")
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            # Twice the horizon without a sign of life says more than one day past it.
            score=seen / (seen + horizon),
            detail=base.details(
                rows.assign(horizon_days=horizon), ["product_code", "seen_days", "horizon_days"]
            ),
        )
        cells = measured["use_cells"]
        return Decision(
            items, examined=int(cells["n"][_mature(cells, parameters)].sum()), gaps=gaps(cells, parameters)
        )


def _mature(cells: pd.DataFrame, parameters: HorizonParameters) -> pd.Series:
    return (cells["seen_days"] >= parameters.horizons(cells)).fillna(False)
