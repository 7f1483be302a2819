"""Tests of representatives whose rate stands out all the time or for some months: what most wrong looks like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveil.detectors.rates import Rates, count_words
from surveil.statistics.combine import cauchy_combination
from surveil.statistics.episodes import EpisodeSettings, Sign, episode_test
from surveil.statistics.verdicts import Side


def with_episodes(
    rates: Rates,
    *,
    side: Side = "high",
    others: Sequence[Sign] = (),
    settings: EpisodeSettings | None = None,
    tests: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The tests of `rates` (columns `TEST_COLUMNS`), each joined with that of the representative's strongest months.

    The months are held against what colleagues and his own other months make expected. The two p-values are joined by the
    Cauchy combination; where the months say more, the sentence names them.

    Args:
        rates: from `rate_tests` with the same `side`, with cells by calendar month.
        tests: other tests of the whole time to be joined with, instead of those of `rates`.
        others: further signs that are looked at in the same months.
    """
    given = rates.tests if tests is None else tests
    if rates.result is None or rates.tests.empty:
        return given
    found = episode_test([Sign(rates.result, side), *others], settings).set_index("rep")
    runs = found.reindex(given["subject_id"]).reset_index(drop=True)
    total = rates.tests.set_index("subject_id")["n"].reindex(given["subject_id"])
    whole, some = (frame["p_value"].to_numpy(dtype=float) for frame in (given, runs))
    reason = [
        f"{told}; {seen:.0f} of {n:.0f} {span_words(start, end)} ({count_words(mean)} expected of him then)"
        if p < q and n < items
        else told
        for told, items, seen, n, mean, start, end, p, q in zip(
            given["reason"],
            total,
            *(runs[name] for name in ("observed", "n", "expected", "start", "end")),
            some,
            whole,
            strict=True,
        )
    ]
    joined = np.where(np.isnan(whole), np.nan, cauchy_combination(np.column_stack([whole, some])))
    return given.assign(p_value=joined, reason=reason)


def span_words(start: float, end: float) -> str:
    """From a month to a month, or in one."""
    return f"in {month_words(start)}" if start == end else f"from {month_words(start)} to {month_words(end)}"


def month_words(month: float) -> str:
    """A month, counted as in the model `calendar` (twelve times the year, and the months of it), as `2016-03`."""
    return f"{int(month) // 12:04d}-{int(month) % 12 + 1:02d}"
