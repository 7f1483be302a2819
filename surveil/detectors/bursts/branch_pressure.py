"""
# QB07 Pressure in a branch

## What it finds
Branches, districts and regions in which many open more poor accounts in the same months than elsewhere, all the more where
many accounts are opened for few customers who come in; and branches several of whose people stand out by themselves.

## Why it matters
Where a manager presses, everybody bends a little: no representative stands out, and the one who is dismissed is replaced by
the next who bends.

## How it decides
An account is poor that carries at least two of four signs, not of the papers alone (never used in {quality_days} days or
the product's own horizon, funded and emptied again; no consent within {quality_grace_days} days, customer not met). What
is expected comes from other branches' accounts of the same family at the same kind of branch in the same month. In every
run of three months and more each representative of a branch is scored, none with more than {cap} standard deviations, and
the scores are added up. The best run counts. Its p-value allows for having looked at all of them and for habits of people
and of branches; it is no smaller than what remains of the run without its most remarkable month and person, so that
neither one rogue nor one month of lost papers is called pressure. At least {least_reps} representatives are needed. In
the same way the branches of a district and of a region are added up, where there are {least_branches}. Where contacts are
on record, the number of customers served is compared with the number who came, against other branches; it weighs
{footfall_weight} against 1 and counts up to z = {footfall_cap}, since a branch may be good at serving, or poor at writing
visits down.

Whom UA17 finds remarkable, for accounts that look unauthorized, is found by himself. Of a branch's people without the most
remarkable one, those with a p-value up to {alone_p} there are counted and compared with as large a share, or with that of
other branches, where it is larger (the most remarkable of each left out there, too): one rogue is no branch. At least
{least_reps} representatives are needed. This test is joined with the other one (Cauchy), and the sentence tells of the one
that says more.

A campaign, or the first {new_branch_days} days of a branch, in which at least {named_from} of the accounts listed were
opened is named; these accounts count like others, as what colleagues opened in it does.

## What it misses
The whole firm under the same pressure: there is nobody to compare with. A little pressure: one bad account in twenty for
half a year is hardly more than what honest branches differ by. Branches with few representatives. Who pressed: see QB08.

## Innocent explanations
- A visitor log or a scanner that fails for many months.
- A clientele unlike that of its kind, such as a branch beside a barracks or a campus.
- A new branch, which opens accounts for customers who come over from others.

## What to check
- Goals of the branch against the customers who come and the people it has; who set them?
- Turnover of staff, complaints of employees, calls and mails about daily numbers.
- A sample of the accounts listed, from several representatives.

## References
OCC consent order AA-EC-2016-66 (Wells Fargo, 2016: goals not matched to traffic and turnover). Scan over months in the
manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity, SubjectType
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, param
from surveil.detectors.bursts.occasions import MODEL as OCCASIONS
from surveil.detectors.bursts.occasions import OccasionParameters, occasions_of, with_occasions
from surveil.detectors.bursts.pressure import broad_tests
from surveil.detectors.joining import joined_tests
from surveil.detectors.quality import QualityParameters
from surveil.detectors.rates import count_words
from surveil.statistics.aggravation import aggravated
from surveil.statistics.breadth import BreadthSettings
from surveil.statistics.rates import count_test
from surveil.statistics.several import several_test

#: How many of those who stand out by themselves a sentence names.
_NAMED = 5


class Parameters(OccasionParameters, QualityParameters):
    """What may be set."""

    least_reps: int = param(
        3, unit="representatives", ge=2, le=20, citation="our judgement: with two, one of them is half of it",
        meaning="representatives with accounts below which a branch is not tested",
    )  # fmt: skip
    least_branches: int = param(
        3, unit="branches", ge=2, le=20, citation="our judgement: as for representatives",
        meaning="branches below which a district or region is not tested",
    )  # fmt: skip
    cap: float = param(
        2.0, unit="standard deviations", ge=0.5, le=10,
        citation="our judgement: pressure moves many a little, not one a lot",
        meaning="the most that one representative (or branch) adds to the evidence on his branch (or its region)",
    )  # fmt: skip
    alone_p: float = param(
        0.02, unit="probability", ge=0.001, le=0.2, citation="our judgement: so few honest people show it by chance",
        meaning="p-value by UA17 up to which a representative of a branch counts as remarkable",
    )  # fmt: skip
    footfall_weight: float = param(
        0.5, unit="weight", ge=0, le=1,
        citation="our judgement: poor accounts are the evidence, crowds only make it worse",
        meaning="weight of too many customers served for those who came, against that of poor accounts",
    )  # fmt: skip
    footfall_cap: float = param(
        2.0, unit="standard deviations", ge=0, le=5,
        citation="our judgement: a lost visitor log must not flag a branch",
        meaning="the most that customers served for those who came count",
    )  # fmt: skip


class BranchPressure(Detector):
    """Poor accounts all over a branch, and more customers served than came."""

    id = "QB07"
    slug = "branch_pressure"
    name = "Pressure in a branch"
    version = "22"
    family = Family.BURST
    typology = "T11 T23"
    severity = Severity.CRITICAL
    subject = SubjectType.BRANCH
    needs = ("accounts.opened_by", "accounts.branch_id")
    models = ("branch_cells", "district_cells", "branch_footfall", "branch_pressure_items", OCCASIONS)
    in_parts = True
    by_branch = ("branch_cells", "branch_footfall", "branch_pressure_items")
    undivided = (OCCASIONS,)
    hears = ("UA17",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["branch_cells"]
        settings = BreadthSettings(cap=parameters.cap, least_members=parameters.least_reps)
        poor = broad_tests(cells, "branch_id", "rep_id", "representatives", settings)
        rows = measured["branch_pressure_items"]
        rows = rows.assign(occasion=occasions_of(rows, measured[OCCASIONS], parameters.new_branch_days))
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["branch_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            score=0.5,
            detail=base.details(rows, ["product_code", "occasion"]),
        )
        tests = _joined(poor, _footfall(measured["branch_footfall"]), parameters)
        if (alone := measured.get(base.verdicts_of("UA17"))) is not None:
            tests = joined_tests(tests, _several(cells, alone, parameters))
        tests = with_occasions(tests, rows["branch_id"], rows["occasion"], parameters.named_from)
        wider = _wider(measured["district_cells"], parameters)
        return Decision(items, pd.concat([tests, *wider], ignore_index=True), int(cells["n"].sum()))


def _wider(cells: pd.DataFrame, parameters: Parameters) -> list[pd.DataFrame]:
    """Tests of the districts and regions that have enough branches, whose members are the branches."""
    settings = BreadthSettings(cap=parameters.cap, least_members=parameters.least_branches)
    made = []
    for level in ("district", "region"):
        known = cells[cells[level].notna()]
        named = known.assign(place=level + " " + known[level].astype(str))
        made.append(broad_tests(named, "place", "branch_id", "branches", settings))
    return made


def _several(cells: pd.DataFrame, alone: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Tests of the branches several of whose people stand out by themselves.

    Args:
        cells: counted accounts by `rep_id` and `branch_id`; somebody belongs where most of his are.
        alone: tests of all representatives (`TEST_COLUMNS`).
    """
    opened = cells.groupby(["rep_id", "branch_id"], as_index=False)["n"].sum()
    opened = opened.sort_values(["n", "branch_id"], ascending=[False, True]).astype(
        {"rep_id": str, "branch_id": str}
    )
    homes = opened.drop_duplicates("rep_id").set_index("rep_id")["branch_id"]
    p = (
        homes.index.to_series()
        .map(alone.set_index("subject_id")["p_value"].astype(float))
        .dropna()
        .sort_values()
    )
    found = several_test(p, homes, parameters.alone_p, parameters.least_reps)
    out = p.index[p <= parameters.alone_p].to_series()
    who = out.groupby(homes.reindex(out.index)).agg(_named)
    return base.frame(
        base.TEST_COLUMNS,
        subject_id=found["group"],
        **found[["observed", "expected", "n", "p_value"]],
        reason=[
            f"{count:.0f} of {n:.0f} representatives stand out by themselves ({who.get(branch, 'nobody')}), for accounts"
            f" that look unauthorized, where {count_words(mean)} would be expected; it is not one of them alone"
            for branch, count, n, mean in zip(
                found["group"], found["observed"], found["n"], found["expected"], strict=True
            )
        ],
    )


def _named(reps: pd.Series) -> str:
    """The first few of them, by id."""
    more = len(reps) - _NAMED
    return ", ".join(reps.iloc[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _footfall(rows: pd.DataFrame) -> pd.DataFrame:
    """Customers served against customers who came: `rep` (the branch), `observed`, `expected`, `p_value`."""
    if rows.empty:
        return pd.DataFrame(columns=["rep", "observed", "expected", "p_value"])
    cells = pd.DataFrame(
        {
            "rep": rows["branch_id"].astype(str),
            "stratum": rows["branch_kind"].astype(str),
            "branch": "",
            "month": rows["month"].astype("int64"),
            "n": rows["came"].astype(float),
            "y": rows["served"].astype("int64"),
        }
    )
    return count_test(cells).reps


def _joined(poor: pd.DataFrame, footfall: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Poor accounts, made worse by customers served beyond those who came; by themselves where who came is not known."""
    second = footfall.set_index("rep").reindex(poor["subject_id"])
    reason = [
        f"{told}; "
        + (
            "who came is not known"
            if pd.isna(y)
            else f"{y:.0f} customers served, {count_words(mean)} expected of those who came"
        )
        for told, y, mean in zip(poor["reason"], second["observed"], second["expected"], strict=True)
    ]
    p = aggravated(
        poor["p_value"].astype(float),
        second["p_value"].astype(float),
        parameters.footfall_weight,
        parameters.footfall_cap,
    )
    return poor.assign(p_value=p, reason=reason)
