"""The commands: parse, call, print. No logic lives here, and nothing heavy is imported before a command needs it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surveil import __version__
from surveil.errors import SurveilError

if TYPE_CHECKING:
    from surveil.config import Workspace
    from surveil.store import Store

app = typer.Typer(
    name="surveil",
    help="Sales-practice surveillance: from a firm's extracts to the regulator's answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
rank_app = typer.Typer(help="Rankings of the last scan.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)
user_app = typer.Typer(help="Local users and roles.", no_args_is_help=True)
app.add_typer(rank_app, name="rank")
app.add_typer(audit_app, name="audit")
app.add_typer(user_app, name="user")


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


def main() -> None:
    """Run a command; an error of ours is one clear message and the promised exit status, never a traceback."""
    try:
        app(standalone_mode=False, prog_name="surveil")
    except SurveilError as error:
        say(f"surveil: {error}")
        sys.exit(error.exit_code)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        say("surveil: stopped; nothing was half-written")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of the pipe has what it wanted; a second error while closing would only confuse.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        _usage_error(error)


def _usage_error(error: Exception) -> None:
    """Wrong usage as typer tells it; whatever else is a defect and keeps its traceback."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    sys.exit(getattr(error, "exit_code", 2))


def say(text: str) -> None:
    """A message for a person: on standard error, so that data stays clean."""
    typer.echo(text, err=True)


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


def _open(folder: Path | None) -> Workspace:
    from surveil.config import Workspace, locate

    return Workspace.open(locate(folder))


@contextmanager
def _store(workspace: Workspace) -> Iterator[Store]:
    from surveil.alerts.clocks import Calendar
    from surveil.store import migrate, open_store

    migrate(workspace.database_url)
    settings = workspace.settings
    store = open_store(workspace.database_url, Calendar(settings.holidays, settings.timezone))
    try:
        yield store
    finally:
        store.close()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@app.command()
def init(workspace: WorkspaceOption = None) -> None:
    """Make a workspace. Example: surveil init --workspace /srv/surveil"""
    from surveil.config import Workspace, locate

    made = Workspace.init(locate(workspace))
    with _store(made):
        say(
            f"Workspace ready: {made.path}. Settings: {made.path / 'surveil.toml'}. Next: surveil load FOLDER"
        )


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="Where to write the feeds (and answers/).")],
    reps: Annotated[int, typer.Option(min=1, help="Number of representatives.")] = 200,
    months: Annotated[int, typer.Option(min=1, help="Number of months.")] = 18,
    seed: Annotated[int, typer.Option(help="The same seed makes the same firm.")] = 1,
    accounts: Annotated[
        int | None, typer.Option(min=1, help="About so many accounts (large firms: Parquet).")
    ] = None,
    honest: Annotated[bool, typer.Option("--honest", help="A firm where nobody does wrong.")] = False,
    preset: Annotated[str, typer.Option(help="base, epidemic, diffuse or short.")] = "base",
) -> None:
    """Write a firm's feeds and its answer key. Example: surveil simulate firm --reps 200 --months 18 --seed 7"""
    from surveil.simulate import simulate as make

    make(
        folder,
        reps=reps,
        months=months,
        seed=seed,
        accounts=accounts,
        honest=honest,
        preset=preset,
        progress=say,
    )
    say(f"Feeds: {folder}. Answer key: {folder / 'answers'}. Next: surveil load {folder}")


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Folder with <feed>.csv, .csv.gz or .parquet files.")],
    workspace: WorkspaceOption = None,
    format: Annotated[
        ReportFormat, typer.Option("--format", help="How to show the load report.")
    ] = ReportFormat.TEXT,
) -> None:
    """Load the feeds in a folder. Example: surveil load exports/2016-09"""
    import json

    from surveil.feeds.load import load as load_feeds

    report = load_feeds(_open(workspace), folder, progress=say)
    typer.echo(json.dumps(report.as_dict(), indent=1) if format is ReportFormat.JSON else report.render())


@app.command()
def schema(
    templates: Annotated[
        Path | None, typer.Option(help="Write empty CSV templates into this folder instead.")
    ] = None,
) -> None:
    """The feeds as JSON Schema, or empty CSV templates. Example: surveil schema --templates templates"""
    import json

    from surveil.feeds import schema as feeds_schema

    if templates is None:
        typer.echo(json.dumps(feeds_schema.json_schema(), indent=1))
    else:
        feeds_schema.write_templates(templates)
        say(f"Templates written to {templates}.")


@app.command()
def scan(
    workspace: WorkspaceOption = None,
    from_: Annotated[dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE",
                     help="First day of the window judged.")] = None,
    as_of: Annotated[dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE",
                     help="Last day seen.")] = None,
    detector: Annotated[list[str] | None, typer.Option(help="Only this detector (may be repeated).")] = None,
    engine: Annotated[str | None, typer.Option(help="Where to run, such as spark://local[2].")] = None,
) -> None:  # fmt: skip
    """Run the detectors. Example: surveil scan --as-of 2016-09-30"""
    from surveil.desk.scans import record_scan
    from surveil.errors import RunIncomplete
    from surveil.scan.job import scan as run_scan
    from surveil.scan.render import scan_summary

    opened = _open(workspace)
    if engine:
        opened = opened.with_engine(engine)
    with _store(opened) as store:
        result = run_scan(
            opened,
            lambda run, drafts: record_scan(store, run, drafts, _now()),
            as_of=as_of.date() if as_of else None,
            from_date=from_.date() if from_ else None,
            detector_ids=detector,
            progress=say,
        )
    typer.echo(scan_summary(result))
    if result.failed:
        raise RunIncomplete(f"the run {result.run.run_id} is incomplete: {', '.join(result.failed)} failed")


@app.command()
def alerts(
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.TABLE,
    out: OutOption = None,
    severity: Annotated[str | None, typer.Option(help="Only this severity.")] = None,
    detector: Annotated[str | None, typer.Option(help="Only this detector.")] = None,
    rep: Annotated[str | None, typer.Option(help="Only this representative.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status.")] = None,
) -> None:
    """The alerts. Example: surveil alerts --format jsonl --severity high"""
    from surveil.alerts.people import SYSTEM
    from surveil.desk.export import export_alerts
    from surveil.output import write_rows

    with _store(_open(workspace)) as store, store.read() as session:
        rows = export_alerts(session, SYSTEM)
    wanted = {"severity": severity, "detector": detector, "rep_id": rep, "status": status}
    kept = [row for row in rows if all(value is None or row[name] == value for name, value in wanted.items())]
    write_rows(kept, format, out)


@app.command()
def findings(
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.TABLE,
    out: OutOption = None,
    detector: Annotated[str | None, typer.Option(help="Only this detector.")] = None,
    rep: Annotated[str | None, typer.Option(help="Only this representative.")] = None,
    alert: Annotated[str | None, typer.Option(help="Only behind this alert.")] = None,
) -> None:
    """The items found by the last scan. Example: surveil findings --detector UA01 --format csv --out ua01.csv"""
    from surveil.output import write_frame
    from surveil.scan.results import last_findings

    wanted = {"detector": detector, "rep_id": rep, "alert_id": alert}
    write_frame(
        last_findings(_open(workspace), {k: v for k, v in wanted.items() if v is not None}), format, out
    )


def _rank(what: str, workspace: Path | None, format: Format, out: Path | None) -> None:
    from surveil.output import write_frame
    from surveil.scan.results import last_ranking

    write_frame(last_ranking(_open(workspace), what), format, out)


@rank_app.command("reps")
def rank_reps(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """Representatives, the most remarkable first. Example: surveil rank reps --format csv"""
    _rank("reps", workspace, format, out)


@app.command()
def detectors(
    detector: Annotated[str | None, typer.Argument(help="A detector's id or slug: its manual page.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """The catalogue, or one detector's manual page and parameters. Example: surveil detectors UA01"""
    from surveil.config import Settings, locate, read_settings
    from surveil.detectors.catalogue import page, table

    file = locate(workspace) / "surveil.toml"
    settings = read_settings(file) if file.is_file() else Settings()
    typer.echo(page(detector, settings.detectors) if detector else table())


@app.command()
def evaluate(
    answers: Annotated[Path, typer.Option(help="Folder of the answer key.")],
    workspace: WorkspaceOption = None,
    format: Annotated[ReportFormat, typer.Option("--format", help="Table or JSON.")] = ReportFormat.TEXT,
    plots: Annotated[Path | None, typer.Option(help="Write plots into this folder.")] = None,
) -> None:
    """Score the last scan against an answer key. Example: surveil evaluate --answers firm/answers"""
    import json

    from surveil.scoreboard import scoreboard

    board = scoreboard(_open(workspace), answers)
    if plots:
        board.plots(plots)
    typer.echo(json.dumps(board.as_dict(), indent=1) if format is ReportFormat.JSON else board.render())


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="Which report, such as finra-cross-selling.")],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Write a report. Example: surveil report finra-cross-selling --out answer"""
    from surveil.reports import write

    for file in write(name, _open(workspace), out):
        typer.echo(str(file))


@audit_app.command("verify")
def audit_verify(workspace: WorkspaceOption = None) -> None:
    """Check the audit trail. Example: surveil audit verify"""
    from surveil.desk.audit import verify_trail

    with _store(_open(workspace)) as store:
        typer.echo(verify_trail(store))


@app.command()
def dashboard(
    workspace: WorkspaceOption = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8501,
) -> None:
    """Open the review desk in the browser. Example: surveil dashboard --port 8600"""
    from surveil.launch import dashboard as serve

    serve(_open(workspace), port)


@app.command()
def demo(
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="Folder (default: ./demo).")
    ] = None,
) -> None:
    """The whole job in one go, on a simulated firm. Example: surveil demo"""
    from surveil.demo import run

    run(workspace or Path("demo"), say)
