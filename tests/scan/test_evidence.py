"""Evidence joined: strictly ordered scores, one p a representative, false discoveries held on honest firms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.alerts.model import Severity, SubjectType
from surveil.detectors.base import TEST_COLUMNS, Decision, frame
from surveil.detectors.unauthorized.consent_missing import ConsentMissing
from surveil.scan import grouping
from surveil.scan.evidence import Judged, Kept, joined, p_values_of, points, rule_points, score
from surveil.scan.grouping import severity_of
from surveil.scan.ranking import rank_branches


@given(st.floats(0, 300), st.floats(0, 300), st.text(min_size=1), st.text(min_size=1))
def test_more_evidence_is_a_higher_score(low: float, high: float, one: str, other: str) -> None:
    assert 0 <= score(low, one) < 1
    if high > low + 1e-5:
        assert score(high, other) > score(low, one)
    if one != other and low < 200:
        assert score(low, one) != score(low, other), "equal evidence is still told apart"
    assert score(low, one) == score(low, one)


@given(st.integers(1, 10_000))
def test_there_is_no_cliff_in_the_number_of_breaches(items: int) -> None:
    one, two = rule_points(pd.Series([items, items + 1]))
    assert 0 < two - one < 0.7
    assert severity_of(one).rank <= severity_of(two).rank <= severity_of(one).rank + 1


@given(st.integers(1, 50), st.integers(1, 500))
def test_a_breach_or_two_among_many_that_are_in_order_are_slips(items: int, among: int) -> None:
    asked = pd.Series([among, among + 1, np.nan], dtype=float)
    here, more_asked, unknown = rule_points(pd.Series([items] * 3), asked)
    assert 0 < more_asked <= here <= unknown
    assert rule_points(pd.Series([items + 1]), asked[:1])[0] >= here
    slips = among >= 20 and items <= 1 + among / 100
    assert (severity_of(here) is Severity.LOW) == slips


def test_severity_follows_evidence() -> None:
    assert [severity_of(x) for x in (0.5, 2.0, 4.0, 9.0)] == list(Severity)


def test_a_test_that_was_not_made_is_no_evidence() -> None:
    assert points(pd.Series([np.nan, 0.01])).round(9).tolist() == [0.0, 2.0]


def test_two_strong_signs_outrank_one_and_a_rule_with_its_test_is_one_sign() -> None:
    reps = pd.Index(["one", "two", "rule"])
    tests = pd.DataFrame({"A": [1e-4, 1e-4, 1e-4], "B": [0.5, 1e-3, 0.5]}, index=["one", "two", "rule"])
    by_rule = pd.DataFrame({"A": rule_points(pd.Series([1], index=["rule"]))})
    found = joined(reps, tests, by_rule, {})["evidence"]
    assert found["two"] > found["one"]
    assert found["rule"] == found["one"]


def test_whom_a_rule_flags_for_one_breach_stands_above_whom_no_test_flags() -> None:
    reps = pd.Index(["breach", *(f"honest{i}" for i in range(200))])
    tests = pd.DataFrame({"A": [0.5, 1e-3, *[0.3] * 199], "B": [0.5, 0.4, *[0.6] * 199]}, index=reps)
    by_rule = pd.DataFrame({"C": rule_points(pd.Series([1], index=["breach"]))})
    found = joined(reps, tests, by_rule, {})
    assert (found["q_value"] > 0.1).all()
    assert found["evidence"].idxmax() == "breach"


def test_a_test_that_stands_for_many_is_not_drowned_by_them_and_accuses_nobody_by_itself() -> None:
    reps = pd.Index([f"rep{i}" for i in range(60)])
    rng = np.random.default_rng(3)
    tests = pd.DataFrame(rng.random((60, 20)).clip(0.01), index=reps, columns=[f"T{i}" for i in range(20)])
    tests["T0"] = [0.002, *[1.0] * 59]
    plain, heavy = (joined(reps, tests, pd.DataFrame(), weights) for weights in ({}, {"T0": 15.0}))
    assert heavy.loc["rep0", "p_value"] < plain.loc["rep0", "p_value"] / 5
    assert heavy["evidence"].rank(ascending=False)["rep0"] == 1
    # Who looks quite ordinary there gains nothing by its weight.
    assert (heavy["evidence"][1:] - plain["evidence"][1:]).abs().max() < 1e-9
    assert heavy["p_value"][1:].min() > plain["p_value"][1:].min()


def test_who_was_not_tested_has_no_q_value() -> None:
    found = joined(pd.Index(["a", "b"]), pd.DataFrame({"A": [0.01]}, index=["a"]), pd.DataFrame(), {})
    assert found["q_value"].isna().tolist() == [False, True]


class OfBranches(ConsentMissing):
    """The same detector, of branches."""

    id = "XX01"
    subject = SubjectType.BRANCH


def judged(kind: SubjectType, p_values: dict[str, float]) -> Judged:
    """A detector's tests of subjects of a kind."""
    tests = frame(
        TEST_COLUMNS,
        subject_id=list(p_values),
        p_value=list(p_values.values()),
        observed=9.0,
        expected=3.0,
        low=1.0,
        high=6.0,
        n=50,
        peers=8,
        peer_items=400,
        peer_rate=0.06,
        reason="9 of 50",
    )
    return Judged(OfBranches() if kind is SubjectType.BRANCH else ConsentMissing(), Decision(tests=tests))


def test_branches_are_judged_among_branches_and_not_mixed_with_reps() -> None:
    both = {
        "UA01": judged(SubjectType.REP, {"7": 1e-6, "8": 0.5}),
        "XX01": judged(SubjectType.BRANCH, {"7": 0.6, "8": 1e-5, "firm": 1e-5}),
    }
    evidence_of = {
        kind: joined(tests.index, tests, pd.DataFrame(), {})
        for kind in (SubjectType.REP, SubjectType.BRANCH)
        for tests in [p_values_of(both, kind)]
    }
    drafts = grouping.drafts(both, grouping.Subjects(evidence_of, {"7": "8"}, 0, 10), 0.10)
    found = {(d.subject_type, d.subject_id): d for d in drafts}
    assert set(found) == {("rep", "7"), ("branch", "8"), ("branch", "firm")}, (
        "a rep 7 does not flag a branch 7"
    )
    branch = found[SubjectType.BRANCH, "8"]
    assert (branch.rep_id, branch.branch_id) == (None, "8")
    assert branch.q_value == pytest.approx(1e-5 * 3 / 2), "of three branches, not of five subjects"
    assert branch.peers is not None
    assert branch.peers.described.startswith("other branches")
    assert found[SubjectType.BRANCH, "firm"].branch_id is None, "the whole firm is no branch"
    ranked = rank_branches(evidence_of[SubjectType.BRANCH], drafts, both, pd.DataFrame(), 0.10)
    assert dict(zip(ranked["branch_id"], ranked["flagged"], strict=True)) == {
        "8": True,
        "firm": True,
        "7": False,
    }


def test_only_the_items_on_the_accounts_asked_for_are_read(tmp_path: Path) -> None:
    parts = [
        pd.DataFrame({"account_id": names, "key": range(2)})
        for names in (["A1", "A2"], [None, "A3"], [None] * 2)
    ]
    files = []
    for number, part in enumerate(parts):
        files.append(tmp_path / f"{number}.parquet")
        part.to_parquet(files[-1], index=False)
    kept = Kept(pd.DataFrame(), 0, (), tuple(files), ())
    accounts = pd.Series(["A3", "A1", None, "A9"], dtype="string")
    assert kept.items_on(accounts)["account_id"].tolist() == ["A1", "A3"]
    alone = Kept(pd.DataFrame(), 0, (), tuple(files[2:]), ())
    assert alone.items_on(accounts).empty, "a column without a value has no text to look for"
