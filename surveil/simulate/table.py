"""Rows held column by column as numpy arrays: what every part of the simulated firm is made of."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Columns = dict[str, Array]

NONE = -(2**62)
"""Stands for "not known" in columns of whole numbers (ids, days, seconds, cents, codes)."""

DAY = 86_400


@dataclass(frozen=True)
class Streams:
    """Random numbers by purpose, so that drawing more for one thing leaves every other thing as it was."""

    seed: int
    group: int = 0

    def __call__(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.group, zlib.crc32(purpose.encode())])


def length(table: Mapping[str, Array]) -> int:
    """How many rows a table has (0 where it has no columns)."""
    return next((len(column) for column in table.values()), 0)


def take(table: Mapping[str, Array], rows: Array) -> Columns:
    """The given rows (a mask or positions) of every column."""
    return {name: column[rows] for name, column in table.items()}


def stack(tables: Sequence[Mapping[str, Array]]) -> Columns:
    """Tables one below the other; all have the same columns. Empty ones without columns are passed over."""
    present = [table for table in tables if table]
    if not present:
        return {}
    return {name: np.concatenate([table[name] for table in present]) for name in present[0]}


def running_count(keys: Array) -> Array:
    """For each position, how many earlier positions hold the same key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.zeros(0, int)
    sizes = np.diff(np.r_[starts, len(keys)])
    counts = np.empty(len(keys), dtype=np.int64)
    counts[order] = np.arange(len(keys)) - np.repeat(starts, sizes)
    return counts


def spread(counts: Array) -> tuple[Array, Array]:
    """Positions repeated by their counts, and the number of each repetition (0, 1, …)."""
    parent = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(parent)) - np.repeat(np.cumsum(counts) - counts, counts)
    return parent, nth


def choose(rng: np.random.Generator, weights: Array, size: int) -> Array:
    """Positions drawn with replacement, in proportion to weights that need not add up to 1."""
    cumulative = np.cumsum(weights, dtype=float)
    return np.asarray(np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right"))


def choose_rows(rng: np.random.Generator, weights: Array) -> Array:
    """One column drawn for each row of a matrix of weights; -1 where a row has no weight at all."""
    cumulative = np.cumsum(weights, axis=1, dtype=float)
    drawn = (rng.random(len(weights)) * cumulative[:, -1])[:, None]
    return np.where(cumulative[:, -1] > 0, (cumulative <= drawn).sum(axis=1), -1)


def objects(values: Sequence[Any]) -> Array:
    """A column of texts (or None) from a sequence."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def only(condition: Array, values: Array) -> Array:
    """Texts where the condition holds, None elsewhere."""
    column = np.full(len(condition), None, dtype=object)
    column[condition] = values[condition]
    return column
