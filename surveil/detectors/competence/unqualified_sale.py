"""
# CS01 Sale without the registration

## What it finds
Sales, and openings without a sale record, of a product that requires a registration or licence which the representative
did not hold on that day: never granted, ended, suspended, inactive for continuing education, or not for the
customer's state.

## Why it matters
A registration shows that somebody was examined on what he sells; without it the customer lacks that protection, and the
firm breaks the rules of registration. Every single sale is listed.

## How it decides
A rule. Each clause of the product's requirement must be met by a spell in force on the day of the sale. Terms that a state
grants need a spell for the customer's state where the product says so; series are national. A sale and the account it
belongs to are one item. A clause of which every alternative is a code of the firm's own is training: where nothing else is
missing, the sale is listed by CS02. Not known is not a breach: a representative without any registrations on file (unless
he is marked as not registered), and a customer whose state is not on record, are counted as not examined. A registration
that was recorded after the sale with an earlier grant is a late record: counted, not a breach. Sales of products that state
no requirement are counted where the licence matrix (docs/licences.md) has a confirmed one for the family. Sales of
securities whose seller's supervisor on that day held no principal's registration are counted, with the supervisors: the
review may have been another principal's.
The representative's rate among all regulated sales is tested beside it, to rank those who do it often.
One such sale among twenty or more that were in order, or one in a hundred, is a slip to be put right: an alert of low
severity.

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
FINRA Rules 1220 (registration categories) and 1240 (continuing education); SAFE Act, Regulation G (mortgage
originators); state law on agents, adviser representatives and insurance producers.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.alerts.runs import first_of
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.competence.breaches import breach_items, breach_tests
from surveil.detectors.competence.licences import regulated_families

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
        citation="our judgement: records of registrations are rarely wrong; the firm's own rate counts where it is higher",
        meaning="share of regulated sales that honest errors of record make look like breaches",
    )  # fmt: skip


class UnqualifiedSale(Detector):
    """Sales without the registration that the product requires, as of the day of the sale."""

    id = "CS01"
    slug = "unqualified_sale"
    name = "Sale without the registration"
    version = "14"
    family = Family.COMPETENCE
    typology = "T19"
    severity = Severity.HIGH
    rule = True
    needs = ("registrations", "products.requires")
    models = (
        "unqualified_sale_items",
        "regulated_sale_counts",
        "sales_without_principal",
        "unstated_requirements",
    )
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["unqualified_sale_items"]
        breach = ((rows["known"] == 1) & (rows["unmet"] > 0)).astype(bool)
        items = breach_items(rows[breach], REASONS, NEVER, ["state", "requires"])
        counts = measured["regulated_sale_counts"]
        tests = breach_tests(
            rows[breach], counts, "regulated sales without the registration", parameters.ordinary_rate
        )
        not_known = rows[(rows["known"] == 0).astype(bool)]
        unclear = rows[((rows["known"] == 1) & (rows["unmet"] == 0) & (rows["unclear"] > 0)).astype(bool)]
        late = rows[((rows["known"] == 1) & (rows["unmet"] == 0) & (rows["unclear"] == 0)).astype(bool)]
        gaps = (
            Gap(
                len(not_known),
                "sales by representatives with no registrations on file: not known whether registered",
            ),
            Gap(
                len(unclear),
                "registered, but it is not known whether that counts: the customer's state, whether the product needs a "
                "registration of that state, or the registration's status is not on record",
            ),
            _unstated(measured["unstated_requirements"]),
            Gap(len(late), "met by a registration recorded after the sale (late record, not a breach)"),
            _without_principal(measured["sales_without_principal"]),
        )
        return Decision(items, tests, int(counts["n"].sum()), tuple(g for g in gaps if g.count))


def _without_principal(rows: pd.DataFrame) -> Gap:
    """Sales that the seller's supervisor on record may not have reviewed: somebody else's review is to be looked for."""
    ordered = rows.sort_values(["n", "supervisor_id"], ascending=[False, True])
    supervisors = tuple(ordered["supervisor_id"].astype(str))
    return Gap(
        int(rows["n"].sum()),
        "sales of securities whose seller's supervisor on record held no principal's registration (Series 24 or 26) that"
        f" day ({len(supervisors):,} supervisor{'s' if len(supervisors) > 1 else ''}): which principal reviewed them is"
        " not known",
        supervisors,
    )


def _unstated(rows: pd.DataFrame) -> Gap:
    """Sales of products that say nothing of a licence, though the matrix knows that such products need one."""
    silent = rows[rows["family"].isin(regulated_families())].sort_values("product_code")
    named = first_of(silent["product_code"].astype(str).tolist())
    return Gap(
        int(silent["n"].sum()),
        f"sales of products that state no requirement, though such products need a licence ({named})",
    )
