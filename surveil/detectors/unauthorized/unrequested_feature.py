"""
# UA10 Unrequested feature

## What it finds
Cards, enrolments and overdraft lines that staff added to accounts, that nobody ever used, and that have a second sign
of not having been asked for: no consent of their own {grace_days} days later, activated by staff within
{activation_minutes} minutes, or one of more than {earlier_features} of the same kind for one customer within
{series_days} days. And representatives to whom this happens more often than to colleagues.

## Why it matters
Features were sold by the hundred thousand without the customer knowing: they count for goals, hardly anybody notices
them, and each opens a door to the account.

## How it decides
Not being used alone is ordinary, so is a lost form; both on one feature are not. A feature is judged once the consents'
extract covers its grace period and the transactions its horizon (the product's own, else {feature_days} days). All that
one representative adds for one customer on one day is one sitting, so that one lost form counts once. Sittings are
compared with colleagues' sittings with the same features, opened with the account or later, through the same channel at
the same kind of branch, corrected for the branch and its month. Whoever files badly lacks papers of features that are
used, too: by as much as he does there, more is expected of him than of colleagues, and it has to be too much even so.

Features that are added to an older account are asked about once more, papers or not: does a larger share of his sittings
than of colleagues', and than the {later_rate} that is ordinary, add to older accounts what is never used, and is of what he
adds to them more never used than of like features in general? Serving customers who have their accounts is no fault, so
the p-value of the first counts as no smaller than {least_effort_p}. Both are joined by Fisher's method, and with the
sittings without papers (Cauchy). Up to a p-value of {later_listed_p} what was added is listed, papers or not.

## What it misses
Unrequested features with a consent on record that somebody uses once for show (see UA04), and features that the extract
does not list as rows of their own.

## Innocent explanations
- Cards given out and activated at the desk with the customer present, who then puts them into a drawer.
- A form that covers the account and its features, filed under the account only: does it happen to all colleagues?
- Cards replaced after a theft or a breach; cards for the staff of a business.
- Overdraft cover and bill pay that are meant for an emergency.

## What to check
- Does the customer know of the card or the enrolment? Which address or e-mail did it go to?
- Whose session activated it or set the PIN, and was there a queue ticket at that minute?
- Is there a disclosure and a confirmation for the overdraft line, in this order?

## References
CFPB consent order 2016-CFPB-0015 (Wells Fargo, 2016): debit cards, PINs and online banking that nobody asked for.
Overdrafts: Regulation E, 12 CFR 1005.17; CFPB consent orders on Santander Bank, 2016, and Atlantic Union Bank, 2023.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.rates import Rates, as_tests, peer_chance, rate_cells, rate_tests
from surveil.detectors.signs import strongest
from surveil.detectors.unauthorized.later_features import KIND, LaterParameters, later_tests
from surveil.detectors.unused.horizons import HorizonParameters
from surveil.statistics.mixture import adjust_for_habit
from surveil.statistics.rates import RateSettings, count_test

SITTING = ["rep_id", "customer_id", "opened_day"]
STRATUM = ("with_account", *KIND)
#: What is counted, as the sentence of an alert says it.
_WHAT = "sittings with an unused feature that nobody seems to have asked for"
_LEAST_CHANCE = 1e-9
#: Sittings with more features than this are compared with each other.
MANY_FEATURES = 4


class Parameters(HorizonParameters, LaterParameters):
    """The horizons, and what makes a second sign."""

    grace_days: int = param(
        5, unit="days", ge=0, le=60, citation="our judgement: as in UA01",
        meaning="days after the opening by which a consent must be on record",
    )  # fmt: skip
    activation_minutes: int = param(
        10, unit="minutes", ge=1, le=1440, measured=True, citation="our judgement: set in the same sitting",
        meaning="minutes after the opening within which an activation by staff counts as at once",
    )  # fmt: skip
    earlier_features: int = param(
        2, unit="features", ge=1, le=20, measured=True, citation="our judgement: three cards in a year are too many",
        meaning="features of one kind that a customer may get in a year before one more is too many",
    )  # fmt: skip
    series_days: int = param(
        365, unit="days", ge=30, le=1095, citation="our judgement: three cards in a year are too many",
        meaning="days within which features of one kind are counted together",
    )  # fmt: skip


class UnrequestedFeature(Detector):
    """Features that nobody used and nobody seems to have asked for."""

    id = "UA10"
    slug = "unrequested_feature"
    name = "Unrequested features"
    version = "20"
    family = Family.UNAUTHORIZED
    typology = "T04 T05 T18 T21"
    severity = Severity.HIGH
    needs = ("accounts.opened_by", "consents", "transactions")
    in_parts = True
    models = ("unrequested_features",)
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        rows = measured["unrequested_features"]
        horizon = parameters.horizons(rows).fillna(parameters.feature_days)
        covered = (rows["covered_days"] >= parameters.grace_days).fillna(False)
        mature = (rows["seen_days"] >= horizon).fillna(False)
        judged = _with_sitting(rows[covered & mature])
        signs = _signs(judged, parameters)
        unused, signed = judged["first_use_days"].isna(), signs.any(axis=1)
        sittings = _sittings(judged, unwanted=unused & signed, unused=unused, signed=signed)
        result = rate_tests(rate_cells(sittings, sittings["unwanted"], STRATUM), _WHAT)
        added = later_tests(sittings, parameters)
        adders = added["subject_id"][added["p_value"].astype(float) <= parameters.later_listed_p]
        later = (judged["with_account"] == 0) & judged["rep_id"].isin(adders)
        signs["added to an older account"] = later.fillna(False).astype(bool)
        listed = unused & signs.any(axis=1)
        found = judged[listed]
        told = found.assign(why=["; ".join(np.array(signs.columns)[row]) for row in signs[listed].to_numpy()])
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(found, "accounts", key="account_id", day="opened_day"),
            score=1 - peer_chance(result, found, STRATUM),
            detail=base.details(
                told,
                [
                    "product_code",
                    "channel",
                    "why",
                    "with_account",
                    "lag_days",
                    "activated_after_s",
                    "seen_days",
                ],
            ),
        )
        tests = strongest([_allowing_for_habit(result, sittings), added])
        return Decision(items, tests, len(sittings), _gaps(rows, covered, mature))


def _with_sitting(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with the kinds and the number of features in their sitting."""
    group = rows.groupby(SITTING)
    return rows.assign(
        first_product=group["product_code"].transform("min"),
        last_product=group["product_code"].transform("max"),
        features=group["account_id"].transform("size").clip(upper=MANY_FEATURES),
    )


def _sittings(rows: pd.DataFrame, **flags: pd.Series) -> pd.DataFrame:
    """One row per sitting, with `n` 1 and each flag 1 where it holds for any of the sitting's features."""
    kept = dict.fromkeys([*STRATUM, "branch_id", "month"], "first") | dict.fromkeys(flags, "max")
    marked = rows.assign(**{name: flag.astype("int64") for name, flag in flags.items()})
    return marked.groupby(SITTING, sort=True).agg(kept).reset_index().assign(n=1)


def _allowing_for_habit(judged: Rates, sittings: pd.DataFrame) -> pd.DataFrame:
    """The tests against colleagues or, where it is weaker, against what the representative's own filing makes expected.

    How often the features that are used carry a second sign tells how he files: a habit raises what is expected of him,
    but never lowers it, as who files well has no licence for it.
    """
    if judged.result is None:
        return judged.tests
    filed = rate_tests(rate_cells(sittings, sittings["signed"], STRATUM), _WHAT)
    usual = np.clip(peer_chance(filed, sittings, STRATUM), _LEAST_CHANCE, 1.0)
    who, _ = pd.factorize(sittings["rep_id"], sort=True)
    own = adjust_for_habit(usual, sittings["signed"], who, sittings["unused"] == 0)
    exposure = peer_chance(judged, sittings, STRATUM) * np.maximum(own / usual, 1.0)
    cells = (
        sittings.assign(
            rep=sittings["rep_id"].astype(str),
            stratum="",
            branch=sittings["branch_id"].fillna("").astype(str),
            n=np.maximum(exposure, _LEAST_CHANCE),
            y=sittings["unwanted"],
        )
        .groupby(["rep", "stratum", "branch", "month"], as_index=False)[["n", "y"]]
        .sum()
    )
    # The exposure is counted in expected sittings, and the comparison with colleagues was found possible before.
    own_reps = count_test(cells, settings=RateSettings(min_peer_items=1.0)).reps.set_index("rep")
    reps = judged.result.reps.set_index("rep")
    weaker = (own_reps["p_value"].reindex(reps.index) > reps["p_value"]).to_numpy()
    for column in ("p_value", "expected", "low", "high"):
        reps[column] = own_reps[column].reindex(reps.index).where(weaker, reps[column])
    return as_tests(reps.reset_index(), _WHAT)


def _signs(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Per row whether each second sign is there; the columns are named as they read."""
    late = rows["lag_days"].isna() | (rows["lag_days"] > parameters.grace_days)
    return pd.DataFrame(
        {
            "no consent of its own": late.fillna(True).astype(bool),
            "activated by staff at once": rows["activated_after_s"].notna(),
            "one of many of its kind": (rows["series_days"] < parameters.series_days)
            .fillna(False)
            .astype(bool),
        }
    )


def _gaps(rows: pd.DataFrame, covered: pd.Series, mature: pd.Series) -> tuple[Gap, ...]:
    no_cover = rows["covered_days"].isna() | rows["seen_days"].isna()
    found = (
        Gap(
            int(no_cover.sum()),
            "the consents' or the transactions' extract does not cover the day of the opening",
        ),
        Gap(
            int((~no_cover & ~(covered & mature)).sum()),
            "younger than the grace period or the horizon, or closed before it",
        ),
    )
    return tuple(gap for gap in found if gap.count)
