"""
# UA07 Shared contact

## What it finds
One phone number, e-mail address, home or device on accounts of {shared_households} or more unrelated households, nearly
all of them one representative's; or a series of numbers and addresses that differ by a digit or a count. And
representatives with more such households than expected.

## Why it matters
Whoever opens accounts that nobody asked for must keep notices, codes and surveys from the customers. One number of his
own on all of them does it.

## How it decides
Contacts are compared as spelled alike: a number in its international form, an e-mail address in lower case without tags,
a home address with its usual words in short form. Households are unrelated where they also have {shared_households} homes
and family names. A contact is explained, and only counted, where they all work for one employer, or where less than
{concentration_percent} percent of the households of the whole firm that have it came to this opener: a residence, a
school or a switchboard is known to his colleagues too; or where {used_percent} percent of its accounts that were watched
for {watched_days} days are used by their customers, as those of a guardian's wards are: who does not exist uses nothing;
or where {residence_percent} percent of its households live at one home, no employee's, that {shared_households} or more
unrelated people share, and {residence_used_percent} percent of its watched accounts are used: the telephone and mailbox
of a residence belong to it (the home itself is judged); or where it belongs to somebody, no employee and none of these
customers, whom the firm had known for {guardian_days} days before, such as a guardian or a payee, and as many accounts are
used. Those of one home count as one household. Each household from the {shared_households}th on is counted among all
households he served, compared with colleagues' and held against a chance cluster in {chance_rate} of households. A home
that unrelated people share counts once, however many they are: it may be a residence or a shelter that he looks after.

A series are contacts of such households with the same pattern: numbers that differ in one of the last digits or in the last
two, e-mail addresses that differ in marks or in the number at the end of a name of {least_stem} letters or more. Neighbours
may have such numbers: a series of numbers counts where, for as many numbers as the opener's customers have in that
exchange, {chance_series} or fewer would be expected by chance.

## What it misses
Made-up contacts that have nothing in common, several numbers used for two households each, and accounts that somebody else
uses in their customers' names.

## Innocent explanations
- A large family, a shared flat, or friends who gave one number: relatives are told by homes and names, friends are not.
- Several residences or a school that only one representative looks after; a shelter whose people have mostly moved on.
- An accountant, guardian or manager, unknown to the firm, who gives his own number, or for people none of whom uses his
  account yet.
- Customers without a phone of their own, for whom a helper's number was noted.
- A block of numbers of one building or firm whose people came together and gave no employer.

## What to check
- Call the number. Whose is it?
- Are the accounts used, and did anybody answer a survey or a notice?
- Are there other contacts of these customers, from before the opening?

## References
FINRA's case of 2015 in which over fifty accounts of one representative shared customers' details. Prudential's policies
sold at Wells Fargo (complaint of former employees, 2016): invented addresses.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells
from surveil.detectors.signs import strongest

STRATUM = ("channel", "branch_kind")
#: Column of the cells -> how it reads.
SHARED = {
    "shared": "households on a phone, e-mail or device that unrelated households share",
    "one_home": "households at one home with unrelated ones",
}
SERIES = "households on phones or e-mails that differ by a digit or a count"
CELL = ["rep_id", *STRATUM, "branch_id", "month"]
#: What in `near_contacts` is of a household, not of the pattern.
HOUSEHOLD = ["household", "channel", "branch_kind", "branch_id", "month", "place"]
EXPLANATIONS = {
    "relatives": "openings on a contact that relatives share",
    "employer": "openings on a contact that people of one employer share",
    "facility": "openings on a contact that is spread over several representatives",
    "residence": "openings on a contact of a residence, most of whose people live at one home",
    "used": "openings on a contact whose customers use their accounts",
}


class Parameters(base.Parameters):
    """What may be set."""

    shared_households: int = param(
        3, unit="households", ge=2, le=50, measured=True, citation="our judgement: two may be relatives",
        meaning="unrelated households from which a contact, device or address counts as shared",
    )  # fmt: skip
    concentration_percent: int = param(
        80, unit="percent", ge=1, le=100, measured=True,
        citation="our judgement: a placeholder or facility has many openers",
        meaning="share of a contact's households that must have come to one opener",
    )  # fmt: skip
    least_stem: int = param(
        3, unit="letters", ge=1, le=20, measured=True, citation="our judgement: initials are everybody's",
        meaning="letters that the name in an e-mail address must have, for addresses to be a series",
    )  # fmt: skip
    used_percent: int = param(
        50, unit="percent of accounts", ge=10, le=100, measured=True,
        citation="as in UA16: invented people do not come back",
        meaning="share of a contact's accounts, of those watched, whose use by their customers explains it",
    )  # fmt: skip
    residence_percent: int = param(
        50, unit="percent of households", ge=20, le=100, measured=True,
        citation="our judgement: of a residence's people some have moved out",
        meaning="share of a contact's households living at one home from which it is that residence's",
    )  # fmt: skip
    residence_used_percent: int = param(
        20, unit="percent of accounts", ge=0, le=100, measured=True,
        citation="our judgement: of real people some use what they got, of invented ones nobody",
        meaning="share of its accounts, of those watched, that must be used for a contact to be a residence's or guardian's",
    )  # fmt: skip
    guardian_days: int = param(
        30, unit="days", ge=0, le=3650, measured=True,
        citation="our judgement: whoever is made up for the accounts' sake comes with them",
        meaning="days for which somebody must have been a customer for his contact, on others' accounts, to be a guardian's",
    )  # fmt: skip
    watched_days: int = param(
        30, unit="days", ge=0, le=365, measured=True,
        citation="our judgement: most accounts are used in the first month",
        meaning="days for which an account must have been seen to be watched",
    )  # fmt: skip
    chance_series: float = param(
        0.001, unit="series", ge=1e-9, le=0.1, citation="our judgement: numbers of one exchange taken as spread evenly",
        meaning="series of numbers as long as this that chance makes among an opener's customers of one exchange",
    )  # fmt: skip
    chance_rate: float = param(
        0.002, unit="share of households", ge=0.0001, le=0.1,
        citation="our judgement: friends and helpers, one in five hundred",
        meaning="how often a household comes to share a contact by chance",
    )  # fmt: skip


class SharedContact(Detector):
    """One contact over unrelated households of one opener."""

    id = "UA07"
    slug = "shared_contact"
    name = "Contact shared by unrelated customers"
    version = "20"
    family = Family.UNAUTHORIZED
    typology = "T07"
    severity = Severity.HIGH
    needs = ("accounts.opened_by",)
    in_parts = True
    models = ("shared_contact_items", "shared_contact_cells", "near_contacts", "near_contact_items")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["shared_contact_cells"]
        contacts, homes = (
            rare_tests(rate_cells(cells, cells[sign] == 1, STRATUM), what, parameters.chance_rate)
            for sign, what in SHARED.items()
        )
        near = _series(measured["near_contacts"], parameters.chance_series)
        series = rare_tests(_near_cells(cells, near, parameters), SERIES, parameters.chance_rate)
        shared = measured["shared_contact_items"]
        explained = shared["explained"].value_counts()
        gaps = tuple(
            Gap(int(explained[why]), f"explained, not held against anybody: {what}")
            for why, what in EXPLANATIONS.items()
            if why in explained.index
        )
        on_series = measured["near_contact_items"].merge(near.drop(columns=HOUSEHOLD).drop_duplicates())
        rows = pd.concat([shared[shared["explained"].isna()], on_series], ignore_index=True)
        rows = rows.assign(alike=rows["pattern"].isna()).sort_values(
            ["alike", "households"], ascending=False, kind="stable"
        )
        found = _items(rows.drop_duplicates("account_id", ignore_index=True), parameters)
        # A test of somebody with none of these says nothing; it would only blunt the other.
        tests = [contacts, homes.query("observed > 0"), series.query("observed > 0")]
        return Decision(found, strongest(tests), int(cells["n"].sum()), gaps)


def _series(near: pd.DataFrame, most: float) -> pd.DataFrame:
    """The rows of the model `near_contacts` on patterns that chance does not make; e-mail addresses all are.

    Numbers are taken as spread evenly over an exchange, so that those in one of its cells are Poisson distributed.
    """
    cells, numbers = (near[name].astype(float).to_numpy() for name in ("cells", "numbers"))
    by_chance = cells * stats.poisson.sf(near["contacts"].astype(float).to_numpy() - 1, numbers / cells)
    return near[np.isnan(cells) | (by_chance <= most)]


def _near_cells(cells: pd.DataFrame, near: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """All households served, and of them those that make a series, in cells for a rate test."""
    later = near[near["place"] >= parameters.shared_households].drop_duplicates(["rep_id", "household"])
    total = cells.groupby(CELL, as_index=False, dropna=False)["n"].sum()
    there = later.groupby(CELL, as_index=False, dropna=False).size()
    merged = total.merge(there, on=CELL, how="left")
    return rate_cells(merged, merged["size"].fillna(0).astype("int64"), STRATUM)


def _items(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    households = rows["households"].astype("int64")
    return base.frame(
        base.ITEM_COLUMNS,
        **base.about(rows, "accounts", key="account_id", day="opened_day"),
        # The more households on one contact, the less a chance of friends and helpers explains it.
        score=households / (households + parameters.shared_households),
        detail=base.details(
            rows, ["product_code", "channel", "kind", "households", "firm_households", "contacts"]
        ),
    )
