"""The rows of Parquet files in one order, however many they are: DuckDB sorts them in the memory it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from surveil.config import EngineSettings
from surveil.engine.backends import duckdb_beside

if TYPE_CHECKING:
    import duckdb

#: Rows that are given at a time.
_BATCH = 250_000


class Sorter:
    """Gives the rows of files sorted."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, files: Sequence[Path], types: Mapping[str, str], by: Sequence[str]) -> Iterator[pa.Table]:
        """Some columns of files that have them all, in batches; rows that are alike in what they are sorted by stay in the
        order of their files.

        Args:
            types: column -> its type in SQL, as a column without a value may have any.
            by: the columns to sort by, the first one first; text by its code points.
        """
        columns = ", ".join(f"CAST({name} AS {type_}) AS {name}" for name, type_ in types.items())
        reads = " UNION ALL ".join(
            f"SELECT {columns}, {i} AS file, file_row_number FROM read_parquet(${i + 1}, file_row_number=true)"
            for i in range(len(files))
        )
        order = ", ".join([*by, "file", "file_row_number"])
        sql = f"SELECT {', '.join(types)} FROM ({reads}) AS every ORDER BY {order}"
        batches: Any = self._connection.sql(sql, params=[str(file) for file in files]).to_arrow_reader(_BATCH)
        for batch in batches:
            yield pa.Table.from_batches([batch])


@contextmanager
def sorter(settings: EngineSettings, folder: Path) -> Iterator[Sorter]:
    """A `Sorter` within the settings' limits.

    Args:
        folder: that of the run, beside which it puts what does not fit unless the settings name a place.
    """
    with duckdb_beside(settings, folder, "sorted") as connection:
        yield Sorter(connection)
