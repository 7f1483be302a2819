"""A firm too large for memory: models made in parts, in files, are row for row what they are made whole."""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from bench.engines.agreement import differences, measured
from surveil.config import EngineSettings, Workspace
from surveil.engine import large, run
from surveil.engine.backends import connect
from surveil.engine.division import Division


@pytest.fixture
def tiny_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Firms of any size are large, and a model is made in two, eight or four parts in turn."""
    counts = cycle((2, 8, 4))
    # What is short beside the accounts of a large firm.
    short = {
        "calendar",
        "covered",
        "products",
        "branches",
        "opener_branches",
        "void_openings",
        "consent_gaps",
        "event_days",
        "event_openings",
    }
    monkeypatch.setattr(run, "_LARGE", 1)
    monkeypatch.setattr(large, "_FEW", 20)
    monkeypatch.setattr(large.LargeDuckDB, "_rows", lambda _, name: 0 if name in short else 1000)
    monkeypatch.setattr(large.LargeDuckDB, "_parts", lambda *_: next(counts))


@pytest.mark.usefixtures("tiny_memory")
def test_a_firm_measured_in_parts_is_measured_row_for_row_as_whole(
    small_firm: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts = []
    make = large.LargeDuckDB._by_part

    def counted(self: large.LargeDuckDB, name: str, division: Division, parts: int) -> None:
        in_parts.append(name)
        make(self, name, division, parts)

    monkeypatch.setattr(large.LargeDuckDB, "_by_part", counted)
    parted = measured(small_firm, "duckdb://", tmp_path)
    monkeypatch.setattr(run, "_LARGE", 10**9)
    whole = measured(small_firm, "duckdb://", tmp_path)
    assert {"openings", "judged_openings", "first_actions", "first_money_cells"} <= set(in_parts)
    assert len(in_parts) > 40
    assert list(differences(whole, parted)) == []


def test_nothing_that_was_made_in_parts_is_left_where_it_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "_FEW", 20)
    monkeypatch.setattr(large.LargeDuckDB, "_parts", lambda *_: 4)
    engine = connect(EngineSettings(spill_folder=str(tmp_path / "spill")), tmp_path / "run", large=True)
    ids = pa.array([f"a{n}" for n in range(1000)])
    engine.register_table("all_ids", pa.table({"account_id": ids}))
    engine.create(
        "twice", "SELECT l.account_id FROM all_ids AS l JOIN all_ids AS r ON r.account_id = l.account_id"
    )
    assert len(list((tmp_path / "spill").rglob("*.parquet"))) == 4
    engine.create("few", "SELECT account_id FROM twice WHERE account_id < 'a1'")
    assert engine.query("SELECT COUNT(*) AS n FROM twice").to_pylist() == [{"n": 1000}]
    engine.drop("twice")
    engine.drop("few")
    assert list((tmp_path / "spill").rglob("*.parquet")) == []
    engine.close()


def test_where_memory_runs_out_twice_as_many_parts_are_tried_and_nothing_is_left_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs out for the whole model, then for the second of two parts."""
    monkeypatch.setattr(large, "_FEW", 20)
    tried: list[str] = []
    run_it = large.LargeDuckDB._execute

    def scarce(self: large.LargeDuckDB, sql: str) -> int:
        tried.append(re.findall(r"/twice(\S*)\.parquet'", sql)[0])
        if tried in ([""], ["", ".0", ".1"]):
            raise duckdb.OutOfMemoryException("Out of Memory Error")
        return run_it(self, sql)

    engine = connect(EngineSettings(spill_folder=str(tmp_path / "spill")), tmp_path / "run", large=True)
    ids = pa.array([f"a{n}" for n in range(200_000)])
    engine.register_table("all_ids", pa.table({"account_id": ids}))
    monkeypatch.setattr(large.LargeDuckDB, "_execute", scarce)
    engine.create(
        "twice", "SELECT l.account_id FROM all_ids AS l JOIN all_ids AS r ON r.account_id = l.account_id"
    )
    assert tried == ["", ".0", ".1", ".0", ".1", ".2", ".3"]
    assert engine.query("SELECT COUNT(DISTINCT account_id) AS n FROM twice").to_pylist() == [{"n": 200_000}]
    made = [file.name for file in (tmp_path / "spill").rglob("twice*")]
    assert sorted(made) == [f"twice.{part}.parquet" for part in range(4)]
    engine.close()


def test_the_less_memory_there_is_the_more_parts_are_made(tmp_path: Path) -> None:
    made = []
    for limit in ("100MB", "10MB"):
        settings = EngineSettings(memory_limit=limit, threads=1)
        engine = connect(settings, tmp_path / limit, large=True)
        assert isinstance(engine, large.LargeDuckDB)
        engine.register_table("many", pa.table({"account_id": [f"account {n}" for n in range(500_000)]}))
        sql = "SELECT l.account_id FROM many AS l JOIN many AS r ON r.account_id = l.account_id"
        made.append(engine._division(sql)[1])
        engine.close()
    assert made[0] == 1
    assert made[1] in (4, 8)


def test_a_large_firm_needs_less_room_for_the_same_rows(tmp_path: Path) -> None:
    room, rows = [], []
    for is_large in (False, True):
        spill = tmp_path / f"spill_{is_large}"
        settings = EngineSettings(memory_limit="60MB", spill_folder=str(spill), threads=1)
        engine = connect(settings, tmp_path / "run", large=is_large)
        engine.register_table("numbers", pa.table({"n": range(3_000_000)}))
        for copy in range(4):
            engine.create(
                f"copy_{copy}", f"SELECT n % 20 AS n, n // 1000 AS many, {copy} AS one FROM numbers"
            )
        room.append(sum(file.stat().st_size for file in spill.rglob("*") if file.is_file()))
        rows.append(engine.rows("SELECT n, CAST(SUM(many) AS BIGINT) AS many FROM copy_3 GROUP BY n"))
        engine.close()
    assert rows[0] == rows[1]
    assert room[1] < room[0] / 2, room
