"""Commands about the people at the desk after they were let in: passwords, roles, leaving, standing in."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from surveil.cli.admin import user_app
from surveil.cli.common import (
    Format,
    FormatOption,
    OutOption,
    WorkspaceOption,
    day_of,
    now,
    open_database,
    open_workspace,
    say,
)
from surveil.errors import UsageError

app = user_app
Name = Annotated[str, typer.Argument(help="The name he signs in with.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the trail.")]


@app.command("password")
def password(name: Name, workspace: WorkspaceOption = None) -> None:
    """Give a user a new password and unlock him; all his stays end. Example: surveil user password m.jones"""
    from surveil.alerts.people import SYSTEM
    from surveil.desk.sign_ins import end_all_sessions
    from surveil.desk.users import set_password

    chosen = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    with open_database(open_workspace(workspace)) as store:
        set_password(store, SYSTEM, name, chosen, now())
        end_all_sessions(store, name, now())
    say(f"{name} has a new password.")


@app.command("role")
def role(
    name: Name,
    new: Annotated[str, typer.Argument(help="officer, supervisor, auditor or administrator.")],
    reason: Reason,
    workspace: WorkspaceOption = None,
) -> None:
    """Change a user's role. Example: surveil user role m.jones auditor --reason "Moved to internal audit." """
    from surveil.alerts.people import SYSTEM, Role
    from surveil.desk.users import change_user

    if new not in set(Role) - {Role.SYSTEM}:
        raise UsageError(f"there is no role {new!r}; use officer, supervisor, auditor or administrator")
    with open_database(open_workspace(workspace)) as store:
        change_user(store, SYSTEM, name, now(), reason, role=Role(new))
    say(f"{name} is now {new}.")


@app.command("close")
def close(name: Name, reason: Reason, workspace: WorkspaceOption = None) -> None:
    """Let somebody in no longer; what he did stays. Example: surveil user close m.jones --reason "Left the firm." """
    from surveil.alerts.people import SYSTEM
    from surveil.desk.sign_ins import end_all_sessions
    from surveil.desk.users import change_user

    with open_database(open_workspace(workspace)) as store:
        change_user(store, SYSTEM, name, now(), reason, active=False)
        end_all_sessions(store, name, now())
    say(
        f"{name} can't sign in any more. "
        "An officer or supervisor hands his alerts and cases over at the desk, under "
        "Account and absence."
    )


@app.command("delegate")
def delegate(
    principal: Annotated[str, typer.Argument(help="Who will be absent.")],
    stand_in: Annotated[str, typer.Argument(help="Who stands in for him.")],
    first: Annotated[dt.date, typer.Option("--from", parser=day_of, metavar="DATE", help="First day.")],
    last: Annotated[dt.date, typer.Option("--to", parser=day_of, metavar="DATE", help="Last day.")],
    reason: Reason,
    workspace: WorkspaceOption = None,
) -> None:
    """Let one stand in for another. Example: surveil user delegate m.jones a.lee --from 2016-10-03 --to 2016-10-14
    --reason "On leave for two weeks." """
    from surveil.alerts.people import SYSTEM
    from surveil.desk.delegation import delegate_to

    with open_database(open_workspace(workspace)) as store:
        made = delegate_to(store, SYSTEM, principal, stand_in, first, last, reason, now())
    say(f"{stand_in} stands in for {principal} from {first} to {last} ({made}).")


@app.command("delegations")
def delegations(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """Who stands in for whom. Example: surveil user delegations"""
    from surveil.alerts.people import SYSTEM
    from surveil.desk.delegation import delegations as listed
    from surveil.output import write_rows

    with open_database(open_workspace(workspace)) as store, store.read() as session:
        found = listed(session, SYSTEM)
    names = ("delegation_id", "principal", "delegate", "first_day", "last_day", "made_by", "ended_at")
    write_rows([{name: getattr(item, name) for name in names} for item in found], format, out, columns=names)
