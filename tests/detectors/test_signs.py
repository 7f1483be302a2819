"""Which items of other detectors are signs of an unauthorized account, and which are one fact told several times."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveil.detectors.base import items_of
from surveil.detectors.unauthorized.account_signs import listed_signs


def test_a_leave_that_was_not_taken_is_one_odd_time_however_many_accounts_fall_in_it() -> None:
    rows = pd.DataFrame({"account_id": ["first", "second", "other"]})
    items = pd.DataFrame(
        {
            "account_id": ["first", "second"],
            "detail": [{"away": 1, "first_odd": 1}, {"away": 1, "first_odd": 0}],
        }
    )
    signs = listed_signs(rows, {items_of("UA08"): items})
    assert signs["odd_time"].tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(signs["refused"]).all(), "of a detector that did not run nothing is known"
