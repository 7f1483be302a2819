"""
# UA03 Simulated funding

## What it finds
New accounts that got money from the same customer's other account and gave it back: in within {in_business_days}
business days of the opening, at least {returned_percent} % of it back within {return_days} days, and nothing else that the
customer started within {inactivity_days} days. And representatives whose accounts show this more often than expected.

## Why it matters
An account that looks funded counts for a goal. Moving a customer's money there and back is how an account that nobody
asked for was made to count; for the customer it meant overdrafts and fees.

## How it decides
Both legs are counted, also through one third account that passes the same amount on within {chain_days} days.
One honest round trip means nothing; each account is listed with the transfers that made the trip, and the representative's
rate is compared with what is expected of the same products, channels and branches. There is no count at which it
suddenly matters.

## What it misses
Money that comes from the representative or from a branch account (see UA04), and trips over more than one third account.

## Innocent explanations
- The customer tried the new account and changed his mind, or moved money for one payment.
- A saving plan or an overdraft cover that moves money by itself, as long as it has done so for less than {sweep_days} days
  after the first money had {return_days} to go back: from then on it is taken for a standing arrangement.
- Cash management: accounts that the system empties and fills every day. They are known where the system, or nobody knows
  who, did so on {sweep_days} days each way, over {standing_days} days and more, with two or more accounts of one product
  that one representative opened for the customer on one day: then all of these are. Until then they are listed.
- A minimum balance that the customer showed and took back.

## What to check
- Who started the two transfers: the customer's own login, or a staff terminal?
- Was a goal counted on funded accounts, and on which day?
- Does the customer know of the account?

## References
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016): customers' money moved to new accounts for a while. OCC Notice of
Charges N20-001, 2020: a threshold of 50 trips an employee was condemned by the supervisor of the bank that used it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rates import peer_chance, rate_cells, rate_tests


class Parameters(base.Parameters):
    """What may be set."""

    in_business_days: int = param(
        5, unit="business days", ge=0, le=30, measured=True, citation="our judgement: moved by the end of a week",
        meaning="business days after the opening within which the money comes in",
    )  # fmt: skip
    return_days: int = param(
        30, unit="days", ge=1, le=90, measured=True, citation="our judgement: moved back within a month",
        meaning="days after it came in within which the money goes back",
    )  # fmt: skip
    returned_percent: int = param(
        90, unit="percent", ge=50, le=100, measured=True, citation="our judgement: fees may be kept back",
        meaning="share of the money that goes back",
    )  # fmt: skip
    inactivity_days: int = param(
        90, unit="days", ge=30, le=365, measured=True, citation="our judgement: three months",
        meaning="days after the opening in which the customer does nothing else",
    )  # fmt: skip
    sweep_days: int = param(
        3, unit="days", ge=1, le=60, measured=True, citation="our judgement: whoever simulates does not come back thrice",
        meaning="later days on which such money comes in again that make it a standing arrangement",
    )  # fmt: skip
    standing_days: int = param(
        28, unit="days", ge=7, le=90, measured=True, citation="our judgement: four weeks are no passing show",
        meaning="days from the first to the last sweep by the system from which it is cash management",
    )  # fmt: skip
    chain_days: int = param(
        5, unit="days", ge=0, le=30, measured=True, citation="our judgement: as for the way there",
        meaning="days within which a third account passes the money on",
    )  # fmt: skip


class SimulatedFunding(Detector):
    """Money moved into a new account from the same customer and back."""

    id = "UA03"
    slug = "simulated_funding"
    name = "Simulated funding"
    version = "19"
    family = Family.UNAUTHORIZED
    typology = "T01"
    severity = Severity.HIGH
    needs = (
        "accounts.opened_by",
        "transactions",
        "transactions.amount",
        "transactions.counterparty_account_id",
    )
    in_parts = True
    undivided = ("round_trip_legs",)
    models = ("simulated_funding_accounts", "round_trip_legs", "simulated_funding_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["simulated_funding_cells"]
        mature = (cells["mature"] == 1).fillna(False)
        judged = rate_cells(cells[mature], happened=cells["trips"][mature])
        result = rate_tests(judged, "accounts were funded and emptied again, then left alone")

        rows = measured["simulated_funding_accounts"]
        alone = rows["first_use_days"].isna() | (rows["first_use_days"] > parameters.inactivity_days)
        seen = (rows["covered_days"] >= parameters.inactivity_days) | (rows["closed"] == 1)
        rows = rows[alone & seen]
        rows = rows.assign(score=1 - peer_chance(result, rows))
        items = pd.concat([_accounts(rows), _transfers(rows, measured["round_trip_legs"])], ignore_index=True)
        not_covered = int(cells["n"][cells["mature"].isna()].sum())
        too_young = int(cells["n"][(cells["mature"] == 0).fillna(False)].sum())
        gaps = (
            Gap(not_covered, "the transactions' extract does not cover the day of the opening"),
            Gap(
                too_young,
                f"opened less than {parameters.inactivity_days} days before the transactions' extract ends",
            ),
        )
        return Decision(items, result.tests, int(judged["n"].sum()), tuple(g for g in gaps if g.count))


def _accounts(rows: pd.DataFrame) -> pd.DataFrame:
    return base.frame(
        base.ITEM_COLUMNS,
        **base.about(rows, "accounts", key="account_id", day="opened_day"),
        score=rows["score"],
        detail=base.details(
            rows, ["product_code", "in_cents", "back_cents", "in_after_days", "back_after_days", "chained"]
        ),
    )


def _transfers(rows: pd.DataFrame, legs: pd.DataFrame) -> pd.DataFrame:
    """The transfers of the accounts in `rows`, as each side shows them; each says as much as its account."""
    known = rows[["account_id", "customer_id", "rep_id", "branch_id", "product_code", "score"]]
    moved = legs.merge(known, on="account_id").sort_values(["transaction_id", "account_id"])
    # What went from one such account to another of the same customer is one transfer all the same.
    moved = moved.drop_duplicates("transaction_id", ignore_index=True)
    moved = moved.assign(leg=moved["direction"].map({1: "in", -1: "back"}))
    return base.frame(
        base.ITEM_COLUMNS,
        **base.about(moved, "transactions", key="transaction_id", day="posted_day"),
        score=moved["score"],
        detail=base.details(moved, ["product_code", "cents", "leg", "leg_account_id", "chained"]),
    )
