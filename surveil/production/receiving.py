"""Check a production as its receiver would: every file, the signature, the index, the audit extract, the signed PDF."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from surveil.errors import UsageError, VerificationFailed
from surveil.production import manifest, signature, sshsig, trail
from surveil.production.instructions import ALLOWED, CHECKPOINT, SIGNER, TRAIL
from surveil.production.logs import ABOUT, INDEX, INDEX_FIELDS
from surveil.production.volume import DIGITS, Kind
from surveil.store.checkpoint import Checkpoint

TOLD = 200
"""Problems listed at most; a folder that is something else altogether has thousands."""


@dataclass(frozen=True)
class Checked:
    """What the check found: problems as sentences, and what holds."""

    files: int
    problems: tuple[str, ...]
    facts: tuple[str, ...]
    fingerprint: str | None

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(folder: Path, fingerprint: str | None = None) -> Checked:
    """Check a folder that `surveil package` made: a volume, or what was handed over.

    Args:
        fingerprint: the signer's, as the firm gave it by another way; without it nobody knows whose key it is.

    Raises:
        UsageError: there is no such folder, or nothing in it says that it is a production.
    """
    if not (folder / manifest.MANIFEST).is_file():
        raise UsageError(
            f"There is no {manifest.MANIFEST} in {folder}: give the folder of a production, unpacked with 7-Zip."
        )
    checks = _Checks(folder, fingerprint)
    checks.run()
    problems = checks.problems
    if len(problems) > TOLD:
        problems = [*problems[:TOLD], f"… and {len(problems) - TOLD:,} more."]
    return Checked(checks.files, tuple(problems), tuple(checks.facts), checks.found_fingerprint)


class _Checks:
    """Runs each check and gathers what it says; one that fails hides none of the others."""

    def __init__(self, folder: Path, fingerprint: str | None) -> None:
        self._folder, self._wanted = folder, fingerprint
        self.problems: list[str] = []
        self.facts: list[str] = []
        self.files = 0
        self.found_fingerprint: str | None = None

    def run(self) -> None:
        listed: Mapping[str, str] = {}
        for check in (self._manifest, self._signature):
            try:
                listed = check() or listed
            except (VerificationFailed, OSError) as error:
                self.problems.append(_sentence(error))
        for check_content, name in (
            (self._index, INDEX),
            (self._trail, TRAIL),
            (self._about, ABOUT),
            (self._pdfs, "PDF"),
        ):
            if any(path == name or path.startswith(f"{name}/") for path in listed):
                try:
                    check_content(listed)
                except (VerificationFailed, OSError, ValueError, KeyError, TypeError) as error:
                    self.problems.append(_sentence(error, name))

    def _manifest(self) -> Mapping[str, str]:
        found = manifest.look(self._folder)
        self.problems += [f"{name} is {what}." for name, what in sorted(found.strange.items())]
        listed = manifest.read((self._folder / manifest.MANIFEST).read_bytes())
        present = found.files - manifest.UNLISTED
        self.problems += [f"{name} is missing." for name in sorted(listed.keys() - present)]
        self.problems += [
            f"{name} was added: it is not in the manifest." for name in sorted(present - listed.keys())
        ]
        for name in sorted(listed.keys() & present):
            if manifest.digest(self._folder / name) != listed[name]:
                self.problems.append(f"{name} was changed.")
        self.files = len(listed)
        self.facts.append(f"{len(listed):,} files are listed")
        return listed

    def _signature(self) -> None:
        try:
            public = sshsig.read_public(_text(self._folder / SIGNER))
            armoured = _text(self._folder / manifest.SIGNATURE)
        except FileNotFoundError as error:
            raise VerificationFailed(
                f"{Path(error.filename).name} is missing: the signature can't be checked."
            ) from error
        sshsig.verify(armoured, public, (self._folder / manifest.MANIFEST).read_bytes())
        if _text(self._folder / ALLOWED) != sshsig.allowed_signers(public):
            raise VerificationFailed(f"{ALLOWED} names another key than {SIGNER}.")
        self.found_fingerprint = sshsig.fingerprint(public)
        if self._wanted is not None and self._wanted != self.found_fingerprint:
            raise VerificationFailed(
                f"The manifest was signed with another key ({self.found_fingerprint}) than the one you were told of."
            )
        self.facts.append(f"the manifest is signed by {self.found_fingerprint}")

    def _index(self, listed: Mapping[str, str]) -> None:
        """The index names every document once, in unbroken control numbers, with the hash it has."""
        rows = list(csv.DictReader(io.StringIO(_text(self._folder / INDEX), newline="")))
        if rows and tuple(rows[0]) != INDEX_FIELDS:
            raise VerificationFailed("The index has other columns than it should.")
        documents = {name for name in listed if name.startswith(("PDF/", "NATIVES/"))}
        named = [row["path"] for row in rows]
        if len(named) != len(set(named)) or set(named) != documents:
            raise VerificationFailed("The index does not name exactly the documents that are here.")
        expected: int | None = None
        for row in rows:
            first, last = (int(row[name][-DIGITS:]) for name in ("control_first", "control_last"))
            if first != (first if expected is None else expected) or last - first + 1 != int(row["pages"]):
                raise VerificationFailed(
                    f"The control numbers of the index break off at {row['control_first']}."
                )
            if listed[row["path"]] != row["sha256"]:
                raise VerificationFailed(f"The index gives another hash for {row['path']} than the manifest.")
            expected = last + 1
        self.facts.append(f"the index names {len(rows):,} documents in unbroken control numbers")

    def _trail(self, _: Mapping[str, str]) -> None:
        checkpoint = Checkpoint.from_json(_text(self._folder / CHECKPOINT))
        shown, withheld = trail.check(_text(self._folder / TRAIL), checkpoint)
        if checkpoint.public_key != _key_of(_text(self._folder / SIGNER)):
            raise VerificationFailed(
                "The checkpoint of the audit trail was signed with another key than the manifest."
            )
        self.facts.append(
            f"the audit extract ends where it was signed ({shown:,} events shown, {withheld:,} withheld)"
        )

    def _about(self, _: Mapping[str, str]) -> None:
        told = json.loads(_text(self._folder / ABOUT))
        if self.found_fingerprint and told["signer_fingerprint"] != self.found_fingerprint:
            raise VerificationFailed(f"{ABOUT} names another key than the one that signed.")

    def _pdfs(self, listed: Mapping[str, str]) -> None:
        for name in self._responses(listed):
            for signed in signature.check((self._folder / name).read_bytes()):
                if not (signed.intact and signed.whole):
                    raise VerificationFailed(f"{name} was changed after {signed.signer} had signed it.")
                self.facts.append(f"{name} was signed by {signed.signer} and not changed since")

    def _responses(self, listed: Mapping[str, str]) -> Iterator[str]:
        rows = csv.DictReader(io.StringIO(_text(self._folder / INDEX), newline=""))
        kinds = {row["path"]: row["kind"] for row in rows}
        return (name for name in sorted(listed) if kinds.get(name) == Kind.RESPONSE.value)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise VerificationFailed(f"{file.name} is damaged: it is not text.") from error


def _key_of(public_line: str) -> str:
    """The key of `SIGNER.pub` as a checkpoint writes it."""
    raw = sshsig.read_public(public_line).public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _sentence(error: Exception, name: str = "") -> str:
    if isinstance(error, VerificationFailed):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{Path(error.filename).name} can't be read: {error.strerror}."
    return f"{name} is not written as surveil writes it."
