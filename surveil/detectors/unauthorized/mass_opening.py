"""
# UA16 Mass opening

## What it finds
Days on which a representative opened accounts faster than the trade allows: for more than {hour_before} parties within
an hour, for more than {rush_before} within {rush_minutes} minutes, or for {device_parties} or more on one device; and
representatives with more such days than colleagues. A party is a household, or a customer without one.

## Why it matters
An opening takes a talk, papers and a signature. Accounts for one person after another within minutes were typed from a
list.

## How it decides
Counted are days, so that one long list is one event. A day is packed when one of the three holds; it is explained, and
not counted, when at least half of its accounts have since been used by their customers, for people who were really there
come back. {crowd_customers} or more people of one employer are a crowd and left out from the start. The share of packed
days is compared with colleagues' days with as many parties through the same channel at the same kind of branch (a student
branch in September with other student branches), corrected for the branch and its month, and with an ordinary rate of
{ordinary_rate}, which differs from one to the next by {events_differ} of it. So nobody is blamed for being busy.

## What it misses
Lists worked off slowly, and extracts that hold only the date of an opening (then only devices tell).

## Innocent explanations
- Pay-roll and enrolment days whose employer or school is not on record; a stand at a fair.
- Applications collected on paper and entered in the evening: then the times are those of the entry.
- A colleague who enters for all: look at who had the credit.
- A branch tablet that goes from hand to hand: colleagues' days show the same device.

## What to check
- Were the customers there: queue tickets, visits, the log of the terminal?
- Are the addresses, e-mails or documents alike?
- Were the accounts ever used?

## References
CFPB consent order on Santander Bank, 2016 (enrolments made by one vendor in great numbers).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells
from surveil.detectors.unused.horizons import HorizonParameters

DAY = ["rep_id", "opened_day"]
STRATUM = ("size", "channel", "branch_kind")
#: Days are compared with days of about as many parties: up to so many, or more than the last.
SIZES = (3, 4, 6, 9, 14)


class Parameters(HorizonParameters):
    """The horizons, and how fast is too fast."""

    hour_before: int = param(
        3, unit="parties", ge=1, le=100, measured=True,
        citation="our judgement: an opening takes a quarter of an hour and more",
        meaning="parties served in the hour before from which one more packs the hour",
    )  # fmt: skip
    rush_before: int = param(
        2, unit="parties", ge=1, le=50, measured=True,
        citation="our judgement: three strangers in ten minutes are a list",
        meaning="parties served in the minutes before from which one more is a rush",
    )  # fmt: skip
    rush_minutes: int = param(
        10, unit="minutes", ge=1, le=60, measured=True,
        citation="our judgement: three strangers in ten minutes are a list",
        meaning="minutes within which a rush is looked for",
    )  # fmt: skip
    device_parties: int = param(
        5, unit="parties", ge=2, le=500, measured=True, citation="our judgement: families are smaller",
        meaning="parties on one device in a day, of one opener, from which it is busy",
    )  # fmt: skip
    crowd_customers: int = param(
        4, unit="customers", ge=2, le=50, measured=True,
        citation="our judgement: what an employer's or school's day looks like",
        meaning="customers of one employer served by one opener in a day from which they count as one sitting",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.02, unit="share of busy days", ge=0.0001, le=0.5,
        citation="our judgement: events are what makes days busy, and their people mostly come back",
        meaning="share of busy days that are packed and not explained for honest reasons",
    )  # fmt: skip
    events_differ: float = param(
        1.5, unit="coefficient of variation", ge=0.0, le=5.0,
        citation="our judgement: few are sent to schools, fairs and reception centres, and these again and again",
        meaning="how much the rates of honest staff differ from each other",
    )  # fmt: skip


class MassOpening(Detector):
    """Openings for one party after another, faster than people can be served."""

    id = "UA16"
    slug = "mass_opening"
    name = "Mass opening"
    version = "18"
    family = Family.UNAUTHORIZED
    typology = "T35"
    severity = Severity.HIGH
    needs = ("accounts.opened_by",)
    in_parts = True
    models = ("mass_openings", "opening_day_sizes")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = _with_use(measured["mass_openings"], parameters)
        rows = rows[~rows["explained"]]
        days = measured["opening_day_sizes"]
        size = pd.cut(days["parties"].astype("int64"), [0, *SIZES, np.inf], labels=False)
        packed = pd.MultiIndex.from_frame(days[DAY]).isin(pd.MultiIndex.from_frame(rows[DAY]))
        cells = rate_cells(days.assign(n=1, size=size), pd.Series(packed, index=days.index), STRATUM)
        tests = rare_tests(
            cells,
            "busy days were packed with openings nobody came back for",
            parameters.ordinary_rate,
            parameters.events_differ,
        )
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            # What is not known yet counts half.
            score=(1 - rows["used_share"]).fillna(0.5),
            detail=base.details(
                rows,
                [
                    "product_code",
                    "channel",
                    "packed_hour",
                    "rush",
                    "busy_device",
                    "day_openings",
                    "used_share",
                ],
            ),
        )
        unknown = int(rows["used_share"].isna().sum())
        gap = Gap(unknown, "openings of packed days of which it is not known yet whether they are used")
        return Decision(items, tests, len(days), (gap,) if unknown else ())


def _with_use(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """The rows with the number of openings in the day's packed time and the share of them that was used (missing: not
    known of any), and whether that explains the day."""
    known = (rows["seen_days"] >= parameters.horizons(rows)).fillna(False).astype(bool)
    used = known & rows["first_use_days"].notna()
    marked = rows.assign(used=used.astype("int64"), known=known.astype("int64"), day_openings=1)
    sums = marked.groupby(DAY)[["used", "known", "day_openings"]].transform("sum")
    share = (sums["used"] / sums["known"]).where(sums["known"] > 0)
    return rows.assign(
        day_openings=sums["day_openings"],
        used_share=share,
        explained=(share >= 0.5).fillna(False).astype(bool),
    )
