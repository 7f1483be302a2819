"""A surge is found where somebody did more than in his other months, and nowhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from surveil.statistics.surge import SurgeSettings, surges

_FEW = st.integers(0, 40)


def _cells(**counts: list[int]) -> pd.DataFrame:
    rows = [(rep, 100 + i, float(n), 1.0) for rep, made in counts.items() for i, n in enumerate(made)]
    return pd.DataFrame(rows, columns=["rep", "month", "n", "exposure"])


def test_five_busy_months_are_found_and_how_much_busier_they_were() -> None:
    found = surges(_cells(a=[2] * 6 + [12] * 5 + [2] * 7, b=[3] * 18)).set_index("rep")
    assert found.loc["a", ["start", "end"]].tolist() == [106, 110]
    assert np.isclose(found.loc["a", "ratio"], 6.0)
    assert found.loc["a", "p_value"] < 1e-4
    assert found.loc["b", ["start", "end", "ratio", "p_value"]].tolist() == [100, 117, 1.0, 1.0]


def test_a_season_in_which_everybody_does_more_is_no_surge() -> None:
    cells = _cells(a=[2] * 9 + [12] * 5 + [2] * 4)
    cells["exposure"] = np.where(cells["month"].between(109, 113), 6.0, 1.0)
    assert surges(cells)["p_value"].tolist() == [1.0]


def test_a_wider_ordinary_spread_makes_a_surge_less_remarkable() -> None:
    cells = _cells(a=[4] * 9 + [9] * 4 + [4] * 5)
    narrow, wide = (surges(cells, SurgeSettings(spread=s))["p_value"].iloc[0] for s in (0.1, 0.8))
    assert narrow < wide


def test_whoever_did_nothing_is_left_out() -> None:
    assert surges(_cells(a=[0] * 6)).empty
    assert surges(_cells(a=[0] * 6, b=[1] * 6))["rep"].tolist() == ["b"]


def test_all_of_it_in_few_months_is_finite() -> None:
    found = surges(_cells(a=[0] * 10 + [5] * 3 + [0] * 5)).iloc[0]
    assert (found["start"], found["end"]) == (110, 112)
    assert 0 < found["alone"] < 0.001
    assert np.isfinite(found["ratio"])


@given(st.lists(st.lists(_FEW, min_size=5, max_size=20), min_size=1, max_size=4))
def test_p_values_are_probabilities_and_the_order_of_rows_does_not_matter(made: list[list[int]]) -> None:
    cells = _cells(**{f"r{i}": counts for i, counts in enumerate(made)})
    found = surges(cells)
    assert found["alone"].between(0, 1).all()
    assert (found["p_value"] >= found["alone"]).all()
    assert (found["ratio"] >= 1).all()
    pd.testing.assert_frame_equal(found, surges(cells.iloc[::-1]))
