"""The rankings of all active representatives and branches that a run promises, with what drives each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from surveil.alerts.model import AlertDraft, Severity, SubjectType
from surveil.scan.evidence import Judged, points, score

REP_RANK_COLUMNS = (
    "rank", "rep_id", "score", "p_value", "q_value", "alerts", "families", "drivers", "flagged",
)  # fmt: skip

BRANCH_RANK_COLUMNS = tuple("branch_id" if name == "rep_id" else name for name in REP_RANK_COLUMNS)

#: How many drivers a row of the ranking names, and the p-value from which a test is worth naming.
SHOWN_DRIVERS = 3
NAMED_FROM_P = 0.05

#: What the sum at the end of a row's drivers begins with.
_SUM = "evidence "

#: Below these a driver says "fewer than" and "<": more digits would claim a precision that nobody has.
_LEAST_EXPECTED, _LEAST_P = 0.1, 1e-15


def rank_reps(
    joined: pd.DataFrame,
    alerts: Sequence[AlertDraft],
    judged: Mapping[str, Judged],
    rules: pd.DataFrame,
    fdr: float,
) -> pd.DataFrame:
    """Representatives, the most remarkable first; columns `REP_RANK_COLUMNS`.

    A representative is flagged when his q is at most `fdr` or a rule raised an alert of medium severity at least.
    """
    ranked = _ranked(SubjectType.REP, joined, alerts, judged, rules, fdr)
    return ranked.rename(columns={"subject_id": "rep_id"})[list(REP_RANK_COLUMNS)]


def rank_branches(
    joined: pd.DataFrame,
    alerts: Sequence[AlertDraft],
    judged: Mapping[str, Judged],
    rules: pd.DataFrame,
    fdr: float,
) -> pd.DataFrame:
    """Branches, by what is said of each as a whole, not of its representatives; columns `BRANCH_RANK_COLUMNS`."""
    ranked = _ranked(SubjectType.BRANCH, joined, alerts, judged, rules, fdr)
    return ranked.rename(columns={"subject_id": "branch_id"})[list(BRANCH_RANK_COLUMNS)]


def _ranked(
    kind: SubjectType,
    joined: pd.DataFrame,
    alerts: Sequence[AlertDraft],
    judged: Mapping[str, Judged],
    rules: pd.DataFrame,
    fdr: float,
) -> pd.DataFrame:
    of: dict[str, list[AlertDraft]] = {}
    for alert in alerts:
        if alert.subject_type is kind:
            of.setdefault(alert.subject_id, []).append(alert)
    ruled = {
        subject
        for subject, mine in of.items()
        if any(judged[a.detector].detector.rule and a.severity.rank >= Severity.MEDIUM.rank for a in mine)
    }
    frame = joined.rename_axis("subject_id").reset_index()
    who = frame["subject_id"]
    frame["score"] = [score(e, subject) for e, subject in zip(frame["evidence"], who, strict=True)]
    frame["alerts"] = [len(of.get(subject, [])) for subject in who]
    frame["families"] = [";".join(sorted({a.family for a in of.get(subject, [])})) for subject in who]
    frame["drivers"] = [
        f"{drivers}; {_arithmetic(*row)}" if drivers else ""
        for drivers, *row in zip(
            _drivers(who, kind, judged, rules),
            *(frame[name] for name in ("sum", "evidence", "score", "tests", "p_value")),
            strict=True,
        )
    ]
    frame["flagged"] = (frame["q_value"] <= fdr).fillna(False) | who.isin(ruled)
    frame = frame.sort_values(["score", "subject_id"], ascending=[False, True], ignore_index=True)
    frame["rank"] = range(1, len(frame) + 1)
    return frame


def signs_and_sum(drivers: str) -> tuple[tuple[str, ...], str]:
    """A row's `drivers` one by one, and how the strongest of them add up to its score; empty where the row has none."""
    signs = tuple(part for part in drivers.split("; ") if part)
    if not signs or not signs[-1].startswith(_SUM):
        return signs, ""
    return signs[:-1], signs[-1].removeprefix(_SUM)


def _arithmetic(sum_: str, evidence: float, score_: float, tests: int, p: float) -> str:
    """How the score and the p-value of a subject come about, so that they can be worked out again."""
    points_ = f"{_SUM}{sum_} = {evidence:.2f} points, score {score_:.2f}"
    return points_ if pd.isna(p) else f"{points_}, {tests} tests joined {_p_words(p)}"


def _drivers(
    subjects: pd.Series, kind: SubjectType, judged: Mapping[str, Judged], rules: pd.DataFrame
) -> list[str]:
    """Per subject the strongest signs, such as `UA01 12 of 40 (expected 2.1, p=0.0001)`, `;` between them."""
    told: dict[str, list[tuple[float, str]]] = {}
    for name, j in judged.items():
        if j.detector.subject is not kind:
            continue
        tests = j.decision.tests[j.decision.tests["p_value"] <= NAMED_FROM_P]
        strength = points(tests["p_value"])
        for subject, observed, n, expected, p, points_ in zip(
            tests["subject_id"],
            tests["observed"],
            tests["n"],
            tests["expected"],
            tests["p_value"],
            strength,
            strict=True,
        ):
            text = f"{name} {observed:.0f} of {n:.0f} ({_expected_words(expected)}{_p_words(p)})"
            told.setdefault(str(subject), []).append((-points_, text))
    for name in rules.columns:
        for subject, count in rules[name][rules[name] > 0].items():
            told.setdefault(str(subject), []).append((0.0, f"{name} {count:.0f} listed"))
    return ["; ".join(text for _, text in sorted(told.get(who, []))[:SHOWN_DRIVERS]) for who in subjects]


def _expected_words(expected: float) -> str:
    """An expected number in a driver; what is next to none is not written as none."""
    if pd.isna(expected):
        return ""
    few = expected < _LEAST_EXPECTED
    return f"expected fewer than {_LEAST_EXPECTED}, " if few else f"expected {expected:.1f}, "


def _p_words(p: float) -> str:
    return f"p<{_LEAST_P:.0e}" if p < _LEAST_P else f"p={p:.2g}"
