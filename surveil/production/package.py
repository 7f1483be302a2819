"""`surveil package`: the production of a matter, from the answer to the folder that is handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from surveil import desk
from surveil.alerts.alert import Source
from surveil.alerts.people import SYSTEM, User
from surveil.config import Workspace
from surveil.production import material, register, trail
from surveil.production.assemble import Handover, Packed, Signer, pack, redacted
from surveil.production.receivers import PROFILES, Profile, Receiver, read_redactions, rules
from surveil.production.redaction.rules import Rule, flat, found
from surveil.reports.making import permitted
from surveil.reports.matters import produce
from surveil.reports.matters.keeping import matter_folder
from surveil.store import Store
from surveil.store.audit import Event
from surveil.store.checkpoint import load_key

FOLDER = "productions"
NOT_PRODUCED = "not produced"
"""The one reason given for any withheld event: a particular one would tell what must not be told."""
_ALWAYS = frozenset({"run"})
_WITH_PERSONAL_DATA = frozenset({"alert", "case", "remediation"})
# Events of matters hold drafts and what is privileged; those of users, reports and productions are nobody's conduct.


@dataclass(frozen=True)
class Order:
    """What to produce and for whom.

    Attributes:
        actor: who produces, by his name as a user or as signed in.
        handover: by what way it goes out.
        receiver: the role of whoever gets it.
        volume: its number; by default the last one anew while it was not handed over, else the next.
        protect_whistle_blowers: withhold what would tell who reported, as named in the matter's redactions.
        signer: signs the response in the principal's name.
    """

    matter: str
    actor: str | User
    handover: Handover
    receiver: Receiver = Receiver.REGULATOR
    run_id: str | None = None
    volume: int | None = None
    load_files: bool = False
    protect_whistle_blowers: bool = False
    signer: Signer | None = None


def package(
    workspace: Workspace, order: Order, out: Path | None, now: dt.datetime, progress: Callable[[str], None]
) -> Packed:
    """Make a production and enter it in the register.

    Args:
        out: folder for the volume and what is handed over; by default `productions` in the workspace.

    Raises:
        UsageError: an item of the letter is open, a document can't be searched, a volume was handed over, or something
            lies in the way.
        NotAllowed: the actor may not produce for this receiver.
    """
    profile = PROFILES[order.receiver]
    key = load_key(workspace.path)
    redactions = read_redactions(matter_folder(workspace, order.matter))
    withheld = rules(redactions, order.protect_whistle_blowers)
    store = desk.open_desk(workspace)
    try:
        user = permitted(store, order.actor, profile.personal_data)
        number, first = register.place(register.entries(store, order.matter), order.volume)
        progress("Writing the response and its exhibits")
        produced = produce(
            workspace,
            order.matter,
            run_id=order.run_id,
            reveal=profile.personal_data,
            actor=order.actor,
            first_number=first,
        )
        volume = material.volume(workspace, produced, order.receiver, profile, number, first)
        progress("Taking out what must not go out")
        volume = redacted(volume, withheld, redactions.released, profile.attachments)
        reason = _reason(store, profile, withheld)
        extract = trail.extract(store.engine, key, lambda event: event.seq == produced.trail_events, reason)
        progress("Numbering, signing and packing")
        target = out or workspace.path / FOLDER
        packed = pack(
            volume, extract, key, target, order.handover, signer=order.signer, load_files=order.load_files
        )
        made = register.Made(
            volume=number,
            first=volume.first,
            last=volume.last,
            channel=order.handover.channel.value,
            receiver=order.receiver.value,
            run_id=produced.run_id,
            manifest_sha256=packed.manifest_sha256,
            handover_sha256=packed.handover_sha256,
            fingerprint=packed.fingerprint,
        )
        register.enter_made(store, user, order.matter, made, now)
    finally:
        store.close()
    return packed


def _reason(store: Store, profile: Profile, withheld: Sequence[Rule]) -> Callable[[Event], str]:
    """Why an event is not shown; reports of whistle-blowers and what the rules find are never shown."""
    with store.read() as session:
        alerts = desk.alerts(session, SYSTEM)
    reported = {alert.alert_id for alert in alerts if alert.source is Source.WHISTLE_BLOWER}

    def shown(event: Event) -> bool:
        kinds = _ALWAYS | _WITH_PERSONAL_DATA if profile.personal_data else _ALWAYS
        if event.object_type not in kinds:
            return False
        text = "\n\n".join(_strings(event.fields()))
        return not found(flat(text), withheld) and not any(alert_id in text for alert_id in reported)

    return lambda event: "" if shown(event) else NOT_PRODUCED


def _strings(value: object) -> Iterator[str]:
    """Every text in an event, as it was before it was written as JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield str(name)
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
