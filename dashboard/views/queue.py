"""The queue: what is to be looked at, most urgent first, one subject with all that touches him together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components import address, filters, focus, navigate, raising, selection, shortcuts, take
from dashboard.components.banner import show_banner
from dashboard.components.filters import Chosen
from dashboard.components.markup import joined, literal, show, tag, text
from dashboard.components.rows import row
from dashboard.components.session import Place, place
from dashboard.components.words import plural, subject
from surveil import desk
from surveil.alerts.alert import Alert
from surveil.alerts.model import SubjectType
from surveil.desk import Emptiness
from surveil.desk.screen_queue import SubjectGroup, queue_by_subject

SUBJECTS_PER_PAGE = 15
ALERTS_PER_PAGE = 25


@dataclass(frozen=True)
class _Shown:
    """One page of the queue, whichever way it is arranged."""

    groups: tuple[SubjectGroup, ...]
    total: int
    subjects: int | None
    pages: int
    empty: Emptiness | None
    more: bool

    @property
    def alert_ids(self) -> list[str]:
        return [alert.alert_id for group in self.groups for alert in group.alerts]


def page() -> None:
    """Draw the queue."""
    here = place()
    st.title("Queue")
    show_banner(here)
    chosen = filters.choose(here)
    number = address.page_number("page")
    shown = _look(here, chosen, number)
    if shown.empty is not None:
        _empty(here, chosen, shown.empty)
        raising.raise_by_hand(here)
        return
    navigate.remember_queue(shown.alert_ids)
    take.remember(chosen.filters, chosen.sort)
    _count(shown, chosen)
    _keys(here, shown, chosen)
    selection.bar(here, chosen, None if shown.more else shown.total)
    for group in shown.groups:
        _group(here, group, chosen.grouped)
    address.pagination(shown.pages, "page")
    raising.raise_by_hand(here)
    picked = navigate.chosen()
    if picked in shown.alert_ids:
        focus.follow(f"open-{picked}")


def _look(here: Place, chosen: Chosen, number: int) -> _Shown:
    with here.store.read() as session:
        if chosen.grouped:
            found = queue_by_subject(
                session, here.user, chosen.filters, chosen.sort, number, SUBJECTS_PER_PAGE
            )
            return _Shown(found.groups, found.total, found.subjects, found.pages, found.empty, found.more)
        flat = desk.queue(session, here.user, chosen.filters, chosen.sort, number, ALERTS_PER_PAGE)
    groups = tuple(SubjectGroup(alert.alert_id, (alert,), 0) for alert in flat.alerts)
    return _Shown(groups, flat.total, None, flat.pages, flat.empty, flat.more)


def _count(shown: _Shown, chosen: Chosen) -> None:
    if shown.more:
        st.caption(
            literal(
                f"{chosen.view.name}: more than {plural(shown.total, 'alert')} have these words; the first "
                f"{shown.total:,} in this order are shown. Another word or filter narrows it."
            )
        )
        return
    about = "" if shown.subjects is None else f" about {plural(shown.subjects, 'subject')}"
    st.caption(literal(f"{chosen.view.name}: {plural(shown.total, 'alert')}{about}"))


def _keys(here: Place, shown: _Shown, chosen: Chosen) -> None:
    """Move through the list, open what is picked, or have the next alert handed over, by button or key."""
    ids = shown.alert_ids
    picked = navigate.chosen()
    with st.container(horizontal=True, key="moves"):
        first, last = picked in ids[:1], picked in ids[-1:]
        shortcuts.button("Previous", "previous", "K", disabled=first, on_click=_pick, args=(ids, picked, -1))
        shortcuts.button("Next", "next", "J", disabled=last, on_click=_pick, args=(ids, picked, 1))
        if shortcuts.button("Open", "open", "O", disabled=picked not in ids) and picked:
            navigate.go_to_alert(picked)
        selection.buttons(None if shown.more else shown.total, ids, chosen)
        take.next_button(here, chosen.filters, chosen.sort)


def _pick(ids: Sequence[str], picked: str | None, step: int) -> None:
    """Pick the alert that many rows further; the first where none of those shown is picked."""
    place_in_list = ids.index(picked) + step if picked in ids else 0
    navigate.choose(ids[min(max(place_in_list, 0), len(ids) - 1)])


def _group(here: Place, group: SubjectGroup, grouped: bool) -> None:
    with st.container(border=True, gap="xxsmall"):
        if grouped:
            show(tag("h2", _heading(group), css="sv-subject"))
        for alert in group.alerts:
            _row(here, alert, grouped)


def _heading(group: SubjectGroup) -> str:
    first = next((alert for alert in group.alerts if alert.subject_type is SubjectType.REP), group.alerts[0])
    name = subject(first) if first.subject_type is SubjectType.REP or not first.rep_id else (
        f"Representative {first.rep_id}"
    )  # fmt: skip
    branches = sorted({alert.branch_id for alert in group.alerts if alert.branch_id})
    parts = [text(name)]
    if branches:
        parts.append(text(f"Branch {', '.join(branches)}"))
    parts.append(text(plural(len(group.alerts), "alert")))
    if group.elsewhere:
        parts.append(text(f"{group.elsewhere} more not in this view"))
    return joined(parts, " · ")


def _row(here: Place, alert: Alert, grouped: bool) -> None:
    named = not grouped or (alert.subject_type is not SubjectType.REP)
    mark, words, way = st.columns([0.45, 8, 1.25], vertical_alignment="center")
    with mark:
        selection.box(alert)
    with words:
        show(row(alert, here.now, here.today, navigate.chosen() == alert.alert_id, named))
    with way, st.container(key=f"open-{alert.alert_id}"):
        navigate.alert_link(alert.alert_id, "Open")


def _empty(here: Place, chosen: Chosen, why: Emptiness) -> None:
    """An empty queue says which kind of empty it is."""
    if why is Emptiness.NO_MATCH and not chosen.filtered:
        st.success(literal(f"All done: nothing in “{chosen.view.name}”. Other views may hold alerts."))
        return
    with here.store.read() as session:
        run = desk.latest_run(session, here.user)
    if why is Emptiness.NO_ALERTS and run is not None and run.failed_detectors:
        st.warning(
            "There is no alert in what you may see, but the last run is incomplete: some may be missing."
        )
        return
    (st.warning if why is Emptiness.NO_SCOPE else st.info)(why.sentence)
