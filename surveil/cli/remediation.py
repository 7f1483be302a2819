"""Commands that make customers whole: propose what is owed, approve it, enter its payment, write to the customers."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surveil.cli.common import (
    Format,
    FormatOption,
    OutOption,
    WorkspaceOption,
    day_of,
    now,
    open_database,
    open_workspace,
    plural,
    say,
)
from surveil.errors import UsageError

if TYPE_CHECKING:
    from surveil.alerts.people import User
    from surveil.store import Store

app = typer.Typer(help="Compensation: what is owed, four eyes, the ledger.", no_args_is_help=True)
ActorOption = Annotated[str, typer.Option("--as", help="Who does this, by the name to sign in with.")]
BatchArgument = Annotated[str, typer.Argument(metavar="BATCH", help="The batch, such as P-17.")]
DayOption = Annotated[dt.date, typer.Option("--on", parser=day_of, metavar="DATE", help="Day of payment.")]


class Whom(StrEnum):
    CONFIRMED = "confirmed"
    ALL = "all"


@app.command()
def propose(
    on: DayOption,
    actor: ActorOption,
    whom: Annotated[
        Whom, typer.Option(help="Confirmed accounts only, or also those that could not be ruled out.")
    ] = Whom.CONFIRMED,
    run: Annotated[str | None, typer.Option(help="Of this run (default: the last one).")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Compute what is owed on a day and keep it for approval.
    Example: surveil remediation propose --on 2016-12-01 --as olga"""
    from surveil.remediation.job import propose_batch
    from surveil.remediation.subjects import Class

    opened = open_workspace(workspace)
    classes = {Class.CONFIRMED} if whom is Whom.CONFIRMED else set(Class)
    with open_database(opened) as store:
        user = _user(store, actor)
        batch, owed = propose_batch(opened, store, user, on, classes, now(), run)
    for account, reason in owed.not_known.items():
        say(f"Account {account}: more may be owed; {reason}.")
    typer.echo(
        f"{batch.batch_id}: {plural(batch.payments, 'payment')}, {_amount(batch.total_cents)} in all, waits for approval."
    )


@app.command()
def approve(
    batch: BatchArgument,
    actor: ActorOption,
    note: Annotated[str, typer.Option(help="What was looked at.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Approve somebody else's batch. Example: surveil remediation approve P-17 --note "…" --as peter"""
    from surveil.remediation import batches

    opened = open_workspace(workspace)
    with open_database(opened) as store:
        done = batches.approve(store, _user(store, actor), batch, note, now(), opened.path)
    say(f"{done.batch_id} is approved: {_amount(done.total_cents)} to be paid on {done.paid_on.isoformat()}.")


@app.command()
def reject(
    batch: BatchArgument,
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="Why it is not to be paid.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Send a batch back. Example: surveil remediation reject P-17 --reason "…" --as peter"""
    from surveil.remediation import batches

    with open_database(open_workspace(workspace)) as store:
        done = batches.reject(store, _user(store, actor), batch, reason, now())
    say(f"{done.batch_id} is rejected; what it would have paid may be proposed again.")


@app.command()
def pay(
    batch: BatchArgument,
    on: DayOption,
    reference: Annotated[str, typer.Option(help="Of the payment in the firm's books.")],
    actor: ActorOption,
    workspace: WorkspaceOption = None,
) -> None:
    """Enter that a batch was paid. Example: surveil remediation pay P-17 --on 2016-12-01 --reference "GL 4711" --as olga"""
    from surveil.remediation import batches

    opened = open_workspace(workspace)
    with open_database(opened) as store:
        done = batches.pay(store, _user(store, actor), batch, on, reference, now(), opened.path)
    say(f"{done.batch_id} is paid: {_amount(done.total_cents)}.")


@app.command("list")
def list_batches(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """All batches. Example: surveil remediation list"""
    from surveil.output import write_rows
    from surveil.remediation.batches import listed

    with open_database(open_workspace(workspace)) as store:
        rows = [
            {
                "batch": batch.batch_id,
                "state": batch.state.value,
                "paid_on": batch.paid_on.isoformat(),
                "payments": batch.payments,
                "total": _amount(batch.total_cents),
                "proposed_by": batch.proposed_by,
                "approved_by": batch.approved_by,
            }
            for batch in listed(store)
        ]
    write_rows(rows, format, out)


@app.command()
def ledger(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """Every payment made, checked to add up. Example: surveil remediation ledger --format csv --out paid.csv"""
    from surveil.output import write_rows
    from surveil.remediation.ledger import paid, total_cents

    opened = open_workspace(workspace)
    with open_database(opened) as store:
        entries = paid(opened.path, store)
    rows = [
        {
            "payment_id": entry.payment.payment_id,
            "paid_on": entry.payment.paid_on.isoformat(),
            "customer_id": entry.payment.customer_id,
            "account_id": entry.payment.account_id,
            "fees": _amount(entry.payment.fees_cents),
            "knock_on": _amount(entry.payment.knock_on_cents),
            "interest": _amount(entry.payment.interest_cents),
            "credit": _amount(entry.payment.credit_cents),
            "goodwill": _amount(entry.payment.goodwill_cents),
            "total": _amount(entry.payment.total_cents),
            "proposed_by": entry.batch.proposed_by,
            "approved_by": entry.batch.approved_by,
            "reference": entry.batch.reference,
        }
        for entry in entries
    ]
    write_rows(rows, format, out)
    say(
        f"{plural(len(rows), 'payment')}, {_amount(total_cents(entries))} in all. "
        "Lines, payments and batches add up to the cent."
    )


@app.command()
def letters(
    batch: BatchArgument,
    contact: Annotated[str, typer.Option(help="How customers reach the firm about it.")],
    signer: Annotated[str, typer.Option(help="Who signs.")],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    actor: ActorOption,
    currency: Annotated[str, typer.Option(help="Of the amounts.")] = "USD",
    workspace: WorkspaceOption = None,
) -> None:
    """Write to the customers of an approved batch; their names are shown, which is recorded.
    Example: surveil remediation letters P-17 --contact "1-800-555-0100" --signer "R. Roe" --out letters --as olga"""
    from surveil.production.customer_letters import Wording
    from surveil.production.writing_letters import write_letters

    opened = open_workspace(workspace)
    with open_database(opened) as store:
        files = write_letters(
            opened, store, _user(store, actor), batch, Wording(contact, signer, currency), out, now()
        )
    say(f"{len(files)} letters in {out}.")


def _user(store: Store, name: str) -> User:
    """The person of this name. The program itself moves no money."""
    from surveil.alerts.people import SYSTEM
    from surveil.desk.users import find_user

    if name == SYSTEM.name:
        raise UsageError("Compensation is proposed and approved by people: say who you are with --as.")
    with store.read() as session:
        session.narrow(SYSTEM)
        return find_user(session, name)


def _amount(cents: int) -> str:
    from surveil.remediation.compute import dollars

    return f"{dollars(cents):.2f}"
