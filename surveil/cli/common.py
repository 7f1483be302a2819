"""What the commands share: options, the workspace, messages, formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surveil.errors import UsageError
from surveil.files import beside

if TYPE_CHECKING:
    from surveil.config import Workspace
    from surveil.store import Store


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace", "-w", help="Workspace folder (default: $SURVEIL_WORKSPACE, else ./workspace)."
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to write the rows.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write to this file instead of standard output.")
]


def day_of(text: str) -> dt.date:
    """A day as it is written on the command line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2016-09-30") from None


def one_of(wanted: str | None, known: Iterable[str], option: str, see: str = "") -> str | None:
    """What was asked for, as the known word that it is in any case; an error names what there is.

    Raises:
        UsageError: it is none of them.
    """
    words = list(known)
    if wanted is None or wanted in words:
        return wanted
    by_lower = {word.casefold(): word for word in words}
    if wanted.casefold() in by_lower:
        return by_lower[wanted.casefold()]
    near = get_close_matches(wanted.casefold(), by_lower, 1)
    meant = f" Did you mean {by_lower[near[0]]}?" if near else ""
    raise UsageError(
        f"There is no {option} {wanted!r}.{meant} {see or 'There are: ' + ', '.join(words) + '.'}"
    )


def say(text: str) -> None:
    """A message for a person: on standard error, so that data stays clean."""
    typer.echo(text, err=True)


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def open_workspace(folder: Path | None) -> Workspace:
    from surveil.config import Workspace, locate

    return Workspace.open(locate(folder))


@contextmanager
def open_database(workspace: Workspace) -> Iterator[Store]:
    """The database of alerts, brought up to date first."""
    from surveil.desk.opening import open_desk, prepare_desk

    prepare_desk(workspace)
    store = open_desk(workspace)
    try:
        yield store
    finally:
        store.close()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read: {error}") from error


def put_text(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    try:
        with beside(out) as fresh:
            fresh.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}") from error


def put_lines(lines: Iterable[str], out: Path | None) -> None:
    """Pieces of text one after the other, so that a long export needs no memory."""
    if out is None:
        for line in lines:
            typer.echo(line, nl=False)
        return
    try:
        with beside(out) as fresh, fresh.open("w", encoding="utf-8") as stream:
            stream.writelines(lines)
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}") from error


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on a terminal's standard error, nothing elsewhere; call what it gives with (step, share done)."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=1.0)

        def show(step: str, share: float) -> None:
            bar.update(task, description=escape(step), completed=share)

        yield show
