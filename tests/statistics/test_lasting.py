"""Branches that differ for good: whoever works where papers get lost is not the one who loses them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.statistics.combine import benjamini_hochberg
from surveil.statistics.lasting import between, in_company
from surveil.statistics.rates import count_test, rate_test
from tests.statistics.firms import firm


def _firm(
    sloppy: float, seed: int, bad: dict[int, float] | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Thirteen branches of eight, a year; in the first every item lacks papers with chance `sloppy`, elsewhere with 0.05."""
    rng = np.random.default_rng(seed)
    rep, month = (a.ravel() for a in np.indices((104, 12)))
    n = rng.poisson(20, rep.size)
    chance = np.where(rep // 8 == 0, sloppy, 0.05)
    for one, share in (bad or {}).items():
        chance = np.where(rep == one, chance + share, chance)
    frame = pd.DataFrame({"rep": rep, "stratum": "s", "branch": rep // 8, "month": month, "n": n})
    return frame.assign(y=rng.binomial(n, chance)), bad or {}


def _flagged(frame: pd.DataFrame) -> set[int]:
    reps = rate_test(frame).reps
    return set(reps["rep"][benjamini_hochberg(reps["p_value"]) <= 0.10])


def test_nobody_is_accused_of_what_his_whole_branch_does_all_year() -> None:
    accused = [len(_flagged(_firm(0.18, seed)[0])) for seed in range(6)]
    assert sum(accused) <= 2, "eight honest people work there, in each of six firms"


def test_one_small_branch_that_loses_nearly_half_accuses_nobody_in_it() -> None:
    """The one branch is most of what there is to be seen of branches, and must not hide behind its own size."""
    for seed in range(4):
        frame = _firm(0.45, seed)[0]
        few = frame[(frame["rep"] >= 8) | (frame["rep"] < 5)].assign(n=lambda firm: (firm["n"] + 5) // 6)
        chance = np.where(few["rep"] < 8, 0.45, 0.03)
        seen = few.assign(y=np.random.default_rng(seed).binomial(few["n"], chance))
        assert not _flagged(seen) & set(range(5))


def test_who_stands_out_in_such_a_branch_or_elsewhere_is_still_found() -> None:
    for seed in range(4):
        frame, bad = _firm(0.18, seed, {3: 0.30, 50: 0.12, 90: 0.12})
        found = _flagged(frame)
        assert set(bad) <= found
        assert len(found - set(bad)) <= 1


def test_events_for_an_exposure_are_judged_alike() -> None:
    frame, _ = _firm(0.18, 3)
    reps = count_test(frame.assign(n=frame["n"] + 1)).reps
    assert not (benjamini_hochberg(reps["p_value"]) <= 0.10).any()


def test_two_bad_colleagues_make_no_habit_of_their_branch() -> None:
    """Nobody's expectation moves for them: what is not shared by the others of a branch is their own."""
    frame, bad = _firm(0.05, 5, {16: 0.25, 17: 0.25})
    frame = frame.assign(branch=np.where(frame["rep"].isin(bad), 2, frame["branch"]))
    alone = frame.assign(branch=np.arange(104)[frame["rep"]])
    together, apart = (rate_test(f).reps.set_index("rep") for f in (frame, alone))
    assert (together.loc[list(bad), "p_value"] < 1e-6).all()
    assert together.loc[18:23, "expected"].to_numpy() == pytest.approx(
        apart.loc[18:23, "expected"].to_numpy(), rel=0.25
    )


def test_the_variance_between_branches_is_found_where_it_is_and_only_there() -> None:
    """What 40 branches of five show at a variance of 0.36, held back by three errors, is on average half of it or more."""
    rng = np.random.default_rng(4)
    branch, information = np.repeat(np.arange(40), 5), rng.uniform(5, 30, 200)
    seen: dict[float, list[float]] = {0.0: [], 0.6: []}
    for spread, values in seen.items():
        for _ in range(40):
            shift = spread * rng.standard_normal(40)[branch] + 0.3 * rng.standard_normal(200)
            excess = information * shift + np.sqrt(information) * rng.standard_normal(200)
            values.append(between(branch, in_company(branch, excess, information), information))
    assert np.mean(np.array(seen[0.0]) > 0) <= 0.05
    assert 0.15 <= np.mean(seen[0.6]) <= 0.36


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-50, 50), st.floats(0, 40)), max_size=20),
    st.permutations(range(20)),
)
@settings(max_examples=60, deadline=None)
def test_who_comes_first_changes_nothing_and_nobody_is_made_worse_than_he_is(
    rows: list[tuple[int, float, float]], order: list[int]
) -> None:
    branch, excess, information = (np.array([row[i] for row in rows]) for i in range(3))
    branch = branch.astype(np.int64)
    held = in_company(branch, excess, information)
    mixed = [i for i in order if i < len(rows)]
    again = in_company(branch[mixed], excess[mixed], information[mixed])
    np.testing.assert_allclose(again, held[mixed], rtol=1e-9, atol=1e-6)
    assert np.isfinite(held).all()
    assert 0 <= between(branch, held, information) <= 1


@pytest.mark.parametrize(("spread", "least"), [(0.0, 0.6), (0.6, 0.35)])
def test_bad_reps_are_found_among_branches_that_differ(spread: float, least: float) -> None:
    found, false = [], []
    for seed in range(6):
        frame, bad = firm(np.random.default_rng([seed, 78]), bad=25, rate=0.05, branch_spread=spread)
        flagged = benjamini_hochberg(rate_test(frame).reps["p_value"]) <= 0.10
        found.append((flagged & bad).sum() / bad.sum())
        false.append((flagged & ~bad).sum() / max(flagged.sum(), 1))
    assert np.mean(found) > least, "without a factor for branches it was 0.24 where they differ"
    assert np.mean(false) < 0.12
