"""The oracle that is told the months: it finds what fills them, and no more in a habit than there is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.ceiling.told import RIVALS, excess, table


def test_only_the_months_told_count() -> None:
    month = np.tile(np.arange(12), 3)
    rep = np.repeat(["burst", "habit", "none"], 12)
    events = np.r_[
        np.where((np.arange(12) >= 3) & (np.arange(12) < 6), 6, 1), np.full(12, 9 / 4), np.ones(12)
    ]
    index = pd.Index(rep, name="rep")
    months = pd.DataFrame({"month": month, "y": events, "usual": 1.0, "chance": 0.9}, index=index)
    told = pd.DataFrame({"first": 3, "last": 5}, index=["burst", "habit", "none"])
    found = excess(months, told)
    assert found["burst"] > found["habit"] > found["none"] == 0
    assert excess(months, told.assign(first=8, last=10))["burst"] < 0


def test_the_table_has_the_mean_of_the_firms_that_have_any() -> None:
    firm = pd.DataFrame({"bad": [True, False, False], **{name: [3.0, 2.0, -np.inf] for name in RIVALS}})
    none = firm.assign(bad=False)
    lines = table({"idle": [firm, none, firm.assign(surveil=[2.0, 3.0, 1.0])], "nobody": [none]}).splitlines()
    assert lines[2:] == ["| idle | 2 | 1.00 | 0.75 | 1.00 |"]
    assert table({"rings": [firm[["bad", "surveil"]]]}).splitlines()[2:] == [
        "| rings | 1 | n/a | 1.00 | n/a |"
    ]
