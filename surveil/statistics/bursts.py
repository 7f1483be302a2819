"""Kleinberg's bursts: the cheapest way to explain event times by states of rising rate (Kleinberg 2003)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveil.errors import UsageError
from surveil.statistics.arrays import Floats, Ints


@dataclass(frozen=True)
class Burst:
    """A stretch of time, from one event to another, spent at `level` or above (1: the whole series)."""

    level: int
    start: float
    end: float


def kleinberg_bursts(offsets: npt.ArrayLike, scale: float = 2.0, gamma: float = 1.0) -> list[Burst]:
    """Nested bursts of the events at the times `offsets` (distinct), by level of intensity.

    Each level's rate is `scale` times the one below; `gamma` is the price of rising. Give times on the
    scale of the expected number of events to judge against a profile. Fewer than two events have no bursts.
    Raises UsageError when two events are at one time.
    """
    times = np.sort(np.asarray(offsets, np.float64))
    if times.size < 2:
        return []
    gaps = np.diff(times)
    if gaps.min() <= 0:
        raise UsageError("Kleinberg's bursts need events at distinct times; spread those of one day over it.")
    if scale <= 1 or gamma <= 0:
        raise UsageError("Kleinberg's bursts need a scale above one and a gamma above zero.")
    return _nested(times, _states(gaps, scale, gamma))


def _states(gaps: Floats, scale: float, gamma: float) -> Ints:
    """Cheapest sequence of states, one per gap (Viterbi)."""
    span, n = gaps.sum(), gaps.size
    levels = int(np.ceil(1 + np.log(span) / np.log(scale) + np.log(1 / gaps.min()) / np.log(scale)))
    levels = max(levels, 1)
    rate = n / span * scale ** np.arange(levels, dtype=np.float64)
    state = np.arange(levels)
    rise = np.maximum(state[None, :] - state[:, None], 0) * gamma * np.log(n)
    cost = np.where(state == 0, 0.0, np.inf)
    came_from = np.zeros((n, levels), dtype=np.int64)
    for i, gap in enumerate(gaps):
        path = cost[:, None] + rise
        came_from[i] = np.argmin(path, axis=0)
        cost = path.min(axis=0) + rate * gap - np.log(rate)
    best = np.empty(n, dtype=np.int64)
    best[-1] = int(np.argmin(cost))
    for i in range(n - 1, 0, -1):
        best[i - 1] = came_from[i, best[i]]
    return best


def _nested(times: Floats, states: Ints) -> list[Burst]:
    """A burst of each level for every maximal run of gaps at that level or above, in order of start."""
    bursts = []
    for level in range(1, int(states.max(initial=0)) + 2):
        high = np.concatenate([[False], states >= level - 1, [False]])
        edges = np.flatnonzero(high[1:] != high[:-1])
        bursts += [
            Burst(level, float(times[a]), float(times[b]))
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]
    return sorted(bursts, key=lambda b: (b.start, b.level))
