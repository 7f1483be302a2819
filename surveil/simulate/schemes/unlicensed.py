"""Sales by people who may not make them: without a licence, or without the firm's own training."""

from __future__ import annotations

import numpy as np

from surveil.simulate.contacts import customers_of
from surveil.simulate.days import office_hours
from surveil.simulate.firm import Firm
from surveil.simulate.products import CODE
from surveil.simulate.sales import amounts, sale_rows
from surveil.simulate.schemes.extra import working_days
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, Columns, stack

FORBIDDEN = {"unlicensed_seller": ("FUND", "FUNDGRO", "LIFE", "MORTGAGE"), "untrained_seller": ("LOAN",)}


def forbidden_products(firm: Firm, rep: int, kind: str) -> list[int]:
    """The products a representative could be tempted to sell and may not."""
    return [CODE[code] for code in FORBIDDEN[kind] if not firm.reps.may_sell[rep, CODE[code]]]


def sales_without_licence(part: Part, customers: Columns) -> Columns:
    """Sales, some a month, spread over the time of each scheme."""
    pieces = []
    for position, scheme in enumerate(part.firm.schemes):
        if scheme.kind not in FORBIDDEN:
            continue
        rng = part.streams(f"scheme {position}")
        days = working_days(part, scheme.rep, scheme.start, scheme.end)
        products = forbidden_products(part.firm, scheme.rep, scheme.kind)
        if not len(days) or not products:
            continue
        many = max(2, int(rng.poisson(scheme.share * (scheme.end - scheme.start + 1) / 30)))
        day = rng.choice(days, many)
        product = np.array(products)[rng.integers(0, len(products), many)]
        branch = part.firm.reps.branch[scheme.rep, day]
        customer = customers_of(part, rng, customers, branch, day)
        keep = customer >= 0
        day, product, customer = day[keep], product[keep], customer[keep]
        size = len(day)
        at = (part.start + day) * DAY + office_hours(rng, size)
        pieces.append(
            sale_rows(
                np.full(size, -1),
                customer,
                product,
                np.full(size, scheme.rep),
                at,
                amounts(rng, product),
                scheme=np.full(size, position),
            )  # fmt: skip
        )
    return stack(pieces)
