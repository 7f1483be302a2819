"""Sales without a qualification as items and tests, for registrations (CS01) and the firm's own training (CS02)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.detectors import base
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells


def breach_items(rows: pd.DataFrame, reasons: Mapping[str, str], never: str, told: list[str]) -> pd.DataFrame:
    """One item a sale.

    Args:
        rows: sales with a clause not met; `reasons` names columns that count the clauses of each kind.
        reasons: column -> how it reads, the clearest first; `never` is for none of them.
        told: further columns that the detail names.
    """
    why = np.select([rows[name].to_numpy(dtype=int) > 0 for name in reasons], list(reasons.values()), never)
    return base.frame(
        base.ITEM_COLUMNS,
        feed=rows["feed"],
        key=rows["item_key"],
        rep_id=rows["rep_id"],
        customer_id=rows["customer_id"],
        account_id=rows["account_id"],
        day=rows["day"],
        score=1.0,
        detail=base.details(rows.assign(why=why), ["product_code", "why", "unmet", "solicited", *told]),
    )


def breach_tests(breaches: pd.DataFrame, counts: pd.DataFrame, what: str, ordinary: float) -> pd.DataFrame:
    """Breaches among the sales that could be one (`counts`), against colleagues' rate and the rate of record errors."""
    done = breaches.groupby("rep_id").size()
    by_rep = counts.groupby("rep_id", as_index=False)["n"].sum()
    cells = by_rep.assign(branch_id="", month=0, stratum=what)
    happened = by_rep["rep_id"].map(done).fillna(0).astype("int64")
    return rare_tests(rate_cells(cells, happened, stratum=("stratum",)), what, ordinary)
