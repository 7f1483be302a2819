"""What a production is packed from: the files of a matter's answer, what each answers, and what is withheld."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from surveil import __version__
from surveil.alerts.people import SYSTEM, User
from surveil.config import Workspace
from surveil.reports.finra import answer
from surveil.reports.finra.build import Made
from surveil.reports.finra.firm_file import WITHHELD
from surveil.reports.finra.letter import WithheldDocument
from surveil.reports.making import AuditHook, Options, Request
from surveil.reports.matters.keeping import read_checked
from surveil.reports.matters.model import Matter

Kind = Literal["response", "exhibit", "workbook", "attachment", "manifest"]


@dataclass(frozen=True)
class ProducedFile:
    """One file of the answer. `items` are the items of the letter it answers, `rows` those of a list."""

    path: str
    content: bytes
    kind: Kind
    items: tuple[str, ...]
    title: str
    rows: int | None = None


@dataclass(frozen=True)
class Withheld:
    """An item, or documents of one, that are not produced; `state` is `privileged` or `objection`, or that of the item."""

    item: str
    item_title: str
    state: str
    reason: str
    documents: tuple[WithheldDocument, ...]


@dataclass(frozen=True)
class Produced:
    """A matter's answer, ready to be packed. `pages` are those of the response: one control number each."""

    matter: Matter
    files: tuple[ProducedFile, ...]
    withheld: tuple[Withheld, ...]
    pages: int
    run_id: str
    snapshot_id: str
    config_hash: str
    as_of: dt.date
    trail_events: int
    trail_head: str
    revealed: bool
    code_version: str


def produce(
    workspace: Workspace,
    matter_id: str,
    *,
    run_id: str | None = None,
    reveal: bool = False,
    actor: str | User = SYSTEM,
    audit: AuditHook | None = None,
    first_number: int = 1,
) -> Produced:
    """Answer a matter and say what each file is; `first_number` is the control number of the response's first page.

    Raises:
        UsageError: there is no such matter or run, an item is open, or the actor may not do this.
    """
    matter = read_checked(workspace, matter_id)
    request = Request(workspace, run_id, reveal, actor, audit, Options(matter=matter_id))
    made = answer.made(matter.letter.id, request, first_number)
    run = made.sources.run
    return Produced(
        matter=matter,
        files=tuple(_file(path, content, made) for path, content in sorted(made.files.items())),
        withheld=withheld(matter),
        pages=_pages(made.files[f"{matter.letter.id}.pdf"]),
        run_id=run.run_id,
        snapshot_id=run.snapshot_id,
        config_hash=run.config_hash,
        as_of=run.as_of,
        trail_events=made.sources.trail.events,
        trail_head=made.sources.trail.head,
        revealed=reveal,
        code_version=__version__,
    )


def withheld(matter: Matter) -> tuple[Withheld, ...]:
    """What the privilege log lists, in the letter's order."""
    found = []
    for item in matter.letter.items:
        entry = matter.entry(item.number)
        if entry.state in WITHHELD or entry.withheld:
            state = entry.state or "answered"
            found.append(Withheld(item.number, item.title, state, entry.reason, entry.withheld))
    return tuple(found)


def privilege_log(listed: tuple[Withheld, ...]) -> bytes:
    """The privilege log as CSV: a line for each document, or for an item that is withheld whole."""
    names = (
        "date",
        "kind",
        "author",
        "recipients",
        "copies",
        "subject",
        "description",
        "privilege",
        "custodian",
        "pages",
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["log_number", "item", "item_title", "state", "reason", *names])
    number = 0
    for line in listed:
        for document in line.documents or (None,):
            number += 1
            values = [getattr(document, name) if document else None for name in names]
            writer.writerow(
                [f"PL-{number:04d}", line.item, line.item_title, line.state, line.reason]
                + ["" if value is None else str(value) for value in values]
            )
    return text.getvalue().encode("utf-8")


def _file(path: str, content: bytes, made: Made) -> ProducedFile:
    items: Mapping[str, tuple[str, ...]] = made.items_of
    exhibit = made.exhibits.get(path)
    if exhibit is not None:
        return ProducedFile(path, content, "exhibit", items.get(path, ()), exhibit.title, len(exhibit.rows))
    if path.startswith("attachments/"):
        return ProducedFile(path, content, "attachment", items.get(path, ()), made.titles.get(path, ""))
    kind: Kind = "response" if path.endswith(".pdf") else "workbook" if path.endswith(".xlsx") else "manifest"
    titles = {"response": "Response", "workbook": "Exhibits as a workbook", "manifest": "Hashes of all files"}
    return ProducedFile(path, content, kind, (), titles[kind])


def _pages(content: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as document:
        return len(document.pages)
