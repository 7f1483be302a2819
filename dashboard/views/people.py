"""The people who may sign in: who they are, what they may see, and the way to let somebody in or out."""

from __future__ import annotations

import streamlit as st

from dashboard.components import address
from dashboard.components.forms import ask, given, value
from dashboard.components.markup import Html, show, table, text
from dashboard.components.session import Place, place
from dashboard.components.words import ROLE
from surveil import desk
from surveil.alerts.people import Role, User
from surveil.desk.users import PASSWORD_MIN_CHARACTERS

_ROLES: list[Role] = [role for role in Role if role is not Role.SYSTEM]
_MEANING = {
    Role.OFFICER: "clears the queue; sees every branch",
    Role.SUPERVISOR: "reviews the branches and people given to him",
    Role.AUDITOR: "reads everything, changes nothing",
    Role.ADMINISTRATOR: "keeps users and settings; sees no alert",
}


def page() -> None:
    """Draw the page."""
    here = place()
    st.title("People")
    with here.store.read() as session:
        people = desk.list_users(session, here.user)
    _add(here)
    show(_table(people))
    if not people:
        st.info("Nobody may sign in yet.")
        return
    st.header("Change somebody")
    names = {user.name: user for user in people}
    picked = names[address.one("Who", list(names), "who", lambda name: _named(names[name]))]
    _change(here, picked)


def _named(user: User) -> str:
    return f"{user.display_name} ({user.name})" if user.display_name not in ("", user.name) else user.name


def _table(people: list[User]) -> Html:
    rows = (
        (text(user.name), text(user.display_name), ROLE[user.role], "yes" if user.active else "no", _scope(user),
         text(user.rep_id or ""))
        for user in people
    )  # fmt: skip
    heads = ("Name", "Called", "Role", "May sign in", "Responsible for", "Number as a representative")
    return table("Everybody who may sign in, or once might", heads, rows)


def _scope(user: User) -> Html:
    if user.sees_every_branch:
        return text("every branch")
    if user.role is Role.ADMINISTRATOR:
        return text("no alert")
    parts = [f"branch {', '.join(sorted(user.branches))}"] if user.branches else []
    parts += [f"people {', '.join(sorted(user.reps))}"] if user.reps else []
    parts += [f"reports to {', '.join(sorted(user.reports_to))}"] if user.reports_to else []
    return text("; ".join(parts) or "nothing yet")


def _role_told(role: Role) -> str:
    return f"{ROLE[role]}: {_MEANING[role]}"


def _add(here: Place) -> None:
    def fields() -> None:
        st.text_input("Name to sign in with", key="add-name")
        st.text_input("Called", key="add-called")
        st.selectbox("Role", _ROLES, format_func=_role_told, key="add-role")
        st.text_input("Number as a representative, if he is one", key="add-rep")
        st.text_input(
            f"First password, at least {PASSWORD_MIN_CHARACTERS} characters (empty: only by the firm's sign-in)",
            type="password", key="add-password", autocomplete="new-password",
        )  # fmt: skip

    ask(
        "add",
        "Let somebody in",
        "Let in",
        lambda _: desk.create_user(
            here.store, here.user, value("add-name").strip(), Role(given("add-role")), here.now,
            display_name=value("add-called").strip(), password=value("add-password") or None,
            rep_id=value("add-rep").strip() or None,
        ),
        "The user was added.",
        words="",
        fields=fields,
    )  # fmt: skip


def _change(here: Place, user: User) -> None:
    name = user.name
    with st.container(horizontal=True):
        _change_role(here, user)
        if user.active:
            ask(f"out-{name}", "Let out", "Let out", lambda words: _let(here, name, False, words),
                "He can't sign in any more, and was signed out everywhere. An officer or supervisor hands his alerts and "
                "cases over, under Account and absence.")  # fmt: skip
        else:
            ask(f"in-{name}", "Let in again", "Let in again", lambda words: _let(here, name, True, words),
                "He can sign in again.")  # fmt: skip
        if user.role is Role.SUPERVISOR:
            _change_scope(here, user)
        _change_password(here, user)
        ask(f"end-{name}", "Sign out everywhere", "Sign out",
            lambda _: desk.end_all_sessions(here.store, name, here.now), "Signed out everywhere.", words="")  # fmt: skip


def _let(here: Place, name: str, active: bool, words: str) -> None:
    desk.change_user(here.store, here.user, name, here.now, words, active=active)
    if not active:
        desk.end_all_sessions(here.store, name, here.now)


def _change_role(here: Place, user: User) -> None:
    key = f"role-{user.name}"

    def fields() -> None:
        st.selectbox("Role", _ROLES, index=_ROLES.index(user.role), format_func=_role_told, key=f"{key}-role")
        st.text_input("Number as a representative", user.rep_id or "", key=f"{key}-rep")

    ask(
        key,
        "Role and number",
        "Change",
        lambda words: desk.change_user(
            here.store, here.user, user.name, here.now, words, role=Role(given(f"{key}-role")),
            rep_id=value(f"{key}-rep").strip() or None,
        ),
        "Changed.",
        fields=fields,
    )  # fmt: skip


def _change_scope(here: Place, user: User) -> None:
    key = f"scope-{user.name}"
    kept = {"branches": user.branches, "reps": user.reps, "reports_to": user.reports_to}
    labels = {
        "branches": "Branches, by number",
        "reps": "People below him, by number",
        "reports_to": "People he reports to, by number",
    }

    def fields() -> None:
        for name, words in labels.items():
            st.text_area(words, "\n".join(sorted(kept[name])), key=f"{key}-{name}", help="One a line.")

    def change(_: str) -> None:
        lists = {
            name: [line.strip() for line in value(f"{key}-{name}").splitlines() if line.strip()]
            for name in labels
        }
        desk.set_scope(here.store, here.user, user.name, here.now, **lists)

    ask(key, "Responsible for", "Change", change, "Changed.", words="", fields=fields)


def _change_password(here: Place, user: User) -> None:
    key = f"password-{user.name}"

    def fields() -> None:
        st.text_input("New password", type="password", key=f"{key}-new", autocomplete="new-password")

    ask(
        key,
        "New password",
        "Set it",
        lambda _: desk.set_password(here.store, here.user, user.name, value(f"{key}-new"), here.now),
        "The password was set; the account is unlocked.",
        words="",
        fields=fields,
    )
