"""Signatures that OpenSSH takes, and that have one spelling only."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from surveil.errors import VerificationFailed
from surveil.production import sshsig
from tests.production.support import KEY, tool

MESSAGE = b"what is signed\n"
SIGNATURE = sshsig.sign(KEY, MESSAGE)


def test_openssh_accepts_the_signature_and_refuses_another_text(tmp_path: Path) -> None:
    program = tool("ssh-keygen")
    (tmp_path / "allowed").write_text(sshsig.allowed_signers(KEY.public_key()))
    (tmp_path / "m.sig").write_text(SIGNATURE)
    command = [
        program,
        "-Y",
        "verify",
        "-f",
        "allowed",
        "-I",
        sshsig.IDENTITY,
        "-n",
        sshsig.NAMESPACE,
        "-s",
        "m.sig",
    ]
    good = subprocess.run(command, cwd=tmp_path, input=MESSAGE, capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    assert b"Good" in good.stdout
    bad = subprocess.run(command, cwd=tmp_path, input=MESSAGE + b" ", capture_output=True, check=False)
    assert bad.returncode != 0


def test_openssh_shows_the_same_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "k.pub").write_text(sshsig.public_line(KEY.public_key()))
    shown = subprocess.run(
        [tool("ssh-keygen"), "-l", "-f", tmp_path / "k.pub"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split()[1] == sshsig.fingerprint(KEY.public_key())


def test_a_signature_of_openssh_is_accepted(tmp_path: Path) -> None:
    program = tool("ssh-keygen")
    subprocess.run(
        [program, "-q", "-t", "ed25519", "-N", "", "-C", sshsig.IDENTITY, "-f", tmp_path / "k"], check=True
    )
    (tmp_path / "m").write_bytes(MESSAGE)
    subprocess.run(
        [program, "-q", "-Y", "sign", "-f", tmp_path / "k", "-n", sshsig.NAMESPACE, tmp_path / "m"],
        check=True,
        capture_output=True,
    )
    public = sshsig.read_public((tmp_path / "k.pub").read_text())
    armoured = (tmp_path / "m.sig").read_text()
    sshsig.verify(armoured if armoured.endswith("\n") else armoured + "\n", public, MESSAGE)


def test_another_key_or_text_is_refused() -> None:
    other = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(VerificationFailed, match="another key"):
        sshsig.verify(SIGNATURE, other, MESSAGE)
    with pytest.raises(VerificationFailed, match="changed afterwards"):
        sshsig.verify(SIGNATURE, KEY.public_key(), MESSAGE + b"!")


@given(place=st.integers(0, len(SIGNATURE) - 1), character=st.characters(max_codepoint=127))
def test_no_character_of_a_signature_can_change(place: int, character: str) -> None:
    changed = SIGNATURE[:place] + character + SIGNATURE[place + 1 :]
    if changed != SIGNATURE:
        with pytest.raises(VerificationFailed):
            sshsig.verify(changed, KEY.public_key(), MESSAGE)


@given(st.text(max_size=200))
def test_text_that_is_no_signature_is_refused_and_not_a_crash(text: str) -> None:
    with pytest.raises(VerificationFailed):
        sshsig.verify(text, KEY.public_key(), MESSAGE)
    with pytest.raises(VerificationFailed):
        sshsig.read_public(text)
