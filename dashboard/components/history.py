"""What was done with an alert: decisions, notes, and every event of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import streamlit as st

from dashboard.components.markup import Html, joined, show, table, tag, text, unbroken
from dashboard.components.words import event, field, items, moment, number
from surveil.alerts.dispositions import Disposition
from surveil.desk import AlertView
from surveil.desk.alert_page import Change, HistoryEntry

_STATE = {
    "pending": "waits for a second person",
    "final": "stands",
    "rejected": "sent back",
    "withdrawn": "withdrawn, the alert was opened again",
}
_NOTHING_CHANGED: tuple[str, ...] = ("row_version",)


def show_history(view: AlertView) -> None:
    """Decisions first, then the whole trail, the newest on top."""
    if view.decisions:
        show(_decisions(view))
    if len(view.hits) > 1:
        show(_trend(view))
    rows = (
        (unbroken(moment(entry.at)), text(entry.actor), event(entry.action), told(entry))
        for entry in reversed(view.history)
    )
    show(
        table("Audit trail of this alert, newest first", ("When", "Who", "What", "Reason and changes"), rows)
    )
    st.caption("Times are UTC. Nothing in this list can be changed; the page “Audit trail” checks that.")


def _decisions(view: AlertView) -> Html:
    rows = (
        (
            unbroken(moment(decision.decided_at)),
            text(decision.decided_by),
            decision.disposition.label,
            _STATE.get(decision.state, decision.state)
            + (f" ({decision.reviewed_by}, {moment(decision.reviewed_at)})" if decision.reviewed_at else ""),
            tag("span", text(decision.note), css="sv-note"),
        )
        for decision in reversed(view.decisions)
    )
    return table("Decisions", ("When", "Who", "Decision", "State", "Note"), rows)


def _trend(view: AlertView) -> Html:
    rows = (
        (hit.as_of, text(hit.run_id), hit.severity.value, number(hit.score), number(hit.observed),
         number(hit.expected), items(hit.item_count))
        for hit in reversed(view.hits)
    )  # fmt: skip
    headers = ("Data as of", "Run", "Severity", "Score", "Observed", "Expected", "Items")
    return table("What each scan measured", headers, rows, (3, 4, 5))


def told(entry: HistoryEntry) -> Html:
    """Reason, what came with it, and each field before and after."""
    lines = [tag("div", text(entry.reason), css="sv-note")] if entry.reason else []
    lines += [
        tag("div", f"{field(name)}: ", text(_detail(name, value))) for name, value in entry.details.items()
    ]
    lines += [tag("div", line) for line in _changes(entry)]
    return joined(lines)


def _detail(name: str, value: Any) -> str:
    if name == "disposition" and value in set(Disposition):
        return Disposition(value).label
    return str(value)


def _changes(entry: HistoryEntry) -> Iterator[Html]:
    for change in entry.changes:
        if change.field not in _NOTHING_CHANGED:
            yield joined((f"{field(change.field)}: ", text(_value(change, change.before)), " → ",
                          text(_value(change, change.after))))  # fmt: skip


def _value(change: Change, value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return _detail(change.field, value.replace("_", " ") if change.field == "status" else value)
