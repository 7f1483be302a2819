"""The report `exceptions`: the catalogue of exception reports with logic, threshold, owner and frequency, and their runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from statistics import median_low

from surveil.alerts.dispositions import Disposition
from surveil.reports.content import Heading, Listing, Text
from surveil.reports.controls import FILE, Controls, read_controls
from surveil.reports.desk_facts import DeskFacts, desk_facts
from surveil.reports.document import Document, Section, build
from surveil.reports.exhibits import Exhibit, Field, Value
from surveil.reports.gather import Wanted
from surveil.reports.making import Request, sources_for
from surveil.reports.rows import figure, number, text
from surveil.reports.run_history import Ran, changes_exhibit, history
from surveil.reports.sources import Sources

NAME = "exceptions"
# The longest time between two runs that a frequency allows, in days; weekends and holidays are in it.
LONGEST = {"daily": 4, "weekly": 10, "monthly": 35, "quarterly": 100, "yearly": 380}
OUTCOMES = ("breach", "useful", "false_alarm", "undetermined", "administrative")


def files(request: Request) -> Mapping[str, bytes]:
    """The files of the report by their path."""
    sources = sources_for(request, NAME, Wanted(), request.period)
    controls, facts = read_controls(request.workspace), desk_facts(request.workspace)
    return build(document(sources, controls, history(request.workspace), facts), sources, request)


def document(sources: Sources, controls: Controls, runs: Sequence[Ran], facts: DeskFacts) -> Document:
    """Catalogue, runs, what came of them, changes, what is held back, and coverage."""
    return Document(
        name=NAME,
        title="Exception reports: catalogue, runs and results",
        lead="Every exception report in force with its logic and thresholds, who runs it and how often, and the "
        "evidence that it ran.",
        sections=(
            _catalogue(sources, controls),
            _runs(runs, controls, sources),
            _results(sources),
            _changes(runs, facts),
            _held_back(facts),
            _coverage(sources),
        ),
        method=(
            "Logic and thresholds are those of the program and settings of the run; owner, frequency, procedure "
            "and documentation "
            f"are the firm's ({FILE} in the workspace), and not known where it names none.",
            "A run is late where more days lie between two runs on record, or between the last one and the day "
            "of the last event "
            "of the audit trail, than the frequency allows: "
            + ", ".join(f"{name} {days}" for name, days in LONGEST.items())
            + " days. Without a frequency that is not known.",
        ),
        people=(("Owner of the catalogue", ""), ("Reviewed by (principal)", "")),
        statement="The catalogue was reviewed; thresholds and frequencies are those of the written supervisory procedures.",
    )


def _catalogue(sources: Sources, controls: Controls) -> Section:
    listed = [(d, controls.of(d.id)) for d in sources.detectors]
    logic = Exhibit(
        "EX-01A",
        "catalogue",
        "Logic and thresholds",
        "One row per exception report (detector) in force.",
        (
            text("detector", "Id", 0.5),
            text("name", "Name", 1.2),
            text("version", "Version", 0.6),
            text("family", "Family", 0.9),
            text("severity", "Severity", 0.6),
            text("finds", "What it finds", 3),
            text("parameters", "Thresholds", 2.4),
        ),
        tuple(
            (d.id, d.name, d.version, d.family, d.severity, d.finds, "; ".join(d.parameters))
            for d, _ in listed
        ),
    )
    owners = Exhibit(
        "EX-01B",
        "owners",
        "Who runs it, how often, by which procedure, and how it is documented",
        "One row per exception report.",
        (
            text("detector", "Id", 0.5),
            text("name", "Name", 1.6),
            text("owner", "Who", 1.4),
            text("frequency", "How often", 0.8),
            text("procedure", "Procedure", 1.4),
            text("documented", "How documented", 1.6),
        ),
        tuple(
            (d.id, d.name, c.owner or None, c.frequency or None, c.procedure or None, c.documented or None)
            for d, c in listed
        ),
    )
    nobody = sum(not c.owner for _, c in listed)
    limits = [f"The firm has named no owner for {nobody:,} exception reports ({FILE})."] if nobody else []
    return Section(
        "1. Catalogue",
        (Heading(logic.title), Listing(logic.number), Heading(owners.title), Listing(owners.number)),
        (
            figure("Exception reports in force", len(listed), logic, "number of rows"),
            figure("Without a named owner", nobody, owners, "rows where owner is empty"),
        ),
        tuple(limits),
        (logic, owners),
        wide=True,
    )


def _runs(runs: Sequence[Ran], controls: Controls, sources: Sources) -> Section:
    log = Exhibit(
        "EX-02A",
        "runs",
        "Runs on record",
        "One row per scan, the first on top.",
        (
            text("run_id", "Run", 1.2),
            text("recorded_on", "Recorded on", 0.8),
            text("as_of", "Data as of", 0.8),
            number("detectors", "Ran", 0.5),
            text("failed", "Failed", 1),
            text("version", "surveil", 0.6),
            text("config_hash", "Settings (hash)", 0),
            text("snapshot_id", "Data snapshot", 2),
        ),
        tuple(
            (
                run.run_id,
                run.recorded_on.isoformat() if run.recorded_on else None,
                run.as_of,
                len(run.detectors) if run.detectors else None,
                ", ".join(run.failed) or "none",
                run.version,
                run.config_hash,
                run.snapshot_id,
            )
            for run in runs
        ),
    )
    punctual = Exhibit(
        "EX-02B",
        "frequency",
        "Runs of each exception report against its frequency",
        "One row per exception report.",
        (
            text("detector", "Id", 0.6),
            text("frequency", "How often", 0.8),
            number("runs", "Runs"),
            number("failed", "Failed"),
            text("last", "Last run", 0.9),
            number("longest_gap", "Longest gap in days"),
            text("late", "Late", 0.6),
        ),
        tuple(_punctual(d.id, controls, runs, sources.desk_day) for d in sources.detectors),
    )
    late = punctual.column("late").count("yes")
    return Section(
        "2. Runs",
        (Heading(log.title), Listing(log.number), Heading(punctual.title), Listing(punctual.number)),
        (
            figure("Runs on record", len(runs), log, "number of rows"),
            figure("Exception reports that ran late or are late", late, punctual, "rows where late is yes"),
        ),
        (),
        (log, punctual),
    )


def _punctual(detector: str, controls: Controls, runs: Sequence[Ran], today: dt.date) -> tuple[Value, ...]:
    days = sorted({run.recorded_on for run in runs if run.recorded_on and _ran(run, detector)})
    gaps = (
        [
            (later - earlier).days
            for earlier, later in zip(days, [*days[1:], max(today, days[-1])], strict=True)
        ]
        if days
        else []
    )
    frequency = controls.of(detector).frequency
    late = None if not frequency else ("yes" if not gaps or max(gaps) > LONGEST[frequency] else "no")
    return (
        detector,
        frequency or None,
        sum(_ran(run, detector) for run in runs),
        sum(detector in run.failed for run in runs),
        days[-1].isoformat() if days else "never",
        max(gaps, default=None),
        late,
    )


def _ran(run: Ran, detector: str) -> bool:
    return detector in run.detectors and run.detectors[detector].state == "run"


def _results(sources: Sources) -> Section:
    rows: list[tuple[Value, ...]] = []
    for d in sources.detectors:
        own = [alert for alert in sources.alerts if alert.detector == d.id]
        outcomes = [Disposition(a.disposition).outcome.value for a in own if a.disposition]
        days = sorted((a.decided_on - a.first_seen).days for a in own if a.decided_on)
        overdue = sum(
            a.status != "closed" and a.due_on is not None and a.due_on < sources.desk_day for a in own
        )
        middle = median_low(days) if days else ""
        rows.append(
            (
                d.id,
                len(own),
                len(own) - len(outcomes),
                overdue,
                *(outcomes.count(o) for o in OUTCOMES),
                middle,
            )
        )
    exhibit = Exhibit(
        "EX-03A",
        "results",
        "Alerts and what was decided, by exception report",
        "One row per exception report; days are from first seen to the decision that stands.",
        (
            text("detector", "Id", 0.6),
            number("alerts", "Alerts"),
            number("undecided", "Undecided"),
            number("overdue", "Overdue"),
            number("breach", "Breach"),
            number("useful", "Useful, no breach"),
            number("false_alarm", "False alarm"),
            number("undetermined", "Not ruled out"),
            number("administrative", "Duplicate, escalated"),
            number("median_days", "Median days"),
        ),
        tuple(rows),
    )
    return Section(
        "3. Results",
        (Listing(exhibit.number),),
        (
            figure("Alerts", len(sources.alerts), exhibit, "sum of alerts"),
            figure(
                "Decided as a breach",
                sum(r[4] for r in rows if isinstance(r[4], int)),
                exhibit,
                "sum of breach",
            ),
            figure("Overdue", sum(r[3] for r in rows if isinstance(r[3], int)), exhibit, "sum of overdue"),
        ),
        (),
        (exhibit,),
    )


def _changes(runs: Sequence[Ran], facts: DeskFacts) -> Section:
    exhibit = changes_exhibit("EX-04A", "Changes of thresholds and versions from run to run", runs)
    asked = Exhibit(
        "EX-04B",
        "thresholds",
        "Changes of thresholds asked for at the review desk",
        "One row per change asked for, whatever became of it.",
        (
            text("detector", "Id", 0.5),
            text("parameter", "Parameter", 1.1),
            text("before", "Before", 0.6),
            text("after", "After", 0.6),
            text("state", "State", 0.7),
            text("proposed", "Proposed", 1.2),
            text("reviewed", "Reviewed", 1.2),
            text("reason", "Reason", 2),
            Field("effect", "What a trial showed", 0),
        ),
        tuple(
            (
                c.detector,
                c.parameter,
                str(c.old_value),
                str(c.new_value),
                c.state,
                _who(c.proposed_by, c.proposed_at),
                _who(c.reviewed_by, c.reviewed_at),
                c.reason,
                c.effect,
            )
            for c in facts.thresholds
        ),
    )
    nothing = Text("Nothing was changed from one run on record to the next.")
    return Section(
        "4. Changes",
        (
            Heading(exhibit.title),
            Listing(exhibit.number) if exhibit.rows else nothing,
            Heading(asked.title),
            Listing(asked.number) if asked.rows else Text("None was asked for."),
        ),
        (
            figure("Changes from run to run", len(exhibit.rows), exhibit, "number of rows"),
            figure("Changes asked for", len(asked.rows), asked, "number of rows"),
        ),
        (),
        (exhibit, asked),
    )


def _who(name: str | None, at: dt.datetime | None) -> str:
    return f"{name} on {at.date().isoformat()}" if name and at else ""


def _held_back(facts: DeskFacts) -> Section:
    exhibit = Exhibit(
        "EX-05A",
        "suppressions",
        "Suppressions: what is held back, why, by whom and until when",
        "One row per suppression, whatever its state; found again counts the scans that met what it holds back.",
        (
            text("suppression_id", "Suppression", 0.8),
            text("detector", "Id", 0.5),
            text("scope", "Of", 1.1),
            text("state", "State", 0.7),
            text("expires_on", "Until", 0.8),
            text("proposed", "Proposed", 1.2),
            text("reviewed", "Reviewed", 1.2),
            number("found_again", "Found again", 0.6),
            number("held", "Alerts held back", 0.6),
            text("reason", "Reason", 2),
        ),
        tuple(
            (
                s.suppression_id,
                s.detector,
                f"{s.scope.value}: {s.subject_type.value} {s.subject_id}",
                s.state.value,
                s.expires_on.isoformat(),
                _who(s.proposed_by, s.proposed_at),
                _who(s.reviewed_by, s.reviewed_at),
                s.hits,
                s.held,
                s.reason,
            )
            for s in facts.suppressions
        ),
    )
    return Section(
        "5. Held back",
        (Listing(exhibit.number) if exhibit.rows else Text("Nothing is held back."),),
        (figure("Alerts held back now", sum(s.held for s in facts.suppressions), exhibit, "sum of held"),),
        (),
        (exhibit,),
        same_page=not exhibit.rows,
    )


def _coverage(sources: Sources) -> Section:
    exhibit = Exhibit(
        "EX-06A",
        "coverage",
        "What was examined, and what was not and why",
        "One row per exception report and reason.",
        (
            text("detector", "Id", 0.6),
            text("state", "State", 0.7),
            number("examined", "Examined", 0.7),
            number("not_examined", "Not examined", 0.8),
            text("reason", "Reason", 3),
        ),
        tuple((c.detector, c.state, c.examined, c.not_examined, c.reason) for c in sources.coverage),
    )
    return Section("6. Coverage of the run", (Listing(exhibit.number),), (), (), (exhibit,))
