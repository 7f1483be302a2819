"""Text from data shown as text: the one place that turns values into HTML or markdown.

A name like `![](http://…)` in plain markdown would make the browser fetch a picture, and so tell whoever wrote it that
his alert was opened. So data reach the screen escaped for HTML (`escaped`, `Html`) or for markdown (`literal`), or in
widgets that take no markup.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

import streamlit as st

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
# What is made a link even where every sign is escaped; an invisible joiner behind it prevents that.
_ADDRESS = re.compile(r"(:(?=//)|www(?=\.)|@)", re.IGNORECASE)
_LONGEST = 4_000


class Html(str):
    """Markup made here; whatever else is text and is escaped when it is put into markup."""

    __slots__ = ()


def visible(text: str) -> str:
    """The text with characters that hide or turn others around made visible, and cut where nobody reads on."""
    shown = "".join(_shown(character) for character in text[:_LONGEST])
    return shown if len(text) <= _LONGEST else f"{shown}… ({len(text) - _LONGEST} more characters)"


def _shown(character: str) -> str:
    # Joiners (Cf) belong to some scripts' spelling; overrides of direction belong to nobody's name.
    hidden = unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") or character in _TURNING
    return f"\\u{{{ord(character):04X}}}" if hidden and character not in "\n\t" else character


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def escaped(value: object) -> Html:
    """A value as HTML that shows it as it is; `Html` stays as it is."""
    if isinstance(value, Html):
        return value
    return Html(html.escape(visible(str(value)), quote=True))


def literal(value: object) -> str:
    """A value as markdown that shows it as it is: on one line, nothing in it a link, a picture or a format."""
    plain = _ADDRESS.sub("\\1\u2060", " ".join(visible(str(value)).split()))
    return _MARKDOWN.sub(r"\\\1", plain)


def joined(parts: Iterable[object], between: str = "") -> Html:
    """Parts one after the other, each escaped unless it is markup."""
    return Html(html.escape(between).join(escaped(part) for part in parts))


def tag(name: str, *content: object, css: str = "", **attributes: str) -> Html:
    """An element; attribute names with a trailing underscore taken off, other underscores as dashes."""
    given = {"class": css} if css else {}
    given |= {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    opened = "".join(f' {key}="{html.escape(visible(value), quote=True)}"' for key, value in given.items())
    return Html(f"<{name}{opened}>{joined(content)}</{name}>")


def text(value: object) -> Html:
    """Text from data that stands alone: in whichever direction its script is written."""
    return tag("bdi", value)


def unbroken(value: object) -> Html:
    """A short value that stays on one line: a day, a moment, a kind of record."""
    return tag("span", value, css="sv-day")


def table(
    caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()
) -> Html:
    """A table with a caption and a header row. Columns in `numbers` are aligned to the right.

    Raises:
        ValueError: a row has more or fewer cells than there are headers.
    """
    right = frozenset(numbers)
    head = joined(
        tag("th", name, scope="col", css="n" if i in right else "") for i, name in enumerate(headers)
    )
    body = joined(
        tag(
            "tr",
            *(
                tag("td", cell, css="n" if i in right else "")
                for i, (cell, _) in enumerate(zip(row, headers, strict=True))
            ),
        )
        for row in rows
    )
    made = tag(
        "table", tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", body), css="sv-table"
    )
    # A wide table scrolls by itself and can be reached by keyboard.
    return tag("div", made, css="sv-scroll", tabindex="0", role="region", aria_label=caption)


def show(markup: Html) -> None:
    """Put markup on the page. The only call of st.html there is."""
    st.html(markup)
