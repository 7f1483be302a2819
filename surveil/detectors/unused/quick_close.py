"""
# UN03 Closed quickly

## What it finds
Accounts and policies opened by staff that were closed or lapsed within {quick_days} days, and representatives to whose
accounts this happens more often than to colleagues'.

## Why it matters
Who finds an account he never asked for has it closed; policies that nobody wanted lapse after a premium or two. At one
bank seven of ten policies of a cross-selling scheme lapsed.

## How it decides
Judged are accounts old enough to have been closed by now within {quick_days} days, closed or not, so that nobody is
blamed for opening late. Two shares are compared with colleagues' accounts of the same product through the same channel at
the same kind of branch, corrected for the branch and its month: of accounts closed quickly that are known to have never
been used, over the whole time and over the {shortest_run} months or more that stand out most (from his own others, too);
and of those closed quickly, used or not. Both p-values are joined (Cauchy), the first with a weight of {unused_weight}:
whoever used his account had asked for it. A customer who closes all he has counts once for an opener. Accounts closed
within {conversion_days} days of a migration, conversion or replacement for the same customer are left out, and so are
those that the firm itself closed after their customers had used them: why it closes a used account, such as for fraud or
an overdraft, is no matter of who opened it.

## What it misses
Unwanted accounts that nobody troubles to close, and features.

## Innocent explanations
- Customers who moved away, died or changed their mind; seasonal accounts and students' accounts.
- A fee or a rate that changed: then colleagues' accounts close as well.
- Accounts opened for one payment or one offer and closed afterwards.
- A firm that closes accounts nobody paid into: who closed it is told.

## What to check
- Who asked for the closing, and what did the customer say? Is there a complaint?
- Was the account ever used, and was there a consent?
- Was the credit for it taken back?

## References
Prudential's policies sold at Wells Fargo (complaint of former employees, 2016): about 70 % lapsed. Scan over months in
the manner of Kulldorff 1997.
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
from surveil.detectors.rates import STRATUM, peer_chance, rate_cells, rate_tests
from surveil.statistics.episodes import EpisodeSettings

CELL = ["rep_id", *STRATUM, "branch_id", "month"]


class Parameters(base.Parameters):
    """What may be set."""

    quick_days: int = param(
        90, unit="days", ge=14, le=365, citation="our judgement: three months",
        meaning="an account closed before this age was closed quickly",
    )  # fmt: skip
    conversion_days: int = param(
        7, unit="days", ge=0, le=60, measured=True,
        citation="our judgement: the old and the new number overlap for some days",
        meaning="days between a closing and a conversion for the same customer that belong together",
    )  # fmt: skip
    shortest_run: int = param(
        6, unit="months", ge=1, le=24, citation="our judgement: shorter runs name honest people too often",
        meaning="months of the shortest run looked at",
    )  # fmt: skip
    unused_weight: float = param(
        0.75, unit="weight", ge=0.0, le=1.0, citation="our judgement: what nobody wanted is not used, either",
        meaning="weight of the test of quick closings without use beside that of all quick closings",
    )  # fmt: skip


class QuickClose(Detector):
    """Accounts closed or lapsed soon after their opening."""

    id = "UN03"
    slug = "quick_close"
    name = "Closed quickly"
    version = "22"
    family = Family.UNUSED
    typology = "T17"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by", "accounts.closed_on")
    in_parts = True
    models = ("closed_accounts", "closing_counts")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        counts, closed = measured["closing_counts"], measured["closed_accounts"]
        by_firm = ((closed["closed_by"] == "firm") & closed["first_use_days"].notna()).fillna(False)
        taken_away, closed = closed[by_firm], closed[~by_firm]
        old = (counts["age_days"] >= parameters.quick_days).astype(bool)
        own = (counts["converted"] == 0).astype(bool)
        quick = (closed["lived_days"] < parameters.quick_days).astype(bool)
        seen = (closed["age_days"] >= parameters.quick_days).astype(bool)
        judged, early = counts[old & own], closed[quick & seen]
        result = rate_tests(_cells(judged, early), "accounts were closed quickly")
        # Only of what was watched to its end is it known that it was never used.
        watched = (early["seen_days"] >= early["lived_days"] - 1).fillna(False).astype(bool)
        unused = early["first_use_days"].isna() & watched
        idle = rate_tests(
            _cells(judged, early[unused]), "accounts were closed quickly, and never used", settings=SPARSE
        )
        by_months = with_episodes(idle, settings=EpisodeSettings(shortest=parameters.shortest_run))
        tests = joined_tests(by_months, result.tests, parameters.unused_weight)
        rows = closed[quick]
        # A quick closing of an account its customer had used says less.
        weight = np.where(rows["first_use_days"].isna(), 1.0, 0.5)
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            score=(1 - peer_chance(result, rows)) * weight,
            detail=base.details(
                rows, ["product_code", "channel", "lived_days", "closed_by", "first_use_days"]
            ),
        )
        gaps = (
            Gap(
                int(counts["n"][own & ~old].sum()),
                f"younger than {parameters.quick_days} days: not known yet",
            ),
            Gap(int(counts["n"][~own].sum()), "closed by a migration, a conversion or a replacement"),
            Gap(
                int((taken_away["lived_days"] < parameters.quick_days).sum()),
                "closed quickly by the firm itself after their customers had used them",
            ),
        )
        return Decision(items, tests, int(judged["n"].sum()), tuple(g for g in gaps if g.count))


def _cells(counts: pd.DataFrame, quick: pd.DataFrame) -> pd.DataFrame:
    """Cells of accounts; of an opener's quick closings for one customer the first counts."""
    once = quick.sort_values(["opened_day", "account_id"]).drop_duplicates(["rep_id", "customer_id"])
    done = once.groupby(CELL, as_index=False).size()
    n = counts.groupby(CELL, as_index=False)["n"].sum().merge(done, on=CELL, how="left")
    return rate_cells(n, n["size"].fillna(0).astype("int64"))
