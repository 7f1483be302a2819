"""Single events: which planted items are named by findings, and how many of the named ones are planted."""

from __future__ import annotations

import pandas as pd

from surveil.evaluate import metrics
from surveil.evaluate.answers import AnswerKey
from surveil.evaluate.scoreboard import DetectorPrecision, ItemRecall

PAIR = ["feed", "key"]


def found_items(findings: pd.DataFrame, key: AnswerKey) -> pd.DataFrame:
    """One row per planted account or item and typology: feed, key, typology, found, detectors (sorted ids).

    An account is found by a finding on the account, or by one on something of it (a consent, a transfer) that
    names it in `account_id`; any other item by a finding with its feed and key.
    """
    accounts = key.accounts.rename(columns={"account_id": "key"}).assign(feed="accounts")
    planted = pd.concat([accounts, key.items], ignore_index=True)[[*PAIR, "typology"]].drop_duplicates()
    on_accounts = findings.loc[findings["account_id"] != "", ["detector", "account_id"]]
    named = pd.concat(
        [
            findings[["detector", *PAIR]],
            on_accounts.set_axis(["detector", "key"], axis=1).assign(feed="accounts"),
        ]
    ).drop_duplicates()
    hits = planted[PAIR].drop_duplicates().merge(named, on=PAIR)
    by_item = hits.groupby(PAIR)["detector"].agg(lambda names: tuple(sorted(names))).rename("detectors")
    found = planted.merge(by_item, how="left", left_on=PAIR, right_index=True)
    return found.assign(found=found["detectors"].notna())


def item_recall(found: pd.DataFrame) -> dict[str, ItemRecall]:
    """Recall by `feed/typology`, in order of name."""
    scores = {}
    for (feed, typology), group in found.groupby(["feed", "typology"], sort=True):
        by_detector = group["detectors"].explode().dropna().value_counts()
        hits = int(group["found"].sum())
        scores[f"{feed}/{typology}"] = ItemRecall(
            planted=len(group),
            found=hits,
            recall=hits / len(group),
            found_by={str(name): int(by_detector[name]) for name in sorted(by_detector.index)},
        )
    return scores


def detector_precision(findings: pd.DataFrame, key: AnswerKey) -> dict[str, DetectorPrecision]:
    """Precision by `detector/feed`, in order of name; an item named twice by a detector counts once."""
    planted = key.items[PAIR].drop_duplicates()
    once = findings.drop_duplicates(["detector", *PAIR]).merge(
        planted, on=PAIR, how="left", indicator="planted"
    )
    unauthorized = set(key.accounts["account_id"])
    on_account = (once["feed"] == "accounts") & once["key"].isin(unauthorized)
    right = (once["planted"] == "both") | on_account | once["account_id"].isin(unauthorized)
    marked = once.assign(right=right, grey=~right & once["rep_id"].isin(key.grey))
    scores = {}
    for (detector, feed), group in marked.groupby(["detector", "feed"], sort=True):
        hits, grey = int(group["right"].sum()), int(group["grey"].sum())
        scores[f"{detector}/{feed}"] = DetectorPrecision(
            items=len(group), in_key=hits, grey=grey, precision=metrics.share(hits, len(group) - grey)
        )
    return scores
