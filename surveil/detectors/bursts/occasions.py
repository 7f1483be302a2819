"""What honest openings crowd on: campaigns and new branches, named where accounts that are listed fall into one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveil.detectors import base
from surveil.detectors.base import param
from surveil.engine import days

MODEL = "occasions"
#: Of more occasions than these a sentence would be a list.
_NAMED = 2
_LONGEST_NAME = 60


class OccasionParameters(base.Parameters):
    """How long a branch is new."""

    new_branch_days: int = param(
        90, unit="days", ge=0, le=365, citation="our judgement: a branch's first quarter",
        meaning="days after a branch opened in which an opening there is said to be of its first days",
    )  # fmt: skip
    named_from: float = param(
        0.25, unit="share of the accounts listed", ge=0, le=1,
        citation="our judgement: less than a quarter explains nothing",
        meaning="share of somebody's accounts that must fall into a campaign or a new branch for his sentence to name it",
    )  # fmt: skip


def occasions_of(rows: pd.DataFrame, occasions: pd.DataFrame, new_branch_days: int) -> pd.Series:
    """For each account the campaign in which it was opened, or else the new branch, in words; missing where there is none.

    Args:
        rows: `branch_id`, `family` and `opened_day` of each account.
        occasions: the model of that name.
    """
    told = pd.Series(None, index=rows.index, dtype=object)
    if occasions.empty or rows.empty:
        return told
    known = occasions.assign(branch_id=occasions["branch_id"].fillna("").astype(str))
    new = known["kind"] == "branch"
    known["to_day"] = known["to_day"].where(~new, known["from_day"] + new_branch_days)
    known["order"] = np.arange(len(known))[np.argsort(np.lexsort((known["name"], known["from_day"], new)))]
    known["told"] = [_words(*row) for row in zip(*(known[c] for c in _TOLD), strict=True)]
    here = rows[["family", "opened_day"]].assign(
        branch_id=rows["branch_id"].fillna("").astype(str), row=range(len(rows))
    )
    both = pd.concat([here, here.assign(branch_id="")]).drop_duplicates(["row", "branch_id"])
    met = both.merge(known, on="branch_id", suffixes=("", "_of"))
    fits = (met["family_of"] == "") | (met["family_of"] == met["family"])
    met = met[fits & (met["from_day"] <= met["opened_day"]) & (met["opened_day"] <= met["to_day"])]
    first = met.sort_values(["row", "order"], kind="stable").drop_duplicates("row")
    told.iloc[first["row"].to_numpy()] = first["told"].to_numpy()
    return told


_TOLD = ("kind", "name", "family", "from_day", "to_day")


def _words(kind: str, name: str, family: str, first: int, last: int) -> str:
    short = " ".join(str(name).split())[:_LONGEST_NAME]
    if kind == "branch":
        return f"the first days of the branch {short}, opened on {days.iso(first)}"
    what = f"{family.replace('_', ' ')}, " if family else ""
    return f"the campaign {short} ({what}{days.iso(first)} to {days.iso(last)})"


def with_occasions(
    tests: pd.DataFrame, subject: pd.Series, told: pd.Series, named_from: float
) -> pd.DataFrame:
    """The tests, with occasions named of those whose listed accounts fall into one: in the sentence and as an explanation.

    Args:
        tests: columns `TEST_COLUMNS`.
        subject: whom each listed account counts for; `told`: from `occasions_of`, of the same accounts.
        named_from: as in `OccasionParameters`.
    """
    listed = subject.astype(str).value_counts()
    named = told[told.notna()]
    if named.empty or tests.empty:
        return tests
    counted = pd.DataFrame({"subject": subject[named.index].astype(str), "told": named}).value_counts()
    by_size = counted.rename("n").reset_index()
    by_size = by_size[by_size["n"] >= named_from * by_size["subject"].map(listed)]
    by_size = by_size.sort_values(["subject", "n", "told"], ascending=[True, False, True])
    parts: dict[str, list[str]] = {}
    for who, words, n in by_size[["subject", "told", "n"]].itertuples(index=False):
        were = "was" if n == 1 else "were"
        parts.setdefault(who, []).append(f"{n} of the {listed[who]} accounts listed {were} opened in {words}")
    texts = (
        tests["subject_id"].astype(str).map({who: "; ".join(some[:_NAMED]) for who, some in parts.items()})
    )
    explained = [
        f"{text[0].upper()}{text[1:]}: see whether it brought the customers." if pd.notna(text) else None
        for text in texts
    ]
    reason = tests["reason"].where(texts.isna(), tests["reason"].astype(str) + "; " + texts.astype(str))
    return tests.assign(reason=reason, explanation=explained)
