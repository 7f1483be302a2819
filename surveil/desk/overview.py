"""What the head of compliance sees: volumes, ageing, outcomes by detector, branches, workload, and what was not
examined.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from surveil.alerts.alert import Action, Status
from surveil.alerts.clocks import Calendar
from surveil.alerts.dispositions import Disposition, Outcome
from surveil.alerts.model import Severity
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.alerts.runs import RunRecord, RunStatus
from surveil.desk.decisions import FINAL
from surveil.desk.queue import UNDER_REVIEW
from surveil.desk.runs import latest_run
from surveil.evaluate.metrics import exact_interval
from surveil.store import DeskSession
from surveil.store.tables import AlertRow, DecisionRow

AGES = ((7, "up to a week"), (30, "up to 30 days"), (60, "up to 60 days"), (10**6, "over 60 days"))
_OPEN = tuple(status.value for status in UNDER_REVIEW)
_TOLD = (Outcome.BREACH, Outcome.USEFUL, Outcome.FALSE_ALARM)


@dataclass(frozen=True)
class DetectorOutcomes:
    """One detector in the period: alerts it raised, and how those that were decided ended.

    `false_alarm_rate` is false alarms of `told`, the decisions that say whether it was right to look (breach,
    useful, false alarm); None where there is none. `interval` is its exact 95 % interval.
    """

    detector: str
    raised: int
    decided: int
    by_outcome: Mapping[Outcome, int]
    told: int
    false_alarm_rate: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class BranchHeat:
    """One branch: open alerts by severity, and breaches found in the period. None: alerts without a branch."""

    branch_id: str | None
    open_by_severity: Mapping[Severity, int]
    breaches: int

    @property
    def open(self) -> int:
        return sum(self.open_by_severity.values())


@dataclass(frozen=True)
class Workload:
    """One person's work; None: alerts that nobody has."""

    name: str | None
    open: int
    overdue: int
    decided: int


@dataclass(frozen=True)
class Overview:
    """All figures are of alerts that exist for the reader; rates have their denominators beside them.

    `raised` and `decided` are by month (2026-03); `age` is open alerts by days since they were first seen.
    `days_to_take`, `days_to_decide` are medians over alerts taken up or decided in the period; None: none was.
    """

    first: date
    last: date
    raised: Mapping[str, int]
    decided: Mapping[str, int]
    open_by_severity: Mapping[Severity, int]
    age: Mapping[str, int]
    overdue: int
    waiting: int
    held_back: int
    days_to_take: float | None
    days_to_decide: float | None
    detectors: tuple[DetectorOutcomes, ...]
    branches: tuple[BranchHeat, ...]
    workload: tuple[Workload, ...]
    run: RunRecord | None
    health: tuple[str, ...]


def overview(
    session: DeskSession, user: User, calendar: Calendar, first: date, last: date, today: date
) -> Overview:
    """Figures over a period (both days included), and how things stand today.

    Raises:
        NotAllowed: the user may not look at alerts.
    """
    session.narrow(user)
    demand(user, Action.READ)
    start, end = _moment(calendar, first), _moment(calendar, last + timedelta(days=1))
    decided = _decisions(session, start, end)
    raised = session.execute(
        select(AlertRow.first_seen, AlertRow.detector).where(
            AlertRow.first_seen >= start, AlertRow.first_seen < end
        )
    ).all()
    run = latest_run(session, user)
    return Overview(
        first=first,
        last=last,
        raised=_months(calendar, [seen for seen, _ in raised]),
        decided=_months(calendar, [at for at, *_ in decided]),
        open_by_severity=_open_by_severity(session),
        age=_ages(session, calendar, today),
        overdue=_count(session, AlertRow.status.in_(_OPEN) & (AlertRow.due_on < today)),
        waiting=_count(session, AlertRow.status == Status.PENDING_APPROVAL.value),
        held_back=_count(session, AlertRow.status == Status.SUPPRESSED.value),
        days_to_take=_days_to_take(session, start, end),
        days_to_decide=_median([at - seen for at, seen, *_ in decided]),
        detectors=_detectors(Counter(detector for _, detector in raised), decided),
        branches=_branches(session, decided),
        workload=_workload(session, decided, today),
        run=run,
        health=run_health(run, today),
    )


def run_health(run: RunRecord | None, today: date) -> tuple[str, ...]:
    """How far the last scan can be relied on, in sentences."""
    if run is None:
        return ("No scan has been recorded yet: nothing has been examined.",)
    age = (today - date.fromisoformat(run.as_of)).days
    told = [f"The last scan saw the data up to {run.as_of}, {age} days ago."]
    if run.status is RunStatus.INCOMPLETE:
        told.append(
            f"It is incomplete: {', '.join(run.failed_detectors)} failed, so their alerts are missing."
        )
    lines = run.coverage.get("detectors", ())
    idle = [str(line["detector"]) for line in lines if line.get("status") == "not run"]
    if idle:
        told.append(f"{len(idle)} of {len(lines)} detectors did not run for want of data: {', '.join(idle)}.")
    gaps = sum(int(gap["count"]) for line in lines for gap in line.get("gaps", ()))
    if gaps:
        told.append(
            f"{gaps:,} times something could not be judged, or was explained and is held against nobody; why is said"
            " detector by detector."
        )
    absent = [
        name
        for name, feed in run.manifest.get("snapshot", {}).get("feeds", {}).items()
        if not feed["present"]
    ]
    if absent:
        told.append(f"Not handed over: {', '.join(absent)}.")
    return tuple(told)


Decided = tuple[datetime, datetime, str, str, str | None, Outcome]
"""When decided, when first seen, detector, by whom, branch, outcome."""


def _decisions(session: DeskSession, start: datetime, end: datetime) -> list[Decided]:
    query = (
        select(
            DecisionRow.decided_at,
            AlertRow.first_seen,
            AlertRow.detector,
            DecisionRow.decided_by,
            AlertRow.branch_id,
            DecisionRow.disposition,
        )
        .join(AlertRow, AlertRow.alert_id == DecisionRow.alert_id)
        .where(DecisionRow.state == FINAL, DecisionRow.decided_at >= start, DecisionRow.decided_at < end)
    )
    return [(*row[:5], Disposition(row[5]).outcome) for row in session.execute(query)]


def _detectors(raised: Mapping[str, int], decided: Sequence[Decided]) -> tuple[DetectorOutcomes, ...]:
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for _, _, detector, _, _, outcome in decided:
        outcomes[detector][outcome] += 1
    found = []
    for name in sorted({*raised, *outcomes}):
        counts = outcomes[name]
        told = sum(counts[outcome] for outcome in _TOLD)
        wrong = counts[Outcome.FALSE_ALARM]
        found.append(
            DetectorOutcomes(
                detector=name,
                raised=raised.get(name, 0),
                decided=sum(counts.values()),
                by_outcome={outcome: counts[outcome] for outcome in Outcome},
                told=told,
                false_alarm_rate=wrong / told if told else None,
                interval=exact_interval(wrong, told) if told else None,
            )
        )
    return tuple(found)


def _branches(session: DeskSession, decided: Sequence[Decided]) -> tuple[BranchHeat, ...]:
    query = (
        select(AlertRow.branch_id, AlertRow.severity, func.count(AlertRow.alert_id))
        .where(AlertRow.status.in_(_OPEN))
        .group_by(AlertRow.branch_id, AlertRow.severity)
    )
    counts: dict[str | None, dict[Severity, int]] = defaultdict(dict)
    for branch, severity, count in session.execute(query):
        counts[branch][Severity(severity)] = count
    breaches = Counter(branch for _, _, _, _, branch, outcome in decided if outcome is Outcome.BREACH)
    heat = [
        BranchHeat(branch, {s: counts[branch].get(s, 0) for s in Severity}, breaches[branch])
        for branch in {*counts, *breaches}
    ]
    return tuple(sorted(heat, key=_hottest))


def _hottest(heat: BranchHeat) -> tuple[object, ...]:
    return (*(-heat.open_by_severity[s] for s in reversed(Severity)), -heat.breaches, heat.branch_id or "")


def _workload(session: DeskSession, decided: Sequence[Decided], today: date) -> tuple[Workload, ...]:
    def counted(*conditions: object) -> dict[str | None, int]:
        query = select(AlertRow.assignee, func.count(AlertRow.alert_id)).where(
            AlertRow.status.in_(_OPEN),
            *conditions,  # type: ignore[arg-type]
        )
        return dict(session.execute(query.group_by(AlertRow.assignee)).all())

    everything, late = counted(), counted(AlertRow.due_on < today)
    done = Counter[str | None](who for _, _, _, who, _, _ in decided)
    names = sorted({*everything, *done}, key=lambda name: (name is not None, name or ""))
    return tuple(Workload(name, everything.get(name, 0), late.get(name, 0), done[name]) for name in names)


def _open_by_severity(session: DeskSession) -> dict[Severity, int]:
    query = select(AlertRow.severity, func.count(AlertRow.alert_id)).where(AlertRow.status.in_(_OPEN))
    found = dict(session.execute(query.group_by(AlertRow.severity)).all())
    return {severity: found.get(severity.value, 0) for severity in Severity}


def _ages(session: DeskSession, calendar: Calendar, today: date) -> dict[str, int]:
    counts = dict.fromkeys([label for _, label in AGES], 0)
    for seen in session.scalars(select(AlertRow.first_seen).where(AlertRow.status.in_(_OPEN))):
        days = (today - calendar.day(seen)).days
        counts[next(label for limit, label in AGES if days <= limit)] += 1
    return counts


def _days_to_take(session: DeskSession, start: datetime, end: datetime) -> float | None:
    query = select(AlertRow.taken_at, AlertRow.first_seen).where(
        AlertRow.taken_at >= start, AlertRow.taken_at < end
    )
    return _median([taken - seen for taken, seen in session.execute(query) if taken is not None])


def _median(spans: Sequence[timedelta]) -> float | None:
    return median(span / timedelta(days=1) for span in spans) if spans else None


def _count(session: DeskSession, condition: object) -> int:
    return session.scalars(select(func.count(AlertRow.alert_id)).where(condition)).one()  # type: ignore[arg-type]


def _months(calendar: Calendar, moments: Sequence[datetime]) -> dict[str, int]:
    counts = Counter(calendar.day(at).isoformat()[:7] for at in moments)
    return dict(sorted(counts.items()))


def _moment(calendar: Calendar, day: date) -> datetime:
    """The beginning of a day in the firm's zone."""
    return datetime.combine(day, time(), ZoneInfo(calendar.timezone))
