"""Broken and hostile files end in a refusal or a reject that says why; never in a traceback, never in silence."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

import pytest

from surveil.config import Workspace
from surveil.errors import InputRefused, UsageError
from surveil.feeds.load import load
from surveil.feeds.rejects import read_rejects
from tests.feeds.firms import ACCOUNTS, MINIMAL, Firm, feed_of

GOOD = MINIMAL["accounts.csv"]
ROW = b"A3,C1,CHK,2024-03-03,R1,branch\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n", "first line must be the header"),
        (b"\xef\xbb\xbf", "first line must be the header"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-16-le"), "UTF-16"),
        (GOOD.encode("utf-32"), "UTF-16|UTF-32|NUL"),
        (GOOD.replace(",", ";").encode(), "separated by semicolons"),
        (
            GOOD.replace("account_id,customer_id", '"account_id";"customer_id"').encode(),
            "separated by semicolons",
        ),
        (GOOD.replace(",", "\t").encode(), "separated by tabs"),
        (GOOD.replace("channel", "channel,channel").encode(), "channel more than once"),
        (GOOD.replace("channel", "chännel").encode("latin-1"), "header line is not UTF-8"),
        (GOOD.replace("account_id", '"account_id', 1).encode(), "header line is not valid CSV"),
        (GOOD.replace("opened_at", "open_at", 1).encode(), "opened_at of the feed accounts is missing"),
        (GOOD.encode().replace(b"opened_by", b"opened\0by"), "header"),
        (gzip.compress(GOOD.encode()), "compressed by gzip"),
        (b"PK\x03\x04" + bytes(100), "spreadsheet"),
        (b"PAR1" + bytes(100), "Parquet"),
        (bytes(range(256)) * 50, "accounts.csv"),
        (b"x" * 3_000_000, "first line does not end"),
    ],
)
def test_files_refused_as_a_whole(firm: Firm, content: bytes, message: str) -> None:
    firm.write({"accounts.csv": content})
    with pytest.raises(InputRefused, match=message) as refused:
        firm.load()
    assert "accounts.csv" in str(refused.value)
    assert firm.tree() == {}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("accounts.csv.gz", GOOD.encode(), "not a whole gzip file"),
        ("accounts.csv.gz", gzip.compress(GOOD.encode() * 200)[:-20], "not a whole gzip file"),
        ("accounts.csv.gz", gzip.compress(GOOD.encode())[:-4] + b"abcd", "not a whole gzip file"),
        ("accounts.csv.gz", gzip.compress(GOOD.encode() + ROW * 1_000_000), "out of proportion"),
        ("accounts.parquet", GOOD.encode(), "copy or export it again"),
        ("accounts.parquet", b"PAR1" + bytes(60) + b"PAR1", "not a readable Parquet file"),
    ],
)
def test_packed_files_refused(empty_firm: Firm, name: str, content: bytes, message: str) -> None:
    files: dict[str, str | bytes] = {key: text for key, text in MINIMAL.items() if key != "accounts.csv"}
    with pytest.raises(InputRefused, match=message):
        empty_firm.load(files | {name: content})
    assert empty_firm.tree() == {}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"A3,C1,CHK,2024-03-03,R1\n", "fewer fields"),
        (b"A3,C1,CHK,2024-03-03,R1,branch,x\n", "more fields"),
        (b"TOTAL,2\n", "fewer fields"),
        (b"\x1a\n", "fewer fields"),
        (b"A3,C1,CHK,2024-03-03,R\0,branch\n", "NUL"),
        (b"A3,C1,CHK,2024-03-03,J\xfcrgen,branch\n", "not UTF-8"),
        (b"A3,C1,CHK,2024-03-03,R1," + b"x" * 10_000_000 + b"\n", "longer than the limit"),
        (b'A3,C1,CHK,2024-03-03,"R1,branch\n', "quotation mark"),
        (b'A3,C1,CHK,2024-03-03,R"1",branch\n', "quotation mark"),
        (b"A3,C1,CHK,03.03.2024 10:00,R1,branch\n", "opened_at is not a date"),
        (b",C1,CHK,2024-03-03,R1,branch\n", "account_id is empty"),
        (b",,,,,\n", "account_id is empty"),
        (ACCOUNTS.encode(), "opened_at is not a date"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_rows_rejected(empty_firm: Firm, row: bytes, reason: str, packed: bool) -> None:
    content = GOOD.encode() + row + ROW.replace(b"A3", b"A4")
    files: dict[str, str | bytes] = {key: text for key, text in MINIMAL.items() if key != "accounts.csv"}
    name, data = ("accounts.csv.gz", gzip.compress(content)) if packed else ("accounts.csv", content)
    if packed and len(row) > 1_000_000:
        data = gzip.compress(content, 0)
    report = empty_firm.load(files | {name: data})
    accounts = feed_of(report, "accounts")
    assert (accounts.read, accounts.accepted, accounts.rejected) == (4, 3, 1)
    (reject,) = read_rejects(empty_firm.workspace, 1)
    assert reason in reject.reason
    assert (reject.file, reject.line, reject.raw) == (name, 4, row.removesuffix(b"\n"))
    assert len(report.render()) < 5_000


def test_a_file_in_latin_1_loses_only_the_rows_with_such_letters(firm: Firm) -> None:
    names = ["Anna", "Jürgen", "Zoë", "Bob"]
    text = "customer_id,name,created_on\n" + "".join(
        f"C{i},{name},2020-01-01\n" for i, name in enumerate(names)
    )
    customers = feed_of(firm.load({"customers.csv": text.encode("latin-1")}), "customers")
    assert (customers.accepted, customers.rejected) == (2, 2)
    assert "Latin-1" in customers.files[0].reasons[0].reason


def test_nothing_but_wrong_rows_is_an_empty_feed_and_says_so(firm: Firm) -> None:
    report = firm.load({"accounts.csv": ACCOUNTS + "x\ny\n"})
    assert feed_of(report, "accounts").rejected == 2
    assert firm.rows("accounts", "account_id") == []


def test_a_link_is_refused(firm: Firm, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(GOOD)
    (firm.folder / "accounts-2.csv").symlink_to(secret)
    with pytest.raises(InputRefused, match=r"accounts-2\.csv: is a link"):
        firm.load()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused(firm: Firm) -> None:
    os.mkfifo(firm.folder / "accounts-2.csv")
    with pytest.raises(InputRefused, match="not a regular file"):
        firm.load()


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not allow such names")
def test_names_that_look_like_paths_or_commands_stay_names(firm: Firm) -> None:
    names = [
        b"accounts-..%2f..%2fetc.csv", b"accounts-';DROP TABLE x;--.csv", b"accounts-\xff\xfe.csv",
        b"accounts-a\nb\x1b[31m.csv", b"accounts-*.csv", b"accounts-\\..\\x.csv",
    ]  # fmt: skip
    for i, name in enumerate(names):
        row = ROW.replace(b"A3", b"B%d" % i)
        (Path(os.fsdecode(os.fsencode(firm.folder) + b"/" + name))).write_bytes(ACCOUNTS.encode() + row)
    report = firm.load()
    assert feed_of(report, "accounts").accepted == 8
    text = report.render()
    assert "\x1b" not in text
    assert "accounts-a\\nb\\x1b[31m.csv" in text
    assert text.encode("utf-8")
    inside = {path.name for path in firm.workspace.path.rglob("*.parquet")}
    assert all(name.startswith("part-") for name in inside)


def test_hostile_column_names_and_values_stay_text(firm: Firm) -> None:
    header = ACCOUNTS.strip() + ',"x\'; DROP TABLE raw; --",,=cmd()\n'
    value = "R1'); ATTACH 'x' AS y; --"
    report = firm.load({"accounts.csv": header + f"A1,C1,CHK,2024-03-01,{value},branch,1,2,3\n"})
    assert firm.rows("accounts", "opened_by") == [(value,)]
    assert feed_of(report, "accounts").files[0].unknown_columns == ("x'; DROP TABLE raw; --", "", "=cmd()")


def test_a_field_of_rows_is_not_believed(firm: Firm) -> None:
    rows = [f"T{i},A1,2024-03-03 10:00,deposit,1.00\n" for i in range(3000)]
    rows[5] = 'T5,"A1,2024-03-03 10:00,deposit,1.00\n'
    rows[2000] = 'T2000,A1,2024-03-03 10:00,deposit",1.00\n'
    header = "transaction_id,account_id,posted_at,kind,amount\n"
    transactions = feed_of(firm.load({"transactions.csv": header + "".join(rows)}), "transactions")
    assert (transactions.read, transactions.accepted, transactions.rejected) == (3000, 2998, 2)


def test_a_second_load_at_the_same_time_is_told_to_wait(firm: Firm) -> None:
    def again(what: str, share: float) -> None:
        with pytest.raises(UsageError, match="Another load is running"):
            load(Workspace.open(firm.workspace.path), firm.folder)

    assert load(firm.workspace, firm.folder, again).load_number == 1
