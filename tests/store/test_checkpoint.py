"""A checkpoint is signed, checked before it is believed, and can be checked without surveil."""

from __future__ import annotations

import base64
import json
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from surveil import desk
from surveil.errors import UsageError, VerificationFailed
from surveil.store import Store
from surveil.store.checkpoint import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    Checkpoint,
    create_key,
    load_key,
    make_checkpoint,
)
from surveil.store.verification import verify
from tests.store.support import NOW, draft, later, run

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(autouse=True)
def no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_FILE_VARIABLE, raising=False)


def test_an_earlier_checkpoint_still_fits_after_more_work(store: Store) -> None:
    nothing_yet = make_checkpoint(store.engine, KEY, NOW)
    desk.record_scan(store, run(1), [draft(1)], NOW)
    checkpoint = make_checkpoint(store.engine, KEY, NOW)
    desk.record_scan(store, run(2), [draft(1)], later(days=1))
    assert checkpoint.events == 2
    assert verify(store.engine, checkpoint).ok
    assert verify(store.engine, nothing_yet).ok


def test_a_checkpoint_of_another_installation_does_not_fit(store: Store) -> None:
    desk.record_scan(store, run(1), [draft(1)], NOW)
    mine = make_checkpoint(store.engine, KEY, NOW)
    other = Checkpoint(mine.events, "f" * 64, mine.at, mine.public_key, mine.signature)
    assert not verify(store.engine, other).ok


def test_a_checkpoint_reads_back_and_any_change_of_a_value_breaks_its_signature(sqlite_store: Store) -> None:
    checkpoint = make_checkpoint(sqlite_store.engine, KEY, NOW)
    text = checkpoint.to_json()
    assert Checkpoint.from_json(text) == checkpoint
    other_key = make_checkpoint(sqlite_store.engine, Ed25519PrivateKey.generate(), NOW).public_key
    changes = {"events": 1, "head": "1" * 64, "at": "2027-01-01T00:00:00.000000Z", "public_key": other_key}
    for name, value in changes.items():
        with pytest.raises(VerificationFailed):
            Checkpoint.from_json(json.dumps(json.loads(text) | {name: value}))


@given(st.text() | st.dictionaries(st.text(), st.integers() | st.text()).map(json.dumps))
def test_what_is_no_checkpoint_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(VerificationFailed, match=r"not a checkpoint|does not fit"):
        Checkpoint.from_json(text)


def test_a_third_party_can_check_the_signature_with_openssl(sqlite_store: Store, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    checkpoint = make_checkpoint(sqlite_store.engine, KEY, NOW)
    (tmp_path / "signed").write_bytes(checkpoint.signed_bytes())
    (tmp_path / "signature").write_bytes(base64.b64decode(checkpoint.signature))
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    if openssl is None:
        KEY.public_key().verify(base64.b64decode(checkpoint.signature), checkpoint.signed_bytes())
        return
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "signed"]
    done = subprocess.run([*command, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = create_key(tmp_path)
    key = load_key(tmp_path).public_key()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert create_key(tmp_path) == file
    assert load_key(tmp_path).public_key() == key


def test_a_key_from_the_environment_goes_before_the_workspace_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_key(tmp_path)
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "other.pem").write_bytes(pem)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "other.pem"))
    assert load_key(tmp_path).public_key() == KEY.public_key()
    monkeypatch.setenv(KEY_VARIABLE, pem.decode())
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "absent.pem"))
    assert load_key(tmp_path).public_key() == KEY.public_key()


def test_a_missing_or_wrong_key_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no signing key"):
        load_key(tmp_path)
    file = create_key(tmp_path)
    file.write_text("not a key")
    with pytest.raises(UsageError, match="can't be read"):
        load_key(tmp_path)
    other_kind = generate_private_key(SECP256R1())
    file.write_bytes(other_kind.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(UsageError, match="Ed25519"):
        load_key(tmp_path)
