"""Measuring ahead: the next detector's measurements are made meanwhile, in order, and broken off with the scan."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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
    with measuring(cast("Any", engine), done, detectors) as ahead:
        for detector in detectors:
            ahead.wait()
            ((name, rows),) = done.measured(detector).items()
            assert rows["model"].tolist() == [name] == list(detector.models)
    assert engine.asked == ["one", "two", "three"]


def test_what_goes_wrong_is_told_to_the_detector_that_asked_for_it(open_ahead: Callable[..., Any]) -> None:
    with open_ahead(SlowEngine(), turns("one", "broken", "two")) as ahead:
        ahead.wait()
        with pytest.raises(RuntimeError, match="no such table"):
            ahead.wait()
        ahead.wait()


def test_a_scan_that_is_stopped_waits_for_no_query(open_ahead: Callable[..., Any]) -> None:
    engine = SlowEngine()
    detectors = turns("one", "endless", "never")

    def stopped() -> None:
        with open_ahead(engine, detectors) as ahead:
            ahead.wait()
            assert engine.begun.wait(30)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert engine.interrupted.is_set()
    assert "never" not in engine.asked


def test_ctrl_c_while_it_waits_for_a_query_ends_it_though_another_is_queued(
    open_ahead: Callable[..., Any],
) -> None:
    engine, queued = SlowEngine(), threading.Event()

    def one_by_one() -> Iterator[Any]:
        yield from turns("endless")
        queued.set()
        yield from turns("never")

    def impatient() -> None:
        assert queued.wait(30)
        time.sleep(0.2)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def scanned() -> None:
        with open_ahead(engine, one_by_one()) as ahead:
            threading.Thread(target=impatient).start()
            ahead.wait()

    with pytest.raises(KeyboardInterrupt):
        scanned()
    assert engine.interrupted.is_set()
    assert engine.asked == ["endless"]
