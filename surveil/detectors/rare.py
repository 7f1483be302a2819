"""Rates of events that honest people hardly ever show: tested against colleagues, and against an ordinary rate besides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveil.detectors.rates import rate_tests
from surveil.statistics.rates import RateSettings
from surveil.statistics.tails import binomial_tails


def rare_tests(cells: pd.DataFrame, what: str, ordinary: float) -> pd.DataFrame:
    """`TEST_COLUMNS` for cells of an event so rare that most firms expect next to none of anybody.

    Where colleagues show nothing, a single event would already look impossible. So the p-value is the larger of the one
    against colleagues and the mid-p of a binomial with the `ordinary` rate that slips and special cases produce.
    """
    tests = rate_tests(cells, what, settings=RateSettings(min_expected=0.0)).tests
    slips = binomial_tails(tests["observed"].astype(float), tests["n"].astype(float), ordinary).p_value()
    # fmax keeps the second where the first could not be made: an item list needs no colleagues.
    tests["p_value"] = np.fmax(tests["p_value"].to_numpy(dtype=float), slips)
    return tests
