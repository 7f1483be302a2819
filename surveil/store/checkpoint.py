"""Signed checkpoints: how long the audit chain was and its last hash, to be kept out of the owner's reach."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import Engine

from surveil.errors import UsageError, VerificationFailed
from surveil.store.audit import head
from surveil.store.plain import moment_text

FORMAT = "surveil-audit-checkpoint/1"
KEY_VARIABLE = "SURVEIL_AUDIT_KEY"
KEY_FILE_VARIABLE = "SURVEIL_AUDIT_KEY_FILE"
KEY_FILE = Path("keys") / "audit_ed25519.pem"


@dataclass(frozen=True)
class Checkpoint:
    """`events` is the number of events, `head` the hash of the last; key and signature are base64."""

    events: int
    head: str
    at: str
    public_key: str
    signature: str

    def signed_bytes(self) -> bytes:
        """What the signature is over: the canonical JSON of all fields but itself."""
        fields = {name: value for name, value in vars(self).items() if name != "signature"}
        return rfc8785.dumps({"format": FORMAT} | fields)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key: what to compare with the one that was sent by another way."""
        return hashlib.sha256(base64.b64decode(self.public_key)).hexdigest()

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT} | vars(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Checkpoint:
        """Read a checkpoint and check its signature.

        The key stands in the checkpoint itself, so a good signature shows only that nobody without that key
        changed it; compare `fingerprint` with the one you were given.

        Raises:
            VerificationFailed: it is not a checkpoint, or its signature does not fit.
        """
        try:
            fields = json.loads(text)
            checkpoint = cls._of(fields)
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(checkpoint.public_key, validate=True))
            key.verify(base64.b64decode(checkpoint.signature, validate=True), checkpoint.signed_bytes())
        except InvalidSignature as error:
            raise VerificationFailed(
                "The checkpoint's signature does not fit: the file was changed after it was signed."
            ) from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise VerificationFailed(
                "This is not a checkpoint of an audit trail, or it is damaged."
            ) from error
        return checkpoint

    @classmethod
    def _of(cls, fields: Mapping[str, Any]) -> Checkpoint:
        if fields["format"] != FORMAT or set(fields) != {"format", *cls.__dataclass_fields__}:
            raise ValueError("unknown format")
        if not isinstance(fields["events"], int) or isinstance(fields["events"], bool):
            raise TypeError("events")
        words = ("head", "at", "public_key", "signature")
        if not all(isinstance(fields[name], str) for name in words):
            raise TypeError("text expected")
        return cls(fields["events"], *(fields[name] for name in words))


def make_checkpoint(engine: Engine, key: Ed25519PrivateKey, at: datetime) -> Checkpoint:
    """Sign how far the chain has come. Keep the result where whoever owns the database can't change it."""
    with engine.connect() as connection:
        events, last = head(connection)
    return sign_checkpoint(events, last, moment_text(at), key)


def sign_checkpoint(events: int, last: str, at: str, key: Ed25519PrivateKey) -> Checkpoint:
    """Sign that the chain had so many events and this last hash; `at` is UTC as the events have it."""
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    unsigned = Checkpoint(events, last, at, public, "")
    signature = base64.b64encode(key.sign(unsigned.signed_bytes())).decode()
    return Checkpoint(events, last, at, public, signature)


def create_key(workspace: Path) -> Path:
    """Make the workspace's signing key, readable by its owner only; one that is there is left as it is."""
    file = workspace / KEY_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(pem)
    except FileExistsError:
        pass
    return file


def load_key(workspace: Path) -> Ed25519PrivateKey:
    """The signing key: from the environment (PEM text, or the name of a file), else the workspace's own.

    Raises:
        UsageError: there is none, or it is not an Ed25519 key.
    """
    text = os.environ.get(KEY_VARIABLE)
    file = Path(os.environ.get(KEY_FILE_VARIABLE) or workspace / KEY_FILE)
    try:
        key = load_pem_private_key(text.encode() if text else file.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(
            f"There is no signing key at {file}. `surveil init` makes one; or set {KEY_FILE_VARIABLE}."
        ) from error
    except (ValueError, TypeError) as error:
        raise UsageError(
            "The signing key can't be read: a PEM file with an unencrypted key is needed."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(
            "The signing key is not an Ed25519 key. `surveil init` makes one in a new workspace."
        )
    return key
