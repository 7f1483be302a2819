"""A real Spark cluster on the loopback, with two workers and with none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.engines.agreement import differences, measured, measured_apart
from bench.engines.cluster import standalone
from surveil.config import Workspace
from surveil.errors import UsageError

#: Joins, windows, text and contacts; `python -m bench.engines` compares all models, which takes minutes.
MODELS = ("burst_absences", "consent_missing_cells", "counted_goals", "sales_results")


@pytest.mark.usefixtures("spark_is_there")
def test_two_workers_measure_as_duckdb_does_and_leave_nothing(small_firm: Workspace, tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("cluster", "duckdb", "spark")}
    for folder in folders.values():
        folder.mkdir()
    ours = measured(small_firm, "duckdb://", folders["duckdb"], MODELS)
    assert sum(map(len, ours.values())) > 100, {name: len(frame) for name, frame in ours.items()}
    with standalone(folders["cluster"]) as (url, surroundings):
        theirs = measured_apart(small_firm, url, folders["spark"], surroundings, MODELS)
        executors = list(folders["cluster"].glob("work-*/app-*/*/stderr"))
    assert {file.parts[-4] for file in executors} == {"work-0", "work-1"}, "both workers had a part in it"
    assert list(differences(ours, theirs)) == []
    assert not list(folders["spark"].iterdir())


@pytest.mark.usefixtures("spark_is_there")
def test_a_cluster_without_workers_is_refused_instead_of_waited_for(
    small_firm: Workspace, tmp_path: Path
) -> None:
    engine = small_firm.settings.engine.model_copy(update={"wait_seconds": 3})
    hurried = Workspace(small_firm.path, small_firm.settings.model_copy(update={"engine": engine}))
    refused = pytest.raises(UsageError, match="has given no processor within 3 seconds")
    with standalone(tmp_path, workers=0) as (url, surroundings), refused:
        measured_apart(hurried, url, tmp_path / "run", surroundings, MODELS)
