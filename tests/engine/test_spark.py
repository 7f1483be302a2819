"""The same detectors, unchanged, on DuckDB and on Spark: every model row for row, every decision to the last digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from surveil.config import Workspace
from surveil.detectors import registry
from surveil.engine import open_engine
from surveil.feeds import snapshots


def measured(workspace: Workspace, url: str, folder: Path) -> dict[str, pd.DataFrame]:
    snapshot = snapshots.current(workspace)
    names = sorted({model for detector in registry.detectors().values() for model in detector.models})
    parameters = registry.measured_parameters({})
    with open_engine(workspace.with_engine(url), snapshot, parameters=parameters, folder=folder) as engine:
        return {name: engine.fetch(name) for name in names}


def test_spark_measures_and_decides_as_duckdb_does(small_firm: Workspace, spark: Any, tmp_path: Path) -> None:
    folders = [tmp_path / "duckdb", tmp_path / "spark"]
    for folder in folders:
        folder.mkdir()
    ours = measured(small_firm, "duckdb://", folders[0])
    theirs = measured(small_firm, "spark://local[2]", folders[1])
    assert sum(len(frame) for frame in ours.values()) > 5_000, "too little was measured to compare"
    for name, frame in ours.items():
        pd.testing.assert_frame_equal(frame, theirs[name], obj=name)
    for detector in registry.detectors().values():
        parameters = detector.parameters({})
        one, other = detector.decide(ours, parameters), detector.decide(theirs, parameters)
        pd.testing.assert_frame_equal(one.tests, other.tests, check_exact=True, obj=detector.id)
        pd.testing.assert_frame_equal(one.items, other.items, check_exact=True, obj=detector.id)
