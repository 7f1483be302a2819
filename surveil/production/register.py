"""The register of productions, kept as events of the audit trail: what was made, handed over, and how its key went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from surveil.alerts.dispositions import checked_note
from surveil.alerts.people import SYSTEM, User
from surveil.errors import UsageError
from surveil.store import Store
from surveil.store.audit import Event, history, record

PRODUCTION = "production"
"""Type of object of these events; the object is the matter."""
MADE, DELIVERED = "production.made", "production.delivered"


class Thing(StrEnum):
    """What is delivered."""

    PRODUCTION = "production"
    PASSPHRASE = "passphrase"  # noqa: S105 - the word itself


@dataclass(frozen=True)
class Made:
    """One making of a volume. Hashes are SHA-256 of the manifests; the passphrase of a container is nowhere."""

    volume: int
    first: int
    last: int
    channel: str
    receiver: str
    run_id: str
    manifest_sha256: str
    handover_sha256: str
    fingerprint: str


@dataclass(frozen=True)
class Delivery:
    """One delivery: of a volume, or of the passphrase that opens it, to whom and by what way."""

    volume: int
    thing: Thing
    recipient: str
    way: str


@dataclass(frozen=True)
class Entry:
    """One line of the register."""

    at: str
    actor: str
    what: Made | Delivery


def entries(store: Store, matter: str) -> list[Entry]:
    """All that is registered of a matter, oldest first."""
    with store.read() as session:
        session.narrow(SYSTEM)
        return [_entry(event) for event in history(session, PRODUCTION, matter)]


def place(register: list[Entry], wanted: int | None) -> tuple[int, int]:
    """Number of the volume to make and its first control number.

    Args:
        wanted: the volume asked for; by default the last one, made anew as long as it was not handed over, else
            the next.

    Raises:
        UsageError: that volume was handed over, has a later one, or leaves a gap.
    """
    made = {entry.what.volume: entry.what for entry in register if isinstance(entry.what, Made)}
    gone = {entry.what.volume for entry in register if isinstance(entry.what, Delivery)}
    last = max(made, default=0)
    number = wanted if wanted is not None else (last if last and last not in gone else last + 1)
    if number in gone:
        raise UsageError(
            f"Volume {number} was handed over and stays as it is. Produce what is new or corrected as volume {last + 1}."
        )
    if not 1 <= number <= last + 1 or number < last:
        raise UsageError(f"Volume {number} can't be made: the last one of this matter is {last}.")
    return number, made[number - 1].last + 1 if number > 1 else 1


def enter_made(store: Store, user: User, matter: str, made: Made, now: dt.datetime) -> None:
    """Enter that a volume was made."""
    with store.write(user) as session:
        record(session, at=now, action=MADE, object_type=PRODUCTION, object_id=matter, details=asdict(made))


def enter_delivery(
    store: Store, user: User, matter: str, delivery: Delivery, note: str, now: dt.datetime
) -> None:
    """Enter that a volume, or its passphrase, was delivered.

    Raises:
        UsageError: there is no such volume, or the passphrase went the way of what it opens.
    """
    register = entries(store, matter)
    if not any(isinstance(e.what, Made) and e.what.volume == delivery.volume for e in register):
        raise UsageError(f"Matter {matter} has no volume {delivery.volume}.")
    if not delivery.recipient.strip() or not delivery.way.strip():
        raise UsageError("Say to whom it was delivered and by what way.")
    for entry in register:
        earlier = entry.what
        if (
            isinstance(earlier, Delivery)
            and earlier.volume == delivery.volume
            and _same_way(earlier, delivery)
        ):
            raise UsageError(
                "The passphrase has to go by another way than what it opens (FINRA Rule 8210(g)): by telephone, or by a "
                "mail of its own."
            )
    details = asdict(delivery) | {"thing": delivery.thing.value}
    with store.write(user) as session:
        record(
            session,
            at=now,
            action=DELIVERED,
            object_type=PRODUCTION,
            object_id=matter,
            reason=checked_note(note) if note else None,
            details=details,
        )


def _same_way(one: Delivery, other: Delivery) -> bool:
    return one.thing is not other.thing and " ".join(one.way.casefold().split()) == " ".join(
        other.way.casefold().split()
    )


def _entry(event: Event) -> Entry:
    details: Mapping[str, Any] = event.payload["details"]
    if event.action == MADE:
        return Entry(event.at, event.actor, Made(**details))
    return Entry(event.at, event.actor, Delivery(**{**details, "thing": Thing(details["thing"])}))
