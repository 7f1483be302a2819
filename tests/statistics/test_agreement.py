"""Agreement of two raters, against worked examples and at its edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.statistics.agreement import cohen_kappa

categories = st.sampled_from("abc")


def test_a_textbook_table_gives_its_kappa() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = cohen_kappa(pairs)
    assert (found.n, found.observed, found.expected) == (50, 0.7, 0.5)
    assert found.kappa == pytest.approx(0.4)
    assert found.interval == pytest.approx((0.1460, 0.6540), abs=1e-4)


def test_without_pairs_or_with_one_category_it_is_not_known() -> None:
    assert cohen_kappa([]).kappa is None
    assert cohen_kappa([("a", "a")] * 9).kappa is None


@given(st.lists(st.tuples(categories, categories), min_size=1))
def test_it_is_symmetric_bounded_and_one_only_for_full_agreement(pairs: list[tuple[str, str]]) -> None:
    found, mirrored = cohen_kappa(pairs), cohen_kappa([(b, a) for a, b in pairs])
    if found.kappa is None or mirrored.kappa is None:
        assert found.kappa is mirrored.kappa
        return
    assert found.kappa == pytest.approx(mirrored.kappa)
    assert -1 <= found.kappa <= 1
    assert (found.kappa == pytest.approx(1)) == all(a == b for a, b in pairs)
