"""The signs of an unauthorized opening that can be read off one account: there, not there, or not known."""

from __future__ import annotations

import pandas as pd

from surveil.detectors.unused.horizons import HorizonParameters

#: Sign -> how it reads.
SIGNS = {
    "no_consent": "no consent on record",
    "not_met": "customer not met",
    "unused": "never used",
    "round_trip": "funded and emptied again",
    "shared_contact": "contact shared with other households",
    "employee_contact": "an employee's contact",
    "quick_close": "closed quickly",
}


def signs_of(
    rows: pd.DataFrame, horizons: HorizonParameters, grace_days: int, quick_close_days: int
) -> pd.DataFrame:
    """One column per sign (`SIGNS`), one row per account of the model `account_evidence`: 1.0, 0.0 or missing.

    A sign that the extracts can't show yet, or that means nothing for the product, is missing, not 0.
    """
    lag, covered = rows["consent_lag_days"], rows["consent_covered_days"]
    no_consent = _known((lag.isna() | (lag > grace_days)), covered >= grace_days)
    horizon = horizons.horizons(rows)
    # An account that its customer uses later than the horizon was wanted after all.
    unused = _known(
        rows["first_use_days"].isna(), rows["first_use_days"].notna() | (rows["seen_days"] >= horizon)
    )
    watched = rows["transaction_covered_days"] >= quick_close_days
    round_trip = _known(rows["round_trip"] == 1, (rows["is_feature"] == 0) & watched)
    closed = rows["closed_after_days"] < quick_close_days
    return pd.DataFrame(
        {
            "no_consent": no_consent,
            "not_met": rows["not_met"].astype("Float64"),
            "unused": unused,
            "round_trip": round_trip,
            "shared_contact": rows["shared_contact"].astype("Float64"),
            "employee_contact": rows["employee_contact"].astype("Float64"),
            "quick_close": _known(closed, closed.fillna(False) | watched),
        }
    )


def _known(there: pd.Series, known: pd.Series) -> pd.Series:
    """1 or 0 where known, else missing."""
    return there.fillna(False).astype("Float64").where(known.fillna(False).astype(bool))
