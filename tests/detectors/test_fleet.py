"""What holds for every detector: documented, with cases of each kind, in the portable subset, versioned."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from surveil.alerts.model import SubjectType
from surveil.detectors import registry
from surveil.detectors.base import HEADINGS, Detector, Parameters, RankedInParts
from surveil.detectors.catalogue import page as manual_page
from surveil.detectors.docs import document
from surveil.detectors.outliers import rep_outlier
from surveil.detectors.outliers.rep_outlier import RepOutlier
from surveil.detectors.typologies import TYPOLOGIES
from surveil.engine.lint import problems
from surveil.engine.models import catalogue, in_order
from tests.detectors.cases import cases_of, files

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("detectors.lock")
TESTED = ROOT / "surveil" / "detectors" / "tested.json"
DETECTORS = list(registry.detectors().values())
IDENTITY = {
    "id", "slug", "name", "version", "status", "family", "typology", "severity", "subject", "rule", "supports", "ranks",
    "weight", "listens", "hears", "in_parts", "by_branch", "undivided", "needs", "models", "parameter_type",
}  # fmt: skip

#: Models that say one thing of the whole firm, such as for the coverage report: the first part of it says it for all.
COUNTED_ONCE = {
    "name_counts",
    "trainer_counts",
    "explained_tokens",
    "unknown_tokens",
    "known_staff",
    "district_cells",
}

each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.id)


def source(detector: Detector) -> Path:
    return Path(str(sys.modules[type(detector).__module__].__file__))


@each
def test_names_agree(detector: Detector) -> None:
    assert re.fullmatch(r"[A-Z]{2}\d\d", detector.id)
    assert source(detector).stem == detector.slug
    assert type(detector).__name__ == "".join(word.capitalize() for word in detector.slug.split("_"))
    own = {name for name in vars(type(detector)) if not name.startswith("_")}
    assert own - IDENTITY <= {"decide", "together"}, "an attribute that nothing reads"


@pytest.mark.parametrize("detector", [d for d in DETECTORS if d.in_parts], ids=lambda d: d.id)
def test_every_part_of_a_large_firm_gets_what_it_is_judged_by(detector: Detector) -> None:
    assert detector.subject is (SubjectType.BRANCH if detector.by_branch else SubjectType.REP)
    columns = {model: catalogue()[model].columns for model in detector.models}
    assert all("branch_id" in columns[model] for model in detector.by_branch)
    if detector.by_branch:
        assert {model for model in columns if "rep_id" in columns[model]} <= set(detector.by_branch)
    whole = {model for model in columns if "rep_id" not in columns[model]} - set(detector.by_branch)
    assert whole - COUNTED_ONCE == set(detector.undivided), "not given to every part of a large firm"
    assert isinstance(detector, RankedInParts) == detector.ranks, "the rankings of the parts are not made one"


def test_a_ranking_in_parts_that_cannot_be_made_one_is_no_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(RankedInParts):
        id = "OL99"
        decide = RepOutlier.decide

    class Whole(Forgetful):
        together = RepOutlier.together

    for made in (Forgetful, Whole):
        made.__module__ = rep_outlier.__name__
        monkeypatch.setattr(rep_outlier, made.__name__, made, raising=False)
    assert inspect.isabstract(Forgetful)
    found = registry.detectors.__wrapped__()
    assert found.keys() - registry.detectors().keys() == {"OL99"}
    assert isinstance(found["OL99"], Whole)


@each
def test_the_manual_page_is_complete(detector: Detector) -> None:
    page = detector.manual()
    assert page.startswith(f"# {detector.id} ")
    found = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert tuple(found) == HEADINGS
    assert all(len(part.split("\n", 1)[1].strip()) > 20 for part in page.split("\n## ")[1:])
    innocent = page.partition("## Innocent explanations")[2].partition("\n## ")[0]
    assert innocent.count("\n- ") >= 2, "an alert may cost somebody his job: name what else it may be"
    shown = innocent + page.partition("## What to check")[2].partition("\n## ")[0]
    assert not re.search(r"\d cents|\b1 days", page), "money as an amount, and one day as one"
    assert "`" not in shown, "an alert's page and the reports show these points as they are"


@each
def test_numbers_in_the_manual_come_from_the_parameters(detector: Detector) -> None:
    """A default typed into the prose would go stale when it is tuned."""
    written = detector.__class__.__module__ and (sys.modules[type(detector).__module__].__doc__ or "")
    decides = written.partition("## How it decides")[2].partition("\n## ")[0]
    defaults = {str(f.default) for f in detector.parameter_type.model_fields.values()} - {"0", "1", "2"}
    assert not defaults & set(re.findall(r"(?<![\w.{-])\d+(?:\.\d+)?", decides))


@each
def test_every_parameter_says_what_it_is(detector: Detector) -> None:
    assert issubclass(detector.parameter_type, Parameters)
    for name, info in detector.parameter_type.model_fields.items():
        extra = info.json_schema_extra
        assert isinstance(extra, dict), name
        assert info.description, name
        assert extra["unit"], name
        assert extra["citation"], name


@each
def test_sources_can_be_looked_up(detector: Detector) -> None:
    """A manual page names statutes, cases and papers, not somebody's notes."""
    parameters = detector.parameter_type.model_fields.values()
    cited = [
        str(f.json_schema_extra["citation"]) for f in parameters if isinstance(f.json_schema_extra, dict)
    ]
    told = " ".join([detector.manual().partition("## References")[2], *cited])
    assert not re.search(r"\bnotes \d|\bnotes T\d|\bT\d\d\b|\bours\b|seeds:|catalogue of detectors", told)


def test_typologies_can_be_looked_up() -> None:
    assert {code for d in DETECTORS for code in d.typology.split()} == set(TYPOLOGIES)


@each
def test_it_has_cases_of_every_kind(detector: Detector) -> None:
    file = Path(__file__).parent / detector.slug / "cases.yml"
    assert file in files(), f"{detector.id} has no cases"
    kinds = Counter(case.expect for case in cases_of(file))
    least = {"fires": 2, "quiet": 2, "boundary": 2, "insufficient": 1, "not run": 1}
    assert all(kinds[kind] >= n for kind, n in least.items()), kinds


@pytest.mark.parametrize("model", catalogue().values(), ids=lambda m: m.name)
def test_models_stay_in_the_portable_subset(model: object) -> None:
    assert problems(model) == []  # type: ignore[arg-type]


def fingerprint(detector: Detector) -> str:
    """A hash of all that a detector's decision depends on in its own files and models."""
    texts = [source(detector).read_text(encoding="utf-8")]
    texts += [model.sql for model in in_order(detector.models, catalogue())]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def test_a_changed_detector_has_a_new_version() -> None:
    """`detectors.lock` is rewritten by: python -m tests.detectors.test_fleet"""
    locked = json.loads(LOCK.read_text(encoding="utf-8"))
    now = {d.id: {"version": d.version, "sha256": fingerprint(d)} for d in DETECTORS}
    stale = {
        name
        for name, line in now.items()
        if name in locked
        and line["sha256"] != locked[name]["sha256"]
        and line["version"] == locked[name]["version"]
    }
    assert not stale, f"changed without a new version: {sorted(stale)}"
    assert now == locked, "run: python -m tests.detectors.test_fleet"


def test_the_page_of_all_detectors_is_up_to_date() -> None:
    """Rewritten by: python -m surveil.detectors.docs > docs/detectors.md"""
    assert (ROOT / "docs" / "detectors.md").read_text(encoding="utf-8") == document()


def told_by_cases() -> dict[str, dict[str, list[str]]]:
    """What `surveil detectors ID` tells of the cases: detector -> what has to come out -> their names."""
    told: dict[str, dict[str, list[str]]] = {}
    for case in (case for file in files() for case in cases_of(file)):
        told.setdefault(case.detector, {}).setdefault(case.expect, []).append(case.name)
    return dict(sorted(told.items()))


def test_the_cases_told_with_a_detector_are_those_it_is_tested_by() -> None:
    told = json.loads(TESTED.read_text(encoding="utf-8"))
    assert told == told_by_cases(), "run: python -m tests.detectors.test_fleet"
    assert told.keys() == registry.detectors().keys()
    for name, cases in told.items():
        page = manual_page(name, {})
        assert all(f"- {case}\n" in page for names in cases.values() for case in names)


if __name__ == "__main__":
    TESTED.write_text(json.dumps(told_by_cases(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    content = {d.id: {"version": d.version, "sha256": fingerprint(d)} for d in DETECTORS}
    LOCK.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
