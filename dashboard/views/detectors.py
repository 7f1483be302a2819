"""The catalogue of detectors, and the manual page of each with the parameters in force."""

from __future__ import annotations

import streamlit as st

from dashboard.components import address
from dashboard.components.forms import ask, given, value
from dashboard.components.manual import section
from dashboard.components.markup import literal, show, table, text
from dashboard.components.session import Place, place
from dashboard.components.words import FAMILY
from surveil.alerts.alert import Action
from surveil.alerts.model import Family
from surveil.alerts.policy import may
from surveil.desk.screen_detectors import ManualPage, gathered_if, manual_pages
from surveil.desk.thresholds import in_force, propose_threshold

_KIND = {
    "rule": "lists breaches of a rule",
    "item": "lists items for another detector",
    "rate": "compares rates",
    "rank": "ranks",
}


def page() -> None:
    """Draw the catalogue and the page picked."""
    st.title("Detectors")
    here = place()
    with here.store.read() as session:
        session.narrow(here.user)
        settings = in_force(session, here.workspace).settings.detectors
    pages = {made.id: made for made in manual_pages(settings)}
    rows = (
        (made.id, text(made.name), FAMILY[Family(made.family)], _KIND.get(made.kind, made.kind), made.status,
         made.version)
        for made in pages.values()
    )  # fmt: skip
    show(table("All detectors", ("Id", "Name", "Family", "What it does", "Status", "Version"), rows))
    st.header("Manual page")
    picked = address.one("Detector", list(pages), "manual", lambda name: f"{name} {pages[name].name}")
    _manual(pages[picked])
    _gather(here, picked)
    _ask_for_change(here, pages[picked])


def _manual(made: ManualPage) -> None:
    for heading, words in made.sections.items():
        st.subheader(literal(heading))
        show(section(words))
    st.subheader("Parameters")
    if not made.parameters:
        st.caption("It has none.")
        return
    rows = (
        (text(line.name), f"{line.value} {line.unit}", "set here" if line.changed else "the default", text(line.meaning),
         text(line.citation))
        for line in made.parameters
    )  # fmt: skip
    show(table("Parameters in force", ("Name", "Value", "It is", "Meaning", "Source of the default"), rows))
    st.caption("What was approved at the desk counts; what the settings file says comes after it.")
    st.caption(literal(f"It needs: {', '.join(made.needs)}"))


def _gather(here: Place, name: str) -> None:
    """What standing together by branch would do with this rule's small alerts, from the last scan."""
    with here.store.read() as session:
        counts = gathered_if(session, here.user, here.workspace.settings, name)
    if counts is not None and counts[0] > counts[1]:
        st.caption(
            literal(
                f"Of the last scan's alerts {counts[0]:,} are below high severity; as one for each branch they would be "
                f'{counts[1]:,}. The settings file has it: [gather] {name} = "branch".'
            )
        )


def _ask_for_change(here: Place, made: ManualPage) -> None:
    """Ask for another value of a parameter; a second officer decides."""
    if not made.parameters:
        return
    key = f"threshold-{made.id}"

    def fields() -> None:
        st.selectbox("Parameter", [line.name for line in made.parameters], key=f"{key}-name")
        st.text_input("New value", key=f"{key}-value")
        st.text_area("What would it do? (from a trial: alerts gained and lost)", key=f"{key}-effect")

    ask(
        key,
        "Ask for another value",
        "Ask for it",
        lambda words: propose_threshold(
            here.store, here.user, here.workspace, made.id, str(given(f"{key}-name")), value(f"{key}-value").strip(),
            words, value(f"{key}-effect"), here.now,
        ),
        "Asked for; scans keep the old value until another officer has approved the new one.",
        fields=fields,
        allowed=may(here.user, Action.TUNE),
    )  # fmt: skip
