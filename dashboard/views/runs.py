"""What each scan examined and what not, and why the rest is not known."""

from __future__ import annotations

import streamlit as st

from dashboard.components import address
from dashboard.components.banner import banner
from dashboard.components.markup import Html, joined, literal, show, table, tag, text, unbroken
from dashboard.components.session import place
from dashboard.components.words import field
from surveil import desk
from surveil.desk.screen_runs import Examined, FeedSeen, RunSummary, run_summary

_STATUS = {"run": "✓ Examined", "not run": "– Could not run", "failed": "✗ Failed"}


def page() -> None:
    """Draw the last run, or the one picked."""
    here = place()
    st.title("What was examined")
    with here.store.read() as session:
        known = desk.runs(session, here.user)
    if not known:
        st.info("No scan has been recorded yet. Load the feeds and run: surveil scan")
        return
    told = {run.run_id: f"Data as of {run.as_of}, run {run.run_id} ({run.status.value})" for run in known}
    picked = address.one("Run", list(told), "run", told.__getitem__)
    run = next(run for run in known if run.run_id == picked)
    summary = run_summary(run, here.workspace.loads_dir)
    show(banner(summary))
    for sentence in run.limits:
        st.write(literal(sentence))
    st.header("Detectors")
    show(
        table(
            "What each detector could examine", _DETECTOR_HEADERS, map(_detector, summary.examined), (3, 4, 5)
        )
    )
    st.caption(
        "Not known is not the same as not found: what could not be judged counts neither for nor against anyone."
    )
    st.header("Data")
    show(
        table(
            "Feeds this run saw",
            ("Feed", "Handed over", "Rows", "Rejected"),
            map(_feed, _by_need(summary)),
            (2, 3),
        )
    )
    st.header("What the run depends on")
    show(_identity(summary))


_DETECTOR_HEADERS = (
    "Detector",
    "Name",
    "Result",
    "Examined",
    "Found",
    "People tested",
    "Not judged or set apart, and why",
)


def _detector(line: Examined) -> tuple[object, ...]:
    unknown = [f"{count:,}: {reason}" for count, reason in line.gaps]
    if line.reason:
        unknown.insert(0, line.reason)
    ran = line.status == "run"
    return (
        line.detector,
        text(line.name),
        unbroken(_STATUS.get(line.status, line.status)),
        f"{line.examined:,}" if ran else "",
        f"{line.found:,}" if ran else "",
        f"{line.tested:,}" if ran else "",
        joined(tag("div", text(part)) for part in unknown),
    )


def _feed(feed: FeedSeen) -> tuple[object, ...]:
    if not feed.present:
        return (field(feed.name), "no", "", "")
    return (
        field(feed.name),
        "yes",
        f"{feed.rows:,}",
        "not known" if feed.rejected is None else f"{feed.rejected:,}",
    )


def _by_need(summary: RunSummary) -> list[FeedSeen]:
    """Feeds that were handed over first, each kind in its own order."""
    return sorted(summary.feeds, key=lambda feed: not feed.present)


def _identity(summary: RunSummary) -> Html:
    run = summary.run
    facts = (
        ("Run", run.run_id),
        ("Data as of", run.as_of),
        ("Openings judged from", run.from_day or "the beginning"),
        ("Snapshot of the data", run.snapshot_id),
        ("Version of surveil", run.version),
        ("Hash of the settings", run.config_hash[:16]),
    )
    return tag(
        "dl",
        joined(tag("div", tag("dt", name), tag("dd", text(value))) for name, value in facts),
        css="sv-facts",
    )
