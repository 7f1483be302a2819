"""
# CT02 Paid despite bad quality

## What it finds
Bonuses, prizes and other rewards for a period whose accounts were poor: at least {least_judged} accounts that can be judged,
and more poor ones than colleagues' like accounts make credible. And representatives whose rewarded
accounts are poor on the whole.

## Why it matters
What is paid for is done again. A firm that pays for such accounts rewards what it forbids, and has to explain it.

## How it decides
An account is poor that carries at least two of four signs, not of the papers alone (never used in {quality_days} days or
the product's own horizon, funded and emptied again; no consent within {quality_grace_days} days, customer not met). Of
the accounts credited in a rewarded period, features apart, the poor ones are counted and compared with what colleagues'
accounts of the same family, kind of branch, branch and month make expected. A reward is listed when so many would be
improbable (p at most {improbable}). The representative is tested on the customers of all his rewarded accounts, each
counted once a month, against colleagues' rewarded ones, over the whole time and over the {shortest_run} months or more
that stand out most (from his own others, too); where that is as improbable, each of his rewards with more poor accounts
than expected is listed. What somebody opens on a day with {event_openings} openings or more, {event_times} times as many
as on his average day, is one event, such as a stand at an employer's: it is left out, or, where he has more than
{most_events} such days, {event_counted} openings of each count; of accounts of one product for one customer the first
{customer_counted} do. Commissions and referral fees are not rewards for a
period, and payments of an unknown kind are left out.

## What it misses
Rewards without a period, paid to a team or a manager, and rewards for sums of sales.

## Innocent explanations
- The quality was not known when the reward was paid: an account is judged only weeks later. Was it clawed back then?
- A scanner or a visitor log that failed: the same happens to colleagues of the branch in that month.
- One clientele, such as a campus, whose accounts lie still for a term.

## What to check
- Does the plan ask for the quality of what it pays for, and when?
- Who approved the reward, and what did he know?

## References
FCA, final notice to Lloyds TSB and Bank of Scotland, 2013 (229 advisers had a bonus though all sales looked into were
unsuitable, or might have been). Scan over months in the manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.episodes import with_episodes
from surveil.detectors.events import EventParameters, event_gap
from surveil.detectors.quality import STRATUM, QualityParameters, usual_quality
from surveil.detectors.rates import Rates, peer_chance, rate_cells, rate_tests
from surveil.statistics.episodes import EpisodeSettings
from surveil.statistics.tails import poisson_binomial_tails


class Parameters(EventParameters, QualityParameters):
    """What may be set."""

    least_judged: int = param(
        4, unit="accounts", ge=1, le=100, citation="our judgement: fewer are no quality of work",
        meaning="accounts of a rewarded period that can be judged, below which its reward is not",
    )  # fmt: skip
    improbable: float = param(
        0.01, unit="p-value", ge=0.0001, le=0.1,
        citation="our judgement: a fixed share of bad accounts would miss diluted months",
        meaning="chance of so many poor accounts at which a reward is listed",
    )  # fmt: skip
    shortest_run: int = param(
        6, unit="months", ge=1, le=24,
        citation="our judgement: a scanner that fails spoils a month or two of a shorter run",
        meaning="months of the shortest run looked at",
    )  # fmt: skip


class PayDespiteQuality(Detector):
    """Rewards for periods whose accounts were poor."""

    id = "CT02"
    slug = "pay_despite_quality"
    name = "Paid despite bad quality"
    version = "20"
    family = Family.CONTROL
    typology = "T33"
    severity = Severity.MEDIUM
    needs = ("payouts.kind", "payouts.period_start", "payouts.period_end", "accounts.opened_by")
    in_parts = True
    models = ("paid_periods", "payout_cells", "paid_cells", "quality_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        usual = usual_quality(measured)
        payouts = measured["paid_periods"]
        cells = measured["payout_cells"]
        of_event = cells["of_event"] == 1
        judged = _judged(usual, cells[~of_event])
        rows = payouts.merge(judged, on="payout_id", how="left")
        paid = measured["paid_cells"]
        tests = with_episodes(
            rate_tests(
                rate_cells(paid, paid["poor"] == 1, STRATUM),
                "customers for whom he was rewarded have poor accounts",
            ),
            settings=EpisodeSettings(shortest=parameters.shortest_run),
        )
        known = set(tests["subject_id"][(tests["p_value"] <= parameters.improbable).fillna(False)])
        enough = rows["judged"].fillna(0) >= parameters.least_judged
        more = rows["rep_id"].astype(str).isin(known) & (rows["poor"] > rows["expected"])
        listed = rows[enough & ((rows["p"] <= parameters.improbable) | more).fillna(False)]
        items = base.frame(
            base.ITEM_COLUMNS,
            feed="payouts",
            key=listed["payout_id"],
            rep_id=listed["rep_id"],
            day=listed["paid_day"],
            score=1 - listed["p"],
            detail=base.details(
                listed,
                ["program", "kind", "amount_cents", "start_day", "end_day", "judged", "poor", "expected"],
            ),
        )
        few = int((~enough).sum())
        gap = Gap(few, f"rewards with fewer than {parameters.least_judged} accounts that can be judged")
        gaps = (*((gap,) if few else ()), *event_gap(int(cells["n"][of_event].sum())))
        return Decision(items, tests, int(enough.sum()), gaps)


def _judged(usual: Rates, cells: pd.DataFrame) -> pd.DataFrame:
    """Per payout its accounts `judged`, the `poor` ones, how many were `expected`, and the chance `p` of so many."""
    n, chance = cells["n"].to_numpy(dtype=float), peer_chance(usual, cells, STRATUM)
    who, names = pd.factorize(cells["payout_id"].astype(str), sort=True)
    counts = (n, n * (cells["poor"] == 1).to_numpy(dtype=float), n * chance)
    judged, poor, expected = (np.bincount(who, x, minlength=len(names)) for x in counts)
    p = poisson_binomial_tails(poor, who, n, chance).p_value()
    made = {"judged": judged.astype(int), "poor": poor.astype(int), "expected": expected.round(1), "p": p}
    return pd.DataFrame({"payout_id": pd.array(list(names), dtype="string"), **made})
