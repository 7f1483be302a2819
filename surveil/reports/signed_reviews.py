"""The reviews of representatives that were signed at the review desk, and who has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveil.desk.supervision import Review
from surveil.reports.content import Heading, Listing, Text
from surveil.reports.document import Section
from surveil.reports.exhibits import Exhibit, Field, Personal
from surveil.reports.rows import figure, text


@dataclass(frozen=True)
class Person:
    """What is known of one representative."""

    rep_id: str
    name: str | None
    crd_number: str | None
    role: str | None
    registered: str | None
    branch: str | None
    supervisor: str | None
    hired_on: str | None
    terminated_on: str | None


def signed_section(people: Mapping[str, Person], signed: Sequence[Review]) -> Section:
    """The reviews of the period, and the representatives without one."""
    exhibit = Exhibit(
        "EX-05A",
        "signed_reviews",
        "Reviews signed at the review desk",
        "One row per signed review of a quarter that lies at least in part in the period.",
        (
            text("review_id", "Review", 0.8),
            text("rep_id", "Representative", 0.9),
            text("quarter", "Quarter", 1.3),
            text("method", "Method", 0.9),
            text("outcome", "Outcome", 1),
            text("follow_up_on", "Follow up on", 0.8),
            text("signed", "Signed", 1.4),
            Field("looked_at", "What was looked at", 0, personal=Personal.NARRATIVE),
            Field("findings", "Findings", 0, personal=Personal.NARRATIVE),
        ),
        tuple(
            (
                r.review_id,
                r.rep_id,
                f"{r.period_start.isoformat()} to {r.period_end.isoformat()}",
                r.method.value.replace("_", " "),
                r.outcome.value.replace("_", " "),
                r.follow_up_on.isoformat() if r.follow_up_on else "",
                _signature(r),
                r.looked_at,
                r.findings,
            )
            for r in signed
        ),
    )
    done = {r.rep_id for r in signed}
    without = Exhibit(
        "EX-05B",
        "without_review",
        "Representatives without a signed review",
        "One row per representative of whom no review of the period was signed at the desk.",
        (text("rep_id", "Representative"), text("branch_id", "Branch"), text("supervisor_id", "Supervisor")),
        tuple((p.rep_id, p.branch, p.supervisor) for p in people.values() if p.rep_id not in done),
    )
    return Section(
        "5. Signed reviews",
        (
            Heading(exhibit.title),
            Listing(exhibit.number) if signed else Text("No review of the period was signed at the desk."),
            Heading(without.title),
            Listing(without.number) if without.rows else Text("There is none."),
        ),
        (
            figure("Signed reviews", len(signed), exhibit, "number of rows"),
            figure("Representatives without one", len(without.rows), without, "number of rows"),
        ),
        ("A review signed on paper or elsewhere is not known here.",),
        (exhibit, without),
    )


def reviewed(person: Person, signed: Sequence[Review]) -> str:
    """The reviews of one representative, in a line."""
    own = [f"{r.review_id}, {_signature(r)}" for r in signed if r.rep_id == person.rep_id]
    return "; ".join(own) or "none of the period"


def _signature(review: Review) -> str:
    stood_in = f" for {review.signed_for}" if review.signed_for else ""
    return f"{review.signed_by}{stood_in} on {review.signed_at.date().isoformat()}"
