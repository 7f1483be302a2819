"""From observed and expected counts to p-values: the judgement that rates, counts and survival share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import special

from surveil.statistics.arrays import Bools, Floats, Ints
from surveil.statistics.combine import benjamini_hochberg
from surveil.statistics.mixed_tails import log_normal_poisson_tails, logit_normal_binomial_tails
from surveil.statistics.overdispersion import (
    Spread,
    clean_half_spread,
    dispersion,
    normal_scores,
    spread_p_values,
    winsorise,
    winsorised_normal_variance,
)
from surveil.statistics.tails import Tails

Side = Literal["high", "low"]

# Half a sample around an estimated median is worth about a fifth of a full one (bench/calibration.py).
_FREEDOM = 0.2

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
    dispersion_prior_reps: float = 10.0
    baseline_q: float = 0.10
    max_prior_events: float = 20.0
    coverage: float = 0.95


@dataclass(frozen=True)
class Tally:
    """One entry per rep. `counts`: events may exceed `n` (Poisson), else `observed` are some of `n` items.

    `sampling`: variance of the observed count by chance; `doubt`: variance of the logarithm of the expected
    count (for rates, of its odds) from not knowing the baseline exactly; `exact`: tails under chance alone of
    the reps asked about, as they may be dear; `peers`, `peer_n`, `peer_y`: other reps in the same strata,
    their items (exposure) and their events.
    """

    counts: bool
    n: Floats
    observed: Floats
    expected: Floats
    sampling: Floats
    doubt: Floats
    exact: Callable[[Bools], Tails]
    peers: Ints
    peer_n: Floats
    peer_y: Floats


@dataclass(frozen=True)
class Verdict:
    """p-values of all reps, which of them hold (`tested`), variance of the counts of ordinary reps."""

    p_value: Floats
    tested: Bools
    variance: Floats
    phi: float
    tau2: float


def in_two_passes(
    tally: Callable[[Bools], Tally], reps: int, side: Side, settings: RateSettings, within: float = 1.0
) -> tuple[Tally, Verdict, Bools]:
    """Judge all reps, then once more with the remarkable ones left out of everybody's baseline.

    `tally` makes the tally with the baseline of the reps it is given; who was in it comes back last. `within`: see `judge`.
    """
    included = np.ones(reps, dtype=bool)
    first = tally(included)
    verdict = judge(first, included, side, settings, settings.baseline_q)
    ordinary = ordinary_reps(verdict, settings)
    if ordinary is None:
        rest = verdict.p_value > settings.baseline_q
        p_value = _no_less_than_chance(verdict.p_value, first, rest & (verdict.p_value <= within), side)
        return first, replace(verdict, p_value=p_value), included
    second = tally(ordinary)
    return second, judge(second, ordinary, side, settings, within), ordinary


def ordinary_reps(verdict: Verdict, settings: RateSettings) -> Bools | None:
    """Who is left in the baseline of the others in a second pass; None where there is no need of one.

    It is enough that the verdict's p-values are right up to `baseline_q`: no larger one makes anybody remarkable.
    """
    if settings.baseline_q <= 0:
        return None
    q = benjamini_hochberg(np.where(verdict.tested, verdict.p_value, np.nan))
    remarkable = q <= settings.baseline_q
    # A baseline needs most reps: when half stand out, the model is wrong, not the reps.
    if not remarkable.any() or remarkable.sum() > 0.5 * remarkable.size:
        return None
    return np.asarray(~remarkable)


def judge(tally: Tally, included: Bools, side: Side, settings: RateSettings, within: float = 1.0) -> Verdict:
    """Spread between the `included` reps, and the tails of all.

    p-values above `within` may be too small, though not below it: who is that ordinary by the spread between reps is not
    held against chance alone as well.
    """
    enough = (tally.peers >= settings.min_peers) & (tally.peer_n >= settings.min_peer_items) & (tally.n > 0)
    measured = np.flatnonzero(enough & included & (tally.expected >= settings.dispersion_min_expected))

    def tails(tau2: float, who: Ints, nodes: int) -> Tails:
        sigma, observed, expected = np.sqrt(tau2 + tally.doubt[who]), tally.observed[who], tally.expected[who]
        if tally.counts:
            return log_normal_poisson_tails(observed, expected, sigma, nodes)
        return logit_normal_binomial_tails(observed, tally.n[who], expected, sigma, nodes)

    # The search for tau² and what is made of it ask for some values more than once, and each is dear.
    spread_at = lru_cache(4)(lambda tau2: spread_p_values(tails(tau2, measured, 61), side))
    phi, spread = _spread(spread_at, tally.sampling[measured], settings)
    everybody = tails(spread.tau2, np.arange(tally.n.size), 161)
    wide = spread.adjust(everybody.p_value(side), tally.sampling)
    p_value = _no_less_than_chance(wide, tally, ~(wide > within), side)
    variance = tally.sampling + (spread.tau2 + tally.doubt) * tally.sampling**2
    return Verdict(p_value, enough & (tally.expected >= settings.min_expected), variance, phi, spread.tau2)


def _no_less_than_chance(p_value: Floats, tally: Tally, asked: Bools, side: Side) -> Floats:
    """Overdispersion may only ever make a rep less remarkable than chance alone would: p-values of the reps asked about."""
    return np.where(asked, np.maximum(tally.exact(asked).p_value(side), p_value), p_value)


def _spread(
    p_values: Callable[[float], Floats], information: Floats, settings: RateSettings
) -> tuple[float, Spread]:
    """Phi and the spread between reps, the measured one and the usual one each weighed by what it rests on."""
    prior, weight = settings.dispersion_prior, settings.dispersion_prior_reps
    if information.size < 2:
        return float("nan"), Spread(prior, 0.0, _FREEDOM * weight)
    z = normal_scores(p_values(0.0)).ravel()
    phi = dispersion(winsorise(z, settings.winsorise)) / winsorised_normal_variance(settings.winsorise)
    measured, centre = clean_half_spread(p_values, settings.winsorise)
    # A rep tells how reps differ only so far as they, and not chance, make his count: few events, little said.
    between = max(measured, prior) * information
    told = float(np.sum((between / (1 + between)) ** 2))
    tau2 = (told * measured + weight * prior) / (told + weight)
    held = information.size / (information.size + weight)
    return phi, Spread(tau2, centre * held, _FREEDOM * (told + weight))


def table(names: Sequence[Any], tally: Tally, verdict: Verdict, settings: RateSettings) -> pd.DataFrame:
    """One row per rep with the columns `REP_COLUMNS`."""
    low, high = _funnel(tally, verdict.variance, settings.coverage)
    prior = settings.max_prior_events
    if verdict.tau2 > 0:
        prior = min(1 / verdict.tau2, prior)
    spread = np.sqrt(np.where(verdict.variance > 0, verdict.variance, 1.0))
    has_peers = tally.peer_n > 0
    columns = {
        "rep": names,
        "n": _whole(tally.n),
        "observed": tally.observed.astype(np.int64),
        "expected": tally.expected,
        "variance": verdict.variance,
        "ratio": (tally.observed + prior) / (tally.expected + prior),
        "low": low,
        "high": high,
        "z": np.where(verdict.variance > 0, (tally.observed - tally.expected) / spread, 0.0),
        "p_value": np.where(verdict.tested, verdict.p_value, np.nan),
        "peer_n": _whole(tally.peer_n),
        "peers": tally.peers,
        "peer_rate": np.where(has_peers, tally.peer_y / np.where(has_peers, tally.peer_n, 1.0), np.nan),
        "insufficient": _reasons(tally, settings),
    }
    return pd.DataFrame(columns, columns=list(REP_COLUMNS))


def _whole(values: Floats) -> Floats | Ints:
    """As whole numbers where all are; exposure need not be."""
    whole = np.round(values)
    return whole.astype(np.int64) if np.array_equal(whole, values) else values


def _reasons(tally: Tally, settings: RateSettings) -> list[str]:
    """Why a rep was not tested, in words; empty where he was."""
    choices = [
        (tally.n <= 0, "no items"),
        (tally.peers < settings.min_peers, f"fewer than {settings.min_peers} peers"),
        (tally.peer_n < settings.min_peer_items, f"peers have fewer than {settings.min_peer_items:g} items"),
        (tally.expected < settings.min_expected, f"fewer than {settings.min_expected:g} events expected"),
    ]
    return [str(x) for x in np.select([c for c, _ in choices], [text for _, text in choices], default="")]


def _funnel(tally: Tally, variance: Floats, coverage: float) -> tuple[Floats, Floats]:
    """Range of an ordinary rep's count: gamma (counts) or scaled beta quantiles."""
    mean = tally.expected
    known = (mean > 0) & (variance > 0)
    mu, var = np.where(known, mean, 1.0), np.where(known, variance, 1.0)
    tail = (1 - coverage) / 2
    if tally.counts:
        shape = mu**2 / var
        low, high = (special.gammaincinv(shape, q) * var / mu for q in (tail, 1 - tail))
    else:
        low, high = usual_range(np.where(known, tally.n, 2.0), mu, var, coverage)
    return np.where(known, low, 0.0), np.where(known, high, 0.0)


def usual_range(n: Floats, mean: Floats, variance: Floats, coverage: float) -> tuple[Floats, Floats]:
    """Range in which so much of a count of `n` items with that mean and variance falls: scaled beta quantiles."""
    tail = (1 - coverage) / 2
    p = np.clip(mean / n, 1e-9, 1 - 1e-9)
    strength = np.maximum(p * (1 - p) * n**2 / variance - 1, 0.05)
    low, high = (n * special.betaincinv(p * strength, (1 - p) * strength, q) for q in (tail, 1 - tail))
    return low, high
