"""Tables on paper: every row once, head on every page, tall cells go on, any length."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.reports.content import Heading, Listing
from surveil.reports.exhibits import Exhibit, Field
from surveil.reports.paper import blocks
from surveil.reports.pdf import fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.table import TableColumn
from surveil.reports.pdf.text import Typesetter
from tests.reports.pages import pages

COLUMNS = [TableColumn("Key", 1), TableColumn("Remark", 4), TableColumn("Amount", 1, "right")]


def printed(rows: list[tuple[object, ...]]) -> list[str]:
    story = Story(
        Typesetter(fonts.load(east_asian=False)), Imprint("t", "a", "h", "f", dt.date(2024, 1, 31), "T")
    )
    story.text("before the table")
    story.table(COLUMNS, rows)
    story.text("after the table")
    return pages(story.render())


def test_every_row_is_printed_once_and_the_head_on_every_page() -> None:
    text = printed([(f"K{number:04d}", "remark " * (number % 30), number) for number in range(400)])
    assert len(text) > 5
    assert all("Remark" in page for page in text)
    together = "\n".join(text)
    assert [together.count(f"K{number:04d}") for number in range(400)] == [1] * 400


def test_a_cell_taller_than_a_page_goes_on_and_loses_no_word() -> None:
    words = " ".join(f"w{number}" for number in range(330))
    text = printed([("first", "x", 1), ("tall", words + "\n" * 150 + "the end", 2), ("last", "y", 3)])
    together = " ".join("\n".join(text).split())
    assert words in together
    assert together.index("tall") < together.index("the end") < together.index("last")
    assert len(text) > 2


def test_a_missing_value_is_not_known_and_an_empty_one_is_blank() -> None:
    text = "\n".join(printed([("a", None, ""), ("b", "", None)]))
    assert text.count("not known") == 2


def test_a_table_without_rows_has_its_head() -> None:
    text = "\n".join(printed([]))
    assert "Remark" in text
    assert "after the table" in text


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 3)),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=15, deadline=None)
def test_rows_of_any_height_keep_their_order(shape: list[tuple[int, int]]) -> None:
    rows = [(f"Key{n:03d}", "lorem " * words + "\n" * ends, n) for n, (words, ends) in enumerate(shape)]
    together = "\n".join(printed(list(rows)))
    places = [together.index(f"Key{n:03d}") for n in range(len(rows))]
    assert places == sorted(places)
    assert together.count("lorem") == sum(min(words, 333) for words, _ in shape) or "cut here" in together


@pytest.mark.parametrize("points", range(420, 640, 8))
def test_the_heading_of_a_list_is_never_left_at_the_foot_of_the_page_before(points: int) -> None:
    story = Story(
        Typesetter(fonts.load(east_asian=False)), Imprint("t", "a", "h", "f", dt.date(2024, 1, 31), "T")
    )
    story.heading("Item 1")
    story.gap(points)
    rows = tuple((f"K{number:04d}",) for number in range(90))
    made = Exhibit("EX-01A", "keys", "Keys", "One row per key, " * 12, (Field("key", "Key"),), rows)
    blocks(story, {made.number: made}, [Heading("Keys of the firm"), Listing(made.number)])
    (page,) = [page for page in pages(story.render()) if "Keys of the firm" in page]
    assert "K0000" in page
