"""What waits for a second person besides alerts: patterns to hold back, and changes of thresholds."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components import navigate
from dashboard.components.forms import ask
from dashboard.components.markup import Html, joined, literal, show, table, tag, text, unbroken
from dashboard.components.session import Place, place
from dashboard.components.words import SUBJECT, moment, plural
from surveil import desk
from surveil.alerts.alert import Action
from surveil.alerts.errors import NotAllowed
from surveil.alerts.people import User
from surveil.alerts.policy import Allowed, Refused, demand_second_person, may
from surveil.alerts.suppression import Scope, Suppression, SuppressionState
from surveil.desk.screen_detectors import named
from surveil.desk.thresholds import (
    PROPOSED,
    ThresholdChange,
    approve_threshold,
    overtaken,
    reject_threshold,
    threshold_changes,
    unapproved,
)

STATE = {
    SuppressionState.PROPOSED: "waits for a second person",
    SuppressionState.ACTIVE: "in force",
    SuppressionState.REJECTED: "turned down",
    SuppressionState.ENDED: "over",
}
_CHANGE = {
    "proposed": "waits for a second person",
    "approved": "in force",
    "rejected": "turned down",
    "replaced": "replaced by a later one",
}


def page() -> None:
    """Draw the page."""
    here = place()
    st.title("Held back and thresholds")
    with here.store.read() as session:
        held = desk.suppressions(session, here.user)
        changes = threshold_changes(session, here.user)
        loose = unapproved(session, here.user, here.workspace)
        newer = overtaken(session, here.user, here.workspace)
    st.header("Held back")
    st.write(
        "What is known and explained need not come up again for a while. What is held back is still counted, a sample "
        "of it is reviewed, and what gets clearly worse comes through."
    )
    for suppression in held:
        if suppression.state in (SuppressionState.PROPOSED, SuppressionState.ACTIVE):
            _standing(here, suppression)
    if held:
        show(_held(held))
    else:
        st.info(
            "Nothing is held back, and nobody has asked for it. The way to ask is “Hold back” on an alert's page."
        )
    st.header("Thresholds")
    if loose:
        st.warning(
            literal(
                f"Set in the settings file to other than the default, and approved by nobody: {', '.join(loose)}."
            )
        )
    for one in newer:
        st.warning(
            literal(
                f"{one.detector} {one.parameter}: it was {one.base} before it was changed here to {one.mine}; in this "
                f"version the default is {one.theirs if one.theirs is not None else 'gone'}. {one.mine} stays in force."
            )
        )
    for change in changes:
        if change.state == PROPOSED:
            _waiting(here, change)
    if changes:
        show(_changes(changes))
    else:
        st.info(
            "Every threshold is as it was delivered. The way to ask for another value is on the page “Detectors”."
        )


def _standing(here: Place, one: Suppression) -> None:
    """One that waits or is in force, with what can be done about it."""
    with st.container(border=True, gap="small"):
        show(tag("h3", text(_about(one)), css="sv-subject"))
        show(tag("p", text(one.reason), css="sv-note"))
        show(tag("p", joined((STATE[one.state], f"until {one.expires_on}", text(f"asked for by {_who(one)}"),
                              f"{plural(one.held, 'alert')} held back, found again {plural(one.hits, 'time')} since"),
                             " · "),
                 css="sv-meta"))  # fmt: skip
        with st.container(horizontal=True):
            navigate.alert_link(one.alert_id, "The alert it began with")
            if one.state is SuppressionState.PROPOSED:
                _second(
                    here,
                    Action.SUPPRESS,
                    one.suppression_id,
                    one.proposed_by,
                    one.proposed_for,
                    lambda words: desk.approve_suppression(
                        here.store, here.user, one.suppression_id, words, here.now
                    ),
                    lambda words: desk.reject_suppression(
                        here.store, here.user, one.suppression_id, words, here.now
                    ),
                )
            ask(
                f"end-{one.suppression_id}",
                "End it now",
                "End it",
                lambda words: desk.end_suppression(
                    here.store, here.user, one.suppression_id, words, here.now
                ),
                "It is over; what it held back is open again.",
                allowed=may(here.user, Action.NOTE),
            )


def _second(
    here: Place,
    action: Action,
    key: str,
    by: str,
    on_behalf: str | None,
    approve: Callable[[str], object],
    reject: Callable[[str], object],
) -> None:
    allowed = _may_review(here.user, action, by, on_behalf)
    ask(
        f"yes-{key}", "Approve", "Approve", approve, "Approved.", words="What was looked at?", allowed=allowed
    )
    ask(f"no-{key}", "Turn down", "Turn down", reject, "Turned down.", allowed=allowed)


def _may_review(user: User, action: Action, by: str, on_behalf: str | None) -> Allowed | Refused:
    try:
        demand_second_person(user, by, on_behalf)
    except NotAllowed as error:
        return Refused(str(error))
    return may(user, action)


def _waiting(here: Place, change: ThresholdChange) -> None:
    with st.container(border=True, gap="small"):
        show(tag("h3", text(f"{named(change.detector)}, {change.parameter}: {change.old_value} → {change.new_value}"),
                 css="sv-subject"))  # fmt: skip
        show(tag("p", text(change.reason), css="sv-note"))
        show(tag("p", tag("b", "What it would do: "), text(change.effect), css="sv-note"))
        show(
            tag("p", text(f"asked for by {change.proposed_by}, {moment(change.proposed_at)}"), css="sv-meta")
        )
        with st.container(horizontal=True):
            _second(
                here,
                Action.TUNE,
                change.change_id,
                change.proposed_by,
                None,
                lambda words: approve_threshold(here.store, here.user, change.change_id, words, here.now),
                lambda words: reject_threshold(here.store, here.user, change.change_id, words, here.now),
            )


def _about(one: Suppression) -> str:
    if one.scope is Scope.BRANCH:
        return f"{named(one.detector)} in branch {one.branch_id}"
    return f"{named(one.detector)}, about {SUBJECT[one.subject_type].lower()} {one.subject_id}"


def _who(one: Suppression) -> str:
    return one.proposed_by + (f" for {one.proposed_for}" if one.proposed_for else "")


def _held(held: tuple[Suppression, ...]) -> Html:
    rows = (
        (text(_about(one)), STATE[one.state], unbroken(one.expires_on), f"{one.hits:,}", f"{one.held:,}", text(_who(one)),
         text(one.reviewed_by or ""), text(one.reason))
        for one in held
    )  # fmt: skip
    heads = ("What", "State", "Until", "Found since", "Held back", "Asked for by", "Reviewed by", "Why")
    return table("All that was ever held back or asked for", heads, rows, (3, 4))


def _changes(changes: tuple[ThresholdChange, ...]) -> Html:
    rows = (
        (text(f"{one.detector} {one.parameter}"), text(one.old_value), text(one.new_value), _CHANGE[one.state],
         text(one.proposed_by), text(one.reviewed_by or ""), text(one.reason), text(one.effect))
        for one in changes
    )  # fmt: skip
    heads = (
        "Parameter",
        "Before",
        "Wanted",
        "State",
        "Asked for by",
        "Reviewed by",
        "Why",
        "What it would do",
    )
    return table("All changes that were ever asked for", heads, rows)
