"""
# QB08 Pressure by a manager

## What it finds
Managers under whom many representatives open more poor accounts, in the same months, than other managers' people do.

## Why it matters
Pressure has a name. The people who bend are found one by one and dismissed, and the manager is promoted for his figures.

## How it decides
An account is poor that carries at least two of four signs, not of the papers alone (never used in {quality_days} days or
the product's own horizon, funded and emptied again; no consent within {quality_grace_days} days, customer not met). It
counts for whoever supervised its seller on the day of the opening, and apart from that for whoever supervised him. What
is expected comes from other managers' people: accounts of the same family at the same kind of branch in the same month.
In every run of three months and more each of his people is scored, none with more than {cap} standard deviations, and the
scores are added up. The best run counts. Its p-value allows for having looked at all of them and for habits of people and
of teams; it is no smaller than what remains of the run without its most remarkable month and person, so that neither one
rogue nor one month of lost papers is called pressure. At least {least_reps} people are needed. The accounts are listed of
those with p up to {listed_p}.

## What it misses
Pressure that made people work harder and nothing else; managers who are not on record as anybody's supervisor; a whole firm
under the same pressure.

## Innocent explanations
- He took over a branch whose clientele or papers were poor before him: look at the months.
- A visitor log or a scanner that failed for months at his branch.
- Goals were set above him: see the districts and regions of QB07.

## What to check
- Mails and calls about daily numbers; what was said to those who missed them; complaints of employees.
- Did the poor accounts begin when he came, and stop when he left?
- A sample of the accounts listed, from several of his people.

## References
Wells Fargo's board, Sales Practices Investigation Report, 2017 (pressure by managers). Massachusetts Securities
Division and Morgan Stanley, 2017 (an office's contest). Scan over months in the manner of Kulldorff 1997.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, param
from surveil.detectors.bursts.pressure import broad_tests
from surveil.detectors.quality import QualityParameters
from surveil.detectors.signs import strongest
from surveil.statistics.breadth import BreadthSettings


class Parameters(QualityParameters):
    """What may be set."""

    least_reps: int = param(
        3, unit="representatives", ge=2, le=20, citation="as in QB07",
        meaning="people with accounts below which a manager is not tested",
    )  # fmt: skip
    cap: float = param(
        2.0, unit="standard deviations", ge=0.5, le=10, citation="as in QB07",
        meaning="the most that one of his people adds to the evidence on a manager",
    )  # fmt: skip
    listed_p: float = param(
        0.01, unit="probability", ge=0.0001, le=0.2,
        citation="our judgement: poor accounts of others are nothing odd in themselves",
        meaning="p-value up to which the poor accounts of a manager's people are listed",
    )  # fmt: skip


class ManagerPressure(Detector):
    """Poor accounts of many people under one manager."""

    id = "QB08"
    slug = "manager_pressure"
    name = "Pressure by a manager"
    version = "18"
    family = Family.BURST
    typology = "T11 T23"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "assignments.supervisor_id")
    models = ("supervised_cells", "supervised_items")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["supervised_cells"]
        settings = BreadthSettings(cap=parameters.cap, least_members=parameters.least_reps)
        levels = [
            broad_tests(rows, "supervisor_id", "rep_id", "people under him", settings)
            for _, rows in cells.groupby("level", sort=True)
        ]
        tests = strongest(levels)
        found = set(tests["subject_id"][(tests["p_value"] <= parameters.listed_p).fillna(False)])
        rows = measured["supervised_items"]
        rows = rows[rows["supervisor_id"].isin(found)].drop_duplicates(["supervisor_id", "account_id"])
        items = base.frame(
            base.ITEM_COLUMNS,
            subject_id=rows["supervisor_id"],
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            score=0.5,
            detail=base.details(rows, ["product_code"]),
        )
        return Decision(items, tests, int(cells["n"][cells["level"] == 1].sum()))
