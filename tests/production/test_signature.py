"""The principal's signature: made offline, accepted by pdfsig, and broken by any change."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from surveil.errors import UsageError, VerificationFailed
from surveil.production import signature
from surveil.production.receiving import verify
from tests.production.support import packed, response, tool

NOW = dt.datetime.now(dt.UTC)
SECRET = "a trial secret"
CERTIFICATE = signature.trial_certificate("R. Roe, Principal", "Example Bank, Āboliņa & Co", SECRET, NOW)


@pytest.fixture
def signer_file(tmp_path: Path) -> Path:
    file = tmp_path / "roe.p12"
    file.write_bytes(CERTIFICATE)
    return file


def signed(content: bytes, file: Path) -> bytes:
    signer = signature.load_signer(file, SECRET)
    return signature.sign(content, signer, name="R. Roe", reason="Response of the firm", at=NOW)


def test_pdfsig_finds_the_signature_valid(signer_file: Path, tmp_path: Path) -> None:
    program = tool("pdfsig")
    (tmp_path / "signed.pdf").write_bytes(signed(response("Answered."), signer_file))
    shown = subprocess.run(
        [program, tmp_path / "signed.pdf"], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in shown
    assert "Total document signed" in shown
    assert "ETSI.CAdES.detached" in shown
    assert "R. Roe, Principal (trial)" in shown


def test_a_changed_byte_and_an_added_tail_are_found(signer_file: Path) -> None:
    content = signed(response("Answered."), signer_file)
    (found,) = signature.check(content)
    assert found.intact
    assert found.whole
    assert "R. Roe" in found.signer
    changed = bytearray(content)
    changed[200] ^= 1
    try:
        (broken,) = signature.check(bytes(changed))
    except VerificationFailed:
        pass
    else:
        assert not (broken.intact and broken.whole)


def test_a_signed_production_is_whole_and_says_who_signed(signer_file: Path, tmp_path: Path) -> None:
    made = packed(tmp_path / "out", signer=lambda content: signed(content, signer_file)).kept
    checked = verify(made)
    assert checked.ok, checked.problems
    assert any("was signed by" in fact and "R. Roe" in fact for fact in checked.facts)
    assert "pdfsig PDF/EXB0000001.pdf" in (made / "VERIFY.txt").read_text()


def test_a_wrong_passphrase_or_file_is_a_sentence(signer_file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not open it"):
        signature.load_signer(signer_file, "wrong")
    signer_file.write_bytes(b"no certificate")
    with pytest.raises(UsageError, match="not a PKCS #12 file"):
        signature.load_signer(signer_file, SECRET)
    with pytest.raises(UsageError, match="can't be read"):
        signature.load_signer(tmp_path / "none.p12", SECRET)


def test_a_certificate_that_has_run_out_signs_nothing(signer_file: Path) -> None:
    signer = signature.load_signer(signer_file, SECRET)
    with pytest.raises(UsageError, match="not at the time of signing"):
        signature.sign(response("x"), signer, name="R. Roe", reason="", at=NOW + dt.timedelta(days=31))


def test_a_trial_certificate_asks_for_a_passphrase() -> None:
    with pytest.raises(UsageError, match="at least 8"):
        signature.trial_certificate("R. Roe", "Example Bank", "short", NOW)


def test_it_can_be_signed_and_checked_where_an_event_loop_runs(signer_file: Path) -> None:
    async def notebook() -> list[signature.Signed]:
        return signature.check(signed(response("Answered."), signer_file))

    # In a thread of its own: the browser tests may have left a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        (one,) = pool.submit(asyncio.run, notebook()).result()
    assert one.intact
    assert one.whole
