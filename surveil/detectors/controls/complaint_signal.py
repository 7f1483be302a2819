"""
# CT01 Complaints that allege it

## What it finds
Complaints and reports of employees that say somebody opened, signed or ordered something without being asked to, in their
own words; and representatives of whom more customers say so than of colleagues. Allegations that are still open after
{answer_days} days are marked.

## Why it matters
Customers and colleagues saw it first, years before any statistics did, and were filed under "service". Each of these texts
has to be read by somebody who may act.

## How it decides
A text is read with word lists, one a language: an allegation contains one of its phrases, such as "without my consent".
The phrase found is shown. A text is also read in the language of most of the firm's complaints, as a short note does not
tell its own; where it does not, it counts only if a phrase is found. A text in a language without a list (there are lists
for Chinese, Dutch, English, French, German, Hungarian, Italian, Latvian, Polish, Portuguese, Russian and Spanish) is not
read, and counted as not known. The firm's own category is read the same way. Of
each representative's customers, those who allege it at least once are counted (one who writes ten letters counts once)
and compared with colleagues' customers at the same kind of branch, corrected for the branch and its month; and, as such
words are rare, with the {ordinary_share} of customers of whom it may be expected of anybody. A complaint may name somebody
who opened nothing for that customer, such as a manager who files it away. Of the people who complain so of somebody, the
share who allege it is compared with {named_share}, or with that among the firm's other complaints, where it is larger.
Both tests are joined (Cauchy).

## What it misses
Who does not complain: most do not, and those who do often write months later. Allegations in other words than the lists',
above all those that say it without saying so: docs/complaints.md has what was measured in each language.

## Innocent explanations
- A misunderstanding: a replacement card, a renewal, an account that a family member opened.
- A campaign of complaints, or a press report that makes people look at their statements.
- The list's phrase was meant otherwise: read the text.
- He is named because he handles the complaints of others: then see how he answered them.

## What to check
- Read the complaint, and answer it. Was it looked into by somebody independent of the branch?
- What do the account's papers say? Did others complain of the same person?

## References
FINRA Rules 3110 (review of complaints), 4513 and 4530. The OCC's examiners knew of about 700 complaints on gaming at
Wells Fargo in 2010 (American Banker, 2017).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveil.alerts.model import Family, Severity
from surveil.detectors import base
from surveil.detectors.base import Decision, Detector, Gap, param
from surveil.detectors.controls.lexicons import allegation, language_of, lexicons
from surveil.detectors.rare import rare_tests
from surveil.detectors.rates import rate_cells
from surveil.detectors.signs import strongest

STRATUM = ("branch_kind",)
_CELL = ["rep_id", "branch_kind", "branch_id", "month"]
_INSIDE = ("employee", "whistleblower")


class Parameters(base.Parameters):
    """What may be set."""

    answer_days: int = param(
        60, unit="days", ge=1, le=365, citation="our judgement: two months",
        meaning="days after which an allegation that is still open is marked as unanswered",
    )  # fmt: skip
    ordinary_share: float = param(
        0.001, unit="share of customers", ge=0.0001, le=0.05, citation="our judgement: few complain, fewer by mistake",
        meaning="customers of anybody who may allege it by mistake",
    )  # fmt: skip
    named_share: float = param(
        0.3, unit="share of complaints", ge=0.01, le=0.95, citation="our judgement: most complaints are of fees and lines",
        meaning="share that alleges it among complaints of somebody by people for whom he opened nothing",
    )  # fmt: skip


class ComplaintSignal(Detector):
    """Allegations in complaints, read with word lists, and who draws more of them than colleagues."""

    id = "CT01"
    slug = "complaint_signal"
    name = "Complaints that allege it"
    version = "16"
    family = Family.CONTROL
    typology = "T34"
    severity = Severity.HIGH
    needs = ("complaints", "accounts.opened_by")
    in_parts = True
    models = ("complaint_texts", "served_cells")
    parameter_type = Parameters

    def decide(self, measured: Mapping[str, pd.DataFrame], parameters: Parameters) -> Decision:
        texts = measured["complaint_texts"]
        texts = texts.assign(phrase=phrases_of(texts["narrative"], texts["category"]))
        unread = texts["phrase"].isna()
        rows = texts[~unread & (texts["phrase"] != "")]
        served = rare_tests(
            _cells(measured["served_cells"], rows),
            "customers complained of something they had not asked for",
            parameters.ordinary_share,
        )
        tests = strongest([served, _by_strangers(texts[~unread], parameters.named_share)])
        late = (rows["open_days"] > parameters.answer_days).fillna(False).astype(bool)
        inside = rows["source"].isin(_INSIDE)
        items = base.frame(
            base.ITEM_COLUMNS,
            **base.about(rows, "complaints", key="complaint_id", day="received_day"),
            score=0.5 + 0.25 * late + 0.2 * inside,
            detail=base.details(
                rows.assign(unanswered=late.astype(int)), ["phrase", "source", "open_days", "unanswered"]
            ),
        )
        found = (
            Gap(
                int(unread.sum()),
                "complaints without a text, or in a language for which there is no word list",
            ),
            Gap(
                int(rows["rep_id"].isna().sum()), "allegations that name nobody and no account with an opener"
            ),
            Gap(
                int((rows["rep_id"].notna() & rows["month"].isna()).sum()),
                "allegations against somebody by a customer for whom he opened nothing (listed, counted apart)",
            ),
        )
        return Decision(items, tests, int((~unread).sum()), tuple(gap for gap in found if gap.count))


def _by_strangers(texts: pd.DataFrame, usual: float) -> pd.DataFrame:
    """Tests of whom people complain for whom he opened nothing: how many of them allege it."""
    about = texts[texts["rep_id"].notna()].assign(alleged=texts["phrase"] != "")
    strange = about["month"].isna()
    people = about[strange].groupby(["rep_id", "customer_id"], as_index=False)["alleged"].max()
    cells = people.assign(stratum="", branch_id="", month=0, n=1)
    elsewhere = float(about.loc[~strange, "alleged"].mean()) if (~strange).any() else 0.0
    told = "people for whom he opened nothing complained of something that was not asked for"
    # A test of somebody of whom nobody says so says nothing; it would only blunt the other.
    tests = rare_tests(rate_cells(cells, cells["alleged"], ("stratum",)), told, max(usual, elsewhere))
    return tests.query("observed > 0")


def phrases_of(narratives: pd.Series, categories: pd.Series) -> list[str | None]:
    """Per complaint the phrase that alleges it, empty where there is none; None where nothing could be read."""
    codes = [language_of(text) if isinstance(text, str) else None for text in narratives]
    known = Counter(code for code in codes if code)
    usual = min(known, key=lambda code: (-known[code], code), default=None)
    return [_read(*one, usual) for one in zip(narratives, codes, categories, strict=True)]


def _read(narrative: object, code: str | None, category: object, usual: str | None) -> str | None:
    """The phrase of one complaint, as in `phrases_of`; `usual` is the language of most of the firm's."""
    read = None
    if isinstance(narrative, str):
        # A few words do not tell their language well: what the usual one's list finds is there all the same.
        found = next(
            (phrase for lists in (code, usual) if lists and (phrase := allegation(narrative, lists))), None
        )
        read = found or ("" if code else None)
    if not read and isinstance(category, str):
        # A category is too short to tell its language, and written by the firm: any list will do.
        own = next((found for code in lexicons() if (found := allegation(category, code))), None)
        return f"category: {category}" if own else read
    return read


def _cells(served: pd.DataFrame, alleged: pd.DataFrame) -> pd.DataFrame:
    """Customers served and those of them who allege it, as cells of a rate test."""
    counted = alleged[alleged["month"].notna()].drop_duplicates(["rep_id", "customer_id"])
    y = counted.groupby(_CELL, as_index=False, dropna=False).size().rename(columns={"size": "y"})
    rows = served.merge(y, on=_CELL, how="left")
    return rate_cells(
        rows, pd.Series(np.nan_to_num(rows["y"].astype(float)), index=rows.index).astype("int64"), STRATUM
    )
