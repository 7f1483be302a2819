"""The ranking metrics against scikit-learn and by their meaning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.evaluate import metrics

RANKED = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=60)


@given(RANKED, st.integers(0, 5))
def test_average_precision_is_that_of_scikit_learn_with_ties_and_missed_ones(
    rows: list[tuple[int, bool]], missed: int
) -> None:
    sklearn = pytest.importorskip("sklearn.metrics", reason="scikit-learn is the oracle of average precision")
    ranks, truth = (np.array(column) for column in zip(*rows, strict=True))
    ours = metrics.average_precision(ranks, truth, missed)
    found = int(truth.sum())
    if not found + missed:
        assert ours is None
        return
    oracle = sklearn.average_precision_score(truth, -ranks) if found else 0.0
    assert ours == pytest.approx(oracle * found / (found + missed))


@given(RANKED.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_in_which_rows_are_listed_changes_nothing(
    orders: tuple[list[tuple[int, bool]], list[tuple[int, bool]]],
) -> None:
    rows, shuffled = orders
    for measure in (
        metrics.average_precision,
        lambda ranks, truth: metrics.precision_at(ranks, truth, 5),
        lambda ranks, truth: metrics.recall_at_budget(ranks, truth, 0.1),
    ):
        one = measure(*map(list, zip(*rows, strict=True)))
        other = measure(*map(list, zip(*shuffled, strict=True)))
        assert one == other or one == pytest.approx(other)


@given(RANKED)
def test_a_better_rank_for_a_wrongdoer_never_lowers_the_score(rows: list[tuple[int, bool]]) -> None:
    if not any(truth for _, truth in rows):
        return
    position = next(i for i, (_, truth) in enumerate(rows) if truth)
    better = [(0, truth) if i == position else (rank, truth) for i, (rank, truth) in enumerate(rows)]
    before = metrics.average_precision(*map(list, zip(*rows, strict=True)))
    after = metrics.average_precision(*map(list, zip(*better, strict=True)))
    assert before is not None
    assert after is not None
    assert after >= before - 1e-12


def test_a_tie_across_the_line_counts_by_its_share() -> None:
    ranks, truth = [1, 2, 2, 2], [True, True, False, False]
    assert metrics.precision_at(ranks, truth, 2) == pytest.approx((1 + 1 / 3) / 2)


def test_everybody_at_one_rank_is_no_better_than_chance() -> None:
    truth = [True] * 3 + [False] * 27
    assert metrics.average_precision([1] * 30, truth) == pytest.approx(0.1)
    assert metrics.precision_at([1] * 30, truth, 10) == pytest.approx(0.1)


def test_a_budget_is_rounded_up_to_a_whole_account() -> None:
    truth = [True] + [False] * 100
    assert metrics.recall_at_budget(range(101), truth, 0.01) == 1.0
    assert metrics.rows_in_budget(100, 0.07) == 7
    assert metrics.rows_in_budget(0, 0.05) == 0


def test_without_anybody_to_find_there_is_no_score_rather_than_a_perfect_one() -> None:
    assert metrics.average_precision([1, 2], [False, False]) is None
    assert metrics.average_precision([], []) is None
    assert metrics.average_precision([], [], missed=2) == 0.0
    assert metrics.precision_at([], [], 10) is None
    assert metrics.recall_at_budget([1, 2], [False, False], 0.05) is None


def test_a_precision_has_as_many_rows_as_there_are() -> None:
    assert metrics.precision_at([1, 2, 3], [True, True, False], 10) == pytest.approx(2 / 3)


def test_the_interval_of_a_share_is_the_exact_one() -> None:
    """Clopper and Pearson's own bounds for none of ten: 1 - 0.025 ** (1 / 10)."""
    interval = metrics.exact_interval(0, 10)
    assert interval is not None
    assert interval == pytest.approx((0.0, 1 - 0.025**0.1))
    assert metrics.exact_interval(0, 0) is None
