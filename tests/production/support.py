"""A small production to make and check: a response whose pages are numbered, a list, a document of the firm."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from surveil.production.assemble import Channel, Handover, Packed, pack
from surveil.production.trail import Extract
from surveil.production.volume import Document, Facts, Kind, PrivilegeEntry, Volume
from surveil.reports.pdf import fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.text import Typesetter
from surveil.store.audit import GENESIS, Event
from surveil.store.checkpoint import sign_checkpoint

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PASSPHRASE = "seven-bright-foxes-jump-over"
AS_OF = dt.date(2024, 6, 30)


def tool(name: str) -> str:
    """The full name of a program a receiver would use; the test is skipped where it is missing."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"the program {name} is not installed: it is one a receiver checks a production with")
    return found


def facts(**changes: Any) -> Facts:
    values: dict[str, Any] = {
        "firm": "Example Bank, Āboliņa & Co",
        "crd_number": "42",
        "regulator": "FINRA",
        "matter": "M-2016-1",
        "reference": "20160512345",
        "letter": "Cross-selling",
        "prefix": "EXB",
        "number": 1,
        "run": "20240630-abcdef12",
        "data": "000001-feedbeef",
        "settings": "c0ffee",
        "as_of": AS_OF,
        "version": "0.1.0",
        "timezone": "America/New_York",
        "receiver": "regulator",
    }
    return Facts(**(values | changes))


def response(*paragraphs: str, first: int = 1, pages: int = 1) -> bytes:
    """A PDF whose pages carry the control numbers EXB… from `first` on."""
    story = Story(
        Typesetter(fonts.load()),
        Imprint("Response", "Example Bank", "", "", AS_OF, "EXB", first_number=first),
    )
    for paragraph in paragraphs:
        story.text(paragraph)
    for _ in range(pages - 1):
        story.new_page()
        story.text("And so on.")
    return story.render()


def volume(first: int = 1, **changes: Any) -> Volume:
    documents = (
        Document(
            "answer.pdf",
            response("Item 1. Answered.", first=first, pages=3),
            Kind.RESPONSE,
            "Response",
            pages=3,
        ),
        Document(
            "exhibits/EX-06A_accounts.csv",
            "account_id,customer\nA1,Мария Иванова\nA2,王小明\n".encode(),
            Kind.NATIVE,
            'Accounts, "all"',
            ("6",),
            rows=2,
        ),
        Document("attachments/AT-02-01.txt", b"A memo.\n\nIts end.\n", Kind.NATIVE, "Memo", ("2",), own=True),
    )
    privileged = (PrivilegeEntry("15", "attorney-client", "Advice on item 15", dt.date(2024, 5, 1)),)
    return Volume(facts(**changes), documents, privileged, first=first)


def audit_trail() -> Extract:
    """Two events of a chain; the second is not produced."""
    first = event(1, GENESIS)
    second = event(2, first.hash)
    shown = rfc8785.dumps(first.fields() | {"hash": first.hash}).decode()
    held = rfc8785.dumps(
        {"seq": 2, "prev": first.hash, "hash": second.hash, "withheld": "not produced"}
    ).decode()
    return Extract((f"{shown}\n", f"{held}\n"), sign_checkpoint(2, second.hash, second.at, KEY), 1, 1)


def event(seq: int, prev: str) -> Event:
    made = Event(
        seq, 1, f"2024-07-0{seq}T10:00:00.000000Z", "olga", "alert.decided", "alert", "A-1", {}, prev
    )
    return dataclasses.replace(made, hash=made.digest())


def packed(
    folder: Path, made: Volume | None = None, channel: Channel = Channel.GATEWAY, **options: Any
) -> Packed:
    handover = Handover(channel, passphrase=PASSPHRASE if channel is Channel.MEDIA else "")
    return pack(made or volume(), audit_trail(), KEY, folder, handover, **options)
