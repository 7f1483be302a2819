"""The cases an alert is in, opening one with it, and other alerts about the same people."""

from __future__ import annotations

import streamlit as st

from dashboard.components import navigate
from dashboard.components.forms import ask, given, value
from dashboard.components.markup import joined, literal, show, tag, text
from dashboard.components.rows import severity_chip
from dashboard.components.session import Place
from dashboard.components.words import CASE_STATUS, CHECKLIST, STATUS
from surveil import desk
from surveil.alerts.alert import Action, Alert
from surveil.alerts.cases import CaseStatus
from surveil.desk import AlertView
from surveil.desk.case_page import CaseFilters
from surveil.desk.cases import TITLE_MAX_CHARACTERS

RELATED_SHOWN = 10
CASES_OFFERED = 100


def show_cases(here: Place, view: AlertView) -> None:
    """Cases and related alerts, with a way to open a case."""
    left, right = st.columns(2)
    with left:
        st.subheader("Cases")
        for case in view.cases:
            words, way = st.columns([4, 1], vertical_alignment="center")
            with words:
                state = CASE_STATUS[CaseStatus(case.status)].lower()
                show(tag("p", tag("b", case.case_id), " ", text(case.title), f" ({state})"))
            with way:
                navigate.case_link(case.case_id, "Open")
        if not view.cases:
            st.caption("In no case yet.")
        if view.allowed[Action.LINK_CASE]:
            _open_case(here, view)
    with right:
        st.subheader("Related alerts")
        for alert in view.related[:RELATED_SHOWN]:
            _related(alert)
        if len(view.related) > RELATED_SHOWN:
            st.caption(f"{len(view.related) - RELATED_SHOWN:,} more about the same people.")
        if not view.related:
            st.caption("No other alert about the same people.")


def _open_case(here: Place, view: AlertView) -> None:
    alert, there = view.alert, {case.case_id for case in view.cases}

    def fields() -> None:
        st.text_input("Title of the case", key="case-title", max_chars=TITLE_MAX_CHARACTERS)
        st.selectbox(
            "Checklist", list(CHECKLIST), None, format_func=CHECKLIST.__getitem__, key="case-checklist"
        )
        st.date_input("Since when does the firm know of it?", None, max_value=here.today, key="case-known")

    with here.store.read() as session:
        running = desk.cases(
            session, here.user, CaseFilters(status=(CaseStatus.OPEN,)), page_size=CASES_OFFERED
        ).cases
    others = {case.case_id: f"{case.case_id} {case.title}" for case in running if case.case_id not in there}
    with st.container(horizontal=True):
        ask(
            "case",
            "Open a case with this alert",
            "Open the case",
            lambda _: desk.open_case(
                here.store,
                here.user,
                value("case-title"),
                [alert.alert_id],
                here.now,
                given("case-checklist"),
                given("case-known"),
            ),
            "The case was opened with this alert in it.",
            words="",
            fields=fields,
        )
        if others:
            ask(
                "link",
                "Put it into a case",
                "Put it in",
                lambda _: desk.link_alert(
                    here.store, here.user, str(given("link-case")), alert.alert_id, here.now
                ),
                "The alert is in the case.",
                words="",
                fields=lambda: st.selectbox(
                    "Case", list(others), format_func=others.__getitem__, key="link-case"
                ),
            )


def _related(alert: Alert) -> None:
    words, way = st.columns([4, 1], vertical_alignment="center")
    with words:
        line = joined((severity_chip(alert.severity), text(alert.reason), f" ({STATUS[alert.status]})"))
        show(tag("div", line, css="sv-meta"))
    with way:
        navigate.alert_link(alert.alert_id, literal("Open"))
