"""
# UA06 Borrowed contact

## What it finds
Accounts opened with a contact that can't be the customer's: the phone, e-mail or home of somebody who works for the firm,
an e-mail at the firm's own domain, or a placeholder (noname@, a number that runs 1 2 3). And representatives on whose
customers this is found more often than expected.

## Why it matters
An account whose notices reach an employee, or nobody, is one that its owner need never hear of. Enrolments with made-up
addresses were how online banking was sold to people who had not asked for it.

## How it decides
Contacts are compared as spelled alike. An employee's contact is his own where the customer is that employee, shares his
household or name, lives at his home under his family name, or is staff; then it isn't listed. The firm's domain is the
one that most of its employees' addresses have. Each customer counts once. Borrowed contacts and placeholders are two
rates; each is compared with colleagues' customers and held against a slip in {slip_rate} of customers, so that a single
item flags nobody.

## What it misses
Contacts of friends and family, prepaid phones, and employees whose private numbers the firm does not have.

## Innocent explanations
- An employee's relative of another name or flatmate who is in no household with him on record, or a customer who was an
  employee when he gave the address.
- A form that demands an e-mail, and a branch that fills in the same placeholder for everybody without one.
- A branch number noted for a customer who has no phone, as agreed with him.
- A number that was the customer's before it became an employee's.

## What to check
- Who answers the number or the address, and who logged in with it?
- Did the record hold another contact before the opening, or get one after (UA05)?
- Does the customer know of the account?

## References
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016): enrolments with e-mail addresses that were not the customers'.
Prudential's policies sold at Wells Fargo (complaint of former employees, 2016): invented addresses.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import peer_chance, rate_cells, rate_tests
from surveil.detectors.signs import strongest

STRATUM = ("channel", "branch_kind")


class Parameters(base.Parameters):
    """What may be set."""

    slip_rate: float = param(
        0.002, unit="share of customers", ge=0.0001, le=0.1,
        citation="our judgement: one mistaken field in five hundred",
        meaning="how often such a contact is an ordinary slip",
    )  # fmt: skip
    placeholder_weight: float = param(
        0.5, unit="share", ge=0, le=1, citation="our judgement: a placeholder hides the customer, but serves nobody",
        meaning="what a placeholder's score is worth beside that of an employee's contact",
    )  # fmt: skip


class BorrowedContact(Detector):
    """An employee's, the firm's or nobody's contact on a customer's account."""

    id = "UA06"
    slug = "borrowed_contact"
    name = "Contact that is not the customer's"
    version = "17"
    family = Family.UNAUTHORIZED
    typology = "T05 T07"
    severity = Severity.HIGH
    needs = ("accounts.opened_by",)
    in_parts = True
    models = ("borrowed_contact_items", "borrowed_contact_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        cells = measured["borrowed_contact_cells"]
        borrowed = rate_cells(cells, cells["borrowed"] == 1, STRATUM)
        nobodys = rate_cells(cells, cells["placeholder"] == 1, STRATUM)
        tests = [
            rare_tests(borrowed, "customers with an employee's or the firm's contact", parameters.slip_rate),
            rare_tests(nobodys, "customers with a placeholder for a contact", parameters.slip_rate).query(
                "observed > 0"
            ),
        ]
        rows = measured["borrowed_contact_items"]
        theirs = ((rows["employee"] == 1) | (rows["firm"] == 1)).to_numpy(dtype=bool)
        by_peers = np.where(
            theirs,
            peer_chance(rate_tests(borrowed, "borrowed"), rows, STRATUM),
            peer_chance(rate_tests(nobodys, "placeholder"), rows, STRATUM),
        )
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "accounts", key="account_id", day="opened_day"),
            # Beside how unusual it is: an employee's contact says whose interest it served, a placeholder says less.
            score=(1 - np.maximum(by_peers, parameters.slip_rate))
            * np.where(theirs, 1.0, parameters.placeholder_weight),
            detail=base.details(
                rows, ["product_code", "channel", "kind", "employee", "opener", "firm", "placeholder"]
            ),
        )
        return Decision(items, strongest(tests), int(cells["n"].sum()))
