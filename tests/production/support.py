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

FEEDS = {
    "reps": """rep_id,name,crd_number,role,registered,hired_on
R1,Ieva Āboliņa,1234567,banker,Y,2020-01-01
R2,Kőrösi Őze,,banker,N,2020-01-01
""",
    "products": """product_code,name,family
CHK,Checking,deposit
CRD,Card,card
""",
    "customers": """customer_id,name,created_on
C1,Мария Иванова,2019-01-01
C2,Jan van der IJsselmuiden,2019-01-01
""",
    "accounts": """account_id,customer_id,product_code,opened_at,opened_by,branch_id,channel
A1,C1,CHK,2024-01-10 10:00,R1,B1,branch
A2,C2,CRD,2024-02-11 11:00,R1,B1,branch
A3,C2,CHK,2024-03-01 12:00,,B1,online
""",
    "complaints": """complaint_id,customer_id,received_on,account_id,source,status,amount_paid,settled_on
K1,C1,2024-03-01,A1,customer,resolved,12.34,2024-04-01
K2,C2,2024-03-02,,whistleblower,open,,
""",
    "transactions": """transaction_id,account_id,posted_at,kind,amount,initiated_by
T1,A1,2024-02-01 09:00,fee,-12.00,system
T2,A1,2024-03-01 09:00,fee_refund,5.00,system
T3,A1,2024-06-30 09:00,purchase,-9.00,customer
""",
}
"""A firm of two representatives and three accounts; a fee on A1 was given back in part."""


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
