"""One alert: what it says, why, what happened, what to check, what was done, and what to do about it."""

from __future__ import annotations

import streamlit as st

from dashboard.components import actions, charts, evidence, navigate, shortcuts, take, ties
from dashboard.components.banner import show_banner
from dashboard.components.cases import show_cases
from dashboard.components.history import show_history
from dashboard.components.manual import points
from dashboard.components.markup import Html, joined, literal, show, table, tag, text
from dashboard.components.rows import chips
from dashboard.components.session import Place, place
from dashboard.components.words import (
    EVIDENCE_UNIT,
    FAMILY,
    SOURCE,
    chance,
    items,
    number,
    percent,
    period,
    plural,
    span,
    subject,
)
from surveil import desk
from surveil.alerts.alert import Action, Alert, Source
from surveil.alerts.errors import NotFound
from surveil.desk import AlertView
from surveil.desk.screen_detectors import ManualPage, manual_page
from surveil.desk.thresholds import in_force

SMALL_PEER_GROUP = 20


def page() -> None:
    """Draw the alert that the address names."""
    here = place()
    alert_id = navigate.chosen()
    _way(here, alert_id)
    if alert_id is None:
        st.title("Alert")
        st.info("The address names no alert. Open one from the queue.")
        return
    try:
        with here.store.read() as session:
            view = desk.alert_view(session, here.user, alert_id, here.now)
    except NotFound as error:
        st.title("Alert")
        st.error(literal(error))
        return
    _draw(here, view)


def _way(here: Place, alert_id: str | None) -> None:
    """Back to the queue, and to the alerts beside this one."""
    with st.container(horizontal=True, vertical_alignment="center"):
        navigate.queue_link("Back to the queue", alert_id)
        before, after = navigate.beside(alert_id, -1), navigate.beside(alert_id, 1)
        if shortcuts.button("Previous", "previous", "K", disabled=before is None) and before:
            navigate.go_to_alert(before)
        if shortcuts.button("Next", "next", "J", disabled=after is None) and after:
            navigate.go_to_alert(after)
        take.next_from_queue(here)
        known = navigate.order()
        if alert_id in known:
            st.caption(f"{known.index(alert_id) + 1:,} of {len(known):,} on this page of the queue")


def _draw(here: Place, view: AlertView) -> None:
    alert = view.alert
    with here.store.read() as session:
        session.narrow(here.user)
        manual = manual_page(alert.detector, in_force(session, here.workspace).settings.detectors)
    show(tag("h1", text(subject(alert)), css="sv-title"))
    show(chips(alert, here.today))
    show(tag("p", text(alert.reason), css="sv-verdict"))
    show(_facts(view, manual))
    # Before its buttons are drawn: whoever presses one while the rest is still coming acts on what he sees.
    actions.remember_seen(view.alert)
    actions.action_bar(here, view)
    show_banner(here)
    st.header("Why")
    _why(alert)
    st.header("What happened when")
    evidence.show_timeline(here, alert, view.run)
    st.header("Evidence rows")
    evidence.show_evidence(here, alert, view.allowed[Action.REVEAL])
    st.header("What ties these accounts to each other")
    ties.show_ties(here, alert)
    st.header("Cases and related alerts")
    show_cases(here, view)
    _guide(alert, manual)
    st.header("History")
    show_history(view)


def _facts(view: AlertView, manual: ManualPage | None) -> Html:
    alert = view.alert
    named = f"{alert.detector} {manual.name}" if manual else alert.detector
    facts = [
        ("Detector", f"{named}, version {alert.version}"),
        ("Family", FAMILY[alert.family]),
        ("Branch", alert.branch_id or "not known"),
        ("Items", items(alert.item_count)),
        ("Period", period(alert) or "not known"),
        ("With", alert.assignee or "nobody yet"),
        ("Due", alert.due_on.isoformat()),
        ("Data as of", view.run.as_of if view.run else "raised by hand"),
    ]
    if alert.source is not Source.SCAN:
        facts.insert(0, ("Source", SOURCE[alert.source]))
    return tag(
        "dl",
        joined(tag("div", tag("dt", name), tag("dd", text(value))) for name, value in facts),
        css="sv-facts",
    )


def _why(alert: Alert) -> None:
    if charts.expected_rows(alert):
        st.subheader("Observed against expected")
        st.caption(literal(_compared(alert)))
        charts.against_expected(alert)
    show(_numbers(alert))
    if alert.drivers:
        st.subheader("Reasons")
        st.caption(
            "How strongly each reason speaks: 2 would happen by chance 1 time in 100, 3 once in 1,000, and so on."
        )
        charts.waterfall(alert.drivers)
        with st.expander("The reasons as a table", expanded=True):
            rows = (
                (text(driver.name), number(driver.contribution), EVIDENCE_UNIT.get(driver.unit, text(driver.unit)),
                 text(driver.text))
                for driver in alert.drivers
            )  # fmt: skip
            show(
                table(
                    "Reasons behind the score", ("Reason", "Strength", "Counted in", "In words"), rows, (1,)
                )
            )


def _compared(alert: Alert) -> str:
    usual = f"; usual range {span(*alert.interval)} (grey)" if alert.interval else ""
    return f"Observed {number(alert.observed)} (diamond), expected {number(alert.expected)} (tick){usual}."


def _numbers(alert: Alert) -> Html:
    """The same as the chart as a table, with whom the subject was compared to."""
    rows: list[tuple[object, object]] = [("Observed", number(alert.observed))]
    if alert.expected is not None:
        rows.append(("Expected", number(alert.expected)))
    if alert.interval:
        rows.append(("Usual range", span(*alert.interval)))
    if alert.p_value is not None:
        rows.append(("Chance of this much or more among honest people", chance(alert.p_value)))
    if alert.q_value is not None:
        rows.append(("Share of false alarms among all flagged as strongly", percent(alert.q_value)))
    if alert.peers is not None:
        few = (
            f" (few: n < {SMALL_PEER_GROUP}, take the rate with care)"
            if alert.peers.n < SMALL_PEER_GROUP
            else ""
        )
        others = f"{plural(alert.peers.n, 'colleague')}{few} with {plural(alert.peers.items, 'item')}"
        compared = f"{others}: {alert.peers.described}"
        rows += [
            ("Compared with", text(compared)),
            (
                "Their rate, with those who stand out themselves (left out of what is expected)",
                percent(alert.peers.rate),
            ),
        ]
    if len(rows) == 1:
        rows.append(("Expected", "a rule: each item counts by itself, nothing is expected"))
    return table("Observed, expected and peers", ("Measure", "Value"), rows)


def _guide(alert: Alert, manual: ManualPage | None) -> None:
    """What to check, and what may explain it innocently: from the detector's manual page, as the alert kept it."""
    check = points(manual.sections.get("What to check", "")) if manual else ()
    innocent = alert.explanations or (
        points(manual.sections.get("Innocent explanations", "")) if manual else ()
    )
    left, right = st.columns(2)
    with left:
        st.header("What to check")
        _list(check, "The detector's manual page is not in this version.")
    with right:
        st.header("Innocent explanations")
        _list(innocent, "None is written down for this alert; that does not mean there is none.")


def _list(found: tuple[str, ...], nothing: str) -> None:
    if found:
        show(tag("ul", joined(tag("li", text(point)) for point in found), css="sv-list"))
    else:
        st.caption(literal(nothing))
