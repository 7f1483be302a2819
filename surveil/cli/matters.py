"""Commands for matters: a regulator's letter with its due dates, owners and the state of each item."""

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
    now,
    open_database,
    open_workspace,
    put_text,
    read_text,
    say,
)
from surveil.errors import UsageError

if TYPE_CHECKING:
    from surveil.reports.finra.firm_file import ItemEntry
    from surveil.reports.matters import Matter

app = typer.Typer(
    help="Letters of a regulator: due dates, owners, the state of each item.", no_args_is_help=True
)

MatterArgument = Annotated[str, typer.Argument(help="The matter's name, such as 2016-cross-selling.")]
ActorOption = Annotated[str, typer.Option("--as", help="Who does it, by the name to sign in with.")]


class ItemState(StrEnum):
    ANSWERED = "answered"
    PARTLY = "partly"
    NOTHING = "nothing"
    OBJECTION = "objection"
    PRIVILEGED = "privileged"


STATES = {ItemState.PARTLY: "answered_partial", ItemState.NOTHING: "no_responsive_material"}


def day(text: str | None, option: str) -> dt.date | None:
    """The date of an option, or None where it is not given."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is no date; write it as 2016-11-15.") from error


@app.command("letters")
def matter_letters(
    workspace: WorkspaceOption = None,
    template: Annotated[
        str | None, typer.Option(help="Print this letter's specification, to be copied.")
    ] = None,
) -> None:
    """The letters there are specifications of. Example: surveil matter letters --template finra-8210"""
    from surveil.reports.finra.letter import find_letter, letters

    opened = open_workspace(workspace)
    if template:
        find_letter(template, opened)
        put_text(read_text(letters(opened)[template]), None)
        return
    for name in sorted(letters(opened)):
        letter = find_letter(name, opened)
        typer.echo(f"{name}: {letter.title}, {letter.dated}; {len(letter.items)} items")


@app.command("list")
def matter_list(
    workspace: WorkspaceOption = None, format: FormatOption = Format.TABLE, out: OutOption = None
) -> None:
    """All matters, the one due first on top. Example: surveil matter list"""
    from surveil.output import write_rows
    from surveil.reports.matters import list_matters

    rows = [
        {
            "matter": matter.id,
            "letter": matter.letter.id,
            "reference": matter.reference or None,
            "received_on": matter.received_on.isoformat(),
            "due_on": matter.due.isoformat(),
            "days_left": (matter.due - now().date()).days,
            "items": len(matter.letter.items),
            "stated": sum(matter.state_of(item.number) != "open" for item in matter.letter.items),
        }
        for matter in list_matters(open_workspace(workspace))
    ]
    write_rows(rows, format, out)


@app.command("show")
def matter_show(
    matter: MatterArgument,
    workspace: WorkspaceOption = None,
    format: FormatOption = Format.TABLE,
    out: OutOption = None,
) -> None:
    """The items of a matter: state, owner, due date. Example: surveil matter show 2016-cross-selling"""
    from surveil.output import write_rows
    from surveil.reports.matters import read_checked

    opened = open_workspace(workspace)
    with open_database(opened):
        pass  # brings an older database up to date before the trail is read
    found = read_checked(opened, matter)
    entries = [(item, found.entry(item.number)) for item in found.letter.items]
    say(f"{found.letter.title}; due {found.due.isoformat()}, received {found.received_on.isoformat()}")
    rows = [
        {
            "item": item.number,
            "title": item.title,
            "state": found.state_of(item.number),
            "owner": entry.owner or None,
            "due_on": (entry.due_on or found.due).isoformat(),
            "narrative": "yes" if entry.narrative.strip() else "no",
            "attachments": len(entry.attachments),
            "asks_of_the_firm": item.narrative or None,
        }
        for item, entry in entries
    ]
    write_rows(rows, format, out)


@app.command("new")
def matter_new(
    matter: MatterArgument,
    letter: Annotated[str, typer.Option(help="Which letter; see: surveil matter letters.")],
    received: Annotated[str, typer.Option(help="The day it was received.")],
    actor: ActorOption,
    workspace: WorkspaceOption = None,
    due: Annotated[
        str | None, typer.Option(help="By when to answer (default: the day the letter names).")
    ] = None,
    reference: Annotated[str, typer.Option(help="The regulator's own number.")] = "",
    preparer: Annotated[str, typer.Option(help="Who prepares the answer.")] = "",
    principal: Annotated[str, typer.Option(help="The principal who reviews and signs it.")] = "",
    prefix: Annotated[str, typer.Option(help="Beginning of the control numbers, such as EXB.")] = "",
    first: Annotated[str | None, typer.Option("--from", help="First day of the period answered for.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day of the period answered for.")] = None,
    subject: Annotated[
        list[str] | None, typer.Option(help="Whom it is about, such as rep=R001 (may be repeated).")
    ] = None,
) -> None:
    """Open a matter. Example: surveil matter new sweep --letter finra-uit-rollover --received 2016-09-12 --as olga"""
    from surveil.reports.finra.letter import LetterPeriod, find_letter
    from surveil.reports.matters import open_matter

    opened = open_workspace(workspace)
    start, end = day(first, "--from"), day(last, "--to")
    if (start is None) != (end is None):
        raise UsageError("A period has both ends: give --from and --to.")
    specification = find_letter(letter, opened)
    if subject:
        specification = specification.model_copy(update={"subjects": _subjects(subject)})
    received_on = day(received, "--received")
    made = open_matter(
        opened,
        actor,
        matter,
        specification,
        now(),
        received_on=received_on or now().date(),
        due_on=day(due, "--due"),
        period=LetterPeriod(first=start, last=end) if start and end else None,
        reference=reference,
        preparer=preparer,
        principal=principal,
        control_prefix=prefix,
    )
    say(f"Matter {made.id} is open: {len(made.letter.items)} items, due {made.due.isoformat()}.")


@app.command("change")
def matter_change(
    matter: MatterArgument,
    actor: ActorOption,
    workspace: WorkspaceOption = None,
    reference: Annotated[str | None, typer.Option(help="The regulator's own number.")] = None,
    preparer: Annotated[str | None, typer.Option(help="Who prepares the answer.")] = None,
    principal: Annotated[str | None, typer.Option(help="The principal who reviews and signs it.")] = None,
    prefix: Annotated[str | None, typer.Option(help="Beginning of the control numbers, such as EXB.")] = None,
) -> None:
    """Change who prepares and signs, or the numbers. Example: surveil matter change sweep --principal "R. Roe" --as olga"""
    from surveil.reports.matters import change_particulars

    given = {
        "reference": reference, "preparer": preparer, "principal": principal, "control_prefix": prefix,
    }  # fmt: skip
    told = {name: value for name, value in given.items() if value is not None}
    if not told:
        raise UsageError("Say what to change: --reference, --preparer, --principal or --prefix.")
    change_particulars(open_workspace(workspace), actor, matter, now(), **told)
    say(f"Matter {matter} was changed.")


@app.command("extend")
def matter_extend(
    matter: MatterArgument,
    due: Annotated[str, typer.Option(help="The new due date.")],
    by: Annotated[str, typer.Option(help="Who at the regulator granted it.")],
    reason: Annotated[str, typer.Option(help="Why more time was asked for.")],
    actor: ActorOption,
    granted: Annotated[str | None, typer.Option(help="When it was granted (default: today).")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Enter an extension. Example: surveil matter extend sweep --due 2016-10-24 --by "J. Staff" --reason "…" --as olga"""
    from surveil.reports.matters import Extension, change

    new_due = day(due, "--due") or now().date()
    on = day(granted, "--granted") or now().date()

    def edit(found: Matter) -> Matter:
        if new_due <= found.due:
            raise UsageError(f"{new_due} is not later than the due date in force, {found.due}.")
        extension = Extension(granted_on=on, due_on=new_due, by=by, reason=reason)
        return found.model_copy(update={"extensions": (*found.extensions, extension)})

    changed = change(open_workspace(workspace), actor, matter, now(), "matter.extended", edit, reason)
    say(f"Matter {changed.id} is now due {changed.due.isoformat()}.")


@app.command("assign")
def matter_assign(
    matter: MatterArgument,
    item: Annotated[list[str], typer.Option(help="Which item (may be repeated).")],
    owner: Annotated[str, typer.Option(help="Who answers for it within the firm.")],
    actor: ActorOption,
    due: Annotated[str | None, typer.Option(help="By when he has to.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Give items an owner. Example: surveil matter assign sweep --item 1 --owner "Legal" --due 2016-10-01 --as olga"""
    from surveil.reports.matters import change

    by = day(due, "--due")

    def edit(found: Matter) -> Matter:
        for number in item:
            _known(found, number)
            found = found.with_entry(
                number, found.entry(number).model_copy(update={"owner": owner, "due_on": by})
            )
        return found

    change(open_workspace(workspace), actor, matter, now(), "matter.assigned", edit)
    say(f"{owner} answers for item {', '.join(item)}.")


@app.command("answer")
def matter_answer(
    matter: MatterArgument,
    item: Annotated[str, typer.Argument(help="The item's number.")],
    actor: ActorOption,
    workspace: WorkspaceOption = None,
    state: Annotated[ItemState | None, typer.Option(help="How far it is answered.")] = None,
    text: Annotated[str | None, typer.Option(help="The firm's account, in short.")] = None,
    text_file: Annotated[Path | None, typer.Option(help="The firm's account, from a text file.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why in part, or why not.")] = None,
    expected: Annotated[str | None, typer.Option(help="By when the rest follows.")] = None,
    searched_by: Annotated[str | None, typer.Option(help="Nothing found: who searched.")] = None,
    searched: Annotated[str | None, typer.Option(help="Nothing found: what was searched.")] = None,
    searched_on: Annotated[str | None, typer.Option(help="Nothing found: when.")] = None,
    attach: Annotated[
        list[Path] | None, typer.Option(help="A document to produce (may be repeated).")
    ] = None,
    title: Annotated[list[str] | None, typer.Option(help="Its title, in the same order.")] = None,
    withhold: Annotated[
        Path | None, typer.Option(help="CSV of documents withheld: date,kind,author,…,description,privilege.")
    ] = None,
) -> None:
    """Answer an item. Example: surveil matter answer sweep 1 --text-file wsp.txt --attach wsp.pdf --title WSP --as olga"""
    from surveil.reports.matters import change
    from surveil.reports.matters.answering import Said, answered

    opened = open_workspace(workspace)
    said = Said(
        state=STATES.get(state, state.value) if state else None,
        narrative=read_text(text_file) if text_file else text,
        reason=reason,
        expected_on=day(expected, "--expected"),
        searched={"by": searched_by, "what": searched, "date": day(searched_on, "--searched-on")},
        attach=tuple(zip(attach or [], [*(title or []), *[""] * len(attach or [])], strict=False)),
        withhold=read_text(withhold) if withhold else None,
    )

    def edit(found: Matter) -> Matter:
        _known(found, item)
        entry: ItemEntry = answered(opened, found, item, said)
        return found.with_entry(item, entry)

    changed = change(opened, actor, matter, now(), "matter.answered", edit)
    say(f"Item {item} of {matter}: {changed.state_of(item)}.")


@app.command("record")
def matter_record(
    matter: MatterArgument,
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="Why the file was edited.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Take a file that was edited by hand into the trail. Example: surveil matter record sweep --as olga --reason …"""
    from surveil.reports.matters import record_by_hand

    record_by_hand(open_workspace(workspace), actor, matter, now(), reason)
    say(f"Matter {matter} is recorded as its file has it.")


def _known(found: Matter, number: str) -> None:
    if number not in {item.number for item in found.letter.items}:
        raise UsageError(f"The letter has no item {number}.")


def _subjects(given: list[str]) -> dict[str, tuple[str, ...]]:
    subjects: dict[str, tuple[str, ...]] = {}
    for text in given:
        kind, sign, name = text.partition("=")
        if not sign or kind not in {"rep", "customer", "account"} or not name:
            raise UsageError(f"--subject {text!r}: write rep=R001, customer=C001 or account=A001.")
        subjects[kind] = (*subjects.get(kind, ()), name)
    return subjects
