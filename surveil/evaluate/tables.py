"""Read a table as text, in any of the promised file formats, and say clearly what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from surveil.errors import InputRefused

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".jsonl")


def read_text_table(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """Columns `required` and `optional` of a file as text; what is missing in a cell is the empty text.

    Raises:
        InputRefused: the file cannot be read as what its name says, or lacks a required column.
    """
    wanted = [*required, *optional]
    try:
        frame = _read(path, wanted)
    except (OSError, ValueError, UnicodeError, AttributeError) as error:
        raise InputRefused(f"{path} cannot be read as a table: {_first_line(error)}") from error
    absent = [column for column in required if column not in frame.columns]
    if absent:
        found = ", ".join(str(column) for column in frame.columns) or "none"
        raise InputRefused(
            f"{path} has no column {', '.join(absent)} (of those expected it has: {found}). "
            "Write it again with the command that makes it."
        )
    return as_text(frame, wanted)


def as_text(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The columns asked for as text, absent ones and missing values empty."""
    return pd.DataFrame(
        {column: _text(frame[column]) if column in frame else "" for column in columns}, dtype=str
    )


def _text(column: pd.Series) -> pd.Series:
    # Stripping an Arrow column without rows fails in pandas 3.1, so only one with rows takes the short way.
    if isinstance(column.dtype, pd.StringDtype) and len(column):
        return column.fillna("").str.strip()
    return column.astype(object).where(column.notna(), "").map(str).str.strip()


def _read(path: Path, wanted: Sequence[str]) -> pd.DataFrame:
    if path.name.endswith(".parquet"):
        import pyarrow.parquet as parquet

        columns = [name for name in parquet.read_schema(path).names if name in wanted]
        return pd.read_parquet(path, columns=columns)
    if path.name.endswith(".jsonl"):
        return _read_lines(path, wanted)
    return _read_csv(path, wanted)


def _read_csv(path: Path, wanted: Sequence[str]) -> pd.DataFrame:
    """Arrow's reader refuses a ragged line even where the columns wanted could be read from it."""
    from pyarrow import csv, string

    cells = csv.ParseOptions(newlines_in_values=True)
    with csv.open_csv(path, parse_options=cells) as reader:
        names = [name for name in reader.schema.names if name in wanted]
    as_text_only = csv.ConvertOptions(
        include_columns=names, column_types={name: string() for name in names}, strings_can_be_null=False
    )
    table = csv.read_csv(path, parse_options=cells, convert_options=as_text_only)
    return pd.DataFrame(table.to_pandas() if names else None)


def _read_lines(path: Path, wanted: Sequence[str]) -> pd.DataFrame:
    """One JSON object a line. No line at all is a table without rows."""
    with path.open(encoding="utf-8") as file:
        objects = [json.loads(line) for line in file if line.strip()]
    if any(not isinstance(entry, dict) for entry in objects):
        raise ValueError("a line is not a JSON object")
    if not objects:
        return pd.DataFrame(columns=list(wanted))
    names = [name for name in wanted if any(name in entry for entry in objects)]
    return pd.DataFrame({name: [entry.get(name) for entry in objects] for name in names}, dtype=object)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
