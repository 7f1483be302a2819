"""Sales of investments, insurance and loans: those that opened an account, and later ones to the same customers."""

from __future__ import annotations

import numpy as np

from surveil.simulate.days import office_hours
from surveil.simulate.products import CODE, FAMILY, IS_SALE, PRODUCTS
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, NONE, Array, Columns

AMOUNT = np.array([product.amount for product in PRODUCTS])
LOCKUP = np.array([product.lockup or 0 for product in PRODUCTS])
RISK = np.array([product.risk or 1 for product in PRODUCTS])
COMPLEXITY = np.array([product.complexity or 1 for product in PRODUCTS])
_COMMISSION = {
    "mutual_fund": 350,
    "uit": 275,
    "equity": 90,
    "bond": 110,
    "structured_note": 250,
    "annuity": 550,
}
_COMMISSION |= {
    "advisory": 100,
    "alternative": 450,
    "life": 4000,
    "health": 2500,
    "pc_insurance": 1200,
    "mortgage": 40,
    "loan": 60,
}
COMMISSION = np.array([_COMMISSION.get(product.family, 0) for product in PRODUCTS])
"""Ten-thousandths of the amount."""
_NOT_INVESTED = (
    "deposit",
    "card",
    "credit_line",
    "loan",
    "mortgage",
    "life",
    "health",
    "pc_insurance",
    "feature",
)
INVESTMENT = np.array([product.family not in _NOT_INVESTED for product in PRODUCTS])


def sale_rows(
    account: Array, customer: Array, product: Array, rep: Array, at: Array, cents: Array, **others: Array
) -> Columns:
    """Sales, honest unless told: solicited and recommended are filled in by `finish`. `at` in branch-local seconds."""
    size = len(customer)
    table: Columns = {
        "account": account,
        "customer": customer,
        "product": product,
        "rep": rep,
        "at": at,
        "cents": cents,
        "replaces": np.full(size, -1),
        "matures": np.full(size, NONE),
        "reversed": np.full(size, NONE),
        "scheme": np.full(size, -1),
        "typology": np.full(size, -1),
    }
    return table | {name: np.broadcast_to(np.asarray(value), size) for name, value in others.items()}


def account_sales(part: Part, accounts: Columns) -> Columns:
    """One sale for each account of a family that is sold."""
    rng = part.streams("sales")
    chosen = np.flatnonzero(IS_SALE[accounts["product"]] & (accounts["rep"] >= 0) & (accounts["day"] >= 0))
    product = accounts["product"][chosen]
    return sale_rows(
        chosen,
        accounts["customer"][chosen],
        product,
        accounts["rep"][chosen],
        accounts["opened"][chosen] - rng.integers(0, 90, len(chosen)),
        amounts(rng, product),
    )


def later_sales(part: Part, accounts: Columns, first: Columns) -> Columns:
    """Top-ups and further purchases by customers who hold an investment account; the same representative serves them."""
    rng = part.streams("later sales")
    again = np.flatnonzero((rng.random(len(first["rep"])) < 0.35) & (FAMILY[first["product"]] > 0))
    invested = np.isin(
        first["product"][again],
        [CODE[c] for c in ("FUND", "FUNDGRO", "EQUITY", "BOND", "UIT", "NOTE", "ADVISORY")],
    )
    again = again[invested]
    wait = rng.integers(20, 260, len(again))
    day = first["at"][again] // DAY + wait
    keep = (day <= part.firm.calendar.last) & (day % 7 != 2) & (day % 7 != 3)
    rep = first["rep"][again]
    position = np.minimum(day - part.start, part.firm.calendar.days - 1)
    keep &= part.firm.reps.present[rep, position] == 1
    again, day, rep = again[keep], day[keep], rep[keep]
    return sale_rows(
        first["account"][again],
        first["customer"][again],
        first["product"][again],
        rep,
        day * DAY + office_hours(rng, len(again)),
        amounts(rng, first["product"][again]) // 2,
    )


def amounts(rng: np.random.Generator, product: Array) -> Array:
    """Cents, round to 50 dollars where the amount is large."""
    dollars = np.exp(rng.normal(AMOUNT[product, 0], AMOUNT[product, 1]))
    rounded = np.where(dollars > 500, dollars // 50 * 50, np.floor(dollars))
    return np.asarray((rounded * 100).astype(np.int64) + 100)


def suit_profiles(part: Part, sales: Columns, customers: Columns) -> None:
    """Honest sales fit the customer: where the record would say otherwise, it is the record that is drawn to fit."""
    rng = part.streams("suitability")
    honest = (sales["scheme"] < 0) & (rng.random(len(sales["rep"])) < 0.96)
    who, product = sales["customer"][honest], sales["product"][honest]
    known = customers["risk"][who] != NONE
    who, product, cents = who[known], product[known], sales["cents"][honest][known]
    np.maximum.at(
        customers["risk"], who, np.minimum(5, np.maximum(1, RISK[product] - (rng.random(len(who)) < 0.15)))
    )
    np.maximum.at(customers["horizon"], who, LOCKUP[product] + rng.integers(0, 24, len(who)))
    np.maximum.at(customers["experience"], who, np.clip(COMPLEXITY[product] - 2, 0, 3))
    np.maximum.at(customers["objective"], who, np.clip(RISK[product] - 2, 0, 4))
    invested = INVESTMENT[product]
    total = np.zeros(len(customers["risk"]))
    np.add.at(total, who[invested], cents[invested])
    wanted = (total * rng.uniform(2.5, 12.0, len(total)) // 10_000 * 10_000).astype(np.int64)
    grow = (total > 0) & (customers["liquid"] != NONE) & (customers["liquid"] < wanted)
    customers["worth"] = np.where(
        grow, np.maximum(customers["worth"], wanted + customers["worth"] // 2), customers["worth"]
    )
    customers["liquid"] = np.where(grow, wanted, customers["liquid"])


def finish(part: Part, sales: Columns) -> Columns:
    """Commission, split, solicitation, maturity and the few that are reversed."""
    rng = part.streams("sale details")
    size = len(sales["rep"])
    joint = rng.random(size) < 0.04
    partner = part.group.reps[rng.integers(0, len(part.group.reps), size)]
    licensed = part.firm.reps.may_sell[partner, sales["product"]] & (partner != sales["rep"])
    sales["rep2"] = np.where(joint & licensed, partner, -1)
    sales["split"] = np.where(sales["rep2"] >= 0, rng.choice([50, 60, 70], size), NONE)
    sales["commission"] = sales["cents"] * COMMISSION[sales["product"]] // 10_000
    sales["solicited"] = np.where(rng.random(size) < 0.1, NONE, rng.random(size) < 0.6)
    sales["recommended"] = np.where(rng.random(size) < 0.1, NONE, rng.random(size) < 0.7)
    term = np.where(LOCKUP[sales["product"]] > 0, sales["at"] // DAY + LOCKUP[sales["product"]] * 30, NONE)
    dated = np.isin(sales["product"], (CODE["UIT"], CODE["NOTE"], CODE["VARANN"], CODE["FIXANN"]))
    sales["matures"] = np.where((sales["matures"] == NONE) & dated, term, sales["matures"])
    gone = sales["at"] // DAY + rng.integers(3, 30, size)
    gone = np.where((rng.random(size) < 0.012) & (gone <= part.firm.calendar.last), gone, NONE)
    sales["reversed"] = np.where(sales["reversed"] == NONE, gone, sales["reversed"])
    return sales
