"""Long lists: made in parts, and not to be told from short ones."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveil.reports import exhibits
from surveil.reports.exhibits import Exhibit, Field, LongRows, Personal
from surveil.reports.workbook import workbook

ROWS = [(f"A{number}", number, f"Name {number}") for number in range(23)]
FIELDS = (Field("id", "Id"), Field("n", "N"), Field("name", "Name", personal=Personal.NAME))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhibits, "PART_ROWS", 5)


def long(asked: list[tuple[int, int]] | None = None) -> LongRows:
    def make(first: int, end: int) -> list[tuple]:
        if asked is not None:
            asked.append((first, end))
        return ROWS[first:end]

    return LongRows(len(ROWS), make)


def exhibit(rows) -> Exhibit:
    return Exhibit("EX-01A", "rows", "Rows", "One a row.", FIELDS, rows)


def test_a_long_list_is_made_in_parts_and_never_whole() -> None:
    asked: list[tuple[int, int]] = []
    made = exhibit(long(asked)).csv()
    assert [row[0] for row in csv.reader(io.StringIO(made.decode()))][1:] == [row[0] for row in ROWS]
    workbook([exhibit(long(asked))], dt.date(2024, 1, 1))
    assert max(end - first for first, end in asked) == 5


def test_a_long_list_gives_the_same_files_as_a_short_one() -> None:
    for one, other in ((long(), tuple(ROWS)), (LongRows(0, lambda _, __: []), ())):
        assert exhibit(one).csv() == exhibit(other).csv()
        masked, short = (exhibit(rows).masked(lambda name: name[:1] + ".") for rows in (one, other))
        assert masked.csv() == short.csv()
        assert masked.column("name") == short.column("name") == ["N." for _ in other]
        files = [workbook([made], dt.date(2024, 1, 1)) for made in (exhibit(one), exhibit(other))]
        assert files[0] == files[1]
        assert zipfile.ZipFile(io.BytesIO(files[0])).testzip() is None


@given(st.slices(30))
def test_parts_of_a_long_list_are_those_of_a_list(part: slice) -> None:
    assert list(long()[part]) == ROWS[part]


def test_a_place_of_a_long_list_is_that_of_a_list() -> None:
    assert (long()[0], long()[-1], len(long())) == (ROWS[0], ROWS[-1], len(ROWS))
    with pytest.raises(IndexError):
        long()[23]
