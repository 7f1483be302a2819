"""Groups in which several members, not one, stand out by themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

COLUMNS = ("group", "n", "observed", "expected", "p_value")


def several_test(p: pd.Series, group: pd.Series, level: float, least_members: int = 3) -> pd.DataFrame:
    """Whether more members of a group than one have a small p-value of their own.

    The most remarkable member of each group is left out, so that one rogue is no group. Of the others those with a p-value
    up to `level` are counted, and held against as many as chance brings forth (binomial tail, one-sided mid-p): at least
    `level` of them, or the share of the members of other groups that have one (theirs without the most remarkable, too),
    where that is larger, since p-values that are only nearly right are small more often.

    Args:
        p: p-value per member, none missing.
        group: group per member, aligned by index.

    Returns:
        one row per group, sorted, with `COLUMNS`: how many members it has, how many have a p-value up to `level`, how many
        would by chance, and the p-value, missing where there are fewer than `least_members`.
    """
    members = pd.DataFrame({"group": group.reindex(p.index), "small": p <= level, "p": p}).dropna()
    members = members.sort_values(["group", "p"], kind="stable")
    whole = members.groupby("group")["small"].agg(["size", "sum"])
    left = members[members.duplicated("group")].groupby("group")["small"].agg(["size", "sum"])
    rest = left.reindex(whole.index, fill_value=0)
    others = rest.sum() - rest
    # As if one more of the others had been asked, and had shown what chance does.
    chance = np.maximum(level, (others["sum"] + level) / (others["size"] + 1))
    seen, asked = rest["sum"].to_numpy(), rest["size"].to_numpy()
    tail = stats.binom.sf(seen, asked, chance) + 0.5 * stats.binom.pmf(seen, asked, chance)
    found = {
        "group": whole.index,
        "n": whole["size"].to_numpy(dtype=np.int64),
        "observed": whole["sum"].to_numpy(dtype=np.int64),
        "expected": (whole["size"] * chance).to_numpy(dtype=np.float64),
        "p_value": np.where(whole["size"] >= least_members, tail, np.nan),
    }
    return pd.DataFrame(found, columns=list(COLUMNS))
