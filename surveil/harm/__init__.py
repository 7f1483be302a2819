"""What accounts in question cost their customers: charges, consequences on other accounts, money held away; no payment."""

from surveil.harm.charges import CHARGE_COLUMNS, REFUND_COLUMNS, charges
from surveil.harm.held import HELD_COLUMNS, held, interest_on
from surveil.harm.measure import Harm, Rules, assess, measure

__all__ = [
    "CHARGE_COLUMNS",
    "HELD_COLUMNS",
    "REFUND_COLUMNS",
    "Harm",
    "Rules",
    "assess",
    "charges",
    "held",
    "interest_on",
    "measure",
]
