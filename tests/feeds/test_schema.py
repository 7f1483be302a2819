"""Schema, templates and documentation say what loading does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS
from surveil.feeds.docs import feeds_page
from surveil.feeds.schema import json_schema, write_templates
from tests.feeds.firms import MINIMAL, Firm
from tests.feeds.test_cells import read

RIGHT = {
    ("transactions", "posted_at"): ["2024-03-31 14:05:00", "2024-03-31T14:05-05:00", "2024-03-31", "2024-03-31 14:05:07.9Z"],
    ("transactions", "amount"): ["", "-1234.50", ".5", "+7", "5."],
    ("branches", "opened_on"): ["", "2024-02-29"],
    ("reps", "registered"): ["", "Y", "no", "TRUE", "0"],
    ("assignments", "fte"): ["", "0", "1", "0.75", "1.000", ".5"],
    ("products", "lockup_months"): ["", "12", "12.0", "-3"],
    ("accounts", "channel"): ["branch", "system"],
}  # fmt: skip
WRONG = {
    ("transactions", "posted_at"): ["", "2024-1-1", "2024-03-31 25:00", "2024-03-31 14:05 -05:00"],
    ("transactions", "amount"): ["1e3", "1,50", "$5", "NaN"],
    ("branches", "opened_on"): ["20240229", "2024-02-29 00:00:00"],
    ("reps", "registered"): ["T", "ja"],
    ("assignments", "fte"): ["1.5", "-0.5", "50%"],
    ("products", "lockup_months"): ["1.5", "x"],
}


def valid(schema: dict[str, Any], feed: str, column: str, cell: str) -> bool:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with the dashboard's packages")
    rule = schema["$defs"][feed]["properties"][column]
    return bool(jsonschema.Draft202012Validator(rule).is_valid(cell))


def test_the_schema_is_a_schema_and_names_every_column() -> None:
    schema = json_schema()
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with the dashboard's packages")
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["required"] == ["reps", "products", "customers", "accounts"]
    for name, feed in FEEDS.items():
        assert list(schema["$defs"][name]["properties"]) == [column.name for column in feed.columns]
        assert schema["$defs"][name]["required"] == [
            column.name for column in feed.columns if column.required
        ]


@pytest.mark.parametrize("place", RIGHT, ids=".".join)
def test_what_the_schema_allows_loading_reads(place: tuple[str, str]) -> None:
    schema = json_schema()
    rows = read(*place, RIGHT[place])
    for cell, row in zip(RIGHT[place], rows, strict=True):
        assert valid(schema, *place, cell), cell
        assert row["reason"] is None, cell


@pytest.mark.parametrize("place", WRONG, ids=".".join)
def test_what_the_schema_forbids_loading_rejects(place: tuple[str, str]) -> None:
    schema = json_schema()
    for cell, row in zip(WRONG[place], read(*place, WRONG[place]), strict=True):
        assert not valid(schema, *place, cell), cell
        assert row["reason"] is not None, cell


def test_the_templates_load_as_a_firm_without_rows(empty_firm: Firm) -> None:
    paths = write_templates(empty_firm.folder)
    assert [path.name for path in paths] == [f"{name}.csv" for name in FEEDS]
    report = empty_firm.load()
    assert (report.load_number, report.read) == (1, 0)
    assert all(not file.unknown_columns for feed in report.feeds for file in feed.files)


def test_templates_never_overwrite_a_feed(empty_firm: Firm) -> None:
    empty_firm.write({"accounts.csv": MINIMAL["accounts.csv"]})
    with pytest.raises(UsageError, match=r"accounts\.csv"):
        write_templates(empty_firm.folder)
    assert [path.name for path in empty_firm.folder.iterdir()] == ["accounts.csv"]


def test_the_page_on_the_feeds_is_up_to_date(repository: Path) -> None:
    written = (repository / "docs" / "feeds.md").read_text(encoding="utf-8")
    assert written == feeds_page(), "run: python -m surveil.feeds.docs > docs/feeds.md"


def test_the_page_names_every_column_and_value() -> None:
    page = feeds_page()
    for feed in FEEDS.values():
        section = page[page.index(f"\n### {feed.name}\n") :]
        for column in feed.columns:
            assert f"{column.name}" in section
            assert all(value in section for value in column.values or ())
