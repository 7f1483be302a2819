"""The graph of an alert: what ties people, hubs set apart, nothing hidden, hostile labels harmless."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from surveil.links import LINK_COLUMNS, Graph, Scope, graph_of, svg


def tie(account: str, customer: str, value: str, **more: Any) -> dict[str, Any]:
    row = {
        "account_id": account, "rep_id": "r1", "customer_id": customer, "household": customer, "kind": "phone",
        "value": value, "customers": 3, "households": 3, "openers": 1, "employee_id": None,
    }  # fmt: skip
    return {**row, **more}


def rows(*ties: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(ties), columns=list(LINK_COLUMNS))


def drawn(graph: Graph, kind: str) -> set[str]:
    return {node.label for node in graph.nodes if node.kind == kind}


def test_a_number_of_three_customers_ties_them_to_their_opener() -> None:
    graph = graph_of(rows(*(tie(f"a{i}", f"c{i}", "555") for i in range(3))), "r1")
    assert drawn(graph, "phone") == {"phone 555"}
    assert drawn(graph, "customer") == {"customer c0", "customer c1", "customer c2"}
    assert {(edge.source, edge.target) for edge in graph.edges} == {
        *(("rep r1", f"customer c{i}") for i in range(3)),
        *((f"customer c{i}", "phone 555") for i in range(3)),
    }
    assert graph.table[0]["customers"] == ("c0", "c1", "c2")
    assert graph.left_out == ()


def test_what_one_household_shares_is_no_tie_nor_is_a_value_of_one_customer_here() -> None:
    family = [tie(f"a{i}", f"c{i}", "555", household="h") for i in range(3)]
    graph = graph_of(rows(*family, tie("b", "d", "666")), "r1")
    assert [node.id for node in graph.nodes] == ["rep r1"]


def test_an_employees_contact_ties_one_customer_to_him() -> None:
    graph = graph_of(rows(tie("a", "c", "555", customers=1, employee_id="r2")), "r1")
    assert ("rep r2", "phone 555") in {(edge.source, edge.target) for edge in graph.edges}
    assert "r2" in graph.table[0]["note"]


def test_a_hub_is_one_node_and_said_so() -> None:
    desk = [tie(f"a{i}", f"c{i}", "991", households=26, customers=30) for i in range(30)]
    graph = graph_of(rows(*desk), "r1", Scope(hub=25))
    assert drawn(graph, "customer") == set()
    assert [(node.kind, node.label) for node in graph.nodes if node.kind == "hub"] == [("hub", "phone 991")]
    assert "30 of them here" in next(node.note for node in graph.nodes if node.kind == "hub")
    assert any("hubs" in text for text in graph.left_out)
    assert graph.table[0]["firm_households"] == 26
    assert drawn(graph_of(rows(*desk), "r1", Scope(hub=26)), "hub") == set()


def test_what_is_too_much_to_draw_is_counted() -> None:
    many = [tie(f"a{i}{j}", f"c{i}{j}", f"{i}") for i in range(9) for j in range(4)]
    graph = graph_of(rows(*many), "r1", Scope(values=5, customers=12))
    assert len(drawn(graph, "phone")) <= 5
    assert len(drawn(graph, "customer")) == 12
    assert graph.left_out == (
        "4 more shared contacts, devices or documents that tie fewer households are left out.",
        "8 more customers with fewer ties are left out.",
    )


def test_a_customer_and_a_representative_of_one_id_are_two() -> None:
    graph = graph_of(rows(tie("a", "r1", "555"), tie("b", "c", "555")), "r1")
    assert {"rep r1", "customer r1"} <= {node.id for node in graph.nodes}


def test_what_is_shown_is_what_the_label_says() -> None:
    graph = graph_of(
        rows(tie("a", "c", "5551"), tie("b", "d", "5551")), "r1", label=lambda kind, _: f"hidden {kind}"
    )
    text = svg(graph) + json.dumps([dict(row) for row in graph.table])
    assert "hidden phone" in text
    assert "5551" not in text
    assert "5551" not in "".join(node.label for node in graph.nodes)


def test_nothing_to_draw_is_no_drawing() -> None:
    assert svg(graph_of(rows())) == ""


TEXT = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["<script>alert(1)</script>", '"/><image href="http://x"/>', "]]>", "&lt;", "‮evil", "\x00", "a" * 500]
)  # fmt: skip


@settings(max_examples=40)
@given(
    st.lists(
        st.builds(
            tie, TEXT, TEXT, st.sampled_from(["1", "2", "<b>3</b>"]), rep_id=TEXT | st.none(), household=TEXT,
            kind=st.sampled_from(["phone", "email", "device", "document", "address", "money"]),
            households=st.integers(1, 40), employee_id=st.sampled_from([None, "r9", "<i>"]),
        ),
        max_size=12,
    ),
    st.integers(0, 99),
)  # fmt: skip
def test_any_text_is_drawn_safely_and_any_order_gives_the_same_graph(
    ties: list[dict[str, Any]], seed: int
) -> None:
    frame = rows(*ties)
    graph = graph_of(frame, "r1", Scope(hub=20, values=2, customers=5))
    text = svg(graph)
    root = ET.fromstring(text)  # noqa: S314 — our own drawing
    allowed = {"svg", "title", "line", "text", "g", "rect"}
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= allowed
    assert not any(
        name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib
    )
    assert "‮" not in text
    ids = {node.id for node in graph.nodes}
    assert all(edge.source in ids and edge.target in ids for edge in graph.edges)
    places = [(node.column, node.row) for node in graph.nodes]
    assert len(set(places)) == len(places), "no two nodes on one place"
    mixed = frame.sample(frac=1, random_state=seed) if len(frame) else frame
    again = graph_of(mixed, "r1", Scope(hub=20, values=2, customers=5))
    assert again.as_json() == graph.as_json()
