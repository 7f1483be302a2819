"""What a row of the ranking tells of a representative."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest

from surveil.alerts.model import SubjectType
from surveil.detectors.base import ITEM_COLUMNS, TEST_COLUMNS, Decision, frame
from surveil.detectors.registry import detectors
from surveil.scan.evidence import HALF_SCORE_POINTS, Judged, joined, p_values_of
from surveil.scan.ranking import rank_reps, signs_and_sum


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
    one = pd.DataFrame(
        {"p_value": [p], "q_value": [p], "evidence": [3.0], "sum": ["UA01 3.00"], "tests": [1]}, index=["R1"]
    )
    (row,) = rank_reps(one, [], judged, pd.DataFrame(index=["R1"]), 0.1).to_dict("records")
    assert row["drivers"].split("; ")[0] == told
    assert row["p_value"] == p


def test_the_score_of_a_row_can_be_worked_out_again_from_what_it_says() -> None:
    tests = {"UA01": 0.001, "QB04": 0.02, "UN02": 0.3}
    judged = {
        name: Judged(
            detectors()[name],
            Decision(
                frame(ITEM_COLUMNS, subject_id=[]),
                frame(TEST_COLUMNS, subject_id=["R1", "R2"], p_value=[p, 0.5], observed=9.0, n=40.0),
            ),
        )
        for name, p in tests.items()
    }
    p_values = p_values_of(judged, SubjectType.REP)
    rules = pd.DataFrame({"CS01": [10.0, 0.0]}, index=["R1", "R2"])
    together = joined(p_values.index, p_values, rules, {})
    told = rank_reps(together, [], judged, rules, 0.1).set_index("rep_id")["drivers"]
    *_, last = told["R1"].split("; ")
    pieces = re.fullmatch(
        r"evidence CS01 ([\d.]+) \+ UA01 ([\d.]+) = ([\d.]+) points, score ([\d.]+), 3 tests joined p=(.+)",
        last,
    )
    assert pieces is not None, last
    one, other, total, score, p = (float(piece) for piece in pieces.groups())
    assert one + other == pytest.approx(total, abs=0.011)
    assert score == pytest.approx(total / (total + HALF_SCORE_POINTS), abs=0.005)
    assert other == pytest.approx(-math.log10(0.001), abs=0.005)
    assert p == pytest.approx(together.loc["R1", "p_value"], rel=0.05)
    assert told["R2"] == "", "of whom there is nothing to tell no sum is told"
    signs, adds_up = signs_and_sum(told["R1"])
    assert [sign[:4] for sign in signs] == ["UA01", "QB04", "CS01"]
    assert f"evidence {adds_up}" == last
    assert signs_and_sum(told["R2"]) == ((), "")
    assert signs_and_sum("UA01 5 of 9") == (("UA01 5 of 9",), ""), "as an earlier version wrote it"
