"""
# UA07 Shared contact

## What it finds
One phone number, e-mail address, home or device on accounts of {shared_households} or more unrelated households, nearly
all of them one representative's. And representatives with more such households than expected.

## Why it matters
Whoever opens accounts that nobody asked for must keep notices, codes and surveys from the customers. One number of his
own on all of them does it.

## How it decides
Contacts are compared as spelled alike: a number in its international form, an e-mail address in lower case without tags.
Households are unrelated where they also have {shared_households} homes and family names. A contact is explained, and only
counted, where they all work for one employer, or where less than {concentration_percent} percent of the households of the
whole firm that have it came to this opener: a residence, a school or a switchboard is known to his colleagues too. Each
household from the {shared_households}th on is counted among all households he served, compared with colleagues' and held
against a chance cluster in {chance_rate} of households.

## What it misses
Contacts that differ by a digit or a letter, and several numbers used for two households each.

## Innocent explanations
- A large family, a shared flat, or friends who gave one number: relatives are told by homes and names, friends are not.
- A residence, a school or a shelter that only one representative looks after.
- An accountant, guardian or manager who gives his own number for all whom he serves.
- Customers without a phone of their own, for whom a helper's number was noted.

## What to check
- Call the number. Whose is it?
- Are the accounts used, and did anybody answer a survey or a notice?
- Are there other contacts of these customers, from before the opening?

## References
Regulation notes T07; concentration of representatives on a number after science notes 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

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
EXPLANATIONS = {
    "relatives": "openings on a contact that relatives share",
    "employer": "openings on a contact that people of one employer share",
    "facility": "openings on a contact that is spread over several representatives",
}


class Parameters(base.Parameters):
    """What may be set."""

    shared_households: int = param(
        3, unit="households", ge=2, le=50, measured=True, citation="regulation notes T07",
        meaning="unrelated households from which a contact, device or address counts as shared",
    )  # fmt: skip
    concentration_percent: int = param(
        80, unit="percent", ge=1, le=100, measured=True, citation="science notes 1.1: many customers and one opener",
        meaning="share of a contact's households that must have come to one opener",
    )  # fmt: skip
    chance_rate: float = param(
        0.002, unit="share of households", ge=0.0001, le=0.1, citation="ours: friends and helpers, one in five hundred",
        meaning="how often a household comes to share a contact by chance",
    )  # fmt: skip


class SharedContact(Detector):
    """One contact over unrelated households of one opener."""

    id = "UA07"
    slug = "shared_contact"
    name = "Contact shared by unrelated customers"
    version = "1"
    family = Family.UNAUTHORIZED
    typology = "T07"
    severity = Severity.HIGH
    needs = ("accounts.opened_by",)
    models = ("shared_contact_items", "shared_contact_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["shared_contact_cells"]
        contacts, homes = (
            rare_tests(rate_cells(cells, cells[sign] == 1, STRATUM), what, parameters.chance_rate)
            for sign, what in SHARED.items()
        )
        shared = measured["shared_contact_items"]
        explained = shared["explained"].value_counts()
        gaps = tuple(
            Gap(int(explained[why]), f"explained, not held against anybody: {what}")
            for why, what in EXPLANATIONS.items()
            if why in explained.index
        )
        rows = shared[shared["explained"].isna()].sort_values("households", ascending=False, kind="stable")
        rows = rows.drop_duplicates("account_id", ignore_index=True)
        households = rows["households"].astype("int64")
        items = base.frame(
            base.ITEM_COLUMNS,
            feed="accounts",
            key=rows["account_id"],
            rep_id=rows["rep_id"],
            customer_id=rows["customer_id"],
            account_id=rows["account_id"],
            branch_id=rows["branch_id"],
            day=rows["opened_day"],
            # The more households on one contact, the less a chance of friends and helpers explains it.
            score=households / (households + parameters.shared_households),
            detail=base.details(rows, ["product_code", "channel", "kind", "households", "firm_households"]),
        )
        return Decision(
            items, strongest([contacts, homes.query("observed > 0")]), int(cells["n"].sum()), gaps
        )
