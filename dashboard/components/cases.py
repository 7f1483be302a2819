"""The cases an alert is in, opening one with it, and other alerts about the same people."""

from __future__ import annotations

import streamlit as st

from dashboard.components import navigate
from dashboard.components.markup import joined, literal, show, tag, text
from dashboard.components.rows import severity_chip
from dashboard.components.session import Place, attempt
from dashboard.components.words import STATUS
from surveil import desk
from surveil.alerts.alert import Action, Alert
from surveil.desk import AlertView
from surveil.desk.cases import TITLE_MAX_CHARACTERS

RELATED_SHOWN = 10


def show_cases(here: Place, view: AlertView) -> None:
    """Cases and related alerts, with a way to open a case."""
    left, right = st.columns(2)
    with left:
        st.subheader("Cases")
        for case in view.cases:
            show(tag("p", tag("b", case.case_id), " ", text(case.title), f" ({case.status})"))
        if not view.cases:
            st.caption("In no case yet.")
        if view.allowed[Action.LINK_CASE]:
            _open_case(here, view.alert)
    with right:
        st.subheader("Related alerts")
        for alert in view.related[:RELATED_SHOWN]:
            _related(alert)
        if len(view.related) > RELATED_SHOWN:
            st.caption(f"{len(view.related) - RELATED_SHOWN:,} more about the same people.")
        if not view.related:
            st.caption("No other alert about the same people.")


def _open_case(here: Place, alert: Alert) -> None:
    with st.popover("Open a case with this alert"), st.form("case", border=False, clear_on_submit=True):
        st.text_input("Title of the case", key="case-title", max_chars=TITLE_MAX_CHARACTERS)
        st.form_submit_button("Open the case", on_click=_submit, args=(here, alert))


def _submit(here: Place, alert: Alert) -> None:
    title = str(st.session_state.get("case-title") or "")
    attempt(
        lambda: desk.open_case(here.store, here.user, title, [alert.alert_id], here.now),
        "The case was opened with this alert in it.",
    )


def _related(alert: Alert) -> None:
    words, way = st.columns([4, 1], vertical_alignment="center")
    with words:
        line = joined((severity_chip(alert.severity), text(alert.reason), f" ({STATUS[alert.status]})"))
        show(tag("div", line, css="sv-meta"))
    with way:
        navigate.alert_link(alert.alert_id, literal("Open"))
