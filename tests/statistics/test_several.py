"""Several members of a group who stand out by themselves: found, but not for one of them, nor where it is usual."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveil.statistics.several import several_test


def members(p: np.ndarray, size: int = 10) -> tuple[pd.Series, pd.Series]:
    names = [f"m{i}" for i in range(p.size)]
    return pd.Series(p, names), pd.Series([f"g{i // size:02d}" for i in range(p.size)], names)


def p_of(p: np.ndarray, size: int = 10) -> pd.Series:
    return several_test(*members(p, size), 0.02).set_index("group")["p_value"]


def test_honest_groups_rarely_stand_out() -> None:
    rng = np.random.default_rng(1)
    p = pd.concat([p_of(rng.random(400)) for _ in range(40)])
    assert (p < 0.05).mean() < 0.05
    assert (p < 0.001).mean() < 0.001


def test_three_besides_the_most_remarkable_are_a_group_and_one_rogue_is_none() -> None:
    p = np.full(200, 0.5)
    p[:4] = [1e-9, 0.01, 0.02, 0.001]
    p[10] = 1e-12
    found = several_test(*members(p), 0.02).set_index("group")
    by_hand = stats.binom.sf(3, 9, 0.02) + 0.5 * stats.binom.pmf(3, 9, 0.02)
    assert found.loc["g00", "p_value"] == pytest.approx(by_hand)
    assert found.loc["g00", ["n", "observed"]].tolist() == [10, 4]
    assert found.loc["g01", "p_value"] == found.loc["g02", "p_value"] > 0.5


def test_what_is_usual_in_other_groups_is_no_evidence() -> None:
    p = np.full(200, 0.5)
    for group in range(20):
        p[10 * group : 10 * group + 4] = 0.01
    assert (p_of(p) > 0.3).all()


def test_small_groups_are_not_judged_and_nothing_gives_nothing() -> None:
    assert p_of(np.full(6, 0.001), size=2).isna().all()
    assert several_test(*members(np.array([])), 0.02).empty
