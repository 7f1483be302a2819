"""The same detectors, unchanged, on DuckDB and on Spark; and what happens when Spark is out of reach or broken off."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from bench.engines.agreement import differences, measured
from surveil.config import EngineSettings, Workspace
from surveil.engine.backends import connect
from surveil.errors import SurveilError, UsageError

LOCAL = EngineSettings(url="spark://local[2]")


def test_spark_measures_and_decides_as_duckdb_does(small_firm: Workspace, spark: Any, tmp_path: Path) -> None:
    folders = [tmp_path / "duckdb", tmp_path / "spark"]
    for folder in folders:
        folder.mkdir()
    ours = measured(small_firm, "duckdb://", folders[0])
    theirs = measured(small_firm, LOCAL.url, folders[1])
    assert sum(len(frame) for frame in ours.values()) > 5_000, "too little was measured to compare"
    assert list(differences(ours, theirs)) == []
    ours["account_evidence"].loc[0, "account_id"] = "another"
    assert any("account_evidence" in told for told in differences(ours, theirs)), "a difference would be seen"


def test_a_long_query_is_broken_off_and_spark_works_on(spark: Any, tmp_path: Path) -> None:
    backend, other = connect(LOCAL, tmp_path / "one"), connect(LOCAL, tmp_path / "other")
    with ThreadPoolExecutor(2) as pool:
        endless = pool.submit(
            backend.query, "SELECT COUNT(*) AS n FROM range(100000) a, range(100000) b WHERE a.id < -b.id"
        )
        short = pool.submit(other.query, "SELECT SUM(a.id % 7) AS n FROM range(30000000) a")
        while wait([endless], 0.1).not_done:
            backend.interrupt()
        assert endless.exception() is not None
        assert short.result(120).to_pylist()[0]["n"] > 0, "another engine's query goes on"
    assert backend.query("SELECT 1 AS n").to_pylist() == [{"n": 1}]
    backend.close()
    other.close()


def test_two_engines_at_once_do_not_see_each_others_tables(spark: Any, tmp_path: Path) -> None:
    one, other = connect(LOCAL, tmp_path / "one"), connect(LOCAL, tmp_path / "other")
    one.create("told", "SELECT 1 AS n")
    other.create("told", "SELECT 2 AS n")
    assert [engine.rows("SELECT * FROM told").to_pylist() for engine in (one, other)] == [
        [{"n": 1}],
        [{"n": 2}],
    ]
    one.close()
    assert other.rows("SELECT * FROM told").to_pylist() == [{"n": 2}], (
        "who closes first takes nothing from the other"
    )
    other.close()
    assert not list(tmp_path.rglob("*.parquet"))
    assert spark.range(3).count() == 3, "a connection that others made is left open"


def test_rows_that_workers_wrote_out_of_sight_are_missed(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the folder is not shared, a worker's part lies on a disk of its own: here it sees only half the files."""
    seen = Path.glob

    def half(folder: Path, pattern: str) -> Iterator[Path]:
        return iter(sorted(seen(folder, pattern))[::2])

    backend = connect(LOCAL, tmp_path)
    monkeypatch.setattr(Path, "glob", half)
    with pytest.raises(SurveilError, match=r"workers wrote 100 rows, of which \d+ are in"):
        backend.create("told", "SELECT /*+ REPARTITION(4) */ id FROM range(100)")
    backend.close()


def test_an_empty_result_is_no_missing_one(spark: Any, tmp_path: Path) -> None:
    backend = connect(LOCAL, tmp_path)
    backend.create("nothing", "SELECT id AS n FROM range(10) WHERE id < 0")
    backend.create("none", "SELECT n FROM nothing WHERE 1 = 0")
    assert backend.rows("SELECT * FROM none").to_pylist() == []
    backend.close()


@pytest.mark.parametrize("url", ["spark://", "spark://host", "spark://host:port", "spark://a:7077,b"])
def test_an_address_that_is_none_is_refused(spark_is_there: None, url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="spark://HOST:PORT"):
        connect(EngineSettings(url=url), tmp_path)


def test_a_master_out_of_reach_is_refused_before_anything_runs(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    with pytest.raises(UsageError, match=r"No Spark master answers at spark://127\.0\.0\.1:1,127\.0\.0\.1:2"):
        connect(EngineSettings(url="spark://127.0.0.1:1,127.0.0.1:2"), tmp_path)


def test_another_spark_than_the_one_in_use_is_refused(spark: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"uses the Spark at local\[2\] already"):
        connect(EngineSettings(url="spark://local[3]"), tmp_path)
    connect(LOCAL, tmp_path).close()
