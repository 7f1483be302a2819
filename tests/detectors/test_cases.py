"""Every detector against its cases: on hand-written firms it fires, stays quiet, or says that it can't know."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

import pytest

from surveil.config import Workspace
from surveil.detectors import registry
from surveil.detectors.base import TEST_COLUMNS, Decision, frame, verdicts_of
from surveil.engine import days, open_engine
from surveil.scan import coverage, findings
from tests.detectors.cases import Case, cases_of, files
from tests.detectors.firm import snapshot_of

ALL = [case for file in files() for case in cases_of(file)]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace.init(tmp_path_factory.mktemp("cases") / "workspace")
    (made.path / "surveil.toml").write_text('timezone = "UTC"\n', encoding="utf-8")
    return Workspace.open(made.path)


def decide(case: Case, workspace: Workspace, folder: Path) -> Decision | str:
    """What the detector says of the case's firm; a text where it cannot run."""
    detector = registry.detectors()[case.detector]
    snapshot = snapshot_of(case.feeds, folder)
    reason = coverage.missing(detector, snapshot)
    if reason:
        return reason
    settings = {case.detector: case.parameters}
    as_of = None if case.as_of is None else days.to_day(dt.date.fromisoformat(case.as_of))
    measured_parameters = registry.measured_parameters(settings)
    with open_engine(workspace, snapshot, as_of, parameters=measured_parameters, to_sellers=True) as engine:
        measured = {model: engine.fetch(model) for model in detector.models}
    for other, said in case.heard.items():
        assert other in detector.hears
        measured[verdicts_of(other)] = frame(TEST_COLUMNS, subject_id=list(said), p_value=list(said.values()))
    return findings.checked(detector, detector.decide(measured, detector.parameters(case.parameters)))


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.detector}: {case.name}")
def test_case(case: Case, workspace: Workspace, tmp_path: Path) -> None:
    decided = decide(case, workspace, tmp_path)
    if case.expect == "not run":
        assert isinstance(decided, str), "the detector ran although something it needs is missing"
        return
    assert not isinstance(decided, str), decided
    found = sorted(decided.items["key"])
    tests = decided.tests.set_index("subject_id")["p_value"].astype(float)
    if case.items is not None:
        assert found == sorted(case.items)
    if case.expect == "fires":
        assert found or case.p_below, "a case that fires says what is found"
    if case.expect == "quiet":
        assert case.items is None or case.items == [] or case.p_above, "a quiet case says what stays quiet"
        assert case.items is not None or case.p_above or not found
    if case.expect == "insufficient":
        assert not found
        assert tests.isna().all()
        assert decided.gaps or decided.examined == 0
    for subject, bound in case.p_below.items():
        assert tests[subject] < bound, decided.tests.to_string()
    for subject, bound in case.p_above.items():
        assert tests[subject] > bound, decided.tests.to_string()
    for column, texts in (("reason", case.told), ("explanation", case.explained)):
        said = decided.tests.set_index("subject_id")[column]
        for subject, text in texts.items():
            assert text in said[subject]
    for told in decided.tests["reason"].dropna():
        assert not re.search(r"\bnan\b|(?<![\d.])0(\.0)? expected|\d{3,}\.\d|\de-\d\d|  ", told), told
    if case.gap is not None:
        assert any(case.gap in gap.reason for gap in decided.gaps), decided.gaps
    if case.no_gap is not None:
        assert not any(case.no_gap in gap.reason for gap in decided.gaps), decided.gaps


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.detector == "UA17" and case.p_below], ids=lambda case: case.name
)
def test_what_a_sentence_counts_is_listed(case: Case, workspace: Workspace, tmp_path: Path) -> None:
    """An officer must see each customer that UA17's sentence speaks of, not only those who are likely one by one."""
    strict = dataclasses.replace(case, parameters={**case.parameters, "listed_from": 0.99})
    decided = decide(strict, workspace, tmp_path)
    assert not isinstance(decided, str), decided
    customers = decided.items.groupby("rep_id")["customer_id"].nunique()
    for subject in case.p_below:
        counted = decided.tests.set_index("subject_id").loc[subject, "observed"]
        assert 0 < counted <= customers[subject]


@pytest.mark.parametrize(
    "case", [case for case in ALL if case.detector == "CS01" and case.items], ids=lambda case: case.name
)
def test_who_lacked_a_registration_is_told_which_one_the_product_asks_for(
    case: Case, workspace: Workspace, tmp_path: Path
) -> None:
    decided = decide(case, workspace, tmp_path)
    assert not isinstance(decided, str), decided
    asked = {row["product_code"]: row.get("requires") for row in case.feeds["products"]}
    for detail in decided.items["detail"]:
        assert detail["requires"] == asked[detail["product_code"]]
