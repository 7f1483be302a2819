"""
# UA05 Contact tampering

## What it finds
Changes of a customer's phone, e-mail or address by the very person who opened something for him, from {opening_edit_days}
days before to {opening_edit_days} days after the opening, or at most {survey_days} days before a survey about it. Above
all those that were taken back within {undone_days} days, that put in nobody's or the firm's own address, or that left
none. And representatives who do this more often than colleagues.

## Why it matters
Notices, codes and surveys go to the contact on record. Whoever changes it for a few weeks keeps the customer from hearing
of an account, and the firm from hearing of the customer.

## How it decides
To correct a contact while the customer sits there is ordinary; to take the correction back is not. What one
representative opens for one customer on one day is one sitting. Two rates are tested against colleagues' sittings of the
same channel and kind of branch, with new or known customers: those with any such change, and those with one that was
undone or false; the latter is also held against a slip in {slip_rate} of sittings. Who changes contacts more often than
colleagues also where his customers use what he opened works like that (recruits move, a clean-up was ordered): of his
plain changes, those around what nobody uses are held against his own rate. That excuses no change that was undone or
false. Those seen are joined into one p-value. The change that took an edit back is listed beside it. Only sittings around
which the extract of changes covers every day are judged.

## What it misses
Changes through the customer's own online login, changes by a colleague, and numbers taken back in another spelling.

## Innocent explanations
- The customer moved, married or changed his provider, and opened something on that occasion.
- A slip of the keyboard, corrected a day later.
- A customer who lives elsewhere for a season, or who asked to have his e-mail deleted.
- Recruits or students who move on the occasion, at the desk that serves them, and do not use their accounts yet.
- A clean-up of records that the firm ordered.

## What to check
- Is there a form, a call or a proof of address behind the change?
- What was sent to the contact while it stood, and who got it?
- Who took it back, and after which event?

## References
Department of Justice and Wells Fargo, 2020 (contact data altered so that notices and surveys did not arrive). FINRA
Rule 3110 (changes of address are confirmed with the customer).
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

STRATUM = ("is_new", "channel", "branch_kind")


class Parameters(HabitParameters):
    """What may be set."""

    opening_edit_days: int = param(
        5, unit="days", ge=0, le=30, measured=True, citation="our judgement: within a week of the opening",
        meaning="days around an opening within which its opener's change of a contact counts",
    )  # fmt: skip
    survey_days: int = param(
        14, unit="days", ge=0, le=60, measured=True, citation="our judgement: surveys come within two weeks",
        meaning="days before a survey within which a change of a contact counts",
    )  # fmt: skip
    surveyed_days: int = param(
        60, unit="days", ge=0, le=365, measured=True, citation="our judgement: later surveys are not about the opening",
        meaning="days after an opening within which a survey is about it",
    )  # fmt: skip
    undone_days: int = param(
        90, unit="days", ge=1, le=365, measured=True,
        citation="our judgement: a quarter, after which goals and surveys are over",
        meaning="days within which the old value coming back means that a change was undone",
    )  # fmt: skip
    slip_rate: float = param(
        0.002, unit="share of sittings", ge=0.0001, le=0.1,
        citation="our judgement: one mistyped contact in five hundred",
        meaning="how often a change that is undone or false is an ordinary slip",
    )  # fmt: skip
    plain_weight: float = param(
        0.5, unit="share", ge=0, le=1, citation="our judgement: most changes around an opening are the customer's wish",
        meaning="what the score of a change that was neither undone nor false is worth",
    )  # fmt: skip


class ContactTampering(Detector):
    """Contacts changed by the opener around an opening, and changed back."""

    id = "UA05"
    slug = "contact_tampering"
    name = "Contact changed around the opening"
    version = "15"
    family = Family.UNAUTHORIZED
    typology = "T06 T36"
    severity = Severity.HIGH
    needs = (
        "accounts.opened_by",
        "profile_changes",
        "profile_changes.changed_by",
        "profile_changes.old_value",
        "profile_changes.new_value",
    )
    in_parts = True
    models = ("contact_tampering_items", "contact_tampering_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["contact_tampering_cells"]
        known = cells[cells["known"] == 1]
        edited = rate_tests(
            rate_cells(known, known["edited"] == 1, STRATUM),
            "sittings around which he changed the customer's contacts",
        )
        doubtful = rare_tests(
            rate_cells(known, known["doubtful"] == 1, STRATUM),
            "sittings with a change of contacts that was undone or false",
            parameters.slip_rate,
        )
        # Who sees to contacts at every opening does so where his customers use what they got, too; not to undo it.
        plainly = unless_habit(
            edited.tests,
            known,
            known["edited"] == 1,
            STRATUM,
            "sittings around which he changed the contacts and of which nothing is used",
            parameters.slip_rate,
            parameters.habit_p,
        )
        tests = strongest([plainly, doubtful.query("observed > 0")])
        # One change back may have undone two edits.
        rows = measured["contact_tampering_items"].drop_duplicates("change_id", ignore_index=True)
        bad = ((rows["undone"] == 1) | (rows["false_value"] == 1)).to_numpy(dtype=bool)
        plain = parameters.plain_weight * (1 - peer_chance(edited, rows, STRATUM))
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "profile_changes", key="change_id", day="changed_day"),
            score=np.where(bad, 1 - parameters.slip_rate, plain),
            detail=base.details(
                rows,
                [
                    "field",
                    "before_survey",
                    "undone",
                    "undone_after_days",
                    "false_value",
                    "emptied",
                    "reverts",
                ],
            ),
        )
        uncovered = int(cells["n"][cells["known"] == 0].sum())
        gap = Gap(uncovered, "sittings around which the extract of profile changes does not cover every day")
        return Decision(items, tests, int(known["n"].sum()), (gap,) if uncovered else ())
