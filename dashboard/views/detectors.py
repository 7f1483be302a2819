"""The catalogue of detectors, and the manual page of each with the parameters in force."""

from __future__ import annotations

import streamlit as st

from dashboard.components import address
from dashboard.components.manual import section
from dashboard.components.markup import literal, show, table, text
from dashboard.components.session import place
from dashboard.components.words import FAMILY
from surveil.alerts.model import Family
from surveil.desk.screen_detectors import ManualPage, manual_pages

_KIND = {
    "rule": "lists breaches of a rule",
    "item": "lists items for another detector",
    "rate": "compares rates",
}


def page() -> None:
    """Draw the catalogue and the page picked."""
    st.title("Detectors")
    pages = {made.id: made for made in manual_pages(place().workspace.settings.detectors)}
    rows = (
        (made.id, text(made.name), FAMILY[Family(made.family)], _KIND.get(made.kind, made.kind), made.status,
         made.version)
        for made in pages.values()
    )  # fmt: skip
    show(table("All detectors", ("Id", "Name", "Family", "What it does", "Status", "Version"), rows))
    st.header("Manual page")
    picked = address.one("Detector", list(pages), "manual", lambda name: f"{name} {pages[name].name}")
    _manual(pages[picked])


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
    st.caption(literal(f"It needs: {', '.join(made.needs)}"))
