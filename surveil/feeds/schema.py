"""The contract for other programs and for whoever writes an export: JSON Schema and CSV templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from surveil.errors import UsageError
from surveil.feeds.contract import FEEDS, Column, ColumnType, Feed

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_PATTERNS = {
    ColumnType.BOOL: r"[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|1|0|[Yy]|[Nn]|[Yy][Ee][Ss]|[Nn][Oo]",
    ColumnType.DATE: _DAY,
    ColumnType.TIMESTAMP: rf"{_DAY}([ T]{_CLOCK}(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])?)?",
    ColumnType.MONEY: r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    ColumnType.INTEGER: r"[+-]?[0-9]+(\.0*)?",
    ColumnType.FRACTION: r"\+?(0*(\.[0-9]*)?|0*1(\.0*)?)",
}


def json_schema() -> dict[str, Any]:
    """The feeds as a JSON Schema (draft 2020-12): an object of feeds, each an array of rows, each cell a string."""
    return {
        "$schema": DRAFT,
        "title": "The feeds that surveil loads",
        "type": "object",
        "required": [feed.name for feed in FEEDS.values() if feed.required],
        "properties": {name: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}} for name in FEEDS},
        "$defs": {name: _row(feed) for name, feed in FEEDS.items()},
    }


def write_templates(folder: Path) -> tuple[Path, ...]:
    """Write `<feed>.csv` with its header line for every feed; returns the paths.

    Raises:
        UsageError: the folder cannot be written, or a file of that name is there (it is not overwritten).
    """
    paths = tuple(folder / f"{name}.csv" for name in FEEDS)
    there = [path.name for path in paths if path.exists() or path.is_symlink()]
    if there:
        raise UsageError(
            f"{folder} already has {', '.join(there)}. Templates are written into an empty folder only."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, feed in zip(paths, FEEDS.values(), strict=True):
            header = ",".join(column.name for column in feed.columns)
            path.write_text(header + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"The templates cannot be written to {folder}: {error.strerror}.") from error
    return paths


def _row(feed: Feed) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": feed.name,
        "description": feed.doc,
        "type": "object",
        "required": [column.name for column in feed.columns if column.required],
        "properties": {column.name: _cell(column) for column in feed.columns},
        "x-key": list(feed.key),
    }
    if feed.event:
        row["x-event"] = feed.event
    return row


def _cell(column: Column) -> dict[str, Any]:
    cell: dict[str, Any] = {"description": column.doc, "type": "string", "x-type": column.type.value}
    if column.values is not None:
        cell["enum"] = list(column.values) if column.required else ["", *column.values]
    elif column.type in _PATTERNS:
        pattern = _PATTERNS[column.type]
        cell["pattern"] = f"^({pattern})$" if column.required else f"^({pattern})?$"
    elif column.required:
        cell["minLength"] = 1
    if column.references:
        cell["x-references"] = column.references
    return cell
