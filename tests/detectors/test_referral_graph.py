"""The null of referral rings: as many rewirings as are asked for, but in a very large firm no more than are needed."""

from __future__ import annotations

import pandas as pd
import pytest

from surveil.detectors.competence.referral_graph import ELSEWHERE, LoopSettings, null_scores


@pytest.mark.parametrize(("reps", "rewirings"), [(3, 199), (10_000, 199), (50_000, 40), (400_000, 15)])
def test_a_very_large_firm_is_rewired_fewer_times(reps: int, rewirings: int) -> None:
    edges = pd.DataFrame(
        {
            "rep_id": ["a", "b", "c"],
            "to_rep_id": ["b", "c", "a"],
            "branch": ["b1", "b2", "b3"],
            "place": ELSEWHERE,
            "n": 9,
            "p_value": 1e-6,
        }
    )
    settings = LoopSettings(hot_p=1e-3, least=3, longest=5, strongest=8, rewirings=199, seed=1)
    found = null_scores(edges, pd.Series(["x", "y", "z"]), reps, settings)
    assert found.size == rewirings * reps
