"""What the head of compliance looks at: what comes in and how it ends, where it is, who has it, what was not examined."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from dashboard.components import charts, navigate
from dashboard.components.banner import banner
from dashboard.components.markup import Html, joined, literal, show, table, tag, text
from dashboard.components.session import Place, place
from dashboard.components.words import OUTCOME, SEVERITY, days, percent
from surveil.alerts.dispositions import Outcome
from surveil.alerts.model import Severity
from surveil.desk.overview import BranchHeat, DetectorOutcomes, Overview, overview
from surveil.desk.screen_detectors import named
from surveil.desk.screen_runs import run_summary

_FEW = 20
_WORST_FIRST = sorted(Severity, key=lambda severity: -severity.rank)


def page() -> None:
    """Draw the page."""
    here = place()
    st.title("Overview")
    first, last = _period(here)
    with here.store.read() as session:
        found = overview(session, here.user, here.store.calendar, first, last, here.today)
    show(_now(found))
    st.caption(
        literal(
            f"Rates and medians are of {first} to {last}; all else is of now. What you may not see is not counted."
        )
    )
    _volumes(found)
    st.header("How alerts ended, by detector")
    _detectors(found)
    st.header("Branches")
    _branches(found)
    st.header("Work")
    show(_work(found))
    st.header("How far the last scan can be relied on")
    _health(here, found)


def _period(here: Place) -> tuple[date, date]:
    left, right = st.columns(2)
    with left:
        first = st.date_input("From", here.today - timedelta(days=90), key="from", max_value=here.today)
    with right:
        last = st.date_input("To", here.today, key="to", max_value=here.today)
    return (first, last) if first <= last else (last, first)


def _now(found: Overview) -> Html:
    facts = [
        (SEVERITY[severity], f"{found.open_by_severity.get(severity, 0):,} open") for severity in _WORST_FIRST
    ]
    facts += [
        ("Late", f"{found.overdue:,}"),
        ("Wait for a second person", f"{found.waiting:,}"),
        ("Held back", f"{found.held_back:,}"),
        ("Taken up after (median)", days(found.days_to_take)),
        ("Decided after (median)", days(found.days_to_decide)),
    ]
    return tag(
        "dl", joined(tag("div", tag("dt", name), tag("dd", told)) for name, told in facts), css="sv-facts"
    )


def _volumes(found: Overview) -> None:
    left, right = st.columns(2)
    with left:
        st.header("Raised and decided")
        months = sorted(found.raised.keys() | found.decided.keys())
        rows = [(month, found.raised.get(month, 0), found.decided.get(month, 0)) for month in months]
        if rows:
            charts.months(rows)
            show(table("Alerts by month", ("Month", "Raised", "Decided"), rows, (1, 2)))
        else:
            st.caption("Nothing was raised or decided in this period.")
    with right:
        st.header("How old open alerts are")
        charts.ages(found.age)
        show(table("Open alerts by age since they were first seen", ("Age", "Open"), found.age.items(), (1,)))


_ENDS = (Outcome.BREACH, Outcome.USEFUL, Outcome.FALSE_ALARM)


def _detectors(found: Overview) -> None:
    if not found.detectors:
        st.caption("No detector raised anything in this period, and nothing was decided.")
        return
    heads = (
        "Detector",
        "Raised",
        "Decided",
        *(OUTCOME[kind].capitalize() for kind in _ENDS),
        "Other",
        "False alarms",
        "95 % interval",
    )
    show(table("Outcomes in the period", heads, map(_detector, found.detectors), range(1, 9)))
    st.caption(
        "The share of false alarms is of decisions that say whether it was right to look: breach, useful, false alarm. "
        "“Other” is undetermined, a duplicate, or escalated into a case. "
        f"“Few” means fewer than {_FEW:,} of them: take the rate with care."
    )


def _detector(line: DetectorOutcomes) -> tuple[object, ...]:
    rate = "not known"
    if line.false_alarm_rate is not None:
        rate = f"{percent(line.false_alarm_rate)} of {line.told:,}" + (" (few)" if line.told < _FEW else "")
    between = f"{percent(line.interval[0])} to {percent(line.interval[1])}" if line.interval else ""
    ends = [f"{line.by_outcome.get(kind, 0):,}" for kind in _ENDS]
    ends.append(f"{line.decided - line.told:,}")
    return (text(named(line.detector)), f"{line.raised:,}", f"{line.decided:,}", *ends, rate, between)


def _branches(found: Overview) -> None:
    if not found.branches:
        st.caption("No branch has an open alert.")
        return
    charts.heat(
        [(heat.branch_id or "no branch", heat.open_by_severity) for heat in found.branches[:30]], _WORST_FIRST
    )
    if len(found.branches) > 30:
        st.caption(f"The 30 branches with most; all {len(found.branches):,} are in the table.")
    with st.expander("Branches as a table"):
        heads = (
            "Branch",
            *(SEVERITY[severity] for severity in _WORST_FIRST),
            "Open",
            "Breaches in the period",
        )
        show(table("Open alerts by branch and severity", heads, map(_branch, found.branches), range(1, 7)))


def _branch(heat: BranchHeat) -> tuple[object, ...]:
    counts = (f"{heat.open_by_severity.get(severity, 0):,}" for severity in _WORST_FIRST)
    return (text(heat.branch_id or "no branch"), *counts, f"{heat.open:,}", f"{heat.breaches:,}")


def _work(found: Overview) -> Html:
    rows = (
        (text(one.name or "nobody"), f"{one.open:,}", f"{one.overdue:,}", f"{one.decided:,}")
        for one in found.workload
    )
    return table("Who has how much", ("Who", "Open", "Late", "Decided in the period"), rows, (1, 2, 3))


def _health(here: Place, found: Overview) -> None:
    if found.run is not None:
        show(banner(run_summary(found.run, here.workspace.loads_dir)))
    show(tag("ul", joined(tag("li", text(sentence)) for sentence in found.health), css="sv-list"))
    navigate.page_link("runs", "What was examined, detector by detector")
