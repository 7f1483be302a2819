"""
# UN02 Accounts that come to life too rarely

## What it finds
Representatives whose accounts are used by their customers too rarely or too late, compared with accounts of the same
product, channel and kind of branch.

## Why it matters
One unused account means nothing; somebody whose accounts again and again stay dead has opened them for himself.

## How it decides
The time from the opening to the customer's first own action is followed for up to {follow_days} days. From the like
accounts of all colleagues comes the chance of first use on each day of an account's life; added up over the days that each
of his accounts could be watched, it gives the number of first uses to be expected. A young account counts for the days it
has had, so that nobody is blamed for opening late. Where his accounts are old enough, the share that lay unused up to
the product's horizon has to be remarkable too, for the branch and the month. The p-value is the chance of so few, allowing
for the spread between honest representatives; of the two the larger counts. It is joined (Cauchy) with that of the run of
months in which most accounts lay unused up to their horizon, held against colleagues' and against his own other months, as
such a habit has a beginning and an end.

What somebody opens on a day with {event_openings} openings or more, {event_times} times as many as on his average day, is
one event, such as a school's savings day, and left out: many accounts that lie still for one reason are no habit. Whoever
has more than {most_events} such days works like that, and {event_counted} openings of each count. UA16 looks at packed
days. Of accounts of one product for one customer, such as a landlord's deposits, the first {customer_counted} count.

## What it misses
Accounts that somebody brings to life for show: a login or a purchase of cents (see UA04).

## Innocent explanations
- His customers are of another kind than his branch's: students, seasonal workers, a payroll client.
- The transactions' extract lacks a channel or a card processor.
- Accounts opened for a payment that comes later, such as a scholarship or a first wage.

## What to check
- The unused accounts (UN01) of the alert: is there a consent, a visit, a reason?
- Are they spread over his time, or do they belong to a month with a goal?

## References
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016). One-sample log-rank test: Breslow 1975.
Scan over months in the manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors.base import Decision, Detector, param
from surveil.detectors.episodes import with_episodes
from surveil.detectors.events import event_gap
from surveil.detectors.rates import as_tests, rate_cells, rate_tests, strata_of
from surveil.detectors.unused.horizons import UseParameters, gaps
from surveil.statistics.survival import log_rank_test


class Parameters(UseParameters):
    """The horizons, and how long accounts are followed."""

    follow_days: int = param(
        180, unit="days", ge=60, le=730, citation="our judgement: twice the horizon of a deposit account",
        meaning="days after the opening for which the first use is waited for",
    )  # fmt: skip


class UnusedRate(Detector):
    """First uses of a representative's accounts against what their like makes expected."""

    id = "UN02"
    slug = "unused_rate"
    name = "Accounts come to life too rarely"
    version = "20"
    family = Family.UNUSED
    typology = "T02"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "transactions")
    in_parts = True
    models = ("use_cells",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        counted = measured["use_cells"]
        counted = counted[counted["rep_id"].notna()]
        of_events = counted["of_event"] == 1
        cells = counted[~of_events]
        not_known = (*gaps(cells, parameters), *event_gap(int(counted["n"][of_events].sum())))
        watched = (cells["seen_days"] >= 0).fillna(False) & parameters.horizons(cells).notna()
        rows = cells[watched]
        last_seen = rows["seen_days"].astype("int64").clip(upper=parameters.follow_days)
        used = (rows["first_use_days"] <= parameters.follow_days).fillna(False).astype(bool)
        spells = pd.DataFrame(
            {
                "rep": rows["rep_id"].astype(str),
                "stratum": strata_of(rows)[0],
                "entry": 0,
                "exit": rows["first_use_days"].where(used, last_seen).astype("int64"),
                "event": used,
                "n": rows["n"].astype("int64"),
                "watched": last_seen.where(
                    ~used, np.maximum(last_seen, rows["first_use_days"].fillna(0))
                ).astype("int64"),
            }
        )
        if spells.empty:
            return Decision(gaps=not_known)
        life = as_tests(
            _told(log_rank_test(spells, side="low").reps), "accounts used by their customers so far"
        )
        by_horizon = rate_tests(horizon_cells(cells, parameters), "accounts unused up to their horizon")
        tests = with_episodes(by_horizon, tests=_agreed(life, by_horizon.tests))
        return Decision(tests=tests, examined=int(spells["n"].sum()), gaps=not_known)


def _told(reps: pd.DataFrame) -> pd.DataFrame:
    """The table of representatives with the number of accounts that like ones make expected to be used by now.

    What is tested is the sum of the hazards, which goes on growing for an account that nobody uses: of forty accounts it may
    be fifty, and nobody could read that.
    """
    share = reps["likely"] / np.where(reps["expected"] > 0, reps["expected"], 1.0)
    low, high = (np.minimum(reps[name] * share, reps["n"]) for name in ("low", "high"))
    return reps.assign(expected=reps["likely"], low=low, high=high)


def horizon_cells(cells: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Cells for `rate_test` from the model `use_cells`: grown-up accounts, and those that lay unused up to their horizon."""
    horizon = parameters.horizons(cells)
    grown = (cells["seen_days"] >= horizon).fillna(False)
    rows, limit = cells[grown], horizon[grown]
    unused = rows["first_use_days"].isna() | (rows["first_use_days"] > limit).fillna(False)
    return rate_cells(rows, happened=unused.astype(bool))


def _agreed(life: pd.DataFrame, share: pd.DataFrame) -> pd.DataFrame:
    """The larger of the two p-values; the first alone where accounts are too young for the second."""
    second = share.set_index("subject_id").reindex(life["subject_id"])
    tests = life.copy()
    tests["p_value"] = life["p_value"].where(
        second["p_value"].isna().to_numpy(),
        np.fmax(life["p_value"].to_numpy(float), second["p_value"].to_numpy(float)),
    )
    told = zip(life["reason"], second["reason"], second["p_value"].notna(), strict=True)
    tests["reason"] = [f"{one}; {other}" if known else one for one, other, known in told]
    return tests
