"""
# RF01 Referral mill

## What it finds
Representatives whose referrals hardly ever come to anything, the more so where they make many of them; and those who refer
customers of whom there is no trace, or book referrals after the deal is done.

## Why it matters
A fee for each referral invites referrals that nobody needs. The customer is bothered, the colleague's time is lost, and
numbers of referrals that mean nothing reach the management.

## How it decides
Referrals older than {mature_days} days are judged. What share of them should have been converted comes from colleagues'
referrals of the same family, corrected for how the receiver did with those of others in that month: a poor receiver is
not the giver's fault. Together with another sign, how many of the customers who did not buy never came, it is compared
twice. First in the months in which he made most referrals compared with his own other months: these are found without a
look at what came of them, so that nothing is to be allowed for (over the whole time where no run of months stands out
with p = {surge_p}, allowing for all runs). Then over the whole time and over the run of months in which they did worst,
with an allowance for all runs. A run is held against his own other months, too. Both p-values are joined (Cauchy), the
first with a weight of {surge_weight}. The result is made worse by the number of referrals: so many a month at work
compared with colleagues of the same role, or a surge as only few colleagues have one, whichever is less probable.
Normal scores are added; the number weighs {volume_weight} against 1 and counts up to z = {volume_cap} only, so that a
busy giver whose referrals convert as others' do is never remarkable, and few referrals are no excuse. Nobody is judged so
on fewer than {least_referrals} referrals.

Whoever declined or did not come was there or was called, at least afterwards. So such referrals are asked for any
contact with their customer, by whomever, from {trace_before_days} days before to {trace_after_days} days after, even a call
that nobody answered or an appointment that he missed; where the contacts' extract covers these days. How many have none is
compared with colleagues' of the same family, corrected for the branch and its month. And a referral comes before what it
leads to: of those that name their account or sale, the share booked after it was opened or sold is compared with
colleagues' and with {after_rate}, which is ordinary where they are written down in the evening. The tests are joined
(Cauchy). The referrals that failed, or were booked afterwards, are listed of those with p up to {listed_p}.

## What it misses
Referrals of customers who would have bought anyway.

## Innocent explanations
- A teller at a busy counter refers whoever asks, on instruction of the branch.
- A counter at which nobody writes visits down, and a receiver who notes no calls.
- Slips that are entered by somebody at the end of the day or week; clocks of two systems that differ.
- The receiver is away, or outcomes are not recorded for one partner: then his other referrals fail as well.
- A campaign in which every customer was to be referred.

## What to check
- Do the customers remember that they were referred?
- Were several referred in the same minute, or at the end of a goal period?
- What was paid for them?

## References
Regulation R, 12 CFR 218.700 (referral fees). Faked referrals at Commonwealth Bank of Australia, in the press of May
2018. Stouffer 1949. Joined p-values: Liu and Xie, JASA 2020. Scan over months in the manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.episodes import span_words, with_episodes
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import count_words, rate_cells, rate_tests
from surveil.detectors.signs import strongest
from surveil.statistics.aggravation import aggravated
from surveil.statistics.combine import cauchy_combination
from surveil.statistics.episodes import Sign, run_test
from surveil.statistics.rates import count_test
from surveil.statistics.surge import surges

#: What a referral that came to nothing ended with.
_FAILED = ("no_show", "declined", "open")


class Parameters(base.Parameters):
    """What may be set."""

    mature_days: int = param(
        60, unit="days", ge=7, le=365,
        citation="our judgement: a sale that comes from a referral comes within two months",
        meaning="age from which a referral should have led to something",
    )  # fmt: skip
    least_referrals: int = param(
        20, unit="referrals", ge=5, le=500, citation="our judgement: fewer show no habit",
        meaning="referrals below which nobody is judged",
    )  # fmt: skip
    volume_weight: float = param(
        0.75, unit="weight", ge=0.0, le=1.0,
        citation="our judgement: conversion is the evidence, volume only makes it worse",
        meaning="weight of the volume's z against that of the conversion",
    )  # fmt: skip
    volume_cap: float = param(
        2.0, unit="standard deviations", ge=0.0, le=5.0,
        citation="our judgement: a very busy giver must not be guilty by volume",
        meaning="highest z that the volume can bring in",
    )  # fmt: skip
    trace_before_days: int = param(
        3, unit="days", ge=0, le=30, measured=True, citation="as in UA08: contacts are noted on the day, or around it",
        meaning="days before a referral in which a contact is a trace of its customer",
    )  # fmt: skip
    trace_after_days: int = param(
        30, unit="days", ge=0, le=180, measured=True, citation="our judgement: by then the receiver has tried to reach him",
        meaning="days after a referral in which a contact is a trace of its customer",
    )  # fmt: skip
    after_rate: float = param(
        0.02, unit="share of referrals", ge=0.0001, le=0.5, citation="our judgement: one in fifty is entered late",
        meaning="share of referrals that are booked after what they led to, in ordinary work",
    )  # fmt: skip
    surge_p: float = param(
        0.05, unit="probability", ge=0.0001, le=0.5,
        citation="our judgement: else ordinary ups and downs would choose the months",
        meaning="p-value of a surge of referrals from which its months are judged by themselves",
    )  # fmt: skip
    surge_weight: float = param(
        0.7, unit="weight", ge=0.0, le=1.0, citation="our judgement: who refers for the fee refers more while he does",
        meaning="weight of the test in the months of most referrals beside that over all runs of months",
    )  # fmt: skip
    listed_p: float = param(
        0.01, unit="probability", ge=0.0001, le=0.2,
        citation="our judgement: a failed referral is nothing odd in itself",
        meaning="p-value up to which a representative's failed referrals are listed",
    )  # fmt: skip


class ReferralMill(Detector):
    """Referrals that fail too often for their kind and receiver, weighed with their number."""

    id = "RF01"
    slug = "referral_mill"
    name = "Referral mill"
    version = "17"
    family = Family.COMPETENCE
    typology = "T20"
    severity = Severity.MEDIUM
    needs = ("referrals", "referrals.outcome")
    in_parts = True
    models = ("referral_outcomes", "months_at_work")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["referral_outcomes"]
        known = rows["outcome"].notna()
        mature = (rows["age_days"] >= parameters.mature_days).astype(bool)
        judged = rows[known & mature]
        gaps = (
            Gap(
                int((known & ~mature).sum()),
                f"referred less than {parameters.mature_days} days ago: still open",
            ),
            Gap(int((~known).sum()), "what became of the referral is not on record"),
        )
        told = tuple(gap for gap in gaps if gap.count)
        if judged.empty:
            return Decision(gaps=told)
        mill = _tests(judged, rows, measured["months_at_work"], parameters)
        # A test of somebody with no such referral says nothing; it would only blunt the other.
        others = [t.query("observed > 0") for t in (_without_trace(judged), _booked_after(rows, parameters))]
        tests = strongest([mill, *others])
        found = tests["subject_id"][(tests["p_value"] <= parameters.listed_p).fillna(False)]
        failed = known & mature & rows["outcome"].isin(_FAILED)
        odd = rows["rep_id"].isin(found) & (failed | (rows["booked_after"] == 1).fillna(False))
        return Decision(_items(rows[odd]), tests, len(judged), told)


def _without_trace(judged: pd.DataFrame) -> pd.DataFrame:
    """Failed referrals whose customer left no trace, per giver."""
    over = judged["outcome"].isin(["no_show", "declined"])
    asked = judged[over & judged["traced"].notna()].assign(n=1)
    cells = rate_cells(asked, asked["traced"] == 0, ("family",))
    return rate_tests(
        cells, "referrals declined or missed by customers with whom no contact is on record"
    ).tests


def _booked_after(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Referrals booked after the account or sale that they led to, per giver."""
    linked = rows[rows["booked_after"].notna()].assign(n=1)
    cells = rate_cells(linked, linked["booked_after"] == 1, ("family",))
    return rare_tests(cells, "referrals were booked after what they led to", parameters.after_rate)


def _tests(
    judged: pd.DataFrame, rows: pd.DataFrame, months: pd.DataFrame, parameters: Parameters
) -> pd.DataFrame:
    """Few conversions joined with many referrals, per giver."""
    # The receiver stands where other rates have the branch: his own luck with a family in a month is taken out.
    by_receiver = judged.assign(n=1, branch_id=judged["to_rep_id"])
    few = rate_tests(
        rate_cells(by_receiver, by_receiver["outcome"] == "converted", ("family",)),
        "referrals converted",
        side="low",
    )
    failed = by_receiver[by_receiver["outcome"].isin(["no_show", "declined"])]
    never_came = rate_tests(rate_cells(failed, failed["outcome"] == "no_show", ("family",)), "never came")
    signs = [] if few.result is None else [Sign(few.result, "low")]
    others = [] if never_came.result is None else [Sign(never_came.result)]
    tests = with_episodes(few, side="low", others=others)
    if not signs:
        return tests
    surge = surges(_judged_months(judged, months)).set_index("rep")
    risen = surge[surge["p_value"] <= parameters.surge_p]
    in_surge = run_test([*signs, *others], risen.reset_index())
    tests = _joined(tests, few.tests["reason"], in_surge, risen, parameters.surge_weight)
    many = _volume(rows, months)
    volume = tests["subject_id"].map(_rarer(many["p_value"].astype(float), surge["alone"])).astype(float)
    p = aggravated(tests["p_value"].astype(float), volume, parameters.volume_weight, parameters.volume_cap)
    enough = tests["p_value"].notna() & (tests["n"] >= parameters.least_referrals)
    usual = tests["subject_id"].map(many["expected"]).astype(float)
    number = tests["subject_id"].map(many["observed"]).astype(float)
    reason = [
        f"{text}; {made_:.0f} referrals made, {count_words(usual_)} expected"
        for text, made_, usual_ in zip(tests["reason"], number, usual, strict=True)
    ]
    return tests.assign(p_value=np.where(enough, p, np.nan), reason=reason)


def _joined(
    tests: pd.DataFrame, whole: pd.Series, chosen: pd.DataFrame, risen: pd.DataFrame, weight: float
) -> pd.DataFrame:
    """`tests` joined with what the months of most referrals say; where that is more, it is told after the `whole` time."""
    found = chosen.set_index("rep").reindex(tests["subject_id"]).reset_index(drop=True)
    when = risen.reindex(tests["subject_id"]).reset_index(drop=True)
    both = np.column_stack([found["p_value"].to_numpy(dtype=float), tests["p_value"].to_numpy(dtype=float)])
    p = cauchy_combination(both, np.tile([weight, 1 - weight], (len(tests), 1)))
    reason = [
        f"{first}; {seen:.0f} of {n:.0f} {span_words(start, end)} ({count_words(mean)} expected), when he made {ratio:.1f}"
        " times as many as at other times"
        if own < all_runs and not np.isnan(start)
        else text
        for text, first, (own, all_runs), seen, n, mean, start, end, ratio in zip(
            tests["reason"],
            whole,
            both,
            *(found[name] for name in ("observed", "n", "expected")),
            *(when[name] for name in ("start", "end", "ratio")),
            strict=True,
        )
    ]
    return tests.assign(p_value=np.where(np.isnan(both[:, 1]), np.nan, p), reason=reason)


def _judged_months(judged: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Referrals judged per giver and month at work; the exposure is how busy that month was for everybody."""
    made = judged.groupby(["rep_id", "month"]).size().rename("n").reset_index()
    cells = months[["rep_id", "month"]].drop_duplicates().merge(made, on=["rep_id", "month"], how="left")
    cells["n"] = cells["n"].fillna(0).astype(float)
    cells["exposure"] = cells.groupby("month")["n"].transform("mean")
    return cells.rename(columns={"rep_id": "rep"}).astype({"rep": str, "month": "int64"})


def _volume(rows: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Referrals a month at work compared with colleagues of the same role, by giver."""
    made = rows.groupby(["rep_id", "month"]).size().rename("y").reset_index()
    exposed = months.merge(made, on=["rep_id", "month"], how="left")
    cells = pd.DataFrame(
        {
            "rep": exposed["rep_id"].astype(str),
            "stratum": exposed["role"].astype(str),
            "branch": "",
            "month": exposed["month"].astype("int64"),
            "n": 1.0,
            "y": exposed["y"].fillna(0).astype("int64"),
        }
    )
    return count_test(cells).reps.set_index("rep")


def _rarer(many: pd.Series, surge: pd.Series) -> pd.Series:
    """The smaller p-value of two, doubled; that of a surge is the share of givers who have one as strong."""
    share = surge.rank(method="max") / max(len(surge), 1)
    return (2 * pd.concat([many, share], axis=1).min(axis=1)).clip(upper=1.0)


def _items(rows: pd.DataFrame) -> pd.DataFrame:
    return base.frame(
        base.ITEM_COLUMNS,
        feed="referrals",
        key=rows["referral_id"],
        rep_id=rows["rep_id"],
        customer_id=rows["customer_id"],
        branch_id=rows["branch_id"],
        day=rows["day"],
        # Who never came was perhaps never asked; who declined was at least spoken with.
        score=rows["outcome"].map({"no_show": 0.7, "open": 0.5, "declined": 0.4}).astype(float).fillna(0.7),
        detail=base.details(
            rows, ["product_code", "to_rep_id", "outcome", "fee_cents", "age_days", "traced", "booked_after"]
        ),
    )
