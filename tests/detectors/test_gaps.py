"""What could not be judged: sentences that name nobody, and the people it lies with beside them."""

from __future__ import annotations

import pandas as pd
import pytest

from surveil.alerts.runs import first_of, gap_in_words
from surveil.detectors import registry
from surveil.detectors.base import Decision, Gap, one_a_reason
from surveil.engine.models import catalogue


def decided(**measured: pd.DataFrame) -> Decision:
    """What CS01 says of these rows of its models; the others have none."""
    detector = registry.detectors()["CS01"]
    empty = {name: pd.DataFrame(columns=list(catalogue()[name].columns)) for name in detector.models}
    return detector.decide({**empty, **measured}, detector.parameters({}))


def test_supervisors_without_a_principals_registration_stand_beside_the_sentence_the_most_sales_first() -> (
    None
):
    ids = [f"M{number:02}" for number in range(12)]
    (gap,) = decided(sales_without_principal=pd.DataFrame({"supervisor_id": ids, "n": range(1, 13)})).gaps
    assert (gap.count, gap.people) == (78, tuple(reversed(ids)))
    assert "that day (12 supervisors): " in gap.reason
    assert not any(name in gap.reason for name in ids)
    told = gap_in_words({"reason": gap.reason, "people": gap.people})
    assert told == f"{gap.reason} (M11, M10, M09, M08, M07, M06, M05, M04, M03, M02 and 2 more)"
    assert gap_in_words({"reason": gap.reason}) == gap.reason


def test_one_supervisor_is_one() -> None:
    (gap,) = decided(sales_without_principal=pd.DataFrame({"supervisor_id": ["M1"], "n": [3]})).gaps
    assert "(1 supervisor): " in gap.reason


def test_of_many_products_without_a_requirement_it_is_said_how_many_are_not_named() -> None:
    codes = [f"FUND{number:02}" for number in range(13)]
    silent = pd.DataFrame({"product_code": codes, "family": "mutual_fund", "n": 2})
    (gap,) = decided(unstated_requirements=silent).gaps
    assert gap.count == 26
    assert gap.reason.endswith("FUND08, FUND09 and 3 more)")


@pytest.mark.parametrize(
    ("names", "told"),
    [([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b and 1 more")],
)
def test_names_are_told_as_far_as_a_sentence_bears(names: list[str], told: str) -> None:
    assert first_of(names, most=2) == told


def test_gaps_of_parts_become_those_of_the_firm() -> None:
    parts = [Gap(3, "late", ("M1", "M2")), Gap(1, "young"), Gap(4, "late", ("M2", "M3")), Gap(2, "young")]
    assert one_a_reason(parts) == (Gap(7, "late", ("M1", "M2", "M3")), Gap(3, "young"))
