"""Cuts the bytes of a CSV file into records, set-based, and says which records are not well-formed.

Quotes follow RFC 4180: a field may be quoted as a whole, quotes in it are doubled, and it may hold line ends.
An unclosed quote must not swallow the rows after it, so a record that cannot be right is reduced to its first
line, which is a fault, and reading goes on at the next line.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_NUL, _NEWLINE, _QUOTE, _COMMA = 0, 10, 34, 44
_WINDOW = 1 << 14
_GROWTH = 8
_WIDE = 5  # columns from which the commas of a line hardly agree with the header by chance


class Fault(IntEnum):
    """What is wrong with a record, 0 if nothing is; a blank line is no record at all."""

    NONE = 0
    BLANK = 1
    QUOTE = 2
    FEWER = 3
    MORE = 4
    TOO_LONG = 5
    NUL = 6
    ENCODING = 7


@dataclass(frozen=True)
class Cut:
    """Records found in some bytes: `data[starts[i]:ends[i]]` is record i without its line end.

    `faults[i]` is its `Fault`, `lines[i]` the number of line ends inside it. The first `used` bytes are dealt
    with; the rest is the beginning of a record whose end has not been read yet.
    """

    starts: Ints
    ends: Ints
    faults: Ints
    lines: Ints
    used: int


@dataclass(frozen=True)
class _Window:
    starts: Ints
    ends: Ints
    fields: Ints
    bad_start: int | None
    used: int


def cut(data: bytes, columns: int, *, at_end: bool, longest: int) -> Cut:
    """Cut `data`, which begins at the beginning of a record and has line feeds as its only line ends.

    `columns` is the number of fields of a good record, `longest` the limit of its bytes. `at_end` says that
    nothing comes after `data`.
    """
    array = np.frombuffer(data, dtype=np.uint8)
    if _QUOTE in data:
        starts, ends, fields, broken, used = _cut_quoted(data, array, columns, at_end, longest)
    else:
        window = _plain(array, at_end)
        starts, ends, fields, used = window.starts, window.ends, window.fields, window.used
        broken = np.zeros(len(starts), dtype=bool)
    newlines = np.flatnonzero(array[:used] == _NEWLINE)
    lines = np.searchsorted(newlines, ends) - np.searchsorted(newlines, starts)
    faults = np.zeros(len(starts), dtype=np.int64)
    faults[fields < columns] = Fault.FEWER
    faults[fields > columns] = Fault.MORE
    faults[broken] = Fault.QUOTE
    _mark_encoding(data, array, starts, ends, faults)
    if b"\0" in data:
        nul = np.flatnonzero(array[:used] == _NUL)
        faults[np.searchsorted(nul, ends) > np.searchsorted(nul, starts)] = Fault.NUL
    faults[ends - starts > longest] = Fault.TOO_LONG
    faults[ends == starts] = Fault.BLANK
    return Cut(starts, ends, faults, lines, used)


def _plain(array: npt.NDArray[np.uint8], at_end: bool) -> _Window:
    newlines = np.flatnonzero(array == _NEWLINE)
    commas = np.flatnonzero(array == _COMMA)
    starts, ends, used = _bounds(newlines, len(array), at_end)
    fields = np.searchsorted(commas, ends) - np.searchsorted(commas, starts) + 1
    return _Window(starts, ends, fields, None, used)


def _bounds(terminators: Ints, length: int, at_end: bool) -> tuple[Ints, Ints, int]:
    """Starts and ends of the records before `terminators`; at the end of the file the last may have none."""
    used = int(terminators[-1]) + 1 if len(terminators) else 0
    ends = terminators
    if at_end and used < length:
        ends = np.append(ends, length)
        used = length
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1]) if len(ends) else ends
    return starts, ends, used


def _cut_quoted(
    data: bytes, array: npt.NDArray[np.uint8], columns: int, at_end: bool, longest: int
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_], int]:
    """Cut by windows that shrink after a fault and grow again, so that many faults stay cheap."""
    found: list[tuple[Ints, Ints, Ints, bool]] = []
    position, size, length = 0, len(data), len(data)
    while position < length:
        end = min(position + size, length)
        window = _quoted(array[position:end], columns, at_end and end == length, longest)
        found.append((window.starts + position, window.ends + position, window.fields, False))
        bad = window.bad_start
        if (
            bad is None
            and end - position - window.used > longest
            and b"\n" in data[position + window.used : end]
        ):
            bad = window.used
        if bad is not None:
            start = position + bad
            stop = data.find(b"\n", start)
            if stop < 0 and not at_end:
                position = start
                break
            stop = length if stop < 0 else stop
            found.append((np.array([start]), np.array([stop]), np.array([columns]), True))
            position, size = min(stop + 1, length), _WINDOW
            continue
        position += window.used
        if end == length:
            break
        size *= _GROWTH
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty, np.zeros(0, dtype=bool), position
    starts, ends, fields = (np.concatenate([part[i] for part in found]) for i in range(3))
    broken = np.concatenate([np.full(len(part[0]), part[3]) for part in found])
    return starts, ends, fields, broken, position


def _quoted(array: npt.NDArray[np.uint8], columns: int, at_end: bool, longest: int) -> _Window:
    """Cut up to the first record whose quotes cannot be right; `bad_start` is where that one begins."""
    is_quote = array == _QUOTE
    inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8)).astype(bool)
    newlines = np.flatnonzero(array == _NEWLINE)
    limit = _first_wrong_quote(array, np.flatnonzero(is_quote), at_end)
    terminators = newlines[~inside[newlines]]
    if limit is None:
        starts, ends, used = _bounds(terminators, len(array), at_end)
        bad = None
    else:
        starts, ends, used = _bounds(terminators[terminators < limit], len(array), False)
        bad = used
    swallowed = _swallowing(array, newlines, starts, ends, columns, longest)
    if swallowed is not None:
        bad = int(starts[swallowed])
        starts, ends, used = starts[:swallowed], ends[:swallowed], bad
    commas = np.flatnonzero((array == _COMMA) & ~inside)
    fields = np.searchsorted(commas, ends) - np.searchsorted(commas, starts) + 1
    return _Window(starts, ends, fields, bad, used)


def _first_wrong_quote(array: npt.NDArray[np.uint8], quotes: Ints, at_end: bool) -> int | None:
    """Position of the first quote that opens inside a field, closes before its end, or is never closed."""
    opens, closes = quotes[0::2], quotes[1::2]
    before = array[np.maximum(opens - 1, 0)]
    wrong_open = ~((opens == 0) | (before == _COMMA) | (before == _NEWLINE) | (before == _QUOTE))
    last = len(array) - 1
    after = array[np.minimum(closes + 1, last)]
    wrong_close = ~((closes == last) | (after == _COMMA) | (after == _NEWLINE) | (after == _QUOTE))
    wrong = [*opens[wrong_open][:1], *closes[wrong_close][:1]]
    if at_end and len(quotes) % 2:
        wrong.append(quotes[-1])
    return int(min(wrong)) if wrong else None


def _swallowing(
    array: npt.NDArray[np.uint8], newlines: Ints, starts: Ints, ends: Ints, columns: int, longest: int
) -> int | None:
    """The first record that holds other rows: too long, or most of its lines have the commas of a whole row.

    That is what two missing quotes leave. In a narrow table a letter may look so by chance: there all lines must.
    """
    first, last = np.searchsorted(newlines, starts), np.searchsorted(newlines, ends)
    several = np.flatnonzero(last > first)
    if not len(several):
        return None
    commas = np.flatnonzero(array == _COMMA)
    edges = np.searchsorted(commas, np.concatenate([[0], newlines, [len(array)]]))
    like_row = np.concatenate([[0], np.cumsum(np.diff(edges) == columns - 1)])
    count = last[several] - first[several] + 1
    alike = like_row[last[several] + 1] - like_row[first[several]]
    too_long = ends[several] - starts[several] > longest
    rows = 2 * alike > count if columns >= _WIDE else (alike == count) & (count > 2)
    suspicious = several[too_long | rows]
    return int(suspicious[0]) if len(suspicious) else None


def _mark_encoding(data: bytes, array: npt.NDArray[np.uint8], starts: Ints, ends: Ints, faults: Ints) -> None:
    """Mark the records that are not UTF-8; only records with bytes beyond ASCII are looked at one by one."""
    if data.isascii():
        return
    try:
        data[: int(ends[-1]) if len(ends) else 0].decode("utf-8")
    except UnicodeDecodeError:
        high = np.flatnonzero(array >= 0x80)
        for i in np.flatnonzero(np.searchsorted(high, ends) > np.searchsorted(high, starts)):
            try:
                data[starts[i] : ends[i]].decode("utf-8")
            except UnicodeDecodeError:
                faults[i] = Fault.ENCODING
