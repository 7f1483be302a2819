"""Counting customers instead of rows, where what happens to one customer's rows goes together."""

from __future__ import annotations

import pandas as pd

from surveil.detectors.rates import rate_cells
from surveil.statistics.rates import RateSettings

#: For events of which most representatives have one or two: how they differ is measured on those of whom more are
#: expected, because the counts 0 and 1 fit almost any spread.
SPARSE = RateSettings(dispersion_min_expected=3.0)


def customer_cells(rows: pd.DataFrame, bad: pd.Series, stratum: tuple[str, ...], day: str) -> pd.DataFrame:
    """Cells for `rate_test` that count each customer of a representative once a stratum.

    Five sales to a customer whose record is out of date are one mistake, not five: counted as rows they would look
    like a pattern. A customer counts as bad where any of his rows is, and for the branch and month of the first one.

    Args:
        rows: one row an item with `rep_id`, `customer_id`, `branch_id`, `month`, the columns of the stratum and `day`.
        bad: per row, whether it has the property.
    """
    keys = ["rep_id", "customer_id", *stratum]
    frame = rows[[*keys, "branch_id", "month", day]].assign(bad=bad.astype(bool))
    ordered = frame.sort_values([*keys, day, "branch_id"], kind="stable")
    once = ordered.groupby(keys, as_index=False, dropna=False, sort=True).agg(
        branch_id=("branch_id", "first"), month=("month", "first"), bad=("bad", "any")
    )
    return rate_cells(once.assign(n=1), once["bad"].astype(bool), stratum)
