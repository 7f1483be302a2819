"""Several signs of one thing, each tested by its own rate, joined into one test of each representative."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from surveil.detectors import base
from surveil.statistics.combine import cauchy_combination


def strongest(tests: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One test per subject from the tests of several signs, each with columns `TEST_COLUMNS`.

    The p-value is the Cauchy combination (Liu and Xie 2020), valid for signs that go together; figures and reason are
    those of the sign with the smallest p-value.
    """
    known = [test for test in tests if len(test)]
    if not known:
        return base.frame(base.TEST_COLUMNS)
    by_sign = [
        test.set_index("subject_id")["p_value"].astype(float).rename(i) for i, test in enumerate(known)
    ]
    together = pd.concat(by_sign, axis=1).sort_index()
    joined = pd.Series(cauchy_combination(together.to_numpy()), index=together.index)
    everything = pd.concat(known, ignore_index=True)
    order = everything.assign(p=everything["p_value"].astype(float)).sort_values(
        ["subject_id", "p"], kind="stable"
    )
    first = order.drop(columns="p").drop_duplicates("subject_id", ignore_index=True)
    return first.assign(p_value=joined.reindex(first["subject_id"]).to_numpy())
