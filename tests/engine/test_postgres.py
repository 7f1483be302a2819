"""The same detectors, unchanged, on DuckDB and on PostgreSQL: every model row for row, every decision to the last digit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from bench.engines.agreement import differences, measured
from surveil.config import EngineSettings, Workspace
from surveil.engine.backends import connect, shown
from surveil.errors import UsageError


def test_postgresql_measures_and_decides_as_duckdb_does(
    small_firm: Workspace, postgres_url: str, tmp_path: Path
) -> None:
    ours = measured(small_firm, "duckdb://", tmp_path)
    theirs = measured(small_firm, postgres_url, tmp_path)
    assert sum(len(frame) for frame in ours.values()) > 5_000, "too little was measured to compare"
    assert list(differences(ours, theirs)) == []


def test_an_engine_out_of_reach_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="PostgreSQL can't be used"):
        connect(EngineSettings(url="postgresql://nobody@127.0.0.1:1/nothing"), tmp_path)


def test_an_unknown_engine_is_refused_without_telling_its_password(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not known") as refused:
        connect(EngineSettings(url="oracle://clerk:secret@host/db"), tmp_path)
    assert "secret" not in str(refused.value)


def test_a_password_is_not_shown() -> None:
    assert shown("postgresql://clerk:s3:cret@host:5432/db") == "postgresql://clerk:***@host:5432/db"
    assert shown("postgresql://clerk@host/db") == "postgresql://clerk@host/db"
    assert shown("spark://local[2]") == "spark://local[2]"


def test_a_long_query_can_be_broken_off_from_another_thread(postgres_url: str, tmp_path: Path) -> None:
    """Whoever stops a scan waits for no query; the engine works on afterwards."""
    endless = {
        "duckdb://": "SELECT COUNT(*) AS n FROM range(100000000000) AS a",
        postgres_url: "SELECT COUNT(*) AS n FROM generate_series(1, 100000000000) AS a",
    }
    for url, sql in endless.items():
        backend = connect(EngineSettings(url=url), tmp_path)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(backend.query, sql)
            while wait([asked], 0.1).not_done:
                backend.interrupt()
        assert asked.exception() is not None
        assert backend.query("SELECT 1 AS n").to_pylist() == [{"n": 1}]
        backend.close()
