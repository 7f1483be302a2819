"""Each typology of the key on its own, and which of them are found no better than by chance."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from surveil.evaluate import metrics
from surveil.evaluate.answers import AnswerKey
from surveil.evaluate.outputs import Outputs
from surveil.evaluate.scoreboard import TypologyScores


def named_by_chance(outputs: Outputs, key: AnswerKey, accounts: Collection[str]) -> float:
    """The share of these accounts, unauthorized ones left out, that findings name: what chance would find."""
    honest = pd.Series(sorted(set(accounts) - set(key.accounts["account_id"])), dtype=str)
    findings = outputs.findings
    named = set(findings["account_id"]) | set(findings.loc[findings["feed"] == "accounts", "key"])
    return metrics.share(int(honest.isin(named).sum()), len(honest)) or 0.0


def typology_scores(
    counted: pd.DataFrame, found: pd.DataFrame, key: AnswerKey, named: float
) -> dict[str, TypologyScores]:
    """Scores by typology, in order of name.

    Args:
        counted: rank, rep_id, flagged and bad of each ranked rep that is not grey.
        found: the planted accounts and items as `items.found_items` gives them.
        key: the answer key.
        named: the share of honest accounts that findings name.
    """
    honest = counted[~counted["bad"]]
    flagged = metrics.share(int(honest["flagged"].sum()), len(honest)) or 0.0
    return {name: _typology(name, counted, found, key, flagged, named) for name in key.typologies}


def _typology(
    name: str, counted: pd.DataFrame, found: pd.DataFrame, key: AnswerKey, honest_flagged: float, named: float
) -> TypologyScores:
    """Strength is the worst of this typology's own rows, as a rep may do two things."""
    rows = key.reps[(key.reps["typology"] == name) & (key.reps["strength"] != "grey")]
    severe = set(rows.loc[rows["strength"] == "severe", "rep_id"])
    mild = set(rows["rep_id"]) - severe
    flagged = set(counted.loc[counted["flagged"], "rep_id"])
    against = counted[counted["rep_id"].isin(severe | mild) | ~counted["bad"]]
    missed = len((severe | mild) - set(counted["rep_id"]))
    own = found[found["typology"] == name]
    accounts, items = own[own["feed"] == "accounts"], own[own["feed"] != "accounts"]
    reps, hits = len(severe | mild), len((severe | mild) & flagged)
    accounts_found, items_found = int(accounts["found"].sum()), int(items["found"].sum())
    return TypologyScores(
        reps=reps,
        severe=len(severe),
        mild=len(mild),
        reps_flagged=hits,
        average_precision=metrics.average_precision(against["rank"], against["bad"], missed),
        recall_severe=metrics.share(len(severe & flagged), len(severe)),
        recall_mild=metrics.share(len(mild & flagged), len(mild)),
        accounts=len(accounts),
        accounts_found=accounts_found,
        items=len(items),
        items_found=items_found,
        better_than_chance=hits > honest_flagged * reps
        or accounts_found > named * len(accounts)
        or items_found > 0,
    )
