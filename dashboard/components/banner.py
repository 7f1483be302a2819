"""The line above the alerts: from which data they come, and in words what is missing."""

from __future__ import annotations

from dashboard.components.markup import Html, joined, show, tag
from dashboard.components.session import Place
from dashboard.components.words import plural
from surveil import desk
from surveil.alerts.runs import RunStatus
from surveil.desk.screen_runs import RunSummary, run_summary


def show_banner(place: Place) -> None:
    """Tell of the last run; nothing where there is none yet, as the empty queue says that itself."""
    with place.store.read() as session:
        run = desk.latest_run(session, place.user)
    if run is not None:
        show(banner(run_summary(run, place.workspace.loads_dir)))


def banner(summary: RunSummary) -> Html:
    """The banner of a run."""
    run = summary.run
    sentences = [
        joined(("Data as of ", tag("b", run.as_of), f" (run {run.run_id}).")),
        f"{plural(summary.count('run'), 'detector')} ran"
        + (f", {summary.count('not run')} could not for want of data." if summary.count("not run") else "."),
        _rejected(summary.rejected),
    ]
    incomplete = run.status is RunStatus.INCOMPLETE
    if incomplete:
        failed = ", ".join(run.failed_detectors) or "part of it"
        sentences.insert(
            0, tag("b", f"This run is incomplete: {failed} failed, so alerts of that kind may be missing.")
        )
    return tag("div", joined(sentences, " "), css="sv-banner sv-warn" if incomplete else "sv-banner")


def _rejected(rows: int | None) -> str:
    if rows is None:
        return "How many rows were rejected in loading is not known."
    return "No row was rejected in loading." if rows == 0 else f"{plural(rows, 'row')} rejected in loading."
