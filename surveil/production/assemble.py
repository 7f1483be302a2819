"""From documents to the folders of a production: redact, sign, number, log, seal, and pack what is handed over."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from surveil.errors import InputRefused, UsageError
from surveil.production import container, folder, instructions, loadfiles, logs, sshsig
from surveil.production.redaction.apply import apply, withhold
from surveil.production.redaction.pdf import page_texts
from surveil.production.redaction.rules import Ground, Rule
from surveil.production.redaction.tables import redact_cell
from surveil.production.slips import slip
from surveil.production.trail import Extract
from surveil.production.volume import Document, Kind, Redaction, Volume, control

Signer = Callable[[bytes], bytes]
"""Signs a PDF in the name of a principal."""


class Channel(StrEnum):
    """By what way a production goes out."""

    GATEWAY = "gateway"
    """Uploaded in parts to a channel that encrypts by itself."""
    MEDIA = "media"
    """On a disk or stick, encrypted with AES-256 as FINRA Rule 8210(g) asks."""


@dataclass(frozen=True)
class Handover:
    """The way out. `passphrase` is for media; it goes into no file, log or record."""

    channel: Channel
    part_limit: int = container.GATEWAY_LIMIT
    passphrase: str = ""


@dataclass(frozen=True)
class Packed:
    """The folder the firm keeps, the files to hand over (in a sealed folder of their own), and their seals."""

    kept: Path
    handover: Path
    files: tuple[Path, ...]
    manifest_sha256: str
    handover_sha256: str
    fingerprint: str
    notes: tuple[str, ...]


def redacted(
    volume: Volume, rules: Sequence[Rule], released: frozenset[str], attachments: bool = True
) -> Volume:
    """The volume without what the rules find.

    Args:
        attachments: whether the firm's own documents go out, or a page in the place of each.

    Raises:
        UsageError: a document can't be searched, and nobody has released it.
    """

    def clean(text: str) -> str:
        return redact_cell(text, rules)[0]

    documents, notes = [], list(map(clean, volume.exceptions))
    number = volume.first
    for document in volume.documents:
        first = control(volume.facts.prefix, number)

        def make_slip(held: Document, first: str = first, at: int = number) -> bytes:
            return slip(volume.facts, held, first, at)

        def label(page: int, kind: Kind = document.kind, at: int = number) -> str:
            return control(volume.facts.prefix, at + page if kind is Kind.RESPONSE else at)

        if not attachments and document.own:
            result = withhold(document, Counter({Ground.PERSONAL: 1}), make_slip)
        else:
            result = apply(document, rules, released, make_slip, label)
        documents.append(replace(result.document, title=clean(result.document.title)))
        notes += [note.format(first) for note in result.notes]
        number += document.pages
    held = tuple(entry.changed(clean) for entry in volume.privileged)
    return replace(volume, documents=tuple(documents), privileged=held, exceptions=tuple(notes))


def pack(
    volume: Volume,
    trail: Extract,
    key: Ed25519PrivateKey,
    out: Path,
    handover: Handover,
    *,
    signer: Signer | None = None,
    load_files: bool = False,
) -> Packed:
    """Make both folders of a production under `out`; a failure leaves what was there.

    Raises:
        UsageError: something else lies in the way, the folder can't be written, or the pages of the response do not
            carry the control numbers that are free.
    """
    for document in volume.documents:
        _check_numbers(volume, document)
    if signer is not None:
        volume = _signed(volume, signer)
    if load_files:
        volume = _with_text(volume)
    files = _files(volume, trail, sshsig.fingerprint(key.public_key()), signer is not None, load_files)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=out) as making:
            return _place(volume, files, key, Path(making), out, handover)
    except OSError as error:
        raise UsageError(f"The production can't be written to {out}: {error.strerror or error}.") from error


def _place(
    volume: Volume,
    files: dict[str, bytes],
    key: Ed25519PrivateKey,
    making: Path,
    out: Path,
    handover: Handover,
) -> Packed:
    name = volume.facts.name
    made, packed = making / name, making / f"{name}-HANDOVER"
    folder.lay_out(files, made)
    seal = folder.seal(made, key)
    packed.mkdir()
    if handover.channel is Channel.MEDIA:
        container.encrypt(made, packed / f"{name}.zip", handover.passphrase)
        _write_text(packed / "OPEN.txt", _OPEN_MEDIA.format(name=name))
    else:
        container.parts(made, packed, handover.part_limit)
        _write_text(packed / "OPEN.txt", _OPEN_GATEWAY.format(name=name))
    handover_seal = folder.seal(packed, key)
    for source in (made, packed):
        folder.replace(source, out / source.name)
    target = out / packed.name
    return Packed(
        kept=out / name,
        handover=target,
        files=tuple(sorted(path for path in target.iterdir())),
        manifest_sha256=seal,
        handover_sha256=handover_seal,
        fingerprint=sshsig.fingerprint(key.public_key()),
        notes=volume.exceptions,
    )


_OPEN_MEDIA = """\
{name}.zip is encrypted with AES-256. Its passphrase comes to you by another way.
Open it with 7-Zip, for example: 7z x {name}.zip
In the folder that it unpacks, VERIFY.txt says how to check the production with public tools.
"""
_OPEN_GATEWAY = """\
Unpack every part into the same folder with 7-Zip: 7z x PART
(for a part in pieces, open the first: 7z x {name}-PART001.zip.001)
In the folder that they unpack, VERIFY.txt says how to check the production with public tools.
"""


def _files(
    volume: Volume, trail: Extract, fingerprint: str, signed: bool, load_files: bool
) -> dict[str, bytes]:
    files = {numbered.path: numbered.document.content for numbered in volume.numbered}
    files |= {
        logs.INDEX: logs.index(volume),
        logs.PRIVILEGE: logs.privilege_log(volume),
        logs.EXCEPTIONS: logs.exceptions(volume),
        logs.ABOUT: logs.about(
            volume,
            shown=trail.shown,
            withheld=trail.withheld,
            head=trail.checkpoint.head,
            fingerprint=fingerprint,
        ),
        instructions.TRAIL: "".join(trail.lines).encode(),
        instructions.CHECKPOINT: trail.checkpoint.to_json().encode(),
        instructions.VERIFY: instructions.text(volume, fingerprint, signed=signed),
    }
    if load_files:
        files |= loadfiles.files(volume)
    return files


def _check_numbers(volume: Volume, document: Document) -> None:
    """Pages that carry control numbers must carry the ones that the index gives them; withheld ones are pictures."""
    if document.kind is not Kind.RESPONSE or document.redaction is not Redaction.NONE:
        return
    numbered = next(n for n in volume.numbered if n.document is document)
    texts = page_texts(document.content)
    if len(texts) != document.pages or numbered.first not in texts[0] or numbered.last not in texts[-1]:
        raise UsageError(
            f"The pages of {document.name} do not carry the control numbers {numbered.first} to {numbered.last}. Write "
            "the response anew."
        )


def _signed(volume: Volume, signer: Signer) -> Volume:
    documents = [
        replace(document, content=signer(document.content)) if document.kind is Kind.RESPONSE else document
        for document in volume.documents
    ]
    return replace(volume, documents=tuple(documents))


def _with_text(volume: Volume) -> Volume:
    return replace(volume, documents=tuple(replace(d, text=_text(d)) for d in volume.documents))


def _text(document: Document) -> str | None:
    if document.suffix == ".pdf":
        try:
            return "\f".join(page_texts(document.content))
        except InputRefused:
            return None
    try:
        return document.content.decode("utf-8") if document.suffix in {".csv", ".txt", ".md"} else None
    except UnicodeDecodeError:
        return None


def _write_text(file: Path, text: str) -> None:
    file.write_bytes(text.encode("utf-8"))
