"""Goals and what was opened toward each: before its last days and in them, and what the last days were expected to bring."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.detectors import base
from surveil.detectors.base import param

MODELS = ("counted_goals", "goal_sales", "goal_absences", "goal_lengths")
#: Where goals for one thing and period are several steps, only the next one is judged.
_SAME = ["rep_id", "metric", "start_day", "end_day"]
_KEYS = ["quota_id", "rep_id"]
_FULL_TIME = 1_000_000
#: Openings that hold the business of a period's last days at what the representatives' own pace makes expected.
_PERIOD_PRIOR = 5.0


class GoalParameters(base.Parameters):
    """When a role's goal is lowered for one of its people; shared by the detectors that read goals."""

    least_away: float = param(
        0.25, unit="share of the period", ge=0.01, le=1,
        citation="our judgement: a week's holiday lowers nobody's goal, a leave does",
        meaning="share of a period's business days that somebody was absent or not yet hired from which his role's goal"
        " counts in proportion to the rest",
    )  # fmt: skip


def goal_results(measured: Mapping[str, pd.DataFrame], last_days: int, least_away: float) -> pd.DataFrame:
    """One row per representative and goal of his own or his role that counts openings, sorted by `rep_id` and `quota_id`.

    A role's goal counts in proportion to his part of full time and, where he was away for long, to his days at work. Of
    several goals for the same thing and period (steps, or one that was changed) the next one open counts.

    Args:
        measured: the `MODELS`, by name.
        last_days: business days at the end of a period that are its last days.
        least_away: as in `GoalParameters`.

    Returns:
        `quota_id`, `rep_id`, `metric`, `start_day`, `end_day`, `stated` (the goal as it was set), `target` (as it counts;
        both in openings, at least 1), `before` and `last` (openings), `work_before` and `work_last` (business days at
        work), and `mean`: openings to be expected in the last days, from his own pace over all his goals and the firm's
        business in those days without him.
    """
    goals = _goals(measured)
    rows = _with_sales(goals[goals["branch_id"] == ""], measured, last_days)
    work = rows["work_before"] + rows["work_last"]
    present = (work / rows["days"].where(rows["days"] > 0)).fillna(1.0)
    part = rows["fte_ppm"] / _FULL_TIME * present.where(present <= 1 - least_away, 1.0)
    # What stands for a whole opening in theory must not become one more by the last bit of a fraction.
    prorated = np.maximum(np.ceil((rows["stated"] * part).round(6)), 1.0)
    return _finished(rows.assign(target=prorated.where(rows["of_role"] == 1, rows["stated"])))


def team_results(measured: Mapping[str, pd.DataFrame], last_days: int) -> pd.DataFrame:
    """As `goal_results` for the goals that a branch's people share: `rep_id` is the branch, one row per branch and goal."""
    goals = _goals(measured)
    shared = goals[goals["branch_id"] != ""]
    members = shared[_KEYS]
    sales = measured["goal_sales"].astype(dict.fromkeys(_KEYS, str))
    together = sales.merge(members, on=_KEYS)
    branch = dict(zip(shared["quota_id"], shared["branch_id"], strict=True))
    told = {
        **measured,
        "goal_sales": together.assign(rep_id=together["quota_id"].map(branch)),
        "goal_absences": measured["goal_absences"].iloc[:0],
    }
    rows = shared.assign(rep_id=shared["branch_id"]).drop_duplicates("quota_id")
    rows = _with_sales(rows, told, last_days)
    return _finished(rows.assign(target=rows["stated"]))


def by_people(teams: pd.DataFrame, measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Goals that a branch's people share, one row for each of the people whose openings count toward them.

    Args:
        teams: `quota_id` and what else is to stand beside each `rep_id`.
        measured: the `MODELS`, by name.
    """
    people = measured["counted_goals"][_KEYS].astype(str)
    return teams.merge(people, on="quota_id", how="inner")


def _goals(measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    goals = measured["counted_goals"]
    goals = goals.astype(dict.fromkeys((*_KEYS, "metric", "branch_id"), str))
    goals = goals.assign(stated=np.ceil(goals["target_cents"].astype(float) / 100))
    return goals[goals["stated"] >= 1].drop(columns="target_cents")


_PARTS = ("before", "last")
_SOLD = ("before_sold", "last_sold")
_DAYS = ("before_days", "last_days")


def _with_sales(goals: pd.DataFrame, measured: Mapping[str, pd.DataFrame], last_days: int) -> pd.DataFrame:
    """The goals with openings and days at work, before the last days and in them, and all their business `days`."""
    sold = _split(measured["goal_sales"], _KEYS, last_days)
    away = _split(measured["goal_absences"], _KEYS, last_days)
    length = _split(measured["goal_lengths"], ["start_day", "end_day"], last_days)
    rows = goals.merge(length, on=["start_day", "end_day"], how="left")
    rows = rows.merge(sold, on=_KEYS, how="left", suffixes=("_days", "_sold"))
    rows = rows.merge(away, on=_KEYS, how="left").fillna(dict.fromkeys((*_PARTS, *_SOLD, *_DAYS), 0))
    for part in _PARTS:
        rows[f"work_{part}"] = np.maximum(rows[f"{part}_days"].astype(float) - rows[part].astype(float), 0.0)
        rows[part] = rows[f"{part}_sold"].astype(float)
    days = rows[list(_DAYS)].astype(float).sum(axis=1)
    return rows.drop(columns=[*_SOLD, *_DAYS]).assign(days=days)


def _finished(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per representative, thing and period, with what its last days were expected to bring."""
    met = rows["before"] >= rows["target"]
    # The lowest goal still open; where all are met, the highest.
    order = rows.assign(met=met, nearest=rows["target"].where(~met, -rows["target"]))
    order = order.sort_values([*_SAME, "met", "nearest", "quota_id"], ignore_index=True)
    kept = order.drop_duplicates(_SAME).drop(
        columns=["met", "nearest", "days", "fte_ppm", "of_role", "branch_id"]
    )
    kept = kept.sort_values(["rep_id", "quota_id"], ignore_index=True)
    return kept.assign(mean=_expected(kept))


def _split(counted: pd.DataFrame, keys: list[str], last_days: int) -> pd.DataFrame:
    """`before` and `last` per key from counts by business days left."""
    last = counted["days_left"] < last_days
    rows = counted[keys].assign(
        before=counted["n"].astype(float).where(~last, 0.0), last=counted["n"].astype(float).where(last, 0.0)
    )
    rows[keys] = rows[keys].astype(str) if keys == _KEYS else rows[keys].astype("int64")
    return rows.groupby(keys, as_index=False, sort=True).sum()


def _expected(rows: pd.DataFrame) -> pd.Series:
    """Openings expected in the last days of each goal's period."""
    own = rows.groupby(["rep_id", "metric"])
    days = own["work_before"].transform("sum")
    pace = (own["before"].transform("sum") / days.where(days > 0)).fillna(0.0)
    mean = pace * rows["work_last"]
    period = [rows["metric"], rows["start_day"], rows["end_day"]]
    others = rows["last"].groupby(period).transform("sum") - rows["last"]
    expected = mean.groupby(period).transform("sum") - mean
    return mean * (others + _PERIOD_PRIOR) / (expected + _PERIOD_PRIOR)


def goal_notes(goals: pd.DataFrame) -> list[str | None]:
    """For each goal, in words, how what counts differs from what was set; None where it does not."""
    return [
        f"{stated:.0f} as set, in proportion to his time" if stated != target else None
        for stated, target in zip(goals["stated"], goals["target"], strict=True)
    ]


def openings_of(goals: pd.DataFrame, rows: pd.DataFrame, last_days: int) -> pd.DataFrame:
    """The rows of `last_mile_cells` or `last_mile_items` that fall into the last days of these goals, each opening once.

    An opening may count toward several goals that end about the same day; it was still made up once.

    Args:
        goals: `quota_id`, `rep_id`, `metric` and what else is to stand beside each row.
    """
    late = rows[rows["days_left"] < last_days].astype(dict.fromkeys(_KEYS, str))
    opened = [name for name in late.columns if name not in ("quota_id", "days_left")]
    late = late.assign(opened=late.groupby(opened, dropna=False).ngroup())
    late = late.drop(columns=[name for name in goals.columns if name not in _KEYS and name in late.columns])
    found = late.merge(goals, on=_KEYS, how="inner").sort_values(_KEYS, kind="stable")
    # Features count toward goals of their own, so that the same day and family are not the same openings.
    once = found.assign(of_features=found["metric"] == "feature").drop_duplicates(["opened", "of_features"])
    return once.drop(columns=["opened", "of_features"]).reset_index(drop=True)
