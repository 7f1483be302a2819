"""The shared core of rate tests: what a compliance officer relies on when a representative is named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from surveil.errors import UsageError
from surveil.statistics.arrays import dense
from surveil.statistics.combine import benjamini_hochberg
from surveil.statistics.overdispersion import normal_scores
from surveil.statistics.rates import (
    REP_COLUMNS,
    RateSettings,
    count_test,
    rate_test,
    remarkable_scores,
    usual_rates,
)
from tests.statistics.firms import firm, specialists


def cells(*rows: tuple[str, str, str, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["rep", "stratum", "branch", "month", "n", "y"])


def even(reps: int = 20, n: int = 50, y: int = 5) -> pd.DataFrame:
    """Reps who are all alike, each in his own branch."""
    return cells(*((f"R{i:02d}", "current", f"B{i:02d}", 0, n, y) for i in range(reps)))


def of(result: pd.DataFrame, rep: str) -> pd.Series:
    return result.set_index("rep").loc[rep]


def test_a_rep_is_judged_by_others_only() -> None:
    frame = even()
    frame.loc[0, "y"] = 45
    row = of(rate_test(frame).reps, "R00")
    # Nineteen peers have 95 of 950; his own 45 of 50 do not count.
    assert row.expected == pytest.approx(50 * 95 / 950, rel=1e-3)
    assert (row.n, row.observed, row.peers, row.peer_n) == (50, 45, 19, 950)
    assert row.peer_rate == pytest.approx(0.1)
    assert row.p_value < 1e-4
    assert row.z > 3
    assert row.ratio > 1.5
    assert row.low < row.expected < row.high < row.observed


def test_alike_reps_are_unremarkable() -> None:
    result = rate_test(even())
    assert (result.reps["p_value"] > 0.2).all()
    assert 0 < result.tau2 < 0.08  # nothing but what is assumed beforehand, and less than all of that
    assert result.phi < 1
    assert list(result.reps.columns) == list(REP_COLUMNS)


def test_low_side_finds_too_few() -> None:
    frame = even(n=60, y=30)
    frame.loc[3, "y"] = 3
    low, high = rate_test(frame, side="low").reps, rate_test(frame, side="high").reps
    assert of(low, "R03").p_value < 1e-4
    assert of(low, "R03").z < -3
    assert of(high, "R03").p_value > 0.99


def test_mix_of_products_is_no_misconduct() -> None:
    """A rep who sells only the product that often goes unused is expected to show just that."""
    rows = [(f"R{i:02d}", "card", f"B{i:02d}", 0, 60, 6) for i in range(20)]
    rows += [(f"R{i:02d}", "savings", f"B{i:02d}", 0, 20, 9) for i in range(20)]
    rows.append(("R99", "savings", "B99", 0, 80, 36))
    row = of(rate_test(cells(*rows)).reps, "R99")
    assert row.observed == 36
    assert row.expected == pytest.approx(36, rel=0.02)
    assert row.p_value > 0.3


def test_who_alone_sells_a_product_is_not_held_to_what_nobody_knows_of_it() -> None:
    """Eight openings of others do not say how often a product of its own kind shows something."""
    p_values = np.concatenate(
        [
            reps.loc[reps["rep"].str.startswith("S"), "p_value"].dropna()
            for reps in (rate_test(specialists(np.random.default_rng(seed))).reps for seed in range(30))
        ]
    )
    assert np.mean(p_values < 0.01) < 0.03
    assert np.mean(p_values < 0.001) < 0.006


def test_outage_of_a_branch_is_no_misconduct() -> None:
    """When every rep of a branch lacks consent in one month, the scanner was down."""
    base = cells(*((f"R{i:02d}", "s", f"B{i // 10}", m, 20, 2) for i in range(60) for m in range(6)))
    down = base.assign(y=np.where((base.branch == "B0") & (base.month == 3), 16, base.y))
    assert rate_test(down).reps["p_value"].min() > 0.01
    alone = base.assign(y=np.where((base.rep == "R00") & (base.month == 3), 16, base.y))
    assert of(rate_test(alone).reps, "R00").p_value < 0.005


def test_exact_without_overdispersion_is_a_floor() -> None:
    frame, _ = firm(np.random.default_rng(8), reps=60, months=4)
    result = rate_test(frame)
    fitted = result.cells.assign(e=lambda d: d.n * d.p)
    for row in result.reps.itertuples():
        mine = fitted[fitted.rep == row.rep]
        chance = mine.e.sum() / mine.n.sum()
        # A binomial at the mean chance spreads at least as much as the sum of the different ones.
        x = int(row.observed)
        binomial = stats.binom.sf(x, row.n, chance) + 0.5 * stats.binom.pmf(x, row.n, chance)
        assert row.p_value >= min(binomial, 0.1) * 0.2
        assert row.expected == pytest.approx(mine.e.sum(), rel=1e-9)


def test_fitted_chances_come_back_in_the_order_of_the_cells() -> None:
    frame, _ = firm(np.random.default_rng(9), reps=30, months=3)
    shuffled = frame.sample(frac=1, random_state=2)
    first, second = rate_test(frame), rate_test(shuffled)
    pd.testing.assert_frame_equal(first.reps, second.reps)
    assert (first.phi, first.tau2) == (second.phi, second.tau2)
    pd.testing.assert_series_equal(second.cells["p"].sort_index(), first.cells["p"])
    assert first.cells["p"].between(0, 1).all()


@pytest.mark.parametrize("bad", [0.0, 0.4])
def test_usual_rates_are_those_of_the_test_with_texts_or_numbers(bad: float) -> None:
    """With bad reps there is a second pass, whose rates they are."""
    rows = even(reps=30)
    odd = rows["rep"].isin(sorted(rows["rep"].unique())[:3])
    rows = rows.assign(y=rows["y"].where(~odd, rows["y"] + (bad * rows["n"]).astype(int))).sample(
        frac=1, random_state=3
    )
    wanted = rate_test(rows).cells["p"].to_numpy()
    assert np.array_equal(usual_rates(rows), wanted)
    numbers = {name: pd.factorize(rows[name], sort=True)[0] for name in ("rep", "stratum", "branch")}
    assert np.array_equal(usual_rates(rows.assign(**numbers)), wanted)


def test_p_values_are_calibrated_on_honest_firms_with_shocks_and_sloppy_reps() -> None:
    p = []
    for seed in range(18):
        frame, _ = firm(np.random.default_rng([seed, 1]), spread=0.35, shock=0.02)
        p.append(rate_test(frame).reps["p_value"].to_numpy())
    values = np.concatenate(p)
    assert 0.005 <= (values < 0.01).mean() <= 0.015
    assert 0.035 <= (values < 0.05).mean() <= 0.065
    assert (values < 0.001).mean() <= 0.0025


def test_many_bad_peers_do_not_hide_the_bad() -> None:
    found, false = [], []
    for seed in range(4):
        frame, bad = firm(np.random.default_rng([seed, 2]), rate=0.03, bad=50)
        flagged = benjamini_hochberg(rate_test(frame).reps["p_value"]) <= 0.10
        found.append((flagged & bad).sum() / bad.sum())
        false.append((flagged & ~bad).sum() / max(flagged.sum(), 1))
    assert np.mean(found) > 0.6
    assert np.mean(false) < 0.15


def test_too_little_to_judge_is_not_known() -> None:
    alone = cells(("R1", "rare", "B1", 0, 50, 20), ("R1", "rare", "B2", 1, 9, 0))
    row = of(rate_test(alone).reps, "R1")
    assert np.isnan(row.p_value)
    assert row.insufficient == "fewer than 3 peers"
    assert np.isnan(row.peer_rate)
    few = cells(*((f"R{i}", "s", "B", 0, 2, 1) for i in range(5)))
    assert set(rate_test(few).reps["insufficient"]) == {"peers have fewer than 20 items"}
    none = pd.concat([even(), cells(("R98", "current", "B98", 0, 0, 0))], ignore_index=True)
    assert of(rate_test(none).reps, "R98").insufficient == "no items"
    clean = even(y=0)
    assert set(rate_test(clean).reps["insufficient"]) == {"fewer than 0.1 events expected"}
    assert rate_test(clean).reps["p_value"].isna().all()


def test_a_firm_without_cells_has_no_results() -> None:
    for test in (rate_test, count_test):
        empty = test(cells())
        assert empty.reps.empty
        assert list(empty.reps.columns) == list(REP_COLUMNS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": 99}, "more items with the property"),
        ({"n": -1, "y": -1}, "negative"),
        ({"y": 0.5}, "not whole"),
        ({"rep": None}, "empty values in: rep"),
    ],
)
def test_impossible_cells_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        rate_test(even().assign(**change))


def test_missing_columns_and_unknown_sides_are_refused() -> None:
    with pytest.raises(UsageError, match="lack the columns: branch, y"):
        rate_test(even().drop(columns=["branch", "y"]))
    with pytest.raises(UsageError, match="'high' or 'low'"):
        rate_test(even(), side="up")  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 30), min_size=12, max_size=25), st.integers(0, 11))
@settings(max_examples=25, deadline=None)
def test_one_more_bad_item_never_helps_a_rep(bad: list[int], index: int) -> None:
    """With overdispersion and second pass held still, so that only his own count moves."""
    fixed = RateSettings(dispersion_min_expected=1e9, baseline_q=0)
    frame = even(len(bad), n=30).assign(y=bad)
    frame.loc[:, "y"] = np.maximum(frame["y"], np.arange(len(bad)) % 3)
    worse = frame.copy()
    worse.loc[index, ["n", "y"]] += 1
    rep = frame.loc[index, "rep"]
    before, after = (of(rate_test(f, settings=fixed).reps, rep).p_value for f in (frame, worse))
    assert 0 < after <= 1
    assert after <= before + 1e-9


def test_count_test_judges_counts_by_exposure() -> None:
    rng = np.random.default_rng(6)
    days = rng.integers(100, 250, 80)
    counts = rng.poisson(days * 0.2 * np.exp(0.2 * rng.standard_normal(80)))
    counts[7] = int(days[7] * 0.7)
    frame = pd.DataFrame(
        {
            "rep": [f"R{i:02d}" for i in range(80)],
            "stratum": "s",
            "branch": "B",
            "month": 0,
            "n": days * 1.0,
            "y": counts,
        }
    )
    reps = count_test(frame).reps
    assert of(reps, "R07").p_value < 1e-3
    assert of(reps, "R07").expected == pytest.approx(days[7] * 0.2, rel=0.2)
    assert (reps["p_value"] < 0.01).sum() <= 3
    assert count_test(frame.assign(n=frame.n / 8)).reps["expected"].to_numpy() == pytest.approx(
        reps["expected"].to_numpy(), rel=0.02
    )


def test_events_without_exposure_are_refused() -> None:
    with pytest.raises(UsageError, match="no exposure"):
        count_test(even().assign(n=0.0))


@pytest.mark.parametrize("bad", [0, 12])
def test_remarkable_scores_are_those_of_the_p_values_where_these_are_remarkable(bad: int) -> None:
    rows, _ = firm(np.random.default_rng(5), reps=60, bad=bad)
    tested = rate_test(rows).reps.dropna(subset="p_value").set_index("rep")
    wanted = pd.Series(normal_scores(tested["p_value"]), tested.index).clip(lower=0.0)
    scores = remarkable_scores(rows)
    assert (wanted > 0).sum() > 10
    assert scores.index.tolist() == wanted.index.tolist()
    assert np.array_equal(scores, wanted)


@given(st.lists(st.integers(0, 40)), st.booleans(), st.sampled_from([1, 1_000_000]))
def test_dense_places_are_those_of_a_sort(keys: list[int], ordered: bool, spread: int) -> None:
    key = np.array(sorted(keys) if ordered else keys, dtype=np.int64) * spread
    place, first = dense(key)
    _, wanted_first, wanted_place = np.unique(key, return_index=True, return_inverse=True)
    assert place.tolist() == wanted_place.tolist()
    assert first.tolist() == wanted_first.tolist()
