"""What the queue shows: saved views and filters, each in the address, turned into the desk's filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from dashboard.components import address
from dashboard.components.session import Place
from dashboard.components.words import FAMILY, SEVERITY, SORT
from surveil import desk
from surveil.alerts.alert import Status
from surveil.alerts.model import Family, Severity
from surveil.desk import NOBODY, QueueFilters, Sort
from surveil.desk.queue import UNDER_REVIEW
from surveil.desk.screen_queue import count_alerts

Label = TypeVar("Label", bound=StrEnum)


@dataclass(frozen=True)
class View:
    """A saved view: what it is called and what it shows to whom."""

    label: str
    filters: Callable[[Place], QueueFilters]


VIEWS = {
    "desk": View("Mine or unassigned", lambda place: desk.first_look(place.user)),
    "mine": View("Mine", lambda place: QueueFilters(status=UNDER_REVIEW, assignee=(place.user.name,))),
    "unassigned": View("Unassigned", lambda _: QueueFilters(status=UNDER_REVIEW, assignee=(NOBODY,))),
    "approval": View("Waiting for approval", lambda _: QueueFilters(status=(Status.PENDING_APPROVAL,))),
    "overdue": View("Overdue", lambda place: QueueFilters(status=UNDER_REVIEW, overdue_on=place.today)),
    "open": View("All under review", lambda _: QueueFilters(status=UNDER_REVIEW)),
    "closed": View("Closed", lambda _: QueueFilters(status=(Status.CLOSED,))),
    "all": View("Everything", lambda _: QueueFilters()),
}
_WIDGETS = ("severity", "family", "detector", "branch", "text")


@dataclass(frozen=True)
class Chosen:
    """What a person asked the queue for."""

    view: View
    filters: QueueFilters
    sort: Sort
    grouped: bool
    filtered: bool


def choose(place: Place) -> Chosen:
    """Draw views and filters in the sidebar and say what is chosen."""
    with st.sidebar:
        view = VIEWS[_view(place)]
        st.subheader("Filters")
        text = address.words("Search", "text", "id, typology, words of the reason", _first_page)
        severity = address.many(
            "Severity", list(SEVERITY), "severity", _named(SEVERITY), on_change=_first_page
        )
        family = address.many("Family", list(FAMILY), "family", _named(FAMILY), on_change=_first_page)
        detector = address.many("Detector", _values(place, "detector"), "detector", on_change=_first_page)
        branch = address.many("Branch", _values(place, "branch_id"), "branch", on_change=_first_page)
        if any((text, severity, family, detector, branch)):
            st.button("Clear filters", key="clear-filters", on_click=_clear)
    refined = replace(
        view.filters(place),
        text=text,
        severity=tuple(Severity(value) for value in severity),
        family=tuple(Family(value) for value in family),
        detector=tuple(detector),
        branch_id=tuple(branch),
    )
    sort, grouped = _arrangement()
    return Chosen(view, refined, sort, grouped, refined != view.filters(place))


def _view(place: Place) -> str:
    with place.store.read() as session:
        counts = {
            name: count_alerts(session, place.user, view.filters(place)) for name, view in VIEWS.items()
        }
    return address.one(
        "Views",
        list(VIEWS),
        "view",
        lambda name: f"{VIEWS[name].label} ({counts[name]:,})",
        listed=True,
        on_change=_first_page,
    )


def _arrangement() -> tuple[Sort, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sort = address.one("Order", list(SORT), "sort", _named(SORT), width=220)
        grouped = address.switch(
            "Group by whom it is about",
            "grouped",
            "All alerts about one representative, branch, customer or account stand together.",
        )
    return Sort(sort), grouped


def _named(labels: Mapping[Label, str]) -> Callable[[str], str]:
    words = {str(value): label for value, label in labels.items()}
    return lambda value: words[str(value)]


def _values(place: Place, column: str) -> list[str]:
    with place.store.read() as session:
        return desk.choices(session, place.user, column)


def _first_page() -> None:
    st.session_state["page"] = 1


def _clear() -> None:
    for name in _WIDGETS:
        st.session_state[name] = "" if name == "text" else []
    _first_page()
