"""The review desk in the browser: who is there, and which page he wants. Runs anew at every act of a reader."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.components import navigate, openid, session, shortcuts
from dashboard.components.markup import literal
from dashboard.components.sign_in import sign_in_page
from dashboard.components.style import apply_style
from dashboard.components.words import ROLE
from dashboard.views import alert, audit, detectors, queue, runs
from surveil.alerts.errors import NotAllowed
from surveil.errors import SurveilError

_ICON = Path(__file__).with_name("icon.svg")


def main() -> None:
    """Show the page that the address names, to whoever has signed in."""
    st.set_page_config(page_title="surveil", page_icon=_ICON, layout="wide")
    apply_style()
    try:
        workspace, store = session.opened()
        user = session.signed_in(workspace, store)
        page = st.navigation(_pages(), position="hidden" if user is None else "sidebar")
        if user is None:
            navigate.keep_address()
            session.hand_over_cookie()
            sign_in_page(workspace, store)
            return
        place = session.settle(workspace, store, user)
        navigate.return_to(page)
        session.hand_over_cookie()
        _who(place)
        session.watch_idle(store)
        session.show_told()
        page.run()
    except NotAllowed as error:
        st.title("Not allowed")
        st.error(literal(error), icon=":material/block:")
    except SurveilError as error:
        st.title("This can't be shown")
        st.error(literal(error))


def _pages() -> list[st.Page]:
    made = {
        name: st.Page(page, title=title, icon=icon, url_path=name, default=name == "queue",
                      visibility="hidden" if name == "alert" else "visible")
        for name, page, title, icon in (
            ("queue", queue.page, "Queue", ":material/inbox:"),
            ("alert", alert.page, "Alert", ":material/notification_important:"),
            ("runs", runs.page, "What was examined", ":material/fact_check:"),
            ("audit", audit.page, "Audit trail", ":material/verified_user:"),
            ("detectors", detectors.page, "Detectors", ":material/menu_book:"),
        )
    }  # fmt: skip
    navigate.remember(made)
    return list(made.values())


def _who(place: session.Place) -> None:
    """Who is signed in, the way out, and the switch for keys."""
    with st.sidebar:
        st.caption(f"{literal(place.user.display_name or place.user.name)} · {ROLE[place.user.role]}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Sign out", key="sign-out", on_click=session.end, args=(place.store, "You have signed out.")
            )
            shortcuts.switch()


def _sign_out(place: session.Place) -> None:
    session.end(place.store, "You have signed out.")
    openid.leave(place.workspace)


main()
