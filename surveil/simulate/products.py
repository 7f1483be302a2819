"""The product catalogue of the simulated firm and who is likely to open what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from surveil.simulate.table import Array

FUND_LICENCE = "SIE;S6|S7;S63|S66"
FULL_LICENCE = "SIE;S7;S63|S66"


@dataclass(frozen=True)
class Product:
    """One product: what the feed says of it, and how accounts of it behave.

    `unused` is the share never used in honest business, `delay` the median days to first use, `events` the mean
    number of later customer events, `need` the relative demand at a banker's, an advisor's, a teller's desk and online.
    """

    code: str
    name: str
    family: str
    unused: float
    delay: float
    events: float
    need: tuple[float, float, float, float]
    risk: int | None = None
    complexity: int | None = None
    credit: bool = False
    lockup: int | None = None
    requires: str = ""
    horizon: int | None = 90
    amount: tuple[float, float] = (6.0, 1.0)
    """Log mean and sd of what is put in at the opening, in dollars."""


# fmt: off
PRODUCTS: tuple[Product, ...] = (
    Product("CHECKING", "Everyday Checking", "deposit", .12, 5, 5.0, (30, 6, 40, 30), 1, 1, amount=(5.6, 1.1)),
    Product("SAVINGS", "Way2Grow Savings", "deposit", .22, 12, 2.2, (20, 5, 28, 22), 1, 1, amount=(5.9, 1.2)),
    Product("MONEYMKT", "Premier Money Market", "deposit", .20, 14, 1.8, (5, 5, 3, 5), 1, 1, amount=(8.6, .9)),
    Product("YOUTH", "First Steps Saver (under 18)", "deposit", .35, 22, 1.4, (3, 0, 6, 1), 1, 1, horizon=None, amount=(3.4, 1.0)),
    Product("TERM12", "Term Deposit 12 months", "deposit", .92, 40, 0.2, (6, 6, 4, 4), 1, 1, lockup=12, horizon=None, amount=(8.9, .8)),
    Product("BUSINESS", "Business Checking", "deposit", .10, 6, 6.0, (6, 2, 1, 1), 1, 2, amount=(7.2, 1.2)),
    Product("CARD", "Rewards Credit Card", "card", .20, 11, 4.0, (13, 4, 9, 20), 2, 2, True),
    Product("CARDRES", "Reserve Card (stand-by)", "card", .52, 30, 1.0, (3, 1, 2, 4), 2, 2, True, horizon=180),
    Product("LINE", "Personal Credit Line", "credit_line", .34, 20, 1.6, (4, 1, 1, 4), 2, 2, True, horizon=120),
    Product("HOMELINE", "Home Equity Line", "credit_line", .25, 18, 1.8, (3, 1, 0, 0), 2, 3, True, requires="MLO", horizon=120),
    Product("LOAN", "Personal Loan", "loan", .02, 24, 4.0, (5, 1, 0, 5), 2, 2, True, requires="TRN-LEND", horizon=None, amount=(8.9, .7)),
    Product("MORTGAGE", "Fixed Mortgage", "mortgage", .01, 32, 5.0, (6, 2, 0, 0), 2, 3, True, requires="MLO", horizon=None, amount=(12.3, .5)),
    Product("FUND", "Balanced Mutual Fund", "mutual_fund", .15, 25, 1.2, (7, 22, 0, 2), 3, 2, requires=FUND_LICENCE, horizon=None, amount=(9.0, .9)),
    Product("FUNDGRO", "Emerging Growth Fund", "mutual_fund", .15, 25, 1.2, (2, 9, 0, 1), 5, 3, requires=FUND_LICENCE, horizon=None, amount=(8.8, .9)),
    Product("UIT", "Select Ten Unit Trust", "uit", .30, 40, 0.4, (1, 8, 0, 0), 3, 3, lockup=15, requires=FUND_LICENCE, horizon=None, amount=(9.6, .7)),
    Product("EQUITY", "Brokerage Equities", "equity", .10, 9, 3.0, (0, 9, 0, 3), 4, 3, requires=FULL_LICENCE, amount=(9.1, 1.1)),
    Product("BOND", "Corporate Bonds", "bond", .30, 30, 0.6, (0, 5, 0, 0), 2, 2, requires=FULL_LICENCE, horizon=None, amount=(9.7, .8)),
    Product("NOTE", "Market-Linked Note", "structured_note", .40, 60, 0.2, (0, 5, 0, 0), 4, 5, lockup=36, requires=FULL_LICENCE, horizon=None, amount=(9.8, .7)),
    Product("VARANN", "Variable Annuity", "annuity", .35, 60, 0.3, (0, 6, 0, 0), 4, 5, lockup=84, requires=FUND_LICENCE + ";LIFE;VARIABLE;TRN-ANN", horizon=None, amount=(10.8, .7)),
    Product("FIXANN", "Fixed Annuity", "annuity", .35, 60, 0.2, (1, 5, 0, 0), 2, 3, lockup=60, requires="LIFE;TRN-ANN", horizon=None, amount=(10.6, .7)),
    Product("LIFE", "Term Life", "life", .08, 31, 4.0, (2, 6, 0, 1), 1, 2, requires="LIFE", horizon=None, amount=(4.0, .4)),
    Product("HEALTH", "Hospital Cash Plan", "health", .08, 31, 4.0, (0, 3, 0, 1), 1, 2, requires="HEALTH", horizon=None, amount=(3.8, .4)),
    Product("HOME", "Home Insurance", "pc_insurance", .05, 31, 2.0, (2, 1, 0, 1), 1, 1, requires="PC", horizon=None, amount=(4.4, .4)),
    Product("ADVISORY", "Managed Portfolio", "advisory", .12, 30, 1.5, (0, 10, 0, 0), 3, 3, requires="S65|S66;IAR", horizon=None, amount=(11.2, .8)),
    Product("ALTFUND", "Private Credit Fund", "alternative", .45, 70, 0.1, (0, 2, 0, 0), 5, 5, lockup=60, requires="SIE;S7|S22;S63|S66", horizon=None, amount=(11.0, .6)),
    Product("DEBIT", "Debit Card", "feature", .17, 8, 4.0, (0, 0, 0, 0), None, None, horizon=60),
    Product("ONLINE", "Online Banking", "feature", .16, 4, 4.0, (0, 0, 0, 0), None, None, horizon=60),
    Product("BILLPAY", "Bill Pay", "feature", .36, 16, 1.5, (0, 0, 0, 0), None, None, horizon=90),
    Product("OVERDRAFT", "Overdraft Line", "feature", .55, 45, 0.6, (0, 0, 0, 0), None, None, True, horizon=None),
)
# fmt: on

CODES = [product.code for product in PRODUCTS]
CODE = {code: position for position, code in enumerate(CODES)}
FAMILIES = list(dict.fromkeys(product.family for product in PRODUCTS))
FAMILY = np.array([FAMILIES.index(product.family) for product in PRODUCTS])
FEATURES = tuple(CODE[product.code] for product in PRODUCTS if product.family == "feature")
SOLD_FAMILIES = frozenset(FAMILIES) - {"deposit", "card", "credit_line", "feature"}
IS_SALE = np.array([product.family in SOLD_FAMILIES for product in PRODUCTS])
STATE_TERMS = frozenset({"S63", "S65", "S66", "IAR", "LIFE", "HEALTH", "VARIABLE", "PC", "MLO"})
NEEDS_LICENCE = np.array([bool(product.requires) for product in PRODUCTS])
NEED = np.array([product.need for product in PRODUCTS], dtype=float).T
"""Desk (banker, advisor, teller, online) x product."""


def in_family(family: str) -> Array:
    """Which products are of a family, as a mask."""
    return np.array([product.family == family for product in PRODUCTS])


def qualifies(requires: str, held: Collection[str]) -> bool:
    """Whether qualifications meet a requirement such as `SIE;S6|S7` (`;` = and, `|` = or)."""
    return all(any(term in held for term in clause.split("|")) for clause in requires.split(";") if clause)
