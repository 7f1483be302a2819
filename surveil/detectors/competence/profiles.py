"""The customer's profile on the day of a sale, from today's record and the log of its changes."""

from __future__ import annotations

import pandas as pd

NUMBERS = ("risk_tolerance", "horizon_months", "liquid_net_worth")
FIELDS = (*NUMBERS, "objective", "experience")


def with_values(sales: pd.DataFrame, logged: pd.DataFrame) -> pd.DataFrame:
    """Sales with the fields of the profile as the log gives them.

    Args:
        sales: one row a sale with `sale_id` and `FIELDS` (money in cents).
        logged: `sale_id`, `field`, `value` (text); where a field is named, its value stands in place of the record's. A
            number that cannot be read is not known.
    """
    made = sales.copy()
    for field in FIELDS:
        values = logged[logged["field"] == field].set_index("sale_id")["value"]
        if values.empty:
            continue
        named = made["sale_id"].isin(values.index)
        told = made["sale_id"].map(values)
        if field in NUMBERS:
            number = pd.to_numeric(told, errors="coerce").astype("Float64")
            told = number * 100 if field == "liquid_net_worth" else number
            made[field] = made[field].astype("Float64")
        made[field] = made[field].mask(named, told)
    return made
