"""Measuring ahead: the engine works for the detectors to come while the statistics of one are done."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from surveil.detectors.base import Detector
from surveil.engine import Engine
from surveil.scan.steps import Steps

#: Seconds between two attempts at breaking off a query: one that begins just after the first would go on.
_AGAIN = 0.1


class Ahead:
    """The measurements of detectors that take their turns in a known order, one after the other.

    What is measured ahead lies in its file until its detector's turn, so that memory holds the rows of one detector.
    """

    def __init__(self, engine: Engine, done: Steps, turns: Sequence[Detector]) -> None:
        self._engine, self._done = engine, done
        self._pool = ThreadPoolExecutor(1)
        self._due: deque[Future[None]] = deque(self._pool.submit(self._measure, one) for one in turns)

    def _measure(self, detector: Detector) -> None:
        for model in detector.models:
            self._done.measure(self._engine, model)

    def wait(self) -> None:
        """Until the detector whose turn it is has been measured; what went wrong measuring is raised here."""
        wait([self._due[0]])
        self._due.popleft().result()

    def stop(self) -> None:
        """Break off what is being measured."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        running = [one for one in self._due if not one.cancelled()]  # for `wait` a cancelled one never ends
        while wait(running, _AGAIN).not_done:
            self._engine.interrupt()

    def close(self) -> None:
        self._pool.shutdown()


@contextmanager
def measuring(engine: Engine, done: Steps, turns: Sequence[Detector]) -> Iterator[Ahead]:
    """An `Ahead` that is broken off where the scan is."""
    ahead = Ahead(engine, done, turns)
    try:
        yield ahead
    except BaseException:
        ahead.stop()
        raise
    finally:
        ahead.close()
