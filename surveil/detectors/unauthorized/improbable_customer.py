"""
# UA15 Improbable customer

## What it finds
Openings by staff for persons who can't be: dead before the day, born after it, {oldest_years} years old or more, named
by a placeholder ("unknown", "test", single letters), or one of more than {birth_before} customers whom one
representative gave the same date of birth within {birth_days} days. And representatives with more such customers than
expected.

## Why it matters
Accounts were opened for people who do not exist, for the dead and for pets. Each is a false entry in the books, and a
hole in the checks of identity.

## How it decides
Every person for whom a representative opened something counts once, whatever is wrong; of customers with one date of birth
only those beyond the first {birth_before} count. The share is compared with colleagues' customers through the same channel
at the same kind of branch, corrected for the branch and its month, and with an ordinary rate of {ordinary_rate}: a
mistyped year is nobody's fraud. A product of which {estate_openings} openings or more, and {estate_percent} percent of
them, are for people who had died is meant for estates, and these openings are left out and said to be. A date of birth
that makes somebody {oldest_years} or older and that customers of {default_openers} representatives or more share is what
the system fills in: it is taken as not known. Whoever has five openings or more, all of them for customers whose
names say that they are for tests or training, is a trainer or tester, not a seller: what he opens is counted and named, but
neither this nor any other detector judges it. Where a date of birth or death is not on record, nothing is said.

## What it misses
Invented people with likely names and dates, pets with human names, stolen identities; placeholders in other languages.

## Innocent explanations
- An account for the estate of somebody who died, opened by the heirs, where the firm has no product for it.
- A mistyped date of birth, or a default that few colleagues use.
- Twins and triplets; people whose papers give the first of January.
- Somebody whose name is a word, or one letter.

## What to check
- The copy of the identity document, and who took it.
- Did the check of identity fail and get overridden?
- Do the improbable customers share an address, a telephone or a device?

## References
OCC against former executives of Wells Fargo, Notice of Charges N20-001, 2020: accounts in the names of people who do
not exist, and of pets, as the press reported.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells

STRATUM = ("channel", "branch_kind")
#: What is wrong, how it reads, and how much an item of it says.
WRONG = {
    "deceased": ("dead before the opening", 0.8),
    "not_born": ("born after the opening", 0.7),
    "too_old": ("older than people get", 0.5),
    "placeholder": ("a placeholder for a name", 0.8),
    "birth_reused": ("a date of birth used again and again", 0.4),
}


class Parameters(base.Parameters):
    """What may be set."""

    oldest_years: int = param(
        110, unit="years", ge=90, le=130, measured=True, citation="our judgement: hardly anybody reaches that age",
        meaning="age from which a customer is older than people get",
    )  # fmt: skip
    default_openers: int = param(
        3, unit="representatives", ge=2, le=1000, measured=True,
        citation="our judgement: one opener may invent, three do not agree",
        meaning="openers whose customers share one impossible date of birth from which it is what the system fills in",
    )  # fmt: skip
    estate_openings: int = param(
        10, unit="openings", ge=1, le=10_000, measured=True, citation="our judgement: fewer may be one opener's doing",
        meaning="openings of a product for people who had died from which it may be meant for estates",
    )  # fmt: skip
    estate_percent: int = param(
        50, unit="percent of openings", ge=1, le=100, measured=True,
        citation="our judgement: no other product is opened for the dead as often as for the living",
        meaning="share of a product's openings for people who had died from which it is meant for estates",
    )  # fmt: skip
    birth_before: int = param(
        2, unit="customers", ge=1, le=50, measured=True,
        citation="our judgement: three strangers of one birthday in a year are rare",
        meaning="customers of one opener with one date of birth before one more is odd",
    )  # fmt: skip
    birth_days: int = param(
        365, unit="days", ge=7, le=3650, measured=True,
        citation="our judgement: three strangers of one birthday in a year are rare",
        meaning="days within which they are counted together",
    )  # fmt: skip
    masked_percent: int = param(
        5, unit="percent of persons", ge=1, le=100, measured=True,
        citation="our judgement: more than a few are a masked extract",
        meaning="share of placeholder names above which the firm is taken to have masked its customers' names",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.001, unit="share of customers", ge=0.0001, le=0.1,
        citation="our judgement: slips of the keyboard, and estates",
        meaning="how often an honest record is odd in one of these ways",
    )  # fmt: skip


class ImprobableCustomer(Detector):
    """Accounts for people who can't be."""

    id = "UA15"
    slug = "improbable_customer"
    name = "Improbable customers"
    version = "16"
    family = Family.UNAUTHORIZED
    typology = "T31"
    severity = Severity.HIGH
    needs = ("accounts.opened_by",)
    in_parts = True
    models = ("improbable_openings", "improbable_cells", "name_counts", "trainer_counts")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows, cells = measured["improbable_openings"], measured["improbable_cells"]
        judged = rate_cells(cells, cells["odd"] == 1, STRATUM)
        tests = rare_tests(judged, "customers have improbable details", parameters.ordinary_rate)
        wrong = rows[list(WRONG)] == 1
        room = pd.DataFrame(
            {name: 1 - there * WRONG[name][1] for name, there in wrong.items()}, index=rows.index
        )
        why = ["; ".join(WRONG[name][0] for name in WRONG if row[name]) for row in wrong.to_dict("records")]
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            score=(1 - room.astype(float).prod(axis=1)).astype(float),
            detail=base.details(rows.assign(why=why), ["product_code", "channel", "why"]),
        )
        return Decision(items, tests, int(cells["n"].sum()), _gaps(cells, measured, parameters))


def _gaps(
    cells: pd.DataFrame, measured: Mapping[str, pd.DataFrame], parameters: Parameters
) -> tuple[Gap, ...]:
    names, trainers = measured["name_counts"], measured["trainer_counts"]
    persons, placeholders = (int(names[name].sum()) for name in ("persons", "placeholders"))
    masked = placeholders if placeholders * 100 > persons * parameters.masked_percent else 0
    found = (
        Gap(
            int(cells["birth_unknown"].sum()),
            "customers without a date of birth on record, or with a default for it: looked at were their name and death",
        ),
        Gap(
            int(cells["of_estate"].sum()),
            "openings for people who had died, of products that are meant for estates",
        ),
        Gap(masked, "customers whose names look masked in the extract: nothing is known from them"),
        Gap(
            int(trainers["n"].sum()),
            "openings by people who open for customers made up for tests or training alone: no detector judges them",
            tuple(sorted(trainers["trainer"].astype(str))),
        ),
    )
    return tuple(gap for gap in found if gap.count)
