"""What the queue shows: views with their counts and filters on top, each in the address, turned into the desk's filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

import streamlit as st

from dashboard.components import address
from dashboard.components.markup import literal
from dashboard.components.session import Place, attempt
from dashboard.components.words import FAMILY, SEVERITY, SORT, STATUS
from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.model import Family, Severity
from surveil.desk import NOBODY, QueueFilters, Sort
from surveil.desk.views import FIRST_LOOK, NAME_MAX_CHARACTERS, View

Label = TypeVar("Label", bound=StrEnum)

_WIDGETS = ("status", "severity", "family", "detector", "branch", "rep", "assignee", "text")
_NOBODY = "nobody"


@dataclass(frozen=True)
class Chosen:
    """What a person asked the queue for."""

    view: View
    filters: QueueFilters
    sort: Sort
    grouped: bool

    @property
    def filtered(self) -> bool:
        """Whether he asked for less than the view shows."""
        return self.filters != self.view.filters


def view_key(view: View) -> str:
    """What stands in the address for a view: the id of one's own, the name of a standard one."""
    return view.view_id or re.sub(r"[^a-z]+", "-", view.name.lower().replace("'", "")).strip("-")


def choose(here: Place) -> Chosen:
    """Draw views and filters in the sidebar and say what is chosen."""
    with here.store.read() as session:
        views = desk.views(session, here.user, here.today)
    with st.sidebar:
        view = _view(views)
        chosen = _refined(here, view.filters)
        if chosen != view.filters:
            st.button("Clear filters", key="clear-filters", on_click=_clear)
    sort, grouped = _arrangement(view)
    with st.sidebar:
        _keep(here, view, chosen, sort)
    return Chosen(view, chosen, sort, grouped)


def _view(views: Sequence[View]) -> View:
    by_key = {view_key(view): view for view in views}
    usual = next(view_key(view) for view in views if view.is_default)
    picked = address.one(
        "Views", list(by_key), "view", lambda key: _told(by_key[key]), listed=True, on_change=_other_view, usual=usual
    )  # fmt: skip
    return by_key[picked]


def _told(view: View) -> str:
    return literal(f"{view.name} ({view.count:,}{'+' if view.more else ''})")


def _other_view() -> None:
    """A view comes with its own order, and from its first page."""
    st.session_state.pop("sort", None)
    if "sort" in st.query_params:
        del st.query_params["sort"]
    _first_page()


def _refined(here: Place, base: QueueFilters) -> QueueFilters:
    """The view's filters, each replaced by what is chosen here."""
    st.subheader("Filters")
    chosen: dict[str, Any] = {
        "text": address.words("Search", "text", "id, typology, words of the reason", _first_page),
        "severity": _several("Severity", "severity", SEVERITY, Severity),
        "status": _several("Status", "status", STATUS, Status),
        "family": _several("Family", "family", FAMILY, Family),
        "detector": _values(here, "Detector", "detector", "detector"),
        "branch_id": _values(here, "Branch", "branch", "branch_id"),
        "rep_id": _values(here, "Representative", "rep", "rep_id"),
        "assignee": _assignees(here),
    }
    return replace(base, **{name: value for name, value in chosen.items() if value})


def _several(label: str, key: str, words: Mapping[Label, str], kind: type[Label]) -> tuple[Label, ...]:
    labels = {str(value): word for value, word in words.items()}
    found = address.many(label, list(labels), key, labels.__getitem__, on_change=_first_page)
    return tuple(kind(value) for value in found)


def _values(here: Place, label: str, key: str, column: str) -> tuple[str, ...]:
    return tuple(address.many(label, _choices(here, column), key, on_change=_first_page))


def _assignees(here: Place) -> tuple[str, ...]:
    options = [_NOBODY, *_choices(here, "assignee")]
    found = address.many("With", options, "assignee", on_change=_first_page)
    return tuple(NOBODY if name == _NOBODY else name for name in found)


def _choices(here: Place, column: str) -> list[str]:
    with here.store.read() as session:
        return desk.choices(session, here.user, column)


def _arrangement(view: View) -> tuple[Sort, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        named: Callable[[str], str] = {str(sort): label for sort, label in SORT.items()}.__getitem__
        sort = address.one(
            "Order", [str(sort) for sort in SORT], "sort", named, width=220, usual=str(view.sort)
        )
        grouped = address.switch(
            "Group by whom it is about",
            "grouped",
            "All alerts about one representative, branch, customer or account stand together.",
        )
    return Sort(sort), grouped


def _keep(here: Place, view: View, chosen: QueueFilters, sort: Sort) -> None:
    """Save what is shown as a view of one's own; open on it; throw it away."""
    with st.popover("Keep this view", key="keep-view"):
        with st.form("save-view", border=False):
            st.text_input("Name of the view", key="view-name", max_chars=NAME_MAX_CHARACTERS)
            st.checkbox("Open the queue on it", key="view-default")
            st.form_submit_button("Save the view", on_click=_save, args=(here, chosen, sort))
        if not view.is_default and (view.view_id is not None or view.name == FIRST_LOOK):
            st.button(
                "Open the queue on the view picked", key="view-open-on", on_click=_open_on, args=(here, view)
            )
        if view.view_id is not None:
            st.button(
                "Throw the view picked away", key="view-delete", on_click=_throw_away, args=(here, view)
            )


def _save(here: Place, chosen: QueueFilters, sort: Sort) -> None:
    name = str(st.session_state.get("view-name") or "")
    usual = bool(st.session_state.get("view-default"))

    def save() -> None:
        kept = desk.save_view(here.store, here.user, name, chosen, sort, here.now, usual)
        _clear()
        _other_view()
        st.session_state["view"] = kept

    attempt(save, "The view was saved; it stands among your views.")


def _open_on(here: Place, view: View) -> None:
    attempt(
        lambda: desk.set_default_view(here.store, here.user, view.view_id, here.now),
        "The queue opens on this view from now on."
        if view.view_id
        else "The queue opens on the usual view again.",
    )


def _throw_away(here: Place, view: View) -> None:
    def drop() -> None:
        desk.delete_view(here.store, here.user, view.view_id or "", here.now)
        st.session_state.pop("view", None)

    attempt(drop, "The view was thrown away; no alert was touched.")


def _first_page() -> None:
    st.session_state["page"] = 1


def _clear() -> None:
    for name in _WIDGETS:
        st.session_state[name] = "" if name == "text" else []
    _first_page()
