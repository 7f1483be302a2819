"""What is handed over: an encrypted container for media, or parts under the size limit for a gateway."""

from __future__ import annotations

import secrets
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyzipper
from pyzipper.zipfile_aes import AESZipInfo

from surveil.errors import UsageError

GATEWAY_LIMIT = 500_000_000
"""Bytes a file may have that is uploaded to FINRA's gateway (its guide of 2013; the limit may have moved)."""
SMALLEST_LIMIT = 100_000
PASSPHRASE_GROUPS, PASSPHRASE_GROUP = 6, 5
# Letters and digits that are not taken for one another when read out over the telephone.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OVERHEAD = 1_000
_CHUNK = 1 << 20


def make_passphrase() -> str:
    """Thirty random characters in groups of five: about 148 bits, whatever the container's own key stretching."""
    groups = (
        "".join(secrets.choice(ALPHABET) for _ in range(PASSPHRASE_GROUP)) for _ in range(PASSPHRASE_GROUPS)
    )
    return "-".join(groups)


def encrypt(folder: Path, target: Path, passphrase: str) -> None:
    """A ZIP file of the folder with AES-256 (WinZip AE-2), which 7-Zip opens. Names of members stay readable.

    Every encryption has its own random salt: two containers of the same folder differ.
    """
    with pyzipper.AESZipFile(target, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name in _names(folder):
            member = AESZipInfo(f"{folder.name}/{name}", _EPOCH)
            member.compress_type = pyzipper.ZIP_DEFLATED
            with (folder / name).open("rb") as source, archive.open(member, "w", force_zip64=True) as stream:
                shutil.copyfileobj(source, stream, _CHUNK)


def parts(folder: Path, target: Path, limit: int) -> list[Path]:
    """ZIP files of the folder, none over `limit` bytes, the same bytes each time.

    A file that is over the limit even when compressed is cut into pieces `.001`, `.002`, …, which 7-Zip joins.

    Raises:
        UsageError: the limit is too small to be meant.
    """
    if limit < SMALLEST_LIMIT:
        raise UsageError(f"A part has to hold at least {SMALLEST_LIMIT:,} bytes.")
    made = []
    for number, names in enumerate(_shared_out(folder, limit), 1):
        part = target / f"{folder.name}-PART{number:03d}.zip"
        _zip(folder, names, part)
        made += [part] if part.stat().st_size <= limit else _cut(part, limit)
    return made


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _shared_out(folder: Path, limit: int) -> Iterator[Sequence[str]]:
    """Names of files, in order, as many as surely fit under the limit; one that does not stands alone."""
    together: list[str] = []
    size = 0
    for name in _names(folder):
        own = (folder / name).stat().st_size * 1001 // 1000 + 2 * len(folder.name + name) + _OVERHEAD
        if together and size + own > limit:
            yield together
            together, size = [], 0
        together.append(name)
        size += own
    if together:
        yield together


def _zip(folder: Path, names: Sequence[str], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in names:
            member = zipfile.ZipInfo(f"{folder.name}/{name}", _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            with (folder / name).open("rb") as source, archive.open(member, "w", force_zip64=True) as stream:
                shutil.copyfileobj(source, stream, _CHUNK)


def _cut(file: Path, limit: int) -> list[Path]:
    pieces: list[Path] = []
    with file.open("rb") as source:
        while content := source.read(limit):
            piece = file.with_name(f"{file.name}.{len(pieces) + 1:03d}")
            piece.write_bytes(content)
            pieces.append(piece)
    file.unlink()
    return pieces
