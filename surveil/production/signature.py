"""The electronic signature of a response by a principal: PAdES, with the firm's certificate or a self-made one for trial."""

from __future__ import annotations

import datetime as dt
import io
import secrets
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from surveil.errors import UsageError, VerificationFailed

FIELD = "Principal"
TRIAL_DAYS = 30
_KEY_BITS = 3072
_PASSPHRASE_CHARACTERS = 8


@dataclass(frozen=True)
class Signed:
    """What a signature says: who, when by the signer's clock, and whether it covers the whole file unchanged."""

    signer: str
    at: dt.datetime | None
    intact: bool
    whole: bool


def load_signer(file: Path, passphrase: str) -> signers.SimpleSigner:
    """The principal's key and certificate from a PKCS #12 file (.p12, .pfx).

    Raises:
        UsageError: it can't be read, or the passphrase does not fit.
    """
    signer: signers.SimpleSigner | None = None
    try:
        signer = signers.SimpleSigner.load_pkcs12_data(
            file.read_bytes(), other_certs=[], passphrase=passphrase.encode()
        )
    except OSError as error:
        raise UsageError(f"The certificate {file} can't be read: {error.strerror}.") from error
    except ValueError:
        pass
    if signer is None or signer.signing_cert is None:
        raise UsageError(
            f"{file} is not a PKCS #12 file with a key and a certificate, or the passphrase does not open it."
        )
    return signer


def trial_signer(principal: str, firm: str, now: dt.datetime) -> signers.SimpleSigner:
    """Signs in a principal's name with a certificate made for the occasion, that nobody has reason to trust."""
    secret = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="surveil-trial-") as folder:
        file = Path(folder) / "trial.p12"
        file.write_bytes(trial_certificate(principal, firm, secret, now))
        return load_signer(file, secret)


def sign(content: bytes, signer: signers.SimpleSigner, *, name: str, reason: str, at: dt.datetime) -> bytes:
    """The PDF with a PAdES signature over all of it. `at` is the time of signing by the firm's clock.

    Raises:
        UsageError: the certificate is not valid on that day.
        VerificationFailed: the PDF is damaged.
    """
    assert signer.signing_cert is not None  # noqa: S101 - `load_signer` has made sure of it
    certificate = x509.load_der_x509_certificate(signer.signing_cert.dump())
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise UsageError(
            f"The certificate of {signer.subject_name} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}, not at the time of signing."
        )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=name,
        reason=reason,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        target = io.BytesIO()
        _apart(partial(signers.PdfSigner(metadata, signer).sign_pdf, writer, output=target))
    except PdfError as error:
        raise VerificationFailed("The response is not a PDF that can be signed.") from error
    return target.getvalue()


def _apart(work: Callable[[], Any]) -> Any:
    """Do something in a thread of its own: pyHanko runs an event loop, and a notebook's thread has one already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def check(content: bytes) -> list[Signed]:
    """The signatures of a PDF. Whether their certificates are to be trusted is for the receiver to say.

    Raises:
        VerificationFailed: the PDF, or a signature in it, can't be read.
    """
    try:
        embedded = PdfFileReader(io.BytesIO(content)).embedded_signatures
        found = []
        for signature in embedded:
            # Whether the issuer is to be trusted is not asked: only whether this certificate signed these bytes.
            context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
            status = _apart(partial(validate_pdf_signature, signature, context))
            found.append(
                Signed(
                    signer=status.signing_cert.subject.human_friendly,
                    at=status.signer_reported_dt,
                    intact=status.intact and status.valid,
                    whole=signature.evaluate_signature_coverage().name == "ENTIRE_FILE",
                )
            )
    except (PdfError, SignatureValidationError, ValueError) as error:
        raise VerificationFailed("The signature in the PDF can't be read; it is damaged.") from error
    return found


def trial_certificate(name: str, firm: str, passphrase: str, now: dt.datetime) -> bytes:
    """A PKCS #12 file with a self-made certificate, to try out signing; nobody else has reason to trust it.

    Raises:
        UsageError: the passphrase is too short.
    """
    if len(passphrase) < _PASSPHRASE_CHARACTERS:
        raise UsageError(f"The passphrase needs at least {_PASSPHRASE_CHARACTERS} characters.")
    key = rsa.generate_private_key(65537, _KEY_BITS)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (trial)"[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, firm[:64]),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=TRIAL_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"principal", key, certificate, None, BestAvailableEncryption(passphrase.encode())
    )
