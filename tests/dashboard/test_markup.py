"""Text from data is never markup, wherever on the screen it comes to stand."""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.markup import Html, escaped, joined, literal, table, tag, visible

JOINER = "\u2060"
DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
MARKDOWN_CALLS = frozenset(
    (
        "markdown", "write", "caption", "error", "warning", "info", "success", "title", "header", "subheader",
        "metric", "toast", "button", "radio", "checkbox", "toggle", "expander", "popover", "tabs", "link_button",
        "download_button", "form_submit_button",
    )
)  # fmt: skip
SAFE_CALLS = frozenset({"literal", "len", "plural", "_least"})


@given(st.text())
def test_html_gives_back_the_text_and_nothing_else(value: str) -> None:
    made = escaped(value)
    assert not re.search(r"[<>\"']", made)
    assert html.unescape(made) == visible(value)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_every_sign_that_markdown_could_take_is_escaped(value: str) -> None:
    signs = re.compile(r"[!-/:-@\[-`{-~]")
    left = re.sub(r"\\[!-/:-@\[-`{-~]", "", literal(value)).replace(JOINER, "")
    assert left == signs.sub("", " ".join(visible(value).split()))


@given(st.text(), st.text())
def test_attributes_cannot_be_broken_out_of(value: str, content: str) -> None:
    made = tag("p", content, aria_label=value)
    assert re.fullmatch(r'<p aria-label="[^"<>]*">[^<>]*</p>', made, re.DOTALL)


def test_markup_is_not_escaped_twice_and_text_always_is() -> None:
    assert joined(["<b>", tag("b", "<i>")]) == "&lt;b&gt;<b>&lt;i&gt;</b>"
    assert isinstance(escaped("x"), Html)


def test_characters_that_turn_or_hide_text_are_shown_and_right_to_left_names_left_alone() -> None:
    assert visible("a\u202egnp.exe") == "a\\u{202E}gnp.exe"
    assert visible("a\x00b") == "a\\u{0000}b"
    for name in ("مريم حسن", "שרה כהן", "Ilze Bērziņa", "王小明", "क्\u200dष"):
        assert visible(name) == name


def test_endless_text_is_cut_and_says_so() -> None:
    assert visible("x" * 5_000).endswith("… (1000 more characters)")


def test_a_table_has_a_caption_heads_and_can_be_reached_by_keyboard() -> None:
    made = table("Rows", ("A", "B"), [("<x>", 1)], numbers=(1,))
    assert "<caption>Rows</caption>" in made
    assert '<th scope="col">A</th>' in made
    assert 'tabindex="0"' in made
    assert "&lt;x&gt;" in made


def test_a_row_that_does_not_fit_its_headers_is_no_table() -> None:
    with pytest.raises(ValueError, match="zip"):
        table("Rows", ("A", "B"), [(1, 2, 3)])


def _calls() -> list[tuple[str, ast.Call]]:
    found = []
    for file in sorted(DASHBOARD.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                found.append((file.name, node))
    return found


def test_html_reaches_the_page_in_one_place_and_never_by_the_unsafe_way() -> None:
    places = {file for file, call in _calls() if ast.unparse(call.func) == "st.html"}
    assert places == {"markup.py"}
    for _, call in _calls():
        assert not {keyword.arg for keyword in call.keywords} & {
            "unsafe_allow_html",
            "unsafe_allow_javascript",
        }


def test_what_takes_markdown_gets_fixed_words_or_escaped_ones() -> None:
    wrong = [
        f"{file}:{call.lineno} {ast.unparse(call)[:90]}"
        for file, call in _calls()
        if ast.unparse(call.func).startswith("st.") and call.func.attr in MARKDOWN_CALLS  # type: ignore[attr-defined]
        and call.args and not _is_safe(call.args[0])
    ]  # fmt: skip
    assert not wrong, "text that could come from data goes into markdown:\n" + "\n".join(wrong)


def _is_safe(node: ast.expr) -> bool:
    """Fixed text, escaped text, a number in a fixed format, or a label that is a variable of fixed words."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.BinOp):
        return _is_safe(node.left) and _is_safe(node.right)
    if isinstance(node, ast.IfExp):
        return _is_safe(node.body) and _is_safe(node.orelse)
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in SAFE_CALLS
    if isinstance(node, ast.JoinedStr):
        return all(_is_safe_part(part) for part in node.values)
    return ast.unparse(node) in FIXED


def _is_safe_part(part: ast.expr) -> bool:
    if isinstance(part, ast.FormattedValue):
        counted = part.format_spec is not None and ast.unparse(part.format_spec) == "f','"
        return counted or _is_safe(part.value)
    return _is_safe(part)


# Variables that hold fixed words: labels that components hand on, and sentences of the desk.
FIXED = frozenset({"label", "submit", "why.sentence", "ROLE[user.role]", "words", "alert.alert_id"})


@pytest.mark.parametrize(
    "name",
    [
        "![](http://127.0.0.1:9/x)",
        "[a](http://x)",
        "<http://x>",
        "HTTP://x.example",
        "`a`",
        "www.x.example",
        "a@x.example",
    ],
)
def test_names_that_are_attacks_stay_names(name: str) -> None:
    made = re.sub(r"\\(.)", r"\1", literal(name))
    assert made.replace(JOINER, "") == name
    assert not re.search(r"://|www\.|@\w", made, re.IGNORECASE)
    assert not re.search(r"(?<!\\)[\[\]()<>`!:/]", literal(name))
