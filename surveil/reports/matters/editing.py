"""Edit an item of a matter on a page that may be stale: the whole entry as written, refused where somebody was faster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from surveil.alerts.errors import Conflict, NotFound, Unacceptable
from surveil.alerts.people import SYSTEM, User
from surveil.config import Workspace
from surveil.reports.finra.firm_file import WITHHELD, ItemEntry
from surveil.reports.finra.letter import checked
from surveil.reports.matters.keeping import FILE, OBJECT, change, keep_attachment, matter_folder
from surveil.reports.matters.model import Matter
from surveil.store import Store
from surveil.store.audit import Event, history

_NEEDS_REASON = {
    "answered_partial": "Say why the item is answered in part only: what is missing, and why.",
    "objection": "Say on what ground the firm objects.",
    "privileged": "Say on what ground the item is withheld.",
}


@dataclass(frozen=True)
class Written:
    """An item as somebody has written it, all of it: what is empty here is empty afterwards. Documents stay as they are."""

    state: str | None = None
    narrative: str = ""
    reason: str = ""
    expected_on: dt.date | None = None
    searched_by: str = ""
    searched_what: str = ""
    searched_on: dt.date | None = None
    owner: str = ""
    due_on: dt.date | None = None

    @classmethod
    def of(cls, entry: ItemEntry) -> Written:
        """What stands there now, to be edited."""
        searched = entry.searched
        return cls(
            state=entry.state,
            narrative=entry.narrative,
            reason=entry.reason,
            expected_on=entry.expected_on,
            searched_by=searched.by if searched else "",
            searched_what=searched.what if searched else "",
            searched_on=searched.date if searched else None,
            owner=entry.owner,
            due_on=entry.due_on,
        )


@dataclass(frozen=True)
class Opened:
    """An item as somebody has it before him: `seen` is what it was when he began."""

    workspace: Workspace
    user: User
    matter_id: str
    number: str
    seen: ItemEntry


@dataclass(frozen=True)
class Changed:
    """One event of a matter: which items it changed, and what their entries were afterwards."""

    at: str
    actor: str
    action: str
    reason: str
    items: Mapping[str, ItemEntry]


def rewrite(opened: Opened, written: Written, now: dt.datetime) -> Matter:
    """Put what was written in the place of what the writer had before him.

    Raises:
        Conflict: the item is not any more as he saw it; nothing was changed.
        Unacceptable: the state lacks what it needs.
        NotAllowed: he may not answer letters.
    """
    entry = _entry(opened, written)
    return _replace(opened, lambda: entry, now)


def attach(opened: Opened, name: str, content: bytes, title: str, now: dt.datetime) -> Matter:
    """Put a document to an item; of its file name only the kind is kept. Raises as `rewrite`."""
    seen = opened.seen
    if seen.state in WITHHELD:
        raise Unacceptable("Of an item that is withheld only the reason is produced; change its state first.")
    if not title.strip():
        raise Unacceptable("Give the document a title; it stands in the answer.")

    def with_document() -> ItemEntry:
        kept = keep_attachment(opened.workspace, opened.matter_id, name, content, title.strip())
        return seen.model_copy(update={"attachments": (*seen.attachments, kept)})

    return _replace(opened, with_document, now)


def detach(opened: Opened, sha256: str, reason: str, now: dt.datetime) -> Matter:
    """Take a document out of an item, for a reason; the file stays with the matter. Raises as `rewrite`."""
    if len(reason.strip()) < 3:
        raise Unacceptable("Say why the document is taken out.")
    left = tuple(one for one in opened.seen.attachments if one.sha256 != sha256)
    entry = opened.seen.model_copy(update={"attachments": left})
    if entry.state == "answered" and not (left or entry.narrative.strip()):
        raise Unacceptable("The item is stated as answered; write its narrative or change its state first.")
    return _replace(opened, lambda: entry, now, reason.strip())


def changes(store: Store, matter_id: str) -> tuple[Changed, ...]:
    """Every event of a matter, oldest first. The caller has made sure that the reader may see it."""
    with store.read() as session:
        session.narrow(SYSTEM)
        events = history(session, OBJECT, matter_id)
    before: Mapping[str, Any] = {}
    found = []
    for event in events:
        after = _items(event)
        numbers = sorted(set(before) | set(after), key=lambda number: (len(number), number))
        differing = {
            number: ItemEntry.model_validate(after.get(number, {}))
            for number in numbers
            if before.get(number) != after.get(number)
        }
        found.append(
            Changed(event.at, event.actor, event.action, event.payload.get("reason") or "", differing)
        )
        before = after
    return tuple(found)


def _items(event: Event) -> Mapping[str, Any]:
    items: Mapping[str, Any] = event.payload.get("details", {}).get("matter", {}).get("items", {})
    return items


def _replace(
    opened: Opened, made: Callable[[], ItemEntry], now: dt.datetime, reason: str | None = None
) -> Matter:
    number = opened.number

    def edit(matter: Matter) -> Matter:
        if number not in {item.number for item in matter.letter.items}:
            raise NotFound(f"The letter has no item {number}.")
        if matter.entry(number) != opened.seen:
            raise Conflict(
                f"Somebody has changed item {number} since you opened it; nothing was saved. Compare what is kept now "
                "with what you wrote."
            )
        return matter.with_entry(number, made())

    return change(opened.workspace, opened.user, opened.matter_id, now, "matter.answered", edit, reason)


def _entry(opened: Opened, written: Written) -> ItemEntry:
    """The entry, checked for what its state needs before the model does it in words of its own."""
    if written.state in _NEEDS_REASON and not written.reason.strip():
        raise Unacceptable(_NEEDS_REASON[written.state])
    search = (written.searched_by.strip(), written.searched_what.strip(), written.searched_on)
    if (any(search) or written.state == "no_responsive_material") and not all(search):
        raise Unacceptable("A search that found nothing is told with who searched, what, and on which day.")
    withheld = written.state in WITHHELD
    if written.state == "answered" and not (written.narrative.strip() or opened.seen.attachments):
        raise Unacceptable("An item stated as answered needs the firm's account or a document.")
    content = {
        "state": written.state,
        "narrative": "" if withheld else written.narrative.strip(),
        "reason": written.reason.strip(),
        "expected_on": written.expected_on,
        "searched": dict(zip(("by", "what", "date"), search, strict=True))
        if all(search) and not withheld
        else None,
        "attachments": [] if withheld else [one.model_dump() for one in opened.seen.attachments],
        "withheld": [one.model_dump() for one in opened.seen.withheld],
        "owner": written.owner.strip(),
        "due_on": written.due_on,
    }
    return checked(ItemEntry, content, matter_folder(opened.workspace, opened.matter_id) / FILE)
