"""Sorted rows of files: one order by code points, every row once, and nothing left on the disk."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveil.config import EngineSettings
from surveil.engine.sorted_rows import sorter

TYPES = {"key": "VARCHAR", "day": "BIGINT", "note": "VARCHAR"}
ROW = st.tuples(
    st.text("aZ\u00e9\U0001f600 -", max_size=3), st.none() | st.integers(-9, 9), st.none() | st.just("x")
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(ROW, max_size=5), min_size=1, max_size=3))
def test_all_rows_come_in_the_order_of_code_points_and_of_the_files(
    files: list[list[tuple[object, ...]]], tmp_path: Path
) -> None:
    paths = []
    for number, rows in enumerate(files):
        paths.append(tmp_path / f"{number}.parquet")
        pd.DataFrame(rows, columns=list(TYPES)).to_parquet(paths[-1], index=False)
    with sorter(EngineSettings(threads=1), tmp_path) as sort:
        got = [row for batch in sort.rows(paths, TYPES, ["key"]) for row in batch.to_pylist()]
    every = [dict(zip(TYPES, row, strict=True)) for rows in files for row in rows]
    assert got == sorted(every, key=lambda row: str(row["key"]).encode())
    assert {path.name for path in tmp_path.iterdir()} >= {path.name for path in paths}
    assert not list(tmp_path.glob("spill*"))


def test_the_folder_for_what_does_not_fit_is_gone_when_sorting_fails(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no table")
    with pytest.raises(Exception, match=r"broken\.parquet"), sorter(EngineSettings(), tmp_path) as sort:
        list(sort.rows([broken], TYPES, ["key"]))
    assert [path.name for path in tmp_path.iterdir()] == ["broken.parquet"]


def test_batches_join_to_one_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveil.engine.sorted_rows._BATCH", 2048)
    numbers = pd.DataFrame(
        {"key": [f"{n * 7919 % 10_007:05d}" for n in range(10_007)], "day": 1, "note": None}
    )
    numbers.to_parquet(tmp_path / "numbers.parquet", index=False)
    with sorter(EngineSettings(), tmp_path) as sort:
        batches = list(sort.rows([tmp_path / "numbers.parquet"], TYPES, ["key"]))
    assert len(batches) > 1
    assert pa.concat_tables(batches)["key"].to_pylist() == sorted(numbers["key"])
