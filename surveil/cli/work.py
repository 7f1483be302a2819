"""Commands that bring data in and scan it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from surveil.cli.common import (
    ReportFormat,
    WorkspaceOption,
    day_of,
    now,
    open_database,
    open_workspace,
    plural,
    progress_bar,
    say,
)

app = typer.Typer()


@app.command()
def init(workspace: WorkspaceOption = None) -> None:
    """Make a workspace. Example: surveil init --workspace /srv/surveil"""
    from surveil.config import Workspace, locate

    made = Workspace.init(locate(workspace))
    with open_database(made):
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
    again: Annotated[
        bool,
        typer.Option("--again", help="Load files that were loaded before, too; their rows then count again."),
    ] = False,
) -> None:
    """Load the feeds in a folder. Example: surveil load exports/2016-09"""
    import json

    from surveil.errors import InputRefused
    from surveil.feeds.load import load as load_feeds

    as_json = format is ReportFormat.JSON
    try:
        with progress_bar("Loading") as show:
            report = load_feeds(open_workspace(workspace), folder, progress=show, again=again)
    except InputRefused as refused:
        if as_json:
            typer.echo(json.dumps({"load_number": None, "refused": str(refused).splitlines()}, indent=1))
        raise
    typer.echo(json.dumps(report.as_dict(), indent=1) if as_json else report.render())
    if files := report.taken_in_nothing:
        raise InputRefused(
            f"Not one row of {', '.join(files)} could be taken in; the report says why. The rest was loaded. Mend the file "
            "and load it again."
        )


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
    from_: Annotated[dt.date | None, typer.Option("--from", parser=day_of, metavar="DATE",
                     help="First day of the window judged; unless told the one from which the extract is whole.")] = None,
    as_of: Annotated[dt.date | None, typer.Option("--as-of", parser=day_of, metavar="DATE",
                     help="Last day seen.")] = None,
    detector: Annotated[list[str] | None, typer.Option(help="Only this detector (may be repeated).")] = None,
    engine: Annotated[str | None, typer.Option(help="Where to run: duckdb://, postgresql://USER@HOST/DATABASE, "
                      "spark://local[2] or spark://HOST:PORT.")] = None,
) -> None:  # fmt: skip
    """Run the detectors. Example: surveil scan --as-of 2016-09-30"""
    from surveil.alerts.people import SYSTEM
    from surveil.desk.scans import record_scan
    from surveil.desk.thresholds import in_force
    from surveil.desk.users import numbers_at_the_desk
    from surveil.errors import RunIncomplete
    from surveil.scan.job import scan as run_scan
    from surveil.scan.render import scan_summary

    opened = open_workspace(workspace)
    if engine:
        opened = opened.with_engine(engine)
    with open_database(opened) as store:
        with store.read() as session:
            session.narrow(SYSTEM)
            opened = in_force(session, opened)
            apart = numbers_at_the_desk(session)
        try:
            result = run_scan(
                opened,
                lambda run, drafts: record_scan(store, run, drafts, now()),
                as_of=as_of,
                from_date=from_,
                detector_ids=detector,
                apart=apart,
                progress=say,
            )
        except KeyboardInterrupt:
            say("surveil: what was finished is kept; the same command goes on from there")
            raise
    typer.echo(scan_summary(result))
    if result.failed:
        raise RunIncomplete(f"the run {result.run.run_id} is incomplete: {', '.join(result.failed)} failed")


@app.command()
def wake(workspace: WorkspaceOption = None) -> None:
    """Open again what was accepted or held back until a day that is over. Example: surveil wake

    Every scan does it first, and the desk in the browser on each new day; this is for days without either.
    """
    from surveil.desk.waking import wake as open_again

    with open_database(open_workspace(workspace)) as store:
        woken = open_again(store, now())
    for alert_id in woken:
        typer.echo(alert_id)
    are = "is" if len(woken) == 1 else "are"
    say(f"{plural(len(woken), 'alert')} {are} open again." if woken else "Nothing was to be opened again.")
