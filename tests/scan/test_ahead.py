"""Measuring ahead: the next detectors' measurements are made meanwhile, in order, and broken off with the scan."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from surveil.scan import ahead
from surveil.scan.ahead import measuring
from surveil.scan.steps import Steps


@dataclass
class SlowEngine:
    """Notes what it is asked for; `broken` cannot be measured, `endless` takes until it is interrupted."""

    asked: list[str] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    interrupted: threading.Event = field(default_factory=threading.Event)

    def write(self, model: str, file: Path) -> None:
        self.asked.append(model)
        if model == "broken":
            raise RuntimeError("no such table")
        if model == "endless":
            self.begun.set()
            assert self.interrupted.wait(30), "nobody broke it off"
            raise RuntimeError("interrupted")
        pq.write_table(pa.table({"model": [model]}), file)

    def interrupt(self) -> None:
        self.interrupted.set()


def turns(*models: str) -> Any:
    return [SimpleNamespace(models=(model,)) for model in models]


@pytest.fixture
def open_ahead(tmp_path: Path) -> Callable[..., Any]:
    return lambda engine, detectors: measuring(cast("Any", engine), Steps(tmp_path), detectors)


def test_every_detector_gets_its_own_rows_and_each_model_is_measured_once(tmp_path: Path) -> None:
    engine, detectors = SlowEngine(), turns("one", "two", "two", "three")
    done = Steps(tmp_path)
    with measuring(cast("Any", engine), done, detectors) as measured:
        for detector in detectors:
            measured.wait()
            ((name, rows),) = done.measured(detector).items()
            assert rows["model"].tolist() == [name] == list(detector.models)
    assert engine.asked == ["one", "two", "three"]


def test_what_goes_wrong_is_told_to_the_detector_that_asked_for_it(open_ahead: Callable[..., Any]) -> None:
    with open_ahead(SlowEngine(), turns("one", "broken", "two")) as measured:
        measured.wait()
        with pytest.raises(RuntimeError, match="no such table"):
            measured.wait()
        measured.wait()


def test_a_scan_that_is_stopped_waits_for_no_query(open_ahead: Callable[..., Any]) -> None:
    engine = SlowEngine()
    detectors = turns("one", "endless", "never")

    def stopped() -> None:
        with open_ahead(engine, detectors) as measured:
            measured.wait()
            assert engine.begun.wait(30)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert engine.interrupted.is_set()
    assert "never" not in engine.asked


def test_ctrl_c_while_it_waits_for_a_query_ends_it_though_another_is_queued(
    open_ahead: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, really = SlowEngine(), futures.wait
    presses = iter([KeyboardInterrupt])

    def interrupted(*asked: Any) -> Any:
        for press in presses:
            assert engine.begun.wait(30)
            raise press
        return really(*asked)

    monkeypatch.setattr(ahead, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt), open_ahead(engine, turns("endless", "never")) as measured:
        measured.wait()
    assert engine.interrupted.is_set()
    assert engine.asked == ["endless"]
