"""
# UA08 Customer absent

## What it finds
Openings by staff around which there is no trace of the customer: no visit, no answered call, no appointment kept and no
login from {contact_before_days} days before to day {contact_after_days} after it. And openings while the opener was absent
or had left, or at night; an opening under the log-in of somebody absent for which somebody else had the credit is the
latter's. It flags representatives to whom this happens more often than to colleagues.

## Why it matters
An account for somebody who was not there was opened for somebody else's sake. The log of visits and calls is kept for
other purposes, so that few think of forging it.

## How it decides
What one representative opens for one customer on one day is one sitting, so that one forgotten line in the log counts
once; so are {crowd_customers} or more people of one employer on one day. A sitting was met when a contact with the
customer or a joint owner falls into the window (one of unknown kind or outcome counts), or when he is on record as having
accepted an offer of that product, by post or otherwise, up to {accepted_days} days before. Only openings whose
whole window the contacts' extract covers are judged. Two rates are tested, each against colleagues' sittings through the
same channel at the same kind of branch, with new or known customers, corrected for the branch and its month: sittings
without a meeting, and sittings at odd times (opener away or gone, or between {night_from_hour} and {night_until_hour}
o'clock by the branch's clock). All that was opened in one absence counts once: a holiday that was put off is one error of
record. So does all after the opener left. Whoever shows too few meetings or too many odd times (p up to {habit_p}) where
customers use what he opened, too, writes little down, or works by another clock: then what is not used is judged against
his own that is, where that is the larger p-value. Odd times are also held against such an error in {slip_rate} of
sittings. Both rates, the second where there is anything of it, are joined into one p-value.

## What it misses
Openings behind the back of a customer who had come for something else, and meetings that were made up.

## Innocent explanations
- The log of visits or the dialler failed at the branch: the branch-by-month factor takes it out.
- Onboarding at an employer or a school: a room full of people, and nobody logs each visit. Known employers are one
  sitting.
- A parent, a guardian or an agent came in the customer's place.
- The holiday was put off or cut short, and nobody corrected the list.
- A colleague used the representative's terminal or identity, and left him the credit: then the absent opener is the victim.
- He finished what an absent colleague had begun, and the system kept the colleague's name.
- A representative who writes little down, of whose accounts hardly any are used yet.

## What to check
- Queue tickets, identity scans, telephone recordings and the camera of that day.
- Who was logged in at the terminal, if the opener was on leave?
- Ask the customer, on contact data from before the opening.

## References
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016): accounts opened without the customer's knowledge. Joined
p-values: Liu and Xie, JASA 2020.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.habit import HabitParameters, unless_habit
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import peer_chance, rate_cells, rate_tests
from surveil.detectors.signs import strongest

STRATUM = ("is_feature", "is_new", "channel", "branch_kind")


class Parameters(HabitParameters):
    """What may be set."""

    contact_before_days: int = param(
        3, unit="days", ge=0, le=30, measured=True,
        citation="our judgement: contacts are noted on the day, or around it",
        meaning="days before the opening in which a visit, call or login counts as having met the customer",
    )  # fmt: skip
    contact_after_days: int = param(
        1, unit="days", ge=0, le=30, measured=True,
        citation="our judgement: contacts are noted on the day, or around it",
        meaning="days after the opening in which a visit, call or login still counts",
    )  # fmt: skip
    accepted_days: int = param(
        30, unit="days", ge=0, le=180, measured=True,
        citation="our judgement: how long answers to a mailed offer are on their way; as the cooling time of UA09",
        meaning="days before the opening in which the customer's yes to an offer of that product counts as having met him",
    )  # fmt: skip
    crowd_customers: int = param(
        4, unit="customers", ge=2, le=50, measured=True,
        citation="our judgement: what an employer's or school's day looks like",
        meaning="customers of one employer served by one opener in a day from which they count as one sitting",
    )  # fmt: skip
    slip_rate: float = param(
        0.002, unit="share of sittings", ge=0.0001, le=0.1,
        citation="our judgement: one wrong clock or list in five hundred",
        meaning="how often a sitting at an odd time is a slip of the firm's lists or clocks",
    )  # fmt: skip
    night_from_hour: int = param(
        21, unit="hour of the day", ge=17, le=24, measured=True, citation="our judgement: no branch is open then",
        meaning="hour from which an opening is at night (24: never in the evening)",
    )  # fmt: skip
    night_until_hour: int = param(
        6, unit="hour of the day", ge=0, le=9, measured=True, citation="our judgement: no branch is open before",
        meaning="hour until which an opening is at night (0: never in the morning)",
    )  # fmt: skip


class CustomerAbsent(Detector):
    """Openings without a trace of the customer, or at times when nobody can have been there."""

    id = "UA08"
    slug = "customer_absent"
    name = "Customer not met"
    version = "22"
    family = Family.UNAUTHORIZED
    typology = "T08"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "contacts")
    in_parts = True
    models = ("customer_absent_items", "customer_absent_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["customer_absent_cells"]
        covered = cells[cells["not_met"].notna()]
        met = rate_tests(
            rate_cells(covered, covered["not_met"] == 1, STRATUM), "sittings left no trace of the customer"
        )
        counted = rate_cells(cells, cells["odd"] == 1, STRATUM)
        odd = rare_tests(counted, "sittings were at night or while the opener was away", parameters.slip_rate)
        rows = measured["customer_absent_items"]
        unmet = (rows["not_met"] == 1).fillna(False).to_numpy(dtype=bool)
        strange = (rows[["away", "gone", "at_night"]] == 1).any(axis=1).to_numpy(dtype=bool)
        chance = np.where(unmet, peer_chance(met, rows, STRATUM), 1.0)
        chance = chance * np.where(strange, parameters.slip_rate, 1.0)
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            score=1 - chance,
            detail=base.details(
                rows,
                ["product_code", "channel", "not_met", "away", "gone", "at_night", "first_odd", "opened_tod"],
            ),
        )
        uncovered = int(cells["n"][cells["not_met"].isna()].sum())
        gap = Gap(uncovered, "sittings around which the contacts' extract does not cover every day")
        slip, habit = parameters.slip_rate, parameters.habit_p
        unused = "sittings for accounts that are not used"
        tests = [
            unless_habit(
                met.tests, covered, covered["not_met"] == 1, STRATUM, f"{unused} left no trace of the customer", slip, habit
            ),
            unless_habit(
                odd.query("observed > 0"), cells, cells["odd"] == 1, STRATUM,
                f"{unused} were at night or while the opener was away", slip, habit,
            ),
        ]  # fmt: skip
        return Decision(
            items,
            strongest(tests),
            int(covered["n"].sum()),
            (gap,) if uncovered else (),
        )
