"""Survival against R's numbers for the NCCTG lung data, lifelines, and firms with young accounts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.errors import UsageError
from surveil.statistics.survival import kaplan_meier, log_rank_test, nelson_aalen, two_sample_log_rank
from tests.statistics.vectors import vector


def lung(sex: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    table = vector("survival_lung")
    if sex is not None:
        table = table[table["sex"] == sex]
    return table["time"].to_numpy(), table["status"].to_numpy() == 2


def test_lung_curve_equals_that_of_r() -> None:
    expected = vector("km_lung_all")
    curve = kaplan_meier(*lung(), interval="log")
    ends = curve.events > 0
    np.testing.assert_array_equal(curve.time[ends], expected["time"])
    np.testing.assert_array_equal(curve.at_risk[ends], expected["n"])
    np.testing.assert_array_equal(curve.events[ends], expected["d"])
    for mine, theirs in (
        (curve.survival, "surv"),
        (curve.standard_error, "se"),
        (curve.low, "lo"),
        (curve.high, "hi"),
    ):
        np.testing.assert_allclose(mine[ends], expected[theirs], rtol=1e-9)


@pytest.mark.parametrize(
    ("sex", "interval", "median"),
    [
        (None, "log", (310, 285, 363)),
        (None, "log-log", (310, 284, 361)),
        (1, "log", (270, 212, 310)),
        (2, "log", (426, 348, 550)),
    ],
)
def test_lung_medians(sex: int | None, interval: str, median: tuple[int, int, int]) -> None:
    assert kaplan_meier(*lung(sex), interval=interval).median() == median  # type: ignore[arg-type]


def test_lung_log_rank_by_sex() -> None:
    time, died = lung()
    statistic, p = two_sample_log_rank(time, died, vector("survival_lung")["sex"] == 2)
    assert statistic == pytest.approx(10.32674, abs=5e-6)
    assert p == pytest.approx(0.0013112, abs=5e-8)
    assert np.isnan(two_sample_log_rank([5, 6], [True, True], [False, False])[0])


def test_grouped_and_late_entries_equal_lifelines() -> None:
    from lifelines import KaplanMeierFitter, NelsonAalenFitter

    rng = np.random.default_rng(2)
    entry = rng.integers(0, 20, 300)
    exit = entry + rng.integers(1, 60, 300)
    event = rng.random(300) < 0.6
    n = rng.integers(1, 4, 300)
    # lifelines counts an item from after its entry; ours is at risk on the day itself.
    theirs = KaplanMeierFitter().fit(exit, event, entry=entry - 0.5, weights=n)
    curve = kaplan_meier(exit, event, entry=entry, n=n)
    np.testing.assert_allclose(
        curve.survival, theirs.survival_function_at_times(curve.time).to_numpy(), rtol=1e-9
    )
    hazard = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(exit, event, entry=entry - 0.5, weights=n)
    days, mine = nelson_aalen(exit, event, entry=entry, n=n)
    np.testing.assert_allclose(mine, hazard.cumulative_hazard_at_times(days).to_numpy(), rtol=1e-9)


def test_a_curve_that_stays_high_has_no_median() -> None:
    curve = kaplan_meier([10, 20, 30], [False, False, True], n=[50, 40, 1])
    assert curve.median()[0] == 30 or curve.survival[-1] == 0
    assert kaplan_meier([10, 20], [True, False], n=[1, 99]).median()[0] == np.inf


def test_events_and_expectations_agree_over_the_firm() -> None:
    """With nobody left out the hazards add up to the events, whatever the censoring."""
    spells = firm_of_accounts(np.random.default_rng(1))
    result = log_rank_test(spells, leave_out_above=1.0)
    assert result.reps["expected"].sum() == pytest.approx(result.reps["observed"].sum(), rel=1e-9)
    weighted = (result.spells["n"] * result.spells["expected"]).sum()
    assert weighted == pytest.approx(result.reps["expected"].sum(), rel=1e-9)


def firm_of_accounts(
    rng: np.random.Generator, reps: int = 60, unused: int = 0, late: int = 0
) -> pd.DataFrame:
    """Accounts opened over 540 days; the first `unused` reps' come to life rarely; the last `late` opened only lately."""
    rep = np.repeat(np.arange(reps), 80)
    opened = rng.integers(0, 540, rep.size)
    opened = np.where(rep >= reps - late, rng.integers(520, 540, rep.size), opened)
    stratum = np.where(rng.random(rep.size) < 0.4, "savings", "checking")
    habit = 0.35 * rng.standard_normal(reps)[rep]
    ever = rng.random(rep.size) < 1 / (1 + np.exp(-np.where(stratum == "savings", 0.4, 2.4) - habit))
    ever &= ~((rep < unused) & (rng.random(rep.size) < 0.5))
    wait = np.where(ever, rng.exponential(40 * np.exp(-habit)), np.inf)
    seen = 540 - opened
    return pd.DataFrame(
        {
            "rep": [f"R{i:03d}" for i in rep],
            "stratum": stratum,
            "entry": 0,
            "exit": np.minimum(wait, seen).astype(int),
            "event": wait < seen,
            "n": 1,
        }
    )


def test_unused_accounts_are_found_and_young_ones_are_not_accused() -> None:
    spells = firm_of_accounts(np.random.default_rng(3), reps=150, unused=4, late=6)
    reps = log_rank_test(spells).reps.set_index("rep")
    assert (reps.loc[["R000", "R001", "R002", "R003"], "p_value"] < 0.01).all()
    new = reps.loc[[f"R{i:03d}" for i in range(144, 150)]]
    assert (new["observed"] < 0.5 * new["n"]).all()  # most are unused yet
    assert new["p_value"].min() > 0.02
    assert (reps["p_value"].iloc[4:] < 0.01).sum() <= 3


def test_honest_firms_have_honest_p_values() -> None:
    firms = (firm_of_accounts(np.random.default_rng(seed), reps=120) for seed in range(20))
    p = np.concatenate([log_rank_test(spells).reps["p_value"] for spells in firms])
    assert 0.004 <= (p < 0.01).mean() <= 0.015
    assert 0.03 <= (p < 0.05).mean() <= 0.07


def test_what_is_likely_by_now_is_the_share_of_like_items_and_never_more_than_there_are() -> None:
    def rep(name: str, n: int, used: int) -> list[tuple[object, ...]]:
        rows = [(name, "s", 0, 5, True, used, 10), (name, "s", 0, 10, False, n - used, 10)]
        return [row for row in rows if row[5]]

    columns = ["rep", "stratum", "entry", "exit", "event", "n", "watched"]
    peers = [row for i in range(30) for row in rep(f"p{i}", 20, 19)]
    spells = pd.DataFrame(peers + rep("r", 20, 2) + [("young", "s", 0, 4, False, 20, 4)], columns=columns)
    found = log_rank_test(spells).reps.set_index("rep")
    assert found["likely"]["young"] == 0
    assert found["likely"]["r"] == pytest.approx(19, abs=0.01)
    assert (found["likely"] <= found["n"]).all()


def test_large_reps_are_left_out_of_their_own_hazard() -> None:
    spells = pd.DataFrame(
        {"rep": ["big"] * 2 + ["a", "b", "c", "d"], "stratum": "s", "entry": 0, "exit": [9, 5, 5, 5, 5, 5]}
    ).assign(event=[False, True, True, True, True, True], n=[90, 10, 25, 25, 25, 25])
    row = log_rank_test(spells, settings=None).reps.set_index("rep").loc["big"]
    assert row.expected == pytest.approx(100.0)  # the others' hazard on day five is one
    assert row.p_value < 0.01


def test_history_that_starts_after_opening_counts_from_there() -> None:
    """Left truncation: accounts first seen on day 100 are expected nothing for the days before."""
    base = pd.DataFrame(
        {"rep": ["a", "b", "c", "d"], "stratum": "s", "entry": 0, "exit": 10, "event": True, "n": 30}
    )
    late = pd.DataFrame({"rep": ["z"], "stratum": "s", "entry": 11, "exit": [200], "event": False, "n": 40})
    reps = log_rank_test(pd.concat([base, late], ignore_index=True)).reps.set_index("rep")
    assert reps.loc["z", "expected"] == 0
    assert np.isnan(reps.loc["z", "p_value"])
    assert reps.loc["z", "insufficient"] == "fewer than 0.1 events expected"


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_order_and_grouping_do_not_matter(seed: int) -> None:
    spells = firm_of_accounts(np.random.default_rng(seed), reps=12)
    keys = ["rep", "stratum", "entry", "exit", "event"]
    grouped = spells.groupby(keys, as_index=False)["n"].sum().sample(frac=1, random_state=seed)
    one, other = log_rank_test(spells).reps, log_rank_test(grouped).reps
    pd.testing.assert_frame_equal(one, other, rtol=1e-6)


def test_impossible_spells_are_refused() -> None:
    spells = firm_of_accounts(np.random.default_rng(0), reps=4)
    with pytest.raises(UsageError, match="cannot end before"):
        log_rank_test(spells.assign(exit=-1))
    with pytest.raises(UsageError, match="lack the columns: event"):
        log_rank_test(spells.drop(columns="event"))
    with pytest.raises(UsageError, match="empty values in: exit"):
        log_rank_test(spells.assign(exit=None))
    with pytest.raises(UsageError, match="negative number"):
        kaplan_meier([1], [True], n=[-1])


def test_no_spells_give_no_reps() -> None:
    assert log_rank_test(firm_of_accounts(np.random.default_rng(0), reps=1).iloc[:0]).reps.empty
