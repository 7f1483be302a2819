"""Who lacks the same where his customers use what he opened works like that: held against him is what goes beyond it."""

from __future__ import annotations

import pandas as pd

from surveil.detectors.base import Parameters, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import controlled_tests, rate_cells, stratum_of

#: The p-value of what says nothing: being careless everywhere is no evidence of innocence, either.
_NO_EVIDENCE = 0.5


class HabitParameters(Parameters):
    """When a lack is somebody's habit."""

    habit_p: float = param(
        0.05, unit="p-value", ge=0.0001, le=0.5,
        citation="our judgement: who uses an account had asked for it, whatever was written down",
        meaning="p-value of the same lack among what is used since, up to which it is a habit",
    )  # fmt: skip


def unless_habit(
    tests: pd.DataFrame,
    counts: pd.DataFrame,
    happened: pd.Series,
    stratum: tuple[str, ...],
    what: str,
    slip_rate: float,
    habit_p: float,
) -> pd.DataFrame:
    """The tests; of whoever shows the same too often where it is used since, what is not used, against his own that is.

    Args:
        tests: `TEST_COLUMNS`.
        counts: what was tested, `rep_id`, the stratum, branch_id, month, `n`, and `used` (1; 0 also where not known).
        happened: of these, what is counted against him.
        slip_rate: how often it happens to anybody.
        what: names these events of what is not used, as in "unused openings with no consent on record".
    """
    in_use = counts["used"] == 1
    if tests.empty or not in_use.any():
        return tests
    there = rare_tests(rate_cells(counts[in_use], happened[in_use], stratum), "", slip_rate)
    habits = there["subject_id"][there["p_value"].astype(float) <= habit_p]
    by_use = (*stratum, "used")
    marked = counts.assign(used=in_use.map({True: "used", False: "not used"}))
    cells = rate_cells(marked, happened, by_use)
    asked = cells["stratum"].isin(stratum_of(marked[~in_use], by_use))
    own = controlled_tests(cells, asked, what, "colleagues and by what his customers use").tests
    judged = own.assign(p_value=own["p_value"].astype(float)).dropna(subset="p_value").set_index("subject_id")
    told = []
    for row in tests[tests["subject_id"].isin(habits)].to_dict("records"):
        alone = judged.loc[row["subject_id"]].to_dict() if row["subject_id"] in judged.index else None
        if alone is None:  # next to nothing of his is not used
            reason = f"{row['reason']}; so it is where his customers use what he opened"
            told.append({**row, "p_value": max(row["p_value"], _NO_EVIDENCE), "reason": reason})
        elif alone["p_value"] > row["p_value"]:
            told.append({"subject_id": row["subject_id"], **alone})
    moved = pd.DataFrame(told, columns=tests.columns)
    kept = tests[~tests["subject_id"].isin(moved["subject_id"])]
    return pd.concat([kept, moved], ignore_index=True) if len(moved) else tests
