"""The lookback: a population that ties, flags, classes in doubt for the customer, samples anybody can draw again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.reports import write
from surveil.reports.lookback.classes import Class, Result, classify, flag
from surveil.reports.lookback.criteria import Criteria, Sample, Version, read_criteria
from surveil.reports.lookback.report import document, look_back
from surveil.reports.lookback.sampling import allocation, draw, exact, needed_to_rule_out, stratified
from surveil.reports.lookback.sections_sample import draw_sample
from surveil.reports.making import Options
from tests.reports.sample import alert, confirmed, frame, sources
from tests.reports.tracing import exhibits, not_on_paper, untraced

FINDINGS = pd.DataFrame(
    [
        ("UA01", "A1", "X-confirmed", 0.9),
        ("UA01", "A2", "X-innocent", 0.9),
        ("UA02", "A2", None, 0.4),
        ("UA01", "A3", "X-innocent", 0.9),
        ("UA02", "A4", "X-open", 0.2),
        ("UN01", "A5", None, 1.0),
        ("UA01", "A9", None, 1.0),
    ],
    columns=["detector", "account_id", "alert_id", "score"],
)
SCORES = pd.DataFrame({"account_id": ["A5", "A6"], "score": [0.8, 0.3]})
ALERTS = {
    a.alert_id: a
    for a in (
        confirmed("X-confirmed"),
        alert("X-innocent", status="closed", disposition="false_positive_explained", decided_by="olga"),
        alert("X-open"),
    )
}
POPULATION = frame(
    "account_id customer_id rep_id branch_id channel family opened_on_day month",
    *((f"A{n}", f"C{n}", "R1", "B1", "branch", "deposit" if n % 2 else "card", 19_700, 2024 * 12) for n in range(1, 9)),
)  # fmt: skip
BOTH = Version(version="2", detectors=("UA01", "UA02"))


def classes(version: Version = BOTH, results: Mapping[str, Result] | None = None) -> dict[str, Class]:
    flags = flag(version, FINDINGS, SCORES, frozenset(POPULATION["account_id"]))
    return {c.account_id: c.of_class for c in classify(flags, ALERTS, results or {})}


def result(account: str, told: str) -> Result:
    return Result.model_validate(
        {"account_id": account, "result": told, "reviewer": "olga", "reviewed_on": dt.date(2024, 8, 1)}
    )


def test_only_what_a_person_decided_is_confirmed_or_excluded() -> None:
    assert classes() == {
        "A1": Class.CONFIRMED,
        # One alert was innocent, but another detector flags it too and nobody has looked at that.
        "A2": Class.CANNOT_RULE_OUT,
        "A3": Class.EXCLUDED,
        "A4": Class.CANNOT_RULE_OUT,
    }


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("authorized", Class.EXCLUDED),
        ("unauthorized", Class.CONFIRMED),
        ("cannot_tell", Class.CANNOT_RULE_OUT),
    ],
)
def test_a_look_at_one_account_decides_its_class(told: str, expected: Class) -> None:
    assert classes(results={"A4": result("A4", told)})["A4"] is expected
    assert classes(results={"A1": result("A1", told)})["A1"] is Class.CONFIRMED


def test_a_version_flags_by_detector_score_alert_and_ranking() -> None:
    assert set(classes(Version(version="1", detectors=("UA02",), minimum_score=0.3))) == {"A2"}
    assert set(classes(Version(version="1", detectors=("UA01", "UA02"), behind_alerts=True))) == {
        "A1",
        "A2",
        "A3",
        "A4",
    }
    ranked = classes(Version(version="1", detectors=(), account_score=0.5))
    assert ranked == {"A5": Class.CANNOT_RULE_OUT}


def test_numbers_tie_from_the_rows_read_to_the_classes() -> None:
    criteria = Criteria(
        name="t", versions=(Version(version="1", detectors=("UA01",)), BOTH), sample=Sample(seed=7)
    )
    rows = frame("place by_staff n", ("before", 1, 2), ("in", 0, 1), ("in", 1, 8))
    base = sources(
        tables={"lookback_population": POPULATION, "lookback_rows": rows}, alerts=tuple(ALERTS.values())
    )
    feeds = dict(base.feeds)
    accounts = feeds["accounts"]
    feeds["accounts"] = type(accounts)(**{**vars(accounts), "rows": 11})
    loaded = {"read": 13, "accepted": 12, "superseded": 0, "rejected": 1}
    given = look_back(type(base)(**{**vars(base), "feeds": feeds}), criteria, FINDINGS, SCORES, loaded, {})
    exhibits = {exhibit.number: exhibit for exhibit in document(given).exhibits}
    assert not any(str(told).startswith("NO") for told in exhibits["EX-01A"].column("ties"))
    assert exhibits["EX-01A"].rows[-1][1] == 8
    flagged = exhibits["EX-03S"].column("flagged")
    assert sum(flagged) == 4 == sum(len(exhibits[n].rows) for n in ("EX-03A", "EX-04B", "EX-05C"))  # type: ignore[arg-type]
    lists = [set(exhibits[n].column("account_id")) for n in ("EX-03A", "EX-04B", "EX-05C")]
    assert lists[0] & lists[1] == lists[1] & lists[2] == lists[0] & lists[2] == set()
    # Version 1 flags A1, A2, A3; version 2 A4 besides.
    assert [row[1:5] for row in exhibits["EX-07A"].rows] == [(3, "", "", ""), (4, 1, 0, 1)]
    assert exhibits["EX-07A"].rows[1][5] == "+33.3 %"
    assert [row[0] for row in exhibits["EX-07B"].rows] == ["A4"]
    broken = document(look_back(given.sources, criteria, FINDINGS, SCORES, {**loaded, "read": 14}, {}))
    assert any("Does not tie" in limit for limit in broken.sections[0].limits)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("fu"), st.text("abc", max_size=3)), st.integers(1, 500), min_size=1
    ),
    st.integers(0, 800),
)
def test_an_allocation_uses_up_what_is_wanted_and_no_more_than_there_is(sizes: dict, wanted: int) -> None:
    drawn = allocation(sizes, wanted)
    assert sum(drawn.values()) == min(wanted, sum(sizes.values()))
    assert all(0 <= drawn[name] <= sizes[name] for name in sizes)
    if wanted >= len(sizes):
        assert all(drawn.values())


@given(st.permutations([f"A{n}" for n in range(40)]), st.integers(0, 40), st.integers(1, 5))
def test_a_sample_does_not_depend_on_the_order_of_rows_and_grows_with_its_size(
    members: list[str], number: int, seed: int
) -> None:
    drawn = draw(members, seed, number)
    assert drawn == draw(sorted(members), seed, number)
    assert drawn == draw(members, seed, 40)[:number]


def test_another_seed_draws_another_sample_and_groups_are_drawn_apart() -> None:
    many = pd.concat(
        [POPULATION.assign(account_id=[f"{a}-{n}" for a in POPULATION["account_id"]]) for n in range(50)]
    )
    flagged = set(many["account_id"][:100])
    first = draw_sample(many, flagged, Sample(seed=1, flagged=20, unflagged=30))
    second = draw_sample(
        many.sample(frac=1, random_state=3), flagged, Sample(seed=1, flagged=20, unflagged=30)
    )
    assert first == second
    assert draw_sample(many, flagged, Sample(seed=2, flagged=20, unflagged=30)).members != first.members
    groups = [name[0] for _, name in first.members]
    assert (groups.count("flagged"), groups.count("unflagged")) == (20, 30)
    assert all((account in flagged) == (name[0] == "flagged") for account, name in first.members)


@pytest.mark.parametrize(
    ("found", "looked", "low", "high"), [(0, 59, 0.0, 0.0606), (2, 20, 0.0123, 0.3170), (5, 5, 0.4782, 1.0)]
)
def test_intervals_are_those_of_clopper_and_pearson(found: int, looked: int, low: float, high: float) -> None:
    interval = exact(found, looked, 0.95)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)
    assert exact(0, 0, 0.95).share is None


@given(
    st.lists(st.tuples(st.integers(1, 200), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=6)
)
def test_bounds_over_strata_hold_the_share_and_widen_with_every_stratum(
    parts: list[tuple[int, int, int]],
) -> None:
    sizes = {(str(n),): size for n, (size, _, _) in enumerate(parts)}
    seen = {(str(n),): (min(found, looked), looked) for n, (_, found, looked) in enumerate(parts)}
    whole = stratified(sizes, seen, 0.95)
    assert 0 <= whole.low <= whole.high <= 1
    if whole.share is None:
        assert any(looked == 0 for _, looked in seen.values())
    else:
        assert whole.low - 1e-9 <= whole.share <= whole.high + 1e-9
    if len(parts) == 1:
        only = exact(*seen["0",], 0.95)
        assert (whole.low, whole.high) == pytest.approx((only.low, only.high))


def test_how_many_show_that_less_than_a_share_is_wrong() -> None:
    assert [needed_to_rule_out(share, 0.95) for share in (0.05, 0.01, 0.005)] == [59, 299, 598]
    assert math.pow(0.95, 59) < 0.05 < math.pow(0.95, 58)


def test_the_report_is_written_twice_the_same_and_counts_what_was_reviewed(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = workspace.path / "lookbacks"
    folder.mkdir(exist_ok=True)
    (folder / "first.yml").write_text(
        "period: {first: 2024-01-01, last: 2024-06-30}\nversions: [{version: '1', detectors: [UA01]}]\n"
        "control_totals: [{source: core banking, what: accounts, count: 4}]\nsample: {seed: 5, unflagged: 2}\n",
        encoding="utf-8",
    )
    options = Options(criteria="first")
    first = write("lookback", workspace, tmp_path / "a", options=options)
    second = write("lookback", workspace, tmp_path / "b", options=options)
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    files = {file.name: file.read_text("utf-8") for file in first if file.suffix == ".csv"}
    steps = {row["step"]: row["count"] for row in csv.DictReader(io.StringIO(files["EX-01A_population.csv"]))}
    assert steps["Population: opened by staff in the period"] == "3"
    assert [row["account_id"] for row in csv.DictReader(io.StringIO(files["EX-03A_confirmed.csv"]))] == ["A1"]
    assert "core banking,accounts,4,3,-1" in files["EX-01B_control_totals.csv"]
    form = list(csv.DictReader(io.StringIO(files["to_review.csv"])))
    assert len(form) == 3
    unflagged = next(row["account_id"] for row in form if row["account_id"] != "A1")
    (folder / "first-results.csv").write_text(
        f"account_id,result,reviewer,reviewed_on\n{unflagged},authorized,olga,2024-08-01\n", encoding="utf-8"
    )
    third = write("lookback", workspace, tmp_path / "c", options=options)
    contents = {file.name: file.read_bytes() for file in third}
    assert untraced(exhibits(contents)) == []
    assert not_on_paper(contents["lookback.pdf"], exhibits(contents)) == []
    estimates = next(file for file in third if file.name.startswith("EX-06A")).read_text("utf-8")
    assert "unflagged,unauthorized,2,1,0" in estimates


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("versions: []", "versions"),
        ("versions: [{version: a, detectors: [XX99]}]", "there is no detector XX99"),
        ("versions: [{version: a, detectors: []}, {version: a, detectors: []}]", "the same name"),
        ("versions: [{version: a, detectors: [], account_score: 2}]", "account_score"),
    ],
)
def test_wrong_criteria_are_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    workspace = Workspace.init(tmp_path)
    (tmp_path / "lookbacks").mkdir()
    (tmp_path / "lookbacks/bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_criteria(workspace, "bad")
    for name in ("none", "../bad"):
        with pytest.raises(UsageError, match="criteria"):
            read_criteria(workspace, name)


def test_without_criteria_of_the_firm_the_report_says_whose_they_are(tmp_path: Path) -> None:
    assert "not adopted by the firm" in read_criteria(Workspace.init(tmp_path), None).in_force.version
