"""The signs of an unauthorized opening that can be read off one account: there, not there, or not known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.detectors.base import items_of
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
    "doubtful_consent": "consent in doubt",
    "token_funding": "funded with a token",
    "edited_contact": "contact data edited by staff",
    "odd_time": "opener away, or at night",
    "refused": "product refused before",
    "duplicate": "beyond what such customers hold",
    "reopened": "closed and opened again",
    "mass_opening": "opened among very many",
}

#: Signs that need an extract covering the opening: where none of them is known, nothing is known of how it came about.
DATED = ("no_consent", "not_met", "unused", "round_trip", "quick_close")

#: Signs that another detector lists item by item: sign -> its id, and details of which one must be there (any, if empty).
LISTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    # A consent taken by somebody who was away is not counted here: it is the same fact as the odd time.
    "doubtful_consent": ("UA02", ("late", "odd_device", "odd_address", "copied")),
    "token_funding": ("UA04", ()),
    "edited_contact": ("UA05", ()),
    # A leave that was not taken, or a night, is one odd time, however many accounts fall in it.
    "odd_time": ("UA08", ("first_odd",)),
    "refused": ("UA09", ()),
    "duplicate": ("UA12", ()),
    "reopened": ("UA13", ()),
    "mass_opening": ("UA16", ()),
}


def listed_signs(rows: pd.DataFrame, measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The signs of `LISTED`: 1.0 where the other detector lists the account, 0.0 where not, missing where it did not run."""
    signs = {}
    for sign, (detector, details) in LISTED.items():
        items = measured.get(items_of(detector))
        if items is None:
            signs[sign] = pd.Series(np.nan, index=rows.index, dtype=np.float32)
            continue
        told = [not details or any(detail.get(name) for name in details) for detail in items["detail"]]
        listed = set(items["account_id"][told].dropna().astype(str))
        signs[sign] = rows["account_id"].isin(listed).astype(np.float32)
    return pd.DataFrame(signs)


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
            "not_met": _plain(rows["not_met"]),
            "unused": unused,
            "round_trip": round_trip,
            "shared_contact": _plain(rows["shared_contact"]),
            "employee_contact": _plain(rows["employee_contact"]),
            "quick_close": _known(closed, closed.fillna(False) | watched),
        }
    )


def _known(there: pd.Series, known: pd.Series) -> pd.Series:
    """1 or 0 where known, else missing."""
    return _plain(there.fillna(False).astype("boolean").where(known.fillna(False).astype(bool)))


def _plain(sign: pd.Series) -> pd.Series:
    """1, 0 or missing in few bytes: there are as many rows as accounts."""
    return pd.Series(sign.to_numpy(dtype=np.float32, na_value=np.nan), index=sign.index)
