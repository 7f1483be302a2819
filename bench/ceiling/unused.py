"""How near the test of unused accounts (UN02) is to what unused accounts alone can tell of forgers and token funders.

The ceiling is an oracle that is told the months: of every forger and token funder those of the answer key, of everybody else
those of one of them, drawn by lot. It holds the unused accounts of these months against the rest of the
representative's own time, and against colleagues. surveil has to find the months first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from surveil.detectors.rates import rate_tests
from surveil.detectors.unused.unused_rate import Parameters, UnusedRate, horizon_cells
from surveil.evaluate.answers import AnswerKey
from surveil.evaluate.metrics import average_precision

KINDS = ("forger", "token_funder")
RIVALS = ("raw share unused", "UN02", "told the months")
#: Fewer grown-up accounts make no share.
LEAST = 10


def unused_of(folder: Path) -> pd.DataFrame:
    """One row per forger, token funder and honest representative of a scanned firm: `bad` and the `RIVALS`' scores."""
    run = max((folder / "workspace" / "runs").glob("R-*"))
    uses = pd.read_parquet(run / "measurements" / "use_cells.parquet")
    tests = UnusedRate().decide({"use_cells": uses}, Parameters()).tests.set_index("subject_id")
    result = rate_tests(horizon_cells(uses, Parameters()), "accounts unused").result
    if result is None:
        raise ValueError(f"{folder}: no account is old enough to be called unused")
    months = result.cells.assign(
        usual=lambda cells: cells["n"] * cells["p"], chance=lambda cells: cells["usual"] * (1 - cells["p"])
    )
    months = months.groupby(["rep", "month"])[["n", "y", "usual", "chance"]].sum().reset_index("month")
    key = AnswerKey.read(folder / "feeds" / "answers")
    reps = pd.Index(sorted(set(months.index) - key.grey))
    told = _told(folder, reps)
    whole = months.groupby(level="rep")[["n", "y"]].sum().reindex(reps)
    rows = pd.DataFrame(
        {
            "bad": reps.isin(key.reps["rep_id"][key.reps["typology"].isin(KINDS)]),
            "raw share unused": (whole["y"] / whole["n"]).where(whole["n"] >= LEAST),
            "UN02": -np.log10(tests["p_value"].reindex(reps).astype(float)),
            "told the months": excess(months, told),
        },
        index=reps,
    )
    return rows[rows["bad"] | ~reps.isin(key.bad)].fillna(dict.fromkeys(RIVALS, -np.inf))


def _told(folder: Path, reps: pd.Index) -> pd.DataFrame:
    """The months (`first`, `last`) that the oracle looks at."""
    key = pd.read_csv(folder / "feeds" / "answers" / "reps.csv", dtype=str)
    key = key[key["typology"].isin(KINDS)].drop_duplicates("rep_id").set_index("rep_id")
    dates = key[["start_on", "end_on"]].apply(pd.to_datetime)
    known = dates.apply(lambda day: day.dt.year * 12 + day.dt.month - 1).set_axis(["first", "last"], axis=1)
    lot = np.random.default_rng(0).integers(0, len(known), len(reps))
    drawn = known.iloc[lot].set_axis(reps)
    drawn.update(known)
    return drawn


def excess(months: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Unused accounts in the months told above what is expected, as a z-value: the mean of that against colleagues and of
    that against his other months."""
    inside = (
        months["month"]
        .between(told["first"].reindex(months.index), told["last"].reindex(months.index))
        .to_numpy()
    )
    over = months.assign(over=months["y"] - months["usual"])[["over", "chance"]]
    whole, run = (part.groupby(level="rep").sum() for part in (over, over[inside]))
    run = run.reindex(whole.index).fillna(0.0)
    share = run["chance"] / whole["chance"]
    own = (run["over"] - share * whole["over"]) / np.sqrt(np.maximum(run["chance"] * (1 - share), 0.3))
    firm = run["over"] / np.sqrt(np.maximum(run["chance"], 0.3))
    return ((own + firm) / 2).reindex(told.index)


def table(firms: dict[int, pd.DataFrame]) -> str:
    """Average precision of the raw share, of UN02 and of the oracle for forgers and token funders, in Markdown."""
    scores = {
        str(seed): [
            average_precision(firm[name].rank(ascending=False, method="max"), firm["bad"]) or 0.0
            for name in RIVALS
        ]
        for seed, firm in firms.items()
        if firm["bad"].any()
    }
    scores["mean"] = list(np.mean(list(scores.values()), axis=0))
    lines = [f"| unused accounts alone | {' | '.join(RIVALS)} |", "|---|---|---|---|"]
    lines += [f"| {name} | {' | '.join(f'{score:.2f}' for score in row)} |" for name, row in scores.items()]
    return "\n".join(lines)
