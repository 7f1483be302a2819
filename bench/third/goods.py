"""What firms sell: how often each product is asked for and used, and what it takes to sell it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

FUND = "SIE;S6|S7;S63|S66"
STOCK = "SIE;S7;S63|S66"


@dataclass(frozen=True, slots=True)
class Good:
    """One product: weight = how often asked for, idle = honest share never used, pace = uses a month."""

    short: str
    name: str
    family: str
    weight: float
    idle: float
    pace: float
    fund: float
    who: str = "any"
    risk: int | None = None
    hard: int | None = None
    credit: bool = False
    lockup: int | None = None
    requires: str = ""
    by_state: bool = False
    unused_days: int | None = 90
    code: str = ""

    @property
    def licensed(self) -> bool:
        """Whether a licence (not only the firm's own training) is needed to sell it."""
        return bool(self.requires) and not self.requires.startswith("TRN")


_SHELF = [
    Good("CHK", "Everyday checking", "deposit", 10, 0.07, 4.0, 300),
    Good("CHK2", "Premier checking", "deposit", 2.5, 0.08, 4.0, 2500),
    Good("SAV", "Savings", "deposit", 6, 0.16, 1.1, 200, unused_days=120),
    Good("STU", "Student checking", "deposit", 1.6, 0.14, 3.5, 60, who="student"),
    Good("KID", "Young saver", "deposit", 1.2, 0.35, 0.4, 25, who="child", unused_days=180),
    Good("MMA", "Money market", "deposit", 1.3, 0.15, 0.6, 9000, unused_days=180),
    Good("CD", "Certificate of deposit", "deposit", 1.4, 0.8, 0.05, 8000, lockup=12, unused_days=400),
    Good("CLUB", "Holiday club", "deposit", 0.8, 0.3, 0.15, 50, unused_days=365),
    Good("HSA", "Health savings", "deposit", 0.6, 0.25, 0.7, 400, unused_days=180),
    Good("BIZ", "Business checking", "deposit", 1.2, 0.06, 5.0, 3000, who="business"),
    Good("SUB", "Business sub-account", "deposit", 0.3, 0.45, 1.0, 0, who="business", unused_days=180),
    Good("SHARE", "Membership share", "deposit", 0.0, 0.55, 0.3, 5, unused_days=365),
    Good("TRUST", "Fiduciary account", "deposit", 0.05, 0.6, 0.2, 15000, unused_days=400),
    Good("CC", "Rewards card", "card", 3.2, 0.17, 3.0, 0, credit=True),
    Good("CCS", "Secured card", "card", 0.7, 0.12, 2.5, 300, credit=True),
    Good("STORE", "Grocery card", "card", 2.0, 0.22, 2.5, 0, credit=True),
    Good("LOC", "Personal line", "credit_line", 0.8, 0.45, 0.5, 0, credit=True, unused_days=180),
    Good("HELOC", "Home equity line", "credit_line", 0.4, 0.3, 0.5, 0, credit=True, requires="MLO"),
    Good("AGL", "Crop line", "credit_line", 0.6, 0.15, 0.35, 0, who="farm", credit=True, unused_days=270),
    Good("PLN", "Personal loan", "loan", 0.9, 0.02, 1.0, 0, credit=True),
    Good("AUTO", "Car loan", "loan", 0.9, 0.02, 1.0, 0, credit=True),
    Good("MTG", "Mortgage", "mortgage", 0.35, 0.02, 1.0, 0, credit=True, requires="MLO"),
    Good("DBT", "Debit card", "feature", 0, 0.14, 3.0, 0),
    Good("OLB", "Online banking", "feature", 0, 0.2, 2.5, 0),
    Good("BPAY", "Bill pay", "feature", 0, 0.35, 1.0, 0),
    Good("ODP", "Overdraft service", "feature", 0, 0.6, 0.2, 0, unused_days=None),
    Good(
        "MF", "Mutual fund", "mutual_fund", 1.0, 0.3, 0.4, 9000, "adult", 3, 2, requires=FUND, by_state=True
    ),
    Good("UIT", "Unit trust", "uit", 0.5, 0.7, 0.1, 12000, "adult", 3, 3, requires=FUND, by_state=True),
    Good(
        "ETF",
        "Brokerage: shares",
        "equity",
        0.8,
        0.25,
        1.0,
        9000,
        "adult",
        4,
        3,
        requires=STOCK,
        by_state=True,
    ),
    Good(
        "BND", "Brokerage: bonds", "bond", 0.4, 0.6, 0.1, 15000, "adult", 2, 2, requires=STOCK, by_state=True
    ),
    Good(
        "SN",
        "Structured note",
        "structured_note",
        0.3,
        0.8,
        0.05,
        20000,
        "adult",
        4,
        5,
        lockup=36,
        requires=STOCK,
        by_state=True,
        unused_days=None,
    ),
    Good(
        "VA",
        "Variable annuity",
        "annuity",
        0.4,
        0.7,
        0.1,
        40000,
        "adult",
        4,
        5,
        lockup=72,
        requires=FUND + ";LIFE;VARIABLE",
        by_state=True,
        unused_days=None,
    ),
    Good(
        "FA",
        "Fixed annuity",
        "annuity",
        0.4,
        0.8,
        0.05,
        30000,
        "adult",
        2,
        3,
        lockup=60,
        requires="LIFE",
        by_state=True,
        unused_days=None,
    ),
    Good("TL", "Term life", "life", 1.0, 0.05, 1.0, 45, "adult", 1, 2, requires="LIFE", by_state=True),
    Good(
        "WL",
        "Whole life",
        "life",
        0.4,
        0.05,
        1.0,
        140,
        "adult",
        2,
        3,
        lockup=120,
        requires="LIFE",
        by_state=True,
    ),
    Good(
        "HLT",
        "Accident and health cover",
        "health",
        1.0,
        0.05,
        1.0,
        60,
        "adult",
        1,
        2,
        requires="HEALTH",
        by_state=True,
    ),
    Good(
        "PC",
        "Home and renters cover",
        "pc_insurance",
        0.8,
        0.05,
        1.0,
        80,
        "adult",
        1,
        1,
        requires="PC",
        by_state=True,
    ),
    Good(
        "ADV",
        "Managed portfolio",
        "advisory",
        0.4,
        0.4,
        0.3,
        60000,
        "adult",
        3,
        3,
        requires="S65|S66",
        by_state=True,
        unused_days=None,
    ),
    Good(
        "ALT",
        "Private credit interval fund",
        "alternative",
        0.08,
        0.9,
        0.02,
        50000,
        "adult",
        5,
        5,
        lockup=48,
        requires=STOCK,
        by_state=True,
        unused_days=None,
    ),
]

FEATURES = ("DBT", "OLB", "BPAY", "ODP")


def shelf(weights: dict[str, float], trained: frozenset[str], days: bool, dice: Random) -> dict[str, Good]:
    """The firm's own products: its mix, its code spelling, the training it asks for and its idle clock."""
    style = dice.choice(["plain", "number", "lower", "dash"])
    out: dict[str, Good] = {}
    for number, good in enumerate(_SHELF):
        if good.short not in weights:
            continue
        code = {
            "plain": good.short,
            "number": f"{100 + number * 7:05d}",
            "lower": good.name.lower().replace(" ", "_").replace(":", ""),
            "dash": f"{good.family[:3].upper()}-{good.short}",
        }[style]
        idle = min(0.93, good.idle * dice.uniform(0.75, 1.4))
        requires = good.requires or (f"TRN-{good.family[:4].upper()}" if good.short in trained else "")
        out[good.short] = replace(
            good,
            code=code,
            idle=idle,
            weight=good.weight * weights[good.short],
            requires=requires,
            unused_days=good.unused_days if days else None,
        )
    return out
