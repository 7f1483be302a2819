"""Rates of events that honest people hardly ever show: tested against colleagues, and against an ordinary rate besides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveil.detectors.rates import count_words, rate_tests
from surveil.statistics.rates import RateSettings
from surveil.statistics.tails import beta_binomial_tails, binomial_tails

# Of one or two expected events nobody can tell how representatives differ: the usual spread is assumed instead.
_SETTINGS = RateSettings(min_expected=0.0, dispersion_min_expected=3.0)


def rare_tests(cells: pd.DataFrame, what: str, ordinary: float, differ: float = 0.0) -> pd.DataFrame:
    """`TEST_COLUMNS` for cells of an event so rare that most firms expect next to none of anybody.

    Where colleagues show nothing, a single event would already look impossible. So the p-value is the larger of the one
    against colleagues and the mid-p of a binomial with the `ordinary` rate that slips and special cases produce. Who has
    too few colleagues to compare with is held against the ordinary rate alone. What is shown as expected is what decides:
    the number of slips where that is the larger p-value and more than colleagues have. Where honest people's own ordinary
    rates `differ`, by this coefficient of variation, the binomial is a beta-binomial.
    """
    tests = rate_tests(cells, what, settings=_SETTINGS).tests
    observed, n = tests["observed"].astype(float), tests["n"].astype(float)
    # The ordinary rate is an upper bound, not what is expected: to stay below it is no evidence of innocence.
    slips = np.minimum(_slips(observed, n, ordinary, differ), 0.5)
    by_peers = tests["p_value"].to_numpy(dtype=float)
    decided = np.isnan(by_peers) | ((slips > by_peers) & (n * ordinary > tests["expected"].astype(float)))
    tests["p_value"] = np.fmax(by_peers, slips)
    return (
        tests.where(~decided, _against_slips(tests, what, ordinary, differ, by_peers))
        if decided.any()
        else tests
    )


def _slips(observed: pd.Series, n: pd.Series, ordinary: float, differ: float) -> npt.NDArray[np.float64]:
    """Mid-p of so many where the rate is `ordinary` in the mean, and differs between people."""
    if differ == 0:
        return binomial_tails(observed, n, ordinary).p_value()
    variance = n * ordinary * (1 - ordinary) * (1 + (n - 1) * _correlation(ordinary, differ))
    return beta_binomial_tails(observed, n, n * ordinary, variance).p_value()


def _correlation(ordinary: float, differ: float) -> float:
    """Of two occasions of one person, where people's rates differ by this coefficient of variation."""
    return differ**2 * ordinary / (1 - ordinary)


def _usual_most(n: pd.Series, ordinary: float, differ: float) -> npt.NDArray[np.float64]:
    """How many events in so many occasions all but one honest person in forty stay within."""
    from scipy import stats

    if differ == 0:
        return np.asarray(stats.binom.ppf(0.975, n, ordinary))
    size = 1 / _correlation(ordinary, differ) - 1
    return np.asarray(stats.betabinom.ppf(0.975, n, ordinary * size, (1 - ordinary) * size))


def _against_slips(
    tests: pd.DataFrame, what: str, ordinary: float, differ: float, by_peers: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """The same tests, explained by the ordinary rate, with what colleagues (`by_peers` known) make expected beside it."""
    n = tests["n"].astype(float)
    told = [
        f"{observed:.0f} of {count:.0f} {what}; {count_words(count * ordinary)} expected of slips and special cases"
        + (
            " (too few colleagues to compare with)"
            if np.isnan(p)
            else f" ({count_words(expected)} going by {others:.0f} colleagues)"
        )
        for observed, count, expected, others, p in zip(
            *(tests[name] for name in ("observed", "n", "expected", "peers")), by_peers, strict=True
        )
    ]
    high = _usual_most(n, ordinary, differ)
    return tests.assign(expected=n * ordinary, low=0.0, high=high, reason=told)
