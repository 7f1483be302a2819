"""The accuracy benchmark: its features on a firm made by hand, its baselines, and the page it writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.accuracy.__main__ import seed_range
from bench.accuracy.features import Features, features
from bench.accuracy.report import accuracy_section, write_section
from surveil.evaluate import Outputs, score
from tests.evaluate import firm

pytest.importorskip("pyod", reason="the baselines are PyOD's")

BAD, GOOD = "culprit", [f"rep{i:02d}" for i in range(40)]


def synthetic() -> Features:
    """Forty ordinary reps and one with three times the others' share in two of three metrics."""
    random = np.random.default_rng(1)
    reps = pd.Index([*GOOD, BAD], name="rep_id")
    rates = pd.DataFrame(0.1, index=reps, columns=["no consent", "never used", "complaint"])
    rates.loc[BAD, ["no consent", "never used"]] = 0.3
    n = 200
    observed = pd.DataFrame(random.binomial(n, rates), index=reps, columns=rates.columns).astype(float)
    expected = observed * 0 + n * 0.1
    return Features(observed / n, observed, expected, expected * 0.9)


def test_every_baseline_finds_the_plain_case() -> None:
    from bench.accuracy.baselines import BASELINES

    for name, method in BASELINES.items():
        ranking = method(synthetic())
        Outputs.of(ranking)
        assert ranking["rep_id"].iloc[0] == BAD, name
        assert len(ranking) == 41, name
        assert ranking.set_index("rep_id").loc[BAD, "flagged"] or name == "count of red flags", name


def test_baselines_stand_a_firm_that_tells_almost_nothing() -> None:
    from bench.accuracy.baselines import BASELINES

    full = synthetic()
    empty = Features(
        full.raw * np.nan, full.observed * np.nan, full.expected * np.nan, full.variance * np.nan
    )
    for name, method in BASELINES.items():
        if "IForest" not in name and "KNN" not in name:
            assert not method(empty)["flagged"].any(), name


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    """Two reps with 20 accounts each. Bad: no consent, never used, closed early, a colleague's phone. Good: nothing."""
    opened = [(rep, i) for rep in ("bad", "good") for i in range(20)]
    lines = {
        "accounts": "account_id,customer_id,opened_by,product_code,channel,branch_id,status,opened_at,closed_on,phone",
        "transactions": "transaction_id,account_id,kind,amount,posted_at,initiated_by",
        "consents": "consent_id,account_id",
        "contacts": "contact_id,customer_id,at,kind,product_code,outcome",
    }
    rows: dict[str, list[str]] = {name: [] for name in lines}
    for rep, i in opened:
        key, phone = f"{rep}{i}", "+1 555 0100" if rep == "bad" else f"+1 555 9{i:03d}"
        closed = "2023-02-20" if rep == "bad" and i < 5 else ""
        rows["accounts"].append(
            f"{key},c{key},{rep},CHK,branch,b1,open,2023-02-0{1 + i % 9}T10:00,{closed},{phone}"
        )
        rows["transactions"].append(f"d{key},{key},deposit,50.00,2023-02-1{i % 2}T10:00,customer")
        rows["transactions"].append(f"i{key},{key},interest,0.10,2023-03-31,system")
        if rep == "good":
            rows["transactions"].append(f"u{key},{key},purchase,-5.00,2023-03-01T10:00,customer")
            rows["consents"].append(f"k{key},{key}")
            rows["contacts"].append(f"m{key},c{key},2023-02-0{1 + i % 9}T09:00,visit,CHK,attended")
    rows["accounts"].append("old,c,good,CHK,branch,b1,open,2009-01-01,,")
    rows["transactions"] += ["first,gone,login,,2023-01-01,customer", "last,gone,login,,2023-12-31,customer"]
    files = {f"{name}.csv": "\n".join([head, *rows[name]]) + "\n" for name, head in lines.items()}
    return firm.write(tmp_path / "feeds", {**files, "reps.csv": "rep_id,phone\nx,5550100\nbad,15550100\n"})


def test_features_say_what_an_analyst_would_count(feeds: Path) -> None:
    known = features(feeds, pd.Index(["bad", "good"], name="rep_id"))
    bad, good = known.raw.loc["bad"], known.raw.loc["good"]
    wrong = ["no consent", "no contact", "never used", "shared phone", "staff contact"]
    assert bad[wrong].tolist() == [1.0] * 5
    assert good[wrong].tolist() == [0.0] * 5
    assert bad["closed within 90 days"] == pytest.approx(0.25)
    assert known.observed.loc["good", "no consent"] == 0  # the account of 2009 is history


def test_what_is_expected_of_a_rep_comes_from_the_others(feeds: Path) -> None:
    known = features(feeds, pd.Index(["bad", "good"], name="rep_id"))
    assert known.expected.loc["bad", "no consent"] < 5
    assert known.z.loc["bad", "no consent"] > 5 > known.z.loc["good", "no consent"]


def result(tmp_path: Path, seed: int) -> dict[str, object]:
    answers = firm.write(tmp_path / "answers", firm.ANSWERS)
    good = score(firm.ranking(["forger", "gamer", "gone", "star"], {"forger"}), answers).as_dict()
    poor = score(firm.ranking(["star", "forger", "gamer", "gone"], {"star"}), answers).as_dict()
    options = {"reps": 4, "months": 6, "preset": "base", "honest": False}
    return {
        "seed": seed,
        "options": options,
        "complete": seed == 1,
        "methods": {"surveil": good, "raw | z": poor},
    }


def test_the_section_pairs_methods_on_the_same_firms(tmp_path: Path) -> None:
    text = accuracy_section([result(tmp_path, 1), result(tmp_path, 2)], "python -m bench.accuracy")
    paired = next(line for line in text.splitlines() if line.startswith("| raw \\| z | +"))
    assert "+0.36 [+0.36, +0.36]" in paired  # 1 less (1/2 + 2/3 + 3/4) / 3
    assert "In 1 of them a detector failed" in text
    assert "nan" not in text.lower()


def test_writing_a_section_leaves_the_rest_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n<!-- begin a -->\nold\n<!-- end a -->\ntail\n", encoding="utf-8")
    write_section("a", "new", page)
    assert page.read_text(encoding="utf-8") == "# Title\n<!-- begin a -->\nnew\n<!-- end a -->\ntail\n"
    with pytest.raises(ValueError, match="no markers"):
        write_section("b", "new", page)


def test_every_section_that_a_command_writes_has_its_place_on_the_page() -> None:
    from bench.accuracy.__main__ import PRESETS
    from bench.accuracy.report import PAGE

    text = PAGE.read_text(encoding="utf-8")
    for name in [*(f"accuracy {preset}" for preset in PRESETS), "null"]:
        assert text.count(f"<!-- begin {name} -->") == text.count(f"<!-- end {name} -->") == 1


def test_seeds_are_a_range() -> None:
    assert seed_range("3-5") == [3, 4, 5]
    assert seed_range("7") == [7]
    for wrong in ("5-3", "x", "1-y"):
        with pytest.raises(Exception, match=r"range of seeds|ends before"):
            seed_range(wrong)
