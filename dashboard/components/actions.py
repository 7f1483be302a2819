"""What a reviewer does to an alert: buttons with keys, forms with the reasons, and what the desk answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from dashboard.components import shortcuts
from dashboard.components.markup import literal
from dashboard.components.session import Place, attempt, tell, undoable
from dashboard.components.words import plural
from surveil import desk
from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import NOTE_MIN_LETTERS, Disposition
from surveil.alerts.policy import Refused, needs_second_person
from surveil.alerts.suppression import SUPPRESS_MAX_DAYS, Scope
from surveil.desk import AlertView
from surveil.desk.decisions import ACCEPT_MAX_DAYS
from surveil.desk.taking import SET_ASIDE_MAX_DAYS

_FORM: Final = "open_form"
_SEEN: Final = "seen_version"
PRESET: Final = {
    "escalate": Disposition.ESCALATED,
    "false_alarm": Disposition.FALSE_POSITIVE_EXPLAINED,
    "breach": Disposition.CONFIRMED_UNAUTHORIZED,
    "decide": None,
}


def remember_seen(alert: Alert) -> None:
    """Hold what this page shows, so that an action can't overwrite what came after it."""
    st.session_state[_SEEN] = (alert.alert_id, alert.row_version)


def action_bar(here: Place, view: AlertView) -> None:
    """The buttons that fit how the alert stands."""
    alert = view.alert
    with st.container(horizontal=True, key="actions"):
        if alert.status is Status.PENDING_APPROVAL:
            _act(view, Action.APPROVE, "Approve", "", type_="primary", form="approve")
            _act(view, Action.REJECT, "Send back", "", form="reject")
        elif alert.status is Status.CLOSED:
            _act(view, Action.REOPEN, "Open again", "", form="reopen")
        else:
            _review(here, view)
        _act(view, Action.NOTE, "Note", "N", form="note")
    _form(here, view)


def _review(here: Place, view: AlertView) -> None:
    alert = view.alert
    if alert.assignee == here.user.name:
        _act(view, Action.RELEASE, "Put back", "", call=lambda: _release(here, alert))
    else:
        _act(view, Action.TAKE, "Assign to me", "A", call=lambda: _take(here, alert))
    _act(view, Action.SET_ASIDE, "Set aside", "S", form="set_aside")
    _act(view, Action.SUPPRESS, "Hold back", "", form="hold_back")
    _act(view, Action.DECIDE, "Escalate", "E", form="escalate")
    _act(view, Action.DECIDE, "False alarm", "F", form="false_alarm")
    _act(view, Action.DECIDE, "Breach", "B", form="breach")
    _act(view, Action.DECIDE, "Other …", "", form="decide")


def _act(
    view: AlertView,
    action: Action,
    label: str,
    key: str,
    *,
    form: str | None = None,
    call: Callable[[], object] | None = None,
    type_: str = "secondary",
) -> None:
    """One button: it opens a form or acts at once; where it may not be used it says why."""
    answer = view.allowed[action]
    options: dict[str, Any] = {
        "on_click": call or (lambda: _open(form)),
        "disabled": isinstance(answer, Refused),
        "help": literal(answer.reason) if isinstance(answer, Refused) else None,
        "type": type_,
    }
    name = f"act-{form or action.value}"
    if key:
        shortcuts.button(label, name, key, **options)
    else:
        st.button(label, key=name, **options)


def open_form(alert_id: str, form: str) -> None:
    """Have that alert's page open with this form."""
    st.session_state[_FORM] = (alert_id, form)


def _open(form: str | None) -> None:
    st.session_state[_FORM] = (st.session_state[_SEEN][0], form)


def _close() -> None:
    st.session_state.pop(_FORM, None)


def _seen(alert: Alert) -> int:
    """The version that was on the screen when the button was pressed."""
    alert_id, version = st.session_state.get(_SEEN, (alert.alert_id, alert.row_version))
    return int(version) if alert_id == alert.alert_id else alert.row_version


def _take(here: Place, alert: Alert) -> None:
    if attempt(
        lambda: desk.take(here.store, here.user, alert.alert_id, here.now, _seen(alert)),
        "The alert is yours.",
    ):
        undoable([alert.alert_id])


def _release(here: Place, alert: Alert) -> None:
    if attempt(
        lambda: desk.release(here.store, here.user, alert.alert_id, here.now, _seen(alert)),
        "The alert is back in the queue for anybody.",
    ):
        undoable([alert.alert_id])


def _form(here: Place, view: AlertView) -> None:
    alert_id, form = st.session_state.get(_FORM, (None, None))
    if alert_id != view.alert.alert_id:
        return
    if form in PRESET:
        _decision_form(here, view, form)
    elif form is not None:
        _reason_form(here, view, form)


_REASONS: Final = {
    "hold_back": (
        Action.SUPPRESS,
        "Why is this known and explained?",
        "Ask for it",
        "Asked for; nothing is held back before a compliance officer other than you has approved it.",
    ),
    "set_aside": (
        Action.SET_ASIDE,
        "Why is it set aside?",
        "Set it aside",
        "Set aside; it comes back by itself, and at once if a scan finds it clearly worse.",
    ),
    "note": (Action.NOTE, "Note", "Save the note", "The note was saved."),
    "approve": (
        Action.APPROVE,
        "Remark (may stay empty)",
        "Approve and close",
        "Approved; the alert is closed.",
    ),
    "reject": (Action.REJECT, "Why is it sent back?", "Send back", "Sent back to whoever decided it."),
    "reopen": (Action.REOPEN, "Why is it opened again?", "Open again", "The alert is open again and yours."),
}


def _reason_form(here: Place, view: AlertView, form: str) -> None:
    action, label, submit, done = _REASONS[form]
    if not view.allowed[action]:
        return
    key = f"text-{form}-{view.alert.alert_id}"
    with st.form(f"form-{form}"):
        if form == "approve":
            _proposed(view)
        if form in _LONGEST:
            _until(here, view.alert, form)
        st.text_area(label, key=key, help=_least())
        with st.container(horizontal=True):
            st.form_submit_button(
                submit, type="primary", on_click=lambda: _send_reason(here, view.alert, form, key, done)
            )
            st.form_submit_button("Cancel", on_click=_close)


_LONGEST: Final = {"set_aside": SET_ASIDE_MAX_DAYS, "hold_back": SUPPRESS_MAX_DAYS}
_SCOPE: Final = {
    Scope.SUBJECT: "this subject",
    Scope.BRANCH: "everybody in this branch, up to medium severity",
}


def _until(here: Place, alert: Alert, form: str) -> None:
    """Until which day, and what for."""
    if form == "hold_back":
        st.write(literal(f"What {alert.detector} finds is held back for:"))
        st.radio("Scope", list(Scope), format_func=_SCOPE.__getitem__, key=f"scope-{alert.alert_id}")
    longest = _LONGEST[form]
    st.date_input(
        "Until", here.today + timedelta(days=min(longest, 30 if form == "hold_back" else 7)),
        min_value=here.today + timedelta(days=1), max_value=here.today + timedelta(days=longest),
        key=f"until-{form}-{alert.alert_id}",
    )  # fmt: skip


def _proposed(view: AlertView) -> None:
    pending = next((decision for decision in view.decisions if decision.state == "pending"), None)
    if pending is not None:
        st.write(f"{literal(pending.decided_by)} decided: {literal(pending.disposition.label)}")
        st.text(pending.note)


def _send_reason(here: Place, alert: Alert, form: str, key: str, done: str) -> None:
    words = str(st.session_state.get(key) or "")
    seen, store, user, now = _seen(alert), here.store, here.user, here.now
    calls: dict[str, Callable[[], object]] = {
        "set_aside": lambda: desk.set_aside(
            store,
            user,
            alert.alert_id,
            st.session_state[f"until-set_aside-{alert.alert_id}"],
            words,
            now,
            seen,
        ),
        "hold_back": lambda: desk.propose_suppression(
            store,
            user,
            alert.alert_id,
            Scope(st.session_state[f"scope-{alert.alert_id}"]),
            st.session_state[f"until-hold_back-{alert.alert_id}"],
            words,
            now,
            seen,
        ),
        "note": lambda: desk.note(store, user, alert.alert_id, words, now),
        "approve": lambda: desk.approve(store, user, alert.alert_id, now, seen, words),
        "reject": lambda: desk.reject(store, user, alert.alert_id, words, now, seen),
        "reopen": lambda: desk.reopen(store, user, alert.alert_id, words, now, seen),
    }
    if attempt(calls[form], done):
        st.session_state[key] = ""
        _close()
        if form == "set_aside":
            undoable([alert.alert_id])


def _decision_form(here: Place, view: AlertView, form: str) -> None:
    alert = view.alert
    if not view.allowed[Action.DECIDE]:
        return
    preset = PRESET[form]
    choices = list(Disposition)
    keys = {name: f"{name}-{form}-{alert.alert_id}" for name in ("disposition", "note", "original", "until")}
    with st.form("form-decision"):
        st.selectbox(
            "Decision",
            choices,
            index=choices.index(preset) if preset else None,
            format_func=lambda value: value.label,
            placeholder="Choose what the review came to",
            key=keys["disposition"],
        )
        if preset is Disposition.ESCALATED and not view.cases:
            st.info(
                "An escalated alert goes on in a case: open one with it under “Cases and related alerts” first."
            )
        st.text_area(
            "Note: what was looked at, and why this decision?", key=keys["note"], help=_least(), height=120
        )
        if preset is None:
            st.text_input("Only for a duplicate: id of the alert it duplicates", key=keys["original"])
            st.date_input(
                "Only for an accepted risk: accepted until", None, min_value=here.today + timedelta(days=1),
                max_value=here.today + timedelta(days=ACCEPT_MAX_DAYS), key=keys["until"],
            )  # fmt: skip
        if needs_second_person(alert, preset or Disposition.CONFIRMED_UNAUTHORIZED):
            st.caption("Four eyes: a second person has to approve this decision before the alert is closed.")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Save the decision", type="primary", on_click=lambda: _decide(here, alert, keys)
            )
            st.form_submit_button("Cancel", on_click=_close)


def _decide(here: Place, alert: Alert, keys: dict[str, str]) -> None:
    values = {name: st.session_state.get(key) for name, key in keys.items()}
    disposition = values["disposition"]
    if disposition is None:
        tell("failed", "Choose a decision first; nothing was saved.")
        return
    done = attempt(
        lambda: desk.decide(
            here.store,
            here.user,
            alert.alert_id,
            Disposition(disposition),
            str(values["note"] or ""),
            here.now,
            _seen(alert),
            str(values["original"] or "").strip() or None,
            accepted_until=_day(values["until"]),
        ),
        "The decision was saved.",
    )
    if done:
        _close()


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _least() -> str:
    return f"At least {plural(NOTE_MIN_LETTERS, 'letter')}; it stands in the audit trail and can't be changed later."
