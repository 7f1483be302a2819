"""Goals as they count for somebody: in proportion, the next one open, and each opening behind them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from surveil.detectors.bursts.goals import goal_results, openings_of, team_results

FULL = 1_000_000


def measured(
    goals: Sequence[Mapping[str, object]], sales: list[tuple[str, str, int, int]], away: int = 0
) -> dict[str, pd.DataFrame]:
    """Goals of one period of twenty business days; `sales` are quota, representative, business days left, openings."""
    usual = {
        "metric": "accounts_opened",
        "start_day": 0,
        "end_day": 27,
        "fte_ppm": FULL,
        "of_role": 0,
        "branch_id": "",
    }
    return {
        "counted_goals": pd.DataFrame([{**usual, "rep_id": "r1", **goal} for goal in goals]),
        "goal_sales": pd.DataFrame(sales, columns=["quota_id", "rep_id", "days_left", "n"]),
        "goal_absences": pd.DataFrame(
            [("k1", "r1", 5, away)] if away else [], columns=["quota_id", "rep_id", "days_left", "n"]
        ),
        "goal_lengths": pd.DataFrame(
            {"start_day": 0, "end_day": 27, "days_left": range(6), "n": [1, 1, 1, 1, 1, 15]}
        ),
    }


@pytest.mark.parametrize(
    ("fte", "away", "target"), [(FULL, 0, 10), (500_000, 0, 5), (FULL, 4, 10), (FULL, 5, 8), (600_000, 10, 3)]
)
def test_a_goal_of_the_role_counts_in_proportion_to_the_time_somebody_works(
    fte: int, away: int, target: int
) -> None:
    goals = [{"quota_id": "k1", "target_cents": 1000, "of_role": 1, "fte_ppm": fte}]
    found = goal_results(measured(goals, [("k1", "r1", 5, 3)], away), 3, 0.25).iloc[0]
    assert (found["target"], found["stated"]) == (target, 10)


def test_a_goal_of_his_own_counts_as_it_was_set() -> None:
    goals = [{"quota_id": "k1", "target_cents": 1000, "fte_ppm": 500_000}]
    assert goal_results(measured(goals, [("k1", "r1", 5, 3)], 10), 3, 0.25)["target"].tolist() == [10]


@pytest.mark.parametrize(("before", "judged"), [(7, "k1"), (8, "k2"), (11, "k2"), (12, "k2")])
def test_of_the_steps_of_a_goal_the_next_one_open_counts(before: int, judged: str) -> None:
    goals = [{"quota_id": "k1", "target_cents": 800}, {"quota_id": "k2", "target_cents": 1200}]
    sales = [(quota, "r1", 5, before) for quota in ("k1", "k2")]
    assert goal_results(measured(goals, sales), 3, 0.25)["quota_id"].tolist() == [judged]


def test_the_openings_of_a_branch_s_people_are_added_up_and_stay_out_of_their_own_goals() -> None:
    goals: list[dict[str, object]] = [
        {"quota_id": "t1", "rep_id": rep, "target_cents": 2000, "branch_id": "b1"} for rep in ("r1", "r2")
    ]
    own: list[dict[str, object]] = [{"quota_id": "k1", "target_cents": 800}]
    sales = [("t1", "r1", 5, 9), ("t1", "r2", 5, 6), ("t1", "r2", 1, 5), ("k1", "r1", 5, 9)]
    tables = measured([*goals, *own], sales)
    team = team_results(tables, 3)
    assert team[["rep_id", "quota_id", "before", "last"]].to_numpy().tolist() == [["b1", "t1", 15.0, 5.0]]
    assert goal_results(tables, 3, 0.25)["quota_id"].tolist() == ["k1"]


def test_openings_that_rescue_several_goals_count_once_and_features_apart() -> None:
    goals = pd.DataFrame(
        {"quota_id": ["k1", "k2", "k3"], "rep_id": "r1", "metric": ["card", "accounts_opened", "feature"]}
    )
    cells = pd.DataFrame(
        {
            "quota_id": ["k1", "k2", "k3", "k2", "k4"],
            "rep_id": "r1",
            "family": "card",
            "opened_day": [20, 20, 20, 21, 20],
            "days_left": [2, 1, 2, 0, 1],
            "poor": [1.0, 1.0, 1.0, None, 1.0],
            "n": [3, 3, 3, 2, 3],
        }
    )
    assert openings_of(goals, cells, 3)["n"].sum() == 3 + 3 + 2
    assert openings_of(goals.iloc[:2], cells, 2)["quota_id"].tolist() == ["k2", "k2"]
