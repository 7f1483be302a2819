"""One feed of a load in the making: its files read and typed, its rejects put aside, its keys made unique."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from surveil.config import LoadSettings
from surveil.errors import SurveilError
from surveil.feeds import rejects, stored
from surveil.feeds.csvstream import CsvReader
from surveil.feeds.model import Feed
from surveil.feeds.parquetstream import ParquetReader, kinds_of
from surveil.feeds.report import FileReport
from surveil.feeds.rules import Kind, compile_rules
from surveil.feeds.sources import Source
from surveil.feeds.typed import BranchZones, Tally, type_block

SUPERSEDED = "superseded"
T = TypeVar("T")


@dataclass
class FeedStage:
    """Reads the files of a feed into `folder`, the load's own. `parts` are the stored files so far, in order."""

    feed: Feed
    folder: Path
    number: int
    connection: duckdb.DuckDBPyConnection
    settings: LoadSettings
    zones: BranchZones
    parts: list[Path] = field(default_factory=list)
    _files: list[tuple[Source, Tally, int]] = field(default_factory=list)

    def read(
        self, sources: list[Source], progress: Callable[[Source, float], None]
    ) -> tuple[FileReport, ...]:
        """Read the files in their order, make the keys unique, and report.

        `progress` is called with a file and the share of it that is done, 0 to 1.

        Raises:
            InputRefused: a file cannot be read to its end.
            SurveilError: the rows of a file do not add up.
        """
        (self.folder / self.feed.name).mkdir(parents=True)
        with rejects.RejectWriter(self.folder / rejects.FOLDER / f"{self.feed.name}.parquet") as writer:
            for source in sources:
                self._read_file(source, writer, progress)
        aside = self.folder / SUPERSEDED / self.feed.name
        moved = stored.supersede(self.connection, self.feed, self.parts, aside)
        reports, first = [], 0
        for source, tally, parts in self._files:
            superseded = sum(moved[first : first + parts])
            accepted = sum(row_count(path) for path in self.parts[first : first + parts])
            reports.append(_report(source, tally, accepted, superseded))
            first += parts
        if not self.parts:
            self._write(
                pa.table({name: pa.array([], pa.int64()) for name in self._stored_names()}), sources[0].name
            )
        return tuple(reports)

    def _stored_names(self) -> list[str]:
        return [name for column in self.feed.columns for name in column.stored] + ["_line"]

    def _read_file(
        self, source: Source, writer: rejects.RejectWriter, progress: Callable[[Source, float], None]
    ) -> None:
        tally, before = Tally(), len(self.parts)
        reader: CsvReader | ParquetReader
        if source.format == "parquet":
            reader = ParquetReader(source.path, source.name, source.columns)
            rules = compile_rules(
                self.feed, kinds_of(source.path, source.columns), self.settings.max_line_bytes
            )
        else:
            reader = CsvReader(
                source.path, source.name, source.format, source.header, source.columns, self.settings
            )
            rules = compile_rules(self.feed, dict.fromkeys(source.columns, Kind.TEXT))
        progress(source, 0.0)
        for block in ahead(reader.blocks()):
            rows, lost = type_block(self.connection, self.feed, rules, block, source.name, self.zones, tally)
            writer.write(lost)
            if rows.num_rows:
                self._write(rows, source.name)
            progress(source, block.share)
        self._files.append((source, tally, len(self.parts) - before))

    def _write(self, rows: Any, file: str) -> None:
        path = self.folder / self.feed.name / f"part-{len(self.parts) + 1:05d}.parquet"
        stored.write_part(self.connection, self.feed, rows, path, file, self.number)
        self.parts.append(path)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one being made in another thread while one is in use."""
    done = object()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, done)
        while (item := coming.result()) is not done:
            coming = pool.submit(next, items, done)
            yield item  # type: ignore[misc]


def row_count(path: Path) -> int:
    """Rows of a stored file."""
    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def _report(source: Source, tally: Tally, accepted: int, superseded: int) -> FileReport:
    if tally.rows != accepted + superseded + tally.rejected:
        raise SurveilError(
            f"{source.name}: {tally.rows} rows were read, but {accepted} accepted, {superseded} superseded and "
            f"{tally.rejected} rejected rows do not add up to that. Nothing was loaded."
        )
    return FileReport(
        file=source.name,
        sha256=source.sha256,
        bytes=source.size,
        read=tally.rows,
        accepted=accepted,
        superseded=superseded,
        rejected=tally.rejected,
        blank_lines=tally.blank,
        unknown_columns=source.unknown_columns,
        reasons=tally.reasons(),
        unknown_values=tally.unknown_values(),
        rounded={name: count for name, count in tally.rounded.items() if count},
        midnight={name: count for name, count in tally.midnight.items() if count},
    )
