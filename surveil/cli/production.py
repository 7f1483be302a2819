"""Commands for what goes out to a regulator: make a production, check one, and keep account of deliveries."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surveil.cli.common import WorkspaceOption, now, open_database, open_workspace, plural, say
from surveil.errors import UsageError

if TYPE_CHECKING:
    from surveil.config import Workspace
    from surveil.production.assemble import Signer

app = typer.Typer()
production_app = typer.Typer(help="The register of productions.", no_args_is_help=True)
SIGNING_VARIABLE = "SURVEIL_SIGNING_PASSPHRASE"
MEGABYTE = 1_000_000


class Way(StrEnum):
    GATEWAY = "gateway"
    MEDIA = "media"


class Role(StrEnum):
    REGULATOR = "regulator"
    COUNSEL = "counsel"
    CONSULTANT = "consultant"


class What(StrEnum):
    PRODUCTION = "production"
    PASSPHRASE = "passphrase"  # noqa: S105 - the word itself


MatterOption = Annotated[str, typer.Option(help="The matter, by its id.")]
ActorOption = Annotated[str, typer.Option("--as", help="Who does this, by the name to sign in with.")]


@app.command()
def package(
    matter: MatterOption,
    way: Annotated[Way, typer.Option("--for", help="Parts for an upload, or an encrypted container.")],
    actor: Annotated[
        str | None, typer.Option("--as", help="Who does this; without it a masked copy is made, to try out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder (default: productions in the workspace).")] = None,
    workspace: WorkspaceOption = None,
    receiver: Annotated[
        Role | None, typer.Option(help="Who gets it decides what is redacted (default: the regulator).")
    ] = None,
    run: Annotated[str | None, typer.Option(help="Answer from this run (default: the last one).")] = None,
    volume: Annotated[int | None, typer.Option(min=1, help="Number of the volume.")] = None,
    sign: Annotated[Path | None, typer.Option(help="Sign the response with this certificate (.p12).")] = None,
    trial_signature: Annotated[
        bool, typer.Option("--trial-signature", help="Sign with a self-made certificate.")
    ] = False,
    load_files: Annotated[bool, typer.Option("--load-files", help="Add DAT, OPT and text files.")] = False,
    protect: Annotated[
        bool, typer.Option("--protect-whistle-blowers", help="Withhold what would tell who reported.")
    ] = False,
    part_megabytes: Annotated[int, typer.Option(min=1, help="Largest part of an upload.")] = 500,
    passphrase_to: Annotated[
        Path | None, typer.Option(help="Write the passphrase to this file instead of standard output.")
    ] = None,
) -> None:
    """Make the production that goes to the regulator.
    Example: surveil package --matter 2016-SWEEP --for media --as olga"""
    from surveil.alerts.people import SYSTEM
    from surveil.production.assemble import Channel, Handover
    from surveil.production.container import make_passphrase
    from surveil.production.package import FOLDER, Order, package
    from surveil.production.receivers import Receiver

    opened = open_workspace(workspace)
    with open_database(opened):
        pass  # brings an older database up to date before anything is read from it
    secret = make_passphrase() if way is Way.MEDIA else ""
    handover = Handover(Channel(way.value), part_megabytes * MEGABYTE, secret)
    signer = _signer(opened, matter, sign, trial_signature)
    role = Receiver(receiver.value) if receiver else Receiver.REGULATOR if actor else Receiver.TRIAL
    order = Order(matter, actor or SYSTEM.name, handover, role, run, volume, load_files, protect, signer)
    target = out or opened.path / FOLDER
    with _kept(secret, passphrase_to, target):
        packed = package(opened, order, target, now(), say)
    if role is Receiver.TRIAL:
        say("Note: a masked copy, to try out. For the regulator's, say who makes it: --as NAME.")
    for note in packed.notes:
        say(f"Note: {note}")
    say(f"Kept by the firm: {packed.kept}. To hand over: {packed.handover}")
    say(f"Tell the receiver by another way: the signing key's fingerprint is {packed.fingerprint}")
    if not secret:
        for file in packed.files:
            typer.echo(str(file))
    elif passphrase_to:
        say(
            f"The passphrase is in {passphrase_to}: deliver it by another way, enter that, and remove the file."
        )
    else:
        say("The passphrase follows on standard output. It is kept nowhere: deliver it by another way.")
        typer.echo(secret)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The unpacked production.")],
    fingerprint: Annotated[
        str | None, typer.Option(help="The signer's fingerprint, as the firm gave it by another way.")
    ] = None,
) -> None:
    """Check a production as its receiver would. Example: surveil verify EXB-2016-SWEEP-VOL001"""
    from surveil.errors import VerificationFailed
    from surveil.production.receiving import verify as check

    checked = check(folder, fingerprint)
    for problem in checked.problems:
        say(_plain(problem))
    if not checked.ok:
        raise VerificationFailed(
            f"{plural(len(checked.problems), 'problem')} in {folder} ({plural(checked.files, 'file')} listed)"
        )
    for fact in checked.facts:
        typer.echo(_plain(fact))
    if fingerprint is None:
        say(
            "Compare the fingerprint with the one the firm gave by another way, or give it with --fingerprint."
        )
    typer.echo(f"The production is whole: nothing was changed, added or taken away ({checked.files} files).")


@production_app.command("list")
def production_list(matter: MatterOption, workspace: WorkspaceOption = None) -> None:
    """What was made of a matter and where it went. Example: surveil production list --matter 2016-SWEEP"""
    from surveil.production.register import Made, entries

    with open_database(open_workspace(workspace)) as store:
        for entry in entries(store, matter):
            what = entry.what
            told = (
                f"made for {what.receiver}, numbers {what.first} to {what.last}, manifest {what.manifest_sha256}"
                if isinstance(what, Made)
                else f"{what.thing} delivered to {what.recipient} by {what.way}"
            )
            typer.echo(_plain(f"{entry.at}  volume {what.volume}  {told}  ({entry.actor})"))


@production_app.command("delivered")
def production_delivered(
    matter: MatterOption,
    volume: Annotated[int, typer.Option(min=1, help="Number of the volume.")],
    what: Annotated[What, typer.Option(help="What was delivered.")],
    to: Annotated[str, typer.Option(help="To whom.")],
    by: Annotated[str, typer.Option(help="By what way, such as courier or telephone.")],
    actor: ActorOption,
    note: Annotated[str, typer.Option(help="What else is to be known.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Enter a delivery, of a volume or of its passphrase. Example: surveil production delivered
    --matter 2016-SWEEP --volume 1 --what passphrase --to "J. Doe, FINRA" --by telephone --as olga"""
    from surveil.production.register import Delivery, Thing, enter_delivery
    from surveil.reports.making import permitted

    with open_database(open_workspace(workspace)) as store:
        user = permitted(store, actor, reveal=True)
        enter_delivery(store, user, matter, Delivery(volume, Thing(what.value), to, by), note, now())
    say(f"Entered: the {what.value} of volume {volume} was delivered to {to} by {by}.")


def _signer(workspace: Workspace, matter_id: str, file: Path | None, trial: bool) -> Signer | None:
    """Signs with the principal's certificate, or with one made for the occasion; None where neither is asked for."""
    if file is None and not trial:
        return None
    if file is not None and trial:
        raise UsageError("Give either --sign or --trial-signature.")
    from surveil.production import signature
    from surveil.reports.matters import read_matter

    principal = read_matter(workspace, matter_id).principal
    if not principal:
        raise UsageError(
            f"Matter {matter_id} names no principal to sign for: surveil matter change {matter_id} --principal NAME --as YOU"
        )
    if file is not None:
        secret = os.environ.get(SIGNING_VARIABLE) or typer.prompt("Passphrase", hide_input=True, err=True)
        signer = signature.load_signer(file, secret)
    else:
        signer = signature.trial_signer(principal, workspace.settings.firm.name, now())
    reason = f"Response of {workspace.settings.firm.name}"
    return lambda content: signature.sign(content, signer, name=principal, reason=reason, at=now())


@contextmanager
def _kept(secret: str, file: Path | None, out: Path) -> Iterator[None]:
    """Write the passphrase to a file only its owner can read, before anything is made that needs it to be opened.

    Raises:
        UsageError: the file is there already, or would lie with what it opens.
    """
    if not secret or file is None:
        yield
        return
    if file.resolve().is_relative_to(out.resolve()):
        raise UsageError(
            "The passphrase must not lie with what it opens; choose another file for --passphrase-to."
        )
    try:
        with open(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as stream:
            stream.write(secret + "\n")
    except OSError as error:
        raise UsageError(f"The passphrase can't be written to {file}: {error.strerror}.") from error
    try:
        yield
    except BaseException:
        file.unlink()
        raise


def _plain(text: str) -> str:
    """One line without characters that move the cursor; file names in a production come from anybody."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
