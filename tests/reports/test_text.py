"""Text on paper: values are never markup, nothing is lost unseen, names of many scripts come out and extract."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.styles import ParagraphStyle

from surveil.reports.pdf import fonts
from surveil.reports.pdf.document import Imprint, Story
from surveil.reports.pdf.table import TableColumn
from surveil.reports.pdf.text import CELL_LIMIT, Typesetter, is_right_to_left
from tests.reports.pages import pages

NAMES = [
    "Ieva Āboliņa-Ķēniņa",
    "Kőrösi Őze Űrmös",
    "Мария Иванова",
    "Jan van der IJsselmuiden",
    "Zoë d'Aubigné & Söhne",
]
HOSTILE = [
    '<img src="/etc/passwd"/>',
    '<a href="javascript:alert(1)">x</a>',
    "Bob <b>Smith",
    "Bob </b> x",
    '<font size="100000">huge</font>',
    '<para leftIndent="5000">gone</para>',
    '<onDraw name="f" label="x"/>',
    '<a href="document:x">y</a>',
    "&amp; &#x41; &unknown;",
    "{item} {0} %s %(x)s",
    "=cmd|' /C calc'!A0",
    "left\u202eright",
    "zero\u200bwidth",
    "nul\x00bell\x07",
    "\ud800",
    "]]><!--",
    "<!DOCTYPE x [<!ENTITY a 'aaaa'>]>&a;",
    "<seq id='x'/><bullet>x</bullet><super>y</super>",
    "<greek>a</greek><br/><u>under",
    '<font color="eval(1)" name="Nowhere">c</font>',
    "'; DROP TABLE alerts; --",
    "../../../etc/passwd",
    "\ufeffbom\uffff\u2066isolate\u2069",
    "carriage\rreturn\x0bvertical\x85next",
    "soft\u00adhyphen and no\u00a0break",
    '=HYPERLINK("http://evil.example","x")',
    "\u0007\u001b[31mred\u001b[0m",
    "%PDF-1.4 endstream endobj",
    "(unbalanced ( parenthesis \\",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    '<img src="data:image/png;base64,iVBORw0KGgo="/>',
    '<img src="http://evil.example/x.png" width="1" height="1"/>',
    '<a href="file:///etc/passwd">x</a>',
    '<a href="pdf:other.pdf">x</a>',
    '<a name="h1"/><link destination="h1">x</link>',
    "<para><para><b><i>deep",
    "</para>",
    "<!-- comment --><?xml version='1.0'?>",
    "<font color=\"__import__('os').system('id')\">c</font>",
    "<sub><super>x</sub></super>",
    "[U+738B] looks like a missing glyph",
    "\\u{202E} looks like a control character",
    "Z\u0351\u036b\u0343a\u0324\u0330l\u0348\u0324g\u0330o",
    "\ufdfa\ufeff\u061c",
    "{% raw %}{{ 7 * 7 }}${7*7}#{7*7}",
    "/MCID 0 BDC EMC Q q BT ET",
]


@pytest.fixture
def typesetter() -> Typesetter:
    return Typesetter(fonts.load(east_asian=False))


def rendered(typesetter: Typesetter, *values: str) -> bytes:
    story = Story(typesetter, Imprint("t", "a", "h", "f", dt.date(2024, 1, 31), "T"))
    for value in values:
        story.text(value)
    return story.render()


def printed(typesetter: Typesetter, *values: str) -> str:
    return "\n".join(pages(rendered(typesetter, *values)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_as_it_is_and_can_be_copied(typesetter: Typesetter, name: str) -> None:
    assert name in printed(typesetter, name)
    assert not typesetter.missing


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_text_and_nothing_else(typesetter: Typesetter, value: str) -> None:
    story = Story(typesetter, Imprint("t", "a", "h", "f", dt.date(2024, 1, 31), "T"))
    story.text("before")
    story.text(value)
    story.text("after")
    content = story.render()
    text = "\n".join(pages(content))
    assert "before" in text
    assert "after" in text
    assert typesetter.plain(value).replace("\u00a0", " ") in text
    assert b"/URI" not in content
    assert b"/Subtype /Image" not in content


def of_cells(typesetter: Typesetter, values: list[str]) -> bytes:
    """A table with these values, each with its neighbours, under a heading."""
    story = Story(typesetter, Imprint("t", "a", "h", "f", dt.date(2024, 1, 31), "T"))
    story.heading("A list")
    columns = [TableColumn("Left", 1), TableColumn("Name", 3), TableColumn("Right", 1)]
    story.table(columns, [(f"left{n:02}x", value, f"right{n:02}x") for n, value in enumerate(values)])
    return story.render()


def test_46_kinds_of_hostile_value_change_nothing_but_their_own_cell(typesetter: Typesetter) -> None:
    assert len(set(HOSTILE)) == 46
    content, plain = of_cells(typesetter, HOSTILE), of_cells(typesetter, ["Plain"] * 46)
    text, expected = "".join(pages(content)), "".join(pages(plain))
    packed = "".join(text.split())
    for number, value in enumerate(HOSTILE):
        shown = "".join(typesetter.plain(value).split())
        assert f"left{number:02}x{shown}right{number:02}x" in packed, value
        packed = packed.replace(f"left{number:02}x{shown}right{number:02}x", "", 1)
    # Without those rows and their places nothing is left but what a list of plain names has.
    rows = re.compile(r"left\d\dxPlainright\d\dx|Page\d+of\d*|T\d{7}|LeftNameRight")
    assert rows.sub("", packed).strip("hf") == rows.sub("", "".join(expected.split())).strip("hf") == "Alist"
    for made in (content, plain):
        with pikepdf.open(io.BytesIO(made)) as document:
            assert not [page for page in document.pages if "/Annots" in page]
            assert len(document.open_outline().root) == 1
            assert set(document.Root.keys()) & {"/OpenAction", "/AA", "/AcroForm", "/Names"} <= {"/Names"}
        assert b"/Subtype /Image" not in made


def test_control_and_direction_characters_are_shown_by_their_code(typesetter: Typesetter) -> None:
    assert typesetter.plain("a\u202eb\x00c\u2028") == "a\\u{202E}b\\u{0000}c\\u{2028}"


def test_a_character_without_a_glyph_is_shown_and_remembered(typesetter: Typesetter) -> None:
    assert typesetter.plain("王 अ") == "[U+738B] [U+0905]"
    assert typesetter.missing == {"王", "अ"}


def test_an_accent_stored_apart_is_drawn_as_one_letter(typesetter: Typesetter) -> None:
    assert typesetter.plain(unicodedata.normalize("NFD", "Āboliņš")) == "Āboliņš"


def test_what_is_too_long_is_cut_and_says_so(typesetter: Typesetter) -> None:
    text = typesetter.plain("x" * (CELL_LIMIT + 5))
    assert text.endswith("[…cut here: 2,000 of 2,005 characters shown]")


def test_a_narrative_of_6000_words_is_printed_whole(typesetter: Typesetter) -> None:
    words = [f"word{number}" for number in range(6000)]
    text = printed(typesetter, " ".join(words))
    assert set(words) <= set(text.split())


def test_a_word_without_a_space_for_50000_letters_is_printed(typesetter: Typesetter) -> None:
    text = printed(typesetter, "y" * 50_000)
    assert text.count("y") == 50_000


def test_right_to_left_names_extract_in_reading_order(typesetter: Typesetter) -> None:
    pytest.importorskip("bidi")
    text = unicodedata.normalize("NFKC", printed(typesetter, "محمد بن سلمان", "משה כהן"))
    plain = "".join(c for c in text if unicodedata.category(c) != "Cf")
    visual = {"محمد بن سلمان", "משה כהן"} | {name[::-1] for name in ("محمد بن سلمان", "משה כהן")}
    assert sum(name in plain for name in visual) == 2
    assert typesetter.reordered


def test_long_right_to_left_text_fills_its_lines_from_the_beginning(typesetter: Typesetter) -> None:
    pytest.importorskip("bidi")
    words = ["ראשון", *["אמצע"] * 60, "אחרון"]
    paragraph = typesetter.paragraph(" ".join(words), ParagraphStyle("p", fontName=fonts.REGULAR))
    paragraph.wrap(200, 500)
    lines = paragraph.text.split("<br/>")
    assert len(lines) > 2
    assert "ראשון" in lines[0][::-1]
    assert "אחרון" in lines[-1][::-1]


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_every_text_becomes_drawable_characters_only(value: str) -> None:
    typesetter = Typesetter(fonts.load(east_asian=False))
    plain = typesetter.plain(value)
    assert all(c == "\n" or ord(c) in typesetter.fonts.covered for c in plain)
    markup = typesetter.markup(value)
    assert "<" not in markup.replace("<br/>", "").replace("<font name=", "").replace("</font>", "")


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, exclude_categories=["C", "Z"]), min_size=1))
def test_latin_text_is_not_changed(value: str) -> None:
    typesetter = Typesetter(fonts.load(east_asian=False))
    composed = unicodedata.normalize("NFC", value)
    if all(ord(c) in typesetter.fonts.covered for c in composed):
        assert typesetter.plain(value) == composed
    assert not is_right_to_left(composed)


def test_names_of_six_scripts_are_drawn_with_embedded_fonts_and_extract_as_text() -> None:
    typesetter = Typesetter(fonts.load())
    names = [*NAMES, "王小明", "山田 太郎", "김철수", "𠮟 is beyond the basic plane"]
    content = rendered(typesetter, *names)
    text = "\n".join(pages(content))
    for name in names[:-1]:
        assert name in text
    assert typesetter.missing <= {"𠮟"}
    assert b"/BaseFont /Helvetica" not in content


def test_arabic_is_joined_on_paper_and_extracts_as_plain_letters() -> None:
    pytest.importorskip("arabic_reshaper")
    text = "\n".join(pages(rendered(Typesetter(fonts.load()), "محمد بن سلمان")))
    assert any(name in text for name in ("محمد بن سلمان", "محمد بن سلمان"[::-1]))


def test_characters_beyond_the_basic_plane_are_copied_as_what_they_are() -> None:
    cmap = fonts.to_unicode("F", [0x41, 0x1F600, 0xFEFB, 0xD800])
    assert re.findall(r"<(\w\w)> <(\w+)>", cmap)[1:] == [
        ("00", "0041"), ("01", "D83DDE00"), ("02", "06440627"), ("03", "FFFD"),
    ]  # fmt: skip
