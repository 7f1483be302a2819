"""The bench of long lists: both tables show every row, and the section says what was measured."""

from __future__ import annotations

from bench.reports.__main__ import MAKERS, rows, section
from tests.reports.pages import pages


def test_both_tables_show_every_row() -> None:
    for make in MAKERS.values():
        text = "\n".join(pages(make(60)))
        assert all(row[0] in text for row in rows(60))


def test_the_section_has_a_line_for_each_list_and_leaves_the_slow_one_out() -> None:
    written = section([10, 20], plain_limit=10)
    assert written.count("| surveil |") == 2
    assert written.count("| ReportLab's Table |") == 1
