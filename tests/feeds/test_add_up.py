"""Whatever a CSV file holds, every row of it is accepted, superseded or rejected, and can be found again."""

from __future__ import annotations

import csv
import io
import shutil

import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from surveil.feeds import snapshots
from surveil.feeds.rejects import read_rejects
from surveil.feeds.report import FeedReport
from tests.feeds.firms import MINIMAL, Firm, feed_of

HEADER = b"contact_id,customer_id,at,kind,note"
CELLS = st.one_of(
    st.sampled_from(
        ["K1", "K2", "K3", "C1", "", "2024-03-05 10:00", "2024-03-05", "2023-02-30", "call", "shout"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(['a"b', '"', "a,b", "a\nb", 'say ""hi""', "\r\n", "\0", "x" * 50]),
)
GOOD_ROWS = st.tuples(
    st.sampled_from(["K1", "K2", "K3", "K4", "K5"]), st.just("C1"), st.sampled_from(["2024-03-05", "2024-03-05T10:00Z"]),
    st.sampled_from(["call", "visit"]), st.text(max_size=8).filter(lambda text: "\0" not in text),
)  # fmt: skip


def quoted(row: tuple[str, ...] | list[str]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow(row)
    return stream.getvalue().removesuffix("\r\n").encode("utf-8", "replace")


LINES = st.one_of(
    GOOD_ROWS.map(quoted),
    st.lists(CELLS, min_size=5, max_size=5).map(quoted),
    st.lists(CELLS, max_size=7).map(lambda cells: ",".join(cells).encode("utf-8")),
    st.binary(max_size=20),
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """A firm whose required feeds are loaded, its folder being empty again."""
    firm = Firm(tmp_path_factory.mktemp("firm"))
    firm.load(MINIMAL)
    for path in firm.folder.iterdir():
        path.unlink()
    return firm


def load_contacts(firm: Firm, content: bytes) -> FeedReport:
    """Load contacts as the second load, whatever the second load was before."""
    shutil.rmtree(snapshots.load_folder(firm.workspace, 2), ignore_errors=True)
    return feed_of(firm.load({"contacts.csv": content}), "contacts")


def numbered(firm: Firm, folder: str) -> list[int]:
    """Record numbers of the contacts stored under a folder of the second load."""
    root = snapshots.load_folder(firm.workspace, 2) / folder
    return [
        line for path in root.glob("*.parquet") for line in pq.read_table(path).column("_line").to_pylist()
    ]


@settings(max_examples=40)
@given(st.lists(LINES, max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.booleans())
def test_every_row_ends_in_exactly_one_place(
    loaded: Firm, lines: list[bytes], end: bytes, last: bool
) -> None:
    content = end.join([HEADER, *lines]) + (end if last else b"")
    assume(content.count(0) <= len(content) // 10)  # else it is taken for UTF-16 and refused
    contacts = load_contacts(loaded, content)
    assert contacts.read == contacts.accepted + contacts.superseded + contacts.rejected
    rejects = list(read_rejects(loaded.workspace, 2, "contacts"))
    accepted, superseded = numbered(loaded, "contacts"), numbered(loaded, "superseded/contacts")
    assert len(accepted) == contacts.accepted
    assert len(superseded) == contacts.superseded
    assert len(rejects) == contacts.rejected
    places = accepted + superseded + [reject.line for reject in rejects]
    assert len(set(places)) == contacts.read
    assert set(places) <= set(range(2, contacts.read + contacts.files[0].blank_lines + 2))
    assert all(reject.reason for reject in rejects)


@settings(max_examples=15)
@given(st.lists(GOOD_ROWS, max_size=12))
def test_right_rows_come_out_as_they_went_in(loaded: Firm, rows: list[tuple[str, ...]]) -> None:
    report = load_contacts(loaded, HEADER + b"\n" + b"".join(quoted(row) + b"\n" for row in rows))
    assert (report.read, report.rejected) == (len(rows), 0)
    expected = {
        row[0]: (row[3], row[4].replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\f\r\u00a0") or None)
        for row in rows
    }
    stored = loaded.rows("contacts", "contact_id, kind, note") if rows else []
    assert {key: (kind, note) for key, kind, note in stored} == expected
    assert len(stored) == len(expected)
