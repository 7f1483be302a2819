"""What is done with a matter as a whole: open one, extend it, see what is missing, make a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import streamlit as st

from dashboard.components.forms import ask, given, value
from dashboard.components.markup import joined, literal, show, table, tag, text
from dashboard.components.session import DEMO_USERS, Place, now
from dashboard.components.words import plural
from surveil.alerts.alert import Action
from surveil.alerts.errors import NotAllowed, Unacceptable
from surveil.alerts.policy import Allowed, Refused
from surveil.errors import SurveilError
from surveil.reports.finra.letter import find_letter, letters
from surveil.reports.making import whole_firm
from surveil.reports.matters import Extension, Matter, change, change_particulars, open_matter
from surveil.reports.matters.draft import draft
from surveil.reports.matters.gate import Gate, gate


def may_answer(here: Place) -> Allowed | Refused:
    """Whether this person may say what the firm answers."""
    try:
        whole_firm(here.user, Action.ANSWER)
    except NotAllowed as error:
        return Refused(str(error))
    return Allowed()


def open_new(here: Place) -> None:
    """Open a matter about one of the letters there are specifications of."""

    def fields() -> None:
        known = sorted(letters(here.workspace))
        st.selectbox("Which letter?", known, None, key="matter-letter")
        st.text_input("Name of the matter, such as 2016-sweep", key="matter-id", max_chars=40)
        st.date_input("Received on", here.today, max_value=here.today, key="matter-received")
        st.date_input("Due on (empty: the day the letter names)", None, key="matter-due")
        st.text_input("The regulator's own number", key="matter-reference", max_chars=100)
        st.text_input("Who prepares the answer", key="matter-preparer", max_chars=200)
        st.text_input("Principal who reviews and signs it", key="matter-principal", max_chars=200)
        st.text_input("Beginning of the control numbers, such as EXB", key="matter-prefix", max_chars=12)

    def act(_: str) -> None:
        if given("matter-letter") is None or not value("matter-id").strip():
            raise Unacceptable("Choose the letter and give the matter a name; nothing was opened.")
        open_matter(
            here.workspace,
            here.user,
            value("matter-id").strip(),
            find_letter(str(given("matter-letter")), here.workspace),
            now(),
            received_on=given("matter-received"),
            due_on=given("matter-due"),
            reference=value("matter-reference").strip(),
            preparer=value("matter-preparer").strip(),
            principal=value("matter-principal").strip(),
            control_prefix=value("matter-prefix").strip(),
        )

    ask(
        "matter",
        "Open a matter",
        "Open it",
        act,
        "The matter is open.",
        words="",
        fields=fields,
        allowed=may_answer(here),
    )


def bar(here: Place, matter: Matter) -> None:
    """Enter an extension; change who prepares and signs."""
    with st.container(horizontal=True):
        _extend(here, matter)
        _particulars(here, matter)


_PARTICULARS = {
    "reference": "The regulator's own number",
    "preparer": "Who prepares the answer",
    "principal": "Principal who reviews and signs it",
    "control_prefix": "Beginning of the control numbers, such as EXB",
}


def _particulars(here: Place, matter: Matter) -> None:
    """Each field shows what is kept; saving replaces all four."""

    def fields() -> None:
        for name, label in _PARTICULARS.items():
            st.text_input(label, getattr(matter, name), key=f"matter-{matter.id}-{name}", max_chars=200)

    def act(_: str) -> None:
        told = {name: value(f"matter-{matter.id}-{name}").strip() for name in _PARTICULARS}
        change_particulars(here.workspace, here.user, matter.id, now(), **told)

    ask(
        "particulars",
        "Change who signs",
        "Save",
        act,
        "The matter was changed.",
        words="",
        fields=fields,
        allowed=may_answer(here),
    )


def _extend(here: Place, matter: Matter) -> None:

    def act(words: str) -> None:
        due, by = given("extend-to"), value("extend-by").strip()
        if not isinstance(due, dt.date) or due <= matter.due:
            raise Unacceptable(f"The new day must be later than the one in force, {matter.due}.")
        if not by or not words.strip():
            raise Unacceptable("Say who granted the extension, and why it was asked for.")
        extension = Extension(granted_on=given("extend-granted"), due_on=due, by=by, reason=words.strip())

        def extended(found: Matter) -> Matter:
            return found.model_copy(update={"extensions": (*found.extensions, extension)})

        change(here.workspace, here.user, matter.id, now(), "matter.extended", extended, words.strip())

    def fields() -> None:
        st.date_input("New due day", None, min_value=matter.due, key="extend-to")
        st.date_input("Granted on", here.today, max_value=here.today, key="extend-granted")
        st.text_input("Granted by whom at the regulator", key="extend-by", max_chars=200)

    ask(
        "extend",
        "Enter an extension",
        "Enter it",
        act,
        "The extension was entered.",
        words="Why was more time asked for?",
        fields=fields,
        allowed=may_answer(here),
    )


def gate_and_draft(here: Place, matter: Matter) -> None:
    """Try the answer on the data, and make one with names masked to read."""
    st.write(
        "The answer is made once every item is answered, answered in part with a reason and a day, objected to, withheld, "
        "or empty with who searched what and when. Much is answered from the data: this tries it on the last run."
    )
    key = f"gate-{matter.id}"
    with st.container(horizontal=True):
        if st.button("Check what is missing", key=f"{key}-check"):
            with st.spinner("Answering every item from the data…"):
                _kept(f"{key}-found", matter, lambda: gate(here.workspace, matter.id))
        if st.button(
            "Make a draft to read", key=f"{key}-make", help="Names masked; the PDF without exhibits."
        ):
            with st.spinner("Making the draft…"):
                _kept(f"{key}-draft", matter, lambda: draft(here.workspace, matter.id))
    found = _current(f"{key}-found", matter)
    if isinstance(found, Gate):
        _gate(found)
    made = _current(f"{key}-draft", matter)
    if isinstance(made, bytes):
        st.download_button("Download the draft", made, f"{matter.id}-draft.pdf", "application/pdf")
    by = "" if here.user.name in DEMO_USERS else f" --as {here.user.name}"
    show(
        tag(
            "p",
            "What goes out, numbered, signed and sealed, is made on the command line: ",
            tag("code", f"surveil package --matter {matter.id} --for media{by}"),
        )
    )


def _kept(key: str, matter: Matter, make: Callable[[], object]) -> None:
    """Keep what was made for this state of the matter; whoever changes the matter makes it void."""
    st.session_state.pop(key, None)
    try:
        st.session_state[key] = (matter, make())
    except SurveilError as error:
        st.error(literal(error))


def _current(key: str, matter: Matter) -> object:
    of, made = st.session_state.get(key, (None, None))
    return made if of == matter else None


def _gate(found: Gate) -> None:
    if found.open:
        back = f"{plural(len(found.open), 'item')} of {len(found.items):,} keep the answer back"
        st.warning(literal(f"{back} (run {found.run_id}, data as of {found.as_of})."))
    else:
        st.success(literal(f"Nothing keeps the answer back (run {found.run_id}, data as of {found.as_of})."))
    rows = (
        (
            text(one.number),
            text(one.title),
            one.state or "none yet",
            joined(tag("div", text(said)) for said in one.problems or one.reasons),
        )
        for one in found.items
    )
    show(
        table(
            "Every item as the answer would have it",
            ("Item", "Asks for", "State", "What is missing, or why in part"),
            rows,
        )
    )
