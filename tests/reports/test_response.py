"""The whole response: the same bytes every time, every figure in an exhibit, hostile data in their own cell only."""

from __future__ import annotations

import csv
import dataclasses
import functools
import hashlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pikepdf
import pypdfium2

from surveil.desk.masking import mask_name
from surveil.reports.finra.build import build
from surveil.reports.finra.firm_file import FirmFile
from surveil.reports.finra.letter import read_letter
from surveil.reports.output import place
from surveil.reports.sources import Sources
from tests.reports.pages import pages
from tests.reports.sample import sources, tables
from tests.reports.tracing import exhibits, not_on_paper, untraced

LETTER = read_letter()
PDF = "finra-cross-selling.pdf"
ROOT = Path(__file__).parents[2]
HASH = """
import hashlib
from tests.reports.test_response import built
print(hashlib.sha256(built()["SHA256SUMS"]).hexdigest())
"""


@functools.cache
def built() -> Mapping[str, bytes]:
    """The sample's response with personal data shown."""
    return made()


def made(
    given: Sources | None = None, *, revealed: bool = True, firm_file: FirmFile | None = None
) -> Mapping[str, bytes]:
    return build(
        LETTER,
        given or sources(),
        firm_file or FirmFile(),
        Path(),
        mask_name=None if revealed else mask_name,
        code_version="0.1.0",
    ).files


def text_of(files: Mapping[str, bytes]) -> str:
    return "\n".join(pages(files[PDF]))


def exhibit(files: Mapping[str, bytes], start: str) -> list[dict[str, str]]:
    name = next(name for name in files if name.startswith(f"exhibits/{start}"))
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def item_pages(content: bytes) -> list[str]:
    """The pages from the first item to the list of exhibits."""
    marks = {
        mark.get_title(): mark.get_dest().get_index() for mark in pypdfium2.PdfDocument(content).get_toc()
    }
    first = next(page for title, page in marks.items() if title.startswith("Item 1."))
    return pages(content)[first : marks["Exhibits"]]


def test_the_same_bytes_in_another_process_zone_and_locale() -> None:
    other = subprocess.run(
        [sys.executable, "-c", HASH],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == hashlib.sha256(built()["SHA256SUMS"]).hexdigest()


def test_the_manifest_names_every_other_file_with_its_hash() -> None:
    files = built()
    lines = dict(reversed(line.split("  ", 1)) for line in files["SHA256SUMS"].decode().splitlines())
    assert lines == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS"
    }


def test_every_number_on_paper_is_in_an_exhibit() -> None:
    files = built()
    letter = (ROOT / "surveil/reports/finra/letters/finra-cross-selling.yml").read_text("utf-8")
    known = letter + "".join(files[name].decode() for name in files if name.endswith((".csv", "SHA256SUMS")))
    fixed = {"30", "25", "100"}  # days to Form U5, how many are called the highest paid, percent of a goal
    furniture = r"Page \d+ of\s+\d+|SURVEIL\d{7}|Run 20240630-abcdef12|\[U\+[0-9A-F]+\]"
    body = re.sub(furniture, "", "\n".join(item_pages(files[PDF])))
    numbers = {n.strip(",.") for n in re.findall(r"(?<![\w.,-])\d[\d,.]*", body)}
    exact = {token.replace(",", "") for token in re.findall(r"\d[\d.]*", known)}
    own = {item.number for item in LETTER.items}
    row_counts = {str(len(exhibit(files, name[9:]))) for name in files if name.startswith("exhibits/")}
    untraced = {n for n in numbers if n.replace(",", "") not in exact | own | row_counts and n not in fixed}
    assert untraced == set()


def test_every_figure_is_exactly_what_its_exhibit_gives_and_stands_on_paper() -> None:
    files = built()
    lists = exhibits(files)
    assert len(lists["EX-00A"]) > 60
    assert {row["item"] for row in lists["EX-00A"]} == {str(n) for n in (1, *range(3, 11), 13, 14)}
    assert untraced(lists) == []
    assert not_on_paper(files[PDF], lists) == []


def test_a_figure_that_is_changed_anywhere_is_found() -> None:
    lists = exhibits(built())
    for number, row in enumerate(lists["EX-00A"]):
        changed = {**row, "value": str(float(row["value"] or 0) + 0.01)}
        doctored = [*lists["EX-00A"][:number], changed, *lists["EX-00A"][number + 1 :]]
        (found,) = untraced({**lists, "EX-00A": doctored})
        assert row["figure"] in found
        assert not_on_paper(built()[PDF], {"EX-00A": [{**row, "value": "123456789"}]})


def test_an_exhibit_that_loses_its_rows_leaves_its_figures_untraced() -> None:
    lists = exhibits(built())
    for number in {row["exhibit"] for row in lists["EX-00A"] if float(row["value"] or 0)}:
        assert untraced({**lists, number: []}), number


def test_names_of_many_scripts_are_on_paper_when_revealed() -> None:
    text = text_of(built())
    for name in ("Āboliņa-Ķēniņa", "Kőrösi", "Мария", "IJsselmuiden"):
        assert name in text


def test_names_and_free_text_are_masked_in_every_file_unless_revealed() -> None:
    files = made(revealed=False)
    everything = text_of(files) + "".join(files[name].decode() for name in files if name.endswith(".csv"))
    for secret in (
        "Āboliņa",
        "Kőrösi",
        "Мария",
        "IJsselmuiden",
        "王小明",
        "never opened this",
        "nobody asked for",
    ):
        assert secret not in everything
    assert "I. Ā. Ķ." in everything
    assert "personal data masked" in everything


def test_a_whistleblower_is_protected_even_in_a_revealed_copy() -> None:
    files = built()
    everything = text_of(files) + "".join(files[name].decode() for name in files if name.endswith(".csv"))
    assert "Secretname" not in everything
    assert "Secretmanager" not in everything


def test_a_hostile_name_changes_its_own_cell_only() -> None:
    hostile = '<img src="/etc/passwd"/><b>&amp;\u202e\x00'
    changed = tables()
    names = changed["finra_discipline"]["rep_name"].to_list()
    changed["finra_discipline"]["rep_name"] = pd.array([hostile, *names[1:]], dtype="string")
    plain = tables()
    plain["finra_discipline"]["rep_name"] = pd.array(["Plain", *names[1:]], dtype="string")
    with_hostile, without = made(sources(tables=changed)), made(sources(tables=plain))
    assert len(pages(with_hostile[PDF])) == len(pages(without[PDF]))
    differing = {name for name in without if with_hostile[name] != without[name]}
    assert differing == {PDF, "finra-cross-selling.xlsx", "SHA256SUMS", "exhibits/EX-05B_cross_selling.csv"}
    words = {word for word in text_of(without).split() if not re.search("[0-9a-f]{20}", word)} - {"Plain"}
    assert words <= set(text_of(with_hostile).split())
    assert "\\u{202E}" in text_of(with_hostile)
    row = exhibit(with_hostile, "EX-05B")[0]
    assert row["rep_name"] == hostile


def test_an_incomplete_run_is_said_on_the_cover() -> None:
    run = dataclasses.replace(sources().run, failed_detectors=("UA03",))
    cover = pages(made(sources(run=run))[PDF])[0]
    assert "INCOMPLETE RUN" in cover
    assert "UA03" in cover


def test_the_front_matter_identifies_run_data_and_trail() -> None:
    text = text_of(made(firm_file=FirmFile(matter="20160512345", control_prefix="EXB")))
    given = sources()
    for fact in (
        given.run.run_id,
        given.run.snapshot_id,
        given.run.config_hash,
        given.trail.head,
        "20160512345",
        "EXB0000001",
        "2011-01-01 to 2016-09-30",
        str(given.period),
        f"{1:064x}",
    ):
        assert fact in text


def test_every_font_is_embedded_and_bookmarks_lead_to_the_items() -> None:
    content = built()[PDF]
    assert b"/BaseFont /Helvetica" not in content
    document = pypdfium2.PdfDocument(content)
    texts = pages(content)
    marks = [
        (mark.get_title(), mark.get_dest().get_index()) for mark in document.get_toc() if mark.level == 0
    ]
    assert len(marks) > 15
    for title, page in marks:
        assert title in texts[page].replace("\n", " ")


def test_long_lists_are_cut_on_paper_and_whole_in_the_exhibit() -> None:
    many = tables()
    row = many["finra_discipline"].iloc[[0]]
    copies = pd.concat([row] * 700, ignore_index=True)
    copies["action_id"] = pd.array([f"D{number:05d}" for number in range(700)], dtype="string")
    many["finra_discipline"] = copies
    files = made(sources(tables=many))
    text = text_of(files)
    assert "the first 500 of 700 rows" in text
    assert "D00499" in text
    assert "D00500" not in text
    assert len(exhibit(files, "EX-05B")) == 700


def test_an_earlier_report_in_the_folder_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    place(
        {
            "exhibits/EX-1.csv": b"1",
            "exhibits/EX-2.csv": b"2",
            "a.pdf": b"3",
            "SHA256SUMS": b"0  exhibits/EX-1.csv\n0  exhibits/EX-2.csv\n0  ../x\n0  mine.txt\n",
        },
        tmp_path,
    )
    written = place({"exhibits/EX-1.csv": b"4", "SHA256SUMS": b""}, tmp_path)
    assert [path.name for path in written] == ["SHA256SUMS", "EX-1.csv"]
    assert not (tmp_path / "exhibits/EX-2.csv").exists()
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_figures_are_listed_once_each() -> None:
    keys = [(row["item"], row["figure"]) for row in exhibit(built(), "EX-00A")]
    assert len(keys) == len(set(keys))


def test_links_lead_from_the_items_and_figures_to_their_places() -> None:
    texts = [" ".join(text.split()) for text in pages(built()[PDF])]
    with pikepdf.open(io.BytesIO(built()[PDF])) as document:
        numbers = {page.objgen: number for number, page in enumerate(document.pages)}
        leads = [
            {numbers[link.Dest[0].objgen] for link in page.get("/Annots", [])} for page in document.pages
        ]
    items = next(n for n, text in enumerate(texts) if "Items and how far each is answered" in text and n > 2)
    for item in LETTER.items:
        assert any(f"Item {item.number}. {item.title}" in texts[page] for page in leads[items])
    exhibits = next(n for n, text in enumerate(texts) if "production_index.csv says which is which" in text)
    figures = [n for n, text in enumerate(texts) if "Computed as" in text and n < exhibits]
    assert all(exhibits in leads[n] for n in figures)
