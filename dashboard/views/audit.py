"""The audit trail: whether it holds, a signed checkpoint to keep elsewhere, and the latest events."""

from __future__ import annotations

import streamlit as st

from dashboard.components.markup import joined, literal, show, table, tag, text, unbroken
from dashboard.components.session import Place, place
from dashboard.components.words import event, moment, plural
from surveil.desk.screen_audit import check_trail, latest_events, sign_checkpoint
from surveil.errors import SurveilError


def page() -> None:
    """Draw the page."""
    here = place()
    st.title("Audit trail")
    st.write(
        "Every change stands here with who, when, why, and the values before and after. Each event carries the hash "
        "of the one before it, so that an edit, a gap or a change of order shows."
    )
    _check(here)
    _checkpoint(here)
    st.header("Latest events")
    with here.store.read() as session:
        events = latest_events(session, here.user)
    rows = (
        (f"{entry.seq:,}", unbroken(moment(entry.at)), text(entry.actor), event(entry.action),
         text(f"{entry.object_type} {entry.object_id}"))
        for entry in events
    )  # fmt: skip
    show(
        table("Newest first, as far as you may see them", ("No.", "When", "Who", "What", "About"), rows, (0,))
    )


def _check(here: Place) -> None:
    st.header("Does it hold?")
    kept = st.file_uploader(
        "A checkpoint that was kept elsewhere (optional; with it a cut or rewritten trail shows too)",
        type="json",
    )
    if not st.button("Check the whole trail", type="primary"):
        return
    try:
        text_of = kept.getvalue().decode("utf-8", "replace") if kept is not None else None
        result = check_trail(here.store, here.user, text_of)
    except SurveilError as error:
        st.error(literal(error))
        return
    if result.ok:
        st.success(
            f"Verified: {plural(result.events, 'event')}, none edited, missing or out of order, and the records agree "
            "with them." + (" The checkpoint fits." if result.checkpoint_checked else "")
        )
        show(tag("p", "Hash of the last event: ", tag("code", result.head)))
        return
    st.error("The trail does not hold. Tell whoever is responsible for it; do not change anything meanwhile.")
    show(tag("ul", joined(tag("li", text(problem.message)) for problem in result.problems), css="sv-list"))


def _checkpoint(here: Place) -> None:
    st.header("Checkpoint")
    st.write(
        "Whoever owns the database can recompute every hash, but not a signature. A checkpoint kept out of his reach "
        "(in the e-mail of the auditor, on paper) proves later that nothing before it was rewritten or cut off."
    )
    if not st.button("Sign a checkpoint"):
        return
    try:
        checkpoint = sign_checkpoint(here.store, here.user, here.workspace.path, here.now)
    except SurveilError as error:
        st.error(literal(error))
        return
    show(tag("p", f"{plural(checkpoint.events, 'event')} up to {moment(checkpoint.at)}; SHA-256 of the key: ",
             tag("code", checkpoint.fingerprint)))  # fmt: skip
    st.download_button("Download the checkpoint", checkpoint.to_json(), "checkpoint.json", "application/json")
