"""The review desk in the browser: who is there, and which page he wants. Runs anew at every act of a reader."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.components import navigate, openid, session, shortcuts
from dashboard.components.markup import literal
from dashboard.components.sign_in import sign_in_page
from dashboard.components.style import apply_style
from dashboard.components.words import ROLE
from dashboard.views import (
    account,
    alert,
    approvals,
    audit,
    cases,
    detectors,
    matters,
    overview,
    people,
    quality,
    queue,
    runs,
    team,
)
from surveil.alerts.alert import Action
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import User
from surveil.alerts.policy import may
from surveil.errors import SurveilError

_ICON = Path(__file__).with_name("icon.svg")


def main() -> None:
    """Show the page that the address names, to whoever has signed in."""
    st.set_page_config(page_title="surveil", page_icon=_ICON, layout="wide")
    apply_style()
    try:
        workspace, store = session.opened()
        user = session.signed_in(workspace, store)
        page = st.navigation(_pages(user), position="hidden" if user is None else "sidebar", expanded=True)
        if user is None:
            navigate.keep_address()
            session.hand_over_cookie()
            sign_in_page(workspace, store)
            return
        place = session.settle(workspace, store, user)
        navigate.return_to(page)
        navigate.arrive(page, _home(user))
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


def _home(user: User | None) -> str:
    """The page one begins on."""
    return "queue" if user is None or may(user, Action.READ) else "people"


def _pages(user: User | None) -> list[st.Page]:
    """All pages; in sight are those that this person has a use for. What he may do on them is the desk's to say."""
    reads = user is None or bool(may(user, Action.READ))
    keeps = user is not None and bool(may(user, Action.MANAGE_USERS))
    answers = user is None or (reads and user.sees_every_branch)
    judges = answers  # a sample is drawn from the whole firm
    made = {
        name: st.Page(page, title=title, icon=icon, url_path=name, default=name == "queue",
                      visibility="visible" if wanted else "hidden")
        for name, page, title, icon, wanted in (
            ("queue", queue.page, "Queue", ":material/inbox:", reads),
            ("alert", alert.page, "Alert", ":material/notification_important:", False),
            ("cases", cases.page, "Cases", ":material/folder_open:", reads),
            ("case", cases.one, "Case", ":material/folder:", False),
            ("calendar", cases.calendar, "Calendar", ":material/event:", reads),
            ("matters", matters.page, "Regulators' letters", ":material/gavel:", answers),
            ("matter", matters.one, "Matter", ":material/gavel:", False),
            ("team", team.page, "People and branches", ":material/supervisor_account:", reads),
            ("overview", overview.page, "Overview", ":material/monitoring:", reads),
            ("quality", quality.page, "Quality", ":material/balance:", judges),
            ("approvals", approvals.page, "Held back and thresholds", ":material/filter_alt:", reads),
            ("runs", runs.page, "What was examined", ":material/fact_check:", reads),
            ("detectors", detectors.page, "Detectors", ":material/menu_book:", reads),
            ("audit", audit.page, "Audit trail", ":material/verified_user:", True),
            ("people", people.page, "People", ":material/group:", keeps),
            ("account", account.page, "Account and absence", ":material/person:", True),
        )
    }  # fmt: skip
    navigate.remember(made)
    # One list: the framework draws sections of pages in a way that screen readers can't follow.
    return list(made.values())


def _who(here: session.Place) -> None:
    """Who is signed in, on whose behalf, the way out, and the switch for keys."""
    user = here.user
    with st.sidebar:
        acting = f" for {user.on_behalf_of}" if user.on_behalf_of else ""
        st.caption(literal(f"{user.display_name or user.name}{acting} · {ROLE[user.role]}"))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Sign out", key="sign-out", on_click=_sign_out, args=(here,))
            shortcuts.switch()
    if user.on_behalf_of:
        st.info(
            literal(
                f"You act for {user.on_behalf_of}, under your own name; what you do is written down as such."
            )
        )


def _sign_out(place: session.Place) -> None:
    session.end(place.store, "You have signed out.")
    openid.leave(place.workspace)


main()
