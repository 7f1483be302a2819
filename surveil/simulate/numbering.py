"""The numbers that rows are known by: in order of time, running on from group to group, the same for honest and not."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from surveil.simulate.table import Array, Streams

PREFIX = {
    "accounts": ("A", 9),
    "customers": ("C", 9),
    "consents": ("D", 9),
    "transactions": ("T", 10),
    "sales": ("S", 8),
    "referrals": ("F", 8),
    "contacts": ("N", 9),
    "profile_changes": ("P", 8),
    "complaints": ("Q", 7),
    "reps": ("R", 5),
    "branches": ("B", 4),
    "campaigns": ("K", 3),
    "quotas": ("G", 6),
    "payouts": ("Y", 6),
    "discipline": ("H", 5),
}


@dataclass
class Numbering:
    """Hands out numbers; `next` is the first free one of each feed."""

    seed: int
    next: dict[str, int] = field(default_factory=dict)

    def in_time(self, feed: str, at: Array) -> Array:
        """A number for each row, in order of `at` (ties in the order of the rows)."""
        first = self.next.get(feed, 1)
        self.next[feed] = first + len(at)
        numbers = np.empty(len(at), dtype=np.int64)
        numbers[np.argsort(at, kind="stable")] = first + np.arange(len(at))
        return numbers

    def shuffled(self, feed: str, count: int) -> Array:
        """Numbers in random order, so that they say nothing: for representatives and branches."""
        return 1001 + Streams(self.seed)(f"numbers of {feed}").permutation(count * 3)[:count]


def text_of(feed: str, numbers: Array) -> list[str]:
    """Numbers as they are written in the feeds."""
    prefix, width = PREFIX[feed]
    return [f"{prefix}{number:0{width}d}" for number in numbers]
