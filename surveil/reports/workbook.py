"""Exhibits as one workbook (XLSX) for reading: a sheet each, nothing in a cell can run, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice

import xlsxwriter

from surveil.reports.exhibits import Exhibit, Value

SHEET_ROWS = 1_048_575
"""Rows a sheet takes below its head; the CSV has those beyond."""
CELL_CHARACTERS = 32_767
LARGEST = 10**13
# What XML 1.0 cannot hold, and lone surrogates: shown by their code, as on paper.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Text stays text: no formula, link, number or error is made of what a cell says.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # A row is written down before the next one begins, so that a long sheet is never in memory.
    "constant_memory": True,
}


def workbook(exhibits: Sequence[Exhibit], as_of: dt.date) -> bytes:
    """The XLSX file; `as_of` dates it. Values are those of the CSV files, masked where those are."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, _OPTIONS)
    book.set_properties({"created": dt.datetime.combine(as_of, dt.time()), "comments": "made by surveil"})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E4E9EF", "text_wrap": True, "valign": "top"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
        "count": book.add_format({"num_format": "#,##0"}),
    }
    for exhibit in exhibits:
        _sheet(book, exhibit, formats)
    book.close()
    return target.getvalue()


def _sheet(book: xlsxwriter.Workbook, exhibit: Exhibit, formats: dict[str, xlsxwriter.format.Format]) -> None:
    sheet = book.add_worksheet(exhibit.number[:31])
    for place, field in enumerate(exhibit.fields):
        sheet.write_string(0, place, field.title or field.name, formats["head"])
        sheet.set_column(place, place, min(48, max(10, 12 * field.share)))
    for number, row in enumerate(islice(exhibit.rows, SHEET_ROWS), 1):
        for place, value in enumerate(row):
            _cell(sheet, number, place, value, formats)
    sheet.freeze_panes(1, 0)
    if exhibit.rows:
        sheet.autofilter(0, 0, min(len(exhibit.rows), SHEET_ROWS), len(exhibit.fields) - 1)


def _cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    place: int,
    value: Value,
    formats: dict[str, xlsxwriter.format.Format],
) -> None:
    if value is None or value == "":
        return
    # A spreadsheet keeps fifteen digits: a longer number would be changed, so it stays text.
    if isinstance(value, int | Decimal) and -LARGEST < value < LARGEST:
        sheet.write_number(
            row, place, float(value), formats["amount" if isinstance(value, Decimal) else "count"]
        )
        return
    text = _UNPRINTABLE.sub(lambda match: f"\\u{{{ord(match.group()):04X}}}", str(value))
    if len(text) > CELL_CHARACTERS:
        text = text[: CELL_CHARACTERS - 60] + f" […cut here: the CSV has all {len(text):,} characters]"
    sheet.write_string(row, place, text)
