"""The shared core of all rate detectors: a representative's count against what his peers make expected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import special

from surveil.errors import UsageError
from surveil.statistics import baseline
from surveil.statistics.arrays import Bools, Floats, Ints, sums
from surveil.statistics.combine import benjamini_hochberg
from surveil.statistics.mixed_tails import log_normal_poisson_tails, logit_normal_binomial_tails
from surveil.statistics.overdispersion import (
    Spread,
    clean_half_spread,
    dispersion,
    normal_scores,
    winsorise,
    winsorised_normal_variance,
)
from surveil.statistics.tails import (
    Tails,
    poisson_binomial_tails,
    poisson_tails,
)

Side = Literal["high", "low"]

CELL_COLUMNS = ("rep", "stratum", "branch", "month", "n", "y")
REP_COLUMNS = (
    "rep",
    "n",
    "observed",
    "expected",
    "variance",
    "ratio",
    "low",
    "high",
    "z",
    "p_value",
    "peer_n",
    "peers",
    "peer_rate",
    "insufficient",
)


@dataclass(frozen=True)
class RateSettings:
    """How a rate test is made; a detector takes these from its own parameters.

    min_expected: expected events below which nothing is tested. min_peers: other reps needed in the same
    strata. min_peer_items: items (exposure, in a count test) these must have. prior_items: weight of the
    firm's rate in a stratum's. factor_prior: expected events that hold the month and branch-month factors
    at one. winsorise: share pulled in on each side before the spread of reps is measured.
    dispersion_min_expected: expected events of the reps on whom the spread is measured. dispersion_prior,
    dispersion_prior_reps: tau² assumed beforehand, and as how many reps it counts. baseline_q: reps that
    stand out at this false-discovery rate are left out of the baseline of the others in a second pass (0:
    no second pass). max_prior_events: most events that shrink the displayed ratio towards one. coverage: of
    the funnel `low`…`high`.
    """

    min_expected: float = 0.1
    min_peers: int = 3
    min_peer_items: float = 20.0
    prior_items: float = 2.0
    factor_prior: float = 10.0
    winsorise: float = 0.10
    dispersion_min_expected: float = 1.0
    dispersion_prior: float = 0.08
    dispersion_prior_reps: float = 20.0
    baseline_q: float = 0.10
    max_prior_events: float = 20.0
    coverage: float = 0.95


@dataclass(frozen=True)
class RateResult:
    """What a rate or count test found.

    `reps`: one row per rep, sorted by rep: `n` items (or exposure), `observed` and `expected` events,
    `variance` of the observed count among ordinary reps (sampling, doubt about the baseline,
    overdispersion), `ratio` (shrunken observed / expected), `low` and `high` (the funnel: the range in
    which an ordinary rep's count would fall 95 times in 100), `z` (positive: more than expected, whatever
    the side), `p_value` (one-sided mid-p), `peer_n` (items of the peers), `peers` (other reps with items in
    the same strata), `peer_rate` (their rate; NaN without any) and `insufficient` (why `p_value` is NaN,
    else empty). `phi`: winsorised dispersion, 1 when there is only chance. `tau2`: variance between reps on
    the ratio scale. `cells`: the cells as given, with `p`, the expected rate.
    """

    reps: pd.DataFrame
    cells: pd.DataFrame
    phi: float
    tau2: float


def rate_test(
    cells: pd.DataFrame, *, side: Side = "high", settings: RateSettings | None = None
) -> RateResult:
    """Test whether a rep's share of items with a property is too high (or low) given his peers.

    `cells` has one row per combination of `rep`, `stratum`, `branch` (texts) and `month` (whole number)
    with `n` items of which `y` have the property. Raises UsageError where columns are missing or counts
    impossible. Method: science as in docs/statistics.md (leave-one-out peer rates, Poisson-binomial tail,
    Spiegelhalter 2005 overdispersion).
    """
    return _test(cells, side, settings or RateSettings(), counts=False)


def count_test(
    cells: pd.DataFrame, *, side: Side = "high", settings: RateSettings | None = None
) -> RateResult:
    """Test whether a rep has too many (or few) events for his exposure.

    As `rate_test`, but `n` is exposure (working days, or a count expected from elsewhere), not
    necessarily whole, and `y` may exceed it; tails are Poisson and negative binomial.
    """
    return _test(cells, side, settings or RateSettings(), counts=True)


def _test(frame: pd.DataFrame, side: Side, settings: RateSettings, counts: bool) -> RateResult:
    _check(frame, side, counts)
    names, order, cells = _encode(frame)
    included = np.ones(len(names), dtype=bool)
    result = _judge(cells, included, side, settings, counts)
    if settings.baseline_q > 0:
        q = benjamini_hochberg(np.where(result.tested, result.p_value, np.nan))
        standing_out = q <= settings.baseline_q
        # A baseline needs most reps: when half stand out, the model is wrong, not the reps.
        if standing_out.any() and standing_out.sum() <= 0.5 * len(names):
            result = _judge(cells, ~standing_out, side, settings, counts)
    rate = np.empty(len(frame))
    rate[order] = result.rate
    reps = _table(names, cells, result, settings, counts)
    return RateResult(reps, frame.assign(p=rate), result.phi, result.tau2)


@dataclass(frozen=True)
class _Judged:
    rate: Floats
    observed: Floats
    expected: Floats
    variance: Floats
    p_value: Floats
    tested: Bools
    peers: Ints
    peer_n: Floats
    peer_y: Floats
    phi: float
    tau2: float


def _judge(
    cells: baseline.Cells, included: Bools, side: Side, settings: RateSettings, counts: bool
) -> _Judged:
    """One pass: baseline from the included reps, spread between reps, tails of all reps."""
    fitted = baseline.fit(cells, included, settings.prior_items, settings.factor_prior, counts)
    observed, n = _sum(cells, cells.y), _sum(cells, cells.n)
    expected, sampling = _sum(cells, cells.n * fitted.rate), _sum(cells, fitted.variance)
    doubt = fitted.baseline_variance / np.maximum(sampling, 1e-12) ** 2
    peers, peer_n, peer_y = baseline.peers_of(cells)
    enough = (peers >= settings.min_peers) & (peer_n >= settings.min_peer_items) & (n > 0)
    measured = np.flatnonzero(enough & included & (expected >= settings.dispersion_min_expected))

    def tails(tau2: float, who: Ints, nodes: int = 161) -> Tails:
        sigma = np.sqrt(tau2 + doubt[who])
        if counts:
            return log_normal_poisson_tails(observed[who], expected[who], sigma, nodes)
        return logit_normal_binomial_tails(observed[who], n[who], expected[who], sigma, nodes)

    phi, spread = _spread(lambda tau2: tails(tau2, measured, 61).p_value(side), measured.size, settings)
    wide = spread.adjust(tails(spread.tau2, np.arange(n.size)).p_value(side), sampling)
    if counts:
        exact = poisson_tails(observed, expected)
    else:
        exact = poisson_binomial_tails(observed, cells.rep, cells.n, fitted.rate)
    # Overdispersion may only ever make a rep less remarkable than chance alone would.
    p_value = np.maximum(exact.p_value(side), wide)
    variance = sampling + (spread.tau2 + doubt) * sampling**2
    tested = enough & (expected >= settings.min_expected)
    return _Judged(
        fitted.rate, observed, expected, variance, p_value, tested, peers, peer_n, peer_y, phi, spread.tau2
    )


def _spread(p_values: Callable[[float], Floats], reps: int, settings: RateSettings) -> tuple[float, Spread]:
    """Phi and the spread between reps; the assumed spread where there are too few reps to tell."""
    prior, weight = settings.dispersion_prior, settings.dispersion_prior_reps
    if reps < 2:
        return float("nan"), Spread(prior, 0.0, float("inf"))
    spread = clean_half_spread(p_values, settings.winsorise)
    z = normal_scores(p_values(0.0))
    phi = dispersion(winsorise(z, settings.winsorise)) / winsorised_normal_variance(settings.winsorise)
    # Few reps say little about how reps differ; what is usual fills in for the rest.
    tau2 = (reps * spread.tau2 + weight * prior) / (reps + weight)
    centre = spread.centre * reps / (reps + weight)
    return phi, Spread(tau2, centre, spread.freedom * (reps + weight) / reps)


def _sum(cells: baseline.Cells, values: Floats) -> Floats:
    return sums(cells.rep, values, cells.reps)


def _table(
    names: Sequence[Any], cells: baseline.Cells, result: _Judged, settings: RateSettings, counts: bool
) -> pd.DataFrame:
    n = _sum(cells, cells.n)
    low, high = _funnel(n, result.expected, result.variance, settings.coverage, counts)
    prior = min(1 / result.tau2, settings.max_prior_events) if result.tau2 > 0 else settings.max_prior_events
    spread = np.sqrt(np.where(result.variance > 0, result.variance, 1.0))
    has_peers = result.peer_n > 0
    columns = {
        "rep": names,
        "n": n if counts else n.astype(np.int64),
        "observed": result.observed.astype(np.int64),
        "expected": result.expected,
        "variance": result.variance,
        "ratio": (result.observed + prior) / (result.expected + prior),
        "low": low,
        "high": high,
        "z": np.where(result.variance > 0, (result.observed - result.expected) / spread, 0.0),
        "p_value": np.where(result.tested, result.p_value, np.nan),
        "peer_n": result.peer_n if counts else result.peer_n.round().astype(np.int64),
        "peers": result.peers,
        "peer_rate": np.where(has_peers, result.peer_y / np.where(has_peers, result.peer_n, 1.0), np.nan),
        "insufficient": _reasons(n, result, settings),
    }
    return pd.DataFrame(columns, columns=list(REP_COLUMNS))


def _reasons(n: Floats, result: _Judged, settings: RateSettings) -> list[str]:
    """Why a rep was not tested, in words; empty where he was."""
    choices = [
        (n <= 0, "no items"),
        (result.peers < settings.min_peers, f"fewer than {settings.min_peers} peers"),
        (result.peer_n < settings.min_peer_items, f"peers have fewer than {settings.min_peer_items:g} items"),
        (result.expected < settings.min_expected, f"fewer than {settings.min_expected:g} events expected"),
    ]
    return [str(x) for x in np.select([c for c, _ in choices], [text for _, text in choices], default="")]


def _funnel(
    n: Floats, mean: Floats, variance: Floats, coverage: float, counts: bool
) -> tuple[Floats, Floats]:
    """Range of an ordinary rep's count: gamma (counts) or scaled beta quantiles."""
    known = (mean > 0) & (variance > 0)
    mu, var = np.where(known, mean, 1.0), np.where(known, variance, 1.0)
    tail = (1 - coverage) / 2
    if counts:
        shape = mu**2 / var
        low, high = (special.gammaincinv(shape, q) * var / mu for q in (tail, 1 - tail))
    else:
        size = np.where(known, n, 2.0)
        p = np.clip(mu / size, 1e-9, 1 - 1e-9)
        strength = np.maximum(p * (1 - p) * size**2 / var - 1, 0.05)
        low, high = (size * special.betaincinv(p * strength, (1 - p) * strength, q) for q in (tail, 1 - tail))
    return np.where(known, low, 0.0), np.where(known, high, 0.0)


def _encode(frame: pd.DataFrame) -> tuple[list[Any], Ints, baseline.Cells]:
    """Dense codes, and rows sorted so that sums do not depend on the order in which they came."""
    codes = {}
    names: list[Any] = []
    for column in ("rep", "stratum", "branch", "month"):
        code, levels = pd.factorize(frame[column], sort=True)
        codes[column] = code.astype(np.int64)
        if column == "rep":
            names = list(levels)
    n, y = frame["n"].to_numpy(dtype=np.float64), frame["y"].to_numpy(dtype=np.float64)
    order = np.lexsort((y, n, codes["month"], codes["branch"], codes["stratum"], codes["rep"]))
    parts = [codes[c][order] for c in ("rep", "stratum", "branch", "month")]
    return (
        names,
        order,
        baseline.Cells(parts[0], parts[1], parts[2], parts[3], n[order], y[order], len(names)),
    )


def _check(frame: pd.DataFrame, side: str, counts: bool) -> None:
    """Refuse cells that no firm can have."""
    if side not in ("high", "low"):
        raise UsageError(f"The side of a rate test is 'high' or 'low', not {side!r}.")
    missing = [c for c in CELL_COLUMNS if c not in frame.columns]
    if missing:
        raise UsageError(f"The cells of a rate test lack the columns: {', '.join(missing)}.")
    empty = [c for c in CELL_COLUMNS if frame[c].isna().any()]
    if empty:
        raise UsageError(f"The cells of a rate test have empty values in: {', '.join(empty)}.")
    n, y = frame["n"].to_numpy(dtype=np.float64), frame["y"].to_numpy(dtype=np.float64)
    if not (np.isfinite(n).all() and np.isfinite(y).all()) or (n < 0).any() or (y < 0).any():
        raise UsageError("The cells of a rate test have counts that are negative or not finite.")
    if (y != np.round(y)).any() or (not counts and (n != np.round(n)).any()):
        raise UsageError("The cells of a rate test have counts that are not whole numbers.")
    if counts and ((n == 0) & (y > 0)).any():
        raise UsageError("The cells of a count test have events where there is no exposure.")
    if not counts and (y > n).any():
        raise UsageError("The cells of a rate test have more items with the property (y) than items (n).")
