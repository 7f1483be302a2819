"""The tables as mapped classes. Who may see which rows is in `scope`, the trail of changes in `audit`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from surveil.store.types import Moment, Words


class Base(DeclarativeBase):
    """All mapped tables. Changes reach the database only together with their audit event."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words,
        datetime: Moment,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


def reference(column: str) -> ForeignKey:
    """A reference that is checked when the transaction ends, so that rows may be written in any order."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


class RunRow(Base):
    """One scan."""

    __tablename__ = "run"

    run_id: Mapped[str] = mapped_column(primary_key=True)
    snapshot_id: Mapped[str]
    as_of: Mapped[str]
    from_day: Mapped[str | None]
    version: Mapped[str]
    config_hash: Mapped[str]
    status: Mapped[str]
    failed_detectors: Mapped[list[Any]]
    manifest: Mapped[dict[str, Any]]
    coverage: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]


class AlertRow(Base):
    """One alert under review; see `surveil.alerts.alert.Alert` for the meaning of each column."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("fingerprint", "generation", name="uq_alert_fingerprint_generation"),
        # Each way of reading the queue finds all it filters, counts and sorts by in one of these, without the rows.
        Index("ix_alert_urgency", "urgency", "status", "assignee", "set_aside_until", "alert_id"),
        Index(
            "ix_alert_facets",
            "status",
            "severity_rank",
            "assignee",
            "set_aside_until",
            "due_on",
            "locked_until",
            "urgency",
            "alert_id",
        ),
        Index(
            "ix_alert_assignee",
            "assignee",
            "status",
            "severity_rank",
            "set_aside_until",
            "due_on",
            "urgency",
            "about",
            "alert_id",
        ),
        Index("ix_alert_detector", "detector", "status", "severity_rank", "urgency", "alert_id"),
        Index(
            "ix_alert_branch",
            "branch_id",
            "status",
            "assignee",
            "set_aside_until",
            "severity_rank",
            "urgency",
            "alert_id",
        ),
        Index("ix_alert_accepted_until", "accepted_until"),
        Index("ix_alert_due", "due_on", "urgency", "status", "assignee", "severity_rank", "alert_id"),
        Index("ix_alert_score", "score_order", "alert_id", "status", "assignee", "set_aside_until"),
        Index(
            "ix_alert_first_seen",
            "first_seen",
            "score_order",
            "alert_id",
            "status",
            "assignee",
            "set_aside_until",
        ),
        Index("ix_alert_updated_at", "updated_at", "alert_id", "status", "assignee", "set_aside_until"),
        Index("ix_alert_about", "about", "status"),
        Index("ix_alert_rep", "rep_id", "status"),
        Index("ix_alert_subject", "subject_type", "subject_id"),
        Index("ix_alert_previous", "previous_alert_id"),
        Index("ix_alert_suppression", "suppression_id"),
    )

    alert_id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    generation: Mapped[int]
    previous_alert_id: Mapped[str | None] = mapped_column(reference("alert.alert_id"))
    source: Mapped[str]
    detector: Mapped[str]
    version: Mapped[str]
    family: Mapped[str]
    typology: Mapped[str]
    severity: Mapped[str]
    severity_rank: Mapped[int]
    score: Mapped[float | None]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    rep_id: Mapped[str | None]
    branch_id: Mapped[str | None]
    period_start: Mapped[str | None]
    period_end: Mapped[str | None]
    observed: Mapped[float | None]
    expected: Mapped[float | None]
    interval_low: Mapped[float | None]
    interval_high: Mapped[float | None]
    p_value: Mapped[float | None]
    q_value: Mapped[float | None]
    reason: Mapped[str]
    item_count: Mapped[int]
    drivers: Mapped[list[Any]]
    peers: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    explanations: Mapped[list[Any]]
    run_id: Mapped[str | None] = mapped_column(reference("run.run_id"))
    status: Mapped[str]
    assignee: Mapped[str | None]
    due_on: Mapped[date]
    disposition: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_by_role: Mapped[str | None]
    decided_for: Mapped[str | None]
    accepted_until: Mapped[date | None]
    locked_by: Mapped[str | None]
    locked_until: Mapped[datetime | None]
    set_aside_until: Mapped[date | None]
    taken_at: Mapped[datetime | None]
    suppression_id: Mapped[str | None]
    repeats: Mapped[int]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    updated_at: Mapped[datetime]
    row_version: Mapped[int]
    search_key: Mapped[str] = mapped_column(info={"derived": True})
    urgency: Mapped[str] = mapped_column(info={"derived": True})
    score_order: Mapped[float] = mapped_column(info={"derived": True})
    about: Mapped[str] = mapped_column(info={"derived": True})


_SCORE_STEPS = 10**9


def urgency_key(severity_rank: int, due_on: date, score: float | None, alert_id: str) -> str:
    """Text that sorts as the queue does: severity, the day it is due, score (none last), id."""
    least = _SCORE_STEPS + 1
    place = least if score is None else _SCORE_STEPS - round(min(max(score, 0.0), 1.0) * _SCORE_STEPS)
    return f"{9 - severity_rank}{due_on.isoformat()}{place:010d}{alert_id}"


@event.listens_for(AlertRow, "before_insert")
@event.listens_for(AlertRow, "before_update")
def _derive(_mapper: Any, _connection: Any, row: AlertRow) -> None:
    """Keep what the indexes sort and group by in step with what it is made of."""
    row.urgency = urgency_key(row.severity_rank, row.due_on, row.score, row.alert_id)
    row.score_order = -1.0 if row.score is None else row.score
    row.about = row.rep_id or f"{row.subject_type}:{row.subject_id}"


class AlertHitRow(Base):
    """What one scan measured for one alert."""

    __tablename__ = "alert_hit"

    alert_id: Mapped[str] = mapped_column(reference("alert.alert_id"), primary_key=True)
    run_id: Mapped[str] = mapped_column(reference("run.run_id"), primary_key=True, index=True)
    seen_at: Mapped[datetime]
    severity: Mapped[str]
    score: Mapped[float]
    observed: Mapped[float | None]
    expected: Mapped[float | None]
    p_value: Mapped[float | None]
    q_value: Mapped[float | None]
    item_count: Mapped[int]


class AlertNoteRow(Base):
    """What somebody wrote down about an alert."""

    __tablename__ = "alert_note"

    note_id: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(reference("alert.alert_id"), index=True)
    text: Mapped[str]
    written_by: Mapped[str]
    written_at: Mapped[datetime]


class DecisionRow(Base):
    """One decision about an alert. `state`: pending, final, rejected, or withdrawn (by reopening)."""

    __tablename__ = "decision"

    decision_id: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[str] = mapped_column(reference("alert.alert_id"), index=True)
    disposition: Mapped[str] = mapped_column(index=True)
    note: Mapped[str]
    duplicate_of: Mapped[str | None] = mapped_column(reference("alert.alert_id"))
    state: Mapped[str]
    accepted_until: Mapped[date | None]
    decided_by: Mapped[str]
    decided_for: Mapped[str | None]
    decided_at: Mapped[datetime] = mapped_column(index=True)
    seen_severity: Mapped[str]
    seen_score: Mapped[float | None]
    seen_item_count: Mapped[int]
    seen_run_id: Mapped[str | None] = mapped_column(reference("run.run_id"))
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]


class CaseRow(Base):
    """A matter that alerts belong to; `case` is a reserved word of SQL."""

    __tablename__ = "review_case"
    __table_args__ = (Index("ix_review_case_owner", "owner", "status"),)

    case_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    status: Mapped[str]
    owner: Mapped[str | None]
    known_on: Mapped[date | None]
    conclusion: Mapped[str | None]
    conclusion_note: Mapped[str | None]
    concluded_by: Mapped[str | None]
    concluded_for: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    review_note: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    row_version: Mapped[int]


class CaseAlertRow(Base):
    """An alert in a case; both may have many of the other."""

    __tablename__ = "case_alert"

    case_id: Mapped[str] = mapped_column(reference("review_case.case_id"), primary_key=True)
    alert_id: Mapped[str] = mapped_column(reference("alert.alert_id"), primary_key=True, index=True)
    linked_by: Mapped[str]
    linked_at: Mapped[datetime]


class UserRow(Base):
    """A person who may sign in. The password's hash stays out of the audit trail."""

    __tablename__ = "app_user"

    name: Mapped[str] = mapped_column(primary_key=True)
    display_name: Mapped[str]
    role: Mapped[str]
    rep_id: Mapped[str | None]
    active: Mapped[bool]
    password_hash: Mapped[str | None] = mapped_column(info={"secret": True})
    password_changed_at: Mapped[datetime | None]
    failed_sign_ins: Mapped[int]
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ScopeRow(Base):
    """A `branch` or `rep` a supervisor is responsible for, or a person the user `reports_to`."""

    __tablename__ = "user_scope"

    name: Mapped[str] = mapped_column(reference("app_user.name"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
