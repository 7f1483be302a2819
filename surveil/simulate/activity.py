"""Transactions: what customers, staff and systems do with accounts. Money in is positive; balances add up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from surveil.simulate.days import leisure_hours, office_hours
from surveil.simulate.figures import OPENING
from surveil.simulate.products import CODE, FAMILIES, FAMILY, IS_SALE, PRODUCTS, in_family
from surveil.simulate.schemes.profiles import chance
from surveil.simulate.sittings import BRANCH_CHANNEL, SYSTEM, Part
from surveil.simulate.table import DAY, NONE, Array, Columns, spread, stack, take

KINDS = (
    "deposit",
    "withdrawal",
    "transfer_in",
    "transfer_out",
    "purchase",
    "payment",
    "fee",
    "fee_refund",
    "interest",
    "login",
    "activation",
    "other",
)
DEPOSIT, WITHDRAWAL, IN, OUT, PURCHASE, PAYMENT, FEE, REFUND, INTEREST, LOGIN, ACTIVATION, OTHER = range(12)
TENDERS = ("cash", "check", "ach", "card", "internal")
CASH, CHECK, ACH, CARD, INTERNAL = range(5)
BY = ("customer", "rep", "system")
BY_CUSTOMER, BY_REP, BY_SYSTEM = range(3)
COUNTERPARTIES = (
    "Corner Grocery", "Metro Transit", "City Water", "Brightline Power", "Harvest Market", "Oakline Fuel", "Page & Co Books",
    "Northgate Payroll", "Summit Payroll", "County Tax Office", "Green Leaf Pharmacy", "Union Telecom", "Riverside Rent",
)  # fmt: skip
FEE_UNUSED, FEE_USED = 0.14, 0.03
"""Share of deposit accounts and overdraft lines ever charged, never used and used."""
EVENTS = np.array([product.events for product in PRODUCTS])
AMOUNT = np.array([product.amount for product in PRODUCTS])
IS_DEPOSIT = in_family("deposit")
FUNDED = IS_DEPOSIT | (IS_SALE & ~in_family("loan") & ~in_family("mortgage"))

_MIX: dict[str, tuple[tuple[int, float], ...]] = {
    "deposit": ((DEPOSIT, 0.27), (PURCHASE, 0.24), (WITHDRAWAL, 0.17), (PAYMENT, 0.14), (LOGIN, 0.18)),
    "card": ((PURCHASE, 0.68), (PAYMENT, 0.20), (LOGIN, 0.12)),
    "credit_line": ((WITHDRAWAL, 0.55), (PAYMENT, 0.45)),
    "loan": ((PAYMENT, 0.9), (LOGIN, 0.1)),
    "mortgage": ((PAYMENT, 0.9), (LOGIN, 0.1)),
    "life": ((PAYMENT, 1.0),),
    "health": ((PAYMENT, 1.0),),
    "pc_insurance": ((PAYMENT, 1.0),),
}
_INVESTED = ((PURCHASE, 0.45), (DEPOSIT, 0.2), (LOGIN, 0.35))
_FEATURE = {"DEBIT": PURCHASE, "ONLINE": LOGIN, "BILLPAY": PAYMENT, "OVERDRAFT": WITHDRAWAL}


def _kind_weights() -> Array:
    """Product x kind: what a customer's events on an account are."""
    weights = np.zeros((len(PRODUCTS), len(KINDS)))
    for row, product in enumerate(PRODUCTS):
        mix = (
            ((_FEATURE[product.code], 1.0),)
            if product.family == "feature"
            else _MIX.get(product.family, _INVESTED)
        )
        for kind, share in mix:
            weights[row, kind] = share
    return np.cumsum(weights, axis=1)


KIND_WEIGHTS = _kind_weights()


def rows(account: Array, at: Array, kind: Array | int, cents: Array | int, **others: Array | int) -> Columns:
    """Transaction rows; what is not given is a customer's act away from a branch."""
    size = len(account)
    given = {"kind": kind, "cents": cents, **others}
    defaults = {"other": -1, "party": -1, "tender": -1, "by": BY_CUSTOMER, "rep": -1, "desk": 0, "scheme": -1}
    table = {
        name: np.broadcast_to(np.asarray(given.get(name, value)), size) for name, value in defaults.items()
    }
    table |= {name: np.broadcast_to(np.asarray(given[name]), size) for name in ("kind", "cents")}
    return {"account": account, "at": at, **{name: column.astype(np.int64) for name, column in table.items()}}


def history(part: Part, accounts: Columns, transfers: Callable[[Columns, Columns], Columns]) -> Columns:
    """Everything that happens on accounts: opening deposits, use, interest, fees, and transfers between own accounts.

    `transfers` makes rows from the accounts and their opening deposits.
    """
    end = (part.firm.calendar.last + 1) * DAY
    stop = np.where(accounts["closed"] == NONE, end, np.minimum(end, accounts["closed"] * DAY))
    deposits = _opening_deposits(part, accounts)
    table = stack([deposits, _uses(part, accounts, stop), transfers(accounts, deposits)])
    keep = (table["at"] >= part.start * DAY) & (table["at"] < stop[table["account"]])
    table = settle(accounts, take(table, np.flatnonzero(keep)))
    return stack([table, _interest(part, accounts, table, stop), _fees(part, accounts, stop)])


def _opening_deposits(part: Part, accounts: Columns) -> Columns:
    rng = part.streams("opening deposits")
    bad = accounts["scheme"] >= 0
    share = np.where(bad, np.where(accounts["never"], 0.30, 0.7), np.where(accounts["never"], 0.62, 0.86))
    share = np.where(FUNDED[accounts["product"]], share, 0.0)
    chosen = np.flatnonzero((rng.random(len(bad)) < share) & (accounts["channel"] != SYSTEM))
    size = len(chosen)
    at_once = rng.random(size) < 0.72
    later = (rng.random(size) * 11 * DAY).astype(np.int64) // DAY * DAY + leisure_hours(rng, size)
    opened = accounts["opened"][chosen]
    at = np.where(
        at_once, opened + rng.integers(60, 2400, size), np.maximum(opened // DAY * DAY + later, opened + 60)
    )
    product = accounts["product"][chosen]
    dollars = np.exp(rng.normal(AMOUNT[product, 0], AMOUNT[product, 1]))
    exact = rng.random(size) < 0.55
    step = np.select([dollars < 60, dollars < 1000], [5, 25], 100)
    cents = np.where(exact, np.maximum(step, dollars // step * step) * 100, np.floor(dollars * 100)).astype(
        np.int64
    )
    token = rng.random(size) < np.where(bad[chosen], chance("token", accounts["profile"][chosen]), 0.01)
    cents = np.where(
        token & IS_DEPOSIT[product], np.floor(rng.choice([10, 25, 50, 100, 500], size)), cents
    ).astype(np.int64)
    desk = at_once & (accounts["channel"][chosen] == BRANCH_CHANNEL)
    tender = np.where(desk, rng.choice([CASH, CHECK, INTERNAL], size, p=[0.5, 0.35, 0.15]), ACH)
    rep = np.where(desk & (rng.random(size) < 0.8), accounts["rep"][chosen], -1)
    by = np.where((rep >= 0) & (rng.random(size) < OPENING.entered_by_staff), BY_REP, BY_CUSTOMER)
    return rows(chosen, at, DEPOSIT, cents, tender=tender, rep=rep, desk=desk, by=by)


def _uses(part: Part, accounts: Columns, stop: Array) -> Columns:
    """The first use, then a stream of events with gaps of days, until the account or the window ends."""
    rng = part.streams("uses")
    used = np.flatnonzero(accounts["first_use"] != NONE)
    product = accounts["product"][used]
    counts = 1 + rng.poisson(EVENTS[product] * np.where(accounts["day"][used] < 0, 0.7, 1.0))
    parent, nth = spread(counts)
    account = used[parent]
    size = len(account)
    first = accounts["first_use"][account]
    room = np.maximum(stop[account] - first, DAY)
    gap = (rng.beta(1.0, 2.4, size) * room).astype(np.int64) // DAY * DAY
    at = np.where(nth == 0, first, (first + gap) // DAY * DAY + leisure_hours(rng, size))
    at = np.where(at < first, first + rng.integers(600, 40_000, size), at)
    which = product[parent]
    kind = (KIND_WEIGHTS[which] <= rng.random(size)[:, None] * KIND_WEIGHTS[which, -1][:, None]).sum(axis=1)
    carded = (FAMILY[which] == FAMILIES.index("card")) | (which == CODE["DEBIT"])
    kind = np.where((nth == 0) & carded, ACTIVATION, kind)
    dollars = np.exp(rng.normal(np.array([6.3, 4.4, 0, 0, 3.4, 4.8, 0, 0, 0, 0, 0, 3.0])[kind], 0.8))
    loan = np.isin(which, (CODE["LOAN"], CODE["MORTGAGE"]))
    cents = np.floor(dollars * np.where(loan, 5, 1) * 100).astype(np.int64)
    debit = np.isin(FAMILY[which], [FAMILIES.index(f) for f in ("card", "credit_line")])
    sign = np.where((kind == DEPOSIT) | ((kind == PAYMENT) & debit), 1, -1)
    cents = np.where(np.isin(kind, (LOGIN, ACTIVATION)), NONE, cents * sign)
    desk = np.isin(kind, (DEPOSIT, WITHDRAWAL)) & (rng.random(size) < 0.3)
    at = np.where(desk, at // DAY * DAY + office_hours(rng, size), at)
    at = np.where((nth == 0) & (at < accounts["opened"][account]), first, at)
    tender = np.select([kind == PURCHASE, np.isin(kind, (LOGIN, ACTIVATION)), desk], [CARD, -1, CASH], ACH)
    party = np.where(
        np.isin(kind, (PURCHASE, PAYMENT)) | ((kind == DEPOSIT) & ~desk),
        rng.integers(0, len(COUNTERPARTIES), size),
        -1,
    )
    teller = np.where(desk, accounts["rep"][account], -1)
    teller = np.where(_at_work(part, teller, at), teller, -1)
    helped = (teller >= 0) & (rng.random(size) < OPENING.entered_by_staff)
    by = np.where(helped, BY_REP, BY_CUSTOMER)
    rep = np.where(helped, teller, -1)
    return rows(account, at, kind, cents, tender=tender, party=party, desk=desk, by=by, rep=rep)


def settle(accounts: Columns, table: Columns) -> Columns:
    """Rows in order of account and time, with what leaves a deposit account scaled to what had come in before.

    Transfers keep their amounts (both legs must agree) and count as what there is.
    """
    table = take(table, np.lexsort((table["at"], table["account"])))
    account, cents = table["account"], np.where(table["cents"] == NONE, 0, table["cents"]).astype(float)
    watched = IS_DEPOSIT[accounts["product"][account]] & (accounts["day"][account] >= 0)
    fixed = np.isin(table["kind"], (IN, OUT))
    came = np.cumsum(np.where(fixed, cents, np.maximum(cents, 0)))
    went = np.cumsum(np.where(fixed, 0, np.maximum(-cents, 0)))
    first = np.r_[True, account[1:] != account[:-1]] if len(account) else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(account)), 0))
    came = came - (came[start] - np.where(fixed, cents, np.maximum(cents, 0))[start])
    went = went - (went[start] - np.where(fixed, 0, np.maximum(-cents, 0))[start])
    scale = np.where(watched & (went > 0), np.clip(0.97 * came / np.maximum(went, 1), 0.0, 1.0), 1.0)
    groups = np.flatnonzero(first)
    least = np.minimum.reduceat(scale, groups) if len(groups) else scale
    factor = np.repeat(least, np.diff(np.r_[groups, len(account)]))
    scaled = np.where((cents < 0) & watched & ~fixed, np.ceil(cents * factor), cents).astype(np.int64)
    table["cents"] = np.where(table["cents"] == NONE, NONE, scaled)
    empty = watched & (table["cents"] > -100) & (table["cents"] <= 0)
    table["kind"] = np.where(empty, LOGIN, table["kind"])
    for name in ("tender", "party"):
        table[name] = np.where(empty, -1, table[name])
    table["desk"] = np.where(empty, 0, table["desk"])
    table["cents"] = np.where(empty, NONE, table["cents"])
    return table


def _interest(part: Part, accounts: Columns, table: Columns, stop: Array) -> Columns:
    """Interest at quarter ends on part of the deposit accounts that hold money: the system's doing, not use."""
    rng = part.streams("interest")
    calendar = part.firm.calendar
    funded = np.unique(table["account"][table["cents"] > 0])
    funded = funded[IS_DEPOSIT[accounts["product"][funded]] & (rng.random(len(funded)) < 0.35)]
    pieces = []
    for month in range(2, calendar.months, 3):
        at = (calendar.first + int(calendar.month_start[month + 1]) - 1) * DAY + 23 * 3600
        lucky = funded[(accounts["opened"][funded] < at - 20 * DAY) & (stop[funded] > at)]
        pieces.append(
            rows(lucky, np.full(len(lucky), at), INTEREST, rng.integers(2, 900, len(lucky)), by=BY_SYSTEM)
        )
    return stack(pieces)


def _fees(part: Part, accounts: Columns, stop: Array) -> Columns:
    """Monthly service fees on few accounts, most of them little used; some are refunded."""
    rng = part.streams("fees")
    deposit = IS_DEPOSIT[accounts["product"]] | (accounts["product"] == CODE["OVERDRAFT"])
    hit = np.flatnonzero(
        deposit & (rng.random(len(deposit)) < np.where(accounts["never"], FEE_UNUSED, FEE_USED))
    )
    account, nth = spread(rng.integers(1, 4, len(hit)))
    account = hit[account]
    start = np.maximum(accounts["opened"][account] // DAY, part.start)
    at = (start + 30 * (nth + 1) + 2) * DAY + 3 * 3600
    amount = -np.where(accounts["product"][account] == CODE["OVERDRAFT"], 3500, 1000 + 200 * (account % 3))
    charged = rows(account, at, FEE, amount, by=BY_SYSTEM)
    back = np.flatnonzero((nth == 0) & (rng.random(len(account)) < 0.2))
    refund = rows(account[back], at[back] + 9 * DAY + 8 * 3600, REFUND, -amount[back], by=BY_SYSTEM)
    table = stack([charged, refund])
    return take(table, np.flatnonzero(table["at"] < stop[table["account"]]))


def _at_work(part: Part, rep: Array, at: Array) -> Array:
    """Whether somebody was at work that day; not for -1."""
    return np.asarray((rep >= 0) & (part.firm.reps.present[rep, part.firm.calendar.position(at // DAY)] == 1))
