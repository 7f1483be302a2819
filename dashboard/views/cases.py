"""Cases: the list, and one case with its steps, clocks, customers asked, and how it ends."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.components import address, case_acts, navigate
from dashboard.components.cards import card
from dashboard.components.history import told
from dashboard.components.markup import Html, joined, literal, show, table, tag, text, unbroken
from dashboard.components.rows import chip, row
from dashboard.components.session import Place, place
from dashboard.components.words import ANSWER, CASE_STATUS, CHANNEL, VISIT, days_left, event, moment, plural
from surveil import desk
from surveil.alerts.cases import CaseStatus, TaskState
from surveil.alerts.errors import NotFound
from surveil.alerts.policy import Refused
from surveil.desk.case_page import CaseClock, CaseFilters, CaseLine, CaseTask, CaseView, Outreach

CASES_PER_PAGE = 25


def page() -> None:
    """Draw the list of cases."""
    here = place()
    st.title("Cases")
    with st.sidebar:
        words = address.words("Search", "text", "number or title", _first_page)
        status = address.many("Status", list(CASE_STATUS), "status", _status, on_change=_first_page)
        mine = address.one(
            "Whose", ["all", "mine"], "whose", {"all": "Everybody's", "mine": "Mine"}.__getitem__
        )
    filters = CaseFilters(
        status=tuple(CaseStatus(value) for value in status) or (CaseStatus.OPEN, CaseStatus.PENDING_APPROVAL),
        owner=(here.user.name,) if mine == "mine" else (),
        text=words,
    )
    with here.store.read() as session:
        found = desk.cases(session, here.user, filters, address.page_number("page"), CASES_PER_PAGE)
    counts = " · ".join(f"{label}: {found.by_status[kind]:,}" for kind, label in CASE_STATUS.items())
    st.caption(literal(f"{plural(found.total, 'case')}, those with the nearest day first. {counts}"))
    if not found.cases:
        st.info(
            "No case matches. A case is opened on the page of an alert, under “Cases and related alerts”."
        )
        return
    for line in found.cases:
        _line(here, line)
    address.pagination(found.pages, "page")


def _status(value: str) -> str:
    return CASE_STATUS[CaseStatus(value)]


def _first_page() -> None:
    st.session_state["page"] = 1


def _line(here: Place, line: CaseLine) -> None:
    late = line.next_due is not None and line.next_due < here.today
    parts = [chip(CASE_STATUS[line.status])]
    if line.next_due is not None:
        parts.append(chip(days_left(line.next_due, here.today), "sv-late" if late else ""))
    about = (
        plural(line.alerts, "alert"),
        plural(line.open_tasks, "open step"),
        text(f"with {line.owner}" if line.owner else "with nobody"),
        f"opened {moment(line.opened_at)}",
    )
    card(f"{line.case_id} · {line.title}", parts, about, partial(navigate.case_link, line.case_id, "Open"))


def one() -> None:
    """Draw the case that the address names."""
    here = place()
    navigate.cases_link("All cases")
    case_id = navigate.chosen_case()
    try:
        with here.store.read() as session:
            view = desk.case_view(session, here.user, case_id or "")
    except NotFound as error:
        st.title("Case")
        st.error(literal(error if case_id else "The address names no case."))
        return
    _draw(here, view)


def _draw(here: Place, view: CaseView) -> None:
    show(tag("h1", text(view.title), css="sv-title"))
    show(joined((chip(view.case_id), chip(CASE_STATUS[view.status]))))
    if isinstance(view.allowed, Refused):
        st.info(literal(view.allowed.reason))
    show(_facts(view))
    case_acts.bar(here, view)
    st.header("Clocks")
    _clocks(here, view)
    st.header("Steps")
    _steps(here, view)
    st.header("Customers asked")
    _outreach(here, view)
    st.header("Alerts")
    for alert in view.alerts:
        words, way = st.columns([4, 1.1], vertical_alignment="center")
        with words:
            show(row(alert, here.now, here.today, False, True))
        with way:
            navigate.alert_link(alert.alert_id, "Open")
            case_acts.take_out(here, view, alert)
    st.header("Notes")
    _notes(view)
    st.header("History")
    rows = (
        (unbroken(moment(entry.at)), text(entry.actor), event(entry.action), told(entry))
        for entry in reversed(view.history)
    )
    show(table("Audit trail of this case, newest first", ("When", "Who", "What", "Reason and changes"), rows))


def _facts(view: CaseView) -> Html:
    facts: list[tuple[str, object]] = [
        ("With", view.owner or "nobody"),
        ("Opened by", f"{view.opened_by}, {moment(view.opened_at)}"),
        ("The firm knows since", view.known_on or "not known"),
        ("Alerts", f"{len(view.alerts):,}"),
    ]
    if view.conclusion is not None:
        facts.append(("Concluded", f"{view.conclusion.label}, by {view.concluded_by}"))
        facts.append(("Because", view.conclusion_note or ""))
    if view.reviewed_by is not None:
        facts.append(("Reviewed by", f"{view.reviewed_by}: {view.review_note or ''}"))
    return tag(
        "dl",
        joined(tag("div", tag("dt", name), tag("dd", text(value))) for name, value in facts),
        css="sv-facts",
    )


def _clocks(here: Place, view: CaseView) -> None:
    if not view.clocks:
        st.caption(
            "No clock runs. Start one for whatever has a last day, such as the 30 days of FINRA Rule 4530."
        )
    for clock in view.clocks:
        _clock(here, view, clock)
    case_acts.start_clock(here, view)


def _clock(here: Place, view: CaseView, clock: CaseClock) -> None:
    words, way = st.columns([4, 1.1], vertical_alignment="center")
    running = clock.met_at is None
    late = running and clock.due_on < here.today
    state = days_left(clock.due_on, here.today) if running else "met"
    with words:
        show(
            tag(
                "div",
                chip(state, "sv-late" if late else ""),
                tag("b", clock.kind.label),
                " ",
                text(clock.about),
            )
        )
        said = f"from {clock.started_on} to {clock.due_on}"
        if clock.met_at is not None:
            said += f" · met by {clock.met_by}, {moment(clock.met_at)}: {clock.note}"
        show(tag("div", text(said), css="sv-meta"))
    if running:
        with way:
            case_acts.meet(here, view, clock)


def _steps(here: Place, view: CaseView) -> None:
    done = sum(task.state is not TaskState.OPEN for task in view.tasks)
    if view.tasks:
        st.caption(f"{done:,} of {len(view.tasks):,} settled")
    else:
        st.caption("No step yet. Take a checklist, or add steps of your own.")
    for task in view.tasks:
        _step(here, view, task)
    case_acts.add_steps(here, view)


def _step(here: Place, view: CaseView, task: CaseTask) -> None:
    words, way = st.columns([4, 1.1], vertical_alignment="center")
    marks = {TaskState.OPEN: "☐ to do", TaskState.DONE: "☑ done", TaskState.NOT_NEEDED: "– not needed"}
    with words:
        show(tag("div", chip(marks[task.state]), text(task.text)))
        said = [f"due {task.due_on}"] if task.due_on and task.state is TaskState.OPEN else []
        said += [task.assignee] if task.assignee else []
        said += [f"{task.done_by}, {moment(task.done_at)}: {task.note}"] if task.done_at else []
        if said:
            show(tag("div", text(" · ".join(said)), css="sv-meta"))
    with way:
        case_acts.settle(here, view, task)


def _outreach(here: Place, view: CaseView) -> None:
    st.caption("Nobody is accused and no answer is suggested. No answer is not known; it is never a no.")
    if view.outreach:
        heads = (
            "Asked",
            "Customer",
            "How",
            "Question",
            "Contact data as of",
            "Answer",
            "Visit or call on record",
            "In his words",
        )
        show(table("Customers asked in this case", heads, map(_asked, view.outreach)))
    for asked in view.outreach:
        if asked.answer is None:
            case_acts.answer(here, view, asked)
    case_acts.ask_customer(here, view)


def _asked(one: Outreach) -> tuple[object, ...]:
    then = "not written down" if one.contact_as_of is None else moment(one.contact_as_of)
    return (
        unbroken(moment(one.asked_at)),
        text(one.customer_id),
        CHANNEL[one.channel],
        tag("span", text(one.question), css="sv-wide"),
        unbroken(then),
        ANSWER[one.answer] if one.answer else "nothing yet",
        VISIT[one.visit] if one.visit else "",
        text(one.answer_note or ""),
    )


def _notes(view: CaseView) -> None:
    rows = [
        (
            unbroken(moment(note.written_at)),
            text(note.written_by),
            "this case",
            tag("span", text(note.text), css="sv-note"),
        )
        for note in view.notes
    ]
    rows += [
        (
            unbroken(moment(note.written_at)),
            text(note.written_by),
            text(alert_id),
            tag("span", text(note.text), css="sv-note"),
        )
        for alert_id, note in view.alert_notes
    ]
    if rows:
        show(table("Notes on this case and on its alerts", ("When", "Who", "On", "Note"), rows))
    else:
        st.caption("Nobody has written a note yet.")


def calendar() -> None:
    """Draw what is due."""
    here = place()
    st.title("Calendar")
    days = int(
        address.one(
            "How far ahead", ["7", "14", "30", "90"], "days", lambda value: f"{value} days", usual="14"
        )
    )
    mine = address.one(
        "Whose", ["mine", "all"], "whose", {"all": "Everybody's", "mine": "Mine or nobody's"}.__getitem__
    )
    with here.store.read() as session:
        items = desk.due(session, here.user, here.today, days, mine == "mine")
    late = sum(item.late(here.today) for item in items)
    st.caption(f"{plural(len(items), 'thing')} due within {plural(days, 'day')}, {late:,} of them late.")
    if not items:
        st.success("Nothing is due in this time.")
        return
    rows = (
        (
            unbroken(item.due_on),
            chip(days_left(item.due_on, here.today), "sv-late" if item.late(here.today) else ""),
            item.kind,
            text(item.what),
            text(item.owner or "nobody"),
            navigate.to(item.object_type, item.object_id),
        )
        for item in items
    )
    show(
        table("What is due, the earliest first", ("Last day", "Left", "Kind", "What", "With", "Where"), rows)
    )
