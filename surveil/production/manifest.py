"""The manifest: SHA-256 and name of every file of a folder, as `sha256sum --check` reads it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surveil.errors import VerificationFailed

MANIFEST = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
UNLISTED = frozenset({MANIFEST, SIGNATURE})
"""What a manifest cannot list: itself, and the signature over it."""
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*)")


@dataclass(frozen=True)
class Found:
    """What lies in a folder, by path relative to it: plain files, and what is neither file nor folder in use."""

    files: frozenset[str]
    strange: Mapping[str, str] = field(default_factory=dict)


def digest(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text(hashes: Mapping[str, str]) -> str:
    """The manifest for hashes by path; names are plain ASCII, so that every tool writes and reads them alike.

    Raises:
        ValueError: a name is not.
    """
    for name in hashes:
        if not _LINE.fullmatch(f"{'0' * 64}  {name}"):
            raise ValueError(f"not a name for a produced file: {name!r}")
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))


def write(folder: Path) -> str:
    """Write the manifest of a folder into it and return its text."""
    found = look(folder)
    content = text({name: digest(folder / name) for name in found.files - UNLISTED})
    (folder / MANIFEST).write_text(content, encoding="ascii", newline="\n")
    return content


def read(content: bytes) -> dict[str, str]:
    """The hashes by path of a manifest.

    Raises:
        VerificationFailed: it is not written as `text` writes it, to the byte.
    """
    try:
        lines = content.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise VerificationFailed(f"{MANIFEST} is damaged: it has characters that are not ASCII.") from error
    hashes = {}
    for number, line in enumerate(lines[:-1], 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise VerificationFailed(f"{MANIFEST} is damaged: line {number} is not a hash and a file name.")
        hashes[match[2]] = match[1]
    if text(hashes).encode() != content:
        raise VerificationFailed(f"{MANIFEST} is damaged: its lines are not in order, doubled or cut off.")
    return hashes


def look(folder: Path) -> Found:
    """All that lies in a folder; links are named and not followed."""
    files: set[str] = set()
    strange: dict[str, str] = {}
    for path, kind in _walk(folder, folder):
        if kind:
            strange[path] = kind
        else:
            files.add(path)
    return Found(frozenset(files), strange)


def _walk(root: Path, folder: Path) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    if not listed and folder != root:
        yield folder.relative_to(root).as_posix(), "an empty folder"
    for entry in listed:
        path = Path(entry.path)
        name = path.relative_to(root).as_posix()
        if entry.is_symlink():
            yield name, "a link"
        elif entry.is_dir():
            yield from _walk(root, path)
        else:
            yield name, "" if entry.is_file() else "not a plain file"
