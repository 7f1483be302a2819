"""The ranking of accounts: the same whatever of the machine it may use, and within what the settings allow."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from surveil.config import EngineSettings
from surveil.engine import backends
from surveil.engine.account_ranks import ACCOUNT_RANK_COLUMNS, rank_accounts
from surveil.engine.backends import open_duckdb


def opened(folder: Path, accounts: int) -> Path:
    file = folder / "staff_accounts.parquet"
    ids = [f"A{number:07}" for number in range(accounts)]
    rows = {"account_id": ids, "rep_id": "R1", "customer_id": "C1", "opened_day": range(accounts)}
    pd.DataFrame(rows).to_parquet(file, index=False)
    return file


def rated(folder: Path, scores: dict[str, float]) -> Path:
    file = folder / "UA17.accounts.parquet"
    frame = pd.DataFrame({"account_id": scores.keys(), "score": scores.values(), "reasons": "no consent"})
    frame.to_parquet(file, index=False)
    return file


def test_the_settings_limit_what_is_taken_of_the_machine(tmp_path: Path) -> None:
    spill = tmp_path / "there" / "spill"
    with open_duckdb(EngineSettings(memory_limit="1GiB", threads=3), spill) as connection:
        asked = "SELECT current_setting(?)"
        told = [
            connection.execute(asked, [name]).fetchall()[0][0]
            for name in ("threads", "memory_limit", "temp_directory")
        ]
    assert told == [3, "1.0 GiB", str(spill)]
    assert spill.is_dir()


def test_accounts_are_ranked_alike_on_one_processor_or_several_and_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = opened(tmp_path, 5_000)
    scores = rated(tmp_path, {"A0000007": 0.9, "A0004999": 0.4, "A0000100": 0.4})
    used = list[EngineSettings]()

    def noted(settings: EngineSettings, spill: Path) -> object:
        used.append(settings)
        return open_duckdb(settings, spill)

    monkeypatch.setattr(backends, "open_duckdb", noted)
    kinds = [
        EngineSettings(threads=1, memory_limit="100MB"),
        EngineSettings(threads=4, spill_folder=str(tmp_path / "disk")),
    ]
    made = []
    for number, settings in enumerate(kinds):
        target = tmp_path / f"run{number}" / "rank_accounts.parquet"
        target.parent.mkdir()
        rank_accounts(everything, [scores], target, settings)
        made.append(pd.read_parquet(target))
        assert [file.name for file in target.parent.iterdir()] == [target.name]
    assert used == kinds
    assert not list((tmp_path / "disk").iterdir())
    pd.testing.assert_frame_equal(*made)
    assert list(made[0].columns) == list(ACCOUNT_RANK_COLUMNS)
    assert made[0]["rank"].tolist() == list(range(1, 5_001))
    assert made[0]["account_id"][0] == "A0000007"
    assert set(made[0]["account_id"][1:3]) == {"A0000100", "A0004999"}
    assert made[0]["score"].is_monotonic_decreasing
