"""The pages: templates, headings with bookmarks, contents, page x of y, control numbers, a fixed date."""

from __future__ import annotations

import datetime as dt
import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import LETTER, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.lib.utils import asBytes
from reportlab.pdfbase.pdfdoc import PDFObject
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from surveil.reports.pdf.table import StreamTable, TableColumn
from surveil.reports.pdf.tags import Tagged, Tags, artifact
from surveil.reports.pdf.text import Markup, Typesetter

MARGIN = 0.8 * inch
GREY = colors.HexColor("#55606b")
ACCENT = colors.HexColor("#1f3a5f")
_PAGE_COUNT = "page-count"


@dataclass(frozen=True)
class Imprint:
    """What stands on every page and in the file's properties.

    `as_of` dates the file: a report of the same data is the same file, whenever it is made.
    `control_prefix` begins the control number of each page (`FIRM0000001`), `first_number` is that of the first.
    """

    title: str
    author: str
    header: str
    footer: str
    as_of: dt.date
    control_prefix: str
    subject: str = ""
    first_number: int = 1


class Story:
    """A report being written, top to bottom; `render` gives the file's bytes.

    Styles of `text`: `body`, `small`, `quote`, `warning` and `status` (both boxed).
    """

    def __init__(self, typesetter: Typesetter, imprint: Imprint) -> None:
        self.typesetter = typesetter
        self.imprint = imprint
        self._flowables: list[Flowable] = []
        self._styles = _styles(typesetter)
        self._headings = 0

    def heading(
        self,
        text: str,
        level: int = 0,
        *,
        room: float = 1.5 * inch,
        anchor: str | None = None,
        joined: bool = True,
    ) -> None:
        """A heading of level 0–2 with a bookmark and a line in the contents; `room` points stay with it.

        `anchor` is a name that a `Link` of a table may lead to. With `joined` it is kept with what follows, whose height
        must be known by then.
        """
        self._headings += 1
        paragraph = self.typesetter.paragraph(
            self.typesetter.markup(text, bold=True), self._styles[f"heading{level}"]
        )
        paragraph.surveil_heading = (level, self.typesetter.plain(text), anchor or f"h{self._headings}")
        paragraph.keepWithNext = joined
        self._flowables += [CondPageBreak(room), paragraph]

    def label(self, text: str) -> None:
        """A heading within a section, without bookmark or line in the contents."""
        self._flowables.append(CondPageBreak(inch))
        self._add(self.typesetter.markup(text, bold=True), "heading2")

    def title(self, text: str) -> None:
        self._add(self.typesetter.markup(text, bold=True), "title")

    def text(self, value: object, style: str = "body") -> None:
        """A paragraph for each blank-line separated part of the text; `Markup` is one paragraph."""
        if isinstance(value, Markup):
            self._add(value, style)
            return
        for part in str(value).replace("\r\n", "\n").split("\n\n"):
            if part.strip():
                self._add(part, style)

    def bullets(self, values: Sequence[object]) -> None:
        for value in values:
            self._flowables.append(self.typesetter.paragraph(value, self._styles["bullet"]))
            self._flowables[-1].bulletText = "•"

    def table(self, columns: Sequence[TableColumn], rows: Sequence[Sequence[object]]) -> None:
        self._flowables += [
            CondPageBreak(0.8 * inch),
            StreamTable(self.typesetter, columns, rows),
            Gap(8),
        ]

    def figure(self, drawing: Flowable, alternative: str) -> None:
        """A drawing; `alternative` says in words what it shows, for whoever has the page read out."""
        self._flowables += [Tagged(drawing, "Figure", alternative), Gap(8)]

    def later(self, write: Callable[[Story], None]) -> None:
        """Write a part, without headings, when all before it has been laid out (for what depends on that)."""
        self._flowables.append(_Later(self, write))

    def contents(self) -> None:
        contents = _Contents()
        contents.levelStyles = [self._styles["contents0"], self._styles["contents1"]]
        contents.dotsMinLevel = 0
        # The library's own style names a font of the viewer's; every font of a report is embedded.
        contents.tableStyle = TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), self.typesetter.fonts.regular),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
        self._flowables.append(contents)

    def contents_page(self) -> None:
        """The contents on a page of their own."""
        self.new_page()
        self.text(self.typesetter.markup("Contents", bold=True))
        self.contents()

    def new_page(self, *, wide: bool = False) -> None:
        """Go on on a new page, upright or (`wide`) landscape."""
        self._flowables += [NextPageTemplate("wide" if wide else "upright"), PageBreak()]

    def room(self, points: float) -> None:
        """Go on on a new page unless so much is left on this one."""
        self._flowables.append(CondPageBreak(points))

    def gap(self, points: float = 8) -> None:
        self._flowables.append(Gap(points))

    def render(self) -> bytes:
        """The PDF. The same story gives the same bytes."""
        target = io.BytesIO()
        _Document(target, self.typesetter, self.imprint).multiBuild(
            self._flowables, canvasmaker=_canvas_maker(self.imprint.as_of)
        )
        return target.getvalue()

    def _add(self, value: object, style: str) -> None:
        self._flowables.append(self.typesetter.paragraph(value, self._styles[style]))


class Gap(Spacer):  # type: ignore[misc]
    """Room between two things, as far as there is any: it never begins a page."""

    def __init__(self, points: float) -> None:
        super().__init__(1, points)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return 1, max(0.0, min(self.height, available_height))


class _Contents(TableOfContents):  # type: ignore[misc]
    """The library's table of contents, tagged as one on each of its pages."""

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        return [Tagged(part, "TOC") for part in super().split(available_width, available_height)]

    def drawOn(self, canvas: Canvas, x: float, y: float, _sW: float = 0) -> None:
        canvas.tags.begin("TOC")
        super().drawOn(canvas, x, y, _sW)
        canvas.tags.end()


class _Later(Flowable):  # type: ignore[misc]
    """A flowable that always asks to be split, and is then replaced by what its function writes."""

    def __init__(self, story: Story, write: Callable[[Story], None]) -> None:
        super().__init__()
        self._story, self._write = story, write

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return available_width, available_height + 1

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        part = Story(self._story.typesetter, self._story.imprint)
        self._write(part)
        return part._flowables


class _Document(BaseDocTemplate):  # type: ignore[misc]
    def __init__(self, target: io.BytesIO, typesetter: Typesetter, imprint: Imprint) -> None:
        super().__init__(
            target,
            pagesize=LETTER,
            title=imprint.title,
            author=imprint.author,
            subject=imprint.subject,
            creator="surveil",
            lang="en-US",
            invariant=1,
            initialFontName=typesetter.fonts.regular,
        )
        self._typesetter, self._imprint = typesetter, imprint
        for name, size in (("upright", LETTER), ("wide", landscape(LETTER))):
            frame = Frame(MARGIN, MARGIN, size[0] - 2 * MARGIN, size[1] - 2 * MARGIN, 0, 0, 0, 0)
            self.addPageTemplates(PageTemplate(name, [frame], onPage=self._furniture, pagesize=size))

    def afterFlowable(self, flowable: Flowable) -> None:
        """Bookmark a heading, list it in the outline and in the contents."""
        heading = getattr(flowable, "surveil_heading", None)
        if heading is None:
            return
        level, text, key = heading
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level, closed=level > 0)
        if level < 2:
            self.notify("TOCEntry", (level, self._typesetter.markup(text), self.page, key))

    def _furniture(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        width, height = canvas._pagesize
        with artifact(canvas):
            canvas.saveState()
            canvas.setFont(self._typesetter.fonts.regular, 7)
            canvas.setFillColor(GREY)
            canvas.drawString(MARGIN, height - 0.5 * inch, self._typesetter.plain(self._imprint.header))
            number = f"{self._imprint.control_prefix}{self._imprint.first_number + document.page - 1:07d}"
            canvas.drawRightString(width - MARGIN, height - 0.5 * inch, number)
            canvas.drawString(MARGIN, 0.45 * inch, self._typesetter.plain(self._imprint.footer))
            canvas.drawRightString(width - MARGIN - 22, 0.45 * inch, f"Page {document.page} of ")
            canvas.translate(width - MARGIN - 22, 0.45 * inch)
            canvas.doForm(_PAGE_COUNT)
            canvas.restoreState()


class _PageContent(PDFObject):  # type: ignore[misc]
    """The drawing commands of a page, compressed."""

    __RefOnly__ = 1

    def __init__(self, commands: str) -> None:
        self._compressed = zlib.compress(asBytes(commands, "latin1"))

    def format(self, document: object) -> bytes:
        """The stream as it stands in the file."""
        head = b"<</Filter/FlateDecode/Length %d>>\nstream\n" % len(self._compressed)
        return head + self._compressed + b"\nendstream"


def _canvas_maker(as_of: dt.date) -> Callable[..., Canvas]:
    stamp = f"D:{as_of:%Y%m%d}000000+00'00'"

    class NumberedCanvas(Canvas):  # type: ignore[misc]
        """Defines the number of pages once, when the last page is known; every page shows that one form."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.setDateFormatter(lambda *_: stamp)
            self.tags = Tags(self)

        def showPage(self) -> None:
            super().showPage()
            # Compressed at once: a thousand pages of plain drawing commands would not fit in memory otherwise.
            page = self._doc.Pages.pages[-1]
            page.Contents, page.stream = _PageContent(page.stream), None

        def save(self) -> None:
            pages = self.getPageNumber() - 1
            self.beginForm(_PAGE_COUNT)
            self.setFont(self._initialFontName, 7)
            self.setFillColor(GREY)
            self.drawString(0, 0, str(pages))
            self.endForm()
            self.tags.prepare()
            super().save()
            for part in self.tags.update(self._filename.getvalue()):
                self._filename.write(part)

    return NumberedCanvas


def _styles(typesetter: Typesetter) -> dict[str, ParagraphStyle]:
    base = ParagraphStyle("body", fontName=typesetter.fonts.regular, fontSize=9, leading=12.5, spaceAfter=6)

    def style(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=base, **changes)

    heads = {"textColor": ACCENT, "keepWithNext": 1}
    return {
        "body": base,
        "small": style("small", fontSize=7.5, leading=10, textColor=GREY),
        "quote": style("quote", leftIndent=10, fontSize=8.5, leading=11.5, textColor=GREY),
        "bullet": style("bullet", leftIndent=14, bulletIndent=4, spaceAfter=3, bulletFontName=base.fontName),
        "warning": style(
            "warning",
            borderColor=colors.HexColor("#aa3333"),
            borderWidth=1,
            borderPadding=5,
            leftIndent=5,
            rightIndent=5,
            spaceBefore=10,
            spaceAfter=10,
        ),
        "status": style(
            "status",
            backColor=colors.HexColor("#eef2f6"),
            borderPadding=5,
            leftIndent=5,
            rightIndent=5,
            spaceBefore=8,
            spaceAfter=10,
        ),
        "title": style("title", fontSize=19, leading=24, textColor=ACCENT, spaceAfter=10),
        "heading0": style("heading0", fontSize=14, leading=18, spaceBefore=4, spaceAfter=8, **heads),
        "heading1": style("heading1", fontSize=10.5, leading=14, spaceBefore=8, spaceAfter=4, **heads),
        "heading2": style("heading2", fontSize=9, leading=12, spaceBefore=6, spaceAfter=3, **heads),
        "contents0": style("contents0", spaceAfter=1, spaceBefore=3),
        "contents1": style("contents1", leftIndent=14, fontSize=8, leading=11, spaceAfter=0),
    }
