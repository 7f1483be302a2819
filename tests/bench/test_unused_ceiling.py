"""The oracle of unused accounts: it finds what fills the months it is told, and no more in a habit than there is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.ceiling.unused import RIVALS, excess, table


def test_only_the_months_told_count() -> None:
    month = np.tile(np.arange(12), 3)
    rep = np.repeat(["burst", "habit", "none"], 12)
    unused = np.r_[
        np.where((np.arange(12) >= 3) & (np.arange(12) < 6), 6, 1), np.full(12, 9 / 4), np.ones(12)
    ]
    months = pd.DataFrame(
        {"month": month, "y": unused, "usual": 1.0, "chance": 0.9}, index=pd.Index(rep, name="rep")
    )
    told = pd.DataFrame({"first": 3, "last": 5}, index=["burst", "habit", "none"])
    found = excess(months, told)
    assert found["burst"] > found["habit"] > found["none"] == 0
    assert excess(months, told.assign(first=8, last=10))["burst"] < 0


def test_the_table_has_each_firm_and_the_mean() -> None:
    firm = pd.DataFrame({"bad": [True, False, False], **{name: [3.0, 2.0, -np.inf] for name in RIVALS}})
    none = firm.assign(bad=False)
    lines = table({1: firm, 2: none, 3: firm.assign(UN02=[2.0, 3.0, 1.0])}).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| 1", "| 3", "| mean"]
    assert lines[-1] == "| mean | 1.00 | 0.75 | 1.00 |"
