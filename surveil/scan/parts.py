"""The parts in which a large firm is judged: each of many whole branches, drawn by lot, so that memory need not grow.

A part is large enough that its representatives' peers are like the whole firm's; what is measured is measured over the
whole firm all the same.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

#: A branch with more than this share of a part is divided by representatives: a call centre may be half of a firm.
_LARGEST_BRANCH = 0.25


def parts_of(homes: pd.DataFrame, together: int) -> tuple[pd.DataFrame, int]:
    """Which part each representative belongs to, and how many parts there are: one where the firm is not large.

    A branch's part comes from a hash of its id alone, so that the same firm has the same parts every night.

    Args:
        homes: the model `home_sizes`.
        together: openings by staff that are judged at a time, about: from one and a half times as many on there are parts.

    Returns:
        `rep_id` and `part` (0 to the number of parts - 1), sorted by `rep_id`.
    """
    openings = homes["openings"].to_numpy(dtype=np.int64)
    count = max(1, round(int(openings.sum()) / together))
    branch = homes["branch_id"].fillna("").astype(str)
    sizes = homes.assign(branch=branch, openings=openings).groupby("branch")["openings"].sum()
    large = branch.map(sizes) > _LARGEST_BRANCH * together
    drawn_by = branch.where(~large & (branch != ""), homes["rep_id"].astype(str))
    lots = {name: _lot(name) % count for name in sorted(set(drawn_by))}
    made = pd.DataFrame(
        {"rep_id": homes["rep_id"].astype("string"), "part": drawn_by.map(lots).astype("int64")}
    )
    return made.sort_values("rep_id", ignore_index=True), count


def branch_parts(branches: pd.Series, count: int) -> pd.DataFrame:
    """`branch_id` and `part`: that of a branch's representatives, unless it is so large that these are divided."""
    lots = [_lot(str(name)) % count for name in branches]
    return pd.DataFrame({"branch_id": branches.astype("string"), "part": pd.Series(lots, dtype="int64")})


def _lot(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
