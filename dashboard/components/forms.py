"""A button that asks for what an act needs, a reason above all, before it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.components.markup import literal
from dashboard.components.session import attempt
from surveil.alerts.policy import Allowed, Refused


def ask(
    key: str,
    label: str,
    submit: str,
    act: Callable[[str], object],
    done: str,
    *,
    words: str = "Why? (kept in the audit trail)",
    fields: Callable[[], object] | None = None,
    allowed: Allowed | Refused | None = None,
) -> None:
    """A small form behind a button. `act` gets the reason; with no `words` none is asked for.

    What was written is kept when the desk refuses it, and cleared when it was done.
    """
    if isinstance(allowed, Refused):
        st.button(label, key=f"{key}-off", disabled=True, help=literal(allowed.reason))
        return
    with st.popover(label, key=f"{key}-open"), st.form(key, border=False):
        if fields is not None:
            fields()
        if words:
            st.text_area(words, key=f"{key}-words", max_chars=4_000)
        st.form_submit_button(submit, type="primary", on_click=_send, args=(key, act, done))


def _send(key: str, act: Callable[[str], object], done: str) -> None:
    if attempt(lambda: act(value(f"{key}-words")), done):
        st.session_state.pop(f"{key}-words", None)


def value(key: str) -> str:
    """What stands in a field of text."""
    return str(st.session_state.get(key) or "")


def given(key: str) -> Any:
    """What stands in any other field."""
    return st.session_state.get(key)
