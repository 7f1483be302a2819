"""Whether somebody adds to older accounts what nobody uses: the second question of UA10, asked with papers or without."""

from __future__ import annotations

import pandas as pd

from surveil.detectors import base
from surveil.detectors.base import param
from surveil.detectors.quality import part_tests, with_quality
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells, rate_tests

PLACE = ("channel", "branch_kind")
#: Sittings with the same features.
KIND = ("first_product", "last_product", "features", *PLACE)


class LaterParameters(base.Parameters):
    """What is ordinary of features that are added to older accounts."""

    later_rate: float = param(
        0.05, unit="share of sittings", ge=0.001, le=0.5,
        citation="our judgement: a lost card's successor, a customer who comes back for online banking",
        meaning="share of sittings with features that add to an older account what is not used then, in ordinary work",
    )  # fmt: skip
    later_differ: float = param(
        0.8, unit="coefficient of variation", ge=0.0, le=3.0,
        citation="our judgement: who serves existing customers does so all day",
        meaning="how much representatives' own such shares differ",
    )  # fmt: skip
    later_listed_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=0.2, citation="our judgement: whom an alert may name",
        meaning="p-value up to which what somebody added to older accounts is listed, papers or not",
    )  # fmt: skip
    least_effort_p: float = param(
        0.01, unit="p-value", ge=0.0001, le=1, citation="as in QB04: much work alone must not flag anybody",
        meaning="the p-value of many sittings for older accounts counts as no smaller than this",
    )  # fmt: skip


def later_tests(sittings: pd.DataFrame, parameters: LaterParameters) -> pd.DataFrame:
    """How many sittings only add to older accounts what nobody uses, joined with how much of what they add is not used.

    Args:
        sittings: one row per opener, customer and day with features: `KIND`, branch_id, month, `with_account` (1: opened
            with their account), `unused` (1: one of them at least), n.

    Returns:
        `TEST_COLUMNS` of whoever has such sittings.
    """
    later = sittings["with_account"] == 0
    how_many = rare_tests(
        rate_cells(sittings, later & (sittings["unused"] == 1), PLACE),
        "sittings added to an older account what nobody has used",
        parameters.later_rate,
        parameters.later_differ,
    ).query("observed > 0")
    usual = rate_tests(rate_cells(sittings, sittings["unused"], KIND), "sittings have an unused feature")
    how_idle = part_tests(usual, sittings[later], "sittings for older accounts", sign="unused", stratum=KIND)
    return with_quality(how_many, how_idle, parameters.least_effort_p)
