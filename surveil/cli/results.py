"""Commands that list what was found, and the catalogue of detectors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surveil.cli.common import (
    Format,
    FormatOption,
    OutOption,
    ReportFormat,
    WorkspaceOption,
    one_of,
    open_database,
    open_workspace,
    say,
)

if TYPE_CHECKING:
    from surveil.config import Workspace

app = typer.Typer()
rank_app = typer.Typer(help="Rankings of the last scan.", no_args_is_help=True)

#: What a person at a terminal reads of an alert; every other format has all columns.
_ON_SCREEN = ("alert_id", "severity", "score", "detector", "subject_id", "branch_id", "status", "reason")


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
    from surveil.alerts.alert import Status
    from surveil.alerts.model import Severity
    from surveil.alerts.people import SYSTEM
    from surveil.desk.listing import EXPORT_FIELDS, export_alerts
    from surveil.output import write_rows

    severity, status = one_of(severity, Severity, "severity"), one_of(status, Status, "status")
    opened = open_workspace(workspace)
    with open_database(opened) as store, store.read() as session:
        rows = export_alerts(session, SYSTEM)
    wanted = {
        "severity": severity,
        "detector": _detector(detector, {str(row["detector"]) for row in rows}),
        "rep_id": rep,
        "status": status,
    }
    kept = [row for row in rows if all(value is None or row[name] == value for name, value in wanted.items())]
    if rep and not kept:
        _say_if_unknown(rep, opened)
    write_rows(kept, format, out, _ON_SCREEN, EXPORT_FIELDS)


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
    from surveil.alerts.people import SYSTEM
    from surveil.desk.access import find_alert
    from surveil.output import write_frame
    from surveil.scan.results import last_findings

    opened = open_workspace(workspace)
    if alert is not None:
        with open_database(opened) as store, store.read() as session:
            find_alert(session, SYSTEM, alert)
    wanted = {"detector": _detector(detector), "rep_id": rep, "alert_id": alert}
    found = last_findings(opened, {name: value for name, value in wanted.items() if value is not None})
    if rep and found.empty:
        _say_if_unknown(rep, opened)
    write_frame(found, format, out)


def _say_if_unknown(rep: str, workspace: Workspace) -> None:
    """Nothing found about somebody who does not exist must not read as nothing found."""
    import pyarrow.parquet as pq

    from surveil.feeds import snapshots

    if not snapshots.load_numbers(workspace):
        return
    files = [file for part in snapshots.current(workspace).feeds["reps"].parts for file in part.files]
    known = {name for file in files for name in pq.read_table(file, columns=["rep_id"])["rep_id"].to_pylist()}
    if files and rep not in known:
        say(f"There is no representative {rep!r} in the feed reps. See: surveil rank reps")


def _detector(wanted: str | None, further: Iterable[str] = ()) -> str | None:
    """A detector of this version, or one that raised an alert with an earlier one."""
    from surveil.detectors.registry import detectors as known

    return one_of(wanted, sorted({*known(), *further}), "detector", "See: surveil detectors")


def _rank(what: str, workspace: Path | None, format: Format, out: Path | None) -> None:
    from surveil.output import write_frame
    from surveil.scan.results import last_ranking

    write_frame(last_ranking(open_workspace(workspace), what), format, out)


@rank_app.command("reps")
def rank_reps(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """Representatives, the most remarkable first. Example: surveil rank reps --format csv"""
    _rank("reps", workspace, format, out)


@rank_app.command("branches")
def rank_branches(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """Branches, the most remarkable first. Example: surveil rank branches"""
    _rank("branches", workspace, format, out)


@rank_app.command("accounts")
def rank_accounts(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """Accounts, the likeliest to be unauthorized first. Example: surveil rank accounts --format csv"""
    _rank("accounts", workspace, format, out)


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

    board = scoreboard(open_workspace(workspace), answers)
    if plots:
        board.plots(plots)
    typer.echo(json.dumps(board.as_dict(), indent=1) if format is ReportFormat.JSON else board.render())
