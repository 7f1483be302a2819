"""What sets a representative or a branch apart: how far its openings' traits lie above the usual, each and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from surveil.detectors import base
from surveil.detectors.base import Decision, Gap, one_a_reason, param
from surveil.detectors.quality import QualityParameters
from surveil.detectors.rates import STRATUM, AccountCells
from surveil.statistics.rates import remarkable_scores

#: Trait -> how it reads, and the column that counts the openings in which it could be seen.
TRAITS = {
    "poor": ("poor accounts", "judged"),
    "unused": ("unused accounts", "judged"),
    "no_consent": ("openings without consent in time", "consents_known"),
    "not_met": ("customers not met", "contacts_known"),
    "period_end": ("openings at the end of goal periods", "n"),
    "odd_hour": ("openings early or late in the day", "n"),
    "closed_early": ("accounts closed within three months", "n"),
    "other_credit": ("openings credited to somebody else", "n"),
    "known_customer": ("openings for customers known before", "n"),
    "no_contact": ("accounts without telephone or e-mail", "n"),
    "no_application": ("openings without the date of an application", "n"),
    "recorded_late": ("openings recorded days later", "n"),
    "together": ("three or more products together", "n"),
}
#: A trait counts for no more than this, or one would outweigh all others.
_FARTHEST = 12.0
#: Of the ordinary subjects that are made up: always the same.
_SEED = 20_160_908
_TOLD = 3


class OutlierParameters(QualityParameters):
    """Parameters of the rankings by outliers."""

    neighbours: int = param(
        10, unit="subjects", ge=3, le=50, citation="our judgement: as many as are alike in a small firm",
        meaning="how many of the most similar ordinary subjects one is compared with",
    )  # fmt: skip
    reference_size: int = param(
        500, unit="made-up subjects", ge=100, le=10_000,
        citation="our judgement: as many as make every ordinary mixture of traits appear",
        meaning="ordinary subjects, made up once and for all, that everybody is compared with",
    )  # fmt: skip
    least_subjects: int = param(
        20, unit="subjects", ge=10, le=1000, citation="our judgement: fewer have no neighbourhood",
        meaning="subjects below which nothing is ranked",
    )  # fmt: skip
    listed: int = param(
        20, unit="subjects", ge=1, le=1000, citation="our judgement: a list to look at, which proves nothing",
        meaning="subjects listed at most, the most unusual first",
    )  # fmt: skip
    least_z: float = param(
        2.0, unit="standard deviations", ge=0, le=12,
        citation="our judgement: nobody is listed for nothing one could name",
        meaning="a subject is listed only with a trait at least so far above the usual",
    )  # fmt: skip


@dataclass(frozen=True)
class Unusual:
    """`ranking`: `subject`, `score` (0 to 1, from its distance alone) and `detail`, the most unusual first."""

    ranking: pd.DataFrame
    subjects: int
    gaps: tuple[Gap, ...]


def unusual(cells: pd.DataFrame, subject: str, parameters: OutlierParameters) -> Unusual:
    """Rank the values of a column of the model `opening_traits` or `branch_traits` by how
    unlike the others their openings are.

    Each trait is a one-sided normal score against like openings of others, so that only more than usual sets apart.
    """
    features = _features(cells[cells[subject].fillna("") != ""], subject)
    if len(features) < parameters.least_subjects:
        return Unusual(_nothing(), 0, (Gap(len(features), "too few to be compared with each other"),))
    if find_spec("pyod") is None:
        return Unusual(_nothing(), 0, (Gap(len(features), "the optional library PyOD is not installed"),))
    distance = distances(features, parameters)
    remarkable = features.max(axis=1)
    order = distance.sort_values(ascending=False, kind="stable")
    told = order[remarkable[order.index] >= parameters.least_z].head(parameters.listed)
    ranking = pd.DataFrame({"subject": told.index, "score": (told / (1 + told)).to_numpy()})
    ranking["detail"] = [_told(features.loc[name], distance_) for name, distance_ in told.items()]
    return Unusual(ranking, len(features), ())


def distances(features: pd.DataFrame, parameters: OutlierParameters) -> pd.Series:
    """How far each subject's traits lie from those of its nearest neighbours among ordinary ones (PyOD's KNN).

    The ordinary ones are the same in every run: chance alone, one normal score a trait and nothing below the usual. So who
    else is in the file changes nobody's distance, and a trait that is the same for all, or was not tested, is no harm.

    Args:
        features: subjects by traits, normal scores; 0 where not above the usual or not tested.
    """
    from pyod.models.knn import KNN

    traits = list(TRAITS)
    chance = np.random.default_rng(_SEED).standard_normal((parameters.reference_size, len(traits)))
    model = KNN(n_neighbors=parameters.neighbours, method="mean").fit(np.maximum(chance, 0.0))
    placed = features.reindex(columns=traits).fillna(0.0).clip(0.0, _FARTHEST)
    return pd.Series(model.decision_function(placed.to_numpy(dtype=float)), index=features.index)


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"subject": [], "score": [], "detail": []})


def _features(cells: pd.DataFrame, subject: str) -> pd.DataFrame:
    """Subjects by traits: z-scores against the like, 0 where not above them or not tested."""
    # A branch is not corrected by its own month: it would explain itself away.
    own = cells.assign(subject=cells[subject], branch_id=cells["branch_id"] if subject == "rep_id" else "")
    among, scores = AccountCells(own, STRATUM, rep="subject"), {}
    for trait, (_, counted) in TRAITS.items():
        seen = own[counted].astype("int64")
        counts = among.counted(seen, own[trait].astype("int64").where(seen > 0, 0))
        if not counts.empty:
            # From the p-value, not from the variance: three of an event of which 0.1 is expected are not thirty deviations.
            found = remarkable_scores(counts).clip(upper=_FARTHEST)
            scores[trait] = found.set_axis(among.reps.take(found.index).astype(str))
    return pd.DataFrame(scores).fillna(0.0).sort_index()


def _told(traits: pd.Series, distance: float) -> dict[str, Any]:
    """What sets one apart, in words."""
    first = traits[traits > 0].sort_values(ascending=False, kind="stable").head(_TOLD)
    told = "; ".join(f"{TRAITS[str(trait)][0]} (z {z:.1f})" for trait, z in first.items())
    return {"distance": round(distance, 3), "traits": told}


def items(found: Unusual, feed: str) -> pd.DataFrame:
    """The ranking as items on the subjects' own rows."""
    ranking = found.ranking
    return base.frame(
        base.ITEM_COLUMNS,
        feed=feed,
        key=ranking["subject"],
        subject_id=ranking["subject"],
        rep_id=ranking["subject"] if feed == "reps" else None,
        branch_id=ranking["subject"] if feed == "branches" else None,
        score=ranking["score"],
        detail=ranking["detail"],
    )


def most_unusual(decisions: Sequence[Decision], parameters: OutlierParameters) -> Decision:
    """The most unusual of all parts of a firm by their distances, which are measured alike in each."""
    found = pd.concat([decision.items for decision in decisions], ignore_index=True)
    distance = pd.Series([detail["distance"] for detail in found["detail"]], dtype=float)
    first = distance.sort_values(ascending=False, kind="stable").index[: parameters.listed]
    return Decision(
        found.loc[first].reset_index(drop=True),
        examined=sum(decision.examined for decision in decisions),
        gaps=one_a_reason(gap for decision in decisions for gap in decision.gaps),
    )
