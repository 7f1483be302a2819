"""Cutting bytes into records: like the csv module where quotes are right, and never swallowing rows where not."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.feeds.records import Fault, cut

FIELD = st.text(st.sampled_from('ab,"\n é;'), max_size=6)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(FIELD, min_size=width, max_size=width), min_size=1, max_size=8)
)


def records_of(
    data: bytes, columns: int, at_end: bool = True, longest: int = 1000
) -> list[tuple[bytes, Fault]]:
    found = cut(data, columns, at_end=at_end, longest=longest)
    return [
        (data[start:end], Fault(fault))
        for start, end, fault in zip(found.starts, found.ends, found.faults.tolist(), strict=True)
    ]


def written(rows: list[list[str]], quoting: int) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return stream.getvalue().encode("utf-8")


@given(TABLES, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_right_csv_is_cut_as_the_csv_module_reads_it(rows: list[list[str]], quoting: int) -> None:
    data = written(rows, quoting)
    found = records_of(data, len(rows[0]))
    if any(fault is Fault.QUOTE for _, fault in found):
        return  # text that looks like rows of its own is not believed; see below
    read = [next(csv.reader(io.StringIO(raw.decode("utf-8"), newline=""))) for raw, _ in found]
    assert read == rows
    assert all(fault is Fault.NONE for _, fault in found)


@given(st.binary(max_size=60).map(lambda data: data.replace(b"\r", b"")), st.integers(1, 4), st.data())
def test_any_bytes_are_cut_completely_and_the_same_in_one_piece_or_two(
    data: bytes, columns: int, draw: st.DataObject
) -> None:
    whole = records_of(data, columns)
    at = draw.draw(st.integers(0, len(data)))
    first = cut(data[:at], columns, at_end=False, longest=1000)
    rest = data[first.used :]
    pieces = records_of(data[: first.used], columns, at_end=False) + records_of(rest, columns)
    assert pieces == whole
    assert b"\n".join(raw for raw, _ in whole) == data.removesuffix(b"\n")


@given(st.lists(st.text(st.sampled_from('a,"\n'), max_size=12), max_size=12), st.integers(1, 3))
def test_line_ends_are_all_accounted_for(parts: list[str], columns: int) -> None:
    data = "\n".join(parts).encode()
    found = cut(data, columns, at_end=True, longest=1000)
    lines = data.count(b"\n") + (1 if data and not data.endswith(b"\n") else 0)
    assert int(np.sum(found.lines + 1)) == lines


def test_an_unclosed_quote_costs_its_own_line_only() -> None:
    rows = [b"%d,x,y" % i for i in range(5000)]
    rows[10] = b'10,"x,y'
    found = records_of(b"\n".join(rows) + b"\n", 3)
    assert [i for i, (_, fault) in enumerate(found) if fault is not Fault.NONE] == [10]
    assert [raw for raw, _ in found] == rows


def test_two_missing_quotes_do_not_swallow_the_rows_between_them() -> None:
    rows = [b"%d,x,y" % i for i in range(1000)]
    rows[10], rows[900] = b'10,"x,y', b'900,x",y'
    found = records_of(b"\n".join(rows) + b"\n", 3, longest=100_000)
    assert [i for i, (_, fault) in enumerate(found) if fault is not Fault.NONE] == [10, 900]
    assert len(found) == 1000


def test_a_letter_with_line_ends_and_commas_is_one_field() -> None:
    letter = b'7,"Dear Sir,\nI, the customer, never asked for it.\n\nYours, J ""Jo"" Doe",open'
    assert records_of(letter + b"\n8,short,open\n", 3, longest=10_000) == [
        (letter, Fault.NONE),
        (b"8,short,open", Fault.NONE),
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (b"a,b", Fault.FEWER),
        (b"a,b,c,d", Fault.MORE),
        (b'a,5" pipe,c', Fault.QUOTE),
        (b'a,"b"x,c', Fault.QUOTE),
        (b"a,\xe9,c", Fault.ENCODING),
        (b"a,\0,c", Fault.NUL),
        (b"a," + b"x" * 200 + b",c", Fault.TOO_LONG),
        (b"", Fault.BLANK),
        (b'a,"b\n,""c""",c', Fault.NONE),
        ("a,é€😀,c".encode(), Fault.NONE),
    ],
)
def test_faults(row: bytes, fault: Fault) -> None:
    data = b"1,2,3\n" + row + b"\n4,5,6\n"
    found = records_of(data, 3, longest=100)
    assert found[0] == (b"1,2,3", Fault.NONE)
    assert found[1] == (row, fault)
    assert found[-1] == (b"4,5,6", Fault.NONE)


def test_many_faults_stay_cheap() -> None:
    rows = [b'a,5" pipe,c' if i % 2 else b'a,"b",c' for i in range(20_000)]
    found = cut(b"\n".join(rows), 3, at_end=True, longest=1000)
    assert int((found.faults == Fault.QUOTE).sum()) == 10_000
    assert len(found.starts) == 20_000
