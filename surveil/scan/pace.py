"""How far a scan is, and from what its steps took the last time, about how long it will still take."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Pace:
    """The steps of one scan as they begin.

    The estimate is the last scan's seconds for what remains, times how this one's pace compares so far. Without a last
    scan there is none: the first steps measure for those after them, and would promise far too much time.
    """

    def __init__(self, file: Path, steps: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._steps, self._clock = file, list(steps), clock
        self._before = _seconds(file)
        self._took: dict[str, float] = {}
        self._running: tuple[str, float] | None = None

    def begin(self, step: str) -> str:
        """Note that a step begins and the one before it has ended; says where the scan is."""
        self.end()
        self._running = (step, self._clock())
        place = self._steps.index(step)
        left = self._left(self._steps[place:])
        return f"{place + 1} of {len(self._steps)}" + ("" if left is None else f", {_about(left)} left")

    def end(self) -> None:
        """Note that the step that runs has ended."""
        if self._running is not None:
            step, begun = self._running
            self._took[step] = self._clock() - begun
            self._running = None

    def __enter__(self) -> Pace:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Remember what the steps took, for the next scan's estimate; not the one that was broken off."""
        if kind is None:
            self.end()
        if not self._took:
            return
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(json.dumps({**self._before, **self._took}), encoding="ascii")
        fresh.replace(self._file)

    def _left(self, steps: Sequence[str]) -> float | None:
        if not all(step in self._before for step in steps):
            return None
        known = [step for step in self._took if step in self._before]
        before, now = sum(self._before[s] for s in known), sum(self._took[s] for s in known)
        # A second either way keeps the first quick steps from deciding the pace of all.
        return sum(self._before[step] for step in steps) * (now + 1) / (before + 1)


def _about(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(10, 10 * round(seconds / 10))} seconds"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes"
    return f"about {seconds / 3600:.1f} hours"


def _seconds(file: Path) -> Mapping[str, float]:
    """What the steps of the last scan took; nothing where that was not kept."""
    try:
        return {str(step): float(took) for step, took in json.loads(file.read_text(encoding="ascii")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
