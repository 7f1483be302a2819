"""From what somebody says to an item to its entry in the matter: what is said anew replaces, what is not said stays."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveil.config import Workspace
from surveil.errors import UsageError
from surveil.reports.finra.firm_file import WITHHELD, ItemEntry
from surveil.reports.finra.letter import WithheldDocument, checked
from surveil.reports.matters.keeping import FILE, matter_folder, put_attachment
from surveil.reports.matters.model import Matter


@dataclass(frozen=True)
class Said:
    """What is said to an item; None leaves what was said before.

    Attributes:
        searched: `by`, `what`, `date` of a search that found nothing; all or none of them.
        attach: documents to put in, each with its title.
        withhold: CSV text of documents withheld, one a line; it replaces the list.
    """

    state: str | None = None
    narrative: str | None = None
    reason: str | None = None
    expected_on: dt.date | None = None
    searched: Mapping[str, Any] | None = None
    attach: tuple[tuple[Path, str], ...] = ()
    withhold: str | None = None


def answered(workspace: Workspace, matter: Matter, number: str, said: Said) -> ItemEntry:
    """The entry of an item after something was said to it.

    Raises:
        UsageError: the state lacks what it needs (a reason, a search), or a document cannot be read.
    """
    entry = matter.entry(number)
    attached = tuple(
        put_attachment(workspace, matter.id, source, title or source.name) for source, title in said.attach
    )
    changes: dict[str, Any] = {
        "state": said.state,
        "narrative": said.narrative,
        "reason": said.reason,
        "expected_on": said.expected_on,
        "attachments": (*entry.attachments, *attached) if attached else None,
        "searched": _search(said),
        "withheld": _documents(said.withhold) if said.withhold is not None else None,
    }
    told = {name: value for name, value in changes.items() if value is not None}
    if told.get("state") in WITHHELD:
        # Of an item that is withheld nothing else is produced: what was said before goes, and stays in the trail.
        told = {"narrative": "", "attachments": (), "searched": None, **told}
    place = matter_folder(workspace, matter.id) / FILE
    return checked(ItemEntry, {**entry.model_dump(), **told}, place)


def _search(said: Said) -> dict[str, Any] | None:
    given = {name: value for name, value in (said.searched or {}).items() if value is not None}
    if not given:
        return None
    if missing := sorted({"by", "what", "date"} - set(given)):
        raise UsageError(
            f"A search that found nothing says who searched what and when; missing: {', '.join(missing)}."
        )
    return given


def _documents(text: str) -> tuple[WithheldDocument, ...]:
    """The privilege log of an item, from CSV with the fields of `WithheldDocument` as its header."""
    documents = []
    for line, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), 2):
        filled = {name: value for name, value in row.items() if name is not None and value not in (None, "")}
        documents.append(checked(WithheldDocument, filled, Path(f"withheld documents, line {line}")))
    return tuple(documents)
