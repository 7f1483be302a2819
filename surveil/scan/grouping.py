"""From findings and tests to alerts: one a detector and subject, graded without cliffs, explained in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from surveil.alerts.model import AlertDraft, Driver, Peers, Severity, SubjectType
from surveil.detectors.base import Detector
from surveil.engine import days
from surveil.scan.evidence import Judged, asked_of, points, rule_points, score
from surveil.statistics.combine import benjamini_hochberg

#: Points of evidence from which an alert is called by each word; the score itself has no steps.
SEVERITY_POINTS = {Severity.CRITICAL: 8.0, Severity.HIGH: 4.0, Severity.MEDIUM: 2.0, Severity.LOW: 0.0}


@dataclass(frozen=True)
class Subjects:
    """What grouping needs to know: the `joined` evidence on all subjects of each kind, `branch` by rep, the run's window."""

    joined: Mapping[SubjectType, pd.DataFrame]
    branch: Mapping[str, str]
    from_day: int
    as_of_day: int


def drafts(judged: Mapping[str, Judged], subjects: Subjects, fdr: float) -> list[AlertDraft]:
    """The alerts of a run: a rule's items always; a test where its subject's q is at most `fdr` and the test is one of
    those that made it so (Benjamini-Hochberg among the subject's tests).
    """
    drivers = driving_tests(judged, subjects.joined, fdr)
    found: list[AlertDraft] = []
    for name, j in judged.items():
        flagged = drivers.get(name, set())
        if not (flagged or (j.detector.rule and j.decision.found)):
            continue
        items = j.items_with("subject_id", "day")
        listed = set(items["subject_id"]) if j.detector.rule else set()
        alerted = sorted(flagged | listed)
        found += [
            _draft(j.detector, subject, said, subjects)
            for subject, said in _said(j.detector, j.decision.tests, items, alerted).items()
        ]
    return sorted(found, key=lambda d: (-d.score, d.fingerprint))


def driving_tests(
    judged: Mapping[str, Judged], joined: Mapping[SubjectType, pd.DataFrame], fdr: float
) -> dict[str, set[str]]:
    """Detector -> the flagged subjects whose flag it drives. A branch and a rep of the same name are two subjects."""
    flagged = {
        (kind, subject)
        for kind, frame in joined.items()
        for subject in frame.index[(frame["q_value"] <= fdr).fillna(False)]
    }
    rows = [
        (j.detector.subject, subject, name, p)
        for name, j in judged.items()
        for subject, p in zip(j.decision.tests["subject_id"], j.decision.tests["p_value"], strict=True)
        if (j.detector.subject, subject) in flagged and pd.notna(p)
    ]
    drivers: dict[str, set[str]] = {}
    tests = pd.DataFrame(rows, columns=["kind", "subject", "detector", "p"])
    for (_, subject), group in tests.groupby(["kind", "subject"]):
        adjusted = benjamini_hochberg(group["p"].to_numpy(dtype=float))
        best = group["p"].min()
        for name, p, q in zip(group["detector"], group["p"], adjusted, strict=True):
            if q <= fdr or p == best:
                drivers.setdefault(name, set()).add(str(subject))
    return drivers


def severity_of(evidence: float) -> Severity:
    """The word for an amount of evidence."""
    return next(word for word, least in SEVERITY_POINTS.items() if evidence >= least)


@dataclass(frozen=True)
class _Said:
    """What a detector says of a subject: its test (what is not known left out), its items, and the points of each."""

    test: Mapping[str, Any]
    items: int
    first: Any
    last: Any
    by_test: float
    by_rule: float


def _said(
    detector: Detector, made: pd.DataFrame, items: pd.DataFrame, subjects: list[str]
) -> dict[str, _Said]:
    tests = _tests_of(made, subjects)
    strength = points(pd.Series([tests.get(s, {}).get("p_value") for s in subjects], dtype=float))
    day = pd.to_numeric(items["day"]).astype("Int64")
    listed = day.groupby(items["subject_id"].astype(object)).agg(["size", "min", "max"]).reindex(subjects)
    counts = listed["size"].fillna(0).astype("int64")
    breaches = rule_points(counts, asked_of(made, counts.index)) if detector.rule else counts * 0.0
    rows = zip(subjects, counts, listed["min"], listed["max"], strength, breaches, strict=True)
    return {
        subject: _Said(tests.get(subject, {}), int(count), first, last, float(by_test), float(by_rule))
        for subject, count, first, last, by_test, by_rule in rows
    }


def _tests_of(tests: pd.DataFrame, subjects: list[str]) -> dict[str, dict[str, Any]]:
    """The test of each of these subjects as plain values, those not known left out."""
    theirs = tests[tests["subject_id"].isin(subjects)].drop_duplicates("subject_id")
    return {
        row["subject_id"]: {k: v.item() if hasattr(v, "item") else v for k, v in row.items() if pd.notna(v)}
        for row in theirs.to_dict("records")
    }


def _draft(detector: Detector, subject: str, said: _Said, subjects: Subjects) -> AlertDraft:
    test, items = said.test, said.items
    evidence = max(said.by_test, said.by_rule)
    first, last = (said.first, said.last) if items else (subjects.from_day, subjects.as_of_day)
    expected = test.get("expected")
    interval = (float(test["low"]), float(test["high"])) if {"low", "high"} <= test.keys() else None
    return AlertDraft(
        detector=detector.id,
        version=detector.version,
        family=detector.family,
        typology=detector.typology,
        severity=severity_of(evidence),
        score=score(evidence, subject),
        subject_type=detector.subject,
        subject_id=subject,
        reason=_sentence(detector, test, items),
        item_count=items,
        rep_id=subject if detector.subject is SubjectType.REP else None,
        branch_id=_branch(detector, subject, subjects),
        period_start=days.iso(first),
        period_end=days.iso(last),
        observed=test.get("observed", float(items)),
        expected=expected,
        interval=interval,
        p_value=test.get("p_value"),
        q_value=_q(subjects.joined[detector.subject], subject) if test.get("p_value") is not None else None,
        drivers=_drivers(detector, said),
        peers=_peers(detector, test),
        explanations=(*((test["explanation"],) if "explanation" in test else ()), *_innocent(detector)),
    )


def _branch(detector: Detector, subject: str, subjects: Subjects) -> str | None:
    """Where the subject is; None for one that is nowhere in particular, such as the whole firm."""
    if detector.subject is SubjectType.BRANCH:
        return subject if subject in set(subjects.branch.values()) else None
    return subjects.branch.get(subject) or None


def _sentence(detector: Detector, test: Mapping[str, Any], items: int) -> str:
    if test.get("reason"):
        return f"{detector.name}: {test['reason']}."
    noun = "item" if items == 1 else "items"
    return f"{detector.name}: {items} {noun}."


def _q(joined: pd.DataFrame, subject: str) -> float | None:
    value = joined["q_value"].get(subject)
    return None if value is None or pd.isna(value) else float(value)


def _drivers(detector: Detector, said: _Said) -> tuple[Driver, ...]:
    test, items = said.test, said.items
    found = []
    if test.get("p_value") is not None:
        found.append(Driver("rate against peers", said.by_test, str(test.get("reason", ""))))
    if detector.rule and items:
        found.append(Driver("breaches of a rule", said.by_rule, f"{items} listed one by one"))
    return tuple(found)


def _peers(detector: Detector, test: Mapping[str, Any]) -> Peers | None:
    if "peers" not in test:
        return None
    rate = test.get("peer_rate")
    who = "other branches" if detector.subject is SubjectType.BRANCH else "colleagues"
    described = f"{who} with the same products, channels and kind of branch"
    return Peers(
        int(test["peers"]), int(test["peer_items"]), None if rate is None else float(rate), described
    )


@cache
def _innocent(detector: Detector) -> tuple[str, ...]:
    """The innocent explanations of the manual page, one each."""
    page = detector.manual()
    section = page.partition("## Innocent explanations")[2].partition("\n## ")[0]
    return tuple(" ".join(point.split()) for point in section.split("\n- ")[1:])
