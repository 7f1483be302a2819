"""What becomes of accounts in schemes: closed and opened again, never drawn on, activated with coins."""

from __future__ import annotations

import numpy as np

from surveil.simulate import activity
from surveil.simulate.days import office_hours
from surveil.simulate.openings import REP
from surveil.simulate.products import CODE
from surveil.simulate.schemes.extra import working_days
from surveil.simulate.sittings import Part
from surveil.simulate.table import DAY, NONE, Array, Columns, stack

UNWANTED_CREDIT_UNUSED = 0.6
COINS = (10, 10, 20, 25, 50, 99, 100, 200)
COUNTED_WITHIN = 30
"""Days in which an account must be funded to count, as at the bank where this was seen."""


def churn(part: Part, accounts: Columns, sittings: Columns) -> None:
    """Close the account that a churner opens again, some days before; so the credit is earned twice."""
    rng = part.streams("churn")
    kinds = np.array([scheme.kind == "churner" for scheme in part.firm.schemes] + [False])
    again = np.flatnonzero(kinds[accounts["scheme"]] & (accounts["parent"] < 0))
    if not len(again):
        return
    main = np.full(len(sittings["rep"]), -1)
    tops = np.flatnonzero((accounts["parent"] < 0) & (accounts["sitting"] >= 0) & (accounts["day"] >= 0))
    tops = tops[accounts["sitting"][tops] < len(main)]
    main[accounts["sitting"][tops[::-1]]] = tops[::-1]
    old = main[sittings["twin"][accounts["sitting"][again]]]
    closed = accounts["opened"][again] // DAY - rng.integers(1, 9, len(again))
    fits = (old >= 0) & (closed > accounts["opened"][old] // DAY)
    old, closed, again = old[fits], closed[fits], again[fits]
    accounts["closed"][old] = closed
    accounts["closed_by"][old] = REP
    accounts["first_use"][old] = np.where(
        accounts["first_use"][old] // DAY >= closed, NONE, accounts["first_use"][old]
    )


def leave_unused(part: Part, accounts: Columns) -> None:
    """Much of the credit pressed on people who need none is never drawn."""
    rng = part.streams("unwanted credit")
    kinds = np.array([scheme.kind == "credit_pusher" for scheme in part.firm.schemes] + [False])
    idle = kinds[accounts["item"]] & (rng.random(len(kinds[accounts["item"]])) < UNWANTED_CREDIT_UNUSED)
    accounts["first_use"] = np.where(idle, NONE, accounts["first_use"])
    accounts["never"] = accounts["never"] | idle


def coins(part: Part, accounts: Columns, transactions: Columns) -> Columns:
    """Loose change paid by staff into accounts that nobody funded, young savings first."""
    funded = np.zeros(len(accounts["product"]), dtype=bool)
    funded[transactions["account"][transactions["cents"] > 0]] = True
    idle = np.flatnonzero(activity.IS_DEPOSIT[accounts["product"]] & ~funded & (accounts["closed"] == NONE))
    pieces: list[Columns] = []
    for position, scheme in part.schemes:
        if scheme.kind != "dormant_activator":
            continue
        rng = part.streams(f"coins {position}")
        days = working_days(part, scheme.rep, scheme.start, scheme.end)
        if not len(days):
            continue
        branch = part.firm.reps.branch[scheme.rep, days[0]]
        here = idle[
            (accounts["branch"][idle] == branch) & (accounts["opened"][idle] < (part.start + days[-1]) * DAY)
        ]
        young = np.where(accounts["product"][here] == CODE["YOUTH"], 6.0, 1.0)
        wanted = min(len(here), max(3, int(rng.poisson(scheme.share * len(days)))))
        if not wanted:
            continue
        chosen = rng.choice(here, wanted, replace=False, p=young / young.sum())
        at = _just_in_time(part, rng, accounts["opened"][chosen] // DAY, days) * DAY + office_hours(
            rng, wanted
        )
        cents = np.array(COINS)[rng.integers(0, len(COINS), wanted)]
        by = np.where(rng.random(wanted) < 0.7, activity.BY_REP, activity.BY_CUSTOMER)
        pieces.append(
            activity.rows(
                chosen,
                at,
                activity.DEPOSIT,
                cents,
                tender=activity.CASH,
                by=by,
                rep=scheme.rep,
                desk=1,
                scheme=position,
            )
        )
    return stack(pieces)


def _just_in_time(part: Part, rng: np.random.Generator, opened: Array, days: Array) -> Array:
    """Day numbers near the end of the counting period where that lies in the scheme, else any of its days."""
    wish = opened - part.start + COUNTED_WITHIN - rng.integers(0, 8, len(opened))
    near = days[np.minimum(np.searchsorted(days, wish), len(days) - 1)]
    some = rng.choice(days, len(opened))
    some = np.maximum(some, np.minimum(opened - part.start + 1, days[-1]))
    inside = (wish >= days[0]) & (wish <= days[-1])
    return part.start + np.where(inside, near, some)
