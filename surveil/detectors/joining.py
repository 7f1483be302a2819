"""Two tests of the same representatives as one, told by the one that says more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveil.statistics.combine import cauchy_combination


def joined_tests(first: pd.DataFrame, second: pd.DataFrame, weight: float = 0.5) -> pd.DataFrame:
    """One row per representative of either (columns `TEST_COLUMNS`), sorted by representative.

    The p-value is the Cauchy combination of both, of which the first counts `weight` and the second the rest; whoever has
    only one keeps that. All else is taken from the row with the smaller p-value.
    """
    both = pd.concat([part for part in (first, second) if len(part)] or [first], ignore_index=True)
    if both.empty:
        return both
    told = both.assign(order=both["p_value"].astype(float).fillna(2.0)).sort_values(["subject_id", "order"])
    told = told.drop_duplicates("subject_id").drop(columns="order").reset_index(drop=True)
    p = [
        told["subject_id"].map(tests.set_index("subject_id")["p_value"]).astype(float)
        for tests in (first, second)
    ]
    weights = np.tile([weight, 1 - weight], (len(told), 1))
    return told.assign(p_value=cauchy_combination(np.column_stack(p), weights))
