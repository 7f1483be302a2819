"""What a row of the ranking tells of a representative."""

from __future__ import annotations

import pandas as pd
import pytest

from surveil.detectors.base import ITEM_COLUMNS, TEST_COLUMNS, Decision, frame
from surveil.detectors.registry import detectors
from surveil.scan.evidence import Judged
from surveil.scan.ranking import rank_reps


@pytest.mark.parametrize(
    ("expected", "p", "told"),
    [
        (2.14, 0.00123, "UA01 9 of 40 (expected 2.1, p=0.0012)"),
        (0.04, 5.7e-104, "UA01 9 of 40 (expected fewer than 0.1, p<1e-15)"),
        (None, 0.01, "UA01 9 of 40 (p=0.01)"),
    ],
)
def test_a_driver_claims_no_more_digits_than_anybody_can_know(
    expected: float | None, p: float, told: str
) -> None:
    tests = frame(TEST_COLUMNS, subject_id=["R1"], p_value=[p], observed=[9.0], expected=[expected], n=[40.0])
    judged = {"UA01": Judged(detectors()["UA01"], Decision(frame(ITEM_COLUMNS, subject_id=[]), tests))}
    joined = pd.DataFrame({"p_value": [p], "q_value": [p], "evidence": [3.0]}, index=["R1"])
    (row,) = rank_reps(joined, [], judged, pd.DataFrame(index=["R1"]), 0.1).to_dict("records")
    assert row["drivers"] == told
    assert row["p_value"] == p
