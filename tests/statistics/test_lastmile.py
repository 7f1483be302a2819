"""The last mile: padding onto the goal is found; a firm where everybody tries harder is not accused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveil.errors import UsageError
from surveil.statistics.lastmile import LANDED, MISSED, OVERSHOT, last_mile_test


def months(seed: int, gamers: int = 0, effort: float = 0.3, reps: int = 150) -> pd.DataFrame:
    """A year and a half of months short of goal; honest reps fill shortfalls of up to three with chance `effort`."""
    rng = np.random.default_rng(seed)
    rows = []
    for rep in range(reps):
        rate = 22 * np.exp(0.3 * rng.standard_normal())
        for _ in range(18):
            short = int(rate * 1.05) - rng.poisson(rate * 18 / 21)
            if short < 1:
                continue
            mean = rate * 3 / 21 * 1.25
            sold = rng.poisson(mean)
            gap = short - sold
            if 0 < gap <= 3 and rng.random() < effort:
                sold = short
            elif rep < gamers and 0 < gap <= 8 and rng.random() < 0.85:
                sold = short + rng.integers(0, 2)
            rows.append((f"R{rep:03d}", short, sold, mean))
    return pd.DataFrame(rows, columns=["rep", "shortfall", "sold", "mean"])


def test_padders_come_first() -> None:
    reps = last_mile_test(months(1, gamers=5)).reps
    first = set(reps.sort_values("p_value")["rep"].head(5))
    assert len(first & {f"R{i:03d}" for i in range(5)}) >= 4
    assert reps["p_value"].min() < 0.01


def test_effort_that_all_make_is_expected() -> None:
    result = last_mile_test(months(2, effort=0.7))
    assert (result.reps["p_value"] < 0.01).mean() <= 0.02
    assert result.reps["observed"].sum() == pytest.approx(result.reps["expected"].sum(), rel=0.05)


def test_outcomes_and_chances_of_each_month() -> None:
    table = pd.DataFrame(
        {"rep": list("abcdef"), "shortfall": 2, "sold": [1, 2, 3, 4, 0, 2], "mean": 2.0, "note": "kept"}
    )
    result = last_mile_test(table, dispersion=0.0)
    assert result.months["outcome"].tolist() == [MISSED, LANDED, LANDED, OVERSHOT, MISSED, LANDED]
    assert result.months["p"].between(0, 1).all()
    assert (result.months["note"] == "kept").all()
    assert set(result.reps["insufficient"]) == {"peers have fewer than 10 items"}


def test_order_of_rows_does_not_matter() -> None:
    table = months(3, gamers=3, reps=40)
    one, other = last_mile_test(table), last_mile_test(table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(one.reps, other.reps, rtol=1e-9)


def test_no_months_give_no_reps() -> None:
    assert last_mile_test(months(1, reps=1).iloc[:0]).reps.empty


def test_impossible_months_are_refused() -> None:
    table = months(4, reps=5)
    for change in ({"shortfall": 0}, {"sold": -1}, {"mean": -0.1}):
        with pytest.raises(UsageError, match="at least 1 short"):
            last_mile_test(table.assign(**change))
    with pytest.raises(UsageError, match="lack the columns: mean"):
        last_mile_test(table.drop(columns="mean"))
    with pytest.raises(UsageError, match="empty values"):
        last_mile_test(table.assign(sold=None))
