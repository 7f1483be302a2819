"""How well single tests find the kinds they are made for, beside an oracle that is told the months.

Of every wrongdoer of the kinds that a test is made for, the oracle is told the months of the answer key; of everybody else
those of one of them, drawn by lot. It holds the events of these months against the rest of the representative's own
time, and against colleagues. surveil has to find the months first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from surveil.detectors.base import Detector
from surveil.detectors.competence import over_solicitation
from surveil.detectors.competence.over_solicitation import OverSolicitation
from surveil.detectors.competence.referral_mill import ReferralMill
from surveil.detectors.competence.referral_ring import ReferralRing
from surveil.detectors.unused import unused_rate
from surveil.detectors.unused.unused_rate import UnusedRate
from surveil.evaluate.answers import AnswerKey
from surveil.evaluate.metrics import average_precision
from surveil.statistics.rates import rate_test

RIVALS = ("raw share", "surveil", "told the months")
#: Fewer items make no share.
LEAST = 10

Measured = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Sign:
    """A test, the typologies that it is made for, and the cells of its rate where it judges nothing else."""

    name: str
    kinds: tuple[str, ...]
    detector: Detector
    cells: Callable[[Measured], pd.DataFrame] | None = None


SIGNS = (
    Sign(
        "unused accounts (UN02) of forgers and token funders",
        ("forger", "token_funder"),
        UnusedRate(),
        lambda measured: unused_rate.horizon_cells(measured["use_cells"], unused_rate.Parameters()),
    ),
    Sign(
        "approaches after a refusal (RF04) of sellers after a refusal",
        ("reseller_after_refusal",),
        OverSolicitation(),
        lambda measured: over_solicitation.refusal_cells(
            measured["handled_refusals"], over_solicitation.Parameters()
        ),
    ),
    Sign("failed and many referrals (RF01) of referral mills", ("referral_miller",), ReferralMill()),
    Sign("circles of referrals (RF02) of referral rings", ("referral_ring",), ReferralRing()),
)


def scores_of(folder: Path, sign: Sign) -> pd.DataFrame:
    """One row per honest representative who could be tested, and per wrongdoer of the sign's kinds, of a firm made and
    scanned: `bad` and the scores of `RIVALS`, as far as there are any.
    """
    run = max((folder / "workspace" / "runs").glob("R-*"))
    measured = {
        model: pd.read_parquet(run / "measurements" / f"{model}.parquet") for model in sign.detector.models
    }
    tests = sign.detector.decide(measured, sign.detector.parameter_type()).tests.set_index("subject_id")
    key = AnswerKey.read(folder / "feeds" / "answers")
    wanted = set(key.reps["rep_id"][key.reps["typology"].isin(sign.kinds)]) - key.grey
    # A wrongdoer who could not be tested is a miss.
    reps = pd.Index(sorted((set(tests.index) | wanted) - key.grey))
    bad = reps.isin(wanted)
    scores = {"surveil": -np.log10(tests["p_value"].reindex(reps).astype(float))}
    if sign.cells and bad.any():
        months = _months(sign.cells(measured))
        whole = months.groupby(level="rep")[["n", "y"]].sum().reindex(reps)
        scores["raw share"] = (whole["y"] / whole["n"]).where(whole["n"] >= LEAST)
        scores["told the months"] = excess(months, _told(folder, reps, sign.kinds))
    rows = pd.DataFrame({"bad": bad, **scores}, index=reps)
    return rows[bad | ~reps.isin(key.bad)].fillna(dict.fromkeys(scores, -np.inf))


def _months(cells: pd.DataFrame) -> pd.DataFrame:
    """Per representative (index `rep`) and `month` items `n`, events `y`, those that are `usual`, and their variance by
    `chance`.
    """
    result = rate_test(cells)
    usual = result.cells["n"] * result.cells["p"]
    told = result.cells.assign(usual=usual, chance=usual * (1 - result.cells["p"]))
    return told.groupby(["rep", "month"])[["n", "y", "usual", "chance"]].sum().reset_index("month")


def _told(folder: Path, reps: pd.Index, kinds: Sequence[str]) -> pd.DataFrame:
    """The months (`first`, `last`) that the oracle looks at."""
    key = pd.read_csv(folder / "feeds" / "answers" / "reps.csv", dtype=str)
    key = key[key["typology"].isin(kinds)].drop_duplicates("rep_id").set_index("rep_id")
    dates = key[["start_on", "end_on"]].apply(pd.to_datetime)
    known = dates.apply(lambda day: day.dt.year * 12 + day.dt.month - 1).set_axis(["first", "last"], axis=1)
    lot = np.random.default_rng(0).integers(0, len(known), len(reps))
    drawn = known.iloc[lot].set_axis(reps)
    drawn.update(known)
    return drawn


def excess(months: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Events in the months told above what is expected, as a z-value: the mean of that against colleagues and of that
    against his other months.
    """
    first, last = (told[edge].reindex(months.index) for edge in ("first", "last"))
    inside = months["month"].between(first, last).to_numpy()
    over = months.assign(over=months["y"] - months["usual"])[["over", "chance"]]
    whole, run = (part.groupby(level="rep").sum() for part in (over, over[inside]))
    run = run.reindex(whole.index).fillna(0.0)
    share = run["chance"] / whole["chance"]
    own = (run["over"] - share * whole["over"]) / np.sqrt(np.maximum(run["chance"] * (1 - share), 0.3))
    firm = run["over"] / np.sqrt(np.maximum(run["chance"], 0.3))
    return ((own + firm) / 2).reindex(told.index)


def table(firms: Mapping[str, Sequence[pd.DataFrame]]) -> str:
    """Mean average precision over the firms that have any, of the raw share, the test and the oracle, in Markdown.

    Args:
        firms: by the name of the sign the `scores_of` all firms.
    """
    lines = [f"| one test alone | firms | {' | '.join(RIVALS)} |", "|---|---|---|---|---|"]
    for name, of in firms.items():
        with_any = [firm for firm in of if firm["bad"].any()]
        if not with_any:
            continue
        scores = [
            f"{np.mean([_precision(firm, rival) for firm in with_any]):.2f}"
            if rival in with_any[0]
            else "n/a"
            for rival in RIVALS
        ]
        lines.append(f"| {name} | {len(with_any)} | {' | '.join(scores)} |")
    return "\n".join(lines)


def _precision(firm: pd.DataFrame, rival: str) -> float:
    return average_precision(firm[rival].rank(ascending=False, method="max"), firm["bad"]) or 0.0
