"""One's own account: who stands in while one is away, for whom one stands in, who leaves, and the password."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard.components import session as stay
from dashboard.components.forms import ask, given, value
from dashboard.components.handing import hand_over
from dashboard.components.markup import Html, literal, show, table, text, unbroken
from dashboard.components.session import Place, attempt, place
from dashboard.components.words import ROLE
from surveil import desk
from surveil.alerts.errors import SignInRefused, Unacceptable
from surveil.desk import Delegation
from surveil.desk.delegation import DELEGATE_MAX_DAYS
from surveil.desk.users import PASSWORD_MIN_CHARACTERS


def page() -> None:
    """Draw the page."""
    here = place()
    st.title("Account and absence")
    user = here.user
    st.write(literal(f"{user.display_name or user.name}, {ROLE[user.role].lower()} (signs as {user.name})"))
    st.header("Absence")
    with here.store.read() as session:
        known = desk.delegations(session, stay.myself())
    _stand_in(here, known)
    _ask_colleague(here)
    if known:
        show(_table(here, known))
        _end(here, known)
    else:
        st.info("Nobody stands in for you, and you stand in for nobody.")
    hand_over(here)
    st.header("Password")
    _password(here)


def _stand_in(here: Place, known: tuple[Delegation, ...]) -> None:
    """Act for an absent colleague, and stop it."""
    if here.user.on_behalf_of is not None:
        st.button("Act for myself again", key="act-myself", on_click=stay.act_for, args=(None,))
        return
    for one in known:
        if one.delegate == here.user.name and one.in_force(here.today):
            st.button(
                literal(f"Act for {one.principal} until {one.last_day}"),
                key=f"act-for-{one.delegation_id}",
                on_click=stay.act_for,
                args=(one.principal,),
                help="You keep your own name; what you do is written down as done on behalf of your colleague.",
            )


def _ask_colleague(here: Place) -> None:
    me = stay.myself()

    def fields() -> None:
        st.text_input("Who stands in? (name at the desk)", key="delegate-name")
        st.date_input("First day", here.today, key="delegate-from")
        st.date_input("Last day", here.today + timedelta(days=14), key="delegate-to")
        st.caption(f"At most {DELEGATE_MAX_DAYS:,} days.")

    ask(
        "delegate",
        "Have a colleague stand in",
        "Let him stand in",
        lambda words: desk.delegate_to(
            here.store, me, me.name, value("delegate-name").strip(), given("delegate-from"), given("delegate-to"),
            words, here.now,
        ),
        "Your colleague can act for you in these days.",
        fields=fields,
    )  # fmt: skip


def _table(here: Place, known: tuple[Delegation, ...]) -> Html:
    rows = (
        (text(one.principal), text(one.delegate), unbroken(one.first_day), unbroken(one.last_day), _state(here, one),
         text(one.reason))
        for one in known
    )  # fmt: skip
    return table("Who stands in for whom", ("Absent", "Stands in", "From", "To", "State", "Why"), rows)


def _state(here: Place, one: Delegation) -> str:
    if one.ended_at is not None:
        return "ended early"
    if one.in_force(here.today):
        return "in force"
    return "over" if one.last_day < here.today else "to come"


def _end(here: Place, known: tuple[Delegation, ...]) -> None:
    for one in known:
        if one.ended_at is None and one.last_day >= here.today:
            ask(
                f"end-{one.delegation_id}",
                literal(f"End: {one.delegate} for {one.principal}"),
                "End it",
                lambda words, one=one: desk.end_delegation(  # type: ignore[misc]
                    here.store, stay.myself(), one.delegation_id, words, here.now
                ),
                "It has ended.",
            )


def _password(here: Place) -> None:
    if here.user.name in stay.DEMO_USERS:
        st.info("Demo users have no password.")
        return
    with st.form("password", width=420):
        st.text_input("Password now", type="password", key="password-now", autocomplete="current-password")
        st.text_input("New password", type="password", key="password-new", autocomplete="new-password")
        st.text_input(
            "New password again", type="password", key="password-again", autocomplete="new-password"
        )
        st.caption(
            f"At least {PASSWORD_MIN_CHARACTERS:,} characters. You sign in anew afterwards, everywhere."
        )
        st.form_submit_button("Change the password", on_click=_change, args=(here,))


def _change(here: Place) -> None:
    now, new, again = (value(f"password-{name}") for name in ("now", "new", "again"))
    for name in ("now", "new", "again"):
        st.session_state[f"password-{name}"] = ""

    def change() -> None:
        if new != again:
            raise Unacceptable("The new password was not written the same way twice; nothing was changed.")
        try:
            me = desk.sign_in(here.store, here.user.name, now, here.now)
        except SignInRefused:
            raise Unacceptable(
                "The password now does not fit, or the account is locked; nothing was changed."
            ) from None
        desk.set_password(here.store, me, me.name, new, here.now)

    attempt(change, "The password was changed.")
