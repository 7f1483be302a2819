"""The command line: parse, call, print. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import Annotated, NoReturn

import typer

from surveil import __version__
from surveil.cli import admin, matters, people, production, remediation, results, work
from surveil.cli.common import say
from surveil.errors import SurveilError, UsageError

app = typer.Typer(
    name="surveil",
    help="Sales-practice surveillance: from a firm's extracts to the regulator's answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (work, results, admin, production):
    app.add_typer(commands.app)
app.add_typer(results.rank_app, name="rank")
app.add_typer(admin.audit_app, name="audit")
app.add_typer(people.app, name="user")
app.add_typer(matters.app, name="matter")
app.add_typer(production.production_app, name="production")
app.add_typer(remediation.app, name="remediation")


#: The exit status after Ctrl-C; typer gives it as a command's result instead of passing the interrupt on.
_STOPPED = 130


def main() -> None:
    """Run a command; an error of ours is one clear message and the promised exit status, never a traceback."""
    asked = _note_interrupts()
    try:
        if app(standalone_mode=False, prog_name="surveil") == _STOPPED:
            raise KeyboardInterrupt
    except SurveilError as error:
        say(f"surveil: {error}")
        sys.exit(error.exit_code)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _stop()
    except BrokenPipeError:
        _enough()
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # typer takes it for an error of its own
            _enough()
        raise
    except OSError as error:
        # What a command does not foresee of files and disks: full, read-only, in the way.
        where = f"{error.filename}: " if error.filename else ""
        say(f"surveil: {where}{error.strerror or error}")
        sys.exit(UsageError.exit_code)
    except Exception as error:
        if asked:
            _stop()
        _usage_error(error)


def _enough() -> NoReturn:
    """The reader of the pipe has what it wanted; a second error while closing would only confuse."""
    sys.stderr.close()
    os._exit(0)


def _stop() -> NoReturn:
    say("surveil: stopped; nothing was half-written")
    sys.exit(_STOPPED)


def _note_interrupts() -> list[int]:
    """The signals of Ctrl-C as they come: one that falls into the import of a library may come out as any error."""
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    # A shell has what it runs in the background ignore Ctrl-C, and that is to stay so.
    in_background = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    if not in_background and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, stop)
    return asked


def _usage_error(error: Exception) -> None:
    """Wrong usage as typer tells it; whatever else is a defect and keeps its traceback."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    sys.exit(getattr(error, "exit_code", 2))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"surveil {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Options of all commands."""
