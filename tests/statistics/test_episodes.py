"""Runs of months that stand out: found where planted, rare among honest representatives, the same in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveil.statistics.episodes import EpisodeSettings, Sign, episode_test
from surveil.statistics.rates import RateResult, rate_test

MONTHS = 18
FAST = EpisodeSettings(simulated=4000)


def firm(seed: int, reps: int = 120, bad: int = 0, items: int = 12, habit: float = 0.3) -> pd.DataFrame:
    """Cells of a firm; the first `bad` have seven times the odds in months 6 to 11."""
    rng = np.random.default_rng(seed)
    odds = np.repeat(np.log(0.08 / 0.92) + rng.normal(0, habit, reps), MONTHS).reshape(reps, MONTHS)
    odds[:bad, 6:12] += np.log(7.0)
    n = rng.poisson(items, odds.shape)
    y = rng.binomial(n, 1 / (1 + np.exp(-odds)))
    who, month = np.meshgrid(np.arange(reps), np.arange(MONTHS), indexing="ij")
    names = [f"r{i:03d}" for i in who.ravel()]
    return pd.DataFrame(
        {"rep": names, "stratum": "s", "branch": "", "month": month.ravel(), "n": n.ravel(), "y": y.ravel()}
    )


def fitted(cells: pd.DataFrame, side: str = "high") -> RateResult:
    return rate_test(cells, side=side)  # type: ignore[arg-type]


def test_honest_representatives_with_habits_rarely_stand_out() -> None:
    p = pd.concat([episode_test([Sign(fitted(firm(seed)))], FAST)["p_value"] for seed in range(5)])
    assert len(p) > 550
    assert (p < 0.05).mean() < 0.075
    assert (p < 0.01).mean() < 0.02
    assert p.min() > 1e-5


def test_months_in_which_things_go_together_make_nobody_stand_out() -> None:
    p = []
    for seed in range(6):
        cells = firm(seed, items=30)
        rng = np.random.default_rng(100 + seed)
        # In every third month or so something happens to many of a representative's items at once, such as an outage.
        shaken = rng.random(len(cells)) < 0.3
        cells["y"] += rng.binomial(cells["n"] - cells["y"], np.where(shaken, 0.15, 0.0))
        p.append(episode_test([Sign(fitted(cells))], FAST)["p_value"])
    pooled = pd.concat(p)
    assert (pooled < 0.05).mean() < 0.05
    assert (pooled < 0.01).mean() < 0.012


def test_planted_months_are_found_and_named() -> None:
    result = fitted(firm(3, bad=6))
    found = episode_test([Sign(result)])
    first = found.nsmallest(6, "p_value")
    first = first[first["rep"].isin([f"r{i:03d}" for i in range(6)])]
    assert len(first) >= 5
    assert first["start"].between(4, 8).all()
    assert first["end"].between(9, 14).all()
    whole = result.reps.set_index("rep")["p_value"]
    # That is what it is for: half a year drowns in the whole time.
    assert (first.set_index("rep")["p_value"] < whole[first["rep"]]).sum() >= 4


def test_his_other_months_are_his_control() -> None:
    cells = firm(9, reps=100, habit=0.6)
    he = (cells["rep"] == "r000").to_numpy()
    months = cells["month"].to_numpy()

    def p_with(elsewhere: int) -> float:
        """His p-value with 3 of 12 in half a year, and as many of 40 in every other month."""
        mine = cells.assign(
            n=np.where(he, np.where((months >= 6) & (months < 12), 12, 40), cells["n"]),
            y=np.where(he, np.where((months >= 6) & (months < 12), 3, elsewhere), cells["y"]),
        )
        found = episode_test([Sign(fitted(mine))]).set_index("rep")
        return float(found.loc["r000", "p_value"])

    # Somebody who never does it all the rest of the time is remarkable; a lasting habit is none of some months.
    assert p_with(elsewhere=1) < 0.1 * p_with(elsewhere=8)


def test_too_few_is_the_mirror_of_too_many() -> None:
    cells = firm(3, bad=4)
    mirrored = cells.assign(y=cells["n"] - cells["y"])
    low = episode_test([Sign(fitted(mirrored, "low"), "low")]).set_index("rep")
    high = episode_test([Sign(fitted(cells))]).set_index("rep")
    assert low.loc["r000", "p_value"] == pytest.approx(high.loc["r000", "p_value"], rel=0.5)
    run = low.loc["r000"]
    assert run["observed"] < run["expected"] < run["n"]


def test_a_second_sign_in_the_same_months_says_more() -> None:
    first, second = fitted(firm(3, bad=3)), fitted(firm(4, bad=3))
    alone = episode_test([Sign(first)]).set_index("rep")["p_value"]
    both = episode_test([Sign(first), Sign(second)]).set_index("rep")["p_value"]
    assert (both[["r000", "r001", "r002"]] < alone[["r000", "r001", "r002"]]).all()


def test_the_order_of_the_rows_does_not_matter() -> None:
    cells = firm(5, reps=40, bad=2)
    one = episode_test([Sign(fitted(cells))])
    other = episode_test([Sign(fitted(cells.sample(frac=1.0, random_state=1)))])
    pd.testing.assert_frame_equal(one, other)


def test_a_month_without_items_and_a_single_month_are_no_trouble() -> None:
    cells = firm(6, reps=30)
    gaps = cells[~cells["month"].isin([4, 5])]
    assert episode_test([Sign(fitted(gaps))])["p_value"].notna().all()
    single = cells[cells["month"] == 3]
    assert episode_test([Sign(fitted(single))])["p_value"].between(0, 1).all()


def test_nobody_who_could_be_judged_gives_no_rows() -> None:
    few = fitted(firm(7, reps=2))
    assert episode_test([Sign(few)]).empty


def test_decades_of_data_take_no_run_longer_than_allowed_but_the_whole() -> None:
    cells = firm(8, reps=30)
    late = cells.assign(month=cells["month"] * 10)
    found = episode_test([Sign(fitted(late))], EpisodeSettings(simulated=200))
    length = found["end"] - found["start"] + 1
    assert ((length <= 24) | (length == 171)).all()
