"""
# QB04 Burst of openings

## What it finds
Representatives with a run of one to {longest_days} business days in which they serve far more customers than they, their
branch and the firm's calendar make expected, and whose accounts from that run are worse than their like.

## Why it matters
Accounts made up to win a contest or to save a bad quarter are made up in a hurry. An episode of a week is lost in the
figures of a year.

## How it decides
For every business day what is expected of a representative is his own pace times the firm's day times his branch's day,
both without him; campaigns, pay-days and openings of a branch are in it. Days of absence are left out, and days on which
the firm did less than {thin_share} of its usual business (of years before the extract only survivors are left);
{crowd_customers} or more people of one employer on one day count as one sitting. Of all runs of days the one that is
least likely by chance is taken (a scan with negative binomial counts), and its p-value allows for having looked at all of
them. A dip after it is told: of what is pulled forward some is missing later, in honest campaigns as well, so that it
proves nothing. The accounts of that run are compared with colleagues' accounts of like kind, branch and month: how many
are poor, that is, carry at least two of four signs, not of the papers alone (never used in {quality_days} days or the
product's own horizon, funded and emptied again; no consent within {quality_grace_days} days, customer not met). Both
p-values are joined by Fisher's method; being busy alone is no fault, so its p-value counts as no smaller than
{least_effort_p}. Accounts of one day may be poor for one reason, such as a school's savings day, so that theirs counts as
no smaller than {least_day_p} for each business day of the run, multiplied. Where nothing is known of anybody's accounts,
the run alone is tested, and the sentence says so.

A campaign, or the first {new_branch_days} days of a branch, in which at least {named_from} of the accounts listed were
opened is named; these accounts count like others, as what colleagues opened in it does.

## What it misses
A slow, steady stream of openings; a burst of a whole branch (see QB07); whoever opens fewer than {least_openings} accounts.

## Innocent explanations
- A fair, a school or an employer's day of which the data know nothing: its accounts come to life.
- A colleague's leave, whose customers he served.
- Paperwork of some weeks entered at once: compare the applications' dates.

## What to check
- What happened in those days: a campaign, an event, a contest?
- Were the customers there, and do they know of the accounts listed?

## References
Wells Fargo's board, Sales Practices Investigation Report, 2017 (Jump into January). FCA TR14/4 (spikes in individuals'
sales). Scan statistic: Kulldorff, Communications in Statistics 1997.
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
from surveil.detectors.quality import STRATUM, QualityParameters, part_tests, usual_quality, with_quality
from surveil.detectors.rates import count_words, peer_chance
from surveil.engine import days
from surveil.statistics.scan import ScanSettings, expected_by_day, scan_bursts

#: Business days of a year.
_YEAR = 250


class Parameters(OccasionParameters, QualityParameters):
    """What may be set."""

    longest_days: int = param(
        10, unit="business days", ge=1, le=30, citation="our judgement: bursts of one day to two weeks",
        meaning="length of the longest run of days that is looked at",
    )  # fmt: skip
    least_openings: int = param(
        5, unit="sittings", ge=2, le=100, citation="our judgement: with fewer no run of days can stand out",
        meaning="sittings in the whole window below which nobody is tested",
    )  # fmt: skip
    thin_share: float = param(
        0.2, unit="share of the usual day", ge=0, le=1,
        citation="our judgement: of earlier years only survivors are left",
        meaning="days on which the whole firm did less than this are left out",
    )  # fmt: skip
    crowd_customers: int = param(
        4, unit="customers", ge=2, le=50, measured=True,
        citation="our judgement: what an employer's or school's day looks like",
        meaning="customers of one employer served by one opener in a day from which they count as one sitting",
    )  # fmt: skip
    least_effort_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=1,
        citation="our judgement: being busy alone must not flag anybody among a hundred",
        meaning="the p-value of a run of busy days counts as no smaller than this",
    )  # fmt: skip
    least_day_p: float = param(
        0.01, unit="p-value", ge=0.000001, le=1,
        citation="our judgement: what the accounts of one day have in common is one cause",
        meaning="the p-value of a run's accounts counts as no smaller than this to the power of the run's days",
    )  # fmt: skip


class RateBurst(Detector):
    """A run of days far above what is expected, with poor accounts."""

    id = "QB04"
    slug = "rate_burst"
    name = "Burst of openings"
    version = "21"
    family = Family.BURST
    typology = "T11"
    severity = Severity.HIGH
    needs = ("accounts.opened_by",)
    in_parts = True
    undivided = ("burst_calendar", OCCASIONS)
    models = (
        "burst_days",
        "burst_absences",
        "burst_calendar",
        "burst_cells",
        "burst_items",
        "quality_cells",
        OCCASIONS,
    )
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        counted = measured["burst_days"]
        if counted.empty:
            return Decision()
        bursts = self._bursts(measured, parameters)
        cells = _within(measured["burst_cells"], bursts)
        usual = usual_quality(measured)
        after = _by_days(part_tests(usual, cells, "accounts of those days"), bursts, parameters.least_day_p)
        effort = self._tests(bursts)
        tests = effort if cells.empty else with_quality(effort, after, parameters.least_effort_p)
        rows = _within(measured["burst_items"], bursts)
        rows = rows[rows["p_value"].notna()]
        rows = rows.assign(occasion=occasions_of(rows, measured[OCCASIONS], parameters.new_branch_days))
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["rep_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day", rep="opener_id"),
            score=1 - peer_chance(usual, rows, STRATUM),
            detail=base.details(rows, ["product_code", "run_from", "run_to", "occasion"]),
        )
        tests = with_occasions(tests, rows["rep_id"], rows["occasion"], parameters.named_from)
        few = int(bursts["p_value"].isna().sum())
        gap = Gap(few, f"representatives with fewer than {parameters.least_openings} sittings")
        return Decision(items, tests, int(counted["n"].sum()), (gap,) if few else ())

    def _bursts(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> pd.DataFrame:
        """The strongest run of each representative: `rep_id`, `first`, `last` (business days), and what was found."""
        counted, dates = (
            measured["burst_days"],
            measured["burst_calendar"].set_index("business_index").sort_index(),
        )
        who, reps = pd.factorize(counted["rep_id"].astype(str), sort=True)
        places, _ = pd.factorize(counted["branch_id"].fillna("").astype(str), sort=True)
        when = counted["business_index"].to_numpy(dtype=np.int64) - int(dates.index[0])
        shape = (len(reps), len(dates))
        seen, place = np.zeros(shape), np.full(shape, -1, dtype=np.int64)
        np.add.at(seen, (who, when), counted["n"].to_numpy(dtype=float))
        place[who, when] = places
        away = _away(measured["burst_absences"], reps, dates.index)
        full = _full_days(seen.sum(axis=0), parameters.thin_share)
        seen, place, dates = seen[:, full], _carried(place)[:, full], dates[full]
        active = _present(seen, away[:, full])
        expected = np.where(active, expected_by_day(seen, active, place), 0.0)
        settings = ScanSettings(
            longest=parameters.longest_days, min_expected=float(parameters.least_openings)
        )
        found = scan_bursts(seen, expected, settings).assign(rep_id=np.asarray(reps, dtype=object))
        first, last = dates.iloc[found["start"]], dates.iloc[found["end"]]
        after = [
            _afterwards(counts, found["end"].to_numpy(), parameters.longest_days)
            for counts in (seen, expected)
        ]
        return found.assign(
            after_seen=after[0],
            after_expected=after[1],
            first=first.index.to_numpy(dtype=np.int64),
            last=last.index.to_numpy(dtype=np.int64),
            run_from=[days.iso(day) for day in first["first_day"]],
            run_to=[days.iso(day) for day in last["last_day"]],
            total=seen.sum(axis=1),
        )

    def _tests(self, bursts: pd.DataFrame) -> pd.DataFrame:
        told = ("observed", "expected", "run_from", "run_to", "after_seen", "after_expected")
        reasons = [
            f"{seen:.0f} customers served {_when(start, end)}, {count_words(expected)} expected at his pace on his branch's"
            f" days{_dip(then, then_expected)}"
            for seen, expected, start, end, then, then_expected in zip(
                *(bursts[name] for name in told), strict=True
            )
        ]
        return base.frame(
            base.TEST_COLUMNS,
            subject_id=bursts["rep_id"],
            p_value=bursts["p_value"],
            observed=bursts["observed"],
            n=bursts["total"],
            reason=reasons,
        )


def _by_days(tests: pd.DataFrame, bursts: pd.DataFrame, least_p: float) -> pd.DataFrame:
    """The tests of the runs' accounts, no smaller than `least_p` for each day: a day may have one cause."""
    ran = (bursts["last"] - bursts["first"] + 1).set_axis(bursts["rep_id"])
    least = least_p ** tests["subject_id"].map(ran).astype(float)
    return tests.assign(p_value=np.maximum(tests["p_value"].astype(float), least))


def _when(start: str, end: str) -> str:
    return f"on {start}" if start == end else f"from {start} to {end}"


def _afterwards(counts: np.ndarray, end: np.ndarray, longest: int) -> np.ndarray:
    """Per representative the sum over the days after his run, as many as the longest run has."""
    total = np.concatenate([np.zeros((len(counts), 1)), counts.cumsum(axis=1)], axis=1)
    rows, until = np.arange(len(counts)), np.minimum(end + 1 + longest, counts.shape[1])
    return np.asarray(total[rows, until] - total[rows, end + 1])


def _dip(seen: float, expected: float) -> str:
    """What followed the run, where fewer came than expected: sales pulled forward are missing afterwards."""
    if seen >= expected or expected < 1:
        return ""
    return f", then {f'{seen:.0f}' if seen else 'none'} where {count_words(expected)} were expected"


def _full_days(total: np.ndarray, thin_share: float) -> np.ndarray:
    """Days on which the firm did its usual business, a share of the median day of the last year at least."""
    lately = total[-_YEAR:]
    return np.asarray(total >= max(thin_share * float(np.median(lately[lately > 0])), 1.0))


def _away(absences: pd.DataFrame, reps: pd.Index, index: pd.Index) -> np.ndarray:
    """Representatives by business days: absent."""
    away = np.zeros((len(reps), len(index)), dtype=bool)
    who = reps.get_indexer(pd.Index(absences["rep_id"].astype(str)))
    when = absences["business_index"].to_numpy(dtype=np.int64) - int(index[0])
    known = (who >= 0) & (when >= 0) & (when < len(index))
    away[who[known], when[known]] = True
    return away


def _present(seen: np.ndarray, away: np.ndarray) -> np.ndarray:
    """At work: from the first sitting to the last, but for absences without one."""
    worked = seen > 0
    since = np.logical_or.accumulate(worked, axis=1)
    until = np.logical_or.accumulate(worked[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(since & until & (worked | ~away))


def _carried(place: np.ndarray) -> np.ndarray:
    """The branch of every day: that of the sittings before, on the first days that of the first sitting."""
    days_ = np.arange(place.shape[1])
    before = np.maximum.accumulate(np.where(place >= 0, days_, -1), axis=1)
    first = np.argmax(place >= 0, axis=1)
    at = np.where(before >= 0, before, first[:, None])
    return np.asarray(np.take_along_axis(place, at, axis=1))


def _within(rows: pd.DataFrame, bursts: pd.DataFrame) -> pd.DataFrame:
    """The rows that fall into their representative's strongest run."""
    runs = bursts[["rep_id", "first", "last", "run_from", "run_to", "p_value"]]
    both = rows.assign(rep_id=rows["rep_id"].astype(str)).merge(runs, on="rep_id", how="inner")
    return both[(both["business_index"] >= both["first"]) & (both["business_index"] <= both["last"])]
