"""Raise an alert by hand: a call on the hot line, a whistle-blower, a customer, a regulator's letter."""

from __future__ import annotations

import streamlit as st

from dashboard.components.forms import ask, given, value
from dashboard.components.session import Place
from dashboard.components.words import FAMILY, SEVERITY, SOURCE, SUBJECT
from surveil import desk
from surveil.alerts.alert import Action, Source
from surveil.alerts.model import Family, Severity, SubjectType
from surveil.alerts.policy import may
from surveil.desk import Report

_SOURCES = [source for source in Source if source is not Source.SCAN]


def raise_by_hand(here: Place) -> None:
    """A form for what somebody reported; it goes through the same review as what a scan finds."""
    ask(
        "raise",
        "Raise an alert by hand",
        "Raise it",
        lambda words: desk.raise_alert(here.store, here.user, _report(words), here.now),
        "The alert was raised; it stands in the queue.",
        words="What was reported? Say what, not who said it: the trail keeps every word.",
        fields=_fields,
        allowed=may(here.user, Action.RAISE),
    )


def _fields() -> None:
    st.selectbox("Where does it come from?", _SOURCES, format_func=SOURCE.__getitem__, key="raise-source")
    st.selectbox("What kind?", list(Family), format_func=FAMILY.__getitem__, key="raise-family")
    severities = sorted(Severity, key=lambda severity: -severity.rank)
    st.selectbox("How bad, if true?", severities, 1, format_func=SEVERITY.__getitem__, key="raise-severity")
    st.selectbox(
        "Whom or what is it about?", list(SubjectType), format_func=SUBJECT.__getitem__, key="raise-kind"
    )
    st.text_input("Its number", key="raise-subject")
    st.text_input("Representative concerned, if known and not the above", key="raise-rep")
    st.text_input("Branch, if known", key="raise-branch")


def _report(words: str) -> Report:
    kind, subject = SubjectType(given("raise-kind")), value("raise-subject").strip()
    return Report(
        source=Source(given("raise-source")),
        family=Family(given("raise-family")),
        typology="",
        severity=Severity(given("raise-severity")),
        subject_type=kind,
        subject_id=subject,
        what=words,
        rep_id=value("raise-rep").strip() or (subject if kind is SubjectType.REP else None),
        branch_id=value("raise-branch").strip() or (subject if kind is SubjectType.BRANCH else None),
    )
