"""One item of a matter: what is asked, the firm's part to edit, its documents, and what was said before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.components.forms import ask, given, value
from dashboard.components.markup import Html, joined, literal, show, tag, text
from dashboard.components.session import Place, attempt, now, tell
from dashboard.components.words import ITEM_STATE, moment, plural
from surveil.alerts.errors import Unacceptable
from surveil.alerts.policy import Allowed, Refused
from surveil.reports.finra.firm_file import WITHHELD, ItemEntry
from surveil.reports.finra.letter import Item
from surveil.reports.matters import Matter
from surveil.reports.matters.editing import Changed, Opened, Written, attach, detach, rewrite

LONGEST = 100_000
_STATES = ("open", "answered", "answered_partial", "no_responsive_material", "objection", "privileged")


def item(
    here: Place, matter: Matter, number: str, trail: tuple[Changed, ...], allowed: Allowed | Refused
) -> None:
    """Draw the item of this number, to be edited where that is allowed."""
    asked = next(one for one in matter.letter.items if one.number == number)
    key = f"item-{matter.id}-{number}"
    entry = matter.entry(number)
    _begin(key, entry)
    seen: ItemEntry = st.session_state[f"{key}-seen"]
    st.subheader(literal(f"{asked.number}. {asked.title}"))
    show(_request(asked))
    opened = Opened(here.workspace, here.user, matter.id, number, seen)
    if isinstance(allowed, Refused):
        show(_said(entry))
        st.caption(literal(allowed.reason))
    else:
        if seen != entry:
            _newer(key, entry, number, trail)
        _form(key, opened)
    _documents(key, replace(opened, seen=entry), allowed)
    _earlier(number, trail)


def _begin(key: str, entry: ItemEntry) -> None:
    """Lay out an item for editing where that has not begun; what it was then tells later whether somebody was faster."""
    if f"{key}-narrative" in st.session_state:
        return
    st.session_state[f"{key}-seen"] = entry
    for name, content in vars(Written.of(entry)).items():
        st.session_state[f"{key}-{name}"] = content
    st.session_state[f"{key}-state"] = entry.state or "open"


def _again(key: str) -> None:
    """Lay the item out anew, as it is kept now."""
    for name in vars(Written()):
        st.session_state.pop(f"{key}-{name}", None)


def _request(asked: Item) -> Html:
    lines = [tag("blockquote", text(asked.request))]
    if asked.narrative:
        lines.append(tag("p", "The firm has to tell in its own words: ", text(asked.narrative), "."))
    feeds = ", ".join((*asked.feeds, *asked.also))
    lines.append(
        tag("p", f"Answered from the feeds: {feeds}." if feeds else "No feed answers it.", css="sv-meta")
    )
    return joined(lines)


def _newer(key: str, entry: ItemEntry, number: str, trail: tuple[Changed, ...]) -> None:
    """Somebody has changed the item meanwhile: show what is kept now, and let the writer choose."""
    last = next((one for one in reversed(trail) if number in one.items), None)
    by = f"{last.actor} changed this item ({moment(last.at)})" if last else "This item was changed"
    st.warning(
        literal(
            f"{by} while you had it open. Below is what is kept now; what you wrote is still in the fields."
        )
    )
    show(_said(entry))
    with st.container(horizontal=True):
        st.button("Take what is kept now", key=f"{key}-take", on_click=_again, args=(key,))
        st.button(
            "Go on with what I wrote",
            key=f"{key}-mine",
            on_click=st.session_state.__setitem__,
            args=(f"{key}-seen", entry),
            help="It will replace what is kept now when you save it. The audit trail keeps both.",
        )


def _said(entry: ItemEntry) -> Html:
    parts = [tag("dt", "State"), tag("dd", ITEM_STATE[entry.stands])]
    for name, content in (("The firm's account", entry.narrative), ("Reason", entry.reason)):
        if content:
            parts += [tag("dt", name), tag("dd", text(content), css="sv-note")]
    if entry.searched:
        searched = f"{entry.searched.by}, {entry.searched.date}: {entry.searched.what}"
        parts += [tag("dt", "Searched"), tag("dd", text(searched))]
    if entry.attachments:
        parts += [tag("dt", "Documents"), tag("dd", text("; ".join(one.title for one in entry.attachments)))]
    return tag("dl", joined(parts))


def _form(key: str, opened: Opened) -> None:
    unstated = ITEM_STATE[opened.seen.stands if opened.seen.state is None else "open"]
    with st.form(key, enter_to_submit=False):
        st.selectbox(
            "How far is it answered?",
            _STATES,
            format_func=lambda one: unstated if one == "open" else ITEM_STATE[one],
            key=f"{key}-state",
        )
        st.text_area("The firm's account", height=260, max_chars=LONGEST, key=f"{key}-narrative")
        st.text_area(
            "Reason, where it is answered in part, objected to or withheld",
            height=80,
            max_chars=LONGEST,
            key=f"{key}-reason",
        )
        st.date_input("The rest follows by", None, key=f"{key}-expected_on")
        st.caption("Where nothing is responsive: who searched what, and when")
        by, what, on = st.columns([2, 4, 2])
        by.text_input("Who searched", key=f"{key}-searched_by", max_chars=500)
        what.text_input("What was searched", key=f"{key}-searched_what", max_chars=2_000)
        on.date_input("Searched on", None, key=f"{key}-searched_on")
        owner, due = st.columns(2)
        owner.text_input("Owner within the firm", key=f"{key}-owner", max_chars=200)
        due.date_input("Owner's day", None, key=f"{key}-due_on")
        st.form_submit_button(
            "Save the item",
            type="primary",
            on_click=_save,
            args=(key, opened),
        )


def _save(key: str, opened: Opened) -> None:
    written = Written(**{name: given(f"{key}-{name}") for name in vars(Written())})
    written = replace(written, state=None if written.state == "open" else written.state)
    if attempt(lambda: rewrite(opened, written, now()), ""):
        dropped = written.state in WITHHELD and (written.narrative.strip() or opened.seen.attachments)
        tell(
            "done",
            f"Item {opened.number} was saved."
            + (
                " Of an item that is withheld only the reason is produced, so its account and documents were taken out; "
                "the audit trail keeps them."
                if dropped
                else ""
            ),
        )
        _again(key)


def _documents(key: str, opened: Opened, allowed: Allowed | Refused) -> None:
    entry = opened.seen
    if entry.withheld:
        st.caption(
            f"{plural(len(entry.withheld), 'document')} withheld, listed in the privilege log of the production."
        )
    for place, document in enumerate(entry.attachments):
        words, way = st.columns([5, 1], vertical_alignment="center")
        with words:
            show(tag("div", "Document: ", text(document.title), " ", tag("code", document.sha256[:16])))
        with way:
            ask(
                f"{key}-out-{place}",
                "Take out",
                "Take it out",
                _after(key, opened, partial(_detach, opened, document.sha256)),
                "The document was taken out; its file stays with the matter.",
                allowed=allowed,
            )

    def fields() -> None:
        st.file_uploader("The document", key=f"{key}-file")
        st.text_input("Its title in the answer", key=f"{key}-title", max_chars=300)

    def act(_: str) -> Matter:
        file = given(f"{key}-file")
        if file is None:
            raise Unacceptable("Choose the file first.")
        return attach(opened, file.name, file.getvalue(), value(f"{key}-title"), now())

    ask(
        f"{key}-attach",
        "Add a document",
        "Put it in",
        _after(key, opened, act),
        "The document was put in.",
        words="",
        fields=fields,
        allowed=allowed,
    )


def _detach(opened: Opened, sha256: str, why: str) -> Matter:
    return detach(opened, sha256, why, now())


def _after(key: str, opened: Opened, act: Callable[[str], Matter]) -> Callable[[str], None]:
    """Documents are no part of what is written in the fields: after an act of one's own, the text being written stays."""

    def acted(words: str) -> None:
        documents = act(words).entry(opened.number).attachments
        seen: ItemEntry = st.session_state[f"{key}-seen"]
        st.session_state[f"{key}-seen"] = seen.model_copy(update={"attachments": documents})

    return acted


def _earlier(number: str, trail: tuple[Changed, ...]) -> None:
    told = [one for one in trail if number in one.items]
    if len(told) < 2:
        return
    with st.expander(f"What was said to this item before ({len(told) - 1:,})"):
        for one in reversed(told[:-1]):
            show(tag("p", text(f"{one.actor}, {moment(one.at)}"), css="sv-meta"))
            show(_said(one.items[number]))
