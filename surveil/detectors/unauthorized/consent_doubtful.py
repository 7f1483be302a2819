"""
# UA02 Consent doubtful

## What it finds
Consents on record that do not prove consent: captured {late_hours} hours or more after the opening; the same document
on accounts of unrelated customers, or captured again for a later opening; signed electronically on a device or network
address of the firm, or on one that {shared_households} or more households used; a wet signature for an opening by phone,
or a consent taken by somebody who was absent that day or had left. And representatives whose sittings show one of these
more often than colleagues'.

## Why it matters
Whoever opens accounts without asking must forge, copy or backfill the paper. A file that is complete is not a file that
is true.

## How it decides
What one representative opens for one customer on one day is one sitting. Each of the five doubts (time, device, address,
document, circumstances) is a rate of its own among sittings with a consent on record, compared with colleagues' sittings
of the same channel, kind of branch and kind of consent and corrected for the branch and its month; those seen are joined
into one p-value. Shared devices, copied documents and impossible captures hardly happen among honest people, so their
p-value is also held against an ordinary slip in {slip_rate} of sittings. A document is explained where one customer,
joint owner, household or home has a part in all its accounts, and where more than {form_openers} openers use it: then it
is a form. Whose customers signed late or on one device also for what they use since works like that: held against him is by
how much what they don't use goes beyond it. Of several consents of an account, the earliest decides whether it was late.

## What it misses
A well-made forgery. Copies where the archive hashes each scan anew. What has no hash, device or address on record is
counted as not known.

## Innocent explanations
- A branch with one tablet for all customers, or a call centre that sends links: colleagues there show the same.
- Home visits with one tablet: customers of what is used signed on it, too.
- Guests of the branch's wireless network sign on their own phones, but from the firm's address.
- A couple or a club without a common household on record, who signed one form.
- Papers that waited for the scanner over a weekend, or an archive that stamps the day of scanning.
- A leave that was cancelled or cut short and is still on the list: all in one absence count once.
- A colleague stood in for the opener under his name.

## What to check
- Lay the documents side by side: the same signature stroke for stroke?
- Whose is the device, and where was it at that hour?
- Ask the customer, on contact data from before the opening, what he signed and when.

## References
OCC's review of sales practices at over forty banks, 2016 and 2017 (accounts without proof of consent). Department of
Justice and Wells Fargo, 2020 (forged signatures). Joined p-values: Liu and Xie, JASA 2020.
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

STRATUM = ("kind", "channel", "branch_kind")
#: Doubts that honest sittings raise now and then, and how they read.
DOUBTS = {
    "late": "sittings with a consent from after the opening",
    "odd_address": "sittings with a consent signed from the firm's or a shared network address",
}
#: Doubts that hardly any honest sitting raises (in a firm that has no tablets for customers).
SELDOM = {
    "odd_device": "sittings with a consent signed on the firm's or a shared device",
    "copied": "sittings with a copied consent",
    "impossible": "sittings with a consent that can't have been taken as stated",
}
#: Doubts that a way of working brings with it, as a tablet that is carried from home to home.
HABITS = ("late", "odd_address", "odd_device")


class Parameters(HabitParameters):
    """What may be set."""

    late_hours: int = param(
        24, unit="hours", ge=1, le=720, measured=True, citation="our judgement: a bare date must not look late",
        meaning="hours after the opening from which the earliest consent is late, and a document's second capture odd",
    )  # fmt: skip
    form_openers: int = param(
        5, unit="openers", ge=1, le=100, measured=True, citation="our judgement: forgers work alone or in small groups",
        meaning="openers beyond which a document on many customers' accounts is a form, not a copy",
    )  # fmt: skip
    shared_households: int = param(
        3, unit="households", ge=2, le=50, measured=True, citation="our judgement: two may be relatives",
        meaning="unrelated households of one opener from which a contact (or of any, a device or address) counts as shared",
    )  # fmt: skip
    slip_rate: float = param(
        0.002, unit="share of sittings", ge=0.0001, le=0.1,
        citation="our judgement: one misfiled paper in five hundred",
        meaning="how often a copied document or an impossible capture is an ordinary slip",
    )  # fmt: skip


class ConsentDoubtful(Detector):
    """Consents that were captured late, copied, signed in an odd place, or can't have been taken as stated."""

    id = "UA02"
    slug = "consent_doubtful"
    name = "Doubtful consent"
    version = "18"
    family = Family.UNAUTHORIZED
    typology = "T08"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "consents")
    in_parts = True
    models = ("consent_doubtful_items", "consent_doubtful_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["consent_doubtful_cells"]
        rows = measured["consent_doubtful_items"]
        tests, chance = [], np.ones(len(rows))
        for doubt, what in {**DOUBTS, **SELDOM}.items():
            happened = cells[doubt] == 1
            counted = rate_cells(cells, happened, STRATUM)
            judged, usual = rate_tests(counted, what), 0.0
            found = judged.tests
            if doubt in SELDOM:
                usual = parameters.slip_rate
                # Where nothing was seen, such a test says nothing; it would only blunt the others.
                found = rare_tests(counted, what, usual).query("observed > 0")
            if doubt in HABITS:
                found = unless_habit(
                    found,
                    cells,
                    happened,
                    STRATUM,
                    f"unused {what}",
                    parameters.slip_rate,
                    parameters.habit_p,
                )
            tests.append(found)
            chance *= np.where(rows[doubt] == 1, np.maximum(peer_chance(judged, rows, STRATUM), usual), 1.0)
        shown = rows.assign(late_hours=rows["late_s"] // 3600)
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "consents", key="consent_id", day="captured_day"),
            score=1 - chance,
            detail=base.details(
                shown, ["product_code", "channel", "kind", "late_hours", *DOUBTS, *SELDOM, "document_households",
                        "staff_place", "place_households"],
            ),
        )  # fmt: skip
        unknown = int(cells["n"][cells["no_document"] == 1].sum())
        gap = Gap(
            unknown, "sittings whose consents have no document hash: whether one was copied is not known"
        )
        return Decision(items, strongest(tests), int(cells["n"].sum()), (gap,) if unknown else ())
