"""The shape of results around a goal: a crowd on it is seen, a smooth slope and a crowd elsewhere are not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveil.detectors.bursts.goal_bunching import Parameters, _shape


def shape(steps: np.ndarray) -> pd.Series:
    results = pd.DataFrame({"step": steps, "landed": (steps == 0) | (steps == 1), "role": "role banker"})
    return _shape(results, "role", Parameters()).iloc[0]


def smooth(seed: int, size: int = 2000) -> np.ndarray:
    return np.round(np.random.default_rng(seed).normal(-2, 6, size))


def test_a_crowd_on_the_goal_is_seen() -> None:
    steps = smooth(1)
    just_short = np.flatnonzero((steps >= -3) & (steps < 0))
    steps[just_short[::3]] = 0
    found = shape(steps)
    assert found["subject_id"] == "role banker"
    assert found["p_value"] < 0.01
    assert found["observed"] > found["expected"]


def test_smooth_results_are_quiet_at_about_the_rate_they_should_be() -> None:
    p = np.array([shape(smooth(seed))["p_value"] for seed in range(60)])
    assert (p < 0.05).mean() <= 0.10


def test_a_crowd_elsewhere_is_no_crowd_on_the_goal() -> None:
    steps = smooth(2)
    steps[(steps >= 4) & (steps < 6)] = 6
    assert shape(steps)["p_value"] > 0.05


def test_too_few_results_show_no_shape() -> None:
    assert np.isnan(shape(smooth(3, 20))["p_value"])
    assert shape(smooth(3, 20))["reason"] == "too few results"
