"""A supervisor's people: against their peers, over time, with licences and complaints; and reviews signed off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from surveil.alerts.alert import Action
from surveil.alerts.dispositions import Disposition, Outcome, checked_note
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.model import Severity
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.alerts.supervision import Method, ReviewOutcome, last_quarter, quarter_of, review_due
from surveil.config import Workspace
from surveil.desk.queue import UNDER_REVIEW
from surveil.desk.ranked import RankedRep, ranked_reps
from surveil.desk.team_rows import LAPSE_WITHIN_DAYS, Lapsing, TeamRows, team_rows
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.tables import AlertHitRow, AlertRow, RunRow
from surveil.store.tables_reviews import SupervisionReviewRow


@dataclass(frozen=True)
class Review:
    """A signed review, as Rule 3110 asks for it in writing: who, whom, what, when, how."""

    review_id: str
    rep_id: str
    branch_id: str | None
    period_start: date
    period_end: date
    method: Method
    looked_at: str
    findings: str
    outcome: ReviewOutcome
    follow_up_on: date | None
    figures: Mapping[str, Any]
    run_id: str | None
    signed_by: str
    signed_for: str | None
    signed_at: datetime


@dataclass(frozen=True)
class Member:
    """One of a supervisor's people. None is not known: `complaints` without that feed, `rank` of who was not judged.

    `peers` are all whom the last run ranked in the same role; `peer_rank` his place among them. `trend` is the
    highest score of his alerts in each scan, oldest first. `review` is that of the last quarter.
    """

    rep_id: str
    branch_id: str | None
    role: str | None
    ranked: RankedRep | None
    open_alerts: int
    worst_open: Severity | None
    overdue_alerts: int
    outcomes: Mapping[Outcome, int]
    trend: tuple[tuple[str, float], ...]
    lapsing: tuple[Lapsing, ...] | None
    complaints: int | None
    review: Review | None
    may_review: bool


@dataclass(frozen=True)
class Team:
    """A supervisor's people, who needs a look first at the top. `unknown` says in words what could not be told.

    `quarter` is the one whose reviews are due until `due_on`; `overdue` are those not signed by then.
    """

    members: tuple[Member, ...]
    quarter: tuple[date, date]
    due_on: date
    overdue: tuple[str, ...]
    unknown: tuple[str, ...]
    lapse_within_days: int = LAPSE_WITHIN_DAYS


def team(session: DeskSession, user: User, workspace: Workspace, today: date, branch_id: str = "") -> Team:
    """The people this user is responsible for; for officers and auditors those of the branch they name.

    Raises:
        NotAllowed: the user may not look at alerts.
    """
    session.narrow(user)
    demand(user, Action.READ)
    rows = team_rows(workspace, user, today, branch_id)
    ranked, missing = ranked_reps(workspace, rows.roles)
    quarter = last_quarter(today)
    alerts = _alerts(session, sorted(rows.people))
    trends = _trends(session, sorted(rows.people))
    signed = {r.rep_id: r for r in reviews(session, user) if (r.period_start, r.period_end) == quarter}
    members = [
        _member(user, rep, rows, ranked.get(rep), alerts[rep], trends[rep], signed.get(rep), today)
        for rep in sorted(rows.people)
    ]
    due_on = review_due(quarter[1])
    late = [m.rep_id for m in members if m.review is None and m.may_review] if today > due_on else []
    members.sort(key=_pressing)
    return Team(tuple(members), quarter, due_on, tuple(late), (*rows.unknown, *missing))


def sign_review(
    store: Store,
    user: User,
    workspace: Workspace,
    rep_id: str,
    quarter_end: date,
    method: Method,
    looked_at: str,
    findings: str,
    outcome: ReviewOutcome,
    now: datetime,
    follow_up_on: date | None = None,
) -> str:
    """Sign the review of one person for one quarter; the figures seen are kept with it. Returns its id.

    Raises:
        NotFound: he is not among the user's people.
        NotAllowed: he is the user himself, somebody the user reports to, or the user signs nothing.
        Unacceptable: it says too little, the quarter is not over, or it is signed already.
    """
    what, found = checked_note(looked_at, "account of what was looked at"), checked_note(findings, "findings")
    demand(user, Action.DECIDE)
    today = store.calendar.day(now)
    start, end = quarter_of(quarter_end)
    if end != quarter_end or today <= end:
        raise Unacceptable("A review is for a whole calendar quarter that is over.")
    if (outcome is ReviewOutcome.FOLLOW_UP) != (follow_up_on is not None):
        raise Unacceptable("A follow-up names its day; other outcomes name none.")
    if rep_id in user.own_reps or rep_id in user.reports_to:
        raise NotAllowed("Nobody signs the review of himself or of somebody he reports to.")
    with store.read() as session:
        seen = next((m for m in team(session, user, workspace, today).members if m.rep_id == rep_id), None)
        run_id = session.scalars(select(RunRow.run_id).order_by(RunRow.recorded_at.desc())).first()
    if seen is None:
        raise NotFound(f"{rep_id} is not among the people you are responsible for.")
    with store.write(user) as session:
        same = select(SupervisionReviewRow).where(
            SupervisionReviewRow.rep_id == rep_id, SupervisionReviewRow.period_end == end
        )
        if session.scalars(same).first() is not None:
            raise Unacceptable(f"The review of {rep_id} for the quarter to {end} is signed already.")
        row = SupervisionReviewRow(
            review_id=f"SR-{next_number(session)}",
            rep_id=rep_id,
            branch_id=seen.branch_id,
            period_start=start,
            period_end=end,
            method=method.value,
            looked_at=what,
            findings=found,
            outcome=outcome.value,
            follow_up_on=follow_up_on,
            figures=_figures(seen),
            run_id=run_id,
            signed_by=user.name,
            signed_for=user.on_behalf_of,
            signed_at=now,
        )
        session.add(row)
        record(session, at=now, action="review.signed", object_type="rep", object_id=rep_id, reason=found)
        return row.review_id


def reviews(session: DeskSession, user: User, rep_id: str | None = None) -> tuple[Review, ...]:
    """Signed reviews that exist for the user, the newest quarter first; of one person, if named."""
    session.narrow(user)
    demand(user, Action.READ)
    query = select(SupervisionReviewRow).order_by(
        SupervisionReviewRow.period_end.desc(), SupervisionReviewRow.rep_id
    )
    if rep_id is not None:
        query = query.where(SupervisionReviewRow.rep_id == rep_id)
    return tuple(_told(row) for row in session.scalars(query))


def _member(
    user: User,
    rep: str,
    rows: TeamRows,
    ranked: RankedRep | None,
    alerts: Sequence[AlertRow],
    trend: tuple[tuple[str, float], ...],
    review: Review | None,
    today: date,
) -> Member:
    under_review = [row for row in alerts if row.status in UNDER_REVIEW]
    outcomes: dict[Outcome, int] = defaultdict(int)
    for row in alerts:
        if row.disposition:
            outcomes[Disposition(row.disposition).outcome] += 1
    worst = max((row.severity_rank for row in under_review), default=None)
    return Member(
        rep_id=rep,
        branch_id=rows.people[rep],
        role=rows.roles.get(rep),
        ranked=ranked,
        open_alerts=len(under_review),
        worst_open=None if worst is None else list(Severity)[worst],
        overdue_alerts=sum(row.due_on < today for row in under_review),
        outcomes=dict(outcomes),
        trend=trend,
        lapsing=None if rows.lapsing is None else tuple(rows.lapsing.get(rep, ())),
        complaints=None if rows.complaints is None else rows.complaints.get(rep, 0),
        review=review,
        may_review=rep not in user.reports_to,
    )


def _pressing(member: Member) -> tuple[Any, ...]:
    worst = -1 if member.worst_open is None else member.worst_open.rank
    rank = member.ranked.rank if member.ranked else 10**9
    return (-worst, -member.open_alerts, rank, member.rep_id)


def _alerts(session: DeskSession, people: Sequence[str]) -> Mapping[str, list[AlertRow]]:
    found: dict[str, list[AlertRow]] = defaultdict(list)
    for start in range(0, len(people), 500):
        query = select(AlertRow).where(AlertRow.rep_id.in_(people[start : start + 500]))
        for row in session.scalars(query.order_by(AlertRow.alert_id)):
            found[str(row.rep_id)].append(row)
    return found


def _trends(session: DeskSession, people: Sequence[str]) -> Mapping[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for start in range(0, len(people), 500):
        query = (
            select(AlertRow.rep_id, RunRow.as_of, func.max(AlertHitRow.score))
            .join(AlertRow, AlertRow.alert_id == AlertHitRow.alert_id)
            .join(RunRow, RunRow.run_id == AlertHitRow.run_id)
            .where(AlertRow.rep_id.in_(people[start : start + 500]))
            .group_by(AlertRow.rep_id, RunRow.as_of)
            .order_by(RunRow.as_of)
        )
        for rep, as_of, score in session.execute(query):
            found[str(rep)].append((as_of, float(score)))
    return defaultdict(tuple, {rep: tuple(points) for rep, points in found.items()})


def _figures(member: Member) -> dict[str, Any]:
    """What the reviewer saw, JSON-ready."""
    return {
        "ranked": asdict(member.ranked) if member.ranked else None,
        "open_alerts": member.open_alerts,
        "overdue_alerts": member.overdue_alerts,
        "outcomes": {outcome.value: count for outcome, count in sorted(member.outcomes.items())},
        "lapsing": None
        if member.lapsing is None
        else [f"{item.qualification} {item.jurisdiction} {item.ends_on}" for item in member.lapsing],
        "complaints": member.complaints,
    }


def _told(row: SupervisionReviewRow) -> Review:
    return Review(
        review_id=row.review_id,
        rep_id=row.rep_id,
        branch_id=row.branch_id,
        period_start=row.period_start,
        period_end=row.period_end,
        method=Method(row.method),
        looked_at=row.looked_at,
        findings=row.findings,
        outcome=ReviewOutcome(row.outcome),
        follow_up_on=row.follow_up_on,
        figures=row.figures,
        run_id=row.run_id,
        signed_by=row.signed_by,
        signed_for=row.signed_for,
        signed_at=row.signed_at,
    )
