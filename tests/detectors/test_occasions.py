"""Campaigns and new branches: which account falls into which, and what is said of it."""

from __future__ import annotations

import pandas as pd

from surveil.detectors import base
from surveil.detectors.bursts.occasions import occasions_of, with_occasions

OCCASIONS = pd.DataFrame(
    [
        ("campaign", "Cards\n <b>first</b>", "credit_line", "b1", 10, 20),
        ("campaign", "All", "", "", 15, 30),
        ("branch", "North", "", "b1", 5, 5),
    ],
    columns=["kind", "name", "family", "branch_id", "from_day", "to_day"],
)


def opened(*rows: tuple[str | None, str, int]) -> list[str | None]:
    accounts = pd.DataFrame(rows, columns=["branch_id", "family", "opened_day"])
    accounts.index = pd.Index(range(100, 100 + len(rows)))
    told = occasions_of(accounts, OCCASIONS, 12)
    assert told.index.equals(accounts.index)
    return [None if pd.isna(text) else str(text).split(" (")[0].split(",")[0] for text in told]


def test_an_account_falls_into_a_campaign_of_its_branch_and_family_and_days() -> None:
    cards, everywhere, north = (
        "the campaign Cards <b>first</b>",
        "the campaign All",
        "the first days of the branch North",
    )
    line = ("b1", "credit_line")
    assert opened((*line, 10), (*line, 20), (*line, 21)) == [cards, cards, everywhere]
    assert opened(("b1", "deposit", 14), ("b2", "credit_line", 14), (None, "deposit", 15)) == [
        north,
        None,
        everywhere,
    ]
    assert opened((*line, 4), (*line, 5), ("b1", "deposit", 17), ("b2", "deposit", 31)) == [
        None,
        north,
        everywhere,
        None,
    ]


def test_the_two_that_most_accounts_fall_into_are_named_of_the_subject_alone() -> None:
    tests = base.frame(base.TEST_COLUMNS, subject_id=["r1", "r2", "r3"], p_value=0.5, reason="why")
    subject = pd.Series(["r1"] * 7 + ["r2"])
    told = pd.Series(["a", "b", "b", "b", "c", "c", None, None])  # one of seven is not worth a sentence
    said = with_occasions(tests, subject, told, 0.25).set_index("subject_id")
    words = "3 of the 7 accounts listed were opened in b; 2 of the 7 accounts listed were opened in c"
    assert said["reason"].tolist() == [f"why; {words}", "why", "why"]
    assert said.loc["r1", "explanation"].startswith(words)
    assert said.loc[["r2", "r3"], "explanation"].isna().all()


def test_where_nothing_is_known_nothing_is_said() -> None:
    tests = base.frame(base.TEST_COLUMNS, subject_id=["r1"], p_value=0.5, reason="why")
    rows = pd.DataFrame({"branch_id": ["b1"], "family": "deposit", "opened_day": 5})
    none = occasions_of(rows, OCCASIONS.iloc[:0], 12)
    assert with_occasions(tests, pd.Series(["r1"]), none, 0.25)["reason"].tolist() == ["why"]
