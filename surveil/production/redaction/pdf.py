"""Take words out of PDF files: a page with any becomes a picture of itself with those places painted over.

A picture has no text, so nothing can lie under a black box. What a file has besides its pages (bookmarks, comments,
attachments, properties, the tags for screen readers) is dropped as soon as one page is touched. Pages on which words
are found that bring the whole page under a rule, and pages that cannot be searched, are replaced; pictures on pages with
text are painted over, as nobody has read what is in them.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageDraw

from surveil.errors import InputRefused
from surveil.production.redaction.rules import Ground, Rule, flat, found

DOTS_PER_INCH = 200
_POINTS = 72
_MARGIN = 1.5
"""Points around a word that are painted over with it."""
_LEGIBLE = 6.0
"""Points: in a picture that is lower or narrower on the page no word can be read."""
_SILENT = frozenset({"/Link", "/Widget", "/Popup"})
"""Kinds of annotation that show nothing of their own, but fields of forms, whose values are searched."""
_HYPHENS = {2: "-", 0xFFFE: "-"}
"""Characters that stand in the text for a hyphen at the end of a line."""
Label = Callable[[int], str]
Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a place on a page, in points."""


@dataclass(frozen=True)
class RedactedPdf:
    """The file, what was withheld by ground, and which pages were replaced as a whole, found out or unsearchable.

    On the pages `pictured` pictures were painted over.
    """

    content: bytes
    grounds: Counter[Ground]
    replaced: tuple[int, ...] = ()
    unsearched: tuple[int, ...] = ()
    pictured: tuple[int, ...] = ()
    touched: bool = False


@dataclass(frozen=True)
class _Page:
    boxes: tuple[Box, ...] = ()
    grounds: Counter[Ground] = field(default_factory=Counter)
    whole: bool = False
    unsearched: bool = False
    pictures: tuple[Box, ...] = ()

    @property
    def touched(self) -> bool:
        return bool(self.boxes or self.pictures) or self.whole or self.unsearched


def redact_pdf(
    content: bytes, rules: Sequence[Rule], label: Label = str, *, scans: bool = False
) -> RedactedPdf:
    """A PDF without what the rules find in it; one without a place found comes back as the same bytes.

    Args:
        label: what to write on a page that is withheld as a whole, such as its control number, by its place (0, 1, …).
        scans: let pictures through, and pages that have nothing else, because somebody has looked at them.

    Raises:
        InputRefused: it is not a PDF that can be opened without a password, or a word is still there afterwards.
    """
    document = _opened(content)
    try:
        pages = [_searched(page, rules, scans) for page in document]
        if not any(page.touched for page in pages) and not _hidden(content, rules, scans):
            return RedactedPdf(content, Counter())
        made = _rebuilt(content, document, pages, label)
    finally:
        document.close()
    _prove(made, rules)
    total: Counter[Ground] = Counter()
    for page in pages:
        total += page.grounds
    replaced = tuple(n for n, page in enumerate(pages, 1) if page.whole)
    unsearched = tuple(n for n, page in enumerate(pages, 1) if page.unsearched and not page.whole)
    pictured = tuple(
        n for n, page in enumerate(pages, 1) if page.pictures and not (page.whole or page.unsearched)
    )
    return RedactedPdf(made, total, replaced, unsearched, pictured, touched=True)


def page_texts(content: bytes) -> list[str]:
    """The text of each page, as a reader of the file extracts it.

    Raises:
        InputRefused: as `redact_pdf`.
    """
    document = _opened(content)
    try:
        return [_extracted(page.get_textpage()) for page in document]
    finally:
        document.close()


def _extracted(page: pdfium.PdfTextPage) -> str:
    text: str = page.get_text_range()
    return text.replace("\r\n", "\n").translate(_HYPHENS)


def _opened(content: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise InputRefused("The PDF is damaged or needs a password, so that it can't be searched.") from error


def _searched(page: pdfium.PdfPage, rules: Sequence[Rule], scans: bool) -> _Page:
    """Where a page's text has something; pictures, and a page with nothing but them, can hold anything, and say so."""
    read = page.get_textpage()
    plain = flat(_extracted(read))
    expected = found(plain, rules)
    pictures = () if scans else tuple(_pictures(page))
    if not expected:
        blind = not scans and not plain.strip() and any(True for _ in page.get_objects())
        return _Page(unsearched=blind, pictures=pictures)
    # Character by character is slow, so only pages with something on them are gone through in that way.
    text, places = _characters(read)
    hits = found(text, rules)
    boxes = tuple(box for first, last, _ in hits for box in places[first:last] if box is not None)
    # Something is there, and not where to paint: the page goes as a whole.
    lost = len(hits) < len(expected) or any(not any(places[first:last]) for first, last, _ in hits)
    whole = any(rule.whole for _, _, rule in expected)
    grounds = Counter(rule.ground for _, _, rule in expected)
    return _Page(boxes, grounds, whole or lost, pictures=pictures)


def _pictures(page: pdfium.PdfPage) -> Iterator[Box]:
    """Where pictures stand that are large enough for words; one within a form stands where the outermost form does."""
    for picture in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]):
        shown = picture
        while shown.container is not None:
            shown = shown.container
        left, bottom, right, top = shown.get_bounds()
        if min(right - left, top - bottom) >= _LEGIBLE:
            yield left, bottom, right, top


def _characters(page: pdfium.PdfTextPage) -> tuple[str, list[Box | None]]:
    """The flat text of a page, and where each of its characters stands."""
    characters: list[str] = []
    places: list[Box | None] = []
    for number in range(page.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(page, number)
        box = None if code in (0, 10, 13) else page.get_charbox(number, loose=True)
        written = flat(_HYPHENS.get(code) or chr(code or 32))
        characters.append(written)
        places += [box] * len(written)
    return "".join(characters), places


def _hidden(content: bytes, rules: Sequence[Rule], scans: bool) -> bool:
    """Whether a rule finds something outside the pages (in properties, bookmarks, comments, names, tags), or something
    there cannot be searched: embedded files, and unless somebody has looked, comments as they are drawn.
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return (
            any(found(flat(text), rules) for text in _strings(pdf))
            or len(pdf.attachments) > 0
            or (not scans and _has_drawn_comments(pdf))
        )


def _has_drawn_comments(pdf: pikepdf.Pdf) -> bool:
    """Whether comments (stamps, notes, boxes) bring a drawing of their own, which may show anything."""
    for page in pdf.pages:
        for note in page.obj.get("/Annots", []):
            if "/AP" in note and str(note.get("/Subtype")) not in _SILENT:
                return True
    return False


def _strings(pdf: pikepdf.Pdf) -> list[str]:
    """Every text in the objects of a file that is not the content of a page, and its XML properties."""
    texts: list[str] = []

    def gather(value: object, depth: int = 0) -> None:
        if isinstance(value, pikepdf.String):
            texts.append(str(value))
        elif isinstance(value, pikepdf.Array) and depth < 50:
            for part in value:
                if not _is_indirect(part):
                    gather(part, depth + 1)
        elif isinstance(value, pikepdf.Dictionary) and depth < 50:
            for part in value.values():
                if not _is_indirect(part):
                    gather(part, depth + 1)

    for value in pdf.objects:
        gather(value.stream_dict if isinstance(value, pikepdf.Stream) else value)
    gather(pdf.trailer)
    if "/Metadata" in pdf.Root:
        texts.append(bytes(pdf.Root.Metadata.read_bytes()).decode("utf-8", "replace"))
    return texts


def _is_indirect(value: object) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _rebuilt(content: bytes, document: pdfium.PdfDocument, pages: Sequence[_Page], label: Label) -> bytes:
    """A new file of the pages alone: untouched ones as they are, the others as pictures."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as source, pikepdf.new() as made:
        for number, page in enumerate(pages):
            if page.touched:
                _add_picture(made, document[number], page, label(number))
                continue
            made.pages.append(source.pages[number])
            kept = made.pages[-1].obj
            for name in ("/Annots", "/AA", "/Metadata", "/PieceInfo", "/StructParents", "/Thumb"):
                if name in kept:
                    del kept[name]
        made.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()


def _add_picture(made: pikepdf.Pdf, page: pdfium.PdfPage, found_on: _Page, label: str) -> None:
    width, height = page.get_size()
    replaced = found_on.whole or found_on.unsearched
    picture = _notice(width, height, label) if replaced else _painted(page, found_on)
    image = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
    )
    stream = made.make_stream(zlib.compress(picture.tobytes(), 9), image)
    stream.Filter = pikepdf.Name.FlateDecode
    made.add_blank_page(page_size=(width, height))
    blank = made.pages[-1]
    blank.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
    blank.obj.Contents = made.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())


def _painted(page: pdfium.PdfPage, found_on: _Page) -> Image.Image:
    """The page as a picture, without comments and fields, which nobody has searched as they are drawn."""
    bitmap = page.render(scale=DOTS_PER_INCH / _POINTS, may_draw_forms=False, draw_annots=False)
    place = bitmap.get_posconv(page).to_bitmap
    picture: Image.Image = bitmap.to_pil().convert("L")
    draw = ImageDraw.Draw(picture)
    for left, bottom, right, top in (*found_on.pictures, *found_on.boxes):
        corners = [place(left - _MARGIN, bottom - _MARGIN), place(right + _MARGIN, top + _MARGIN)]
        across, down = zip(*corners, strict=True)
        draw.rectangle([min(across), min(down), max(across), max(down)], fill=0)
    return picture


def _notice(width: float, height: float, label: str) -> Image.Image:
    """A grey page with a sentence, in place of one that is withheld as a whole."""
    scale = DOTS_PER_INCH / _POINTS
    picture = Image.new("L", (round(width * scale), round(height * scale)), 225)
    draw = ImageDraw.Draw(picture)
    text = f"This page is withheld.\n{label}".strip()
    centre = (picture.width / 2, picture.height / 2)
    draw.multiline_text(centre, text, fill=0, anchor="mm", align="center", font_size=44)
    return picture


def _prove(content: bytes, rules: Sequence[Rule]) -> None:
    """Fail closed: look through the new file as a curious receiver would."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        hidden = any(found(flat(text), rules) for text in _strings(pdf))
    if hidden or any(found(flat(text), rules) for text in page_texts(content)):
        raise InputRefused(
            "Something that must be withheld could not be taken out of the PDF. Withhold it as a whole."
        )
