"""What ties the accounts behind an alert to each other: a drawing, and the same as a table."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.components.evidence import revealed
from dashboard.components.markup import Html, joined, literal, show, table, text
from dashboard.components.session import Place
from dashboard.components.words import plural
from surveil import desk
from surveil.alerts.alert import Alert
from surveil.links import Graph, svg


def show_ties(here: Place, alert: Alert) -> None:
    """Contacts, homes, devices, documents and money that several customers behind the alert share."""
    found = desk.alert_links(here.workspace.runs_dir, alert, revealed(here, alert))
    if found.graph is None:
        st.info(literal(found.problem or "There is nothing to draw."))
        return
    if not found.graph.table:
        st.info(
            "Nothing that the data tell of ties these accounts to each other: no shared contact, home, device or money."
        )
        return
    show(_picture(found.graph))
    for sentence in found.graph.left_out:
        st.caption(literal(sentence))
    with st.expander("The ties as a table"):
        show(
            table(
                "What several customers share",
                list(_COLUMNS.values()),
                map(_row, found.graph.table),
                (3, 4, 5),
            )
        )


_COLUMNS = {
    "what": "What",
    "label": "Value",
    "customers": "Customers of this alert",
    "firm_customers": "Customers at the firm",
    "firm_households": "Households at the firm",
    "firm_openers": "Openers at the firm",
    "openers": "Opened by",
    "note": "Note",
}


def _row(row: Mapping[str, Any]) -> list[Html]:
    return [_cell(row.get(name)) for name in _COLUMNS]


def _cell(value: object) -> Html:
    if isinstance(value, list | tuple):
        return joined((text(part) for part in value), ", ")
    return text("" if value is None else value)


def _picture(graph: Graph) -> Html:
    """The drawing as a picture: nothing in it can act, whatever stands in the data."""
    encoded = base64.b64encode(svg(graph).encode("utf-8", "replace")).decode("ascii")
    said = f"Drawing of {plural(len(graph.nodes), 'node')} and {plural(len(graph.edges), 'tie')}; the table below says it."
    return Html(
        f'<div class="sv-scroll"><img class="sv-picture" src="data:image/svg+xml;base64,{encoded}" alt="{said}"></div>'
    )
