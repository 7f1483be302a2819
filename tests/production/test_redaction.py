"""Redaction is real: what is withheld is in no byte of what goes out, and nothing unsearchable goes out unseen."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from surveil.errors import InputRefused, UsageError
from surveil.production.assemble import redacted
from surveil.production.receivers import Redactions, rules
from surveil.production.redaction.pdf import page_texts, redact_pdf
from surveil.production.redaction.rules import SUSPICIOUS_ACTIVITY, person
from surveil.production.redaction.tables import redact_cell, redact_csv, redact_text
from surveil.production.volume import Document, Kind, PrivilegeEntry, Redaction, Volume
from tests.production.support import facts, response, tool

NAME = "Tattle Tale-Secretname"
HIDDEN = person([NAME])


def pdf(*lines: str, **properties: str) -> bytes:
    """A plain PDF with lines of text on one page."""
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    for number, line in enumerate(lines):
        canvas.drawString(72, 720 - 20 * number, line)
    for name, value in properties.items():
        getattr(canvas, f"set{name}")(value)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def everything(content: bytes) -> bytes:
    """All bytes of a PDF with every stream unpacked."""
    with pikepdf.open(io.BytesIO(content)) as document:
        parts = [
            value.read_bytes()
            for value in document.objects
            if isinstance(value, pikepdf.Stream) and value.get("/Subtype") != "/Image"
        ]
        return content + b"".join(parts) + "".join(map(repr, document.objects)).encode()


def test_no_text_remains_under_a_black_box(tmp_path: Path) -> None:
    source = pdf("Public line", f"Reported by {NAME} in March", "Another line", Title=f"Talk with {NAME}")
    assert "Secretname" in page_texts(source)[0]
    made = redact_pdf(source, HIDDEN)
    assert made.touched
    assert made.grounds.total() == 1
    for word in (b"Secretname", b"Tattle", "Secretname".encode("utf-16-be")):
        assert word not in everything(made.content)
    (tmp_path / "made.pdf").write_bytes(made.content)
    shown = subprocess.run(
        [tool("pdftotext"), tmp_path / "made.pdf", "-"], capture_output=True, text=True, check=True
    )
    assert "Secretname" not in shown.stdout
    subprocess.run([tool("qpdf"), "--check", tmp_path / "made.pdf"], check=True, capture_output=True)


def test_what_is_beside_the_pages_is_searched_and_dropped_and_the_pages_stay() -> None:
    with pikepdf.open(io.BytesIO(pdf("Public line"))) as file:
        file.attachments["note.txt"] = b"plain"
        with file.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(f"About {NAME}", 0))
        target = io.BytesIO()
        file.save(target)
    made = redact_pdf(target.getvalue(), HIDDEN)
    assert made.touched
    assert page_texts(made.content) == ["Public line"]
    assert b"Secretname" not in everything(made.content)
    with pikepdf.open(io.BytesIO(made.content)) as file:
        assert not file.attachments
        assert "/Outlines" not in file.Root


def test_a_page_with_nothing_found_stays_as_it_was_drawn() -> None:
    with pikepdf.new() as both:
        for content in (pdf("Public line"), pdf(f"Told by {NAME}")):
            with pikepdf.open(io.BytesIO(content)) as one:
                both.pages.extend(one.pages)
        target = io.BytesIO()
        both.save(target)
    first, second = page_texts(redact_pdf(target.getvalue(), HIDDEN).content)
    assert (first, second) == ("Public line", "")


def test_the_box_covers_the_word_and_leaves_its_neighbours() -> None:
    made = redact_pdf(pdf("Public line", f"Reported by {NAME} in March"), HIDDEN).content
    with pikepdf.open(io.BytesIO(made)) as document:
        (image,) = document.pages[0].get_images().values()
        width, pixels = int(image.Width), zlib.decompress(image.read_raw_bytes())
    scale = 200 / 72

    def row(points_from_top: float) -> bytes:
        start = int(points_from_top * scale) * width
        return pixels[start : start + width]

    height = 841.89
    line = row(height - 700 - 3)
    longest = max(len(run) for run in line.split(b"\xff") if set(run) <= {0})
    assert longest > 90 * scale
    assert set(row(height - 720 - 3)) != {255}
    assert max(len(run) for run in row(height - 720 - 3).split(b"\xff") if set(run) <= {0}) < 20


@pytest.mark.parametrize(
    "lines",
    [
        ("TATTLE  TALE SECRETNAME",),
        ("the report of Tattle", "Tale-Secretname was heard"),
        ("heard from Tattle Tale-Secret-", "name today"),
        ("mail tattle.tale.secretname@example.org",),
    ],
)
def test_a_name_is_found_however_it_is_written_and_broken(lines: tuple[str, ...]) -> None:
    made = redact_pdf(pdf(*lines), HIDDEN)
    assert made.touched
    assert "tattle" not in "".join(page_texts(made.content)).casefold()


def test_names_in_other_scripts_are_found_even_where_no_font_has_them() -> None:
    for name in ("Ķēniņš Õunapuu", "Мария Иванова", "محمد بن سلمان", "王小明", "𠮷野家"):
        source = response(f"Written by {name} last week.", "A second paragraph.")
        made = redact_pdf(source, person([name]))
        assert made.touched, name
        text = "".join(page_texts(made.content))
        assert name.split()[0] not in text
        assert "[U+" not in text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tat\u200btle Tale\u2011Secret\u00adname said", NAME),
        ("昨日王小明说", "王小明"),
        ("ＴＡＴＴＬＥ tale secretname", NAME),
    ],
)
def test_a_name_in_a_list_is_found_with_invisible_signs_and_without_gaps(text: str, name: str) -> None:
    kept, grounds = redact_cell(text, person([name]))
    assert grounds.total() == 1
    assert "[withheld: identity protected]" in kept


def test_a_turned_and_cropped_page_is_painted_in_the_right_place() -> None:
    with pikepdf.open(io.BytesIO(pdf(f"{NAME}"))) as document:
        document.pages[0].Rotate = 90
        document.pages[0].CropBox = [50, 100, 500, 800]
        target = io.BytesIO()
        document.save(target)
    made = redact_pdf(target.getvalue(), HIDDEN).content
    with pikepdf.open(io.BytesIO(made)) as document:
        (image,) = document.pages[0].get_images().values()
        pixels = zlib.decompress(image.read_raw_bytes())
        width = int(image.Width)
    rows = [pixels[start : start + width] for start in range(0, len(pixels), width)]
    black = [number for number, row in enumerate(rows) if row.count(0) > 20]
    dark = sum(row.count(0) for row in rows)
    assert black
    assert dark == pytest.approx(sum(value < 250 for value in pixels), rel=0.02), (
        "something but the box is there"
    )


def test_suspicious_activity_takes_the_whole_page_and_says_nothing_of_why() -> None:
    source = pdf("On 3 May a SAR was filed", "on John Doe")
    made = redact_pdf(source, SUSPICIOUS_ACTIVITY, lambda page: f"EXB{page + 7:07d}")
    assert made.replaced == (1,)
    assert b"SAR" not in everything(made.content)
    assert "John" not in page_texts(made.content)[0]


@pytest.mark.parametrize(
    ("text", "withheld"),
    [
        ("A SAR was filed", True),
        ("SARs", True),
        ("the suspicious activity report of May", True),
        ("Suspicious-\nActivity Reports", True),
        ("FinCEN Form 111", True),
        ("31 U.S.C. 5318(g)(2)", True),
        ("31 CFR § 1020.320", True),
        ("Sarah opened it", False),
        ("SARAH SARGENT", False),
        ("CSAR7", False),
        ("activity report of the branch", False),
    ],
)
def test_what_counts_as_suspicious_activity_information(text: str, withheld: bool) -> None:
    kept, _ = redact_cell(text, SUSPICIOUS_ACTIVITY)
    assert (kept == "[withheld: by law]") is withheld
    assert withheld or kept == text


def test_the_mark_does_not_tell_that_there_is_a_report() -> None:
    kept, grounds = redact_cell("SAR filed on J. Doe", SUSPICIOUS_ACTIVITY)
    assert "suspicious" not in kept.casefold()
    assert [ground.value for ground in grounds] == ["by law"]


def test_a_list_keeps_its_shape_and_its_other_cells() -> None:
    content = f'id,note\nA1,"told by {NAME}, orally"\nA2,"a, b"\n'.encode()
    made, grounds = redact_csv(content, HIDDEN)
    assert made.decode() == 'id,note\nA1,"told by [withheld: identity protected], orally"\nA2,"a, b"\n'
    assert grounds.total() == 1
    assert redact_csv(b'id,note\r\nA1,"x"\r\n', HIDDEN)[0] == b'id,note\r\nA1,"x"\r\n'


def test_text_loses_the_paragraph_that_law_withholds() -> None:
    made, _ = redact_text(b"First.\n\nA SAR was\nfiled on John.\n\nLast.\n", SUSPICIOUS_ACTIVITY)
    assert made == b"First.\n\n[withheld: by law]\n\nLast.\n"


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_of_a_name_is_left_in_a_cell(before: str, after: str) -> None:
    kept, _ = redact_cell(f"{before} {NAME} {after}", HIDDEN)
    assert not redact_cell(kept, HIDDEN)[1]


@given(st.binary(max_size=200))
def test_a_pdf_of_anything_is_refused_and_not_a_crash(content: bytes) -> None:
    with pytest.raises(InputRefused):
        redact_pdf(content, HIDDEN)


def released(volume: Volume, *digests: str) -> Volume:
    return redacted(volume, rules(Redactions(whistle_blowers=(NAME,)), True), frozenset(digests))


def document(name: str, content: bytes) -> Volume:
    return Volume(facts(), (Document(name, content, Kind.NATIVE, "A document", own=True),))


def test_what_cannot_be_searched_goes_out_only_when_a_person_has_looked() -> None:
    picture = b"\x89PNG\r\n\x1a\n and so on"
    volume = document("attachments/scan.png", picture)
    with pytest.raises(UsageError, match="enter its SHA-256"):
        released(volume)
    made = released(volume, hashlib.sha256(picture).hexdigest())
    assert made.documents[0].content == picture
    assert "EXB0000001 was not searched" in made.exceptions[0]


def test_pages_of_a_scan_are_withheld_until_a_person_has_looked() -> None:
    scan = redact_pdf(pdf("SAR"), SUSPICIOUS_ACTIVITY).content
    made = released(document("attachments/scan.pdf", scan)).documents[0]
    assert made.redaction is Redaction.IN_PART
    kept = released(document("attachments/scan.pdf", scan), hashlib.sha256(scan).hexdigest()).documents[0]
    assert kept.content == scan


def pictured(within_form: bool = False, text: str = "A letter with a picture.", size: float = 144) -> bytes:
    """A page with text and a white picture that says something, drawn at the place 200, 400."""
    picture = Image.new("L", (288, 288), 255)
    ImageDraw.Draw(picture).text((20, 120), NAME, fill=0, font_size=24)
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(72, 720, text)
    if within_form:
        canvas.beginForm("stamp")
        canvas.drawInlineImage(picture, 200, 400, size, size)
        canvas.endForm()
        canvas.doForm("stamp")
    else:
        canvas.drawImage(ImageReader(picture), 200, 400, size, size)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def seen(content: bytes) -> Image.Image:
    """The first page as it is seen, 72 dots an inch."""
    return pypdfium2.PdfDocument(content)[0].render(scale=1).to_pil().convert("L")


@pytest.mark.parametrize("within_form", [False, True])
@pytest.mark.parametrize("text", ["A letter with a picture.", f"A letter of {NAME}."])
def test_a_picture_beside_text_is_painted_over_until_a_person_has_looked(
    within_form: bool, text: str
) -> None:
    content = pictured(within_form, text)
    volume = document("attachments/letter.pdf", content)
    made = released(volume)
    page = seen(made.documents[0].content)
    where = (201, page.height - 543, 343, page.height - 401)
    assert page.crop(where).getextrema() == (0, 0)
    assert page.crop((72, page.height - 735, 300, page.height - 715)).getextrema() != (255, 255)
    assert any("pictures beside text" in note for note in made.exceptions)
    let_go = released(volume, hashlib.sha256(content).hexdigest()).documents[0].content
    assert seen(let_go).crop(where).getextrema()[1] == 255
    assert NAME not in "".join(page_texts(let_go))


def test_a_picture_too_small_for_words_stays() -> None:
    content = pictured(size=5)
    assert redact_pdf(content, HIDDEN).content == content


@pytest.mark.parametrize("text", ["Plain.", f"A letter of {NAME}."])
def test_what_a_comment_draws_is_not_in_what_goes_out(text: str) -> None:
    """The drawing of a stamp may show other words than its text, so it is neither kept nor painted into a page."""
    with pikepdf.open(io.BytesIO(pdf(text))) as opened:
        drawing = opened.make_stream(b"0 g 0 0 100 50 re f")
        drawing.stream_dict.update(
            pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 50])
        )
        stamp = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[100, 100, 200, 150], F=4,
            AP=pikepdf.Dictionary(N=drawing),
        )  # fmt: skip
        opened.pages[0].obj.Annots = opened.make_indirect(pikepdf.Array([opened.make_indirect(stamp)]))
        target = io.BytesIO()
        opened.save(target)
    before, after = seen(target.getvalue()), seen(redact_pdf(target.getvalue(), HIDDEN).content)
    where = (110, before.height - 140, 190, before.height - 110)
    assert before.crop(where).getextrema() == (0, 0)
    assert after.crop(where).getextrema() == (255, 255)


def test_an_office_file_with_a_hit_is_withheld_as_a_whole() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            "word/document.xml", "<w:p><w:r>Tattle </w:r><w:r>Tale-Secret</w:r><w:r>name</w:r></w:p>"
        )
    made = released(document("attachments/memo.docx", target.getvalue())).documents[0]
    assert made.redaction is Redaction.WITHHELD
    assert made.suffix == ".pdf"
    assert "EXB0000001" in page_texts(made.content)[0]


def test_a_consultant_gets_a_page_in_place_of_the_firms_own_documents() -> None:
    volume = document("attachments/memo.txt", b"Names and all.")
    made = redacted(volume, rules(Redactions(), False), frozenset(), attachments=False)
    assert made.documents[0].redaction is Redaction.WITHHELD
    assert b"Names" not in everything(made.documents[0].content)


def test_protection_that_names_nobody_is_refused() -> None:
    with pytest.raises(UsageError, match="none is named"):
        rules(Redactions(), True)
    with pytest.raises(UsageError, match="too short"):
        rules(Redactions(terms=("x",)), False)


def test_titles_and_the_privilege_log_give_nothing_away_either() -> None:
    held = PrivilegeEntry(
        "15", "privileged", "Draft of a SAR", subject=f"Talk with {NAME}", author="K. Counsel"
    )
    volume = replace(
        document("attachments/memo.txt", b"Plain."), privileged=(held,), exceptions=(f"Ask {NAME}.",)
    )
    titled = replace(volume, documents=(replace(volume.documents[0], title="SAR of May"),))
    made = released(titled)
    assert made.documents[0].title == "[withheld: by law]"
    assert made.documents[0].content == b"Plain."
    assert made.privileged[0].description == "[withheld: by law]"
    assert made.privileged[0].author == "K. Counsel"
    assert "Secretname" not in made.privileged[0].subject + made.exceptions[0]
