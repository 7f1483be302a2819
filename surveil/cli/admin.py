"""Commands for reports, the desk, the audit trail and its users."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from surveil.cli.common import (
    Format,
    FormatOption,
    OutOption,
    ReportFormat,
    WorkspaceOption,
    now,
    open_database,
    open_workspace,
    plural,
    put_lines,
    put_text,
    read_text,
    say,
)
from surveil.errors import UsageError

app = typer.Typer()
audit_app = typer.Typer(help="The audit trail.", no_args_is_help=True)
user_app = typer.Typer(help="Local users and roles.", no_args_is_help=True)


@app.command()
def report(
    name: Annotated[str, typer.Argument(help="Which report, such as finra-cross-selling.")],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    workspace: WorkspaceOption = None,
    run: Annotated[str | None, typer.Option(help="Of this run (default: the last one).")] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show names; needs --as, and is recorded.")
    ] = False,
    actor: Annotated[str, typer.Option("--as", help="Who asks, by the name to sign in with.")] = "system",
    matter: Annotated[str | None, typer.Option(help="Answer a letter for this matter.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day of the period.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day of the period.")] = None,
    quarter: Annotated[str | None, typer.Option(help="A calendar quarter, such as 2024Q2.")] = None,
    rep: Annotated[list[str] | None, typer.Option(help="Only this representative (may be repeated).")] = None,
    criteria: Annotated[str | None, typer.Option(help="A lookback's criteria, by name.")] = None,
) -> None:
    """Write a report. Example: surveil report finra-cross-selling --out answer"""
    from surveil.cli.matters import day
    from surveil.reports import write
    from surveil.reports.making import Options

    opened = open_workspace(workspace)
    with open_database(opened):
        pass  # brings an older database up to date before anything is read from it
    period = day(first, "--from"), day(last, "--to")
    options = Options(matter, *period, quarter, tuple(rep or ()), criteria)
    for file in write(name, opened, out, run, reveal, actor, options=options):
        typer.echo(str(file))


@app.command()
def dashboard(
    workspace: WorkspaceOption = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8501,
) -> None:
    """Open the review desk in the browser. Example: surveil dashboard --port 8600"""
    from surveil.launch import dashboard as serve

    serve(open_workspace(workspace), port)


@app.command()
def doctor(workspace: WorkspaceOption = None) -> None:
    """Check a workspace: database, data, engine, fonts, clock, key. Example: surveil doctor"""
    from surveil.doctor import examine
    from surveil.errors import VerificationFailed

    checks = examine(open_workspace(workspace), say)
    for check in checks:
        typer.echo(f"{'ok ' if check.ok else 'BAD'}  {check.what}: {check.told}")
    if bad := [check.what for check in checks if not check.ok]:
        raise VerificationFailed(f"not in order: {', '.join(bad)}")


@app.command()
def demo(
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="Folder (default: ./demo).")
    ] = None,
) -> None:
    """The whole job in one go, on a simulated firm. Example: surveil demo"""
    from surveil.demo import run

    run(workspace or Path("demo"), say)


@audit_app.command("verify")
def audit_verify(
    workspace: WorkspaceOption = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere, to check against.")
    ] = None,
) -> None:
    """Check the audit trail. Example: surveil audit verify --checkpoint kept/2016-09-30.json"""
    from surveil.errors import VerificationFailed
    from surveil.store.checkpoint import Checkpoint
    from surveil.store.verification import events_read, verify

    kept = Checkpoint.from_json(read_text(checkpoint)) if checkpoint else None
    with open_database(open_workspace(workspace)) as store:
        result = verify(store.engine, kept, progress=lambda read, of: say(events_read(read, of)))
    for problem in result.problems:
        say(f"{'event ' + str(problem.seq) if problem.seq else 'the trail'}: {problem.message}")
    if not result.ok:
        raise VerificationFailed(
            f"{plural(len(result.problems), 'problem')} in the audit trail ({plural(result.events, 'event')})"
        )
    against = ", and agrees with the checkpoint" if kept else " (no checkpoint was given to compare with)"
    typer.echo(f"The audit trail is whole: {plural(result.events, 'event')}, last {result.head}{against}")


@audit_app.command("checkpoint")
def audit_checkpoint(workspace: WorkspaceOption = None, out: OutOption = None) -> None:
    """Sign how far the trail has come; keep it out of the reach of who runs the database.
    Example: surveil audit checkpoint --out kept/today.json"""
    from surveil.store.checkpoint import load_key, make_checkpoint

    opened = open_workspace(workspace)
    with open_database(opened) as store:
        text = make_checkpoint(store.engine, load_key(opened.path), now()).to_json()
    put_text(text, out)


@audit_app.command("export")
def audit_export(
    workspace: WorkspaceOption = None,
    out: OutOption = None,
    record: Annotated[
        str | None, typer.Option(help="Only of this record, such as alert:A-12ab34cd56ef.")
    ] = None,
    actor: Annotated[str | None, typer.Option("--by", help="Only what this person did.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day (UTC).")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day (UTC).")] = None,
    format: Annotated[
        ReportFormat, typer.Option("--format", help="JSON lines, or text to read.")
    ] = ReportFormat.JSON,
) -> None:
    """The audit trail, or what is asked for of it. Example: surveil audit export --by m.jones --out trail.jsonl"""
    from surveil.cli.matters import day
    from surveil.store.export import export_jsonl, export_text
    from surveil.store.trail import Wanted

    kind, _, name = (record or "").partition(":")
    export = export_jsonl if format is ReportFormat.JSON else export_text
    wanted = Wanted(actor, kind or None, name or None, day(first, "--from"), day(last, "--to"))
    with open_database(open_workspace(workspace)) as store:
        put_lines(export(store.engine, wanted), out)


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[str, typer.Option(help="officer, supervisor, auditor or administrator.")],
    display_name: Annotated[str, typer.Option(help="Name to show.")] = "",
    rep: Annotated[str | None, typer.Option(help="His own rep_id, if he is a representative.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Let a person in; asks for the password. Example: surveil user add m.jones --role officer"""
    from surveil.alerts.people import SYSTEM, Role
    from surveil.desk.users import create_user

    if role not in set(Role) - {Role.SYSTEM}:
        raise UsageError(f"there is no role {role!r}; use officer, supervisor, auditor or administrator")
    place = open_workspace(workspace)
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    with open_database(place) as store:
        create_user(
            store, SYSTEM, name, Role(role), now(), display_name=display_name, password=password, rep_id=rep
        )
    say(f"{name} may sign in as {role}.")


@user_app.command("scope")
def user_scope(
    name: Annotated[str, typer.Argument(help="Whose scope.")],
    branch: Annotated[list[str] | None, typer.Option(help="A branch he sees (may be repeated).")] = None,
    rep: Annotated[list[str] | None, typer.Option(help="A representative he sees (may be repeated).")] = None,
    reports_to: Annotated[
        list[str] | None, typer.Option(help="A rep_id he reports to himself (may be repeated).")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """What a supervisor sees, and whom he reports to, all said anew. Example: surveil user scope m.jones --branch B017"""
    from surveil.alerts.people import SYSTEM
    from surveil.desk.users import set_scope

    with open_database(open_workspace(workspace)) as store:
        set_scope(
            store, SYSTEM, name, now(), branches=branch or (), reps=rep or (), reports_to=reports_to or ()
        )
    say(f"{name} now sees {len(branch or ())} branches and {len(rep or ())} representatives.")


@user_app.command("list")
def user_list(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """Who may sign in. Example: surveil user list"""
    from surveil.alerts.people import SYSTEM
    from surveil.desk.users import list_users
    from surveil.output import write_rows

    with open_database(open_workspace(workspace)) as store, store.read() as session:
        users = list_users(session, SYSTEM)
    write_rows(
        [{"name": u.name, "role": u.role.value, "rep_id": u.rep_id} for u in users],
        format,
        out,
        columns=("name", "role", "rep_id"),
    )
