"""Checking the checkers: samples judged blind by a second person, and how far the two agree."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard.components import address, evidence
from dashboard.components.forms import ask, given, value
from dashboard.components.markup import Html, literal, show, table, tag, text, unbroken
from dashboard.components.session import Place, attempt, place
from dashboard.components.words import (
    OUTCOME,
    STRATUM,
    items,
    moment,
    number,
    percent,
    period,
    plural,
    subject,
)
from surveil.alerts.alert import Action
from surveil.alerts.dispositions import Outcome
from surveil.alerts.errors import Unacceptable
from surveil.alerts.policy import Allowed, Refused, may
from surveil.desk.quality import (
    JUDGEMENTS,
    STRATA,
    BlindItem,
    QualityResult,
    Sample,
    draw_sample,
    judge,
    next_blind,
    quality_result,
    samples,
)

_USUAL = {"closed": 20, "suppressed": 5, "below_line": 10}


def page() -> None:
    """Draw the page."""
    here = place()
    st.title("Quality")
    st.write(
        "A random sample of what was closed, held back or never raised is judged by a second person who sees neither the "
        "score nor the first decision. Where the two differ, something is to be learned."
    )
    with here.store.read() as session:
        known = samples(session, here.user)
    _draw(here)
    if not known:
        st.info("No sample has been drawn yet.")
        return
    names = {one.sample_id: one for one in known}
    picked = names[address.one("Sample", list(names), "sample", lambda name: _named(names[name]))]
    st.header("To judge")
    _judge(here, picked)
    st.header("What it has shown")
    with here.store.read() as session:
        _result(quality_result(session, here.user, picked.sample_id))
    show(_samples(known))


def _named(one: Sample) -> str:
    return f"{one.sample_id}: {one.judged:,} of {one.items:,} judged, {one.first_day} to {one.last_day}"


def _draw(here: Place) -> None:
    def fields() -> None:
        st.date_input("From", here.today - timedelta(days=90), key="draw-from", max_value=here.today)
        st.date_input("To", here.today, key="draw-to", max_value=here.today)
        for stratum in STRATA:
            st.number_input(
                f"How many of: {STRATUM[stratum]}", 0, 500, _USUAL[stratum], key=f"draw-{stratum}"
            )
        st.number_input("Seed (the same seed draws the same)", 0, 2**31 - 1, 1, key="draw-seed")

    ask(
        "draw",
        "Draw a sample",
        "Draw",
        lambda _: draw_sample(
            here.store, here.user, here.workspace, given("draw-from"), given("draw-to"),
            {stratum: int(given(f"draw-{stratum}")) for stratum in STRATA}, int(given("draw-seed")), here.now,
        ),
        "The sample was drawn.",
        words="",
        fields=fields,
        allowed=may(here.user, Action.SAMPLE),
    )  # fmt: skip


def _judge(here: Place, sample: Sample) -> None:
    allowed: Allowed | Refused = may(here.user, Action.SAMPLE)
    if isinstance(allowed, Refused):
        st.info(literal(allowed.reason))
        return
    with here.store.read() as session:
        item = next_blind(session, here.user, sample.sample_id)
    if item is None:
        st.success("Nothing is left here for you: what is not judged yet you had a part in yourself.")
        return
    _shown(here, item)
    with st.form(f"judge-{item.item_id}", clear_on_submit=False):
        st.radio(
            "Your judgement",
            list(JUDGEMENTS),
            None,
            format_func=OUTCOME.__getitem__,
            horizontal=True,
            key="judge-as",
        )
        st.text_area("What was looked at, and why?", key="judge-note")
        st.form_submit_button("Save the judgement", type="primary", on_click=_save, args=(here, item))


def _shown(here: Place, item: BlindItem) -> None:
    """The item without score, decision or who decided."""
    if item.alert is None:
        show(tag("h3", text(f"Representative {item.rep_id}"), css="sv-subject"))
        st.caption(
            "No alert was raised about him. Look at his openings: is there anything that should have been raised?"
        )
        return
    alert = item.alert
    show(tag("h3", text(subject(alert)), css="sv-subject"))
    show(tag("p", text(alert.reason), css="sv-verdict"))
    show(tag("p", text(f"{alert.detector} · {items(alert.item_count)} · {period(alert)}"), css="sv-meta"))
    evidence.show_blind(here, alert)


def _save(here: Place, item: BlindItem) -> None:
    chosen, note = given("judge-as"), value("judge-note")

    def save() -> None:
        if chosen is None:
            raise Unacceptable("Choose a judgement first; nothing was saved.")
        judge(here.store, here.user, item.item_id, Outcome(chosen), note, here.now)

    if attempt(save, "The judgement was saved."):
        st.session_state["judge-as"], st.session_state["judge-note"] = None, ""


def _result(found: QualityResult) -> None:
    show(_agreement(found))
    rows = (
        (STRATUM.get(one.stratum, one.stratum), f"{one.frame:,}", f"{one.drawn:,}", f"{one.judged:,}", f"{one.productive:,}",
         f"{percent(one.interval[0])} to {percent(one.interval[1])}" if one.interval else "not known")
        for one in found.strata
    )  # fmt: skip
    heads = ("Drawn from", "There are", "Drawn", "Judged", "Worth raising", "95 % interval of that share")
    show(table("What the second person found worth raising (breach or useful)", heads, rows, (1, 2, 3, 4, 5)))
    if found.differing:
        pairs = (
            (text(alert_id), OUTCOME[first], OUTCOME[second]) for alert_id, first, second in found.differing
        )
        show(table("Judged otherwise by the second person", ("Alert", "First", "Second"), pairs))


def _agreement(found: QualityResult) -> Html:
    one = found.agreement
    if one.kappa is None:
        said = f"Cohen's kappa can't be told yet: {plural(one.n, 'pair')} of judgements, or all in one kind."
    else:
        between = (
            f" (95 % interval {number(one.interval[0])} to {number(one.interval[1])})" if one.interval else ""
        )
        said = (
            f"Cohen's kappa {number(one.kappa)}{between} over {plural(one.n, 'pair')} of judgements; they are the same in "
            f"{percent(one.observed)}, by chance alone they would be in {percent(one.expected)}."
        )
    return tag("p", said)


def _samples(known: tuple[Sample, ...]) -> Html:
    rows = (
        (one.sample_id, unbroken(f"{one.first_day} to {one.last_day}"), f"{one.items:,}", f"{one.judged:,}", str(one.seed),
         text(one.drawn_by), unbroken(moment(one.drawn_at)))
        for one in known
    )  # fmt: skip
    return table(
        "All samples", ("Sample", "Period", "Drawn", "Judged", "Seed", "Drawn by", "When"), rows, (2, 3, 4)
    )
