"""
# QB01 Spike at the end of a goal period

## What it finds
Representatives whose openings crowd into the last {last_days} business days of a goal period more than the firm's own
calendar explains, and whose accounts from those days are used less than their like.

## Why it matters
Goals with a date pull sales forward; where they can't be met honestly they are met with accounts nobody asked for.
Honest people reach for goals too, which is why a spike alone is not enough.

## How it decides
Two tests have to agree. The share of a representative's openings in the last days is compared with the share of his
colleagues in the same period, family of products and kind of branch: month ends, pay-days, holidays and campaigns are in
what is expected. And the accounts of those days, unused {after_life_days} days later, are compared with the accounts that
colleagues opened on such days. The larger p-value counts. Where the transactions can't show what became of the accounts, the
spike alone is tested, and the sentence says so.

A campaign, or the first {new_branch_days} days of a branch, in which at least {named_from} of the accounts listed were
opened is named; these accounts count like others, as what colleagues opened in it does.

## What it misses
Gaming spread over the whole period, and goals whose periods are not in the quotas (calendar months are taken). Where goals
overlap, the end of the shortest period longer than a week counts, but not that of a few people's own.

## Innocent explanations
- Honest effort for the goal: the accounts are used like any other.
- A local campaign, a pay-day or a fair in the last days of the month.
- Paperwork entered in one go at the end of the month: compare the applications' dates.

## What to check
- The accounts listed: did the customers come by, did they use them later?
- Was the goal reached by just these accounts, and was the next month thin at its start?

## References
FCA FG13/01 and TR14/4 (spikes and trends in individuals' sales). That honest sales bunch at goals too: Kuhn and Yu,
Management Science 2025.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.bursts.occasions import MODEL as OCCASIONS
from surveil.detectors.bursts.occasions import OccasionParameters, occasions_of, with_occasions
from surveil.detectors.rates import Rates, peer_chance, rate_cells, rate_tests

SPIKE_STRATUM = ("month", "family", "branch_kind")
AFTER_STRATUM = ("family", "branch_kind")


class Parameters(OccasionParameters):
    """What may be set."""

    last_days: int = param(
        3, unit="business days", ge=1, le=5, citation="our judgement: the last three days",
        meaning="business days at the end of a goal period that count as its last days",
    )  # fmt: skip
    after_life_days: int = param(
        60, unit="days", ge=30, le=180, measured=True, citation="our judgement: two months",
        meaning="days after the opening by which an account wanted by its customer is used",
    )  # fmt: skip


class PeriodEndSpike(Detector):
    """Openings crowded into the last days of goal periods, with a poor after-life."""

    id = "QB01"
    slug = "period_end_spike"
    name = "Spike at the end of a goal period"
    version = "17"
    family = Family.BURST
    typology = "T11"
    severity = Severity.MEDIUM
    needs = ("accounts.opened_by",)
    in_parts = True
    undivided = (OCCASIONS,)
    models = ("period_end_cells", "period_end_items", OCCASIONS)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["period_end_cells"]
        last = cells["days_left"] < parameters.last_days
        spike = rate_tests(
            rate_cells(cells, happened=last, stratum=SPIKE_STRATUM),
            f"openings in the last {parameters.last_days} business days of goal periods",
        )
        known = last & cells["used"].notna()
        after = rate_tests(
            rate_cells(cells[known], happened=cells["used"][known] == 0, stratum=AFTER_STRATUM),
            "of them unused afterwards",
        )
        tests = _both(spike, after) if known.any() else spike.tests

        rows = measured["period_end_items"]
        rows = rows[rows["days_left"] < parameters.last_days]
        rows = rows.assign(occasion=occasions_of(rows, measured[OCCASIONS], parameters.new_branch_days))
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["rep_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day", rep="opener_id"),
            score=1 - peer_chance(after, rows, AFTER_STRATUM),
            detail=base.details(rows, ["product_code", "days_left", "period_last_day", "occasion"]),
        )
        tests = with_occasions(tests, rows["rep_id"], rows["occasion"], parameters.named_from)
        unknown = int(cells["n"][last & cells["used"].isna()].sum())
        gaps = (
            Gap(unknown, "what became of the account can't be seen yet, or its transactions are not covered"),
        )
        return Decision(items, tests, int(cells["n"].sum()), tuple(g for g in gaps if g.count))


def _both(spike: Rates, after: Rates) -> pd.DataFrame:
    """A spike counts with a poor after-life: the larger of the two p-values, missing where either is."""
    second = after.tests.set_index("subject_id").reindex(spike.tests["subject_id"])
    tests = spike.tests.copy()
    tests["p_value"] = np.maximum(
        tests["p_value"].to_numpy(dtype=float), second["p_value"].to_numpy(dtype=float)
    )
    extra = second["reason"].fillna("what became of them is not known")
    tests["reason"] = [f"{first}; {then}" for first, then in zip(tests["reason"], extra, strict=True)]
    return tests
