"""From page to page, with all that tells what is shown in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import streamlit as st

from dashboard.components.markup import Html, tag, text

ALERT = "alert"
CASE = "case"
MATTER = "matter"
_PAGES, _ORDER, _QUEUE, _WANTED = "pages", "queue_order", "queue_address", "wanted_address"


def remember(pages: Mapping[str, st.Page]) -> None:
    """Keep the pages of this run, so that others can lead to them."""
    st.session_state[_PAGES] = dict(pages)


def remember_queue(alert_ids: Sequence[str]) -> None:
    """Keep the order in which alerts stand in the queue, and its address, for the way back and on."""
    st.session_state[_ORDER] = list(alert_ids)
    st.session_state[_QUEUE] = _address()


def keep_address() -> None:
    """Keep what the address asks for while somebody signs in."""
    if st.query_params:
        st.session_state[_WANTED] = _address()


def return_to(page: st.Page) -> None:
    """After signing in, show what the address asked for before."""
    wanted = st.session_state.pop(_WANTED, None)
    if wanted:
        st.switch_page(page, query_params=wanted)


def arrive(page: st.Page, home: str) -> None:
    """Just signed in, without an address of a page of one's own: to where one's work is."""
    if st.session_state.pop("arriving", False) and page == _page("queue") and home != "queue":
        st.switch_page(_page(home))


def _address() -> dict[str, list[str]]:
    return {key: st.query_params.get_all(key) for key in st.query_params}


def order() -> list[str]:
    """Alert ids as they stood in the queue last shown."""
    return list(st.session_state.get(_ORDER, ()))


def alert_link(alert_id: str, label: str) -> None:
    """A link to an alert's page."""
    st.page_link(_page(ALERT), label=label, icon="", query_params={ALERT: alert_id})


def case_link(case_id: str, label: str) -> None:
    """A link to a case's page."""
    st.page_link(_page(CASE), label=label, icon="", query_params={CASE: case_id})


def cases_link(label: str) -> None:
    """A link to the list of cases."""
    st.page_link(_page("cases"), label=label, icon=":material/arrow_back:")


def matter_link(matter_id: str, label: str) -> None:
    """A link to a matter's page."""
    st.page_link(_page(MATTER), label=label, icon="", query_params={MATTER: matter_id})


def matters_link(label: str) -> None:
    """A link to the list of matters."""
    st.page_link(_page("matters"), label=label, icon=":material/arrow_back:")


def chosen_matter() -> str | None:
    """The matter that the address names."""
    return st.query_params.get(MATTER)


def to_item(matter_id: str, number: str) -> Html:
    """A link to an item of a matter inside a table."""
    address = f"{MATTER}?{MATTER}={quote(matter_id, safe='')}&item={quote(number, safe='')}"
    return tag("a", text(number), href=address, target="_self")


def page_link(name: str, label: str) -> None:
    """A link to a page by its name."""
    st.page_link(_page(name), label=label, icon=":material/arrow_forward:")


def queue_of(rep_id: str, label: str) -> None:
    """A link to the queue with all alerts of one representative."""
    st.page_link(
        _page("queue"),
        label=label,
        icon=":material/inbox:",
        query_params={"view": "everything", "rep": rep_id},
    )


def chosen_case() -> str | None:
    """The case that the address names."""
    return st.query_params.get(CASE)


def to(object_type: str, object_id: str) -> Html:
    """A link to an alert or a case inside a table; plain text for what has no page."""
    if object_type not in (ALERT, CASE):
        return text(object_id)
    return tag(
        "a",
        text(object_id),
        css="sv-day",
        href=f"{object_type}?{object_type}={quote(object_id, safe='')}",
        target="_self",
    )


def queue_link(label: str, alert_id: str | None = None) -> None:
    """A link back to the queue as it was, with this alert picked."""
    address: dict[str, list[str]] = dict(st.session_state.get(_QUEUE, {}))
    if alert_id is not None:
        address[ALERT] = [alert_id]
    st.page_link(_page("queue"), label=label, icon=":material/arrow_back:", query_params=address)


def go_to_alert(alert_id: str) -> None:
    """Leave for an alert's page now."""
    st.switch_page(_page(ALERT), query_params={ALERT: alert_id})


def chosen() -> str | None:
    """The alert that the address names."""
    return st.query_params.get(ALERT)


def choose(alert_id: str) -> None:
    """Name an alert in the address without leaving the page."""
    st.query_params[ALERT] = alert_id


def beside(alert_id: str | None, step: int) -> str | None:
    """The alert that many places further in the queue last shown; None beyond its ends, or where it is not in it."""
    known = order()
    if alert_id not in known:
        return None
    place = known.index(alert_id) + step
    return known[place] if 0 <= place < len(known) else None


def _page(name: str) -> st.Page:
    page: st.Page = st.session_state[_PAGES][name]
    return page
