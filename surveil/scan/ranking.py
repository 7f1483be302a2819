"""The ranking of representatives that a run promises: everyone with activity, one row each, with what drives him."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from surveil.alerts.model import AlertDraft, Severity, SubjectType
from surveil.engine import days
from surveil.scan.evidence import Judged, points, score

REP_RANK_COLUMNS = (
    "rank", "rep_id", "score", "p_value", "q_value", "alerts", "families", "drivers", "flagged",
)  # fmt: skip

ACCOUNT_RANK_COLUMNS = ("rank", "account_id", "score", "rep_id", "customer_id", "opened_at", "reasons")

#: How many drivers a row of the ranking names, and the p-value from which a test is worth naming.
SHOWN_DRIVERS = 3
NAMED_FROM_P = 0.05


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
    by_rep: dict[str, list[AlertDraft]] = {}
    for alert in alerts:
        if alert.subject_type is SubjectType.REP:
            by_rep.setdefault(alert.subject_id, []).append(alert)
    ruled = {
        rep
        for rep, mine in by_rep.items()
        if any(judged[a.detector].detector.rule and a.severity.rank >= Severity.MEDIUM.rank for a in mine)
    }
    frame = joined.rename_axis("rep_id").reset_index()
    frame["score"] = [score(e, rep) for e, rep in zip(frame["evidence"], frame["rep_id"], strict=True)]
    frame["alerts"] = [len(by_rep.get(rep, [])) for rep in frame["rep_id"]]
    frame["families"] = [";".join(sorted({a.family for a in by_rep.get(rep, [])})) for rep in frame["rep_id"]]
    frame["drivers"] = _drivers(frame["rep_id"], judged, rules)
    frame["flagged"] = (frame["q_value"] <= fdr).fillna(False) | frame["rep_id"].isin(ruled)
    frame = frame.sort_values(["score", "rep_id"], ascending=[False, True], ignore_index=True)
    frame["rank"] = range(1, len(frame) + 1)
    return frame[list(REP_RANK_COLUMNS)]


def _drivers(reps: pd.Series, judged: Mapping[str, Judged], rules: pd.DataFrame) -> list[str]:
    """Per representative his strongest signs, such as `UA01 12 of 40 (expected 2.1, p=0.0001)`, `;` between them."""
    told: dict[str, list[tuple[float, str]]] = {}
    for name, j in judged.items():
        if j.detector.subject is not SubjectType.REP:
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
            text = f"{name} {observed:.0f} of {n:.0f} (expected {expected:.1f}, p={p:.2g})"
            told.setdefault(str(subject), []).append((-points_, text))
    for name in rules.columns:
        for subject, count in rules[name][rules[name] > 0].items():
            told.setdefault(str(subject), []).append((0.0, f"{name} {count:.0f} listed"))
    return ["; ".join(text for _, text in sorted(told.get(rep, []))[:SHOWN_DRIVERS]) for rep in reps]


def rank_accounts(opened: pd.DataFrame, judged: Mapping[str, Judged]) -> pd.DataFrame | None:
    """Accounts, the likeliest to be unauthorized first; columns `ACCOUNT_RANK_COLUMNS`. None where no detector rated them.

    Args:
        opened: the model `staff_accounts`; an account that no detector rated stands last with score 0.
    """
    rated = [j.decision.accounts for j in judged.values() if j.decision.accounts is not None]
    if not rated:
        return None
    frame = opened.merge(rated[0], on="account_id", how="left")
    # Accounts with the very same signs are kept apart by a hash of their ids, below what evidence can differ by.
    tie = pd.util.hash_array(frame["account_id"].to_numpy(dtype=object)) / 2.0**64
    frame["score"] = frame["score"].fillna(0.0).to_numpy(dtype=float) * (1 - 1e-9) + 1e-9 * tie
    frame["reasons"] = frame["reasons"].fillna("")
    frame["opened_at"] = [days.iso(day) for day in frame["opened_day"]]
    frame = frame.sort_values(["score", "account_id"], ascending=[False, True], ignore_index=True)
    frame["rank"] = range(1, len(frame) + 1)
    return frame[list(ACCOUNT_RANK_COLUMNS)]
