"""Finds the feed files in a folder and looks at each before loading: what it is and what columns it has."""

from __future__ import annotations

import csv
import difflib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from surveil.config import LoadSettings
from surveil.errors import InputRefused, UsageError
from surveil.feeds.contract import FEEDS, Feed
from surveil.feeds.csvstream import open_bytes, read_header
from surveil.feeds.parquetstream import read_parquet_header
from surveil.feeds.snapshots import file_digest

_NAME = re.compile(r"(?P<feed>[a-z_]+)(?:-.*)?\.(?P<format>csv|csv\.gz|parquet)", re.DOTALL)
_MAGIC = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\x1f\x8b": "compressed by gzip",
}


@dataclass(frozen=True)
class Source:
    """One feed file, looked at, not loaded. `name` is fit to print, `header` has all columns in file order."""

    feed: Feed
    name: str
    path: Path
    format: str
    size: int
    sha256: str
    header: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Contract columns in the file, in the order of the contract."""
        return tuple(column.name for column in self.feed.columns if column.name in self.header)

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Columns of the file that the contract does not know, in file order."""
        return tuple(name for name in self.header if name not in self.columns)


def printable(name: str) -> str:
    """A file name as it can be printed and stored: no control characters, no bytes that are not UTF-8."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def find(folder: Path) -> tuple[list[tuple[Feed, str, Path]], tuple[str, ...]]:
    """Feed files in a folder (feed, format, path), by file name, and the names of everything else in it.

    Raises:
        UsageError: there is no such folder, or it cannot be read.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name))
    except OSError as error:
        raise UsageError(f"The folder {printable(str(folder))} cannot be read: {error.strerror}.") from error
    files, others = [], []
    for path in entries:
        match = _NAME.fullmatch(path.name)
        if match and match["feed"] in FEEDS and not (path.is_dir() and not path.is_symlink()):
            files.append((FEEDS[match["feed"]], match["format"], path))
        else:
            others.append(printable(path.name))
    return files, tuple(others)


def inspect(feed: Feed, file_format: str, path: Path, settings: LoadSettings) -> Source:
    """Look at one file.

    Raises:
        InputRefused: it cannot be a file of this feed; the message says why, beginning with the file's name.
    """
    name = printable(path.name)
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise InputRefused(f"{name}: is a link to another place. Put the file itself into the folder.")
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused(f"{name}: is not a regular file.")
        if status.st_size == 0:
            raise InputRefused(f"{name}: is empty. A feed without rows still has its header line.")
        known = frozenset(column.name for column in feed.columns)
        if file_format == "parquet":
            header = read_parquet_header(path, name, known, settings)
        else:
            header = _csv_header(path, name, file_format, known, settings)
        source = Source(feed, name, path, file_format, status.st_size, file_digest(path), header)
    except OSError as error:
        raise InputRefused(f"{name}: cannot be read ({error.strerror or error}).") from error
    _check_columns(source)
    return source


def _csv_header(
    path: Path, name: str, file_format: str, known: frozenset[str], settings: LoadSettings
) -> tuple[str, ...]:
    with path.open("rb") as stream:
        start = stream.read(4)
    for magic, what in _MAGIC.items():
        if start.startswith(magic) and (what != "compressed by gzip" or file_format == "csv"):
            raise InputRefused(
                f"{name}: is {what}, not CSV text. Export it as CSV, or give it its right ending."
            )
    with open_bytes(path, name, file_format, settings) as text:
        line = read_header(text, name, settings)
    problem: Exception | None = None
    header: tuple[str, ...] = ()
    try:
        header = tuple(cell.strip() for cell in next(csv.reader([line], strict=True)))
    except (csv.Error, StopIteration) as error:
        problem = error
    for separator, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
        if not known & set(header) and known & {cell.strip(' "') for cell in line.split(separator)}:
            raise InputRefused(f"{name}: the columns are separated by {word}. Export it with commas.")
    if problem is not None:
        raise InputRefused(f"{name}: the header line is not valid CSV ({problem}).") from problem
    return header


def _check_columns(source: Source) -> None:
    names = [name for name in source.header if name]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise InputRefused(f"{source.name}: the header names {_list(doubled)} more than once.")
    missing = [c.name for c in source.feed.columns if c.required and c.name not in source.header]
    if missing:
        near = {
            name: match[0]
            for name in missing
            if (match := difflib.get_close_matches(name, [n.lower() for n in source.unknown_columns], 1, 0.8))
        }
        hint = f" Is it there under another name ({_list(sorted(near.values()))})?" if near else ""
        word = "column" if len(missing) == 1 else "columns"
        raise InputRefused(
            f"{source.name}: the required {word} {_list(missing)} of the feed {source.feed.name} "
            f"{'is' if len(missing) == 1 else 'are'} missing.{hint} "
            f"The file has: {_list(names[:40]) or 'no columns'}."
        )


def _list(names: list[str]) -> str:
    return ", ".join(printable(name)[:60] for name in names)
