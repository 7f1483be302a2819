"""The ceiling of representatives: labels teach what the features show, and a typology nobody shows stays unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.ceiling.reps import ANYBODY, GROUPS, compared, table


def firm(seed: int) -> pd.DataFrame:
    """Sixty honest people, and four rings that one rate shows while surveil's own evidence does not."""
    rng = np.random.default_rng(seed)
    bad = np.arange(64) < 4
    frame = pd.DataFrame({"evidence": rng.random(64), "bad": bad, "x rate": rng.normal(4.0 * bad, 0.5)})
    return frame.assign(**{name: bad & (name == "referral rings") for name in GROUPS})


def test_labels_find_what_the_features_show() -> None:
    found = compared({seed: firm(seed) for seed in range(3)})
    assert list(found.index) == [ANYBODY, "referral rings"], "groups that no firm has are not in the table"
    assert found.loc["referral rings", "reps"] == 12
    assert found.loc["referral rings", "taught this"] > 0.9
    assert found.loc["referral rings", "surveil"] < 0.5


def test_the_table_shows_each_group_once() -> None:
    lines = table({seed: firm(seed) for seed in range(2)}).splitlines()
    assert len(lines) == 4
    assert lines[3].startswith("| referral rings | 8 |")
