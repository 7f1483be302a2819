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
#: Occasions of others from which it can be told how often something happens in the firm, and the most that is made of it.
_TELLING, _MOST = 50, 0.999


def rare_tests(cells: pd.DataFrame, what: str, ordinary: float, differ: float = 0.0) -> pd.DataFrame:
    """`TEST_COLUMNS` for cells of an event so rare that most firms expect next to none of anybody.

    Where colleagues show nothing, a single event would already look impossible. So the p-value is the larger of the one
    against colleagues and the mid-p of a binomial with the `ordinary` rate that slips and special cases produce. Who has
    too few colleagues to compare with is held against the ordinary rate alone, or against the rate of the whole firm, if
    that is more: papers of a kind that its extract leaves out are no slip of his. What is shown as expected is what decides:
    the number of slips where that is the larger p-value and more than colleagues have. Where honest people's own ordinary
    rates `differ`, by this coefficient of variation, the binomial is a beta-binomial.
    """
    tests = rate_tests(cells, what, settings=_SETTINGS).tests
    observed, n = tests["observed"].astype(float), tests["n"].astype(float)
    by_peers = tests["p_value"].to_numpy(dtype=float)
    rate = np.where(np.isnan(by_peers), np.maximum(ordinary, _rate_of_others(cells, tests)), ordinary)
    # The ordinary rate is an upper bound, not what is expected: to stay below it is no evidence of innocence.
    slips = np.minimum(_slips(observed, n, rate, differ), 0.5)
    decided = np.isnan(by_peers) | ((slips > by_peers) & (n * ordinary > tests["expected"].astype(float)))
    tests["p_value"] = np.fmax(by_peers, slips)
    if not decided.any():
        return tests
    return tests.where(~decided, _against_slips(tests, what, rate, rate > ordinary, differ, by_peers))


def _rate_of_others(cells: pd.DataFrame, tests: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Per test how often the events happen to all others of the firm; 0 where these have too few occasions to tell."""
    own = cells.groupby("rep")[["n", "y"]].sum().reindex(tests["subject_id"]).to_numpy(dtype=float)
    n, y = cells["n"].sum() - own[:, 0], cells["y"].sum() - own[:, 1]
    told = n >= _TELLING
    return np.where(told, np.minimum(y / np.where(told, n, 1.0), _MOST), 0.0)


def _slips(
    observed: pd.Series, n: pd.Series, ordinary: npt.NDArray[np.float64], differ: float
) -> npt.NDArray[np.float64]:
    """Mid-p of so many where the rate is `ordinary` in the mean, and differs between people."""
    if differ == 0:
        return binomial_tails(observed, n, ordinary).p_value()
    variance = n * ordinary * (1 - ordinary) * (1 + (n - 1) * _correlation(ordinary, differ))
    return beta_binomial_tails(observed, n, n * ordinary, variance).p_value()


def _correlation(ordinary: npt.NDArray[np.float64], differ: float) -> npt.NDArray[np.float64]:
    """Of two occasions of one person, where people's rates differ by this coefficient of variation."""
    return differ**2 * ordinary / (1 - ordinary)


def _usual_most(n: pd.Series, ordinary: npt.NDArray[np.float64], differ: float) -> npt.NDArray[np.float64]:
    """How many events in so many occasions all but one honest person in forty stay within."""
    from scipy import stats

    if differ == 0:
        return np.asarray(stats.binom.ppf(0.975, n, ordinary))
    size = 1 / _correlation(ordinary, differ) - 1
    return np.asarray(stats.betabinom.ppf(0.975, n, ordinary * size, (1 - ordinary) * size))


def _against_slips(
    tests: pd.DataFrame,
    what: str,
    ordinary: npt.NDArray[np.float64],
    of_firm: npt.NDArray[np.bool_],
    differ: float,
    by_peers: npt.NDArray[np.float64],
) -> pd.DataFrame:
    """The same tests, explained by the ordinary rate, with what colleagues (`by_peers` known) make expected beside it.

    `of_firm`: where that is the rate of the whole firm, not of slips.
    """
    n = tests["n"].astype(float)
    told = [
        f"{observed:.0f} of {count:.0f} {what}; {count_words(count * rate)} expected "
        + ("going by the whole firm" if firm else "of slips and special cases")
        + (
            " (too few colleagues to compare with)"
            if np.isnan(p)
            else f" ({count_words(expected)} going by {others:.0f} colleagues)"
        )
        for observed, count, expected, others, p, rate, firm in zip(
            *(tests[name] for name in ("observed", "n", "expected", "peers")),
            by_peers,
            ordinary,
            of_firm,
            strict=True,
        )
    ]
    high = _usual_most(n, ordinary, differ)
    return tests.assign(expected=n * ordinary, low=0.0, high=high, reason=told)
