"""Groups whose members all have too many events: found, but not for one member, one month or a habit of the group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveil.statistics.aggravation import aggravated
from surveil.statistics.breadth import BreadthSettings, breadth_test

RATE = 0.06
FAST = BreadthSettings(simulated=1500)


def firm(seed: int, groups: int = 30, members: int = 5, items: int = 15, habit: float = 0.25) -> pd.DataFrame:
    """Cells of honest groups over twelve months, with habits of members and of groups."""
    rng = np.random.default_rng(seed)
    shape = (groups, members, 12)
    odds = (
        np.log(RATE / (1 - RATE))
        + rng.normal(0, habit, (groups, members, 1))
        + rng.normal(0, habit, (groups, 1, 1))
    )
    n = rng.poisson(items, shape)
    y = rng.binomial(n, 1 / (1 + np.exp(-odds * np.ones(shape))))
    group, member, month = (axis.ravel() for axis in np.indices(shape))
    names = {
        "group": [f"g{g:02d}" for g in group],
        "member": [f"g{g:02d}m{m}" for g, m in zip(group, member, strict=True)],
    }
    return pd.DataFrame({**names, "month": month, "n": n.ravel(), "y": y.ravel(), "p": RATE})


def more(cells: pd.DataFrame, where: pd.Series, share: float) -> pd.DataFrame:
    """The cells with a share of the items there bad as well."""
    added = np.ceil(cells["n"] * share).where(where, 0).astype("int64")
    return cells.assign(y=np.minimum(cells["n"], cells["y"] + added))


def p_of(cells: pd.DataFrame) -> pd.Series:
    return breadth_test(cells, 0.06, 0.06, FAST).set_index("group")["p_value"]


def test_honest_groups_rarely_stand_out() -> None:
    p = pd.concat([p_of(firm(seed)) for seed in range(6)])
    assert (p < 0.05).mean() < 0.08
    assert (p < 0.01).mean() < 0.03


def test_a_group_that_bends_in_some_months_comes_first_and_its_months_are_named() -> None:
    cells = firm(1)
    bent = more(cells, (cells["group"] == "g03") & cells["month"].between(4, 8), 0.10)
    found = breadth_test(bent, 0.06, 0.06, FAST).set_index("group")
    assert found["p_value"].idxmin() == "g03"
    assert found.loc["g03", "p_value"] < 0.01
    assert found.loc["g03", "start"] <= 6
    assert 6 <= found.loc["g03", "end"] <= 10


@pytest.mark.parametrize(
    "odd",
    [lambda c: c["member"] == "g03m1", lambda c: (c["group"] == "g03") & (c["month"] == 5)],
    ids=["rogue", "month"],
)
def test_one_member_or_one_month_does_not_make_a_group(odd: object) -> None:
    cells = firm(2)
    assert p_of(more(cells, odd(cells), 0.5))["g03"] > 0.05  # type: ignore[operator]


def test_members_of_whom_nothing_is_expected_do_not_drown_the_others() -> None:
    cells = firm(4)
    # Everywhere a dozen more who hardly do anything; in one group all who do bend.
    idle = firm(5, members=12, items=0).assign(n=1, y=0)
    idle = idle.assign(member=lambda c: c["member"] + "idle")
    bent = more(cells, (cells["group"] == "g03") & cells["month"].between(2, 9), 0.07)
    alone, among = (
        breadth_test(rows, 0.06, 0.06, FAST).set_index("group").loc["g03", "score"]
        for rows in (bent, pd.concat([bent, idle], ignore_index=True))
    )
    assert among > 0.5 * alone


def test_more_bad_items_of_everybody_never_lower_the_evidence() -> None:
    cells = firm(3)
    here = cells["group"] == "g07"
    scores = [
        breadth_test(more(cells, here, share), 0.06, 0.06, FAST).set_index("group").loc["g07", "score"]
        for share in (0.0, 0.05, 0.1, 0.3)
    ]
    assert scores == sorted(scores)


def test_small_groups_are_not_judged_and_nothing_gives_nothing() -> None:
    cells = firm(4)
    few = cells[(cells["group"] != "g00") | cells["member"].isin(["g00m0", "g00m1"])]
    assert np.isnan(p_of(few)["g00"])
    assert breadth_test(cells[:0], 0.06, 0.06).empty


def test_the_order_of_the_rows_does_not_matter() -> None:
    cells = firm(5, groups=12)
    pd.testing.assert_series_equal(p_of(cells), p_of(cells.sample(frac=1.0, random_state=3)))


def test_what_makes_it_worse_neither_accuses_nor_excuses() -> None:
    alone = aggravated([0.01, 0.5], [np.nan, np.nan], 0.5, 2.0)
    assert aggravated([0.01], [1e-9], 0.5, 2.0)[0] < alone[0]
    assert aggravated([0.01], [0.999], 0.5, 2.0)[0] == pytest.approx(alone[0])
    assert aggravated([0.5], [1e-300], 0.5, 2.0)[0] > 0.1
    assert np.isnan(aggravated([np.nan], [0.01], 0.5, 2.0)[0])
    rng = np.random.default_rng(1)
    both = aggravated(rng.random(20_000), rng.random(20_000), 0.5, 2.0)
    assert (both < 0.01).mean() == pytest.approx(0.01, abs=0.003)
