"""The contract is what was promised, and consistent in itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from surveil.feeds.columns import FEED_NAMES
from surveil.feeds.contract import FEEDS, ColumnType

DATES = {"period_start", "period_end", "covers_from", "covers_to"}


def test_every_date_timestamp_and_identifier_has_the_type_of_its_name() -> None:
    for feed in FEEDS.values():
        for column in feed.columns:
            if column.name.endswith("_on") or column.name in DATES:
                assert column.type is ColumnType.DATE, (feed.name, column.name)
            elif column.name.endswith("_at") or column.name == "at":
                assert column.type is ColumnType.TIMESTAMP, (feed.name, column.name)
            elif column.name.endswith("_id"):
                assert column.type is ColumnType.TEXT, (feed.name, column.name)


def test_every_name_used_in_the_contract_is_a_column() -> None:
    assert tuple(FEEDS) == FEED_NAMES
    for feed in FEEDS.values():
        assert feed.key
        names = [*feed.exactly_one, *([feed.event] if feed.event else [])]
        for forget in feed.forgets:
            assert forget.when in forget.columns
            names += [*forget.columns, *forget.reset]
            for column, value in forget.reset.items():
                assert value in (feed.column(column).values or ())
        for name in names:
            feed.column(name)
        for column in feed.columns:
            if column.references:
                target, _, key = column.references.partition(".")
                assert FEEDS[target].key == (key,)


def test_no_two_columns_of_a_feed_are_stored_under_one_name() -> None:
    for feed in FEEDS.values():
        stored = [name for column in feed.columns for name in column.stored]
        assert len(stored) == len(set(stored)), feed.name


def test_the_contract_is_the_documented_one(shared: Path) -> None:
    promised = _promised((shared / "design" / "feeds.md").read_text(encoding="utf-8"))
    assert list(promised) == list(FEEDS)
    for name, (required, columns) in promised.items():
        feed = FEEDS[name]
        assert feed.required == required, name
        ours = {column.name: (column.required, column.key) for column in feed.columns}
        assert list(ours) == list(columns), name
        for column, marks in columns.items():
            assert ours[column] == marks, f"{name}.{column}"


def test_the_documented_lists_are_the_closed_lists(shared: Path) -> None:
    text = (shared / "design" / "feeds.md").read_text(encoding="utf-8")
    for feed in FEEDS.values():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{feed.name}`"))
        for column in feed.columns:
            if column.values is None or feed.name == "coverage" or column.type is not ColumnType.TEXT:
                continue
            for value in column.values:
                assert column.name == "metric" or re.search(rf"\b{value}\b", row), (feed.name, value)


def _promised(text: str) -> dict[str, tuple[bool, dict[str, tuple[bool, bool]]]]:
    """Feeds of the documented table: required, and by column whether it is required and in the key."""
    feeds = {}
    for line in text.splitlines():
        match = re.match(r"\| `(\w+)` \| (R?) *\| (.*) \|$", line)
        if not match:
            continue
        cells = re.sub(r"\([^)]*\)", "", match[3].replace("\\|", "/").replace("`;` = and, `/` = or", ""))
        cells = re.split(r" — (?!`)(?=who sat|what an)|(?<=recorded_on)\. ", cells)[0]
        columns = {}
        for item in cells.split(","):
            found = re.match(r"\s*(\*\*)?([a-z][a-z0-9_]+)(\*\*)?(\\\*)?(?=$|[ .])", item.rstrip())
            if found:
                columns[found[2]] = (bool(found[4]), bool(found[1]))
        feeds[match[1]] = (bool(match[2]), columns)
    return feeds


@pytest.mark.parametrize(
    ("feed", "column", "stored"),
    [
        ("accounts", "opened_at", ("opened_at_s", "opened_at_day", "opened_at_tod")),
        ("accounts", "closed_on", ("closed_on_day",)),
        ("sales", "amount", ("amount_cents",)),
        ("sales", "split", ("split_ppm",)),
        ("sales", "solicited", ("solicited",)),
    ],
)
def test_stored_names(feed: str, column: str, stored: tuple[str, ...]) -> None:
    assert FEEDS[feed].column(column).stored == stored
