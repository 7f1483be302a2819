"""How long an account may lie unused before that says something, and which accounts can't be judged by it."""

from __future__ import annotations

import pandas as pd

from surveil.detectors import base
from surveil.detectors.base import Gap, param
from surveil.detectors.events import EventParameters


class HorizonParameters(base.Parameters):
    """Parameters that the detectors of unused accounts share."""

    opening_deposit_days: int = param(
        12, unit="days", ge=0, le=60, measured=True, citation="feeds: meaning of use",
        meaning="money put in within so many days of the opening is the opening deposit, not use",
    )  # fmt: skip
    token_cents: int = param(
        500, unit="cents", ge=0, le=10_000, measured=True, citation="our judgement: coins and small notes",
        meaning="a deposit up to this amount is a token, not use",
    )  # fmt: skip
    deposit_days: int = param(
        90, unit="days", ge=30, le=730, citation="our judgement: three months",
        meaning="horizon of a deposit account whose product states none",
    )  # fmt: skip
    card_days: int = param(
        90, unit="days", ge=30, le=730, citation="our judgement: three months",
        meaning="horizon of a card whose product states none",
    )  # fmt: skip
    credit_line_days: int = param(
        180, unit="days", ge=30, le=730, citation="our judgement: credit lines are often kept for an emergency",
        meaning="horizon of a credit line whose product states none",
    )  # fmt: skip
    feature_days: int = param(
        60, unit="days", ge=30, le=730, citation="our judgement: two months",
        meaning="horizon of a feature whose product states none",
    )  # fmt: skip

    def horizons(self, rows: pd.DataFrame) -> pd.Series:
        """Days after which an unused account counts, per row; missing where its kind has no such notion."""
        of_family = {
            "deposit": self.deposit_days,
            "card": self.card_days,
            "credit_line": self.credit_line_days,
            "feature": self.feature_days,
        }
        defaults = rows["family"].map(of_family).astype("Int64")
        return rows["unused_after_days"].astype("Int64").fillna(defaults)


class UseParameters(EventParameters, HorizonParameters):
    """Parameters of the model `use_cells`."""


def gaps(cells: pd.DataFrame, parameters: HorizonParameters) -> tuple[Gap, ...]:
    """What of `use_cells` can't be judged, and why."""
    horizon = parameters.horizons(cells)
    unseen = cells["seen_days"].isna()
    found = (
        Gap(int(cells["n"][unseen].sum()), "the transactions' extract does not cover the day of the opening"),
        Gap(
            int(cells["n"][~unseen & horizon.isna()].sum()),
            "kinds of product for which not being used means nothing",
        ),
        Gap(
            int(cells["n"][(cells["seen_days"] < horizon).fillna(False)].sum()),
            "younger than the product's horizon, closed before it or nobody knows when, or with a transaction before it of "
            "which the kind or the amount is not known",
        ),
    )
    return tuple(gap for gap in found if gap.count)
