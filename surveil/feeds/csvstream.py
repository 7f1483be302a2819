"""A CSV file as a stream of blocks: well-formed rows as columns of text, the others as they came."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from surveil.config import LoadSettings
from surveil.errors import InputRefused, SurveilError
from surveil.feeds.records import Cut, Fault, Ints, cut
from surveil.feeds.rejects import Reject

BLOCK_BYTES = 32 << 20
_BOM = b"\xef\xbb\xbf"
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}
REASONS = {
    Fault.QUOTE: "has a quotation mark that is not closed, or that stands inside a field that is not quoted as a whole",
    Fault.FEWER: "has fewer fields than the header",
    Fault.MORE: "has more fields than the header",
    Fault.TOO_LONG: "is longer than the limit: raise max_line_bytes under [load] in surveil.toml and load it with --again",
    Fault.NUL: "contains a NUL byte",
    Fault.ENCODING: "is not UTF-8; the file was perhaps saved as Latin-1 or Windows-1252",
}


@dataclass(frozen=True)
class Block:
    """Some rows of a file.

    `table` has the wanted columns, `lines` the record number of each of its rows; `raw(i)` gives row i as it
    came. `broken` are rows that could not be cut into fields; `blank` counts empty lines, which are no rows.
    `share` is how much of the file has been read so far, 0 to 1.
    """

    table: Any
    lines: Ints
    raw: Callable[[int], bytes]
    broken: list[Reject]
    blank: int = 0
    share: float = 1.0


class _Inflating(io.RawIOBase):
    """Reads a gzip file and stops when it swells beyond all reason."""

    def __init__(self, path: Path, name: str, settings: LoadSettings) -> None:
        self.packed = path.open("rb")
        self._file = gzip.GzipFile(fileobj=self.packed, mode="rb")
        self._name, self._read = name, 0
        size = path.stat().st_size
        self._limit = min(max(size * settings.max_inflate_ratio, 1 << 20), settings.max_inflated_bytes)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read(len(buffer))
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise InputRefused(f"{self._name}: is not a whole gzip file ({error}).") from error
        self._read += len(data)
        if self._read > self._limit:
            raise InputRefused(
                f"{self._name}: unpacks to more than {self._limit:,} bytes, out of proportion to its size. "
                "If it is right, raise max_inflate_ratio or max_inflated_bytes under [load] in surveil.toml."
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        self.packed.close()
        super().close()


def open_bytes(path: Path, name: str, file_format: str, settings: LoadSettings) -> BinaryIO:
    """Open the bytes of a CSV file, unpacked. Reading raises InputRefused where a gzip file is bad."""
    if file_format == "csv.gz":
        return io.BufferedReader(_Inflating(path, name, settings), 1 << 20)
    return path.open("rb")


def read_header(stream: BinaryIO, name: str, settings: LoadSettings) -> str:
    """The header line of a CSV file.

    Raises:
        InputRefused: the file is not UTF-8 text, or has no header line.
    """
    start = stream.read(settings.max_line_bytes)
    for mark, encoding in _WIDE.items():
        if start.startswith(mark):
            raise InputRefused(f"{name}: is in {encoding}. Export it as UTF-8.")
    if start[:4096].count(0) > len(start[:4096]) // 8:
        raise InputRefused(
            f"{name}: is not UTF-8 text (it is full of NUL bytes, as UTF-16 is). Export it as UTF-8."
        )
    line, end, _ = _unify(start.removeprefix(_BOM)).partition(b"\n")
    if not end and len(start) == settings.max_line_bytes:
        raise InputRefused(f"{name}: has no header line (its first line does not end).")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputRefused(f"{name}: the header line is not UTF-8. Export the file as UTF-8.") from error
    if not text.strip() or "\0" in text:
        raise InputRefused(f"{name}: the first line must be the header that names the columns.")
    return text


def _unify(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _read_unified(stream: BinaryIO, size: int) -> bytes:
    """About `size` bytes with line feeds as the only line ends; a pair of CR and LF is never torn apart."""
    data = stream.read(size)
    while data.endswith(b"\r") and (more := stream.read(1)):
        data += more
    return _unify(data)


class CsvReader:
    """Reads the rows of one CSV file block by block and keeps the sums that they must add up to."""

    def __init__(
        self, path: Path, name: str, file_format: str, header: tuple[str, ...], wanted: tuple[str, ...],
        settings: LoadSettings,
    ) -> None:  # fmt: skip
        self._path, self._name, self._format, self._settings = path, name, file_format, settings
        self._header, self._wanted = header, wanted
        self._line_ends = 0
        self._explained = 0
        self._record = 1
        self._place: BinaryIO
        self._parse_bytes = max(1 << 22, 2 * settings.max_line_bytes)

    def blocks(self) -> Iterator[Block]:
        """All rows of the file, in order.

        Raises:
            InputRefused: the file cannot be read to its end.
            SurveilError: rows found and line ends counted do not agree.
        """
        with open_bytes(self._path, self._name, self._format, self._settings) as stream:
            raw = getattr(stream, "raw", None)
            self._place = raw.packed if isinstance(raw, _Inflating) else stream
            carry = self._skip_header(stream)
            at_end = False
            while not at_end:
                chunk = _read_unified(stream, BLOCK_BYTES)
                at_end = not chunk
                self._line_ends += chunk.count(b"\n")
                data = carry + chunk
                if at_end and data and not data.endswith(b"\n"):
                    self._line_ends += 1
                records = cut(data, len(self._header), at_end=at_end, longest=self._settings.max_line_bytes)
                carry = data[records.used :]
                if len(carry) > 4 * BLOCK_BYTES:
                    raise InputRefused(
                        f"{self._name}: line {self._record + 1} does not end within {len(carry):,} bytes."
                    )
                if len(records.starts):
                    yield self._block(data, records)
        self._check()

    def _share(self) -> float:
        return min(self._place.tell() / max(self._path.stat().st_size, 1), 1.0)

    def _skip_header(self, stream: BinaryIO) -> bytes:
        data = stream.read(len(_BOM)).removeprefix(_BOM)
        while True:
            more = _read_unified(stream, 1 << 16)
            data += more
            _, end, rest = data.partition(b"\n")
            if end or not more:
                self._line_ends += rest.count(b"\n")
                return rest

    def _block(self, data: bytes, records: Cut) -> Block:
        good = np.flatnonzero(records.faults == Fault.NONE)
        starts, ends = records.starts[good], records.ends[good]
        numbers = self._record + 1 + np.arange(len(records.starts), dtype=np.int64)
        self._record += len(records.starts)
        several = bool(records.lines[good].any())
        table = self._parse(_join(data, records, good), several)
        if table.num_rows != len(good):
            raise SurveilError(
                f"{self._name}: {len(good)} rows were found but {table.num_rows} read. Nothing was loaded."
            )
        broken = [
            self._broken(data, records, numbers, i) for i in np.flatnonzero(records.faults > Fault.BLANK)
        ]
        blank = int((records.faults == Fault.BLANK).sum())
        self._explained += len(good) + blank + sum(1 + reject.raw.count(b"\n") for reject in broken)
        if several:
            self._explained += _line_ends_in(table)
        return Block(
            table.select(list(self._wanted)),
            numbers[good],
            lambda i: data[starts[i] : ends[i]],
            broken,
            blank,
            self._share(),
        )

    def _broken(self, data: bytes, records: Cut, numbers: Ints, i: np.intp) -> Reject:
        reason = REASONS[Fault(int(records.faults[i]))]
        raw = data[records.starts[i] : records.ends[i]]
        return Reject(self._name, int(numbers[i]), None, f"the row {reason}", raw)

    def _parse(self, data: bytes, several: bool) -> Any:
        """Columns of text. Where fields hold line ends, all columns, so that those can be counted."""
        names = [f"{i}" for i in range(len(self._header))]
        wanted = names if several else [f"{self._header.index(name)}" for name in self._wanted]
        titles = list(self._header) if several else list(self._wanted)
        if not data:
            return pa.table({name: pa.array([], pa.string()) for name in self._wanted})
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=self._parse_bytes),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=several, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        )
        return table.rename_columns(titles)

    def _check(self) -> None:
        if self._explained != self._line_ends:
            raise SurveilError(
                f"{self._name}: has {self._line_ends} lines after the header, but its rows account for "
                f"{self._explained}. Nothing was loaded; please report this with the file's first lines."
            )


def _join(data: bytes, records: Cut, good: Ints) -> bytes:
    """The good records only, each with its line end."""
    if len(good) == len(records.starts):
        whole = data[: records.used]
        return whole if whole.endswith(b"\n") else whole + b"\n"
    breaks = np.flatnonzero(np.diff(good) > 1) + 1
    runs = np.split(good, breaks) if len(good) else []
    return b"".join(data[records.starts[run[0]] : records.ends[run[-1]]] + b"\n" for run in runs)


def _line_ends_in(table: Any) -> int:
    """Line ends inside the fields of a table of text."""
    return sum(pc.sum(pc.count_substring(column, "\n")).as_py() or 0 for column in table.columns)
