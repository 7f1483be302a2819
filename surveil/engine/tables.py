"""Results of every engine in one form: the same types, the same order, in Arrow, in Parquet and in pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

#: The first column of a model's file that was written in parts of the firm: the number of the row's part.
PART = "firm_part"


def plain(table: pa.Table) -> pa.Table:
    """One type for whole numbers and one for text, whatever the engine calls them."""
    types = [pa.int64() if pa.types.is_integer(f.type) else pa.string() for f in table.schema]
    return table.cast(pa.schema([(f.name, t) for f, t in zip(table.schema, types, strict=True)]))


def in_one_order(table: pa.Table) -> pa.Table:
    """The rows sorted by all columns: missing last, text by its code points."""
    return table.sort_by([(name, "ascending") for name in table.column_names])


def read_frame(file: Path, part: int | None = None) -> pd.DataFrame:
    """A model's rows from the Parquet file they were written to, as `Engine.fetch` gives them.

    Args:
        part: only the rows of that part of the firm; where the model was not written in parts, all of them.
    """
    asked = [(PART, "==", part)] if part is not None and in_parts(file) else None
    rows = _without_part(plain(pq.read_table(file, filters=asked)))
    # Nobody else holds this table: each column is given up as soon as pandas has it.
    return to_frame(rows, split_blocks=True, self_destruct=True)


def read_no_rows(file: Path) -> pd.DataFrame:
    """The columns of a model's file as `read_frame` gives them, and none of its rows."""
    return to_frame(_without_part(plain(pq.read_schema(file).empty_table())))


def _without_part(rows: pa.Table) -> pa.Table:
    return rows.drop_columns([PART]) if PART in rows.column_names else rows


def in_parts(file: Path) -> bool:
    """Whether a model was written in parts of the firm."""
    return PART in pq.read_schema(file).names


def to_frame(table: pa.Table, **how: bool) -> pd.DataFrame:
    """A pandas frame in the table's order: whole numbers as Int64 (missing allowed), text as string.

    `how` goes to `pyarrow.Table.to_pandas`.
    """
    frame: pd.DataFrame = table.to_pandas(
        types_mapper={pa.int64(): pd.Int64Dtype(), pa.string(): pd.StringDtype()}.get, **how
    )
    return frame
