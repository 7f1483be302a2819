"""Hand out the audit trail: one canonical JSON object a line for machines, or plain text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, select

from surveil.store.audit import Event, audit_event, readable
from surveil.store.plain import canonical
from surveil.store.trail import Wanted, conditions

ALL = Wanted()


def export_jsonl(engine: Engine, wanted: Wanted = ALL) -> Iterator[str]:
    """Lines of canonical JSON, oldest event first: all of the trail, or what is wanted of it.

    Take `hash` out of a line and write the rest as RFC 8785 canonical JSON: its SHA-256 is `hash`.
    """
    for event in _events(engine, wanted):
        yield canonical(event.fields() | {"hash": event.hash}) + "\n"


def export_text(engine: Engine, wanted: Wanted = ALL) -> Iterator[str]:
    """The same events as paragraphs of text."""
    for event in _events(engine, wanted):
        yield "\n".join([*_lines(event), "", ""])


def _events(engine: Engine, wanted: Wanted) -> Iterator[Event]:
    with engine.connect() as connection:
        query = select(audit_event).where(*conditions(connection, wanted)).order_by(audit_event.c.seq)
        for row in connection.execution_options(yield_per=1000).execute(query):
            yield readable(row)


def _lines(event: Event) -> Iterator[str]:
    what = f"{event.action} on {event.object_type} {_shown(event.object_id)}"
    yield f"{event.seq}. {event.at} (UTC)  {_shown(event.actor)}: {what}"
    if event.payload.get("reason"):
        yield f"    reason: {_shown(event.payload['reason'])}"
    for name, value in sorted((event.payload.get("details") or {}).items()):
        yield f"    {name}: {_shown(value)}"
    before = event.payload.get("before") or {}
    after = event.payload.get("after") or {}
    for record in sorted({*before, *after}):
        old, new = before.get(record) or {}, after.get(record) or {}
        verb = "made" if before.get(record) is None else "removed" if after.get(record) is None else "changed"
        yield f"    {record} {verb}"
        for field in sorted({*old, *new}):
            yield f"        {field}: {_shown(old.get(field))} -> {_shown(new.get(field))}"
    yield f"    hash {event.hash}, follows {event.prev}"


def _shown(value: Any) -> str:
    """One line, with control and direction characters escaped, so that no value can pose as another line."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)
