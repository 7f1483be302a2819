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
) -> pd.DataFrame:
    """The tests of `rates` (columns `TEST_COLUMNS`), each joined with that of the representative's strongest months.

    The two p-values are joined by the Cauchy combination; where the months say more, the sentence names them.

    Args:
        rates: from `rate_tests` with the same `side`, with cells by calendar month.
        others: further signs that are looked at in the same months.
    """
    if rates.result is None or rates.tests.empty:
        return rates.tests
    found = episode_test([Sign(rates.result, side), *others], settings).set_index("rep")
    runs = found.reindex(rates.tests["subject_id"]).reset_index(drop=True)
    whole, some = (frame["p_value"].to_numpy(dtype=float) for frame in (rates.tests, runs))
    reason = [
        f"{told}; {seen:.0f} of {n:.0f} {span_words(start, end)} ({count_words(mean)} expected)"
        if p < q and n < total
        else told
        for told, total, seen, n, mean, start, end, p, q in zip(
            rates.tests["reason"],
            rates.tests["n"],
            *(runs[name] for name in ("observed", "n", "expected", "start", "end")),
            some,
            whole,
            strict=True,
        )
    ]
    joined = np.where(np.isnan(whole), np.nan, cauchy_combination(np.column_stack([whole, some])))
    return rates.tests.assign(p_value=joined, reason=reason)


def span_words(start: float, end: float) -> str:
    """From a month to a month, or in one."""
    return f"in {month_words(start)}" if start == end else f"from {month_words(start)} to {month_words(end)}"


def month_words(month: float) -> str:
    """A month, counted as in the model `calendar` (twelve times the year, and the months of it), as `2016-03`."""
    return f"{int(month) // 12:04d}-{int(month) % 12 + 1:02d}"
