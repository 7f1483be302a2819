"""Buttons with a key each, and the switch that turns the keys off (WCAG 2.1.4). R and C are the framework's own."""

from __future__ import annotations

from typing import Any

import streamlit as st

_SWITCH = "keys"


def switch() -> None:
    """The switch; it is remembered for the session."""
    st.toggle(
        "Keyboard shortcuts",
        value=True,
        key=_SWITCH,
        persist_state="session",
        help="J and K: next and previous alert. Enter or O: open it. X: select it. T: take the next. A: assign to me. "
        "N: note. E: escalate. F: false alarm. B: breach. S: set aside. U: undo. Each is a button too.",
    )


def button(label: str, key: str, shortcut: str, **options: Any) -> bool:
    """A button that its key presses too, where keys are on."""
    on = bool(st.session_state.get(_SWITCH, True))
    return st.button(label, key=key, shortcut=shortcut or None if on else None, **options)
