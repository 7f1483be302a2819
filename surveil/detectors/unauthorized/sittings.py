"""Accounts that belong together: of one customer with one opener, who counts once, and of one day, asked for together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.detectors.unauthorized.account_signs import SIGNS

Floats = npt.NDArray[np.floating]

#: What is seen of a whole sitting, not of each of its accounts: counted once.
_ONCE = list(SIGNS).index("not_met")
#: Customers of one kind: enough that the rare ones among them are as rare as they really are.
_OF_A_KIND = 1000


def customers_of(rows: pd.DataFrame, weights: Floats, spread: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Every opener's customers as units of the mixture: `rep`, `month`, `evidence` and `kind`, as `mixture_test` takes them.

    A customer speaks by the oddest of his accounts, in its month. Whoever loses his papers, is not met or lets his account
    rest does so with all of his accounts: adding them up would make one customer look like a pattern.

    Args:
        rows: accounts of the model `account_evidence`.
        weights: their log-likelihood ratios, accounts × signs.
        spread: what their total would spread by were they ordinary (`expected_spread`). Customers are of one kind who have
            as many accounts of about as much spread.
    """
    accounts = pd.DataFrame(
        {
            "rep": rows["rep_id"].astype(str).to_numpy(),
            "customer": rows["customer_id"].astype(str).to_numpy(),
            "month": rows["month"].to_numpy(dtype=np.int64),
            "evidence": weights.sum(axis=1, dtype=np.float64),
            "spread": spread,
        }
    )
    ordered = accounts.sort_values(["rep", "customer", "evidence", "month"], kind="stable")
    of = ordered.groupby(["rep", "customer"], sort=True)
    units = of.agg(month=("month", "last"), evidence=("evidence", "last"), spread=("spread", "mean"))
    size = of.size().to_numpy()
    place = np.empty(len(units), dtype=np.int64)
    place[np.lexsort((units["spread"].round(6), size))] = np.arange(len(units))
    kinds = max(1, len(units) // _OF_A_KIND)
    units["kind"] = place * kinds // max(len(units), 1)
    return units.drop(columns="spread").reset_index()


def sittings_of(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """A number for each account's sitting: opener, customer and day."""
    keys = [rows[name].astype(str) for name in ("rep_id", "customer_id", "opened_day")]
    return np.asarray(pd.factorize(keys[0] + "|" + keys[1] + "|" + keys[2])[0], dtype=np.int64)


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
