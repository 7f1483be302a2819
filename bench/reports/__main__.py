"""Time and peak memory of long lists in a PDF, with surveil's table and with ReportLab's own, each in a process of its own.

`python -m bench.reports` writes the table in docs/reports.md. ReportLab's table is left out beyond `--plain-limit` rows: its
time grows with the square of the rows.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reports.md"
COLUMNS = 9


@dataclass(frozen=True)
class Measured:
    """One list in a process of its own: wall and processor seconds, the most memory it held, and the size of the file."""

    wall: float
    cpu: float
    peak_mb: float
    file_mb: float


def rows(number: int) -> list[tuple[str, ...]]:
    """Rows like those of a list of accounts: numbers, dates, names, amounts; in every hundredth a long remark."""
    return [
        (
            f"A{n:09d}", f"C{n // 3:09d}", "Ieva Āboliņa-Ķēniņa", "deposit", f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
            f"R{n % 500:05d}", f"B{n % 40:03d}", f"{n * 17 % 100_000 / 100:,.2f}",
            "The customer was called twice and did not remember any visit to the branch." if n % 100 == 0 else "none",
        )
        for n in range(number)
    ]  # fmt: skip


def with_surveil(number: int) -> bytes:
    """With contents, page x of y, control numbers and tags, as every report has them."""
    from surveil.reports.pdf import fonts
    from surveil.reports.pdf.document import Imprint, Story
    from surveil.reports.pdf.table import TableColumn
    from surveil.reports.pdf.text import Typesetter

    story = Story(Typesetter(fonts.load()), Imprint("List", "a", "h", "f", dt.date(2024, 1, 31), "T"))
    story.contents_page()
    story.new_page(wide=True)
    story.heading("List")
    story.table([TableColumn(f"Column {n}", 1) for n in range(COLUMNS)], rows(number))
    return story.render()


def with_reportlab(number: int) -> bytes:
    """ReportLab's `Table`, head repeated; plain text in the cells, no tags, no contents."""
    from reportlab.lib.pagesizes import LETTER, landscape
    from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

    from surveil.reports.pdf import fonts

    regular = fonts.load().regular
    target = io.BytesIO()
    table = Table([[f"Column {n}" for n in range(COLUMNS)], *rows(number)], repeatRows=1)
    table.setStyle(TableStyle([("FONT", (0, 0), (-1, -1), regular, 7.5)]))
    SimpleDocTemplate(target, pagesize=landscape(LETTER)).build([table])
    return target.getvalue()


MAKERS: dict[str, Callable[[int], bytes]] = {"surveil": with_surveil, "ReportLab's Table": with_reportlab}


def measured(maker: str, number: int) -> Measured:
    """Make one list in a new process."""
    printed = subprocess.run(
        [sys.executable, "-m", "bench.reports", "--one", maker, "--rows", str(number)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu, peak, size = map(float, printed.stdout.split())
    return Measured(wall, cpu, peak, size)


def one(maker: str, number: int) -> None:
    """Make one list here, and print what it took."""
    started = time.perf_counter()
    content = MAKERS[maker](number)
    wall, cpu = time.perf_counter() - started, time.process_time()
    sys.stdout.write(f"{wall} {cpu} {peak_mb()} {len(content) / 1e6}\n")


def peak_mb() -> float:
    """The most memory this process held. On Linux not `ru_maxrss`, which begins with what the parent held."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) / 1_000
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def section(numbers: list[int], plain_limit: int) -> str:
    """The table of docs/reports.md."""
    from bench.accuracy.report import markdown

    lines = []
    for number in numbers:
        for maker in MAKERS:
            if maker != "surveil" and number > plain_limit:
                continue
            m = measured(maker, number)
            lines.append(
                (
                    f"{number:,}",
                    maker,
                    f"{m.wall:.1f}",
                    f"{m.cpu:.1f}",
                    f"{m.peak_mb:.0f}",
                    f"{m.file_mb:.1f}",
                )
            )
    head = ("rows", "made with", "wall s", "processor s", "peak MB", "file MB")
    busy = f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the end"
    return f"Made by `python -m bench.reports` on Python {platform.python_version()}, {busy}.\n\n{markdown(head, lines)}"


def main() -> None:
    """Measure, and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 50_000])
    parser.add_argument("--plain-limit", type=int, default=10_000)
    parser.add_argument("--one", choices=MAKERS)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments.one, arguments.rows[0])
        return
    # Imported here: what the page needs is not to be counted as memory of a list.
    from bench.accuracy.report import write_section

    write_section("lists", section(arguments.rows, arguments.plain_limit), PAGE)


if __name__ == "__main__":
    main()
