"""Means over firms and paired differences, and the drawings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.errors import UsageError
from surveil.evaluate import Outputs, aggregate, mean_interval, paired_difference, score
from tests.evaluate import firm


def test_an_interval_is_students(tmp_path: Path) -> None:
    """1, 2, 3: mean 2, sd 1, and t(0.975; 2) = 4.3026527 (any table of t)."""
    interval = mean_interval([1, 2, 3])
    assert interval.mean == 2
    assert interval.high == pytest.approx(2 + 4.3026527 / 3**0.5)
    assert interval.low == pytest.approx(2 - 4.3026527 / 3**0.5)


def test_one_firm_has_no_interval() -> None:
    interval = mean_interval([0.7])
    assert (interval.mean, interval.low, interval.high, interval.firms) == (0.7, None, None, 1)


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20), st.floats(-1, 1))
def test_a_pair_shifted_by_a_constant_differs_by_that_constant(values: list[float], shift: float) -> None:
    difference = paired_difference([value + shift for value in values], values)
    assert difference.mean == pytest.approx(shift, abs=1e-12)
    assert difference.low == pytest.approx(shift, abs=1e-9)


def test_pairs_need_the_same_firms() -> None:
    with pytest.raises(UsageError, match="same firms"):
        paired_difference([1.0], [1.0, 2.0])


def test_means_are_taken_over_the_firms_where_a_number_exists(tmp_path: Path) -> None:
    answers = firm.write(tmp_path / "answers", firm.ANSWERS)
    honest = firm.write(
        tmp_path / "honest", {name: text.splitlines()[0] + "\n" for name, text in firm.ANSWERS.items()}
    )
    good = score(firm.ranking(["forger", "gamer", "gone", "star"]), answers)
    bad = score(firm.ranking(["star", "forger", "gamer", "gone"]), answers)
    quiet = score(firm.ranking(["star"]), honest)
    numbers = aggregate([good, bad, quiet]).numbers
    precision = numbers["reps.average_precision"]
    assert precision.firms == 2
    assert precision.mean == pytest.approx((1 + (1 / 2 + 2 / 3 + 3 / 4) / 3) / 2)
    assert numbers["reps.ranked"].firms == 3
    assert "typologies.forger.reps_flagged" in numbers
    assert "reps.average_precision" in aggregate([good, bad]).render()
    with pytest.raises(UsageError, match="no scoreboard"):
        aggregate([])


def test_drawings_are_the_same_bytes_twice_and_survive_odd_names(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="drawing needs matplotlib")
    odd = {name: text.replace("gamer,gamer", "gamer,<b>$x_{1$ & 刷单") for name, text in firm.ANSWERS.items()}
    outputs = Outputs.read(firm.write_outputs(tmp_path / "outputs"))
    feeds = firm.write(tmp_path / "feeds", firm.FEEDS)
    board = score(outputs, firm.write(tmp_path / "answers", odd), feeds)
    first, second = board.plots(tmp_path / "one"), board.plots(tmp_path / "two")
    assert [path.name for path in first] == [
        "reps-precision-recall.svg",
        "accounts-recall.svg",
        "typologies.svg",
        "false-alarms.svg",
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_nothing_to_draw_draws_nothing(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="drawing needs matplotlib")
    honest = {name: text.splitlines()[0] + "\n" for name, text in firm.ANSWERS.items()}
    board = score(firm.ranking(["star"]), firm.write(tmp_path / "answers", honest))
    assert board.plots(tmp_path / "plots") == []
