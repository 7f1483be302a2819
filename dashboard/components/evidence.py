"""The rows behind an alert: personal data masked until somebody says why he has to see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.components import address, charts
from dashboard.components.markup import literal, show, table, text, unbroken
from dashboard.components.session import Place, attempt
from dashboard.components.words import details, field, plural
from surveil import desk
from surveil.alerts.alert import Alert
from surveil.alerts.policy import Allowed, Refused
from surveil.alerts.runs import RunRecord
from surveil.desk import Evidence, Revealed
from surveil.desk.around import around, by_day
from surveil.desk.screen_detectors import named

ROWS_PER_PAGE = 15
TIMELINE_ROWS = 2_000
_REVEALED, _ROWS_OF = "revealed", "rows_of"


def show_timeline(here: Place, alert: Alert, run: RunRecord | None) -> None:
    """What happened when: the items, and on demand everything around them, as a chart with the same as a table."""
    wide = st.toggle(
        "Show everything around the items",
        key=f"around-{alert.alert_id}",
        help="Accounts, consents, money, contacts, changes, sales and complaints of the same customers, and the "
        "representative's absences, goals and pay, from 30 days before to 60 days after.",
    )
    if wide:
        _around(here, alert, run)
        return
    found = desk.evidence(here.workspace.runs_dir, alert, limit=TIMELINE_ROWS)
    dated = charts.timeline_rows(found.rows)
    if not dated:
        st.info(literal(found.problem or "None of the items has a day."))
        return
    charts.timeline(dated)
    if found.total is not None and found.total > len(found.rows):
        st.caption(f"The first {len(found.rows):,} of {found.total:,} items, the highest scores first.")
    with st.expander("The timeline as a table"):
        rows = ((row["day"], text(field(row["feed"])), row["items"]) for row in dated)
        show(table("Items by day and kind of record", ("Day", "Record", "Items"), rows, numbers=(2,)))


def _around(here: Place, alert: Alert, run: RunRecord | None) -> None:
    with st.spinner("Reading what the data say of these customers …"):
        found = around(here.workspace, alert, run)
    if found.problem is not None:
        st.info(literal(found.problem))
        return
    days = by_day(found.happenings)
    charts.timeline(
        [
            {"day": day.isoformat(), "feed": field(feed), "items": count, "kind": _KIND[item]}
            for day, feed, item, count in days
        ]
    )
    for sentence in found.left_out:
        st.caption(literal(sentence))
    if found.unknown:
        st.caption(
            literal(f"Not known, as not handed over: {', '.join(field(feed) for feed in found.unknown)}.")
        )
    with st.expander("The timeline as a table"):
        rows = (
            (
                one.day,
                text(field(one.feed)),
                _KIND[one.item],
                text(one.key),
                text(one.customer_id or ""),
                text(one.account_id or ""),
            )
            for one in found.happenings
        )
        show(
            table(
                "What happened, the earliest first",
                ("Day", "Record", "It is", "Key", "Customer", "Account"),
                rows,
            )
        )


_KIND = {True: "of this alert", False: "around it"}


def show_evidence(here: Place, alert: Alert, may_reveal: Allowed | Refused) -> None:
    """The rows, a page at a time."""
    proof = revealed(here, alert)
    if st.session_state.get(_ROWS_OF) != alert.alert_id:
        st.session_state[_ROWS_OF] = alert.alert_id
        st.session_state.pop("rows", None)
    number_of_page = address.page_number("rows")
    found = _page(here, alert, number_of_page, proof)
    if found.problem is not None:
        st.info(literal(found.problem))
        return
    total = found.total or 0
    if total == 0:
        st.info("The run has written down no single rows for this alert: it is about a rate as a whole.")
        return
    _reveal(here, alert, may_reveal, proof)
    if others := sorted({str(row["detector"]) for row in found.rows} - {alert.detector, "None"}):
        st.caption(literal(f"What supports this alert, listed by {' and '.join(map(named, others))}."))
    show(_table(found, total))
    address.pagination(-(-total // ROWS_PER_PAGE), "rows")


def show_blind(here: Place, alert: Alert) -> None:
    """The rows for a second judgement: masked, and without the score that a first one was made on."""
    found = desk.evidence(here.workspace.runs_dir, alert, ROWS_PER_PAGE)
    if found.problem is not None:
        st.info(literal(found.problem))
        return
    rows = (
        (unbroken(str(row.get("at") or "not known")[:10]), unbroken(field(str(row.get("feed") or ""))),
         text(row.get("key") or ""), text(row.get("account_id") or ""), text(row.get("customer_id") or ""))
        for row in sorted(found.rows, key=lambda row: str(row.get("key")))
    )  # fmt: skip
    show(
        table("Rows behind it, in no order of weight", ("Day", "Record", "Key", "Account", "Customer"), rows)
    )
    if (found.total or 0) > len(found.rows):
        st.caption(f"{len(found.rows):,} of {found.total:,} rows.")


def _page(here: Place, alert: Alert, page: int, proof: Revealed | None) -> Evidence:
    offset = (max(page, 1) - 1) * ROWS_PER_PAGE
    return desk.evidence(here.workspace.runs_dir, alert, ROWS_PER_PAGE, offset, proof)


def _table(found: Evidence, total: int) -> Any:
    headers = ("Day", "Record", "Key", "Account", "Customer", "Score", "What was measured")
    rows = (_row(row) for row in found.rows)
    return table(f"{plural(total, 'row')}, the highest score first", headers, rows, numbers=(5,))


def _row(row: Mapping[str, Any]) -> tuple[object, ...]:
    score = row.get("score")
    return (
        unbroken(str(row.get("at") or "not known")[:10]),
        unbroken(field(str(row.get("feed") or ""))),
        text(row.get("key") or ""),
        text(row.get("account_id") or ""),
        text(row.get("customer_id") or ""),
        f"{score:.2f}" if isinstance(score, float | int) else "",
        text(details(row["detail"])),
    )


def revealed(here: Place, alert: Alert) -> Revealed | None:
    """The proof that a look was recorded; leaving the alert ends it."""
    proof: Revealed | None = st.session_state.get(_REVEALED)
    if proof is not None and (proof.alert_id != alert.alert_id or proof.user != here.user.name):
        del st.session_state[_REVEALED]
        return None
    return proof


def _reveal(here: Place, alert: Alert, may_reveal: Allowed | Refused, proof: Revealed | None) -> None:
    if proof is not None:
        st.warning(
            "Personal data are shown. That you looked at them stands in the audit trail, with your reason."
        )
        st.button("Mask them again", key="mask", on_click=lambda: st.session_state.pop(_REVEALED, None))
        return
    st.caption("Names, addresses and the like are masked.")
    if not may_reveal:
        return
    with st.popover("Show personal data"), st.form("reveal", border=False):
        st.text_area(
            "Why do you need to see them? (kept in the audit trail)", key="reveal-reason", max_chars=2_000
        )
        st.form_submit_button("Record the reason and show them", on_click=_record, args=(here, alert))


def _record(here: Place, alert: Alert) -> None:
    reason = str(st.session_state.get("reveal-reason") or "")

    def reveal() -> None:
        st.session_state[_REVEALED] = desk.reveal(
            here.store, here.user, alert.alert_id, "evidence rows", reason, here.now
        )

    attempt(reveal, "Your reason was recorded; personal data are shown below.")
