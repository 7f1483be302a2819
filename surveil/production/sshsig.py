"""Signatures in OpenSSH's format, which `ssh-keygen -Y verify` checks on any machine.

The layout is that of OpenSSH's PROTOCOL.sshsig, version 1, with SHA-512 and Ed25519 keys.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import textwrap

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_public_key,
)

from surveil.errors import VerificationFailed

NAMESPACE = "surveil-production"
"""Ties a signature to productions: one made with the same key for another purpose does not pass for it."""
IDENTITY = "production"
"""The name under which the key stands in the file of allowed signers."""

_MAGIC = b"SSHSIG"
_HASH = b"sha512"
_KIND = b"ssh-ed25519"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH = 70


def sign(key: Ed25519PrivateKey, message: bytes) -> str:
    """The armoured signature of a message; the same key and message give the same text."""
    raw = key.sign(_signed(message))
    return _armoured(_blob(key.public_key(), raw))


def verify(armoured: str, public: Ed25519PublicKey, message: bytes) -> None:
    """Check a signature of a message.

    Raises:
        VerificationFailed: it is not by this key, not of this message, or not written the one way `sign` writes it.
    """
    lines = armoured.split("\n")
    if lines[0] != _BEGIN or lines[-2:] != [_END, ""]:
        raise VerificationFailed("The signature is damaged: it is not in OpenSSH's format.")
    try:
        blob = base64.b64decode("".join(lines[1:-2]), validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationFailed("The signature is damaged: it is not base64.") from error
    raw = blob[-64:]
    # Written anew and compared, so that no second spelling of the same signature goes unseen.
    if _armoured(_blob(public, raw)) != armoured:
        raise VerificationFailed(
            "The signature was made with another key or for another purpose, or is damaged."
        )
    try:
        public.verify(raw, _signed(message))
    except InvalidSignature as error:
        raise VerificationFailed(
            "The signature does not fit: what it signs was changed afterwards."
        ) from error


def public_line(public: Ed25519PublicKey) -> str:
    """The public key as OpenSSH writes it on one line, with a comment that says what it is for."""
    text = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return f"{text} {IDENTITY}\n"


def allowed_signers(public: Ed25519PublicKey) -> str:
    """The file that `ssh-keygen -Y verify -f` asks for."""
    return f'{IDENTITY} namespaces="{NAMESPACE}" {public_line(public)}'


def read_public(line: str) -> Ed25519PublicKey:
    """The key in a line that `public_line` wrote.

    Raises:
        VerificationFailed: it is not one.
    """
    try:
        public = load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise VerificationFailed("The signer's public key is damaged.") from error
    if not isinstance(public, Ed25519PublicKey) or public_line(public) != line:
        raise VerificationFailed("The signer's public key is not an Ed25519 key as surveil writes it.")
    return public


def fingerprint(public: Ed25519PublicKey) -> str:
    """What `ssh-keygen -l` shows of the key: to be compared with the one that was sent by another way."""
    digest = hashlib.sha256(_key_blob(public)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _signed(message: bytes) -> bytes:
    return _MAGIC + b"".join(map(_string, (NAMESPACE.encode(), b"", _HASH, hashlib.sha512(message).digest())))


def _blob(public: Ed25519PublicKey, raw: bytes) -> bytes:
    signature = _string(_KIND) + _string(raw)
    parts = (_key_blob(public), NAMESPACE.encode(), b"", _HASH, signature)
    return _MAGIC + struct.pack(">I", 1) + b"".join(map(_string, parts))


def _key_blob(public: Ed25519PublicKey) -> bytes:
    return _string(_KIND) + _string(public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _armoured(blob: bytes) -> str:
    return "\n".join([_BEGIN, *textwrap.wrap(base64.b64encode(blob).decode(), _WIDTH), _END, ""])
