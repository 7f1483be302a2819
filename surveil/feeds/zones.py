"""Local time to UTC and back for many instants at once, by the IANA zones of Python's zoneinfo.

A local time that occurs twice (clocks set back) means the first occurrence. One that does not occur (clocks
set forward) is read with the offset that held before the change. Both are what zoneinfo does for `fold=0`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

DAY = 86_400
FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Offsets:
    """The offsets of a zone: `offsets[i]` holds from `changes[i - 1]` (UTC seconds) until `changes[i]`."""

    changes: Ints
    offsets: Ints

    def of_utc(self, seconds: Ints) -> Ints:
        """Offset in seconds (local minus UTC) at these UTC seconds."""
        return self.offsets[np.searchsorted(self.changes, seconds, side="right")]

    def of_local(self, seconds: Ints) -> Ints:
        """Offset in seconds (local minus UTC) at these local seconds."""
        from_local = self.changes + np.maximum(self.offsets[:-1], self.offsets[1:])
        return self.offsets[np.searchsorted(from_local, seconds, side="right")]


@cache
def offsets(zone: str) -> Offsets:
    """The offsets of a zone from the year 1900 through 2199."""
    info = ZoneInfo(zone)
    day = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    last = datetime(LAST_YEAR + 1, 1, 2, tzinfo=UTC)
    changes, values = [], [_offset(info, day)]
    while day < last:
        following = day + timedelta(days=1)
        if _offset(info, following) != values[-1]:
            changes.append(_change(info, day, following))
            values.append(_offset(info, following))
        day = following
    return Offsets(np.array(changes, dtype=np.int64), np.array(values, dtype=np.int64))


def _offset(zone: ZoneInfo, instant: datetime) -> int:
    offset = instant.astimezone(zone).utcoffset() or timedelta(0)
    return int(offset.total_seconds())


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> int:
    """UTC second in (before, after] from which the later offset holds."""
    low, high = (int((instant - _EPOCH).total_seconds()) for instant in (before, after))
    target = _offset(zone, after)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, _EPOCH + timedelta(seconds=middle)) == target:
            high = middle
        else:
            low = middle
    return high
