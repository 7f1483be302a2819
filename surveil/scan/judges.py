"""Who judges: this process, or several beside it, so that detectors are judged at the same time."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from surveil.detectors import registry
from surveil.detectors.base import Detector
from surveil.errors import SurveilError
from surveil.feeds.snapshots import Snapshot
from surveil.scan import judging
from surveil.scan.steps import Steps, Written

#: Our judgement: with fewer accounts a firm is judged before further processes have started. With 80,000 two gained.
_WORTH_PROCESSES = 20_000
#: Each holds the rows of the detector it judges, so that not all of a large machine's processors are taken unasked.
_MOST_UNASKED = 4

_ENDED = (
    "the process that judged it was ended from outside, most likely as memory ran out; "
    "set a lower judged_together or processes = 1 under [engine] in surveil.toml"
)


def processes_for(asked: int, snapshot: Snapshot, parts: int) -> int:
    """How many processes judge a firm: what the settings ask for; by default one for every two processors, as the engine
    works on all of them meanwhile, or for every one where there are parts, as the last detectors are judged long after the
    engine is done; and this one only where the firm is small.
    """
    if asked:
        return asked
    if snapshot.feeds["accounts"].rows < _WORTH_PROCESSES:
        return 1
    from loky import cpu_count

    free = int(cpu_count()) if parts > 1 else int(cpu_count()) // 2
    return max(1, min(free, _MOST_UNASKED))


@dataclass(frozen=True)
class _Pending:
    """A detector that is being judged, with what is to come of each share of the firm."""

    detector: Detector
    parameters: Any
    futures: Sequence[Future[Written | str]]


class Judges:
    """Detectors being judged.

    `failed` says why those failed that did; the decisions of the others are among the finished steps after `wait`.
    """

    def __init__(self, processes: int, done: Steps, parts: int) -> None:
        self._processes, self._done, self._parts = processes, done, parts
        self._pool: Any = _Here() if processes == 1 else _pool(processes)
        self._pending: list[_Pending] = []
        self.failed: dict[str, str] = {}

    def judge(self, detector: Detector, parameters: Any) -> None:
        """Have a measured detector judged, each part of the firm apart; one that listens to others after a `wait`."""
        shares = judging.shares_of(detector, self._parts)
        try:
            futures = [self._submit(self._pool, detector, parameters, share) for share in shares]
        except BrokenExecutor:
            self._pool = _pool(self._processes)
            futures = [self._submit(self._pool, detector, parameters, share) for share in shares]
        self._pending.append(_Pending(detector, parameters, futures))
        # What is decided counts as finished at once, for a scan that is broken off.
        for one in [one for one in self._pending if all(future.done() for future in one.futures)]:
            self._take(one)

    def wait(self) -> None:
        """Until all are judged.

        Raises:
            SurveilError: as a detector raised it.
        """
        while self._pending:
            self._take(self._pending[0])

    def _take(self, one: _Pending) -> None:
        parts = [self._result(one, share) for share in range(len(one.futures))]
        self._pending.remove(one)
        failures = [part for part in parts if isinstance(part, str)]
        if failures:
            self.failed[one.detector.id] = failures[0]
        else:
            self._done.keep(one.detector, [part for part in parts if isinstance(part, Written)])

    def _result(self, one: _Pending, share: int) -> Written | str:
        """What was written of a share, or why it failed."""
        try:
            return one.futures[share].result()
        except BrokenExecutor:  # a process that is ended takes with it all that others were about to judge
            return self._alone(one, share)

    def _alone(self, one: _Pending, share: int) -> Written | str:
        with _pool(1) as alone:
            try:
                return self._submit(alone, one.detector, one.parameters, share).result()
            except BrokenExecutor:
                return _ENDED

    def _submit(self, pool: Any, detector: Detector, parameters: Any, share: int) -> Future[Written | str]:
        asked = (detector, parameters, self._done, self._parts, share)
        future: Future[Written | str] = pool.submit(_judged, *asked)
        return future

    def stop(self) -> None:
        """Break off what is being judged."""
        if self._processes > 1:
            self._pool.shutdown(kill_workers=True)

    def close(self) -> None:
        """Let go of the processes."""
        self._pool.shutdown()


@contextmanager
def judging_with(processes: int, done: Steps, parts: int) -> Iterator[Judges]:
    """`Judges` that are broken off where the scan is.

    Args:
        processes: how many detectors are judged at the same time; one is judged in this process.
        done: where what was measured is read and what is decided is written.
        parts: how many parts the firm has.
    """
    judges = Judges(processes, done, parts)
    try:
        yield judges
    except BaseException:
        judges.stop()
        raise
    judges.close()


class _Here(Executor):
    """Does what it is asked in this process, before it answers."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future = Future[Any]()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def _pool(processes: int) -> Any:
    from loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(processes, initializer=_ready)
    pool.submit(_ready)  # they start now, while models are measured
    return pool


def _ready() -> None:
    """Make a process ready to judge. Ctrl-C, which a terminal sends to all, is left to the scan: it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    registry.detectors()


def _judged(detector: Detector, parameters: Any, done: Steps, parts: int, share: int) -> Written | str:
    """Judge a share of the firm and write down what is decided, or say why it failed."""
    try:
        return done.write(detector, share, judging.decision(detector, parameters, done, parts, share))
    except SurveilError:
        raise
    except Exception as error:  # a detector's defect must not take the others' results with it
        return done.failed(detector, error, share)
