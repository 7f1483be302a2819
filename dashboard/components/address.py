"""Widgets whose value stands in the address, so that a pasted link shows the same.

The framework can bind widgets to the address itself, but writes the words a person reads, which change with counts and
language; here the values themselves stand in it. What the address asks for and does not exist is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def many(
    label: str,
    options: Sequence[str],
    key: str,
    format_func: Callable[[str], str] = str,
    *,
    on_change: Callable[[], None] | None = None,
) -> list[str]:
    """A choice of several values."""
    _seed(key, lambda values: [value for value in values if value in options])
    chosen = st.multiselect(label, options, format_func=format_func, key=key, on_change=on_change or "rerun")
    _publish(key, chosen)
    return chosen


def one(
    label: str,
    options: Sequence[str],
    key: str,
    format_func: Callable[[str], str] = str,
    *,
    listed: bool = False,
    on_change: Callable[[], None] | None = None,
    width: int | None = None,
    usual: str | None = None,
) -> str:
    """A choice of one value, `usual` (else the first) unless the address says otherwise; all in sight if `listed`."""
    unsaid = options[0] if usual is None else usual
    _seed(key, lambda values: next((value for value in values if value in options), unsaid))
    if st.session_state[key] not in options:
        st.session_state[key] = unsaid
    if listed:
        chosen = st.radio(label, options, format_func=format_func, key=key, on_change=on_change or "rerun")
    else:
        chosen = st.selectbox(label, options, format_func=format_func, key=key, width=width or "stretch")
    value = chosen or unsaid
    _publish(key, [] if value == unsaid else [value])
    return value


def words(label: str, key: str, placeholder: str, on_change: Callable[[], None]) -> str:
    """Free text."""
    _seed(key, lambda values: values[0] if values else "")
    found = st.text_input(label, key=key, placeholder=placeholder, on_change=on_change) or ""
    _publish(key, [found] if found else [])
    return found


def switch(label: str, key: str, explained: str) -> bool:
    """A switch that is on unless the address says 0."""
    _seed(key, lambda values: values[:1] != ["0"])
    on = st.toggle(label, key=key, help=explained)
    _publish(key, [] if on else ["0"])
    return on


def page_number(key: str) -> int:
    """The page that the address or the pagination below names; drawn later with `pagination`."""
    _seed(
        key, lambda values: int(values[0]) if values and values[0].isdecimal() and len(values[0]) < 9 else 1
    )
    return max(int(st.session_state[key]), 1)


def pagination(pages: int, key: str) -> None:
    """Where there is more than one page, the way to the others."""
    number = min(page_number(key), pages)
    st.session_state[key] = number
    if pages > 1:
        # A widget of its own for each page: one whose value is set from elsewhere is refused by the framework.
        drawn = f"{key}-{number}-of-{pages}"
        st.pagination(pages, default=number, key=drawn, on_change=_turn, args=(key, drawn))
    _publish(key, [] if number == 1 else [str(number)])


def _turn(key: str, drawn: str) -> None:
    st.session_state[key] = int(st.session_state[drawn])


def _seed(key: str, parse: Callable[[list[str]], object]) -> None:
    """Take the value from the address where the widget is new to this session or page."""
    if key not in st.session_state:
        st.session_state[key] = parse(st.query_params.get_all(key))


def _publish(key: str, values: Sequence[str]) -> None:
    if list(values) == st.query_params.get_all(key):
        return
    if values:
        st.query_params[key] = list(values)
    elif key in st.query_params:
        del st.query_params[key]
