"""
# CS01 Sale without the registration

## What it finds
Sales, and openings without a sale record, of a product that requires a registration, licence or training which the
representative did not hold on that day: never granted, ended, suspended, inactive for continuing education, or not for the
customer's state.

## Why it matters
Who sells what he is not registered for does not know it well enough, and the firm breaks the rules of registration. It
is the plainest breach there is: every single one is listed.

## How it decides
A rule. Each clause of the product's requirement must be met by a spell in force on the day of the sale. Terms that a state
grants need a spell for the customer's state where the product says so; series and training are national. A sale and the
account it belongs to are one item. Not known is not a breach: a representative without any registrations on file (unless he
is marked as not registered), and a customer whose state is not on record, are counted as not examined. A registration that
was recorded after the sale with an earlier grant is a late record: counted, not a breach.
The representative's rate among all regulated sales is tested beside it, to rank those who do it often.

## What it misses
Sales booked under a registered colleague's number, and advice without a sale.

## Innocent explanations
- The registration's record is late or its extract is incomplete.
- An unsolicited order, or a product code that carries the wrong requirement.
- The customer moved to another state between the order and its booking.

## What to check
- The public register on the day of the sale.
- Who talked with the customer, and who was paid?

## References
Regulation notes 2.3, 2.4 and T19.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rates import rate_cells, rate_tests
from surveil.statistics.rates import RateSettings

#: Why a clause is not met, the clearest breach first, and how it reads.
REASONS = {
    "inactive": "registration suspended, lapsed or inactive on that day",
    "wrong_state": "registered, but not for the customer's state",
    "ended": "registration had ended by that day",
    "later": "registration granted only after that day",
}
NEVER = "no such registration on file"


class Parameters(base.Parameters):
    """What may be set."""

    ordinary_rate: float = param(
        0.002, unit="share of regulated sales", ge=0.0001, le=0.05,
        citation="ours: records of registrations are rarely wrong; the firm's own rate counts where it is higher",
        meaning="share of regulated sales that honest errors of record make look like breaches",
    )  # fmt: skip


class UnqualifiedSale(Detector):
    """Sales without the registration that the product requires, as of the day of the sale."""

    id = "CS01"
    slug = "unqualified_sale"
    name = "Sale without the registration"
    version = "1"
    family = Family.COMPETENCE
    typology = "T19"
    severity = Severity.HIGH
    rule = True
    needs = ("registrations", "products.requires")
    models = ("unqualified_sale_items", "regulated_sale_counts")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["unqualified_sale_items"]
        breach = ((rows["known"] == 1) & (rows["unmet"] > 0)).astype(bool)
        items = _items(rows[breach])
        counts = measured["regulated_sale_counts"]
        tests = _tests(rows[breach], counts, parameters.ordinary_rate)
        not_known = rows[(rows["known"] == 0).astype(bool)]
        unclear = rows[((rows["known"] == 1) & (rows["unmet"] == 0) & (rows["unclear"] > 0)).astype(bool)]
        late = rows[((rows["known"] == 1) & (rows["unmet"] == 0) & (rows["unclear"] == 0)).astype(bool)]
        gaps = (
            Gap(
                len(not_known),
                "sales by representatives with no registrations on file: not known whether registered",
            ),
            Gap(len(unclear), "registered in some state, but the customer's state is not on record"),
            Gap(len(late), "met by a registration recorded after the sale (late record, not a breach)"),
        )
        return Decision(items, tests, int(counts["n"].sum()), tuple(g for g in gaps if g.count))


def _items(rows: pd.DataFrame) -> pd.DataFrame:
    reasons = np.select(
        [rows[name].to_numpy(dtype=int) > 0 for name in REASONS], list(REASONS.values()), NEVER
    )
    detail = base.details(rows.assign(why=reasons), ["product_code", "state", "why", "unmet", "solicited"])
    return base.frame(
        base.ITEM_COLUMNS,
        feed=rows["feed"],
        key=rows["item_key"],
        rep_id=rows["rep_id"],
        customer_id=rows["customer_id"],
        account_id=rows["account_id"],
        day=rows["day"],
        score=1.0,
        detail=detail,
    )


def _tests(breaches: pd.DataFrame, counts: pd.DataFrame, ordinary: float) -> pd.DataFrame:
    """Breaches among regulated sales against colleagues' rate, or the ordinary rate of record errors if that is higher."""
    done = breaches.groupby("rep_id").size()
    by_rep = counts.groupby("rep_id", as_index=False)["n"].sum()
    by_rep["y"] = by_rep["rep_id"].map(done).fillna(0).astype("int64")
    cells = by_rep.assign(branch_id="", month=0, stratum="regulated sales")
    judged = rate_cells(cells, happened=cells["y"], stratum=("stratum",))
    tests = rate_tests(
        judged, "regulated sales without the registration", settings=RateSettings(min_expected=0.0)
    )
    from scipy import stats

    frame = tests.tests
    floor = stats.binom.sf(frame["observed"].astype(float) - 1, frame["n"].astype(float), ordinary)
    frame["p_value"] = np.fmax(frame["p_value"].to_numpy(dtype=float), floor)
    return frame
