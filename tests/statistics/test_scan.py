"""Bursts in time: found where they are, not where the firm or the branch was busy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.errors import UsageError
from surveil.statistics.bursts import kleinberg_bursts
from surveil.statistics.charts import cusum, ears, farrington
from surveil.statistics.scan import ScanSettings, daily_dispersion, expected_by_day, scan_bursts

QUICK = ScanSettings(draws=20)


def year(seed: int, reps: int = 60, days: int = 120, alpha: float = 0.1) -> npt.NDArray[np.float64]:
    """Openings by rep and business day: uneven reps, month-ends, a campaign week, chance beyond Poisson."""
    rng = np.random.default_rng(seed)
    rate = np.exp(0.3 * rng.standard_normal(reps))
    profile = np.where(np.arange(days) % 21 >= 18, 1.4, 1.0) * np.exp(0.1 * rng.standard_normal(days))
    profile[40:45] *= 2.5
    mean = rate[:, None] * profile
    return rng.poisson(mean * rng.gamma(1 / alpha, alpha, mean.shape)).astype(float)


def expected_of(counts: npt.NDArray[np.float64], per_branch: int = 5) -> npt.NDArray[np.float64]:
    branch = np.arange(counts.shape[0]) // per_branch
    return expected_by_day(counts, np.ones(counts.shape, bool), branch)


def test_a_planted_burst_is_found_where_it_is() -> None:
    counts = year(1)
    counts[7, 60:65] += 6
    found = scan_bursts(counts, expected_of(counts), QUICK)
    assert found["p_value"].idxmin() == 7
    assert found.loc[7, "p_value"] < 0.001
    assert abs(found.loc[7, "start"] - 60) <= 2
    assert abs(found.loc[7, "end"] - 64) <= 2
    window = slice(found.loc[7, "start"], found.loc[7, "end"] + 1)
    assert found.loc[7, "observed"] == counts[7, window].sum()
    assert found.loc[7, "expected"] < 0.5 * found.loc[7, "observed"]


def test_a_burst_is_found_in_a_large_firm_too() -> None:
    """More representatives than are looked at together."""
    random = np.random.default_rng(8)
    counts = random.poisson(0.3, (700, 60)).astype(float)
    counts[610, 20:23] += 12
    found = scan_bursts(counts, np.full(counts.shape, 0.3))
    assert found["score"].idxmax() == 610
    assert tuple(found.loc[610, ["start", "end"]]) == (20, 22)


def test_campaigns_and_busy_branches_are_nobodys_burst() -> None:
    counts = year(2)
    counts[:5, 80:83] += np.random.default_rng(0).poisson(4, (5, 3))  # a branch opens a payroll
    found = scan_bursts(counts, expected_of(counts), QUICK)
    assert found["p_value"].min() > 0.001
    flat = np.broadcast_to(counts.mean(axis=1, keepdims=True), counts.shape)
    naive = scan_bursts(counts, flat, QUICK)
    assert (naive["start"].between(38, 45)).mean() > 2 * (found["start"].between(38, 45)).mean()


def test_honest_firms_have_honest_p_values() -> None:
    p = np.concatenate([scan_bursts(c, expected_of(c), QUICK)["p_value"] for c in map(year, range(10, 16))])
    assert (p < 0.01).mean() <= 0.02
    assert 0.01 <= (p < 0.05).mean() <= 0.08
    assert 0.35 <= np.median(p) <= 0.8


def test_days_off_are_expected_nothing_and_few_events_are_not_judged() -> None:
    counts, active = year(3, reps=12), np.ones((12, 120), bool)
    active[0, 50:] = False
    counts[0, 50:] = 0
    counts[1, :] = 0
    counts[1, 3] = 2
    expected = expected_by_day(counts, active, np.zeros(12))
    assert (expected[0, 50:] == 0).all()
    np.testing.assert_allclose(expected.sum(axis=1), counts.sum(axis=1), rtol=1e-9)
    found = scan_bursts(counts, expected, QUICK)
    assert np.isnan(found.loc[1, "p_value"])
    assert found["p_value"].drop(index=1).between(0, 1).all()


def test_same_input_same_answer() -> None:
    counts = year(4, reps=20)
    pd.testing.assert_frame_equal(
        scan_bursts(counts, expected_of(counts), QUICK), scan_bursts(counts, expected_of(counts), QUICK)
    )


def test_dispersion_is_measured_and_chance_has_none() -> None:
    rng = np.random.default_rng(5)
    mean = np.full((200, 250), 2.0)
    assert daily_dispersion(rng.poisson(mean), mean) < 0.03
    wide = rng.poisson(mean * rng.gamma(2, 0.5, mean.shape))
    assert daily_dispersion(wide, mean) == pytest.approx(0.5, abs=0.08)
    assert daily_dispersion(np.zeros((3, 4)), np.zeros((3, 4))) == 0.0


def test_two_reps_have_a_spread_too() -> None:
    counts = np.array([[9.0, 1.0, 2.0], [3.0, 4.0, 0.0]])
    assert 0 < daily_dispersion(counts, np.full((2, 3), 3.0)) < 5


def test_shapes_must_agree() -> None:
    with pytest.raises(UsageError, match="same shape"):
        scan_bursts(np.ones((2, 3)), np.ones((3, 2)))


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=40, unique=True))
@settings(max_examples=40, deadline=None)
def test_bursts_lie_within_each_other(times: list[float]) -> None:
    times = sorted({round(t, 3) for t in times})
    if len(times) < 2:
        return
    found = kleinberg_bursts(times)
    assert (found[0].level, found[0].start, found[0].end) == (1, times[0], times[-1])
    for inner in found[1:]:
        assert any(
            outer.level == inner.level - 1 and outer.start <= inner.start <= inner.end <= outer.end
            for outer in found
        )


def test_bursts_need_distinct_times_and_sensible_prices() -> None:
    assert kleinberg_bursts([3.0]) == []
    with pytest.raises(UsageError, match="distinct times"):
        kleinberg_bursts([1, 1, 2])
    with pytest.raises(UsageError, match="scale above one"):
        kleinberg_bursts([1, 2], scale=1)


def test_charts_say_nothing_without_history() -> None:
    assert not ears([1, 2, 50], "C1").alarms.any()
    with pytest.raises(UsageError, match="years of history"):
        farrington(np.ones(100), [99])
    upper, _ = cusum([10.0], limit=5)
    assert upper.alarms.tolist() == [True]
