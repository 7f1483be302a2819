"""Rows to a table, CSV, JSON lines or Parquet; to a file or to standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from surveil.errors import UsageError
from surveil.files import beside


def write_rows(
    rows: Sequence[Mapping[str, Any]],
    format: str,
    out: Path | None,
    on_screen: Sequence[str] = (),
    columns: Sequence[str] | None = None,
) -> None:
    """Write rows that are plain values (lists allowed); `format` and `on_screen` as in `write_frame`.

    Args:
        columns: what the rows have, so that a file without rows has its header, too.
    """
    made = pd.DataFrame([dict(row) for row in rows], columns=None if columns is None else list(columns))
    write_frame(made, format, out, on_screen)


def write_frame(frame: pd.DataFrame, format: str, out: Path | None, on_screen: Sequence[str] = ()) -> None:
    """Write a frame as `table`, `csv`, `jsonl` or `parquet`. A missing value is empty in CSV and null in JSON.

    A table on the screen has the columns `on_screen` alone, where these are named: more than a dozen can't be read there.

    Raises:
        UsageError: Parquet without a file, or the file can't be written.
    """
    if format == "parquet" and out is None:
        raise UsageError("Parquet is not for the screen: say where to with --out FILE")
    try:
        if out is not None and format == "parquet":
            with beside(out) as fresh:
                frame.to_parquet(fresh, index=False)
        elif format == "table" and out is None:
            _show(frame, on_screen)
        else:
            _write_text(_text(frame, format), out)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{out or 'standard output'} can't be written: {error.strerror or error}") from error


def _text(frame: pd.DataFrame, format: str) -> str:
    if format == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _records(frame))
    if format == "csv":
        nested = frame.map(lambda v: json.dumps(v) if isinstance(v, list | tuple | dict) else v)
        flags = {c: nested[c].map({True: "true", False: "false"}) for c in nested if nested[c].dtype == bool}
        return str(nested.assign(**flags).to_csv(index=False, lineterminator="\n"))
    return str(frame.to_string(index=False)) + "\n"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {key: value.item() if hasattr(value, "item") else value for key, value in row.items()}
        for row in plain.to_dict("records")
    ]


def _write_text(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        with beside(out) as fresh:
            fresh.write_text(text, encoding="utf-8", newline="")


#: A screen is no place for a million rows.
SHOWN_ROWS = 50


def _show(frame: pd.DataFrame, on_screen: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=250)
    if frame.empty:
        console.print("(no rows)")
        return
    table = Table(box=None, header_style="bold")
    chosen = frame[list(on_screen)] if on_screen else frame
    for name in chosen.columns:
        table.add_column(name, overflow="fold", justify="right" if frame[name].dtype.kind in "if" else "left")
    for row in _records(chosen.head(SHOWN_ROWS)):
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console.print(table)
    if len(frame) > SHOWN_ROWS:
        console.print(f"… {len(frame) - SHOWN_ROWS:,} more rows: use --format csv")
    if hidden := len(frame.columns) - len(chosen.columns):
        console.print(f"… {hidden} further columns: use --format csv")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
