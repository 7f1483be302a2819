"""Matters: letters of a regulator with their due dates, the state of each item, and what still keeps an answer back."""

from __future__ import annotations

import datetime as dt
from functools import partial

import streamlit as st

from dashboard.components import address, matter_acts, matter_item, navigate
from dashboard.components.cards import card
from dashboard.components.markup import Html, joined, literal, show, table, tag, text, unbroken
from dashboard.components.rows import chip
from dashboard.components.session import Place, place
from dashboard.components.words import ITEM_STATE, days_left, event, moment, plural
from surveil.errors import SurveilError
from surveil.reports.finra.firm_file import WITHHELD, ItemEntry
from surveil.reports.finra.letter import Item
from surveil.reports.making import whole_firm
from surveil.reports.matters import Matter, list_matters, read_checked
from surveil.reports.matters.editing import Changed, changes

ITEM = "item"


def page() -> None:
    """Draw the list of matters."""
    here = place()
    whole_firm(here.user)
    st.title("Regulators' letters")
    matters = list_matters(here.workspace)
    st.caption(f"{plural(len(matters), 'matter')}, the one due first on top.")
    if not matters:
        st.info("No letter is being answered here. Open a matter for each letter the firm receives.")
    for matter in matters:
        _line(here, matter)
    matter_acts.open_new(here)


def _line(here: Place, matter: Matter) -> None:
    said = f"{_stated(matter)} of {plural(len(matter.letter.items), 'item')} with something said"
    about = (
        text(matter.letter.regulator),
        text(f"number {matter.reference}" if matter.reference else "no number of the regulator"),
        f"received {matter.received_on}",
    )
    card(
        f"{matter.id} · {matter.letter.title}",
        (_due(matter.due, here.today), chip(said)),
        about,
        partial(navigate.matter_link, matter.id, "Open"),
    )


def one() -> None:
    """Draw the matter that the address names."""
    here = place()
    whole_firm(here.user)
    navigate.matters_link("All matters")
    try:
        matter = read_checked(here.workspace, navigate.chosen_matter() or "")
    except SurveilError as error:
        st.title("Matter")
        st.error(literal(error))
        return
    show(tag("h1", text(matter.letter.title), css="sv-title"))
    show(joined((chip(matter.id), _due(matter.due, here.today))))
    show(_facts(matter))
    matter_acts.bar(here, matter)
    trail = changes(here.store, matter.id)
    st.header("Items")
    show(_items(matter, here.today))
    number = address.one(
        "Item", [item.number for item in matter.letter.items], ITEM, _titles(matter).__getitem__
    )
    matter_item.item(here, matter, number, trail, matter_acts.may_answer(here))
    st.header("What keeps the answer back")
    matter_acts.gate_and_draft(here, matter)
    st.header("History")
    show(_history(trail))


def _titles(matter: Matter) -> dict[str, str]:
    return {item.number: f"{item.number}. {item.title}" for item in matter.letter.items}


def _stated(matter: Matter) -> int:
    return sum(matter.state_of(item.number) != "open" for item in matter.letter.items)


def _due(day: dt.date, today: dt.date) -> Html:
    return chip(days_left(day, today), "sv-late" if day < today else "")


def _facts(matter: Matter) -> Html:
    period = f"{matter.period.first} to {matter.period.last}" if matter.period else "that of the run reported"
    facts = [
        ("Regulator", matter.letter.regulator),
        ("Letter of", matter.letter.dated),
        ("Received", matter.received_on),
        ("Due", matter.due),
        ("Their number", matter.reference or "not entered"),
        ("Period answered for", period),
        ("Prepared by", matter.preparer or "not named"),
        ("Principal who signs", matter.principal or "not named"),
        ("Control numbers begin", matter.control_prefix),
    ]
    facts += [
        (f"Extended to {extension.due_on}", f"{extension.by}: {extension.reason}")
        for extension in matter.extensions
    ]
    return tag(
        "dl",
        joined(tag("div", tag("dt", text(name)), tag("dd", text(value))) for name, value in facts),
        css="sv-facts",
    )


def _items(matter: Matter, today: dt.date) -> Html:
    rows = []
    for item in matter.letter.items:
        entry = matter.entry(item.number)
        due = entry.due_on or matter.due
        rows.append(
            (
                navigate.to_item(matter.id, item.number),
                text(item.title),
                ITEM_STATE[matter.state_of(item.number)],
                text(entry.owner or "nobody"),
                joined((unbroken(due), f" ({days_left(due, today)})")),
                _account(item, entry),
                f"{len(entry.attachments):,}",
            )
        )
    headers = ("Item", "Asks for", "The firm has said", "Owner", "Due", "Firm's own account", "Documents")
    return table("Items in the letter's order", headers, rows, (6,))


def _account(item: Item, entry: ItemEntry) -> str:
    if entry.narrative.strip():
        return plural(len(entry.narrative.split()), "word")
    return "asked for, none yet" if item.narrative and entry.state not in WITHHELD else "none"


def _history(trail: tuple[Changed, ...]) -> Html:
    rows = (
        (
            unbroken(moment(change.at)),
            text(change.actor),
            event(change.action),
            text(", ".join(change.items) or "–"),
            text(change.reason or "–"),
        )
        for change in reversed(trail)
    )
    return table("Audit trail of this matter, newest first", ("When", "Who", "What", "Items", "Reason"), rows)
