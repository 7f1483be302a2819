"""VERIFY.txt: how a receiver checks a production with public tools alone."""

from __future__ import annotations

from surveil.production import sshsig
from surveil.production.logs import ABOUT, EXCEPTIONS, INDEX, PRIVILEGE
from surveil.production.manifest import MANIFEST, SIGNATURE
from surveil.production.volume import Kind, Volume

VERIFY = "VERIFY.txt"
SIGNER = "SIGNER.pub"
ALLOWED = "ALLOWED_SIGNERS"
TRAIL = "LOGS/audit_trail.jsonl"
CHECKPOINT = "LOGS/audit_checkpoint.json"

_TEXT = """\
{name}
{underline}
{firm} to {regulator}, matter {matter}. {documents} documents, control numbers {first} to {last}.

What is here
  PDF/        the response, every page with its control number
  NATIVES/    lists and documents as they are, each named by its control number
  LOGS/       {index:<24} one row per document, with its SHA-256
              {privilege:<24} what is held back, and on what ground
              {exceptions:<24} what to know of single documents
              {about:<24} run, data and settings this was made from
              {trail:<24} the audit trail; events not produced leave their hashes
              {checkpoint:<24} its signed end

Run the commands below in this folder. Each of them uses a public tool; surveil is not needed.

1. No file was changed and none is missing (prints nothing and ends with status 0):

     sha256sum --check --strict --quiet {manifest}

   On Windows: Get-FileHash -Algorithm SHA256 -Path FILE

2. No file was added (in bash; prints nothing):

     diff <(find . -type f ! -name {manifest} ! -name {signature} | cut -c3- | LC_ALL=C sort) <(cut -c67- {manifest})

3. The list of hashes is the firm's. First compare the fingerprint of the key with the one you were given by another way
   than this production (a key that travels with what it signs proves nothing):

     ssh-keygen -l -f {signer}

   The firm's fingerprint as of making: {fingerprint}
   Then check the signature (prints Good "{namespace}" signature):

     ssh-keygen -Y verify -f {allowed} -I {identity} -n {namespace} -s {signature} < {manifest}
{pdf}
Whoever has surveil does all of this at once, and also follows the audit trail to its signed end:

     surveil verify . --fingerprint FINGERPRINT
"""
_PDF = """
4. The response opens, is whole, and can be read:

     qpdf --check {path}
     pdftotext {path} -
{signed}"""
_SIGNED = """
5. The response was signed, and not changed afterwards. "Signature is Valid" is what counts; whether the certificate is to
   be trusted depends on who issued it:

     pdfsig {path}
"""


def text(volume: Volume, fingerprint: str, *, signed: bool) -> bytes:
    """The instructions for one volume; `signed` says whether its response carries a signature."""
    facts = volume.facts
    response = next((n.path for n in volume.numbered if n.document.kind is Kind.RESPONSE), None)
    pdf = ""
    if response:
        pdf = _PDF.format(path=response, signed=_SIGNED.format(path=response) if signed else "")
    written = _TEXT.format(
        name=facts.name,
        underline="=" * len(facts.name),
        firm=facts.firm,
        regulator=facts.regulator,
        matter=facts.reference or facts.matter,
        documents=len(volume.documents),
        first=volume.numbered[0].first if volume.numbered else "none",
        last=volume.numbered[-1].last if volume.numbered else "none",
        index=INDEX.removeprefix("LOGS/"),
        privilege=PRIVILEGE.removeprefix("LOGS/"),
        exceptions=EXCEPTIONS.removeprefix("LOGS/"),
        about=ABOUT.removeprefix("LOGS/"),
        trail=TRAIL.removeprefix("LOGS/"),
        checkpoint=CHECKPOINT.removeprefix("LOGS/"),
        manifest=MANIFEST,
        signature=SIGNATURE,
        signer=SIGNER,
        allowed=ALLOWED,
        fingerprint=fingerprint,
        identity=sshsig.IDENTITY,
        namespace=sshsig.NAMESPACE,
        pdf=pdf,
    )
    return written.encode("utf-8", "backslashreplace")
