"""Acts on several alerts at once: what is selected, what is about to happen to how many, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from dashboard.components import actions, navigate, shortcuts
from dashboard.components.filters import Chosen
from dashboard.components.markup import literal
from dashboard.components.session import Place, attempt, tell, undoable
from dashboard.components.words import plural
from surveil import desk
from surveil.alerts.alert import Action, Alert
from surveil.alerts.dispositions import Disposition
from surveil.alerts.policy import Refused, may
from surveil.desk import BulkResult, Preview, QueueFilters
from surveil.desk.bulk import NOT_IN_BULK
from surveil.desk.taking import SET_ASIDE_MAX_DAYS

_SELECTED, _FORM, _ALL = "selected", "bulk_form", "bulk_all"
_BULK: Final = tuple(disposition for disposition in Disposition if disposition not in NOT_IN_BULK)


@dataclass(frozen=True)
class _Form:
    """An act that waits to be confirmed, on what was counted when its button was pressed."""

    act: str
    chosen: QueueFilters | tuple[str, ...]
    seen: Preview


def selected() -> list[str]:
    """Ids of the alerts selected, by id and not by row, so that they stay selected when rows move."""
    ids: list[str] = st.session_state.setdefault(_SELECTED, [])
    return ids


def toggle(alert_id: str | None) -> None:
    """Select an alert, or no longer."""
    ids = selected()
    if alert_id in ids:
        ids.remove(alert_id)
    elif alert_id is not None:
        ids.append(alert_id)
    _forget_form()


def box(alert: Alert) -> None:
    """The box before a row."""
    key = f"select-{alert.alert_id}"
    st.session_state[key] = alert.alert_id in selected()
    st.checkbox(
        f"Select {alert.alert_id}",
        key=key,
        label_visibility="collapsed",
        on_change=toggle,
        args=(alert.alert_id,),
    )


def bar(here: Place, chosen: Chosen, total: int | None) -> None:
    """What is selected, and the buttons that act on it; on the alert picked where nothing is. `total` is None where
    more match than were counted.
    """
    _all_or_not(chosen)
    target = _target(chosen)
    with st.container(horizontal=True, vertical_alignment="center", key="bulk"):
        st.caption(literal(_said(chosen, total, target)))
        for act, label, key, action in _ACTS:
            _button(here, act, label, key, action, target)
        _one(here, target)
    form: _Form | None = st.session_state.get(_FORM)
    if form is not None:
        _confirm(here, form)


_ACTS: Final = (
    ("assign", "Assign to me", "A", Action.ASSIGN),
    ("set_aside", "Set aside", "S", Action.SET_ASIDE),
    ("false_alarm", "False alarm", "F", Action.DECIDE),
    ("breach", "Breach", "B", Action.DECIDE),
    ("other", "Other …", "", Action.DECIDE),
    ("approve", "Approve", "", Action.APPROVE),
)


def _button(
    here: Place, act: str, label: str, key: str, action: Action, target: QueueFilters | tuple[str, ...] | None
) -> None:
    answer = may(here.user, action)
    options: dict[str, Any] = {
        "disabled": isinstance(answer, Refused) or target is None,
        "help": literal(answer.reason) if isinstance(answer, Refused) else None,
        "on_click": _ask,
        "args": (here, act, target),
    }
    shortcuts.button(label, f"bulk-{act}", key, **options)


def _one(here: Place, target: QueueFilters | tuple[str, ...] | None) -> None:
    """What is done to one alert only: it leads to its page, with the form open."""
    one = target[0] if isinstance(target, tuple) and len(target) == 1 else None
    for form, label, key, action in (
        ("escalate", "Escalate", "E", Action.DECIDE),
        ("note", "Note", "N", Action.NOTE),
    ):
        off = one is None or not may(here.user, action)
        if shortcuts.button(label, f"one-{form}", key, disabled=off) and one is not None:
            actions.open_form(one, form)
            navigate.go_to_alert(one)


def buttons(total: int | None, shown: Sequence[str], chosen: Chosen) -> None:
    """Select the alert picked, all that match, or none."""
    picked = navigate.chosen()
    shortcuts.button("Select", "select", "X", disabled=picked not in shown, on_click=toggle, args=(picked,))
    if not st.session_state.get(_ALL):
        label = "Select all that match" if total is None else f"Select all {total:,}"
        st.button(label, key="select-all", on_click=_take_all, args=(chosen.filters,))
    if selected() or st.session_state.get(_ALL):
        st.button("Select none", key="select-none", on_click=clear)


def _take_all(filters: QueueFilters) -> None:
    st.session_state[_ALL] = filters
    _forget_form()


def _all_or_not(chosen: Chosen) -> None:
    """“All” means all of what the filters showed when it was said; with other filters it is over."""
    if st.session_state.get(_ALL) not in (None, chosen.filters):
        clear()


def clear() -> None:
    """Select nothing any more."""
    st.session_state[_SELECTED] = []
    st.session_state.pop(_ALL, None)
    _forget_form()


def _forget_form() -> None:
    st.session_state.pop(_FORM, None)


def _target(chosen: Chosen) -> QueueFilters | tuple[str, ...] | None:
    if st.session_state.get(_ALL) is not None:
        return chosen.filters
    if selected():
        return tuple(selected())
    picked = navigate.chosen()
    return None if picked is None else (picked,)


def _said(chosen: Chosen, total: int | None, target: QueueFilters | tuple[str, ...] | None) -> str:
    if isinstance(target, QueueFilters):
        all_ = "All alerts that match" if total is None else f"All {plural(total, 'alert')} of this view"
        return f"{all_} selected, on every page:"
    if selected():
        return f"{plural(len(selected()), 'alert')} selected:"
    return "Nothing selected; for the alert picked:" if target else "Nothing selected or picked:"


def _ask(here: Place, act: str, target: QueueFilters | tuple[str, ...]) -> None:
    """Count what would be touched; what is harmless and single is done at once, the rest asks first."""

    def count() -> Preview:
        with here.store.read() as session:
            return desk.bulk_preview(session, here.user, target)

    seen: list[Preview] = []
    if not attempt(lambda: seen.append(count()), ""):
        return
    form = _Form(act, target, seen[0])
    if act == "assign" and form.seen.count == 1:
        _send(here, form, lambda: _assign(here, form), soft=True)
    else:
        st.session_state[_FORM] = form


def _confirm(here: Place, form: _Form) -> None:
    """Say how many, ask for the reason, and wait."""
    count = plural(form.seen.count, "alert")
    with st.form("bulk-form"):
        if form.act == "assign":
            st.write(literal(f"{count} will be yours."))
        elif form.act == "set_aside":
            st.date_input(
                "Until", here.today + timedelta(days=7), min_value=here.today + timedelta(days=1),
                max_value=here.today + timedelta(days=SET_ASIDE_MAX_DAYS), key="bulk-until",
            )  # fmt: skip
            st.text_area("Why? It is written to the history of each alert.", key="bulk-note")
        elif form.act == "approve":
            st.text_area("What was looked at? It is written to the history of each alert.", key="bulk-note")
        else:
            _disposition(form.act)
            st.text_area("Note: what was looked at, and why this decision? It is written to the history of each alert.",
                         key="bulk-note")  # fmt: skip
        with st.container(horizontal=True):
            st.form_submit_button(
                literal(f"Do it to {count}"), type="primary", on_click=_carry_out, args=(here, form)
            )
            st.form_submit_button("Cancel", on_click=_forget_form)


def _disposition(act: str) -> None:
    preset = actions.PRESET.get(act)
    st.selectbox(
        "Decision",
        _BULK,
        index=_BULK.index(preset) if preset in _BULK else None,
        format_func=lambda value: value.label,
        placeholder="Choose what the review came to",
        key=f"bulk-disposition-{act}",
    )
    st.caption("Four eyes hold here too: high and critical alerts wait for a second person.")


def _carry_out(here: Place, form: _Form) -> None:
    note = str(st.session_state.get("bulk-note") or "")
    store, user, now = here.store, here.user, here.now
    if form.act == "assign":
        _send(here, form, lambda: _assign(here, form), soft=True)
    elif form.act == "set_aside":
        until: date = st.session_state["bulk-until"]
        _send(
            here,
            form,
            lambda: desk.bulk_set_aside(store, user, form.chosen, form.seen, until, note, now),
            soft=True,
        )
    elif form.act == "approve":
        _send(here, form, lambda: desk.bulk_approve(store, user, form.chosen, form.seen, note, now))
    else:
        disposition = st.session_state.get(f"bulk-disposition-{form.act}")
        if disposition is None:
            tell("failed", "Choose a decision first; nothing was saved.")
            return
        _send(
            here, form,
            lambda: desk.bulk_decide(store, user, form.chosen, form.seen, Disposition(disposition), note, now),
        )  # fmt: skip


def _assign(here: Place, form: _Form) -> BulkResult:
    return desk.bulk_assign(here.store, here.user, form.chosen, form.seen, here.user.name, here.now)


def _send(here: Place, form: _Form, act: Callable[[], BulkResult], soft: bool = False) -> None:
    results: list[BulkResult] = []
    if not attempt(lambda: results.append(act()), ""):
        return
    result = results[0]
    clear()
    tell("done" if result.done else "failed", _outcome(result))
    if soft and result.done:
        undoable(result.done)


def _outcome(result: BulkResult) -> str:
    """How many it was done to, and how many were left alone for which reason."""
    said = f"Done to {plural(len(result.done), 'alert')}."
    for reason, count in sorted(Counter(why for _, why in result.skipped).items()):
        said += f" {plural(count, 'alert')} left alone: {reason}"
    return said
