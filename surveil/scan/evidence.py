"""All that detectors say of a representative, or of a branch, joined: points of evidence, one p, one q, one rank."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveil.alerts.model import SubjectType
from surveil.detectors.base import Decision, Detector
from surveil.statistics.combine import benjamini_hochberg, cauchy_combination

#: Evidence at which a score is one half; beyond it a score rises ever more slowly and never reaches 1.
HALF_SCORE_POINTS = 3.0

#: A rule flags by itself, so one breach weighs what a test must show to flag by itself among some two hundred people
#: and forty tests: a p-value of 0.0003. Were it less, whoever is flagged would stand below others who are not.
FIRST_BREACH_POINTS = 3.5


@dataclass(frozen=True)
class Judged:
    """A detector that ran, with what it decided."""

    detector: Detector
    decision: Decision


def points(p_value: pd.Series, weight: float = 1.0) -> pd.Series:
    """Evidence of a test: -log10(p), 0 where it was not made.

    A test that stands for several (`Detector.weight`) says as much as the best of so many: p divided by the weight
    where it is small, and no more than any other test where it is one.
    """
    p = p_value.astype(float).clip(lower=1e-300)
    return (np.log10(weight * (1 - p) + p) - np.log10(p)).where(p_value.notna(), 0.0)


def rule_points(items: pd.Series) -> pd.Series:
    """Evidence of a rule's items, on the same scale: the first is worth `FIRST_BREACH_POINTS`, ten are worth two more."""
    return (FIRST_BREACH_POINTS + 2 * np.log10(items.clip(lower=1))).where(items > 0, 0.0)


def score(evidence: float, subject_id: str) -> float:
    """Evidence as a number in 0..1, strictly ordered.

    Two subjects with the very same evidence are kept apart by a hash of their ids, far below what evidence can
    differ by: an arbitrary order, but always the same one.
    """
    tie = int.from_bytes(hashlib.sha256(subject_id.encode()).digest()[:4], "big") / 2**32
    total = max(evidence, 0.0) + 1e-6 * tie
    return float(total / (total + HALF_SCORE_POINTS))


def p_values_of(judged: Mapping[str, Judged], kind: SubjectType) -> pd.DataFrame:
    """p-values of subjects of one kind: one row per subject, one column per detector that tests such."""
    columns = {
        name: j.decision.tests.set_index("subject_id")["p_value"].astype(float)
        for name, j in judged.items()
        if j.detector.subject is kind and len(j.decision.tests)
    }
    return pd.DataFrame(columns).sort_index()


def rule_items_of(judged: Mapping[str, Judged], kind: SubjectType) -> pd.DataFrame:
    """Number of rule items of subjects of one kind: one row per subject, one column per detector that is a rule."""
    columns = {
        name: j.decision.items.groupby("subject_id").size()
        for name, j in judged.items()
        if j.detector.rule and j.detector.subject is kind and len(j.decision.items)
    }
    return pd.DataFrame(columns).fillna(0).sort_index()


def joined(
    subjects: pd.Index, tests: pd.DataFrame, rules: pd.DataFrame, weights: Mapping[str, float]
) -> pd.DataFrame:
    """One row per subject of a kind, such as all reps: `p_value` (Cauchy combination of a subject's tests), `q_value`
    (Benjamini-Hochberg across the subjects) and `evidence`, the sum of the two strongest pieces: two independent
    signs say more than one, ten weak ones do not. `weights`: detector -> how many tests its own stands for, if not one.
    """
    tests = tests.reindex(subjects)
    weight = [weights.get(name, 1.0) for name in tests]
    p = (
        cauchy_combination(tests.to_numpy(dtype=float), np.tile(weight, (len(subjects), 1)))
        if tests.shape[1]
        else np.full(len(subjects), np.nan)
    )
    by_test = tests.apply(lambda values: points(values, weights.get(str(values.name), 1.0)))
    by_rule = rules.reindex(subjects).fillna(0).apply(rule_points)
    # A rule with a test beside it is one sign, not two.
    signs = pd.concat([by_test, by_rule]).groupby(level=0).max() if by_rule.shape[1] else by_test
    strongest = np.sort(np.nan_to_num(signs.reindex(subjects).to_numpy(dtype=float)), axis=1)[:, ::-1][:, :2]
    evidence = strongest.sum(axis=1) if strongest.shape[1] else np.zeros(len(subjects))
    return pd.DataFrame(
        {"p_value": p, "q_value": benjamini_hochberg(p), "evidence": evidence}, index=subjects
    )
