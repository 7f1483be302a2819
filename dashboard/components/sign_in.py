"""The page before all others: name and password, or a loud demo sign-in where nobody is set up yet."""

from __future__ import annotations

import streamlit as st

from dashboard.components import openid, session
from dashboard.components.markup import literal
from surveil import desk
from surveil.alerts.errors import SignInRefused
from surveil.config import Workspace
from surveil.desk import Store


def sign_in_page(workspace: Workspace, store: Store) -> None:
    """Ask who is there."""
    st.title("Sign in")
    try:
        if openid.come_in(workspace, store):
            st.rerun()
    except SignInRefused as error:
        st.error(literal(error))
    farewell = st.session_state.get("farewell")
    if farewell:
        st.info(literal(farewell))
    firm, users = session.has_firm_sign_in(workspace), session.has_users(store)
    if firm:
        st.button("Sign in with the firm's account", key="openid", type="primary", on_click=st.login)
    if users:
        _form(store, firm)
    elif session.demo_possible(workspace, store):
        _demo(store)
    elif not firm:
        st.error(
            "Nobody can sign in yet: this workspace has no users, and the demo sign-in works on this machine only, "
            "never through a proxy or another address. Add users with: surveil user add"
        )


def _demo(store: Store) -> None:
    st.warning(
        "**Demo sign-in, without a password.** This workspace has no users yet, so whoever sits at this machine can "
        "act here. It works on this machine only and ends as soon as the first user is added with `surveil user add`.",
        icon=":material/warning:",
    )
    with st.container(horizontal=True):
        for name, user in session.DEMO_USERS.items():
            st.button(
                literal(f"Sign in as {user.display_name.lower()}"),
                key=f"demo-{name}",
                type="primary" if name == "demo-officer" else "secondary",
                on_click=session.start,
                args=(store, name, "demo"),
            )
    st.caption("Two officers, so that an approval by a second person can be tried.")


def _form(store: Store, beside: bool) -> None:
    """Name and password of a user of the desk itself; the second choice beside the firm's own sign-in."""
    if beside:
        st.caption("Or, with a name and password of this desk:")
    with st.form("sign-in", width=420):
        name = st.text_input("Name", autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        wanted = st.form_submit_button("Sign in", type="secondary" if beside else "primary")
    if not wanted:
        return
    try:
        user = desk.sign_in(store, (name or "").strip(), password or "", session.now())
    except SignInRefused as error:
        st.error(literal(error))
        return
    session.start(store, user.name, "password")
    st.rerun()
