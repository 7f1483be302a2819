"""Several scored firms together: means with 95 % intervals, and paired differences between methods."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from surveil.errors import UsageError
from surveil.evaluate.render import table
from surveil.evaluate.scoreboard import Scoreboard


@dataclass(frozen=True)
class Interval:
    """A mean over firms with its 95 % interval (Student's t); with one firm there is none."""

    mean: float
    low: float | None
    high: float | None
    sd: float | None
    firms: int


@dataclass(frozen=True)
class Aggregate:
    """Each number of the scoreboards by its path (`reps.flagged.recall`), over the firms where it exists."""

    firms: int
    numbers: dict[str, Interval]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"firms": self.firms, "numbers": {path: asdict(value) for path, value in self.numbers.items()}}

    def render(self) -> str:
        """One line a number."""
        rows = [(path, n.mean, n.low, n.high, n.sd, n.firms) for path, n in self.numbers.items()]
        header = ("", "mean", "low", "high", "sd", "firms")
        return table(f"Over {self.firms} firms (95 % intervals)", header, rows) + "\n"


def aggregate(boards: Sequence[Scoreboard]) -> Aggregate:
    """Means over firms.

    Raises:
        UsageError: there is no scoreboard.
    """
    if not boards:
        raise UsageError("There is no scoreboard to take means of.")
    values: dict[str, list[float]] = {}
    for board in boards:
        for path, value in numbers_of(board.as_dict()):
            values.setdefault(path, []).append(value)
    return Aggregate(len(boards), {path: mean_interval(found) for path, found in values.items()})


def numbers_of(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, float]]:
    """The numbers in nested dictionaries with their dotted paths; None, text and lists are left out."""
    for name, value in tree.items():
        here = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping):
            yield from numbers_of(value, here)
        elif isinstance(value, bool | int | float):
            yield here, float(value)


def mean_interval(values: Iterable[float]) -> Interval:
    """Mean and 95 % interval by Student's t, as firms are independent and their scores nearly normal.

    Raises:
        UsageError: there are no values.
    """
    sample = np.asarray(list(values), dtype=float)
    if not len(sample):
        raise UsageError("There is no value to take the mean of.")
    mean = float(sample.mean())
    if len(sample) == 1:
        return Interval(mean, None, None, None, 1)
    from scipy.stats import t

    sd = float(sample.std(ddof=1))
    half = float(t.ppf(0.975, len(sample) - 1)) * sd / math.sqrt(len(sample))
    return Interval(mean, mean - half, mean + half, sd, len(sample))


def paired_difference(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """The mean of `ours - theirs`, firm by firm: what two methods differ on the same firms.

    Raises:
        UsageError: the two are not of the same firms.
    """
    if len(ours) != len(theirs):
        raise UsageError(
            f"{len(ours)} and {len(theirs)} values cannot be paired: score both on the same firms."
        )
    return mean_interval(a - b for a, b in zip(ours, theirs, strict=True))
