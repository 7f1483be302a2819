"""The ties of one alert's accounts as a graph small enough to look at, laid out in three columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import networkx as nx
import pandas as pd

#: Columns of the drawing, left to right: representatives, customers, what they share.
REP, CUSTOMER, SHARED = 0, 1, 2
KINDS = {
    "phone": "phone", "email": "e-mail", "address": "home", "device": "device", "document": "document", "money": "paid from",
    "person": "one person with",
}  # fmt: skip
Labels = Callable[[str, str], str]


@dataclass(frozen=True)
class Scope:
    """How much is drawn: values with more households than `hub` are collapsed into one node each, at most so many `hubs`; of
    the rest the `values` that tie most households, and at most so many `customers`.
    """

    hub: int = 25
    hubs: int = 5
    values: int = 20
    customers: int = 40


@dataclass(frozen=True)
class Node:
    """`kind` is rep, customer, hub, or one of `KINDS`; `label` is masked already; `column` and `row` say where it stands."""

    id: str
    kind: str
    label: str
    column: int
    row: float
    note: str = ""


@dataclass(frozen=True)
class Edge:
    """Between two nodes' ids; `accounts` are those that make it."""

    source: str
    target: str
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """A drawing with its twin in words.

    Attributes:
        table: one row per shared value or hub drawn, those that tie most first: `what`, `label`, `customers` (their ids
            among the alert's accounts), `openers`, `firm_customers`, `firm_households`, `firm_openers`, `note`.
        left_out: what was too much to draw, as sentences.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    table: tuple[Mapping[str, Any], ...]
    left_out: tuple[str, ...]

    def as_json(self) -> str:
        """All of it as JSON, always the same for the same graph."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)


def graph_of(
    rows: pd.DataFrame, subject: str | None = None, scope: Scope | None = None, label: Labels | None = None
) -> Graph:
    """The graph of an alert's accounts. Pure: the same rows, in any order, give the same graph.

    Args:
        rows: `LINK_COLUMNS` of the accounts behind the alert.
        subject: the representative whom the alert is on; he stands first.
        scope: how much is drawn.
        label: (kind, value) -> what is shown of a value; by default all of it.
    """
    scope, label = scope or Scope(), label or (lambda _, value: value)
    known = rows.astype(dict.fromkeys(("kind", "value", "customer_id", "rep_id", "account_id"), "string"))
    values = _values(known)
    wide = values[values["households"] > scope.hub].sort_values(
        ["here", "kind", "value"], ascending=[False, True, True]
    )
    hubs = wide.head(scope.hubs)
    drawable = values[(values["households"] <= scope.hub) & (values["ties"] > 0)]
    drawn = drawable.head(scope.values)
    ties = known.merge(drawn[["kind", "value"]], on=["kind", "value"])
    weight = ties.groupby("customer_id")["value"].nunique()
    ranked = sorted(weight.index, key=lambda who: (-int(weight[who]), str(who)))
    shown = set(ranked[: scope.customers])
    ties = ties[ties["customer_id"].isin(shown)]
    graph = _ties(ties, known, hubs, subject)
    labels = {node: _label(data, node, label) for node, data in graph.nodes(data=True)}
    left = _left_out(len(drawable) - len(drawn), len(ranked) - len(shown), len(wide), scope)
    return Graph(
        _nodes(graph, labels, subject), _edges(graph), _table(known, pd.concat([drawn, hubs]), label), left
    )


def _values(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per value: how far it reaches, how many of the alert's customers have it, and how much it ties: two households
    of theirs, or one of them and somebody of the firm (what one household shares is no tie). Those that tie most come first.
    """
    grouped = rows.groupby(["kind", "value"], sort=True)
    values = grouped.agg(
        here=("customer_id", "nunique"), homes=("household", "nunique"), customers=("customers", "max"),
        households=("households", "max"),
        openers=("openers", "max"), employee_id=("employee_id", "min"),
    ).reset_index()  # fmt: skip
    values["ties"] = (values["homes"] - 1 + values["employee_id"].notna()).astype("int64")
    return values.sort_values(["ties", "kind", "value"], ascending=[False, True, True], ignore_index=True)


def _ties(ties: pd.DataFrame, rows: pd.DataFrame, hubs: pd.DataFrame, subject: str | None) -> Any:
    """Nodes named by kind and value, so that a customer and a representative of one id are two."""
    graph = nx.Graph()
    if subject is not None:
        graph.add_node(f"rep {subject}", kind="rep", value=subject, column=REP)
    for row in ties.itertuples():
        customer, value = f"customer {row.customer_id}", f"{row.kind} {row.value}"
        graph.add_node(customer, kind="customer", value=row.customer_id, column=CUSTOMER)
        graph.add_node(
            value, kind=row.kind, value=row.value, column=SHARED,
            note=f"{row.customers} customers, {row.openers} openers in the firm",
        )  # fmt: skip
        _join(graph, customer, value, row.account_id)
        if pd.notna(row.rep_id):
            graph.add_node(f"rep {row.rep_id}", kind="rep", value=row.rep_id, column=REP)
            _join(graph, f"rep {row.rep_id}", customer, row.account_id)
        if pd.notna(row.employee_id):
            graph.add_node(f"rep {row.employee_id}", kind="rep", value=row.employee_id, column=REP)
            _join(graph, f"rep {row.employee_id}", value, None)
    for row in hubs.itertuples():
        own = rows[(rows["kind"] == row.kind) & (rows["value"] == row.value)]
        node = f"hub {row.kind} {row.value}"
        graph.add_node(
            node, kind="hub", of=row.kind, value=row.value, column=SHARED,
            note=f"{row.customers} customers in the firm, {row.here} of them here: a switchboard, a shared device, …",
        )  # fmt: skip
        for rep in sorted(set(own["rep_id"].dropna())):
            if f"rep {rep}" in graph:
                _join(graph, f"rep {rep}", node, None)
    return graph


def _join(graph: Any, one: str, other: str, account: str | None) -> None:
    if not graph.has_edge(one, other):
        graph.add_edge(one, other, accounts=set())
    if account is not None:
        graph.edges[one, other]["accounts"].add(str(account))


def _label(data: Mapping[str, Any], node: str, label: Labels) -> str:
    kind = data.get("of", data["kind"])
    shown = str(data["value"]) if kind in ("rep", "customer") else label(str(kind), str(data["value"]))
    return f"{KINDS.get(str(kind), kind)} {shown}"


def _nodes(graph: Any, labels: Mapping[str, str], subject: str | None) -> tuple[Node, ...]:
    """Nodes with their places: values by how much they tie, customers beside what they share, the subject first."""
    of = {
        column: sorted(n for n, d in graph.nodes(data=True) if d["column"] == column)
        for column in (REP, CUSTOMER, SHARED)
    }
    of[SHARED].sort(key=lambda n: (graph.nodes[n]["kind"] == "hub", -graph.degree(n), n))
    place = {node: i for i, node in enumerate(of[SHARED])}
    of[CUSTOMER].sort(key=lambda n: (min((place[m] for m in graph[n] if m in place), default=0), n))
    of[REP].sort(key=lambda n: (n != f"rep {subject}", -graph.degree(n), n))
    tallest = max((len(nodes) for nodes in of.values()), default=0)
    made = []
    for column, nodes in of.items():
        for i, node in enumerate(nodes):
            data = graph.nodes[node]
            row = (i + 0.5) * tallest / len(nodes)
            made.append(
                Node(node, str(data["kind"]), labels[node], column, round(row, 3), str(data.get("note", "")))
            )
    return tuple(made)


def _edges(graph: Any) -> tuple[Edge, ...]:
    def ends(one: str, other: str) -> tuple[str, str]:
        first, second = sorted((one, other), key=lambda n: (graph.nodes[n]["column"], n))
        return first, second

    found = (Edge(*ends(u, v), tuple(sorted(d["accounts"]))) for u, v, d in graph.edges(data=True))
    return tuple(sorted(found, key=lambda edge: (edge.source, edge.target)))


def _table(rows: pd.DataFrame, values: pd.DataFrame, label: Labels) -> tuple[Mapping[str, Any], ...]:
    table = []
    for value in values.itertuples():
        own = rows[(rows["kind"] == value.kind) & (rows["value"] == value.value)]
        table.append(
            {
                "what": KINDS.get(value.kind, value.kind),
                "label": label(value.kind, value.value),
                "customers": tuple(sorted(set(own["customer_id"].dropna()))),
                "openers": tuple(sorted(set(own["rep_id"].dropna()))),
                "firm_customers": int(value.customers),
                "firm_households": int(value.households),
                "firm_openers": int(value.openers),
                "note": "" if pd.isna(value.employee_id) else f"also of {value.employee_id}, who works for the firm",
            }
        )  # fmt: skip
    return tuple(table)


def _left_out(values: int, customers: int, hubs: int, scope: Scope) -> tuple[str, ...]:
    told: Sequence[tuple[int, str]] = (
        (values, "more shared contacts, devices or documents that tie fewer households are left out."),
        (customers, "more customers with fewer ties are left out."),
        (hubs, f"contacts or devices of more than {scope.hub} households each are hubs, drawn without their customers."),
    )  # fmt: skip
    return tuple(f"{count} {text}" for count, text in told if count > 0)
