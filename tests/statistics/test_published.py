"""Bunching, bursts, charts and changes against published numbers and the output of the R packages that made them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveil.statistics.bunching import bin_counts, bunching, three_point_test
from surveil.statistics.bursts import kleinberg_bursts
from surveil.statistics.changepoint import mean_change, rate_change
from surveil.statistics.charts import (
    c_chart,
    cusum,
    ears,
    ewma,
    farrington,
    overdispersion_ratio,
    p_chart,
)
from surveil.statistics.tails import binomial_tails
from tests.statistics.vectors import vector


def test_bunching_at_a_kink() -> None:
    values = vector("bunching_data")["kink_vector"].dropna()
    bins, counts = bin_counts(values, 10_000, 50, 19)
    np.testing.assert_array_equal(counts, vector("bunching_kink_bw50_poly4_nocorr_bins")["freq_orig"])
    options = {"spike": (0, 0), "excluded": (0, 0), "fit": "least squares"}
    plain = bunching(bins, counts, **options)  # type: ignore[arg-type]
    corrected = bunching(bins, counts, correct=True, **options)  # type: ignore[arg-type]
    assert plain.relative == pytest.approx(1.988516, abs=5e-7)
    assert corrected.excess == pytest.approx(629.5111, abs=5e-5)
    assert corrected.relative == pytest.approx(1.822088, abs=5e-7)


def test_kleinberg_example() -> None:
    found = kleinberg_bursts(vector("kleinberg_offsets")["offset"], 2, 1)
    expected = vector("kleinberg_bursts_s2_g1")
    assert [(b.level, b.start, b.end) for b in found] == list(expected.itertuples(index=False, name=None))


def pistons() -> tuple[np.ndarray, float, float]:
    """Means of forty samples of five; centre and standard error from the first 25, with the textbook's d2 = 2.326."""
    samples = vector("qcc_pistonrings")["diameter"].to_numpy().reshape(40, 5)
    ranges = np.ptp(samples[:25], axis=1)
    return samples.mean(axis=1), float(samples[:25].mean()), float(ranges.mean() / 2.326 / 5**0.5)


def test_piston_ring_cusum_and_ewma() -> None:
    means, centre, error = pistons()
    paths = vector("qcc_pistonrings_cusum_ewma")
    upper, lower = cusum((means - centre) / error)
    average = ewma(means, centre, error)
    np.testing.assert_allclose(upper.statistic, paths["cusum_pos"], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(-lower.statistic, paths["cusum_neg"], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(average.statistic, paths["ewma"], rtol=1e-12)
    assert (np.flatnonzero(upper.alarms) + 1).tolist() == [37, 38, 39, 40]
    assert (np.flatnonzero(average.alarms) + 1).tolist() == [37, 38, 39, 40]
    assert not lower.alarms.any()


def test_orange_juice_p_chart() -> None:
    trial = vector("qcc_orangejuice").query("trial")["D"]
    chart = p_chart(trial, 50)
    assert trial.sum() / (50 * len(trial)) == pytest.approx(0.2313333, abs=5e-8)
    assert chart.low[0] == pytest.approx(0.0524275, abs=5e-8)
    assert chart.high[0] == pytest.approx(0.4102391, abs=5e-8)
    assert overdispersion_ratio(trial, 50) == pytest.approx((2.945149, 1.8e-7), rel=0.02)
    assert overdispersion_ratio(trial, 50)[0] == pytest.approx(2.945149, abs=5e-7)


def test_circuit_c_chart() -> None:
    trial = vector("qcc_circuit").query("trial")["x"]
    chart = c_chart(trial)
    assert trial.mean() == pytest.approx(19.84615, abs=5e-6)
    assert (chart.low[0], chart.high[0]) == pytest.approx((6.481447, 33.21086), abs=5e-6)
    assert overdispersion_ratio(trial)[0] == pytest.approx(2.586667, abs=5e-7)


def agona() -> tuple[np.ndarray, pd.DataFrame]:
    return vector("salmonella_agona")["n"].to_numpy(float), vector("surveillance_agona_alarms")


@pytest.mark.parametrize(
    ("method", "weeks"),
    [
        ("C1", [281, 283, 284, 294, 312]),
        ("C2", [281, 282, 283, 284, 285, 294, 295]),
        ("C3", [283, 284, 285, 286, 287, 296]),
    ],
)
def test_agona_early_aberrations(method: str, weeks: list[int]) -> None:
    counts, expected = agona()
    chart = ears(counts, method, alpha=0.01)  # type: ignore[arg-type]
    np.testing.assert_allclose(chart.high[279:], expected[f"{method.lower()}_ub"], rtol=1e-9)
    assert (np.flatnonzero(chart.alarms[279:]) + 280).tolist() == weeks


def test_agona_farrington() -> None:
    counts, expected = agona()
    chart = farrington(counts, expected["week"] - 1)
    quiet = expected["farr_ub"] == 0
    assert np.isinf(chart.high[quiet]).all()
    # R stops its iterations at a change of 1e-8 in the deviance, which leaves this much in the limits.
    np.testing.assert_allclose(chart.high[~quiet], expected["farr_ub"][~quiet], rtol=2e-5)
    assert expected["week"][chart.alarms].tolist() == [284, 285]


def test_nile_and_coal() -> None:
    nile, coal = vector("nile"), vector("coal_yearly")
    assert nile["year"][mean_change(nile["flow"]).last] == 1898
    change = rate_change(coal["n"])
    assert coal["year"][change.last] == 1891
    assert (change.before, change.after) == pytest.approx((3.0976, 0.9014), abs=5e-5)


@pytest.mark.parametrize(("before", "after", "p"), [(754, 587, 5.7e-6), (681, 498, 1.1e-7)])
def test_boston_finish_times_crowd_below_the_hours(before: int, after: int, p: float) -> None:
    """Finish times of the Boston marathon of 2015, three minutes before and after 3:00 and 4:00; p on both sides."""
    assert 2 * float(binomial_tails(before, before + after, 0.5).upper) == pytest.approx(p, rel=0.01)


def test_three_points() -> None:
    """Exact: 20 of 40 at chance 1/3 when the density may not bend at all."""
    assert three_point_test(10, 20, 10, curvature=0) == pytest.approx(0.0214, abs=1e-4)
