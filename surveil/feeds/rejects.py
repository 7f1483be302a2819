"""Rows that were not accepted, kept as they came, each with file, line, column and a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from surveil.config import Workspace
from surveil.feeds.snapshots import load_folder

FOLDER = "rejects"
_SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.binary()),
    ]
)


@dataclass(frozen=True)
class Reject:
    """A rejected row.

    `line` is the record number (the header is 1; in a Parquet file the first row is 1), `column` the column
    at fault or None when it is the whole row, `raw` the bytes as they came (a row of a Parquet file as JSON).
    """

    file: str
    line: int
    column: str | None
    reason: str
    raw: bytes

    @property
    def text(self) -> str:
        """`raw` as text; bytes that are not UTF-8 appear as \\xNN."""
        return self.raw.decode("utf-8", "backslashreplace")


class RejectWriter:
    """Writes the rejects of one feed as they are found. The file appears with the first of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def write(self, rejects: list[Reject]) -> None:
        """Add rejects, in the order given."""
        if not rejects:
            return
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._path, _SCHEMA)
        columns = [[getattr(reject, name) for reject in rejects] for name in _SCHEMA.names]
        self._writer.write_table(pa.table(columns, schema=_SCHEMA))

    def __enter__(self) -> RejectWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()


def read_rejects(workspace: Workspace, load_number: int, feed: str | None = None) -> Iterator[Reject]:
    """The rejects of one load, of one feed or of all, in the order of files and lines."""
    folder = load_folder(workspace, load_number) / FOLDER
    paths: Iterable[Path] = [folder / f"{feed}.parquet"] if feed else sorted(folder.glob("*.parquet"))
    for path in paths:
        if path.is_file():
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches():
                    for row in batch.to_pylist():
                        yield Reject(**row)
