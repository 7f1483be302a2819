"""What a firm would do instead of surveil, each built as fairly as we know how; all see the same features.

The volume of openings is no feature: with it, every one of these flags the best sellers first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from bench.accuracy.features import Features

Q = 0.10
Z_LIMIT = 3.0
RED_FLAG_QUANTILE = 0.95
RED_FLAGS = 3
CONTAMINATION = 0.10
NEIGHBOURS = 10
CLIP = (-4.0, 12.0)
WINSORISED = 0.10


def raw_z(features: Features) -> pd.DataFrame:
    """The largest z of the plain rates; flagged above 3."""
    score = features.raw_z.max(axis=1)
    return _ranking(score, score > Z_LIMIT)


def red_flags(features: Features) -> pd.DataFrame:
    """How many rates lie among the worst 5 % of reps, then how bad they are on the whole; flagged from 3 on."""
    place = features.raw.rank(pct=True)
    count = (place > RED_FLAG_QUANTILE).sum(axis=1)
    return _ranking(count + place.fillna(0.5).mean(axis=1), count >= RED_FLAGS)


def isolation_forest(features: Features) -> pd.DataFrame:
    """PyOD's IForest on the standardised plain rates, its usual share flagged."""
    from pyod.models.iforest import IForest

    return _outliers(IForest(n_estimators=300, random_state=0), features.raw_z)


def knn_raw(features: Features) -> pd.DataFrame:
    """PyOD's KNN on the standardised plain rates."""
    from pyod.models.knn import KNN

    return _outliers(KNN(n_neighbors=NEIGHBOURS, method="mean"), features.raw_z)


def knn_adjusted(features: Features) -> pd.DataFrame:
    """PyOD's KNN on one-sided z after case mix: the strong unsupervised rival."""
    from pyod.models.knn import KNN

    return _outliers(KNN(n_neighbors=NEIGHBOURS, method="mean"), features.z.clip(lower=0.0, upper=CLIP[1]))


def funnel(features: Features) -> pd.DataFrame:
    """A funnel a metric with additive overdispersion, then Benjamini–Hochberg over all reps and metrics.

    Spiegelhalter 2005 (Statistics in Medicine 24:1185), the 10 % at either end winsorised.
    """
    p = pd.DataFrame({metric: _funnel_p(features, metric) for metric in features.z.columns}).fillna(1.0)
    adjusted = stats.false_discovery_control(p.to_numpy().ravel()).reshape(p.shape).min(axis=1)
    return _ranking(-p.min(axis=1), pd.Series(adjusted <= Q, p.index), p.min(axis=1), adjusted)


def _funnel_p(features: Features, metric: str) -> pd.Series:
    observed, expected, variance = (
        table[metric] for table in (features.observed, features.expected, features.variance)
    )
    ok = (expected > 0) & (variance > 0)
    observed, expected, variance = observed[ok], expected[ok], variance[ok]
    z = (observed - expected) / np.sqrt(variance)
    n = len(z)
    if n < 3:
        return pd.Series(dtype=float)
    low, high = z.quantile([WINSORISED, 1 - WINSORISED])
    phi = float((z.clip(low, high) ** 2).mean())
    w = expected**2 / variance
    tau2 = max(0.0, (n * phi - (n - 1)) / float(w.sum() - (w**2).sum() / w.sum()))
    spread = stats.norm.sf((observed - expected) / np.sqrt(variance + tau2 * expected**2))
    # With few items the normal tail is far too small: never below the exact one of a Poisson count.
    return pd.Series(np.maximum(spread, stats.poisson.sf(observed - 1, expected)), z.index)


def _outliers(model: object, table: pd.DataFrame) -> pd.DataFrame:
    """Scores of a PyOD model; constant columns are left out, as they break some models and help none."""
    varying = table.loc[:, table.std() > 0].clip(*CLIP)
    score = pd.Series(model.fit(varying.to_numpy()).decision_scores_, table.index)  # type: ignore[attr-defined]
    return _ranking(score, score > score.quantile(1 - CONTAMINATION))


def _ranking(
    score: pd.Series, flagged: pd.Series, p_value: object = np.nan, q_value: object = np.nan
) -> pd.DataFrame:
    """In the shape of `surveil rank reps`; equal scores share a rank."""
    table = pd.DataFrame(
        {
            "rank": score.rank(ascending=False, method="min"),
            "rep_id": score.index.to_numpy(),
            "score": score,
            "p_value": p_value,
            "q_value": q_value,
            "flagged": flagged,
        }
    )
    return table.reset_index(drop=True).sort_values(["rank", "rep_id"], ignore_index=True)


BASELINES: dict[str, Callable[[Features], pd.DataFrame]] = {
    "raw z > 3": raw_z,
    "count of red flags": red_flags,
    "IForest, raw rates": isolation_forest,
    "KNN, raw rates": knn_raw,
    "KNN, case mix": knn_adjusted,
    "funnels + BH": funnel,
}
