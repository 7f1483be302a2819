"""Where a file is cut into blocks makes no difference to what is read from it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from surveil.config import LoadSettings
from surveil.errors import InputRefused
from surveil.feeds import csvstream
from surveil.feeds.csvstream import CsvReader

HEADER = ("contact_id", "note", "kind")
ROWS = [
    b"K1,plain,call", b'K2,"two\r\nlines",call', b"", b'K3,"say ""hi"", you",call', b'K4,"open,call', b"K5,x,call",
    b"K6,short", "K7,Łódź 東京,call".encode(), b"K8,\xff,call", b'K9,"",""', b"K10,a\0b,call", b'"K11","a,b","c"',
]  # fmt: skip


def read(path: Path, block: int, monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], list[object], int]:
    monkeypatch.setattr(csvstream, "BLOCK_BYTES", block)
    file_format = "csv.gz" if path.suffix == ".gz" else "csv"
    reader = CsvReader(path, path.name, file_format, HEADER, HEADER, LoadSettings(max_line_bytes=1000))
    rows: list[object] = []
    broken: list[object] = []
    blank = 0
    for found in reader.blocks():
        for i, row in enumerate(found.table.to_pylist()):
            rows.append((int(found.lines[i]), tuple(row.values()), found.raw(i)))
        broken += found.broken
        blank += found.blank
        assert 0.0 <= found.share <= 1.0
    return rows, broken, blank


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("packed", [False, True])
def test_blocks_of_any_size_give_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: bytes, packed: bool
) -> None:
    content = b"\xef\xbb\xbf" + end.join([b",".join(name.encode() for name in HEADER), *ROWS * 3])
    path = tmp_path / ("contacts.csv.gz" if packed else "contacts.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    whole = read(path, 1 << 20, monkeypatch)
    assert len(whole[0]) == 3 * 7
    assert len(whole[1]) == 3 * 4
    assert whole[2] == 3
    for size in (40, 57, 64, 101, 128):
        assert read(path, size, monkeypatch) == whole


def test_a_line_without_end_is_refused_before_memory_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(b",".join(name.encode() for name in HEADER) + b"\n" + b"x" * 100_000)
    with pytest.raises(InputRefused, match="does not end within"):
        read(path, 1 << 12, monkeypatch)
