"""
# QB07 Pressure in a branch

## What it finds
Branches most of whose representatives, in most months, open more poor accounts than like branches do, all the more where
many accounts are opened for few customers who come in.

## Why it matters
Where a manager presses, everybody bends a little: no representative stands out, and the one who is dismissed is replaced by
the next who bends.

## How it decides
An account is poor that carries at least two of four signs, not of the papers alone (never used in {quality_days} days or
the product's own horizon, funded and emptied again; no consent within {quality_grace_days} days, customer not met). Each
branch's accounts are compared with other branches' accounts of the same family at the same kind of branch in the same
month, after its most remarkable representative and its most remarkable month have been left out: one rogue, or one month
of lost papers, is not pressure. At least {least_reps} representatives must remain. Where contacts are on record, the
number of customers served is compared with the number who came, against other branches; that p-value counts as no smaller
than {least_effort_p}, since a branch may be good at serving, or poor at writing visits down. Both are joined by Fisher's
method.

## What it misses
A whole region, or the firm, under the same pressure: there is nobody to compare with. Branches with few representatives.

## Innocent explanations
- A visitor log or a scanner that fails for many months.
- A clientele unlike that of its kind, such as a branch beside a barracks or a campus.
- A new branch, which opens accounts for customers who come over from others.

## What to check
- Goals of the branch against the customers who come and the people it has; who set them?
- Turnover of staff, complaints of employees, calls and mails about daily numbers.
- A sample of the accounts listed, from several representatives.

## References
Regulation notes T11 and the comptroller's 2016 order (goals not matched to traffic and turnover); Fisher 1932.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity, SubjectType
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, param
from surveil.detectors.quality import STRATUM, QualityParameters
from surveil.detectors.rates import rate_cells, rate_tests
from surveil.statistics.combine import fisher_combination
from surveil.statistics.rates import RateSettings, count_test


class Parameters(QualityParameters):
    """What may be set."""

    least_reps: int = param(
        2, unit="representatives", ge=1, le=20, citation="ours: one person is no branch",
        meaning="representatives that must remain when the most remarkable one is left out",
    )  # fmt: skip
    least_effort_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=1, citation="ours: a lost visitor log must not flag a branch",
        meaning="the p-value of too many customers served for those who came counts as no smaller than this",
    )  # fmt: skip


class BranchPressure(Detector):
    """Poor accounts all over a branch, and more customers served than came."""

    id = "QB07"
    slug = "branch_pressure"
    name = "Pressure in a branch"
    version = "1"
    family = Family.BURST
    typology = "T11 T23"
    severity = Severity.CRITICAL
    subject = SubjectType.BRANCH
    needs = ("accounts.opened_by", "accounts.branch_id")
    models = ("quality_cells", "branch_footfall", "branch_pressure_items")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["quality_cells"]
        cells = cells[cells["branch_id"].fillna("") != ""]
        # Few poor accounts are left to expect once the worst of every branch are out; none is no reason not to look.
        poor = rate_tests(
            _broad(cells, parameters.least_reps),
            "accounts are poor",
            settings=RateSettings(min_expected=0.0),
            peers="branches",
        ).tests
        rows = measured["branch_pressure_items"]
        rows = rows[rows["branch_id"].fillna("") != ""]
        items = base.frame(
            base.ITEM_COLUMNS,
            feed="accounts",
            key=rows["account_id"],
            subject_id=rows["branch_id"],
            rep_id=rows["rep_id"],
            customer_id=rows["customer_id"],
            account_id=rows["account_id"],
            branch_id=rows["branch_id"],
            day=rows["opened_day"],
            score=0.5,
            detail=base.details(rows, ["product_code"]),
        )
        tests = _joined(poor, _footfall(measured["branch_footfall"]), parameters.least_effort_p)
        return Decision(items, tests, int(cells["n"].sum()))


def _broad(cells: pd.DataFrame, least_reps: int) -> pd.DataFrame:
    """Cells of branches (as `rep`) without each one's most remarkable representative and, of the rest, month."""
    branch = cells["branch_id"].astype(str)
    one = cells.assign(who=cells["rep_id"].astype(str) + "\n" + branch, branch_id="")
    fitted = rate_tests(rate_cells(one, one["poor"] == 1, STRATUM, rep="who"), "accounts are poor").result
    if fitted is None:
        return rate_cells(one, one["poor"] == 1, STRATUM)
    rows = fitted.cells.assign(excess=fitted.cells["y"] - fitted.cells["n"] * fitted.cells["p"])
    rows[["person", "place"]] = rows["rep"].str.split("\n", n=1, expand=True)
    rows = _without_largest(rows, "person")
    rows = rows[rows.groupby("place")["person"].transform("nunique") >= least_reps]
    rows = _without_largest(rows, "month").assign(rep=lambda kept: kept["place"])
    return rows.groupby(["rep", "stratum", "branch", "month"], as_index=False)[["n", "y"]].sum()


def _without_largest(rows: pd.DataFrame, what: str) -> pd.DataFrame:
    """The rows of each place but for the person (or month) with the largest excess there."""
    total = rows.groupby(["place", what], as_index=False)["excess"].sum()
    order = total.sort_values(["place", "excess", what], ascending=[True, False, True])
    largest = order.drop_duplicates("place")[["place", what]].assign(largest=True)
    marked = rows.merge(largest, on=["place", what], how="left")
    return marked[marked["largest"].isna()].drop(columns="largest")


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


def _joined(poor: pd.DataFrame, footfall: pd.DataFrame, least_p: float) -> pd.DataFrame:
    """Both tests as one; poor accounts alone where who came is not known."""
    second = footfall.set_index("rep").reindex(poor["subject_id"])
    served = np.maximum(second["p_value"].to_numpy(dtype=float), least_p)
    quality = poor["p_value"].to_numpy(dtype=float)
    joined = np.where(np.isnan(quality), np.nan, fisher_combination(np.column_stack([quality, served])))
    reason = [
        f"{told} (its most remarkable representative and month left out); "
        + (
            "who came is not known"
            if pd.isna(y)
            else f"{y:.0f} customers served, {mean:.0f} expected of those who came"
        )
        for told, y, mean in zip(poor["reason"], second["observed"], second["expected"], strict=True)
    ]
    return poor.assign(p_value=joined, reason=reason)
