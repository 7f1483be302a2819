"""The lists that go with a production: its index, the privilege log, what to know of it, and whence it came."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Sequence

from surveil.production.volume import Numbered, Redaction, Volume, control

INDEX = "LOGS/production_index.csv"
PRIVILEGE = "LOGS/privilege_log.csv"
EXCEPTIONS = "LOGS/exceptions.csv"
ABOUT = "LOGS/about.json"
INDEX_FIELDS = (
    "control_first",
    "control_last",
    "path",
    "kind",
    "items",
    "title",
    "name_in_response",
    "pages",
    "rows",
    "bytes",
    "redaction",
    "grounds",
    "sha256",
)
PRIVILEGE_FIELDS = (
    "log_no",
    "items",
    "date",
    "document_type",
    "author",
    "recipients",
    "copies",
    "subject",
    "description",
    "privilege",
    "treatment",
    "custodian",
    "pages",
)


def index(volume: Volume) -> bytes:
    """One row per document, in the order of control numbers."""
    return _csv(INDEX_FIELDS, (_indexed(numbered) for numbered in volume.numbered))


def _indexed(numbered: Numbered) -> list[object]:
    document = numbered.document
    return [
        numbered.first,
        numbered.last,
        numbered.path,
        document.kind.value,
        "; ".join(document.items),
        document.title,
        document.name,
        document.pages,
        document.rows,
        len(document.content),
        document.redaction.value,
        "; ".join(f"{ground}: {count}" for ground, count in document.grounds),
        hashlib.sha256(document.content).hexdigest(),
    ]


def privilege_log(volume: Volume) -> bytes:
    """One row per document or item that the firm holds back; the content of none is in the production."""
    rows = (
        [
            f"P-{place:04d}",
            entry.item,
            entry.dated.isoformat() if entry.dated else None,
            entry.kind,
            entry.author,
            entry.recipients,
            entry.copies,
            entry.subject,
            entry.description,
            entry.ground,
            Redaction.WITHHELD.value,
            entry.custodian,
            entry.pages,
        ]
        for place, entry in enumerate(volume.privileged, 1)
    )
    return _csv(PRIVILEGE_FIELDS, rows)


def exceptions(volume: Volume) -> bytes:
    """What a receiver has to know of single documents, a sentence a row."""
    return _csv(("note",), ([note] for note in volume.exceptions))


def about(volume: Volume, *, shown: int, withheld: int, head: str, fingerprint: str) -> bytes:
    """Where the production comes from, for machines: the run, its data and settings, the trail, the numbers."""
    facts = volume.facts
    told = {
        "volume": facts.name,
        "firm": facts.firm,
        "crd_number": facts.crd_number,
        "regulator": facts.regulator,
        "letter": facts.letter,
        "matter": facts.matter,
        "regulators_reference": facts.reference,
        "receiver": facts.receiver,
        "control_first": control(facts.prefix, volume.first),
        "control_last": control(facts.prefix, volume.last),
        "documents": len(volume.documents),
        "run": facts.run,
        "data_snapshot": facts.data,
        "settings_hash": facts.settings,
        "data_as_of": facts.as_of.isoformat(),
        "timezone": facts.timezone,
        "surveil_version": facts.version,
        "audit_events_shown": shown,
        "audit_events_withheld": withheld,
        "audit_head": head,
        "signer_fingerprint": fingerprint,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def _csv(fields: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return target.getvalue().encode("utf-8", "backslashreplace")
