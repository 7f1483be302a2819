"""
# RF04 Over-solicitation

## What it finds
Customers approached again about what they had just refused, approached again and again about one family of products, or
approached although they asked not to be; and representatives who do the first two more often than colleagues.

## Why it matters
Being pestered is what customers leave a bank for. Who calls again after a no has a goal to reach.

## How it decides
Two rates. Of the refusals a representative was given, the share after which he approached the same customer about the
same family within {cooling_days} days; the exposure is the refusals, so that who hears many may call many. It is
compared with colleagues over the whole time and, with his own other months, over the months in which it was highest, as
such a habit has a beginning and an end; the p-value of these allows for having looked at all runs of months. And of the
customers approached about a family, the share approached {many_approaches} times or more within {span_days} days,
compared with colleagues and with an ordinary rate of {ordinary_rate}. A refusal whose {cooling_days} days are not
covered is not judged. Both p-values are joined (Cauchy), the first with a weight of {refusal_weight}. An approach is a
call, a letter, a message or an appointment about a product, begun by the representative; one whose direction is not on
record counts as his. Approaches after an opt-out, or to customers on record as not to be contacted, are listed without
a test.

## What it misses
Several representatives who take turns, and calls that nobody records.

## Innocent explanations
- The customer asked to be called again: look at the note.
- Mailings sent by the firm under the representative's name.
- A running application that needs several calls.
- The wish not to be contacted was recorded later than the approach, and the log of changes does not hold it.

## What to check
- The calls themselves, where they are recorded.
- Was the last approach followed by an opening, and did the customer want it?

## References
What is too often is our judgement. Joined p-values: Liu and Xie, JASA 2020. Scan over months in the manner of Kulldorff
1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.clusters import SPARSE
from surveil.detectors.episodes import with_episodes
from surveil.detectors.joining import joined_tests
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells, rate_tests

COURTED = ["rep_id", "customer_id", "family"]


class Parameters(base.Parameters):
    """What may be set."""

    cooling_days: int = param(
        14, unit="days", ge=1, le=365, citation="our judgement: another offer, two weeks after a refusal, is usual",
        meaning="days after a refusal in which the same is not offered again",
    )  # fmt: skip
    many_approaches: int = param(
        5, unit="approaches", ge=3, le=50, measured=True, citation="our judgement: more than one a week",
        meaning="approaches to one customer about one family that are too many",
    )  # fmt: skip
    span_days: int = param(
        30, unit="days", ge=7, le=365, citation="our judgement: a month",
        meaning="days within which they are too many",
    )  # fmt: skip
    refusal_weight: float = param(
        0.9, unit="weight", ge=0.0, le=1.0,
        citation="our judgement: hardly anybody approaches a customer so often by chance",
        meaning="weight of the approaches after a refusal beside those again and again",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.002, unit="share of customers approached", ge=0.0001, le=0.1,
        citation="our judgement: one in five hundred asks to be called so often",
        meaning="share of customers who are approached so often for their own reasons",
    )  # fmt: skip


class OverSolicitation(Detector):
    """Approaches after a refusal, too many of them, and unwanted ones."""

    id = "RF04"
    slug = "over_solicitation"
    name = "Over-solicitation"
    version = "16"
    family = Family.COMPETENCE
    typology = "T20"
    severity = Severity.MEDIUM
    needs = ("contacts.rep_id", "contacts.product_code", "contacts.outcome", "products")
    in_parts = True
    models = (
        "handled_refusals",
        "courted_customers",
        "courted_counts",
        "unwanted_contacts",
        "undirected_contacts",
    )
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        refusals = measured["handled_refusals"]
        due, again = _due(refusals, parameters), _again(refusals, parameters)
        resold = with_episodes(
            rate_tests(
                refusal_cells(refusals, parameters),
                "refusals after which he came back with the same",
                settings=SPARSE,
            )
        )

        runs = _runs(measured["courted_customers"], parameters)
        counts = measured["courted_counts"]
        pressed = rare_tests(
            _pressed(runs, counts), "customers approached again and again", parameters.ordinary_rate
        )
        items = _items(refusals[again], runs, measured["unwanted_contacts"])
        gaps = (
            Gap(
                int((~due).sum()),
                f"refusals of which the contacts' extract does not cover the {parameters.cooling_days} days after",
            ),
            Gap(
                int(measured["undirected_contacts"]["n"].sum()),
                "contacts of which it is not known who approached whom",
            ),
        )
        return Decision(
            items,
            joined_tests(resold, pressed, parameters.refusal_weight),
            int(due.sum()) + int(counts["n"].sum()),
            tuple(gap for gap in gaps if gap.count),
        )


def refusal_cells(refusals: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Cells for `rate_test` from the model `handled_refusals`: refusals, and those after which he came back too soon."""
    due = _due(refusals, parameters)
    return rate_cells(refusals[due].assign(n=1), _again(refusals, parameters)[due], ("family",))


def _due(refusals: pd.DataFrame, parameters: Parameters) -> pd.Series:
    return (refusals["covered_days"] >= parameters.cooling_days).fillna(False).astype(bool)


def _again(refusals: pd.DataFrame, parameters: Parameters) -> pd.Series:
    return (refusals["next_days"] <= parameters.cooling_days).fillna(False).astype(bool)


def _runs(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The approaches that belong to a run of too many within the span, with `run`: how many the run has there."""
    rows = rows.sort_values([*COURTED, "at_s", "contact_id"], ignore_index=True)
    many = parameters.many_approaches - 1
    earlier = rows.groupby(COURTED)["day"].shift(many)
    last = ((rows["day"] - earlier) <= parameters.span_days).fillna(False).astype(bool)
    member = last.copy()
    for back in range(1, many + 1):
        # The last approach of a run makes those before it part of it, too.
        member |= last.groupby([rows[column] for column in COURTED]).shift(-back, fill_value=False)
    runs = rows[member]
    return runs.assign(run=runs.groupby(COURTED)["contact_id"].transform("size"))


def _pressed(runs: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Cells of customers approached, and those of a run, by the month of the customer's first approach in it."""
    first = runs.drop_duplicates(COURTED)
    by_rep = first.groupby(["rep_id", "family"]).size().rename("y").reset_index()
    # A run may begin after the first approach, in another month: the count goes to the representative, not to a month.
    total = counts.groupby(["rep_id", "family"], as_index=False)["n"].sum()
    cells = total.merge(by_rep, on=["rep_id", "family"], how="left").assign(branch_id="", month=0)
    return rate_cells(cells, cells["y"].fillna(0).astype("int64"), ("family",))


def _items(again: pd.DataFrame, runs: pd.DataFrame, unwanted: pd.DataFrame) -> pd.DataFrame:
    """One item a contact, for the gravest of its reasons."""
    repeated = pd.DataFrame(
        {
            **{name: again[name] for name in ("rep_id", "customer_id", "family", "branch_id")},
            "contact_id": again["next_contact_id"],
            "day": again["day"] + again["next_days"],
            "days_after_refusal": again["next_days"],
            "why": "again after a refusal",
            "score": 0.6,
        }
    )
    often = runs.assign(why="again and again about one family", score=runs["run"] / (runs["run"] + 2.0))
    asked = unwanted["opted_out"] == 1
    against = unwanted.assign(
        why=np.where(asked, "after the customer had opted out", "on record as not to be contacted"),
        score=np.where(asked, 0.8, 0.5),
    )
    rows = pd.concat([repeated, often, against], ignore_index=True)
    rows = rows.sort_values(["score", "contact_id", "why"], ascending=[False, True, True])
    rows = rows.drop_duplicates("contact_id").sort_values("contact_id", ignore_index=True)
    rows["run"] = rows["run"].astype("Int64")
    rows["days_after_refusal"] = rows["days_after_refusal"].astype("Int64")
    return base.frame(
        base.ITEM_COLUMNS,
        feed="contacts",
        key=rows["contact_id"],
        rep_id=rows["rep_id"],
        customer_id=rows["customer_id"],
        branch_id=rows["branch_id"],
        day=rows["day"],
        score=rows["score"].astype(float),
        detail=base.details(rows, ["family", "why", "days_after_refusal", "run"]),
    )
