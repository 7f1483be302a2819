"""The part of the audit trail that a production shows, still checkable as a chain where the rest is withheld.

An event that is not produced leaves its number and its two hashes, so that a receiver can follow the chain from the
first event to the signed checkpoint and sees how many events he was not given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, select

from surveil.errors import VerificationFailed
from surveil.store.audit import GENESIS, Event, audit_event, readable
from surveil.store.checkpoint import Checkpoint, sign_checkpoint

WITHHELD_FIELDS = {"seq", "prev", "hash", "withheld"}


@dataclass(frozen=True)
class Extract:
    """Lines of the extract, the checkpoint at its end, and how many events are shown and withheld."""

    lines: tuple[str, ...]
    checkpoint: Checkpoint
    shown: int
    withheld: int


def extract(
    engine: Engine, key: Ed25519PrivateKey, ends: Callable[[Event], bool], reason: Callable[[Event], str]
) -> Extract:
    """The trail up to the last event that may end it.

    Args:
        ends: whether the extract may end with this event. A production leaves out the events that productions
            themselves wrote last, so that making it again gives the same extract.
        reason: why an event is withheld; empty where it is shown.
    """
    lines: list[str] = []
    upto, last, shown = 0, None, 0
    shown_upto = 0
    for event in _events(engine):
        why = reason(event)
        lines.append(_line(event, why))
        shown += not why
        if ends(event):
            upto, last, shown_upto = len(lines), event, shown
    checkpoint = sign_checkpoint(upto, last.hash if last else GENESIS, last.at if last else "", key)
    return Extract(tuple(lines[:upto]), checkpoint, shown_upto, upto - shown_upto)


def check(content: str, checkpoint: Checkpoint) -> tuple[int, int]:
    """Follow an extract from the first event to its checkpoint.

    Returns:
        How many events are shown and how many are withheld.

    Raises:
        VerificationFailed: a line was changed, moved, added or left out, or the end is not the one that was signed.
    """
    prev, shown, number = GENESIS, 0, 0
    for number, line in enumerate(content.splitlines(), 1):
        fields = _fields(line, number)
        if fields.get("seq") != number or fields.get("prev") != prev:
            raise VerificationFailed(
                f"Event {number} of the audit extract does not follow the one before it."
            )
        prev = fields["hash"]
        if "withheld" in fields:
            continue
        content_hash = hashlib.sha256(
            rfc8785.dumps({k: v for k, v in fields.items() if k != "hash"})
        ).hexdigest()
        if content_hash != prev:
            raise VerificationFailed(f"Event {number} of the audit extract was changed.")
        shown += 1
    if (number, prev) != (checkpoint.events, checkpoint.head):
        raise VerificationFailed("The audit extract does not end with the event that its checkpoint signed.")
    return shown, number - shown


def _events(engine: Engine) -> Iterator[Event]:
    with engine.connect() as connection:
        query = select(audit_event).order_by(audit_event.c.seq)
        for row in connection.execution_options(yield_per=1000).execute(query):
            yield readable(row)


def _line(event: Event, why: str) -> str:
    if why:
        fields: dict[str, Any] = {"seq": event.seq, "prev": event.prev, "hash": event.hash, "withheld": why}
    else:
        fields = event.fields() | {"hash": event.hash}
    return rfc8785.dumps(fields).decode() + "\n"


def _fields(line: str, number: int) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise VerificationFailed(f"Line {number} of the audit extract is damaged.") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("hash"), str):
        raise VerificationFailed(f"Line {number} of the audit extract is not an event.")
    if "withheld" in fields and set(fields) != WITHHELD_FIELDS:
        raise VerificationFailed(f"Line {number} of the audit extract is half withheld.")
    return fields
