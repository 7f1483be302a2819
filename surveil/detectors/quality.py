"""Poor accounts: what several detectors ask of the accounts behind a result, over and above how many there are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.detectors import base
from surveil.detectors.base import param
from surveil.detectors.rates import Rates, count_words, peer_chance, rate_cells, rate_tests
from surveil.statistics.combine import fisher_combination
from surveil.statistics.mixed_tails import logit_normal_binomial_tails
from surveil.statistics.tails import poisson_binomial_tails

STRATUM = ("family", "branch_kind")
#: Expected events that hold a representative's own level at that of colleagues.
_HELD_BY = 5.0


class ConsentGapParameters(base.Parameters):
    """When the consents' extract lacks what was signed (the model `consent_gaps`)."""

    gap_openings: int = param(
        10, unit="openings", ge=3, le=10_000, measured=True, citation="our judgement: so many in a row are no accident",
        meaning="openings of a branch in a row, by several openers, without one consent from which the extract lacks them",
    )  # fmt: skip
    gap_used_percent: int = param(
        30, unit="percent of openings", ge=1, le=100, measured=True,
        citation="our judgement: what nobody asked for is hardly used",
        meaning="share of those watched that their customers use, without which it is no lack of the extract",
    )  # fmt: skip


class QualityParameters(ConsentGapParameters):
    """When an account is poor; shared by the detectors that read the model `judged_openings`."""

    quality_days: int = param(
        60, unit="days", ge=30, le=180, measured=True, citation="our judgement: two months",
        meaning="days for which an account must have been watched before it is called unused, where its product states none",
    )  # fmt: skip
    quality_grace_days: int = param(
        5, unit="days", ge=0, le=60, measured=True, citation="our judgement: as in UA01",
        meaning="days after the opening by which a consent must be on record",
    )  # fmt: skip


def usual_quality(measured: Mapping[str, pd.DataFrame]) -> Rates:
    """How often accounts of each kind, branch and month are poor (the model `quality_cells`)."""
    cells = measured["quality_cells"]
    return rate_tests(rate_cells(cells, cells["poor"] == 1, STRATUM), "accounts are poor")


def design_effect(cells: pd.DataFrame) -> float:
    """How many times what chance allows the counts of one representative's months vary, 1 to 5.

    Accounts of one customer, or of one bad day, are poor together: so many of them say as much as one (Kish 1965).

    Args:
        cells: `RateResult.cells`. What a representative is like all the time is taken off first.
    """
    usual = cells["n"] * cells["p"]
    keyed = cells.assign(usual=usual, chance=usual * (1 - cells["p"]))
    months = keyed.groupby(["rep", "month"])[["y", "usual", "chance"]].sum()
    own = months.groupby(level="rep")[["y", "usual"]].transform("sum")
    level = (own["y"] + _HELD_BY) / (own["usual"] + _HELD_BY)
    by_chance = float((months["chance"] * level).sum())
    varied = float(((months["y"] - months["usual"] * level) ** 2).sum())
    return float(np.clip(varied / by_chance, 1.0, 5.0)) if by_chance > 0 else 1.0


def part_tests(
    usual: Rates, part: pd.DataFrame, what: str, *, sign: str = "poor", stratum: tuple[str, ...] = STRATUM
) -> pd.DataFrame:
    """Whether a part of each representative's accounts holds too many poor ones, with columns `TEST_COLUMNS`.

    Accounts that are poor together count for fewer: counts are divided by the design effect (Rao and Scott 1992).

    Args:
        usual: what colleagues' accounts of like kind, branch and month make expected.
        part: counted rows of the part: `rep_id`, the stratum, `branch_id`, `month`, `n` and the sign (1 or 0).
        what: names the part, as in "accounts of those days".
        sign: the column that is counted, such as `unused` instead of `poor`; `stratum`: as in `usual`.
    """
    if usual.result is None or part.empty:
        return base.frame(base.TEST_COLUMNS)
    n, chance = part["n"].to_numpy(dtype=float), peer_chance(usual, part, stratum)
    effect = design_effect(usual.result.cells)
    who, names = pd.factorize(part["rep_id"].astype(str), sort=True)
    poor = n * (part[sign] == 1).to_numpy(dtype=float)
    count, observed, expected = (np.bincount(who, x, minlength=len(names)) for x in (n, poor, n * chance))
    exact = poisson_binomial_tails(observed, who, n, chance).p_value()
    sigma = np.sqrt(usual.result.tau2)
    worth = (observed / effect, count / effect, expected / effect)
    spread = logit_normal_binomial_tails(*worth, sigma).p_value()
    return base.frame(
        base.TEST_COLUMNS,
        subject_id=np.asarray(names, dtype=object),
        p_value=np.maximum(exact, spread),
        observed=observed,
        expected=expected,
        n=count,
        reason=[
            f"{y:.0f} of {k:.0f} {what} are {sign}, {count_words(mean)} would be expected of colleagues' accounts"
            for y, k, mean in zip(observed, count, expected, strict=True)
        ],
    )


def with_quality(effort: pd.DataFrame, quality: pd.DataFrame, least_p: float) -> pd.DataFrame:
    """A result that may be plain diligence joined with how poor its accounts are; both with columns `TEST_COLUMNS`.

    The p-values are joined by Fisher's method (1932). That of the effort counts as no smaller than `least_p`, so that
    nobody is flagged for working hard; where nothing is known of his accounts it stands alone, and as small as that.
    """
    second = quality.set_index("subject_id").reindex(effort["subject_id"])
    first = np.maximum(effort["p_value"].to_numpy(dtype=float), least_p)
    both = np.column_stack([first, second["p_value"].to_numpy(dtype=float)])
    joined = np.where(np.isnan(first), np.nan, fisher_combination(both))
    told = second["reason"].astype(object).fillna("what became of the accounts is not known")
    reason = [f"{one}; {two}" for one, two in zip(effort["reason"], told, strict=True)]
    return effort.assign(p_value=joined, reason=reason)
