"""`surveil load`: takes a folder of feed files into the workspace, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import duckdb
import fasteners
import pyarrow as pa

from surveil.config import Workspace
from surveil.errors import InputRefused, SurveilError, UsageError
from surveil.feeds import snapshots, stored
from surveil.feeds.contract import FEEDS
from surveil.feeds.report import Dangling, FeedReport, FileReport, LoadReport, SkippedFile, ValueCount
from surveil.feeds.sources import Source, find, inspect, printable
from surveil.feeds.stage import FeedStage, row_count
from surveil.feeds.typed import BranchZones

REPORT = "report.json"
_ASIDE = ".incoming"
_LOCK = ".lock"
_BRANCHES = "branches"

Progress = Callable[[str, float], None]

_one_here = threading.Lock()


def load(
    workspace: Workspace, folder: Path, progress: Progress | None = None, *, again: bool = False
) -> LoadReport:
    """Load the feeds in a folder.

    `progress` is called with what is being done and the share of it all that is done, 0 to 1.

    Args:
        again: load files of which the very bytes were loaded before, too: their rows then replace what came since.

    Raises:
        InputRefused: a file as a whole, or the folder, is not acceptable; nothing was changed.
        UsageError: there is no such folder, or another load is running.
        SurveilError: the load could not be completed (disk full, out of memory, …); nothing was changed.
    """
    workspace.loads_dir.mkdir(parents=True, exist_ok=True)
    with _locked(workspace.loads_dir / _LOCK):
        aside = workspace.loads_dir / _ASIDE
        shutil.rmtree(aside, ignore_errors=True)  # what a killed load has left
        loading = _Load(workspace, aside, progress or (lambda what, share: None), again)
        try:
            return loading.run(folder)
        except (OSError, MemoryError, duckdb.Error, pa.ArrowException) as error:
            raise SurveilError(
                f"The load could not be completed: {loading.at}{_why(error)}. Nothing was changed."
            ) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One load at a time; the lock goes with the process that holds it, and within it another lock holds."""
    lock = fasteners.InterProcessLock(path)
    busy = UsageError("Another load is running in this workspace. Try again when it has ended.")
    if not _one_here.acquire(blocking=False):
        raise busy
    try:
        if not lock.acquire(blocking=False):
            raise busy
        try:
            yield
        finally:
            lock.release()
    finally:
        _one_here.release()


@dataclass
class _Load:
    workspace: Workspace
    aside: Path
    progress: Progress
    again: bool
    at: str = ""
    number: int = 0
    before: snapshots.Snapshot | None = None
    parts: dict[str, list[Path]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    branches: set[str] = field(default_factory=set)

    def run(self, folder: Path) -> LoadReport:
        numbers = snapshots.load_numbers(self.workspace)
        self.before = snapshots.at(self.workspace, numbers[-1]) if numbers else None
        self.number = (numbers[-1] if numbers else 0) + 1
        sources, ignored = self._look(folder)
        new, skipped = self._separate(sources)
        self._check_required(folder, {source.feed.name for source in sources})
        if not new:
            return LoadReport(None, (), skipped, ignored, ())
        feeds = self._read(new)
        report = LoadReport(self.number, feeds, skipped, ignored, tuple(self.notes))
        self._finish(new, report)
        return report

    def _look(self, folder: Path) -> tuple[list[Source], tuple[str, ...]]:
        files, ignored = find(folder)
        sources, refused = [], []
        for feed, file_format, path in files:
            self.progress(f"looking at {printable(path.name)}", 0.0)
            try:
                sources.append(inspect(feed, file_format, path, self.workspace.settings.load))
            except InputRefused as error:
                refused.append(str(error))
        if not files:
            what = f" It has: {', '.join(ignored[:20])}." if ignored else ""
            raise InputRefused(
                f"There is no feed file in {printable(str(folder))}, such as accounts.csv or accounts.parquet.{what}"
            )
        if refused:
            raise InputRefused("\n".join(["The load was refused and nothing was changed.", *refused]))
        return sources, ignored

    def _separate(self, sources: list[Source]) -> tuple[list[Source], tuple[SkippedFile, ...]]:
        """Files that are new, and files whose bytes are known: from an earlier load or from this folder.

        Of equal files in the folder the last one counts, as of rows with one key the last one does.
        """
        known: dict[tuple[str, str], tuple[int | None, str]] = {}
        for earlier in self.before.loads if self.before and not self.again else ():
            for name, feed in earlier["feeds"].items():
                for file in feed["files"]:
                    known.setdefault((name, file["sha256"]), (earlier["load"], file["file"]))
        new, skipped = [], []
        for source in reversed(sources):
            same = known.setdefault((source.feed.name, source.sha256), (None, source.name))
            if same == (None, source.name):
                new.append(source)
            else:
                skipped.append(SkippedFile(source.name, source.sha256, *same))
        return new[::-1], tuple(skipped[::-1])

    def _check_required(self, folder: Path, given: set[str]) -> None:
        earlier = (
            {name for name, state in self.before.feeds.items() if state.present} if self.before else set()
        )
        missing = [feed.name for feed in FEEDS.values() if feed.required and feed.name not in given | earlier]
        if missing:
            files = ", ".join(f"{name}.csv or {name}.parquet" for name in missing)
            raise InputRefused(
                f"The load was refused and nothing was changed.\nRequired and neither in {printable(str(folder))} "
                f"nor loaded before: {', '.join(missing)}. Put {files} into the folder; a feed without rows is a file "
                "with its header line alone."
            )

    def _read(self, new: list[Source]) -> tuple[FeedReport, ...]:
        engine = self.workspace.settings.engine
        order = list(FEEDS)
        new = sorted(new, key=lambda source: order.index(source.feed.name))  # stable: then by file name
        total = sum(source.size for source in new)
        before = {source.name: sum(earlier.size for earlier in new[:i]) for i, source in enumerate(new)}

        def advance(source: Source, share: float) -> None:
            self.at = f"{source.name}: "
            self.progress(f"reading {source.name}", 0.9 * (before[source.name] + share * source.size) / total)

        files: dict[str, tuple[FileReport, ...]] = {}
        with stored.connect(engine.memory_limit, engine.threads, self.aside / "scratch") as connection:
            zones = self._zones(connection)
            for feed in FEEDS.values():
                sources = [source for source in new if source.feed is feed]
                if not sources:
                    continue
                stage = FeedStage(
                    feed, self.aside, self.number, connection, self.workspace.settings.load, zones
                )
                files[feed.name] = stage.read(sources, advance)
                self.parts[feed.name] = stage.parts
                if feed.name == _BRANCHES:
                    zones, files[feed.name] = self._new_zones(connection, zones, files[feed.name])
            self.at = ""
            self._note_left_out(new)
            self.progress("checking references", 0.9)
            return tuple(
                FeedReport(name, reports, self._corrected(connection, name), self._dangling(connection, name))
                for name, reports in files.items()
            )

    def _note_left_out(self, new: list[Source]) -> None:
        """Say which columns a file leaves out that other files of its feed have: of its rows they are not known."""
        lacking: dict[tuple[str, str], list[str]] = {}
        for source in new:
            others = {column for other in new if other.feed is source.feed for column in other.columns}
            if self.before:
                others |= self.before.feeds[source.feed.name].columns
            left_out = [c.name for c in source.feed.columns if c.name in others - set(source.columns)]
            if left_out:
                lacking.setdefault((source.feed.name, ", ".join(left_out)), []).append(source.name)
        for (feed, columns), names in lacking.items():
            more = f" and {len(names) - 3:,} more files" if len(names) > 3 else ""
            said = "leave out" if len(names) > 1 else "leaves out"
            self.notes.append(
                f"{', '.join(names[:3])}{more} {said} {columns}, which other files of {feed} have: "
                "of the rows there, and of earlier ones that they replace, nothing is known of it."
            )

    def _earlier(self, feed: str) -> list[Path]:
        parts = self.before.feeds[feed].parts if self.before else ()
        return [path for part in parts for path in part.files]

    def _zones(self, connection: duckdb.DuckDBPyConnection) -> BranchZones:
        of_branch: dict[str, str] = {}
        for path in self._earlier(_BRANCHES):
            self.branches.update(branch for _, branch, _ in _take_zones(connection, path, of_branch))
        return BranchZones(self.workspace.settings.timezone, of_branch)

    def _new_zones(
        self, connection: duckdb.DuckDBPyConnection, zones: BranchZones, reports: tuple[FileReport, ...]
    ) -> tuple[BranchZones, tuple[FileReport, ...]]:
        """Zones with this load's branches, and the reports with the names that are no zone."""
        of_branch = dict(zones.of_branch)
        strange: dict[str, list[str]] = {}
        for path in self.parts[_BRANCHES]:
            for file, _, name in _take_zones(connection, path, of_branch):
                if name is not None and name not in available_timezones():
                    strange.setdefault(file, []).append(name[:40])
        changed = sorted(
            branch
            for branch in self.branches
            if zones.of_branch.get(branch, zones.default) != of_branch.get(branch, zones.default)
        )
        if changed:
            self.notes.append(
                f"Branches whose time zone has changed: {', '.join(changed[:5])} ({len(changed):,} in all). "
                "Rows loaded before keep the times that they were read with."
            )
        counted = tuple(
            _with_unknown(report, ValueCount("timezone", len(names), tuple(sorted(set(names))[:5])))
            if (names := strange.get(report.file))
            else report
            for report in reports
        )
        return BranchZones(zones.default, of_branch), counted

    def _corrected(self, connection: duckdb.DuckDBPyConnection, feed: str) -> int:
        return stored.count_known(connection, FEEDS[feed], self.parts[feed], self._earlier(feed))

    def _dangling(self, connection: duckdb.DuckDBPyConnection, feed: str) -> tuple[Dangling, ...]:
        found = []
        for column in FEEDS[feed].columns:
            if column.references is None:
                continue
            target = column.references.partition(".")[0]
            rows = [*self._earlier(target), *self.parts.get(target, [])]
            if rows and (
                gap := stored.dangling(connection, column, column.references, self.parts[feed], rows)
            ):
                found.append(gap)
        return tuple(found)

    def _finish(self, new: list[Source], report: LoadReport) -> None:
        """Write manifest and report, make everything durable, and put the load into place by one rename."""
        self.progress("writing down", 0.95)
        shutil.rmtree(self.aside / "scratch", ignore_errors=True)
        manifest = {
            "format": 1,
            "load": self.number,
            "feeds": {feed.feed: self._manifest(feed, new) for feed in report.feeds},
        }
        _write_json(self.aside / snapshots.MANIFEST, manifest)
        _write_json(self.aside / REPORT, report.as_dict())
        for path in sorted(self.aside.rglob("*")):
            _sync(path)
        _sync(self.aside)
        self.aside.rename(snapshots.load_folder(self.workspace, self.number))
        _sync(self.workspace.loads_dir)

    def _manifest(self, feed: FeedReport, new: list[Source]) -> dict[str, Any]:
        columns = {column for source in new if source.feed.name == feed.feed for column in source.columns}
        kept = ("file", "sha256", "bytes", "read", "accepted", "superseded", "rejected")
        return {
            "columns": [column.name for column in FEEDS[feed.feed].columns if column.name in columns],
            "accepted": feed.accepted,
            "corrected": feed.corrected,
            "files": [{name: asdict(file)[name] for name in kept} for file in feed.files],
            "parts": [
                {"file": path.name, "sha256": snapshots.file_digest(path), "rows": row_count(path)}
                for path in self.parts[feed.feed]
            ],
        }


def _why(error: Exception) -> str:
    """What went wrong, without the values that were read: what an engine says of a row may name a customer."""
    speaks_of_values = isinstance(error, (duckdb.Error, pa.ArrowException)) and not isinstance(
        error, (duckdb.OutOfMemoryException, duckdb.IOException, OSError, MemoryError)
    )
    if speaks_of_values:
        return f"a value in it could not be taken in ({type(error).__name__}); please report this"
    return str(error)


def _take_zones(
    connection: duckdb.DuckDBPyConnection, path: Path, of_branch: dict[str, str]
) -> list[tuple[str, str, str | None]]:
    """Bring `of_branch` up to date with stored branches; returns their file, branch and what they say."""
    known = available_timezones()
    rows = connection.execute(f"SELECT _file, branch_id, timezone FROM {stored.rows_of([path])}").fetchall()
    for _, branch, zone in rows:
        of_branch.pop(branch, None)
        if zone in known:
            of_branch[branch] = zone
    return rows


def _with_unknown(report: FileReport, value: ValueCount) -> FileReport:
    return FileReport(**{**vars(report), "unknown_values": (*report.unknown_values, value)})


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder for this and does not need it
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
