"""Keyboard focus that follows the alert picked, so that Enter opens it as it opens any link."""

from __future__ import annotations

import streamlit as st

# Fixed text, nothing from data: the one piece of script there is. It moves the focus when the row picked changes, and
# leaves it alone while somebody writes.
_SCRIPT = """
let before = null;
export default function ({ data }) {
  if (!data || data.row === before) return;
  before = data.row;
  const writing = document.activeElement && document.activeElement.closest('input, textarea, [contenteditable=true]');
  if (writing) return;
  let tries = 20;
  const find = () => {
    const link = document.querySelector('.st-key-' + CSS.escape(data.row) + ' a');
    if (link) { link.focus(); link.scrollIntoView({ block: 'nearest' }); }
    if (document.activeElement !== link && --tries) setTimeout(find, 60);
  };
  find();
}
"""
_follow = st.components.v2.component("surveil_focus", js=_SCRIPT)


def follow(row: str) -> None:
    """Put the focus on the link in the container of that key."""
    _follow(data={"row": row}, key="focus", height=1)
