"""Accounts that belong together: of one customer with one opener, who counts once, and of one day, asked for together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.detectors.unauthorized.account_signs import SIGNS

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

#: What is seen of a whole sitting, not of each of its accounts: counted once.
_ONCE = list(SIGNS).index("not_met")
#: A customer is odd whose signs are together this many times as frequent on unauthorized accounts as on ordinary ones.
ODD = 10.0
#: Customers of one kind: enough that the rare ones among them are as rare as they really are.
_OF_A_KIND = 1000


def customers_of(
    rows: pd.DataFrame, evidence: Floats, spread: npt.NDArray[np.float64], of_a_day: float
) -> pd.DataFrame:
    """Every opener's customers as units of the mixture: `rep`, `month`, `evidence`, `kind` and `weight` for `mixture_test`.

    A customer speaks by the oddest of his accounts, in its month. Whoever loses his papers, is not met or lets his account
    rest does so with all of his accounts: adding them up would make one customer look like a pattern.

    Args:
        rows: accounts of the model `account_evidence`.
        evidence: their log-likelihood ratios, such as `with_companions` gives them.
        spread: what their total would spread by were they ordinary (`expected_spread`). Customers are of one kind who have
            as many accounts of about as much spread.
        of_a_day: how many customers all those of one day count for at most: a school's savings day is one event.
    """
    rep, names = pd.factorize(rows["rep_id"], sort=True)
    customer, _ = pd.factorize(rows["customer_id"], sort=True)
    month = rows["month"].to_numpy(dtype=np.int64)
    order = np.lexsort((month, evidence, customer, rep))
    unit = rep[order].astype(np.int64) * (int(customer.max(initial=0)) + 1) + customer[order]
    last = np.flatnonzero(np.diff(unit, append=-1))
    size = np.diff(last, prepend=-1)
    usual = pd.Series(spread[order]).groupby(unit).mean().round(6)
    place = np.empty(last.size, dtype=np.int64)
    place[np.lexsort((usual, size))] = np.arange(last.size)
    kinds = max(1, last.size // _OF_A_KIND)
    return pd.DataFrame(
        {
            "rep": names.take(rep[order][last]),
            "month": month[order][last],
            "evidence": evidence[order][last],
            "kind": place * kinds // max(last.size, 1),
            "weight": _shared_out(rep, rows["opened_day"].to_numpy(dtype=np.int64), order[last], of_a_day),
        }
    )


def _shared_out(rep: Ints, day: Ints, chosen: Ints, at_most: float) -> npt.NDArray[np.float64]:
    """The weights of the `chosen` rows, such that those of one rep and day count for `at_most` together."""
    of_day = np.stack([rep[chosen], day[chosen]], axis=1)
    _, where, count = np.unique(of_day, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(np.minimum(1.0, at_most / count)[where.reshape(-1)])


def odd_customers(units: pd.DataFrame) -> pd.DataFrame:
    """How many of each opener's customers are odd, and how many would be if colleagues' customers of the same kind were his.

    Args:
        units: as from `customers_of`. Odd is whose likelihood ratio is at least `ODD`.

    Returns:
        one row per `rep`, in their order: `n` customers, `odd` ones, and the number `expected`.
    """
    counted = units.assign(odd=(units["evidence"] >= np.log(ODD)).astype(float), n=1.0)
    mine = counted.groupby(["rep", "kind"], as_index=False)[["n", "odd"]].sum()
    others = mine.groupby("kind")[["n", "odd"]].transform("sum") - mine[["n", "odd"]]
    mine["expected"] = mine["n"] * (others["odd"] / others["n"].where(others["n"] > 0)).fillna(0.0)
    return mine.groupby("rep", as_index=False)[["n", "odd", "expected"]].sum()


def sittings_of(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each account's sitting: opener, customer and day."""
    place = np.zeros(len(rows), dtype=np.int64)
    for name in ("rep_id", "customer_id", "opened_day"):
        code, values = pd.factorize(rows[name])
        place = place * len(values) + code
    return np.asarray(pd.factorize(place)[0], dtype=np.int64)


def spoken_for(sitting: npt.NDArray[np.int64], weights: Floats) -> npt.NDArray[np.float64]:
    """What each account adds to the evidence on its opener: all of it for a sitting's oddest, nothing for the others."""
    own = weights.sum(axis=1, dtype=np.float64)
    order = np.lexsort((-own, sitting))
    first = order[np.flatnonzero(np.diff(sitting[order], prepend=-1))]
    result = np.zeros(len(own))
    result[first] = own[first]
    return result


def with_companions(sitting: npt.NDArray[np.int64], weights: Floats, share: float) -> Floats:
    """Each account's log-likelihood ratio, with a share of that of the accounts opened in the same sitting."""
    own = weights.sum(axis=1)
    independent = own - weights[:, _ONCE]
    return np.asarray(own + share * (np.bincount(sitting, independent)[sitting] - independent))
