"""
# CS07 Replaced long before its end

## What it finds
Unit trusts, annuities and structured notes that a representative had a customer give up long before they ended, to buy
something else.

## Why it matters
The customer pays sales charges and surrender fees twice for what he already has; the representative earns twice. It was the
subject of FINRA's review of early rollovers of unit trusts, and of cases on annuities and market-linked notes.

## How it decides
A sale that names the sale it replaces counts when the earlier one had {uit_days} days or more to run (unit trusts), or
{term_days} days or more (annuities and notes). The end is the earlier sale's maturity; where that is not on record, the day
it was sold plus the product's lock-up. The number of early replacements among all his sales of such products is compared
with colleagues' and with an ordinary share of {ordinary_rate}; the larger p-value counts. The cost is told with each item:
commission of the new sale, amount, days left. A single early replacement is never an alert by itself. That sales are marked
unsolicited excuses nobody, as whoever churns can mark them so, or write the customers' letters; but the alert says of how
many that is so, for that is what to ask about first.

## What it misses
Replacements that the sale does not name, and a purchase under another customer of the household.

## Innocent explanations
- The customer needed the money, or his circumstances changed (a divorce, taxes, an estate); he asked for it himself. Each
  item says whether it was recommended, the alert how many are marked unsolicited.
- The trust or note was called, merged or liquidated by its issuer before its end.
- A loss was taken for tax reasons, or a rider or a better contract was worth more than it cost: ask for the comparison.

## What to check
- Is there the customer's own letter, message or recorded call from before each sale that is marked unsolicited, in his own
  words? Letters of one wording, from many customers, are the representative's.
- Switch letter, cost comparison and the supervisor's approval of each.
- Is the new product of the same kind, series or strategy as the old?
- Was the commission shared or waived?

## References
Unit trusts: FINRA's targeted examination of rollovers (100 days). Variable annuities: FINRA and Wells Fargo Advisors,
2020 (surrendered for funds). Notes: SEC and Wells Fargo Advisors, 2018 (sold before they matured).
Marks: FINRA rules 2010 and 4511 (solicited orders that are marked unsolicited are false records).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells

DAYS_A_MONTH = 365.25 / 12
TERM_FAMILIES = ("uit", "annuity", "structured_note")
CELL = ["rep_id", "branch_id", "branch_kind", "month"]


class Parameters(base.Parameters):
    """What may be set."""

    uit_days: int = param(
        100, unit="days", ge=1, le=730, citation="FINRA's targeted examination of unit trust rollovers",
        meaning="days a unit trust had left from which its replacement is early",
    )  # fmt: skip
    term_days: int = param(
        100, unit="days", ge=1, le=3650, citation="our judgement: as for unit trusts",
        meaning="days an annuity or a note had left from which its replacement is early",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.01, unit="share of sales of such products", ge=0.0001, le=0.2,
        citation="our judgement: customers who need their money early are few, but there are some",
        meaning="share that is replaced early for the customer's own reasons",
    )  # fmt: skip


class EarlyReplacement(Detector):
    """Trusts, annuities and notes given up long before their end for another sale."""

    id = "CS07"
    slug = "early_replacement"
    name = "Replaced long before its end"
    version = "11"
    family = Family.COMPETENCE
    typology = "T26 T27 T28"
    severity = Severity.HIGH
    needs = ("sales.replaces_sale_id",)
    in_parts = True
    models = ("replaced_sales", "term_sale_counts")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["replaced_sales"]
        orphans = (rows["earlier_known"] == 0).astype(bool)
        termed = rows["earlier_family"].isin(TERM_FAMILIES)
        left = days_left(rows)
        limit = rows["earlier_family"].map({"uit": parameters.uit_days}).fillna(parameters.term_days)
        early = (termed & (left >= limit)).fillna(False).astype(bool)

        counts = measured["term_sale_counts"]
        done = rows[early].groupby(CELL, as_index=False, dropna=False).size()
        cells = counts.merge(done, on=CELL, how="left").assign(stratum="trusts, annuities and notes")
        cells["size"] = cells["size"].fillna(0).astype("int64")
        judged = rate_cells(cells, cells["size"], stratum=("stratum", "branch_kind"))
        what = "sales of trusts, annuities and notes replaced another long before its end"
        gaps = (
            Gap(int(orphans.sum()), "the sale that was replaced is not in the extract"),
            Gap(
                int((termed & left.isna()).sum()),
                "neither maturity nor lock-up of the replaced product is on record",
            ),
        )
        return Decision(
            _items(rows[early], left[early]),
            _explained(rare_tests(judged, what, parameters.ordinary_rate), rows[early]),
            int(counts["n"].sum()),
            tuple(gap for gap in gaps if gap.count),
        )


def days_left(rows: pd.DataFrame) -> pd.Series:
    """Days from the replacement to the end of what was replaced; missing where the end is not on record."""
    lockup = (rows["lockup_months"].astype("Float64") * DAYS_A_MONTH).round()
    end = rows["end_day"].astype("Float64").fillna(rows["earlier_day"].astype("Float64") + lockup)
    return (end - rows["day"].astype("Float64")).astype("Int64")


def _explained(tests: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The tests, with how many of whose early replacements are marked unsolicited."""
    # A sale that was not solicited, and of which nobody knows whether it was recommended, is marked so, too.
    unasked = (rows["advice"] == "unsolicited") | ((rows["advice"] == "") & (rows["solicited"] == 0))
    by_rep = unasked.fillna(False).astype(int).groupby(rows["rep_id"]).agg(["sum", "size"])
    told = {
        rep: f"{marked} of {replaced} early replacements are marked unsolicited: the customers may have asked for them. "
        "The mark alone proves nothing; look for their own words from before the sales."
        for rep, marked, replaced in by_rep.itertuples()
        if marked
    }
    return tests.assign(explanation=tests["subject_id"].map(told))


def _items(rows: pd.DataFrame, left: pd.Series) -> pd.DataFrame:
    held = (rows["day"] - rows["earlier_day"]).clip(lower=0)
    told = rows.assign(days_left=left, days_held=held)
    shown = ["product_code", "earlier_product", "replaces_sale_id", "days_left", "days_held", "amount_cents",
             "commission_cents", "advice"]  # fmt: skip
    return base.frame(
        base.ITEM_COLUMNS,
        **base.about(rows, "sales", key="sale_id", day="day"),
        # The larger the part of its life that was given up, the less the customer had of what he paid for.
        score=(left / (left + held)).astype(float).clip(0, 1),
        detail=base.details(told, shown),
    )
