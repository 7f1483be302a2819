"""Tags for readers who do not see the page: which piece of it is a heading, a paragraph, a cell of which table.

While pages are drawn, each piece is marked in its page's content and noted in arrays; at the end the structure tree is
written behind the file as an incremental update (ISO 32000-1, 7.5.6 and 14.7), so that a list of fifty thousand rows
needs no objects in memory. The result was checked with poppler and qpdf, not against PDF/UA: no validator was at hand.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName
from reportlab.platypus import Flowable, Paragraph

ROLES: Final = (
    "Document",
    "H1",
    "H2",
    "H3",
    "P",
    "L",
    "LI",
    "LBody",
    "Table",
    "TR",
    "TH",
    "TD",
    "Figure",
    "TOC",
    "BlockQuote",
)
_NUMBER: Final = {role: number for number, role in enumerate(ROLES)}
_NONE: Final = 0xFFFFFFFF
_ROOT: Final = "structure-tree"
# What a paragraph is, by the name of its style; cells are tagged by their table.
_OF_STYLE: Final = {
    "title": "H1",
    "heading0": "H1",
    "heading1": "H2",
    "quote": "BlockQuote",
    "bullet": "LBody",
    "cell-left": None,
    "cell-right": None,
}
_TRAILER = re.compile(rb"/Root (\d+ 0 R)|/Info (\d+ 0 R)|/ID\s*(\[.*?\])|startxref\s+(\d+)", re.DOTALL)


class Tags:
    """The structure of one document, noted while its pages are drawn on a canvas."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._roles, self._parents = array("B"), array("I")
        # Page and mark of the content of an element; an element with parts has none of its own.
        self._pages, self._marks = array("I"), array("I")
        self._alternatives: dict[int, str] = {}
        self._tables: dict[object, int] = {}
        self._list: int | None = None
        self._page, self._next_mark = -1, 0
        self._document = self._element("Document", _NONE)

    def begin(self, role: str, alternative: str = "") -> None:
        """Begin a piece of the page; `end` ends it. `alternative` is read out in the place of a figure."""
        if role == "LBody":
            if self._list is None:
                self._list = self._element("L", self._document)
            parent = self._element("LI", self._list)
        else:
            parent, self._list = self._document, None
        self.mark(role, parent)
        if alternative:
            self._alternatives[len(self._roles) - 1] = alternative

    def mark(self, role: str, parent: int) -> None:
        """Begin a piece of the page that belongs to an element."""
        page = self._canvas.getPageNumber() - 1
        if page != self._page:
            self._page, self._next_mark = page, 0
        self._element(role, parent, page, self._next_mark)
        self._canvas._code.append(f"/{role} <</MCID {self._next_mark}>> BDC")
        self._next_mark += 1

    def artifact(self) -> None:
        """Begin what is not read out: lines, fills, what stands on every page."""
        self._canvas._code.append("/Artifact BMC")

    def end(self) -> None:
        """End what was begun last."""
        self._canvas._code.append("EMC")

    def row(self, table: object) -> int:
        """A new row of a table; the parts of a table on several pages have the same key."""
        self._list = None
        if table not in self._tables:
            self._tables[table] = self._element("Table", self._document)
        return self._element("TR", self._tables[table])

    def has(self, table: object) -> bool:
        """Whether a table has been begun."""
        return table in self._tables

    def _element(self, role: str, parent: int, page: int = _NONE, mark: int = _NONE) -> int:
        self._roles.append(_NUMBER[role])
        self._parents.append(parent)
        self._pages.append(page)
        self._marks.append(mark)
        return len(self._roles) - 1

    def prepare(self) -> None:
        """Tell pages and catalogue of the structure, before the canvas writes them."""
        document = self._canvas._doc
        for number, page in enumerate(document.Pages.pages):
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents, page.Tabs = number, PDFName("S")
        catalog = document.Catalog
        catalog.StructTreeRoot = document.Reference(PDFDictionary({"Type": PDFName("StructTreeRoot")}), _ROOT)
        catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})

    def update(self, written: bytes) -> Iterator[bytes]:
        """What goes behind the file as it was written, to make it one with a structure tree."""
        numbers = self._canvas._doc.idToObjectNumberAndVersion
        root = numbers[_ROOT][0]
        pages = [numbers[page.__InternalName__][0] for page in self._canvas._doc.Pages.pages]
        first = max(number for number, _ in numbers.values()) + 1
        offset, offsets = len(written), array("Q")
        for body in self._bodies(first, root, pages):
            text = b"%d 0 obj\n%s\nendobj\n" % (first + len(offsets), body)
            offsets.append(offset)
            offset += len(text)
            yield text
        tree = first + len(self._roles)
        text = b"%d 0 obj\n<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>\nendobj\n" % (
            root, first, tree, len(pages),
        )  # fmt: skip
        yield text
        yield from self._table(written, root, offset, first, offsets, offset + len(text))

    def _bodies(self, first: int, root: int, pages: list[int]) -> Iterator[bytes]:
        """The elements in their order, then the tree from pages and marks to elements, then its leaves."""
        parents = np.frombuffer(self._parents, dtype=np.uint32)
        order = np.argsort(parents, kind="stable")
        starts = np.searchsorted(parents[order], np.arange(len(parents) + 1))
        for element, role in enumerate(self._roles):
            parent = root if self._parents[element] == _NONE else first + self._parents[element]
            if self._marks[element] != _NONE:
                kids = b"%d/Pg %d 0 R" % (self._marks[element], pages[self._pages[element]])
            else:
                own = order[starts[element] : starts[element + 1]]
                kids = b"[%s]" % b" ".join(b"%d 0 R" % (first + int(kid)) for kid in own)
            yield b"<</S/%s/P %d 0 R/K %s%s>>" % (
                ROLES[role].encode(),
                parent,
                kids,
                self._attributes(element),
            )
        of_page = np.frombuffer(self._pages, dtype=np.uint32)
        leaves = first + len(self._roles) + 1
        yield b"<</Nums[%s]>>" % b" ".join(b"%d %d 0 R" % (n, leaves + n) for n in range(len(pages)))
        by_page = np.argsort(of_page, kind="stable")
        cuts = np.searchsorted(of_page[by_page], np.arange(len(pages) + 1))
        for number in range(len(pages)):
            marked = by_page[cuts[number] : cuts[number + 1]]
            yield b"[%s]" % b" ".join(b"%d 0 R" % (first + int(element)) for element in marked)

    def _attributes(self, element: int) -> bytes:
        if self._roles[element] == _NUMBER["TH"]:
            return b"/A<</O/Table/Scope/Column>>"
        if element in self._alternatives:
            return b"/Alt<%s>" % ("\ufeff" + self._alternatives[element]).encode("utf-16-be").hex().encode()
        return b""

    def _table(
        self, written: bytes, root: int, root_offset: int, first: int, offsets: array[int], here: int
    ) -> Iterator[bytes]:
        """Cross-references of the update and its trailer, which points back to those of the file."""
        yield b"xref\n%d 1\n%010d 00000 n \n%d %d\n" % (root, root_offset, first, len(offsets))
        for offset in offsets:
            yield b"%010d 00000 n \n" % offset
        found: dict[int, bytes] = {}
        for match in _TRAILER.finditer(written[-2_000:]):
            found |= {number: value for number, value in enumerate(match.groups(), 1) if value is not None}
        yield (
            b"trailer\n<</Size %d/Root %s/Info %s/ID %s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
            % (first + len(offsets), found[1], found[2], found[3], found[4], here)
        )


@contextmanager
def artifact(canvas: Any) -> Iterator[None]:
    """What is drawn within is not read out."""
    tags = getattr(canvas, "tags", None)
    if tags is None:
        yield
        return
    tags.artifact()
    yield
    tags.end()


class TaggedParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph that says what it is, by the name of its style."""

    def draw(self) -> None:
        tags, role = getattr(self.canv, "tags", None), _OF_STYLE.get(self.style.name, "P")
        if tags is None or role is None:
            super().draw()
            return
        tags.begin(role)
        super().draw()
        tags.end()


class Tagged(Flowable):  # type: ignore[misc]
    """A flowable of the library, tagged as one piece; where it is split, as several."""

    def __init__(self, flowable: Flowable, role: str, alternative: str = "") -> None:
        super().__init__()
        self._flowable, self._role, self._alternative = flowable, role, alternative
        self.hAlign = getattr(flowable, "hAlign", "LEFT")

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.width, self.height = self._flowable.wrapOn(self.canv, available_width, available_height)
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        parts = self._flowable.splitOn(self.canv, available_width, available_height)
        return [Tagged(part, self._role, self._alternative) for part in parts]

    def draw(self) -> None:
        tags = getattr(self.canv, "tags", None)
        if tags is not None:
            tags.begin(self._role, self._alternative)
        self._flowable.drawOn(self.canv, 0, 0)
        if tags is not None:
            tags.end()
