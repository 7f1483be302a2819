"""The next alert, handed over: the first that matches what the queue last showed, locked to whoever asked."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard.components import navigate, shortcuts
from dashboard.components.markup import literal
from dashboard.components.session import Place, tell, undoable
from surveil import desk
from surveil.alerts.alert import Action
from surveil.alerts.policy import Refused, may
from surveil.desk import QueueFilters, Sort
from surveil.desk.taking import LOCK
from surveil.errors import SurveilError

_ASKED, _HAD = "taking", "taken_before"


def remember(filters: QueueFilters, sort: Sort) -> None:
    """Keep what the queue shows, for taking the next one from an alert's page."""
    st.session_state[_ASKED] = (filters, sort)


def next_from_queue(here: Place) -> None:
    """The button on an alert's page: the next one of the queue last shown."""
    filters, sort = st.session_state.get(_ASKED, (desk.first_look(here.user, here.today), Sort.URGENCY))
    next_button(here, filters, sort)


def next_button(here: Place, filters: QueueFilters, sort: Sort) -> None:
    """Take, lock and open the next alert."""
    answer = may(here.user, Action.TAKE)
    pressed = shortcuts.button(
        "Take the next",
        "take-next",
        "T",
        type="primary",
        disabled=isinstance(answer, Refused),
        help=literal(answer.reason) if isinstance(answer, Refused) else _HELP,
    )
    if not pressed:
        return
    had: list[str] = st.session_state.setdefault(_HAD, [])
    try:
        alert = desk.take_next(here.store, here.user, filters, here.now, sort, had)
    except SurveilError as error:
        st.error(literal(error))
        return
    if alert is None:
        st.info(
            "There is nothing left to take here: all that matches is decided, set aside, or somebody else's."
        )
        return
    had.append(alert.alert_id)
    tell("done", "Taken: the alert is yours, and nobody else is given it meanwhile.")
    undoable([alert.alert_id])
    navigate.go_to_alert(alert.alert_id)


_HELP = (
    f"The most pressing alert that matches and nobody works on becomes yours for {LOCK // timedelta(minutes=1)} minutes; "
    "if you do nothing with it, it is offered to others again."
)
