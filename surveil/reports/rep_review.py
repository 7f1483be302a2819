"""The report `rep-review`: evidence that representatives were reviewed (FINRA Rule 3110), with a page to sign for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from surveil.alerts.dispositions import Disposition, Outcome
from surveil.desk.raising import DETECTOR as BY_HAND
from surveil.desk.supervision import Review
from surveil.errors import UsageError
from surveil.reports.content import Block, Bullets, Form, Heading, Listing, Text
from surveil.reports.desk_facts import desk_facts
from surveil.reports.document import Document, Section, build
from surveil.reports.exhibits import Exhibit, Field, Personal, Value, money
from surveil.reports.gather import Wanted
from surveil.reports.making import Request, sources_for
from surveil.reports.rows import figure, iso, number, records, text, yes_no
from surveil.reports.signed_reviews import Person, reviewed, signed_section
from surveil.reports.sources import AlertFacts, Sources
from surveil.scan import results
from surveil.scan.ranking import signs_and_sum

NAME = "rep-review"
WANTED = Wanted(
    models=(
        "review_openings",
        "review_sales",
        "review_reps",
        "review_registrations",
        "review_seats",
        "review_complaints",
        "finra_discipline",
    )
)
PAGES = 40
"""Most representatives with a page of their own where none is named: those flagged, in the order of the ranking."""


def files(request: Request) -> Mapping[str, bytes]:
    """The files of the report by their path.

    Raises:
        UsageError: a representative named is not in the firm's list.
    """
    sources = sources_for(request, NAME, WANTED, request.period)
    file = results.run_folder(request.workspace, sources.run.run_id) / "rank_reps.parquet"
    ranking = pd.read_parquet(file) if file.is_file() else pd.DataFrame({"rep_id": []})
    signed = desk_facts(request.workspace).reviews
    return build(document(sources, records_of(ranking), request.options.reps, signed), sources, request)


def records_of(ranking: pd.DataFrame) -> list[dict[str, Any]]:
    """The ranking as plain values; a missing one is None."""
    plain = ranking.astype(object).where(ranking.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def document(
    sources: Sources, ranking: Sequence[Mapping[str, Any]], reps: Sequence[str], signed: Sequence[Review] = ()
) -> Document:
    """Overview of all, evidence of what was reviewed and when, and a page for each representative chosen."""
    people, period = _people(sources), sources.period
    inside = [r for r in signed if r.period_end >= period.first and r.period_start <= period.last]
    if unknown := sorted(set(reps) - set(people)):
        raise UsageError(f"There is no representative {', '.join(unknown)} in the feed reps.")
    ranks = {row["rep_id"]: row for row in ranking}
    flagged = [row["rep_id"] for row in ranking if row.get("flagged") and row["rep_id"] in people]
    chosen = list(dict.fromkeys(reps)) or flagged[:PAGES]
    left = 0 if reps else len(flagged) - len(chosen)
    return Document(
        name=NAME,
        title="Review of representatives",
        lead="What each representative did, what was raised about him, who reviewed it and when, and a page to "
        "sign for each.",
        facts=(
            ("Pages for", f"{len(chosen)} representatives" + (", named" if reps else ", flagged by the run")),
        ),
        sections=(
            _overview(sources, people, ranks, left),
            *_evidence(sources),
            signed_section(people, inside),
            *(_page(sources, people[rep], ranks.get(rep, {}), inside) for rep in chosen),
        ),
        method=(
            "A representative is flagged where his q-value in the ranking of the run is at most the declared rate of false "
            "discoveries, or a rule raised an alert of at least medium severity. That is a reason to look, not a finding.",
            "The reviewing principal may not review himself or somebody he reports to; the review desk refuses that.",
            "Registrations are those in force on the last day of the period; branch and supervisor those of the "
            "last assignment "
            "begun by then.",
        ),
        statement="The reviews described were made by the persons named, on the days named, and are documented "
        "as described.",
        people=(("Reviewed by (principal)", ""), ("Chief compliance officer", "")),
    )


def _people(sources: Sources) -> dict[str, Person]:
    seats = {row["rep_id"]: row for row in records(sources.tables["review_seats"])}
    found = {}
    for row in records(sources.tables["review_reps"]):
        seat = seats.get(row["rep_id"], {})
        found[row["rep_id"]] = Person(
            row["rep_id"],
            row["rep_name"],
            row["crd_number"],
            row["role"],
            yes_no(row["registered"]),
            seat.get("branch_id"),
            seat.get("supervisor_id"),
            iso(row["hired_on_day"]),
            iso(row["terminated_on_day"]),
        )
    return dict(sorted(found.items()))


def outcome(alert: AlertFacts) -> Outcome | None:
    """What a standing decision adds up to; None where there is none."""
    return Disposition(alert.disposition).outcome if alert.disposition else None


def _overview(
    sources: Sources, people: Mapping[str, Person], ranks: Mapping[str, Mapping[str, Any]], left: int
) -> Section:
    opened = _by_rep(sources, "review_openings")
    sold = _by_rep(sources, "review_sales")
    complaints = [row["rep_id"] for row in records(sources.tables["review_complaints"])]
    rows: list[tuple[Value, ...]] = []
    for person in sorted(
        people.values(), key=lambda p: (ranks.get(p.rep_id, {}).get("rank") or 10**9, p.rep_id)
    ):
        rank = ranks.get(person.rep_id, {})
        own = [a for a in sources.alerts if a.rep_id == person.rep_id]
        breaches = sum(outcome(a) is Outcome.BREACH for a in own)
        rows.append(
            (
                rank.get("rank"),
                person.rep_id,
                person.name,
                person.branch,
                person.supervisor,
                opened.get(person.rep_id, {}).get("accounts", 0),
                opened.get(person.rep_id, {}).get("features", 0),
                None if sources.absent("sales") else sold.get(person.rep_id, {}).get("n", 0),
                None
                if sources.absent("sales")
                else money(sold.get(person.rep_id, {}).get("amount_cents", 0)),
                None if sources.absent("complaints") else complaints.count(person.rep_id),
                len(own),
                sum(a.disposition is None for a in own),
                breaches,
                None if rank.get("q_value") is None else f"{rank['q_value']:.3g}",
                yes_no(None if rank.get("flagged") is None else int(rank["flagged"])),
            )
        )
    exhibit = Exhibit(
        "EX-01A",
        "representatives",
        "All representatives",
        "One row per representative of the feed reps, those ranked highest on top.",
        (
            number("rank", "Rank", 0.4),
            text("rep_id", "Representative", 0.8),
            Field("rep_name", "Name", 1.1, personal=Personal.NAME),
            text("branch_id", "Branch", 0.6),
            text("supervisor_id", "Supervisor", 0.7),
            number("accounts", "Accounts opened", 0.7),
            number("features", "Features", 0.6),
            number("sales", "Sales", 0.5),
            Field("amount_sold", "Amount sold", 0, "right"),
            number("complaints", "Complaints", 0.7),
            number("alerts", "Alerts", 0.5),
            number("undecided", "Undecided", 0.6),
            number("breaches", "Decided as breach", 0.6),
            number("q_value", "q-value", 0.6),
            text("flagged", "Flagged", 0.5),
        ),
        tuple(rows),
    )
    limits = (
        [f"{left:,} flagged representatives have no page of their own here; name them to have one."]
        if left > 0
        else []
    )
    flagged = exhibit.column("flagged").count("yes")
    return Section(
        "1. Overview",
        (Listing(exhibit.number),),
        (
            figure("Representatives", len(rows), exhibit, "number of rows"),
            figure("Flagged by the run", flagged, exhibit, "rows where flagged is yes"),
        ),
        tuple(limits),
        (exhibit,),
    )


def _by_rep(sources: Sources, table: str) -> dict[str, dict[str, Any]]:
    return {row["rep_id"]: row for row in records(sources.tables[table])}


LISTS = (
    ("EX-02A", "breaches", "2. Alerts decided as a breach", (Outcome.BREACH,)),
    (
        "EX-03A",
        "undecided",
        "3. Alerts undecided, not ruled out, or gone on elsewhere",
        (None, Outcome.UNDETERMINED, Outcome.ADMINISTRATIVE),
    ),
    ("EX-04A", "no_breach", "4. Alerts decided as no breach", (Outcome.USEFUL, Outcome.FALSE_ALARM)),
)


def _evidence(sources: Sources) -> tuple[Section, ...]:
    """Alerts about representatives by what became of them: confirmed and potential never in one list."""
    sections = []
    for control, slug, title, outcomes in LISTS:
        listed = [a for a in sources.alerts if a.rep_id is not None and outcome(a) in outcomes]
        exhibit = _alerts(control, slug, title.split(". ")[1], listed, sources.desk_day)
        late = exhibit.column("in_time").count("no")
        sections.append(
            Section(
                title,
                (Listing(exhibit.number) if listed else Text("There is none."),),
                (
                    figure("Alerts", len(listed), exhibit, "number of rows"),
                    figure(
                        "Decided after the due day, or overdue", late, exhibit, "rows where in_time is no"
                    ),
                ),
                (),
                (exhibit,),
                same_page=not listed,
            )
        )
    return tuple(sections)


def _alerts(control: str, slug: str, title: str, alerts: Sequence[AlertFacts], today: dt.date) -> Exhibit:
    return Exhibit(
        control,
        slug,
        title,
        "One row per alert about a representative; in time means decided by the day it was due; empty: not due yet.",
        (
            text("alert_id", "Alert", 1.1),
            text("rep_id", "Representative", 0.8),
            text("detector", "Report", 0.5),
            text("severity", "Severity", 0.6),
            text("first_seen", "First seen", 0.8),
            text("due_on", "Due", 0.8),
            text("outcome", "Decision", 1.3),
            text("decided_on", "On", 0.8),
            text("decided_by", "By", 1.3),
            text("in_time", "In time", 0.5),
            Field("reason", "What was seen", 0),
            Field("reported", "What was reported", 0, personal=Personal.NARRATIVE),
        ),
        tuple(_row(alert, today) for alert in alerts),
    )


def _row(alert: AlertFacts, today: dt.date) -> tuple[Value, ...]:
    # An undecided alert is late from the day after it was due; until then nothing is to be said of it.
    late = alert.due_on is not None and (alert.decided_on or today) > alert.due_on
    in_time: str | None = "no" if late else ("yes" if alert.decided_on else "")
    if alert.due_on is None and alert.decided_on:
        in_time = None
    return (
        alert.alert_id,
        alert.rep_id,
        alert.detector,
        alert.severity,
        alert.first_seen.isoformat(),
        alert.due_on.isoformat() if alert.due_on else None,
        (alert.disposition or "undecided").replace("_", " "),
        alert.decided_on.isoformat() if alert.decided_on else "",
        alert.decided_by or "",
        in_time,
        "" if _by_hand(alert) else alert.reason,
        alert.reason if _by_hand(alert) else "",
    )


def _by_hand(alert: AlertFacts) -> bool:
    """Whether somebody reported it: then its words are his, and may name people."""
    return alert.detector == BY_HAND


def _page(sources: Sources, person: Person, rank: Mapping[str, Any], signed: Sequence[Review]) -> Section:
    """The page of one representative: facts, registrations, complaints, actions, alerts, and the lines to fill in."""
    number_of = f"EX-R-{person.rep_id}"[:31]
    own = [a for a in sources.alerts if a.rep_id == person.rep_id]
    alerts = _alerts(number_of, "alerts", f"Alerts about {person.rep_id}", own, sources.desk_day)
    registrations = sorted(
        f"{row['qualification']} ({row['jurisdiction']})"
        for row in records(sources.tables["review_registrations"])
        if row["rep_id"] == person.rep_id
    )
    held = None if sources.absent("registrations") else ", ".join(registrations) or "none on record"
    complaints = [
        row for row in records(sources.tables["review_complaints"]) if row["rep_id"] == person.rep_id
    ]
    actions = [row for row in records(sources.tables["finra_discipline"]) if row["rep_id"] == person.rep_id]
    told = None if sources.absent("complaints") else _complaints(complaints)
    acted = "; ".join(f"{row['action']} {iso(row['action_on_day'])}" for row in actions) or "none on record"
    q_value = rank.get("q_value")
    signs, adds_up = signs_and_sum(str(rank.get("drivers") or ""))
    blocks: list[Block] = [
        Form(
            (
                ("CRD number", person.crd_number),
                ("Role", person.role),
                ("Branch", person.branch),
                ("Supervisor", person.supervisor),
                ("Employed", f"{person.hired_on} to {person.terminated_on or 'now'}"),
                ("Registrations in force", held),
                ("Complaints in the period", told),
                ("Actions in the period", None if sources.absent("discipline") else acted),
                (
                    "Rank in the run",
                    f"{rank['rank']} (q-value {_in_words(q_value)})",
                )
                if rank
                else ("Rank in the run", None),
                ("What sets him apart", "; ".join(signs) or "nothing"),
                *([("How this adds up", adds_up)] if adds_up else []),
                ("Reviews signed at the desk", reviewed(person, signed)),
            )
        ),
        Heading("Alerts", listed=False),
        Listing(alerts.number) if own else Text("No alert is about this representative."),
        *_told(own),
        Heading("Review by the supervising principal", listed=False),
        Form(
            (
                ("What was looked at", ""),
                ("Finding", ""),
                ("Action taken, or why none", ""),
                ("Reviewed by, registration", ""),
                ("Signature and date", ""),
            )
        ),
    ]
    return Section(f"Representative {person.rep_id}", tuple(blocks), (), (), (alerts,))


def _told(own: Sequence[AlertFacts]) -> list[Block]:
    """What was seen, in words, and what may explain it: who signs, or is judged, must not need an exhibit for it."""
    if not own:
        return []
    innocent = {alert.detector: alert.explanations for alert in reversed(own) if alert.explanations}
    return [
        Heading("What was seen", listed=False),
        Bullets(tuple(f"{alert.detector}: {_in_short(alert)}" for alert in own)),
        Heading("What may explain it innocently", listed=False),
        Bullets(tuple(f"{detector}: {' '.join(points)}" for detector, points in sorted(innocent.items())))
        if innocent
        else Text("Nothing is written down for these alerts; that does not mean there is nothing."),
    ]


def _in_short(alert: AlertFacts) -> str:
    """The sentence of a scan; a report's own words stay in the exhibit, which a masked copy withholds."""
    return "reported by hand, in the words that the exhibit has" if _by_hand(alert) else alert.reason


def _complaints(rows: Sequence[Mapping[str, Any]]) -> str:
    still = sum(row["status"] == "open" for row in rows)
    return f"{len(rows)}, of these {still} open" if rows else "none"


def _in_words(q_value: float | None) -> str:
    """A q-value for reading; below one in ten thousand nobody needs more."""
    if q_value is None:
        return "not known"
    return "below 0.0001" if q_value < 0.0001 else f"{q_value:.4f}"
