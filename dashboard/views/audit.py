"""The audit trail: whether it holds, a signed checkpoint to keep elsewhere, and the latest events."""

from __future__ import annotations

import streamlit as st

from dashboard.components.markup import joined, literal, show, table, tag, text, unbroken
from dashboard.components.session import Place, place
from dashboard.components.words import event, moment, plural
from surveil.desk.screen_audit import Wanted, check_trail, sign_checkpoint, trail
from surveil.errors import SurveilError

_PAGES = "trail-pages"


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
    _events(here)


def _events(here: Place) -> None:
    st.header("Events")
    wanted = _wanted()
    with here.store.read() as session:
        page = trail(session, here.user, wanted, _before(wanted))
    rows = (
        (f"{entry.seq:,}", unbroken(moment(entry.at)), text(entry.actor), event(entry.action),
         text(f"{entry.object_type} {entry.object_id}"))
        for entry in page.events
    )  # fmt: skip
    show(
        table("Newest first, as far as you may see them", ("No.", "When", "Who", "What", "About"), rows, (0,))
    )
    if not page.events:
        st.info("No event among those looked at is what you ask for, as far as you may see them.")
    newer, older, _ = st.columns((1, 1, 4))
    begun = len(st.session_state[_PAGES][1]) > 1
    newer.button("Newer events", on_click=_turn, args=(wanted, None), disabled=not begun)
    older.button("Older events", on_click=_turn, args=(wanted, page.older), disabled=page.older is None)


def _wanted() -> Wanted:
    who, about, first, last = st.columns(4)
    actor = who.text_input("By whom", key="trail-who", help="The name to sign in with, or system.").strip()
    record = about.text_input("About", key="trail-about", placeholder="alert A-12ab34cd56ef").strip()
    kind, _, name = record.replace(":", " ", 1).partition(" ")
    return Wanted(
        actor or None,
        kind or None,
        name.strip() or None,
        first.date_input("From (day of UTC)", None, key="trail-first"),
        last.date_input("To (day of UTC)", None, key="trail-last"),
    )


def _before(wanted: Wanted) -> int | None:
    """Where the page begins that was turned to; other filters begin at the newest again."""
    if st.session_state.get(_PAGES, (None, ()))[0] != wanted:
        st.session_state[_PAGES] = (wanted, (None,))
    before: int | None = st.session_state[_PAGES][1][-1]
    return before


def _turn(wanted: Wanted, older: int | None) -> None:
    begun = st.session_state[_PAGES][1]
    st.session_state[_PAGES] = (wanted, begun[:-1] if older is None else (*begun, older))


def _check(here: Place) -> None:
    st.header("Does it hold?")
    kept = st.file_uploader(
        "A checkpoint that was kept elsewhere (optional; with it a cut or rewritten trail shows too)",
        type="json",
    )
    if not st.button("Check the whole trail", type="primary"):
        return
    text_of = kept.getvalue().decode("utf-8", "replace") if kept is not None else None
    bar = st.progress(0.0, "Reading the audit trail …")

    def reading(share: float, words: str) -> None:
        bar.progress(share, words)

    try:
        result = check_trail(here.store, here.user, text_of, reading)
    except SurveilError as error:
        st.error(literal(error))
        return
    finally:
        bar.empty()
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
