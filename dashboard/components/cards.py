"""Something with a page of its own as a card in a list: its title, chips, a line about it, and the way there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from dashboard.components.markup import Html, joined, show, tag, text


def card(title: str, chips: Iterable[Html], about: Iterable[Html | str], link: Callable[[], None]) -> None:
    """Draw one; `link` draws the link to its page."""
    with st.container(border=True, gap="xxsmall"):
        words, way = st.columns([8, 1.25], vertical_alignment="center")
        with words:
            show(tag("h2", text(title), css="sv-subject"))
            show(joined(chips))
            show(tag("div", joined(about, " · "), css="sv-meta"))
        with way:
            link()
