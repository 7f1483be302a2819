"""The second generator's firms: feeds that load without a rejected row, the same for the same seed, with a true key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.generated import section
from bench.second.firm import Firm
from bench.second.habits import drawn
from surveil.config import Workspace
from surveil.feeds.load import load


def small(seed: int, folder: Path, culprits: int = 3) -> Firm:
    ways = drawn(np.random.default_rng(seed), honest=False)
    everything = {f"has_{feed}": True for feed in ("contacts", "consents", "goals", "assignments")}
    firm = Firm(seed, habits=replace(ways, reps=9, branches=2, days=90, culprits=culprits, **everything))
    firm.write(folder)
    return firm


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.csv"))}


def test_a_seed_is_a_firm_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        small(seed, tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert files(tmp_path / "a") != files(tmp_path / "c")


def test_every_row_is_accepted_and_every_culprit_opened_what_the_key_says(tmp_path: Path) -> None:
    firm = small(3, tmp_path / "feeds")
    report = load(Workspace.init(tmp_path / "ws"), tmp_path / "feeds")
    assert report.read == report.accepted > 1_000
    accounts = pd.read_csv(tmp_path / "feeds" / "accounts.csv", dtype=str).set_index("account_id")
    key = pd.read_csv(tmp_path / "feeds" / "answers" / "accounts.csv", dtype=str)["account_id"]
    openers = set(accounts.loc[key, "opened_by"])
    assert openers <= {f"E{rep:04d}" for rep in firm.culprits}
    assert len(key) > 10


def test_without_culprits_the_key_is_empty(tmp_path: Path) -> None:
    small(4, tmp_path / "feeds", culprits=0)
    for name in ("reps", "accounts", "items"):
        assert pd.read_csv(tmp_path / "feeds" / "answers" / f"{name}.csv").empty


@pytest.mark.parametrize("accused", [0, 2])
def test_the_section_says_how_many_honest_firms_had_somebody_flagged(accused: int) -> None:
    flagged = {
        "bad": 3,
        "honest": accused,
        "false_discovery_rate": 0.1,
        "recall_severe": 0.5,
        "recall_mild": None,
    }
    reps = {
        "ranked": 90, "bad": 7, "average_precision": 0.8, "by_chance": 0.08, "flagged": flagged,
        "honest_p_values": 90, "honest_p_below": {"0.05": 0.04, "0.01": 0.01, "0.001": None},
    }  # fmt: skip
    firm = {
        "seed": 1,
        "told": "goals",
        "board": {"reps": reps, "accounts": {"average_precision": None, "by_chance": 0.0}},
    }
    text = section("feeds left out", [firm], [firm], "the command")
    assert f"somebody flagged in {int(accused > 0)}, {accused} of 90 people" in text
    assert "| 1 | goals | 7 of 90 | 0.80 | 0.08 | 3 right" in text
