"""Goals and what was opened toward each: before its last days and in them, and what the last days were expected to bring."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

MODELS = ("counted_goals", "goal_sales", "goal_absences", "goal_lengths")
_KEYS = ["quota_id", "rep_id"]
#: Openings that hold the business of a period's last days at what the representatives' own pace makes expected.
_PERIOD_PRIOR = 5.0


def goal_results(measured: Mapping[str, pd.DataFrame], last_days: int) -> pd.DataFrame:
    """One row per representative and goal that counts openings, sorted by `rep_id` and `quota_id`.

    Args:
        measured: the `MODELS`, by name.
        last_days: business days at the end of a period that are its last days.

    Returns:
        `quota_id`, `rep_id`, `metric`, `start_day`, `end_day`, `target` (whole openings, at least 1), `before` and
        `last` (openings), `work_before` and `work_last` (business days at work), and `mean`: openings to be expected
        in the last days, from his own pace over all his goals and the firm's business in those days without him.
    """
    goals = measured["counted_goals"]
    goals = goals.assign(
        rep_id=goals["rep_id"].astype(str),
        quota_id=goals["quota_id"].astype(str),
        metric=goals["metric"].astype(str),
        target=np.ceil(goals["target_cents"].astype(float) / 100),
    )
    goals = goals[goals["target"] >= 1].drop(columns="target_cents")
    sold = _split(measured["goal_sales"], _KEYS, last_days)
    away = _split(measured["goal_absences"], _KEYS, last_days)
    length = _split(measured["goal_lengths"], ["start_day", "end_day"], last_days)
    rows = goals.merge(length, on=["start_day", "end_day"], how="left")
    rows = rows.merge(sold, on=_KEYS, how="left", suffixes=("_days", "_sold"))
    rows = rows.merge(away, on=_KEYS, how="left").fillna(dict.fromkeys((*_PARTS, *_SOLD, *_DAYS), 0))
    for part in _PARTS:
        rows[f"work_{part}"] = np.maximum(rows[f"{part}_days"].astype(float) - rows[part].astype(float), 0.0)
        rows[part] = rows[f"{part}_sold"].astype(float)
    rows = rows.drop(columns=[*_SOLD, *_DAYS]).sort_values(["rep_id", "quota_id"], ignore_index=True)
    return rows.assign(mean=_expected(rows))


_PARTS = ("before", "last")
_SOLD = ("before_sold", "last_sold")
_DAYS = ("before_days", "last_days")


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
