"""Check the checkers: a random sample of what was closed, held back or never raised, judged blind by a second person."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from surveil.alerts.alert import Action, Alert, Status
from surveil.alerts.dispositions import Disposition, Outcome, checked_note
from surveil.alerts.errors import NotAllowed, NotFound, Unacceptable
from surveil.alerts.people import User
from surveil.alerts.policy import demand
from surveil.config import Workspace
from surveil.desk.access import find_for
from surveil.desk.decisions import FINAL
from surveil.desk.ranked import ranked_reps
from surveil.evaluate.metrics import exact_interval
from surveil.statistics.agreement import Agreement, cohen_kappa
from surveil.store import DeskSession, Store
from surveil.store.audit import next_number, record
from surveil.store.mapping import alert_of
from surveil.store.tables import AlertRow, DecisionRow, RunRow
from surveil.store.tables_controls import SuppressionRow
from surveil.store.tables_reviews import QualityItemRow, QualitySampleRow

CLOSED, SUPPRESSED, BELOW = "closed", "suppressed", "below_line"
STRATA = (CLOSED, SUPPRESSED, BELOW)
JUDGEMENTS = (Outcome.BREACH, Outcome.USEFUL, Outcome.FALSE_ALARM, Outcome.UNDETERMINED)
_BELOW_SHARE = 0.2
"""Below the line is drawn from this share of the ranking's representatives next to those that were flagged."""


@dataclass(frozen=True)
class Sample:
    """One sample. `frames` is stratum → from how many it was drawn; `judged` of `items` are done."""

    sample_id: str
    seed: int
    first_day: date
    last_day: date
    frames: Mapping[str, int]
    drawn_by: str
    drawn_at: datetime
    items: int
    judged: int


@dataclass(frozen=True)
class BlindItem:
    """Something to judge. What it scored, who decided and how is left out: `alert` has none of it. Below the line
    there is no alert, only a representative to look at (`rep_id`).
    """

    item_id: str
    stratum: str
    alert: Alert | None
    rep_id: str | None


@dataclass(frozen=True)
class StratumResult:
    """Of `judged` things drawn from `frame`, how many the second person found worth raising (breach or useful), as a
    share with its exact 95 % interval.
    """

    stratum: str
    frame: int
    drawn: int
    judged: int
    productive: int
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class QualityResult:
    """How far first and second judgement agree on what was closed, and what each stratum held. `differing` lists
    alerts judged otherwise: (alert, first outcome, second outcome).
    """

    agreement: Agreement
    strata: tuple[StratumResult, ...]
    differing: tuple[tuple[str, Outcome, Outcome], ...]


def draw_sample(
    store: Store,
    user: User,
    workspace: Workspace,
    first_day: date,
    last_day: date,
    sizes: Mapping[str, int],
    seed: int,
    now: datetime,
) -> str:
    """Draw a sample at random: alerts decided or held back in the period, and representatives just below the line.

    The same seed on the same data draws the same. `sizes` is stratum → how many; a frame with fewer gives all.

    Raises:
        Unacceptable: nothing is asked for, or there is nothing to draw from.
    """
    demand(user, Action.SAMPLE)
    if first_day > last_day or not set(sizes) <= set(STRATA) or not any(n > 0 for n in sizes.values()):
        raise Unacceptable(f"Name a period and how many to draw of {', '.join(STRATA)}.")
    with store.write(user) as session:
        frames = _frames(session, workspace, first_day, last_day, store.calendar.timezone)
        picked = _picked(frames, sizes, seed)
        if not picked:
            raise Unacceptable(
                "There is nothing to draw from: nothing was decided or held back in this period."
            )
        run_id = session.scalars(select(RunRow.run_id).order_by(RunRow.recorded_at.desc())).first()
        number = next_number(session)
        row = QualitySampleRow(
            sample_id=f"Q-{number}",
            seed=seed,
            first_day=first_day,
            last_day=last_day,
            frames={stratum: len(frame) for stratum, frame in frames.items()},
            run_id=run_id,
            drawn_by=user.name,
            drawn_at=now,
        )
        session.add(row)
        session.add_all(
            _item(session, row.sample_id, place, *pick) for place, pick in enumerate(picked, start=1)
        )
        record(session, at=now, action="quality.drawn", object_type="sample", object_id=row.sample_id)
        return row.sample_id


def samples(session: DeskSession, user: User) -> tuple[Sample, ...]:
    """All samples, the newest first."""
    session.narrow(user)
    _demand_reader(user)
    rows = session.scalars(
        select(QualitySampleRow).order_by(QualitySampleRow.drawn_at.desc(), QualitySampleRow.sample_id)
    ).all()
    return tuple(_told(row, _items(session, row.sample_id)) for row in rows)


def next_blind(session: DeskSession, user: User, sample_id: str) -> BlindItem | None:
    """The next item of a sample for this user to judge; None when none is left that he had no part in."""
    session.narrow(user)
    demand(user, Action.SAMPLE)
    _sample(session, sample_id)
    for item in _items(session, sample_id):
        if item.judged_by is None and not _barred(user, item):
            row = session.get(AlertRow, item.alert_id) if item.alert_id else None
            if item.alert_id is None or row is not None:
                return BlindItem(
                    item.item_id, item.stratum, _blinded(alert_of(row)) if row else None, item.rep_id
                )
    return None


def judge(store: Store, user: User, item_id: str, outcome: Outcome, note: str, now: datetime) -> None:
    """Say blind what one thinks of an item; it can be said once.

    Raises:
        NotFound: there is no such item to judge.
        NotAllowed: the user had a part in the first judgement.
        Unacceptable: the outcome is no judgement, or the note says too little.
    """
    kept = checked_note(note)
    demand(user, Action.SAMPLE)
    if outcome not in JUDGEMENTS:
        raise Unacceptable("Judge it a breach, useful, a false alarm or undetermined.")
    with store.write(user) as session:
        row = session.get(QualityItemRow, item_id)
        if row is None or row.judged_by is not None:
            raise NotFound(f"There is no item {item_id} to judge.")
        if _barred(user, row):
            raise NotAllowed("You had a part in this one, or it is about you or somebody you report to.")
        if row.alert_id is not None:
            find_for(session, user, Action.NOTE, row.alert_id)
        row.outcome, row.note, row.judged_by, row.judged_at = outcome.value, kept, user.name, now
        record(
            session,
            at=now,
            action="quality.judged",
            object_type="sample",
            object_id=row.sample_id,
            reason=kept,
        )


def quality_result(session: DeskSession, user: User, sample_id: str | None = None) -> QualityResult:
    """What one sample, or all of them together, have shown so far."""
    session.narrow(user)
    _demand_reader(user)
    rows = (
        session.scalars(select(QualitySampleRow)).all()
        if sample_id is None
        else [_sample(session, sample_id)]
    )
    items = [item for row in rows for item in _items(session, row.sample_id)]
    judged = [item for item in items if item.outcome is not None]
    ids = [item.alert_id for item in judged if item.alert_id]
    known = set(session.scalars(select(AlertRow.alert_id).where(AlertRow.alert_id.in_(ids))))
    pairs = [(item.first_outcome, item.outcome) for item in judged if item.stratum == CLOSED]
    return QualityResult(
        agreement=cohen_kappa(pairs),
        strata=tuple(_stratum(name, rows, items) for name in STRATA),
        differing=tuple(
            (str(item.alert_id), Outcome(str(item.first_outcome)), Outcome(str(item.outcome)))
            for item in judged
            if item.stratum == CLOSED and item.first_outcome != item.outcome and item.alert_id in known
        ),
    )


Pick = tuple[str, str | None, str | None]
"""Stratum, alert, representative."""


def _frames(
    session: DeskSession, workspace: Workspace, first: date, last: date, zone: str
) -> dict[str, list[Pick]]:
    start = datetime.combine(first, time(), ZoneInfo(zone))
    end = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))
    decided = select(DecisionRow).where(
        DecisionRow.state == FINAL, DecisionRow.decided_at >= start, DecisionRow.decided_at < end
    )
    closed = sorted(
        row.alert_id for row in session.scalars(decided) if Disposition(row.disposition).outcome in JUDGEMENTS
    )
    held = session.scalars(
        select(AlertRow.alert_id)
        .where(
            AlertRow.status == Status.SUPPRESSED.value, AlertRow.last_seen >= start, AlertRow.last_seen < end
        )
        .order_by(AlertRow.alert_id)
    ).all()
    return {
        CLOSED: [(CLOSED, alert_id, None) for alert_id in closed],
        SUPPRESSED: [(SUPPRESSED, alert_id, None) for alert_id in held],
        BELOW: [(BELOW, None, rep) for rep in _below_line(session, workspace)],
    }


def _below_line(session: DeskSession, workspace: Workspace) -> list[str]:
    """Representatives next below those flagged, about whom there is no alert at all."""
    ranked, _ = ranked_reps(workspace, {})
    alerted = set(session.scalars(select(AlertRow.rep_id).distinct()))
    below = [rep for rep, place in ranked.items() if not place.flagged and rep not in alerted]
    nearest = sorted(below, key=lambda rep: ranked[rep].rank)[: max(1, round(_BELOW_SHARE * len(ranked)))]
    return sorted(nearest)


def _picked(frames: Mapping[str, Sequence[Pick]], sizes: Mapping[str, int], seed: int) -> list[Pick]:
    """Each stratum with a generator of its own, then all in one random order, so that a place tells nothing."""
    picked: list[Pick] = []
    for stratum in STRATA:
        frame = frames[stratum]
        picked += random.Random(f"{seed} {stratum}").sample(
            frame, min(max(sizes.get(stratum, 0), 0), len(frame))
        )
    random.Random(f"{seed} order").shuffle(picked)
    return picked


def _item(
    session: DeskSession, sample_id: str, place: int, stratum: str, alert_id: str | None, rep_id: str | None
) -> QualityItemRow:
    first: DecisionRow | None = None
    hands: set[str | None] = set()
    if stratum == CLOSED:
        standing = select(DecisionRow).where(DecisionRow.alert_id == alert_id, DecisionRow.state == FINAL)
        first = session.scalars(standing).one()
        hands = {first.decided_by, first.decided_for, first.reviewed_by}
    if stratum == SUPPRESSED:
        held = select(SuppressionRow).join(AlertRow, AlertRow.suppression_id == SuppressionRow.suppression_id)
        by = session.scalars(held.where(AlertRow.alert_id == alert_id)).one()
        hands = {by.proposed_by, by.proposed_for, by.reviewed_by}
    return QualityItemRow(
        item_id=f"{sample_id}-{place}",
        sample_id=sample_id,
        position=place,
        stratum=stratum,
        alert_id=alert_id,
        rep_id=rep_id,
        first_outcome=Disposition(first.disposition).outcome.value if first else None,
        first_by=sorted(name for name in hands if name is not None),
    )


def _blinded(alert: Alert) -> Alert:
    """The alert without what would tell the first judgement, or how sure the program is."""
    return replace(
        alert,
        score=None,
        p_value=None,
        q_value=None,
        status=Status.IN_REVIEW,
        disposition=None,
        decided_by=None,
        decided_by_role=None,
        decided_for=None,
        accepted_until=None,
        suppression_id=None,
        assignee=None,
    )


def _barred(user: User, item: QualityItemRow) -> bool:
    own = user.own_reps | user.reports_to
    return bool({user.name, user.on_behalf_of} & set(item.first_by)) or item.rep_id in own


def _stratum(name: str, rows: Sequence[QualitySampleRow], items: Sequence[QualityItemRow]) -> StratumResult:
    drawn = [item for item in items if item.stratum == name]
    judged = [item for item in drawn if item.outcome is not None]
    productive = sum(item.outcome in (Outcome.BREACH.value, Outcome.USEFUL.value) for item in judged)
    frame = sum(int(row.frames.get(name, 0)) for row in rows)
    interval = exact_interval(productive, len(judged)) if judged else None
    return StratumResult(name, frame, len(drawn), len(judged), productive, interval)


def _items(session: DeskSession, sample_id: str) -> Sequence[QualityItemRow]:
    query = select(QualityItemRow).where(QualityItemRow.sample_id == sample_id)
    return session.scalars(query.order_by(QualityItemRow.position)).all()


def _sample(session: DeskSession, sample_id: str) -> QualitySampleRow:
    row = session.get(QualitySampleRow, sample_id)
    if row is None:
        raise NotFound(f"There is no sample {sample_id}.")
    return row


def _told(row: QualitySampleRow, items: Sequence[QualityItemRow]) -> Sample:
    frames: dict[str, Any] = dict(row.frames)
    judged = sum(item.judged_by is not None for item in items)
    return Sample(
        row.sample_id,
        row.seed,
        row.first_day,
        row.last_day,
        frames,
        row.drawn_by,
        row.drawn_at,
        len(items),
        judged,
    )


def _demand_reader(user: User) -> None:
    demand(user, Action.READ)
    if not user.sees_every_branch:
        raise NotAllowed("Quality samples are for compliance officers and auditors.")
