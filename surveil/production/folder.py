"""Lay a volume out in a folder, seal it with manifest and signature, and put it in place in one step."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from surveil.errors import UsageError
from surveil.production import manifest, sshsig
from surveil.production.instructions import ALLOWED, SIGNER


def seal(folder: Path, key: Ed25519PrivateKey) -> str:
    """Add the signer's key, the manifest and its signature to a folder; returns SHA-256 of the manifest."""
    public = key.public_key()
    _write(folder / SIGNER, sshsig.public_line(public).encode())
    _write(folder / ALLOWED, sshsig.allowed_signers(public).encode())
    content = manifest.write(folder).encode()
    _write(folder / manifest.SIGNATURE, sshsig.sign(key, content).encode())
    return manifest.digest(folder / manifest.MANIFEST)


def lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files by their path under a folder that is not there yet."""
    for name in sorted(files):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(target, files[name])


def replace(made: Path, target: Path) -> None:
    """Put a finished folder where an earlier one of surveil's may lie.

    Raises:
        UsageError: something else is there.
    """
    if target.exists():
        if not (target / manifest.MANIFEST).is_file():
            raise UsageError(
                f"{target} holds something that is not a production; choose another folder with --out."
            )
        shutil.rmtree(target)
    made.rename(target)


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)
