"""
# UA04 Token funding

## What it finds
Payments of at most {token_cents} cents that wake an account: the first money on a new one, or money on one idle for
{dormant_days} days, with nothing after it for {funded_days} days. Payments of at most {small_cents} cents, or of any sum
that went back, into new accounts from an employee's account, or from one source into those of {shared_households} or more
unrelated households.
And representatives who open, post or feed such accounts more often than expected.

## Why it matters
Where an account counts once it is funded, a few coins make it count. Thousands of children's accounts were funded by
staff with loose change, some of it the bank's.

## How it decides
Three rates: of the accounts a representative opened that were funded within {funded_days} days, those with a lone token;
of the money he posted for anybody, lone tokens; of his funded accounts, those fed from an employee's account or from a
source that fans out (from the household on that makes it one). The first is compared with colleagues' accounts of the
same product, channel and kind of branch, the second with postings of the same tender, and each is held against an
ordinary reason in a share of {slip_rate}. Those seen are joined into one p-value. Where a customer paid, anything he does
within {funded_days} days clears it; where staff paid, only other money does, more coins of the staff's left out.

Three things tell the small money that customers bring from an employee's change; what staff started is left to the
third. Where an opener's customers began {least_starts} accounts of a product or more with a token, and
{built_on_percent} percent were followed by something, as those of a school's savings days are, the others are explained.
Of the people of one residence (a shelter, a prison), where {shared_households} or more unrelated households live at no
employee's home, one token counts. And where {built_on_percent} percent of the accounts opened under a campaign, by
{promotion_openers} people or more, began with one and the same token of their customers', that sum is what the promotion
asks for.

Where the extract begins later than {dormant_days} days before, {seen_idle_days} days without movement must be seen. It
counts for whoever posted it, else for the opener of a young account.

## What it misses
Tokens above the limit that stay, and money that comes in cash from different hands.

## Innocent explanations
- A child's coins, a minimum opening deposit, a test payment of a new payroll or a bill.
- A drive at a school, where every child brings a dollar once, or where the system notes staff as having started it.
- A promotion for which no campaign was recorded on the accounts.
- A rounding or savings programme that moves cents by itself: mark it as started by the system.
- A gift of parents or grandparents to several accounts.

## What to check
- Was a goal counted on funded accounts at the end of that period, and on which day did this come?
- Who stood at the counter, and whose money was it?
- Does the customer know of the account?

## References
Children's savings at Commonwealth Bank of Australia (The Guardian, 19 May 2018): coins of the staff or the bank in
accounts that counted only if funded in 30 days.
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
from surveil.detectors.signs import strongest

POSTED = ("tender",)
TOKENS = "funded accounts got a token only"
POSTINGS = "payments were tokens into idle accounts"
FED = "funded accounts were fed from a shared or employee's source"
#: `explained` of the model `explained_tokens` -> how it reads.
EXPLANATIONS = {
    "promotion": "tokens of the sum that most accounts of a campaign began with",
    "built on": "tokens of an opener most of whose customers start as small and come back",
    "residence": "tokens of people of one residence, but for its first",
}


class Parameters(base.Parameters):
    """What may be set."""

    token_cents: int = param(
        500, unit="cents", ge=0, le=10_000, measured=True, citation="our judgement: coins and small notes",
        meaning="a deposit up to this amount is a token, not use",
    )  # fmt: skip
    funded_days: int = param(
        30, unit="days", ge=7, le=180, measured=True,
        citation="children's savings at Commonwealth Bank counted if funded in 30 days",
        meaning="days after the opening within which funding counts, and for which nothing may follow a token",
    )  # fmt: skip
    dormant_days: int = param(
        180, unit="days", ge=30, le=730, measured=True, citation="our judgement: half a year without any movement",
        meaning="days without movement from which an account is dormant",
    )  # fmt: skip
    seen_idle_days: int = param(
        90, unit="days", ge=30, le=730, measured=True, citation="our judgement: three months",
        meaning="days without movement that must be seen where the extract begins later than dormancy would",
    )  # fmt: skip
    small_cents: int = param(
        10_000, unit="cents", ge=0, le=100_000, measured=True, citation="our judgement: less than a wage or a rent",
        meaning="largest payment that counts as feeding from another's account though it stays",
    )  # fmt: skip
    shared_households: int = param(
        3, unit="households", ge=2, le=50, measured=True, citation="our judgement: two may be relatives",
        meaning="unrelated households of one opener from which a source fans out",
    )  # fmt: skip
    least_starts: int = param(
        10, unit="accounts", ge=3, le=1000, measured=True, citation="our judgement: fewer may be chance",
        meaning="accounts that an opener's customers must have started with a token, for what they do next to explain it",
    )  # fmt: skip
    built_on_percent: int = param(
        50, unit="percent of accounts", ge=10, le=100, measured=True,
        citation="as in UA07: who did not ask for an account does not come back",
        meaning="share of accounts started with a token whose use, or of a campaign's whose like sum, explains the others",
    )  # fmt: skip
    promotion_openers: int = param(
        2, unit="openers", ge=2, le=50, measured=True, citation="our judgement: one alone may have his own change",
        meaning="openers whose customers must bring the same token under a campaign, for it to be what the campaign asks",
    )  # fmt: skip
    slip_rate: float = param(
        0.002, unit="share", ge=0.0001, le=0.1, citation="our judgement: coins, gifts and favours, one in five hundred",
        meaning="how often a lone token, or money from such a source, has an ordinary reason",
    )  # fmt: skip


class TokenFunding(Detector):
    """Coins that make an account look funded or awake, and sources that feed many."""

    id = "UA04"
    slug = "token_funding"
    name = "Token funding"
    version = "21"
    family = Family.UNAUTHORIZED
    typology = "T16"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "transactions", "transactions.amount")
    in_parts = True
    models = (
        "token_funding_items",
        "first_money_cells",
        "posted_money_cells",
        "unknown_tokens",
        "explained_tokens",
    )
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        funded = measured["first_money_cells"]
        posted = measured["posted_money_cells"].assign(branch_kind="")
        known = posted[posted["lone"].notna()]
        tests = [
            rare_tests(rate_cells(funded, funded["token"] == 1), TOKENS, parameters.slip_rate),
            rare_tests(rate_cells(known, known["lone"] == 1, POSTED), POSTINGS, parameters.slip_rate),
            rare_tests(rate_cells(funded, funded["fanned"] == 1), FED, parameters.slip_rate),
        ]
        seen = [tests[0], *(test.query("observed > 0") for test in tests[1:])]
        explained = measured["explained_tokens"].groupby("explained")["n"].sum()
        gaps = (
            Gap(
                int(measured["unknown_tokens"]["n"].sum()),
                "tokens around which the transactions' extract does not cover enough days",
            ),
            *(
                Gap(int(explained.get(why, 0)), f"explained, not held against anybody: {what}")
                for why, what in EXPLANATIONS.items()
            ),
        )
        return Decision(_items(measured["token_funding_items"], parameters), strongest(seen), int(funded["n"].sum()),
                        tuple(gap for gap in gaps if gap.count))  # fmt: skip


def _items(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The payments. The smaller a token and the longer the sleep, the higher its score; a source by its households."""
    small = 1 - rows["cents"].astype(float) / (2 * max(parameters.token_cents, 1))
    slept = rows["idle_days"].fillna(rows["age_days"]).astype(float).clip(lower=0)
    token = np.where(rows["lone"] == 1, 0.5 * small + 0.5 * slept / (slept + parameters.dormant_days), 0.0)
    households = rows["source_households"].fillna(0).astype(float)
    fan = np.where(
        rows["source_employee"].fillna(0) == 1, 1.0, households / (households + parameters.shared_households)
    )
    return base.frame(
        base.ITEM_COLUMNS,
        subject_id=rows["subject"],
        **base.about(rows, "transactions", key="transaction_id", day="posted_day"),
        score=np.maximum(token, np.where(households > 0, fan, 0.0)).clip(0, 1),
        detail=base.details(
            rows,
            [
                "product_code",
                "cents",
                "tender",
                "age_days",
                "idle_days",
                "source_households",
                "source_employee",
            ],
        ),
    )
