"""Tagged documents: every piece of the page is in the structure, tables once, and the file stays sound."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from surveil.reports.pdf import charts, fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.table import TableColumn
from surveil.reports.pdf.text import Typesetter

ROWS = 120


def made() -> bytes:
    story = Story(Typesetter(fonts.load()), Imprint("A report", "a", "h", "f", dt.date(2024, 1, 31), "T"))
    story.title("A report")
    story.contents_page()
    story.new_page()
    story.heading("First")
    story.heading("Within", 1)
    story.text("Somebody opened it.\n\nNobody asked for it.")
    story.bullets(["one", "two"])
    story.table(
        [TableColumn("Name", 1), TableColumn("Amount", 1, "right")], [(f"N{n}", n) for n in range(ROWS)]
    )
    story.figure(charts.bars(story.typesetter, [("a", 3.0, "3"), ("b", 1.0, "1")]), "Bar chart: a 3, b 1")
    story.new_page(wide=True)
    story.table([TableColumn("Note", 1)], [("long " * 380 + "end",), (None,)])
    return story.render()


@pytest.fixture(scope="module")
def document() -> Any:
    return pikepdf.open(io.BytesIO(made()))


def elements(document: Any) -> list[Any]:
    """Every element of the structure, depth first."""
    found, waiting = [], [document.Root.StructTreeRoot.K[0]]
    while waiting:
        element = waiting.pop(0)
        found.append(element)
        kids = element.K if isinstance(element.K, pikepdf.Array) else []
        waiting[:0] = list(kids)
    return found


def test_the_structure_names_headings_lists_tables_and_figures(document: Any) -> None:
    roles = Counter(str(element.S) for element in elements(document))
    assert roles["/H1"] == 2
    assert roles["/H2"] == 1
    assert (roles["/L"], roles["/LI"], roles["/LBody"]) == (1, 2, 2)
    # Two tables, though the first is on several pages; its head is read out once.
    assert (roles["/Table"], roles["/TH"], roles["/TR"]) == (2, 3, ROWS + 4)
    assert roles["/TD"] == 2 * ROWS + 2
    (figure,) = [element for element in elements(document) if element.S == "/Figure"]
    assert str(figure.Alt) == "Bar chart: a 3, b 1"
    assert all(element.A.Scope == "/Column" for element in elements(document) if element.S == "/TH")


def test_every_mark_on_a_page_leads_to_its_element_and_back(document: Any) -> None:
    tree = document.Root.StructTreeRoot.ParentTree.Nums
    of_page = {int(tree[n]): tree[n + 1] for n in range(0, len(tree), 2)}
    marked = 0
    for page in document.pages:
        marks, depth = [], 0
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) in {"BDC", "BMC"}:
                depth += 1
                marks += [int(operands[1].MCID)] if str(operator) == "BDC" else []
            elif str(operator) == "EMC":
                depth -= 1
            elif str(operator) in {"Tj", "TJ", "re", "Do"}:
                assert depth == 1, "drawn without a tag, or with two"
        assert depth == 0
        own = of_page[int(page.StructParents)]
        assert marks == list(range(len(own)))
        for mark, element in zip(marks, own, strict=True):
            assert int(element.K) == mark
            assert element.Pg.objgen == page.obj.objgen
        marked += len(marks)
    assert marked == sum(not isinstance(element.K, pikepdf.Array) for element in elements(document))


def test_the_file_says_that_it_is_tagged_and_in_which_language(document: Any) -> None:
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "en-US"
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert {str(page.Tabs) for page in document.pages} == {"/S"}


def test_the_same_story_is_the_same_file() -> None:
    assert made() == made()


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="needs qpdf (on Debian: apt-get install qpdf)")
def test_the_file_is_sound(tmp_path: Path) -> None:
    (tmp_path / "made.pdf").write_bytes(made())
    checked = subprocess.run(
        ["qpdf", "--check", "made.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
