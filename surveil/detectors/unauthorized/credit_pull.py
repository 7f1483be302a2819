"""
# UA11 Credit pull without a purpose

## What it finds
Credit reports that were pulled with nothing of the customer's behind them: more than {entry_days} days before he
applied; or for an account that he never used, with no consent of his {grace_days} days after the pull and, besides, no
visit or call around the opening or no application on record. And representatives who do so more often than colleagues.

## Why it matters
A credit report may be pulled only for a purpose that the customer has given. A pull that he never asked for is a breach
of its own, and it lowers his credit score even where the account is closed again.

## How it decides
One gap in the papers is ordinary; a pull is listed where two things are missing together, and never where the
customer went on to use the account, or where that is not known. An application that is not on record is not known,
and counts only beside a missing consent, in a firm that records applications. Judged are pulls whose grace period the
consents' extract covers. The rate is compared with colleagues' pulls for the same product through the same channel at
the same kind of branch, and with an ordinary rate of {ordinary_rate}.

## What it misses
Pulls that led to no account: the feeds hold only those of accounts that were opened. Pulls with a forged application.

## Innocent explanations
- A paper application that was entered or scanned long after the pull.
- A preapproved offer or a review of an existing line, which need no application.
- Branches where the archive or the log of visits failed: colleagues show the same.

## What to check
- The bureau's own record of the inquiry: who asked, from which terminal, with which purpose code?
- The application form, and the customer on contact data from before the opening.

## References
Fair Credit Reporting Act, section 604 (permissible purpose). CFPB consent order on U.S. Bank, 2022.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells

#: What may be missing behind a pull, and how it reads.
MISSING = {
    "before_application": "pulled before the application",
    "no_consent": "no consent",
    "not_met": "customer not met",
    "no_application": "no application on record",
}


class Parameters(base.Parameters):
    """What may be set."""

    grace_days: int = param(
        5, unit="days", ge=0, le=60, citation="our judgement: as in UA01",
        meaning="days after the pull by which a consent must be on record",
    )  # fmt: skip
    entry_days: int = param(
        3, unit="days", ge=0, le=30, citation="our judgement: a paper application may be entered some days later",
        meaning="days by which an application may be dated after the pull",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.005, unit="share of pulls", ge=0.0001, le=0.1,
        citation="our judgement: papers of two kinds are seldom lost together",
        meaning="how often honest pulls lack what is looked for",
    )  # fmt: skip


class CreditPull(Detector):
    """Credit reports pulled with neither application nor consent nor customer behind them."""

    id = "UA11"
    slug = "credit_pull"
    name = "Credit pull without a purpose"
    version = "18"
    family = Family.UNAUTHORIZED
    typology = "T22"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "accounts.credit_pulled_at", "consents")
    in_parts = True
    models = ("credit_pulls",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        every = measured["credit_pulls"]
        covered = _there(every["covered_days"] >= parameters.grace_days)
        rows = every[covered]
        lacks = _missing(rows, bool(every["applied_after_days"].notna().any()), parameters)
        papers = lacks["no_consent"] & (lacks["not_met"] | lacks["no_application"])
        watched = _there((rows["seen_days"] >= parameters.grace_days) | (rows["closed_in_sight"] == 1))
        unused = rows["first_use_days"].isna()
        nothing = papers & unused & watched
        flagged = lacks["before_application"] | nothing
        cells = rate_cells(rows.assign(n=1), flagged)
        tests = rare_tests(
            cells, "credit pulls with nothing of the customer's behind them", parameters.ordinary_rate
        )
        found, why = rows[flagged], lacks[flagged]
        told = found.assign(
            why=["; ".join(MISSING[k] for k in MISSING if row[k]) for row in why.to_dict("records")]
        )
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(found, "accounts", key="account_id", day="pulled_day"),
            # Each further thing that is missing halves the room for an innocent explanation.
            score=1 - 0.5 ** why.sum(axis=1).astype(float),
            detail=base.details(
                told, ["product_code", "channel", "why", "applied_after_days", "consent_after_days"]
            ),
        )
        gaps = (
            Gap(
                int((~covered).sum()),
                "the consents' extract does not cover the pull and the days of grace after it",
            ),
            Gap(
                int((papers & unused & ~watched & ~lacks["before_application"]).sum()),
                "whether the customer used the account is not known: the transactions do not cover the days after it, or "
                "one of a kind that is not known may have been his",
            ),
        )
        return Decision(items, tests, len(rows), tuple(gap for gap in gaps if gap.count))


def _there(condition: pd.Series) -> pd.Series:
    return condition.fillna(False).astype(bool)


def _missing(rows: pd.DataFrame, applications_kept: bool, parameters: Parameters) -> pd.DataFrame:
    """Per row whether each of `MISSING` is so."""
    late = rows["consent_after_days"].isna() | (rows["consent_after_days"] > parameters.grace_days)
    return pd.DataFrame(
        {
            "before_application": _there(rows["applied_after_days"] > parameters.entry_days),
            "no_consent": _there(late),
            "not_met": _there(rows["not_met"] == 1),
            "no_application": rows["applied_after_days"].isna() & applications_kept,
        }
    )
