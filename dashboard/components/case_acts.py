"""What is done in a case, each behind a button of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import streamlit as st

from dashboard.components.forms import ask, given, value
from dashboard.components.markup import literal, show, table, text
from dashboard.components.session import Place
from dashboard.components.words import ANSWER, CHANNEL, CHECKLIST, SCRIPT, VISIT, field
from surveil import desk
from surveil.alerts.alert import Alert
from surveil.alerts.cases import SCRIPTS, Answer, CaseStatus, Channel, ClockKind, TaskState, Visit
from surveil.alerts.dispositions import Disposition
from surveil.alerts.errors import Unacceptable
from surveil.alerts.policy import Allowed, Refused
from surveil.desk.case_page import CaseClock, CaseTask, CaseView, Outreach
from surveil.desk.case_work import NO_CONCLUSION
from surveil.desk.firm_rows import FirmRows
from surveil.errors import SurveilError

_ENDS = [disposition for disposition in Disposition if disposition not in NO_CONCLUSION]


def _may(view: CaseView) -> Allowed | Refused:
    if view.allowed and view.status is CaseStatus.CLOSED:
        return Refused("The case is closed; open it again first.")
    return view.allowed


def bar(here: Place, view: CaseView) -> None:
    """Note, give away, conclude, approve, open again."""
    store, user, now, case_id, version = here.store, here.user, here.now, view.case_id, view.row_version
    with st.container(horizontal=True, key="actions"):
        if view.status is CaseStatus.PENDING_APPROVAL:
            second = (
                Allowed() if view.may_approve else Refused("You concluded this case, or may not work on it.")
            )
            ask(
                "approve",
                "Approve",
                "Approve and close",
                words="What was looked at?",
                done="The case is closed.",
                act=lambda words: desk.approve_case(store, user, case_id, words, now, version),
                allowed=second,
            )
            ask(
                "reject",
                "Send back",
                "Send back",
                done="Sent back; the case is open.",
                act=lambda words: desk.reject_case(store, user, case_id, words, now, version),
                allowed=second,
            )
        elif view.status is CaseStatus.CLOSED:
            ask(
                "reopen",
                "Open again",
                "Open again",
                done="The case is open again and yours.",
                act=lambda words: desk.reopen_case(store, user, case_id, words, now, version),
                allowed=view.allowed,
            )
        else:
            _conclude(here, view)
            ask(
                "give",
                "Give to somebody",
                "Give",
                done="The case was given away.",
                words="",
                allowed=view.allowed,
                fields=lambda: st.text_input("To whom? (name at the desk)", key="give-name"),
                act=lambda _: desk.give_case(store, user, case_id, value("give-name").strip(), now, version),
            )
        ask(
            "note",
            "Note",
            "Save the note",
            words="Note",
            done="The note was saved.",
            allowed=_may(view),
            act=lambda words: desk.note_case(store, user, case_id, words, now),
        )


def _conclude(here: Place, view: CaseView) -> None:
    def conclude(words: str) -> None:
        ending = given("conclude-as")
        if ending is None:
            raise Unacceptable("Choose how the case ends; nothing was saved.")
        desk.conclude_case(
            here.store, here.user, view.case_id, Disposition(ending), words, here.now, view.row_version
        )

    ask(
        "conclude",
        "Conclude",
        "Ask for approval",
        conclude,
        "The conclusion waits for a second person.",
        words="Note: what was looked at, and why does it end so?",
        fields=lambda: st.selectbox(
            "Conclusion", _ENDS, None, format_func=lambda ending: ending.label, key="conclude-as"
        ),
        allowed=view.allowed,
    )


def take_out(here: Place, view: CaseView, alert: Alert) -> None:
    """Take an alert out of the case; the last one stays."""
    if len(view.alerts) < 2:
        return
    ask(
        f"unlink-{alert.alert_id}",
        "Take out",
        "Take out",
        done="Taken out; the alert itself is as it was.",
        act=lambda words: desk.unlink_alert(
            here.store, here.user, view.case_id, alert.alert_id, words, here.now
        ),
        allowed=_may(view),
    )


def start_clock(here: Place, view: CaseView) -> None:
    """Start a deadline."""

    def fields() -> None:
        st.selectbox("Clock", list(ClockKind), format_func=lambda kind: kind.label, key="clock-kind")
        st.date_input("It starts on", here.today, max_value=here.today, key="clock-from")
        st.date_input("Last day (only for another deadline)", None, min_value=here.today, key="clock-to")

    ask(
        "clock",
        "Start a clock",
        "Start it",
        lambda words: desk.start_clock(
            here.store,
            here.user,
            view.case_id,
            ClockKind(given("clock-kind")),
            given("clock-from"),
            words,
            here.now,
            given("clock-to"),
        ),
        "The clock runs.",
        words="What for?",
        fields=fields,
        allowed=_may(view),
    )


def meet(here: Place, view: CaseView, clock: CaseClock) -> None:
    """Say that what a clock runs for has been done."""
    ask(
        f"meet-{clock.clock_id}",
        "Done",
        "Stop the clock",
        words="How was it done, or why need it not be?",
        done="The clock has stopped.",
        allowed=_may(view),
        act=lambda words: desk.meet_clock(here.store, here.user, clock.clock_id, words, here.now),
    )


def add_steps(here: Place, view: CaseView) -> None:
    """A checklist, or a step of one's own."""
    with st.container(horizontal=True):
        ask(
            "checklist",
            "Take a checklist",
            "Add its steps",
            words="",
            done="The steps were added.",
            allowed=_may(view),
            fields=lambda: st.selectbox(
                "Checklist", list(CHECKLIST), format_func=CHECKLIST.__getitem__, key="checklist-name"
            ),
            act=lambda _: desk.add_checklist(
                here.store, here.user, view.case_id, str(given("checklist-name")), here.now
            ),
        )
        ask(
            "step",
            "Add a step",
            "Add it",
            words="What is to be done?",
            done="The step was added.",
            allowed=_may(view),
            fields=lambda: st.date_input("Until", None, min_value=here.today, key="step-until"),
            act=lambda words: desk.add_task(
                here.store, here.user, view.case_id, words, here.now, given("step-until")
            ),
        )


def settle(here: Place, view: CaseView, task: CaseTask) -> None:
    """Done, not needed, or open again."""
    key = f"settle-{task.task_id}"
    if task.state is not TaskState.OPEN:
        ask(
            key,
            "Open again",
            "Open again",
            done="The step is open again.",
            allowed=_may(view),
            act=lambda words: desk.settle_task(
                here.store, here.user, task.task_id, TaskState.OPEN, words, here.now
            ),
        )
        return
    states = {TaskState.DONE: "Done", TaskState.NOT_NEEDED: "Not needed"}
    ask(
        key,
        "Settle",
        "Settle it",
        words="What was found, or why is it not needed?",
        done="The step is settled.",
        allowed=_may(view),
        fields=lambda: st.radio("It is", list(states), format_func=states.__getitem__, key=f"{key}-as"),
        act=lambda words: desk.settle_task(
            here.store, here.user, task.task_id, TaskState(given(f"{key}-as")), words, here.now
        ),
    )


def ask_customer(here: Place, view: CaseView) -> None:
    """Record that a customer is asked, over contact data from before any change in question."""
    if view.status is CaseStatus.OPEN and view.allowed:
        _contact(here, view)

    def fields() -> None:
        st.text_input("Number of the customer", key="ask-customer")
        st.selectbox("How", list(Channel), format_func=CHANNEL.__getitem__, key="ask-channel")
        st.selectbox("Question", list(SCRIPTS), format_func=SCRIPT.__getitem__, key="ask-script")
        st.date_input("Contact data as they stood before", None, max_value=here.today, key="ask-before")

    ask(
        "outreach",
        "Ask a customer",
        "Write down that he is asked",
        lambda _: desk.ask_customer(
            here.store,
            here.user,
            view.case_id,
            value("ask-customer").strip(),
            Channel(given("ask-channel")),
            str(given("ask-script")),
            here.now,
            _midnight(given("ask-before")),
        ),
        "Written down; a clock runs for asking again.",
        words="",
        fields=fields,
        allowed=_may(view),
    )


def _contact(here: Place, view: CaseView) -> None:
    """The customer's contact data before the change in question, masked until a reason is recorded."""
    with st.expander("How could a customer be reached before the change in question?"):
        customer = st.text_input("Number of the customer", key="contact-customer").strip()
        before = st.date_input("Before the day", None, max_value=here.today, key="contact-before")
        if not customer or not isinstance(before, date):
            st.caption("Give the number and the day of the first opening or change in question.")
            return
        proof = st.session_state.get(f"contact-proof-{customer}")
        try:
            found = desk.contact_then(
                FirmRows(here.workspace), customer, _midnight(before) or here.now, proof
            )
        except SurveilError as error:
            st.error(literal(error))
            return
        rows = (
            (field(name), text(value or "not known"), _changed(found.changed, name))
            for name, value in found.values.items()
        )
        show(table(f"Contact data as they stood before {before}", ("Field", "Then", "Changed since"), rows))
        if proof is None:
            ask(
                "contact",
                "Show the data",
                "Record the reason and show them",
                lambda words: _reveal(here, view, customer, words),
                "Your reason was recorded.",
            )


def _changed(changed: tuple[str, ...] | None, name: str) -> str:
    if changed is None:
        return "not known"
    return "yes" if name in changed else "no"


def _reveal(here: Place, view: CaseView, customer: str, words: str) -> None:
    st.session_state[f"contact-proof-{customer}"] = desk.reveal(
        here.store, here.user, view.alerts[0].alert_id, f"contact of {customer}", words, here.now
    )


def answer(here: Place, view: CaseView, asked: Outreach) -> None:
    """Record what came back."""
    key = f"answer-{asked.outreach_id}"

    def fields() -> None:
        st.selectbox("Answer", list(Answer), format_func=ANSWER.__getitem__, key=f"{key}-what")
        st.selectbox(
            "Did the visit or call on record take place?",
            list(Visit),
            index=list(Visit).index(Visit.NOT_KNOWN),
            format_func=VISIT.__getitem__,
            key=f"{key}-visit",
        )

    ask(
        key,
        literal(f"Answer of {asked.customer_id}"),
        "Write the answer down",
        lambda words: desk.record_answer(
            here.store,
            here.user,
            asked.outreach_id,
            Answer(given(f"{key}-what")),
            Visit(given(f"{key}-visit")),
            words,
            here.now,
        ),
        "The answer was written down.",
        words="In the customer's words, or how often he was tried",
        fields=fields,
        allowed=_may(view),
    )


def _midnight(day: object) -> datetime | None:
    return datetime.combine(day, time(), UTC) if isinstance(day, date) else None
