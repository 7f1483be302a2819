"""Hold the outputs of a scan against an answer key."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from surveil.errors import UsageError
from surveil.evaluate import metrics
from surveil.evaluate.answers import AnswerKey
from surveil.evaluate.confounders import Firm
from surveil.evaluate.items import detector_precision, found_items, item_recall
from surveil.evaluate.outputs import Outputs
from surveil.evaluate.scoreboard import (
    AccountScores,
    AlertScores,
    Curves,
    Flagging,
    GroupAlarms,
    RepScores,
    Scoreboard,
)
from surveil.evaluate.typologies import named_by_chance, typology_scores

BUDGETS = (0.01, 0.02, 0.05)
CURVE_BUDGETS = tuple(step / 200 for step in range(41))
P_LIMITS = (0.05, 0.01, 0.001)
SERIOUS = ("medium", "high", "critical")


def score(outputs: Outputs, answers: Path, confounders: Path | None = None, *, q: float = 0.10) -> Scoreboard:
    """Score one scan.

    Args:
        outputs: what the scan promised to give out.
        answers: folder of the answer key.
        confounders: folder of the feeds that were loaded, to find the groups of innocent lookalikes in.
        q: the declared false-discovery rate.

    Raises:
        InputRefused: the key or the feeds are not as promised.
        UsageError: q is not between 0 and 1.
    """
    if not 0 < q < 1:
        raise UsageError(f"The declared false-discovery rate is {q}; it has to lie between 0 and 1.")
    key = AnswerKey.read(answers)
    firm = Firm.read(confounders) if confounders is not None else None
    reps = _labelled(outputs.reps, key)
    accounts = outputs.accounts.assign(
        bad=outputs.accounts["account_id"].isin(set(key.accounts["account_id"]))
    )
    found = found_items(outputs.findings, key)
    chance = named_by_chance(outputs, key, firm.opened if firm else accounts["account_id"])
    return Scoreboard(
        q=q,
        reps=_rep_scores(reps, key, q),
        accounts=_account_scores(accounts, key),
        typologies=typology_scores(_counted(reps), found, key, chance),
        items=item_recall(found),
        detectors=detector_precision(outputs.findings, key),
        alerts=_alert_scores(outputs.alerts, reps, key),
        confounders=_confounders(reps, firm.groups() if firm else {}),
        curves=_curves(reps, accounts, key),
    )


def _labelled(reps: pd.DataFrame, key: AnswerKey) -> pd.DataFrame:
    return reps.assign(strength=[key.strength.get(rep, "honest") for rep in reps["rep_id"]])


def _counted(reps: pd.DataFrame) -> pd.DataFrame:
    counted = reps[reps["strength"] != "grey"]
    return counted.assign(bad=counted["strength"] != "honest")


def _rep_scores(reps: pd.DataFrame, key: AnswerKey, q: float) -> RepScores:
    counted = _counted(reps)
    not_ranked = tuple(sorted(key.bad - set(counted["rep_id"])))
    honest_p = counted.loc[~counted["bad"], "p_value"].dropna()
    return RepScores(
        ranked=len(reps),
        bad=len(key.bad),
        severe=len(key.reps_of("severe")),
        mild=len(key.reps_of("mild")),
        grey=len(key.grey),
        not_ranked=not_ranked,
        average_precision=metrics.average_precision(counted["rank"], counted["bad"], len(not_ranked)),
        by_chance=metrics.share(int(counted["bad"].sum()), len(counted)),
        precision_at_10=metrics.precision_at(counted["rank"], counted["bad"], 10),
        precision_at_20=metrics.precision_at(counted["rank"], counted["bad"], 20),
        flagged=_flagging(counted, counted["flagged"], key),
        by_q_value=_flagging(counted, counted["q_value"] <= q, key),
        honest_p_values=len(honest_p),
        honest_p_below={
            str(limit): metrics.share(int((honest_p < limit).sum()), len(honest_p)) for limit in P_LIMITS
        },
        at_top_score=_at_top(reps["score"]),
        tied=int(reps["score"].dropna().duplicated(keep=False).sum()),
    )


def _flagging(counted: pd.DataFrame, flagged: pd.Series, key: AnswerKey) -> Flagging:
    hit = set(counted.loc[flagged & counted["bad"], "rep_id"])
    honest = int((flagged & ~counted["bad"]).sum())
    severe, mild = key.reps_of("severe"), key.reps_of("mild")
    return Flagging(
        bad=len(hit),
        honest=honest,
        false_discovery_rate=metrics.share(honest, honest + len(hit)) or 0.0,
        recall=metrics.share(len(hit), len(key.bad)),
        recall_severe=metrics.share(len(hit & severe), len(severe)),
        recall_mild=metrics.share(len(hit & mild), len(mild)),
    )


def _account_scores(accounts: pd.DataFrame, key: AnswerKey) -> AccountScores:
    unauthorized = key.accounts["account_id"].nunique()
    missed = unauthorized - int(accounts["bad"].sum())
    ranks, bad = accounts["rank"], accounts["bad"]
    # Where accounts are not ranked at all, there is nothing to score, which is not the same as a bad score.
    known = len(accounts) > 0
    recall = {f"{b:.0%}": metrics.recall_at_budget(ranks, bad, b, missed) if known else None for b in BUDGETS}
    reviewed = {f"{b:.0%}": metrics.rows_in_budget(len(accounts), b) for b in BUDGETS}
    return AccountScores(
        ranked=len(accounts),
        unauthorized=unauthorized,
        not_ranked=missed,
        average_precision=metrics.average_precision(ranks, bad, missed) if known else None,
        by_chance=metrics.share(int(bad.sum()), len(accounts)),
        recall_at=recall,
        precision_at={name: metrics.precision_at(ranks, bad, rows) for name, rows in reviewed.items()},
        at_top_score=_at_top(accounts["score"]),
    )


def _at_top(scores: pd.Series) -> int:
    """How many share the highest score; 1 is as it should be."""
    known = scores.dropna()
    return int((known == known.max()).sum()) if len(known) else 0


def _alert_scores(alerts: pd.DataFrame, reps: pd.DataFrame, key: AnswerKey) -> AlertScores:
    subject = alerts["subject_id"].where(alerts["subject_type"] == "rep", "")
    rep = alerts["rep_id"].where(alerts["rep_id"] != "", subject)
    bad, grey, nobody = rep.isin(key.bad), rep.isin(key.grey), rep == ""
    honest = ~bad & ~grey & ~nobody
    serious = honest & alerts["severity"].isin(SERIOUS)
    by_severity = alerts.loc[honest, "severity"].value_counts()
    return AlertScores(
        alerts=len(alerts),
        on_bad=int(bad.sum()),
        on_grey=int(grey.sum()),
        on_honest=int(honest.sum()),
        on_no_rep=int(nobody.sum()),
        on_honest_by_severity={str(name): int(by_severity[name]) for name in sorted(by_severity.index)},
        honest_reps_alerted=rep[serious].nunique(),
        honest_reps=int((reps["strength"] == "honest").sum()),
        at_top_score=_at_top(alerts["score"]),
    )


def _confounders(reps: pd.DataFrame, groups: dict[str, set[str]]) -> dict[str, GroupAlarms]:
    honest = reps[reps["strength"] == "honest"]
    named = {"all honest": set(honest["rep_id"]), **groups} if groups else {}
    return {name: _alarms(honest[honest["rep_id"].isin(members)]) for name, members in named.items()}


def _alarms(group: pd.DataFrame) -> GroupAlarms:
    flagged = int(group["flagged"].sum())
    return GroupAlarms(
        honest=len(group),
        flagged=flagged,
        share=metrics.share(flagged, len(group)),
        interval=metrics.exact_interval(flagged, len(group)),
    )


def _curves(reps: pd.DataFrame, accounts: pd.DataFrame, key: AnswerKey) -> Curves:
    counted = _counted(reps)
    rows, hits = metrics.hits_by_rank(counted["rank"], counted["bad"])
    total = len(key.bad)
    missed = key.accounts["account_id"].nunique() - int(accounts["bad"].sum())
    budgets = CURVE_BUDGETS if len(accounts) else ()
    recalls = [metrics.recall_at_budget(accounts["rank"], accounts["bad"], b, missed) for b in budgets]
    return Curves(
        reps=tuple((float(h / total), float(h / n)) for n, h in zip(rows, hits, strict=True))
        if total
        else (),
        accounts=tuple((b, r) for b, r in zip(budgets, recalls, strict=True) if r is not None),
    )
