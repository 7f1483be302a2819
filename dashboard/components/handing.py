"""When somebody leaves: what he has in hand, and the button that gives all of it to a successor."""

from __future__ import annotations

import streamlit as st

from dashboard.components.forms import ask, given
from dashboard.components.markup import Html, literal, show, table, text
from dashboard.components.session import Place, tell
from dashboard.components.words import plural
from surveil import desk
from surveil.alerts.alert import Action
from surveil.alerts.policy import may
from surveil.desk import HandedOver, Holding

_TOLD_AT_MOST = 20


def hand_over(here: Place) -> None:
    """Who has work in hand, and handing it over; for those who may assign work."""
    if not may(here.user, Action.ASSIGN):
        return
    st.header("When somebody leaves")
    with here.store.read() as session:
        found = desk.holdings(session, here.user)
        names = desk.successors(session, here.user)
    left: HandedOver | None = st.session_state.pop("left_behind", None)
    if left is not None:
        _left(left)
    if not found:
        st.info("Nobody has an alert, a case or a step in hand, in what you may see.")
        return
    show(_table(found))
    _ask(here, found, names)


def _table(found: tuple[Holding, ...]) -> Html:
    rows = (
        (text(one.name), f"{one.alerts:,}", f"{one.cases:,}", f"{one.tasks:,}", _signs_in(one))
        for one in found
    )
    heads = ("Who", "Alerts", "Cases", "Steps of cases", "May sign in")
    return table("Who has work in hand, in what you may see", heads, rows, (1, 2, 3))


def _signs_in(one: Holding) -> str:
    return "not a user here" if one.active is None else ("yes" if one.active else "no")


def _ask(here: Place, found: tuple[Holding, ...], names: tuple[str, ...]) -> None:
    def fields() -> None:
        st.selectbox("Who leaves?", [one.name for one in found], key="leaver", index=None)
        st.selectbox("Who takes it over?", names, key="successor", index=None)
        st.caption(
            "All his alerts under review, cases and steps of cases that you see. Decided alerts stay as they are."
        )

    ask(
        "hand-over",
        "Hand over",
        "Hand all of it over",
        lambda words: _carry_out(here, words),
        "",
        fields=fields,
    )


def _carry_out(here: Place, words: str) -> None:
    leaver, successor = (str(given(key) or "") for key in ("leaver", "successor"))
    result = desk.hand_over(here.store, here.user, leaver, successor, words, here.now)
    handed = (
        plural(result.alerts, "alert"),
        plural(result.cases, "case"),
        plural(result.tasks, "step"),
    )
    tell("done", f"{successor} has from {leaver}: {', '.join(handed)}.")
    if result.left:
        st.session_state["left_behind"] = result


def _left(result: HandedOver) -> None:
    """What could not be given, and why; it stays where it was."""
    st.warning(literal(f"{plural(len(result.left), 'item')} could not be given and stayed where they were:"))
    rows = ((text(what), text(why)) for what, why in result.left[:_TOLD_AT_MOST])
    show(table("What stayed behind", ("Which", "Why"), rows))
    if len(result.left) > _TOLD_AT_MOST:
        st.caption(f"and {len(result.left) - _TOLD_AT_MOST:,} more")
