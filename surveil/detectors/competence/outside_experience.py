"""
# CS03 Pushed outside one's experience

## What it finds
Representatives who for some months sell a family of products that they hardly sell at other times, and whose sales of it
turn out poorly: undone or closed soon after.

## Why it matters
Who is made to sell what he does not know sells it badly. Mergers and campaigns that turned brokers into sellers of
mortgages, and tellers into sellers of insurance, ended in complaints.

## How it decides
A family is pushed in the run of at most {longest_push} months in which a representative sold it {push_sales} times or
more and {push_factor} times as often as his sales at other times make expected, of which there must be at least
{least_sales}, and which stands out from those by a log-likelihood ratio of {push_evidence}; it is outside his experience
when it made up less than {usual_percent} percent of those. The sales of the run that stands out most are listed. Two
things are tested of them: whether they are reversed, or their accounts closed, within {result_days} days more often than
everybody's sales of the same product (and more often than an ordinary {ordinary_rate}); and whether more of his sales
than colleagues' are of this kind. Both are joined (Fisher), the second only down to p = {volume_floor}: a new task done
well must not raise an alert, however great the change.

## What it misses
Poor advice whose harm shows later, those who sold too little at other times, and a push from the first day to the last.

## Innocent explanations
- A new role, a new licence or a transfer: the volume alone says nothing, and first sales are reversed more often.
- A campaign or a new product with a right to cancel that customers used.
- A customer who brought his whole business at once.

## What to check
- Was he trained for it, and who told him to sell it?
- What do the customers of the reversed sales say?

## References
A seller must understand what he recommends: Regulation Best Interest, 17 CFR 240.15l-1 (care). Fisher, Statistical
Methods for Research Workers, 1932.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import xlogy

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells, rate_tests
from surveil.statistics.arrays import Floats, Ints
from surveil.statistics.combine import fisher_combination

#: Set behind a representative's id in cells of his usual sales, which are a baseline and not tested.
USUAL = "\x1fusual"


class Parameters(base.Parameters):
    """What may be set."""

    usual_percent: int = param(
        10, unit="percent of sales at other times", ge=1, le=50,
        citation="our judgement: what is sold less than every tenth time is not usual",
        meaning="share of a family in the sales of other times from which it belongs to his experience",
    )  # fmt: skip
    least_sales: int = param(
        20, unit="sales", ge=5, le=500, citation="our judgement: two sales at the usual share",
        meaning="sales at other times needed to say what is usual",
    )  # fmt: skip
    push_sales: int = param(
        3, unit="sales", ge=2, le=50, citation="our judgement: more than an occasional wish of a customer",
        meaning="sales of one family outside the experience that may be a push",
    )  # fmt: skip
    push_factor: float = param(
        3.0, unit="times", ge=1.0, le=20.0,
        citation="our judgement: three times the usual is not a good month any more",
        meaning="how many times the number that the share at other times makes expected is a push",
    )  # fmt: skip
    push_evidence: float = param(
        8.0, unit="log-likelihood ratio", ge=0.0, le=50.0,
        citation="our judgement: with less, a few rare sales would be a push",
        meaning="how clearly the run must stand out from the sales of other times",
    )  # fmt: skip
    longest_push: int = param(
        12, unit="months", ge=1, le=24, citation="our judgement: what lasts longer has become his trade",
        meaning="months that a push lasts at most",
    )  # fmt: skip
    result_days: int = param(
        60, unit="days", ge=10, le=365, measured=True, citation="our judgement: rights to cancel have passed by then",
        meaning="days within which a reversal or closing is a poor result",
    )  # fmt: skip
    ordinary_rate: float = param(
        0.03, unit="share of sales", ge=0.001, le=0.3, citation="our judgement: customers change their minds",
        meaning="share of sales that are undone whoever sells them",
    )  # fmt: skip
    volume_floor: float = param(
        0.05, unit="probability", ge=0.001, le=1.0, citation="our judgement: alone it must never reach an alert",
        meaning="lowest p-value that the change of what he sells can bring in",
    )  # fmt: skip


class OutsideExperience(Detector):
    """Sales of families that a representative hardly sells at other times, and what became of them."""

    id = "CS03"
    slug = "outside_experience"
    name = "Pushed outside one's experience"
    version = "11"
    family = Family.COMPETENCE
    typology = "T19"
    severity = Severity.MEDIUM
    needs = ("sales", "sales.reversed_on")
    in_parts = True
    models = ("sales_results", "sales_history")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        sales = measured["sales_results"].reset_index(drop=True)
        if sales.empty:
            return Decision()
        pushed = _pushed(sales, measured["sales_history"], parameters)
        known = pushed.notna()
        out = pushed.fillna(False).astype(bool)
        poor = (sales["poor"] == 1).fillna(False).astype(bool)
        tests = self._tests(sales, out, known, poor, parameters)
        gaps = (
            Gap(
                int((~known).sum()),
                f"fewer than {parameters.least_sales} sales at other times to say what is usual",
            ),
            Gap(
                int((out & sales["poor"].isna()).sum()),
                "outside the experience, but too young to say how the sale turned out",
            ),
        )
        return Decision(
            _items(sales[out], poor[out]), tests, int(known.sum()), tuple(gap for gap in gaps if gap.count)
        )

    def _tests(
        self,
        sales: pd.DataFrame,
        out: pd.Series,
        known: pd.Series,
        poor: pd.Series,
        parameters: Parameters,
    ) -> pd.DataFrame:
        """Poor results outside the experience, joined with how much of it there is."""
        due = sales["poor"].notna()
        marked = sales["rep_id"].astype(str).where(out, sales["rep_id"].astype(str) + USUAL)
        cells = rate_cells(sales[due].assign(n=1, rep_id=marked[due]), poor[due], ("product_code",))
        what = "sales pushed outside the experience that were undone or closed soon"
        results = rare_tests(cells, what, parameters.ordinary_rate)
        results = results[~results["subject_id"].astype(str).str.endswith(USUAL)].reset_index(drop=True)
        if results.empty:
            return results
        moves = rate_tests(
            rate_cells(sales[known].assign(n=1), out[known], ("branch_kind",)), "sales"
        ).tests.set_index("subject_id")
        volume = results["subject_id"].map(moves["p_value"]).astype(float).clip(lower=parameters.volume_floor)
        both = np.column_stack([results["p_value"].to_numpy(dtype=float), volume.to_numpy()])
        joined = np.where(np.isnan(both[:, 0]), np.nan, fisher_combination(both))
        share = results["subject_id"].map(moves["observed"] / moves["n"]).astype(float)
        reason = [
            text if np.isnan(s) else f"{text}; {100 * s:.0f} percent of all his sales were of this kind"
            for text, s in zip(results["reason"], share, strict=True)
        ]
        return results.assign(p_value=joined, reason=reason)


def _pushed(sales: pd.DataFrame, history: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Per sale whether its family was pushed then and hardly sold at other times; missing where too little else was sold."""
    first = int(history["month"].min())
    shape = (int(history["month"].max()) - first + 1,)
    who, reps = pd.factorize(history["rep_id"].astype(str), sort=True)
    what, families = pd.factorize(history["family"].astype(str), sort=True)
    counts = np.zeros((len(reps), len(families), *shape))
    when = history["month"].to_numpy(dtype=np.int64) - first
    np.add.at(counts, (who, what, when), history["n"].to_numpy(dtype=float))
    start, end = _runs(counts, parameters)
    every = counts.sum(axis=1)
    known = every.sum(axis=1, keepdims=True) - every >= parameters.least_sales
    rep = reps.get_indexer(pd.Index(sales["rep_id"].astype(str)))
    family = families.get_indexer(pd.Index(sales["family"].astype(str)))
    month = sales["month"].to_numpy(dtype=np.int64) - first
    inside = (start[rep, family] <= month) & (month <= end[rep, family])
    return pd.Series(inside, index=sales.index, dtype="boolean").mask(~known[rep, month])


def _runs(counts: Floats, parameters: Parameters) -> tuple[Ints, Ints]:
    """First and last month of the run in which each family (representatives × families × months) stands out most.

    A run that never was has its end before its start.
    """
    months = counts.shape[2]
    running = np.concatenate([np.zeros((*counts.shape[:2], 1)), counts.cumsum(axis=2)], axis=2)
    start, end = np.ones(counts.shape[:2], dtype=np.int64), np.zeros(counts.shape[:2], dtype=np.int64)
    best = np.zeros(counts.shape[:2])
    for k in range(1, min(parameters.longest_push, months) + 1):
        own = running[:, :, k:] - running[:, :, :-k]
        every = own.sum(axis=1, keepdims=True)
        rest, others = counts.sum(axis=2, keepdims=True) - own, counts.sum(axis=(1, 2), keepdims=True) - every
        enough = others >= parameters.least_sales
        # One sale more at other times, so that what was never sold there has a share, too.
        expected = every * (rest + 1) / (others + 1)
        fits = (
            enough
            & (rest * 100 < parameters.usual_percent * others)
            & (own >= np.maximum(parameters.push_sales, parameters.push_factor * expected))
        )
        gain = np.where(fits, xlogy(own, own / np.maximum(expected, 1e-9)) - (own - expected), 0.0)
        at = np.argmax(gain, axis=2)
        top = np.take_along_axis(gain, at[:, :, None], axis=2)[:, :, 0]
        better = top > np.maximum(best, parameters.push_evidence)
        best = np.where(better, top, best)
        start, end = np.where(better, at, start), np.where(better, at + k - 1, end)
    return start, end


def _items(rows: pd.DataFrame, poor: pd.Series) -> pd.DataFrame:
    told = rows.assign(result=poor.map({True: "undone or closed soon", False: "none that is on record"}))
    return base.frame(
        base.ITEM_COLUMNS,
        **base.about(rows, "sales", key="sale_id", day="day"),
        score=poor.map({True: 0.8, False: 0.4}).astype(float),
        detail=base.details(told, ["product_code", "family", "amount_cents", "result"]),
    )
