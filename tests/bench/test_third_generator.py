"""The third generator's firms: every feed loads, the same for the same seed, and the key speaks of what the feeds have."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bench.third.firm import Firm
from surveil.config import Workspace
from surveil.evaluate.answers import AnswerKey
from surveil.feeds.load import load

BROKER = 2  # the seed of the smallest kind, which has sales and referrals, too


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("third") / "feeds"
    Firm(BROKER).write(folder)
    return folder


def test_a_seed_is_a_firm(feeds: Path, tmp_path: Path) -> None:
    Firm(BROKER).write(tmp_path)
    names = [path.relative_to(feeds) for path in sorted(feeds.rglob("*.*"))]
    assert len(names) > 15
    for name in names:
        assert (tmp_path / name).read_bytes() == (feeds / name).read_bytes(), name


def test_every_row_loads_but_for_what_a_later_row_replaces(feeds: Path, tmp_path: Path) -> None:
    report = load(Workspace.init(tmp_path / "workspace"), feeds)
    assert report.rejected == 0
    assert report.accepted > 50_000


def test_the_key_names_accounts_and_people_of_the_firm(feeds: Path) -> None:
    key = AnswerKey.read(feeds / "answers")
    accounts = pd.read_csv(feeds / "accounts.csv", dtype=str)
    assert len(key.bad) > 3
    assert key.bad <= set(pd.read_csv(feeds / "reps.csv", dtype=str)["rep_id"])
    assert 0 < len(key.accounts) < len(accounts) / 50
    assert set(key.accounts["account_id"]) <= set(accounts["account_id"])


def test_an_honest_firm_has_the_oddities_and_an_empty_key(feeds: Path, tmp_path: Path) -> None:
    Firm(BROKER, honest=True).write(tmp_path)
    key = AnswerKey.read(tmp_path / "answers")
    for table in (key.reps, key.accounts, key.items):
        assert table.empty
    odd = [
        set(pd.read_csv(folder / "answers" / "oddities.csv", dtype=str)["oddity"])
        for folder in (feeds, tmp_path)
    ]
    assert odd[0] == odd[1]
    assert len(odd[1]) > 10
