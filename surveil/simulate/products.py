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


_CATALOGUE = """
CHECKING | Everyday Checking | deposit | 0.12 5 5 | 30 6 40 30 | 1 1 - | - | 90 | 5.6 1.1 | -
SAVINGS | Way2Grow Savings | deposit | 0.22 12 2.2 | 20 5 28 22 | 1 1 - | - | 90 | 5.9 1.2 | -
MONEYMKT | Premier Money Market | deposit | 0.2 14 1.8 | 5 5 3 5 | 1 1 - | - | 90 | 8.6 0.9 | -
YOUTH | First Steps Saver (under 18) | deposit | 0.35 22 1.4 | 3 0 6 1 | 1 1 - | - | - | 3.4 1 | -
TERM12 | Term Deposit 12 months | deposit | 0.92 40 0.2 | 6 6 4 4 | 1 1 - | 12 | - | 8.9 0.8 | -
BUSINESS | Business Checking | deposit | 0.1 6 6 | 6 2 1 1 | 1 2 - | - | 90 | 7.2 1.2 | -
CARD | Rewards Credit Card | card | 0.2 11 4 | 13 4 9 20 | 2 2 credit | - | 90 | 6 1 | -
CARDRES | Reserve Card (stand-by) | card | 0.52 30 1 | 3 1 2 4 | 2 2 credit | - | 180 | 6 1 | -
LINE | Personal Credit Line | credit_line | 0.34 20 1.6 | 4 1 1 4 | 2 2 credit | - | 120 | 6 1 | -
HOMELINE | Home Equity Line | credit_line | 0.25 18 1.8 | 3 1 0 0 | 2 3 credit | - | 120 | 6 1 | MLO
LOAN | Personal Loan | loan | 0.02 24 4 | 5 1 0 5 | 2 2 credit | - | - | 8.9 0.7 | TRN-LEND
MORTGAGE | Fixed Mortgage | mortgage | 0.01 32 5 | 6 2 0 0 | 2 3 credit | - | - | 12.3 0.5 | MLO
FUND | Balanced Mutual Fund | mutual_fund | 0.15 25 1.2 | 7 22 0 2 | 3 2 - | - | - | 9 0.9 | FUND
FUNDGRO | Emerging Growth Fund | mutual_fund | 0.15 25 1.2 | 2 9 0 1 | 5 3 - | - | - | 8.8 0.9 | FUND
UIT | Select Ten Unit Trust | uit | 0.3 40 0.4 | 1 8 0 0 | 3 3 - | 15 | - | 9.6 0.7 | FUND
EQUITY | Brokerage Equities | equity | 0.1 9 3 | 0 9 0 3 | 4 3 - | - | 90 | 9.1 1.1 | FULL
BOND | Corporate Bonds | bond | 0.3 30 0.6 | 0 5 0 0 | 2 2 - | - | - | 9.7 0.8 | FULL
NOTE | Market-Linked Note | structured_note | 0.4 60 0.2 | 0 5 0 0 | 4 5 - | 36 | - | 9.8 0.7 | FULL
VARANN | Variable Annuity | annuity | 0.35 60 0.3 | 0 6 0 0 | 4 5 - | 84 | - | 10.8 0.7 | FUND;LIFE;VARIABLE;TRN-ANN
FIXANN | Fixed Annuity | annuity | 0.35 60 0.2 | 1 5 0 0 | 2 3 - | 60 | - | 10.6 0.7 | LIFE;TRN-ANN
LIFE | Term Life | life | 0.08 31 4 | 2 6 0 1 | 1 2 - | - | - | 4 0.4 | LIFE
HEALTH | Hospital Cash Plan | health | 0.08 31 4 | 0 3 0 1 | 1 2 - | - | - | 3.8 0.4 | HEALTH
HOME | Home Insurance | pc_insurance | 0.05 31 2 | 2 1 0 1 | 1 1 - | - | - | 4.4 0.4 | PC
ADVISORY | Managed Portfolio | advisory | 0.12 30 1.5 | 0 10 0 0 | 3 3 - | - | - | 11.2 0.8 | S65|S66;IAR
ALTFUND | Private Credit Fund | alternative | 0.45 70 0.1 | 0 2 0 0 | 5 5 - | 60 | - | 11 0.6 | SIE;S7|S22;S63|S66
DEBIT | Debit Card | feature | 0.17 8 4 | 0 0 0 0 | - - - | - | 60 | 6 1 | -
ONLINE | Online Banking | feature | 0.16 4 4 | 0 0 0 0 | - - - | - | 60 | 6 1 | -
BILLPAY | Bill Pay | feature | 0.36 16 1.5 | 0 0 0 0 | - - - | - | 90 | 6 1 | -
OVERDRAFT | Overdraft Line | feature | 0.55 45 0.6 | 0 0 0 0 | - - credit | - | - | 6 1 | -
"""
"""A line a product: code | name | family | share never used, median days to first use, mean later events | demand at a
banker's, an advisor's and a teller's desk and online | risk, complexity, is it credit | lock-up months | days after
which it counts as unused | log mean and log sd of the first amount in dollars | what it takes to sell it."""
_LICENCES = {"-": "", "FUND": FUND_LICENCE, "FULL": FULL_LICENCE}


def _read(line: str) -> Product:
    code, name, family, life, need, level, lockup, horizon, amount, requires = (
        c.strip() for c in line.split("|", 9)
    )
    unused, delay, events = map(float, life.split())
    banker, advisor, teller, online = map(float, need.split())
    risk, complexity, credit = level.split()
    mean, sd = map(float, amount.split())
    terms = [_LICENCES.get(term, term) for term in requires.split(";")]
    return Product(
        code=code,
        name=name,
        family=family,
        unused=unused,
        delay=delay,
        events=events,
        need=(banker, advisor, teller, online),
        risk=_number(risk),
        complexity=_number(complexity),
        credit=credit == "credit",
        lockup=_number(lockup),
        requires=";".join(term for term in terms if term),
        horizon=_number(horizon),
        amount=(mean, sd),
    )


def _number(text: str) -> int | None:
    return None if text == "-" else int(text)


PRODUCTS: tuple[Product, ...] = tuple(_read(line) for line in _CATALOGUE.strip().splitlines())

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
