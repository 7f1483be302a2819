"""Groups of representatives, or of branches, most of whose members have too many poor accounts in the same months."""

from __future__ import annotations

import pandas as pd

from surveil.detectors import base
from surveil.detectors.episodes import span_words
from surveil.detectors.quality import STRATUM
from surveil.detectors.rates import count_words, rate_cells, stratum_of
from surveil.statistics.breadth import BreadthSettings, breadth_test
from surveil.statistics.rates import RateSettings, rate_test


def broad_tests(
    cells: pd.DataFrame, group: str, member: str, members: str, settings: BreadthSettings
) -> pd.DataFrame:
    """`TEST_COLUMNS` of groups whose members together have more poor accounts than other groups of like business.

    Args:
        cells: counted accounts with `n`, `poor`, `month`, the columns of `STRATUM`, and those named next.
        group, member: columns that say whose an account is; `members`: what the members are called.
    """
    rows = cells.assign(group=cells[group].fillna("").astype(str), member=cells[member].astype(str))
    rows = rows[rows["group"] != ""]
    if rows.empty:
        return base.frame(base.TEST_COLUMNS)
    # A branch's own months must not explain what is looked for in them, so no cell has a branch.
    rows = rows.assign(branch_id="", y=rows["n"].astype(float) * (rows["poor"] == 1).astype(float))
    own = rate_test(rate_cells(rows, rows["poor"] == 1, STRATUM, rep="member"))
    others = rate_test(
        rate_cells(rows, rows["poor"] == 1, STRATUM, rep="group"),
        settings=RateSettings(min_peers=2, min_expected=0.0),
    )
    expected = others.cells[["rep", "stratum", "month", "p"]]
    placed = pd.DataFrame(
        {
            "rep": rows["group"],
            "member": rows["member"],
            "stratum": stratum_of(rows, STRATUM),
            "month": rows["month"].astype("int64"),
            "n": rows["n"].astype(float),
            "y": rows["y"],
        }
    ).merge(expected, on=["rep", "stratum", "month"], how="left")
    found = breadth_test(placed.rename(columns={"rep": "group"}), own.tau2, others.tau2, settings)
    judged = others.reps.set_index("rep").reindex(found["group"]).reset_index()
    return base.frame(
        base.TEST_COLUMNS,
        subject_id=found["group"],
        p_value=found["p_value"].where(judged["p_value"].notna()),
        observed=judged["observed"],
        expected=judged["expected"],
        low=judged["low"],
        high=judged["high"],
        n=judged["n"],
        peers=judged["peers"],
        peer_items=judged["peer_n"],
        peer_rate=judged["peer_rate"],
        reason=[
            f"{y:.0f} of {n:.0f} accounts of {k} {members} are poor {span_words(start, end)}, where"
            f" {count_words(mean)} would be expected; it is not one of them or one month alone"
            for y, n, k, mean, start, end in zip(
                found["observed"], found["n"], found["members"], found["expected"], found["start"], found["end"],
                strict=True,
            )
        ],
    )  # fmt: skip
