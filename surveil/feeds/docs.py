"""Writes docs/feeds.md from the contract: `python -m surveil.feeds.docs > docs/feeds.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from surveil.feeds.contract import FEEDS, Column, Feed

_HEAD = """\
# The feeds

What a firm hands to surveil. Export each table into one folder and run `surveil load FOLDER`. This page is made from
the contract in `surveil/feeds/contract.py`, which loading follows too; `surveil schema` gives the same as JSON Schema
and as empty CSV templates.

## Files
- A feed is `<feed>.csv`, `<feed>.csv.gz` or `<feed>.parquet`, or any number of parts whose names begin with
  `<feed>-`. Other files are named in the load report and left alone; folders inside the folder are not opened.
- CSV is UTF-8 with commas and a header line; the order of columns is free. A field with a comma, a quotation mark or
  a line end in it is written in quotation marks, with quotation marks in it doubled. Any of the usual line ends will
  do. Blank lines are no rows.
- Parquet columns may have their natural types (dates, timestamps, decimals, whole numbers, true/false) or be text.
  Identifiers must not be decimal numbers.
- `reps`, `products`, `customers` and `accounts` are needed, in this load or an earlier one. A feed that has no rows is
  a file with its header line alone, which says something else than no file: *nothing there*, not *not known*.
- A required column that is missing stops the whole load. Columns that are not listed here are left out and reported.

## Cells
| type | written as |
|---|---|
| text | anything; spaces around it are dropped, identifiers keep leading zeros |
| bool | true, false, 1, 0, Y, N, yes, no, in any case |
| date | `2024-03-31`; it must exist in the calendar |
| timestamp | `2024-03-31 14:05:00`, `2024-03-31T14:05`, `2024-03-31T14:05:00-05:00`, `2024-03-31T19:05Z` |
| money | `-1234.50`: no separators, no sign of a currency, no exponent |
| integer | `12`; `12.0` too |
| fraction | `0.75`, from 0 to 1 |

- A timestamp without an offset is the local time of the row's branch, where the row has one with a time zone, else of
  the workspace. A date alone is midnight and is counted in the report. Fractions of a second are dropped. Years are
  1900 to 2199.
- Money with more than two decimals is rounded to cents, half away from zero, and counted in the report.

An empty cell means that the value is not known, never that the answer is no. Where a column has a list, another value is
kept and reported, and counts as not known. A cell that cannot be read, or an empty cell in a required column (marked
\\*), rejects its row.

A local time that the clocks skip is read with the offset before the change; one that occurs twice means the first.

## Loading
- A load happens whole or not at all, whatever interrupts it. A file whose bytes were loaded before is skipped, also
  when settings such as the time zone have changed since.
- The report adds up for every file: rows read = accepted + superseded + rejected. Rejected rows are kept in
  `data/loads/NNNNNN/rejects/<feed>.parquet` as they came, with file, record number (the header is 1), column and
  reason. In a Parquet file the first row is number 1.
- Of rows with the same key in one load the last one counts, by file name and then by record; the others are kept in
  `superseded/`. A row in a later load replaces the row with its key, as a whole; the older version stays readable.
- References to rows that are not there are reported with samples; the rows are kept. References into a feed that was
  never loaded are not checked.
- Files larger than memory are read in blocks. Limits against damaged or hostile files stand under `[load]` in
  `surveil.toml`.
- An unclosed quotation mark costs its own line, not the lines after it: a quoted field most of whose lines look like
  rows is not believed.

## What is known on a day
A scan as of a day sees a row from the day in the feed's *event* column on. What a row says about later days is put
back: see *known later* under each feed.
"""


def feeds_page() -> str:
    """The page, as Markdown."""
    return "\n".join([_HEAD, *_contents(), *(line for feed in FEEDS.values() for line in _feed(feed))])


def _contents() -> Iterator[str]:
    yield "## The tables"
    yield "| feed | needed | key | event | |"
    yield "|---|---|---|---|---|"
    for feed in FEEDS.values():
        needed = "yes" if feed.required else ""
        key = ", ".join(feed.key)
        yield f"| [`{feed.name}`](#{feed.name}) | {needed} | {key} | {feed.event or ''} | {feed.doc} |"
    yield ""


def _feed(feed: Feed) -> Iterator[str]:
    yield f"### {feed.name}"
    yield feed.doc + (" Needed." if feed.required else "")
    if feed.exactly_one:
        yield f"Each row fills exactly one of {', '.join(feed.exactly_one)}."
    yield ""
    yield "| column | type | |"
    yield "|---|---|---|"
    for column in feed.columns:
        yield _column(column)
    yield ""
    for forget in feed.forgets:
        others = [name for name in forget.columns if name != forget.when]
        reset = [f"{name} is {value}" for name, value in forget.reset.items()]
        empty = [f"{', '.join(others)} {'is' if len(others) == 1 else 'are'} empty"] if others else []
        effects = f"; until then {' and '.join([*empty, *reset])}" if empty or reset else ""
        yield f"Known later: {forget.when}{effects}."
        yield ""


def _column(column: Column) -> str:
    name = f"**{column.name}**" if column.key else column.name
    star = "\\*" if column.required else ""
    doc = column.doc.replace("|", "\\|")
    if column.values is not None:
        doc += f" ({', '.join(column.values)})"
    if column.references:
        doc += f" → `{column.references}`"
    return f"| {name}{star} | {column.type.value} | {doc} |"


if __name__ == "__main__":
    sys.stdout.write(feeds_page())
