"""From a detector's test to an alert: what is not known stays not known."""

from __future__ import annotations

import pandas as pd
import pytest

from surveil.alerts.model import SubjectType
from surveil.detectors.base import ITEM_COLUMNS, TEST_COLUMNS, Decision, frame
from surveil.detectors.registry import detectors
from surveil.scan.evidence import Judged
from surveil.scan.grouping import Subjects, drafts


@pytest.mark.parametrize(("range_", "interval"), [({}, None), ({"low": [0.0], "high": [2.0]}, (0.0, 2.0))])
def test_an_expectation_whose_range_is_not_known_makes_an_alert_without_one(
    range_: dict[str, list[float]], interval: tuple[float, float] | None
) -> None:
    detector = detectors()["UA17"]
    tests = frame(
        TEST_COLUMNS,
        subject_id=["R1"],
        p_value=[1e-6],
        observed=[9.0],
        expected=[0.4],
        n=[40.0],
        reason=["why"],
        **range_,
    )
    judged = {"UA17": Judged(detector, Decision(items=frame(ITEM_COLUMNS, subject_id=[]), tests=tests))}
    joined = {SubjectType.REP: pd.DataFrame({"q_value": [0.001]}, index=["R1"])}
    (draft,) = drafts(judged, Subjects(joined, {"R1": "B1"}, 0, 30), 0.1)
    assert (draft.expected, draft.interval) == (0.4, interval)


def test_an_innocent_explanation_of_ones_own_stands_before_those_of_the_manual() -> None:
    detector = detectors()["QB01"]
    tests = frame(
        TEST_COLUMNS, subject_id=["R1", "R2"], p_value=1e-6, reason="why", explanation=["A fair.", None]
    )
    judged = {"QB01": Judged(detector, Decision(items=frame(ITEM_COLUMNS, subject_id=[]), tests=tests))}
    joined = {SubjectType.REP: pd.DataFrame({"q_value": [0.001, 0.001]}, index=["R1", "R2"])}
    found = {d.subject_id: d for d in drafts(judged, Subjects(joined, {}, 0, 30), 0.1)}
    assert found["R1"].explanations == ("A fair.", *found["R2"].explanations)
    assert found["R2"].explanations
