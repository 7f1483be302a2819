"""From a matter's answer to a volume: which of its files are produced, in what order, and what is held back."""

from __future__ import annotations

from surveil.config import Workspace
from surveil.desk.masking import mask_name
from surveil.production.receivers import Profile, Receiver
from surveil.production.volume import Document, Facts, Kind, PrivilegeEntry, Volume
from surveil.reports.matters import Produced, ProducedFile, Withheld

_ORDER = {"response": 0, "exhibit": 1, "workbook": 2, "attachment": 3}
_HIDDEN = "[masked]"


def volume(
    workspace: Workspace, produced: Produced, receiver: Receiver, profile: Profile, number: int, first: int
) -> Volume:
    """The documents of a matter's answer as one volume, nothing redacted yet.

    Args:
        number: of the volume.
        first: the control number it begins with.
    """
    matter, firm = produced.matter, workspace.settings.firm
    facts = Facts(
        firm=firm.name,
        crd_number=firm.crd_number,
        regulator=matter.letter.regulator,
        matter=matter.id,
        reference=matter.reference,
        letter=matter.letter.title,
        prefix=matter.control_prefix,
        number=number,
        run=produced.run_id,
        data=produced.snapshot_id,
        settings=produced.config_hash,
        as_of=produced.as_of,
        version=produced.code_version,
        timezone=workspace.settings.timezone,
        receiver=f"{receiver.value}: {profile.told}",
    )
    files = [file for file in produced.files if file.kind in _ORDER]
    files.sort(key=lambda file: (_ORDER[file.kind], file.path))
    documents = tuple(_document(file, produced.pages) for file in files)
    held = tuple(entry for withheld in produced.withheld for entry in _held(withheld, profile))
    return Volume(facts, documents, held, first=first)


def _document(file: ProducedFile, pages: int) -> Document:
    response = file.kind == "response"
    return Document(
        name=file.path,
        content=file.content,
        kind=Kind.RESPONSE if response else Kind.NATIVE,
        title=file.title,
        items=file.items,
        pages=pages if response else 1,
        rows=file.rows,
        own=file.kind == "attachment",
    )


def _held(withheld: Withheld, profile: Profile) -> list[PrivilegeEntry]:
    """A line for each document held back, or one for the item where the firm names none."""
    if not withheld.documents:
        ground = "privileged" if withheld.state == "privileged" else "objection"
        return [PrivilegeEntry(withheld.item, ground, withheld.reason, subject=withheld.item_title)]

    def names(text: str) -> str:
        return text if profile.personal_data or not text else mask_name(text)

    return [
        PrivilegeEntry(
            item=withheld.item,
            ground=document.privilege,
            description=document.description if profile.personal_data else _HIDDEN,
            dated=document.date,
            kind=document.kind,
            author=names(document.author),
            recipients=names(document.recipients),
            copies=names(document.copies),
            subject=document.subject if profile.personal_data else _HIDDEN,
            custodian=names(document.custodian),
            pages=document.pages,
        )
        for document in withheld.documents
    ]
