"""The load report: where every row of every file went. It adds up, or there is no load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ReasonCount:
    """Rows of one file rejected for one reason; `column` is None when it is the whole row."""

    column: str | None
    reason: str
    rows: int
    first_line: int


@dataclass(frozen=True)
class ValueCount:
    """Cells of a column that are outside its list: kept, and treated as not known. `samples` are some of them."""

    column: str
    rows: int
    samples: tuple[str, ...]


@dataclass(frozen=True)
class FileReport:
    """One file. read = accepted + superseded + rejected.

    `rounded` counts, by column, amounts rounded to cents, `midnight` dates without a time that stand where a time
    belongs. Blank lines are no rows.
    """

    file: str
    sha256: str
    bytes: int
    read: int
    accepted: int
    superseded: int
    rejected: int
    blank_lines: int
    unknown_columns: tuple[str, ...]
    reasons: tuple[ReasonCount, ...]
    unknown_values: tuple[ValueCount, ...]
    rounded: dict[str, int]
    midnight: dict[str, int]


@dataclass(frozen=True)
class Dangling:
    """Accepted rows whose `column` names a row that is not there, in this load or an earlier one."""

    column: str
    references: str
    rows: int
    samples: tuple[str, ...]


@dataclass(frozen=True)
class FeedReport:
    """One feed of a load; `corrected` counts the accepted rows that replace one of an earlier load."""

    feed: str
    files: tuple[FileReport, ...]
    corrected: int
    dangling: tuple[Dangling, ...]

    @property
    def read(self) -> int:
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        return sum(file.accepted for file in self.files)

    @property
    def superseded(self) -> int:
        return sum(file.superseded for file in self.files)

    @property
    def rejected(self) -> int:
        return sum(file.rejected for file in self.files)


@dataclass(frozen=True)
class SkippedFile:
    """A file not loaded because the same bytes were: in the load of that number, or beside it in this folder."""

    file: str
    sha256: str
    load_number: int | None
    same_as: str


@dataclass(frozen=True)
class LoadReport:
    """A load. `load_number` is None when there was nothing new, and then nothing was changed."""

    load_number: int | None
    feeds: tuple[FeedReport, ...]
    skipped: tuple[SkippedFile, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def read(self) -> int:
        return sum(feed.read for feed in self.feeds)

    @property
    def accepted(self) -> int:
        return sum(feed.accepted for feed in self.feeds)

    @property
    def superseded(self) -> int:
        return sum(feed.superseded for feed in self.feeds)

    @property
    def rejected(self) -> int:
        return sum(feed.rejected for feed in self.feeds)

    @property
    def taken_in_nothing(self) -> list[str]:
        """The files with rows of which not one could be taken in."""
        files = (file for feed in self.feeds for file in feed.files)
        return [file.file for file in files if file.rejected and file.rejected == file.read]

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        whole = asdict(self)
        sums = ("read", "accepted", "superseded", "rejected")
        for entry, feed in zip(whole["feeds"], self.feeds, strict=True):
            entry.update({name: getattr(feed, name) for name in sums})
        whole.update({name: getattr(self, name) for name in sums})
        return whole

    def render(self) -> str:
        """The report as text for a person."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.load_number is None:
            yield "Nothing new: every file was loaded before. Nothing was changed. To load them once more: --again."
        else:
            yield f"Load {self.load_number}: {_sum(self)}."
        for feed in self.feeds:
            yield from _feed_lines(feed)
        for skipped in self.skipped:
            where = f"in load {skipped.load_number}" if skipped.load_number else "beside it"
            yield f"Skipped: {skipped.file} has the same bytes as {skipped.same_as} {where}."
        if self.ignored:
            yield f"Not a feed, left alone: {', '.join(self.ignored)}."
        yield from self.notes


def _sum(part: LoadReport | FeedReport | FileReport) -> str:
    return (
        f"{_rows(part.read)} read = {part.accepted:,} accepted + {part.superseded:,} superseded "
        f"+ {part.rejected:,} rejected"
    )


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _feed_lines(feed: FeedReport) -> Iterator[str]:
    for file in feed.files:
        yield from _file_lines(file)
    if len(feed.files) > 1:
        yield f"  {feed.feed} in all: {_sum(feed)}."
    if feed.corrected:
        yield f"  {_rows(feed.corrected)} in place of one of an earlier load."
    for gap in feed.dangling:
        target = gap.references.partition(".")[0]
        yield (
            f"  {_rows(gap.rows)} with a {gap.column} that is not in {target}, such as {', '.join(gap.samples)}; kept."
        )


def _file_lines(file: FileReport) -> Iterator[str]:
    blank = f"; blank lines: {file.blank_lines:,}" if file.blank_lines else ""
    yield f"{file.file}: {_sum(file)}{blank}."
    for reason in file.reasons:
        yield f"  {reason.rows:,} rejected: {reason.reason} (first in record {reason.first_line:,})."
    if file.unknown_columns:
        yield f"  Unknown columns, left out: {', '.join(name or '(no name)' for name in file.unknown_columns)}."
    for value in file.unknown_values:
        samples = ", ".join(repr(sample) for sample in value.samples)
        yield f"  Outside the list of {value.column}, taken as not known: {_rows(value.rows)}, with {samples}."
    for column, count in file.rounded.items():
        yield f"  Rounded to cents in {column}: {_rows(count)}."
    for column, count in file.midnight.items():
        yield f"  A date without a time in {column}, taken as midnight: {_rows(count)}."
